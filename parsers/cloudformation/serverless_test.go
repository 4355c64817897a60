package cloudformation

import (
	"reflect"
	"strings"
	"testing"
)

// TestApplications: a local application is a nested stack, and what SAM makes in
// it is named in it.
func TestApplications(t *testing.T) {
	s := load(t, `
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Application
    Properties:
      Location: shop/template.yaml
      Parameters: {Table: !Ref Table}
  Store:
    Type: AWS::Serverless::Application
    Properties:
      Location: {ApplicationId: arn:aws:serverlessrepo:us-east-1:1:applications/x, SemanticVersion: 1.0.0}
      Parameters: {Table: !Ref Table}
  Table: {Type: AWS::Serverless::SimpleTable}
Outputs:
  Url: {Value: !GetAtt Shop.Outputs.Url}
  Role: {Value: !GetAtt Shop.Outputs.Role}
`, nil, "shop/template.yaml", `
Transform: AWS::Serverless-2016-10-31
Parameters: {Table: {Type: String}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: .
      Environment: {Variables: {TABLE: !Ref Table}}
      Events: {Get: {Type: Api, Properties: {Path: /, Method: get}}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: asl.json, Role: !GetAtt FnRole.Arn}
Outputs:
  Url: {Value: !Sub "https://${ServerlessRestApi}.x"}
  Role: {Value: !GetAtt FnRole.Arn}
`, "shop/asl.json", `{"StartAt": "A"}`)
	var got []string
	for _, r := range s.Resources {
		got = append(got, r.Type+" "+r.Address)
	}
	for _, want := range []string{
		"AWS::CloudFormation::Stack Shop", "AWS::CloudFormation::Stack Store", "AWS::DynamoDB::Table Table",
		"AWS::Lambda::Function Shop/Fn", "AWS::IAM::Role Shop/FnRole", "AWS::ApiGateway::RestApi Shop/ServerlessRestApi",
		"AWS::StepFunctions::StateMachine Shop/Machine",
	} {
		if !strings.Contains(strings.Join(got, "\n")+"\n", want+"\n") {
			t.Errorf("no %s in %q", want, got)
		}
	}
	fn := resource(t, s, "Shop/Fn")
	if got := show(fn.Properties.Get("Environment", "Variables", "TABLE")); got != "?Table <Table>" || fn.From != "Shop/Fn" {
		t.Errorf("%s from %s", got, fn.From)
	}
	if got := resource(t, s, "Shop/Machine").Properties.Get("Definition", "StartAt"); got.Text != "A" || got.At.File() != "shop/asl.json" {
		t.Errorf("definition %s at %s", show(got), got.At)
	}
	var outputs []string
	for _, o := range s.Outputs {
		outputs = append(outputs, show(o.Value))
	}
	if want := []string{"?https://${Shop/ServerlessRestApi}.x <Shop/ServerlessRestApi>", "?Shop/FnRole.Arn <Shop/FnRole.Arn>"}; !reflect.DeepEqual(outputs, want) {
		t.Errorf("outputs %q", outputs)
	}
	if len(s.Opaque) != 1 || s.Opaque[0].Address != "Store" || show(s.Opaque[0].Inputs) != "{Table: ?Table <Table>}" {
		t.Errorf("opaque: %+v", s.Opaque)
	}
	if got := problems(s); !strings.HasPrefix(got, "template.yaml:9:3: note: the template of Store is not here") || strings.Contains(got, "\n") {
		t.Error(got)
	}
}

// TestSAMProblems: a reference to what SAM generates is no problem, one to what
// it does not is one.
func TestSAMProblems(t *testing.T) {
	s := load(t, `
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: a.b, CodeUri: ., Role: !GetAtt Own.Arn}
  Own:
    Type: AWS::IAM::Role
    Properties: {RoleName: !Ref FnRole, Path: !Ref ServerlessRestApi}
  Absent: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: absent.json}}
`, nil)
	want := []string{
		"template.yaml:9:33: warning: FnRole is no resource or parameter of the template",
		"template.yaml:9:52: warning: ServerlessRestApi is no resource or parameter of the template",
		"template.yaml:10:77: note: absent.json is not read: file does not exist",
	}
	if got := strings.Split(problems(s), "\n"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
}
