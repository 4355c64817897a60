package cloudformation

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestStored tells the names under which values of parameters are stored: given,
// handed down, or by default.
func TestStored(t *testing.T) {
	const parameters = `
Parameters:
  Env: {Type: String}
  Bus: {Type: AWS::SSM::Parameter::Value<String>, Default: /shop/bus}
  Given: {Type: AWS::SSM::Parameter::Value<String>, Default: /shop/bus}
  Open: {Type: "AWS::SSM::Parameter::Value<List<String>>"}
  Name: {Type: AWS::SSM::Parameter::Name, Default: /shop/bus}
Resources:
  It: {Type: Custom::Thing, Properties: {X: [!Ref Bus, !Ref Given, !Ref Open, !Ref Name]}}
`
	s := load(t, parameters+`
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: child.yaml
      Parameters: {Bus: !Sub "/${Env}/bus", Open: !Ref Given}
`, map[string]string{"Given": "/given"}, "child.yaml", parameters)
	var got []string
	for _, name := range slices.Sorted(maps.Keys(s.Stored)) {
		got = append(got, name+": "+show(s.Stored[name]))
	}
	want := []string{`Bus: "/shop/bus"`, `Child/Bus: ?/${Env}/bus`, `Child/Given: "/shop/bus"`, `Child/Open: ?Ref Given`, `Given: "/given"`}
	if !slices.Equal(got, want) {
		t.Errorf("stored under\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if x := resource(t, s, "It").Properties.Get("X"); show(x) != `[?Ref Bus, ?Ref Given, ?Ref Open, "/shop/bus" default]` {
		t.Errorf("the values are %s", show(x))
	}
}

func TestNestedStacks(t *testing.T) {
	s := load(t, `
Parameters: {Env: {Type: String, Default: dev}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Child:
    Type: AWS::CloudFormation::Stack
    Condition: IsProd
    Properties:
      TemplateURL: nested/child.yaml
      Parameters: {Table: !GetAtt Table.Arn, Stage: !Ref Env, Names: !Join [",", [a, b]]}
  Reader:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Child.Outputs.RoleArn
      Queue: !Sub "${Child.Outputs.QueueUrl}"
      Deep: !GetAtt Child.Outputs.Deep
      Missing: !GetAtt Child.Outputs.Missing
`, nil, "nested/child.yaml", `
Parameters:
  Table: {Type: String}
  Stage: {Type: String}
  Names: {Type: CommaDelimitedList}
  Size: {Type: Number, Default: 3}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsBig: !Equals [!Ref Size, 10]
  IsNew: !Equals [!Ref "AWS::Region", eu-west-1]
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Resource: !Sub "${Table}/index/*"
      Stage: !Ref Stage
      Second: !Select [1, !Ref Names]
      Size: !Ref Size
      If: !If [IsProd, 1, 2]
  Queue: {Type: AWS::SQS::Queue, Condition: IsNew}
  Never: {Type: AWS::SQS::Queue, Condition: IsBig}
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ./grandchild.yaml, Parameters: {Given: !Ref Table}}
Outputs:
  RoleArn: {Value: !GetAtt Role.Arn}
  QueueUrl: {Value: !Ref Queue, Export: {Name: queue}}
  Deep: {Value: !GetAtt Inner.Outputs.Out}
`, "nested/grandchild.yaml", `
Parameters: {Given: {Type: String}}
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Given}}
Outputs: {Out: {Value: !Join ["/", [!Ref Bucket, !Ref Given]]}}
`)
	var got []string
	for _, r := range s.Resources {
		got = append(got, fmt.Sprintf("%s %q %v %s", r.Address, r.If, r.Via, show(r.Properties)))
	}
	for _, o := range s.Outputs {
		got = append(got, fmt.Sprintf("%s %q %s", o.Name, o.If, show(o.Value)))
	}
	for _, c := range s.Conditions {
		got = append(got, c.Name+": "+showExpr(c.Expr))
	}
	want := []string{
		`Table "" [] {}`,
		`Child "IsProd" [] {TemplateURL: "nested/child.yaml", Parameters: {Table: ?Table.Arn <Table.Arn>, Stage: "dev" default, Names: "a,b"}}`,
		`Child/Role "IsProd" [template.yaml:6:3] {Resource: ?${Table.Arn}/index/* <Table.Arn>, Stage: "dev" default, Second: "b", Size: 3, If: Child/IsProd: 1 | not Child/IsProd: 2}`,
		`Child/Queue "Child/IsNew and IsProd" [template.yaml:6:3] {}`,
		`Child/Inner "IsProd" [template.yaml:6:3] {TemplateURL: "./grandchild.yaml", Parameters: {Given: ?Table.Arn <Table.Arn>}}`,
		`Child/Inner/Bucket "IsProd" [template.yaml:6:3 nested/child.yaml:22:3] {BucketName: ?Table.Arn <Table.Arn>}`,
		`Reader "" [] {Role: ?Child/Role.Arn <Child/Role.Arn>, Queue: ?Child/Queue <Child/Queue>, Deep: ?${Child/Inner/Bucket}/${Table.Arn} <Child/Inner/Bucket Table.Arn>, Missing: ?Child.Outputs.Missing <Child.Outputs.Missing>}`,
		`Child/QueueUrl "IsProd" ?Child/Queue <Child/Queue>`,
		`IsProd: Env="prod"`,
		`Child/IsProd: Env="prod"`,
		`Child/IsNew: AWS::Region="eu-west-1"`,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := problems(s); got != "template.yaml:18:24: warning: the template of Child has no output Missing" {
		t.Error(got)
	}
	role := resource(t, s, "Reader").Properties.Get("Role")
	if role.At.Line() != 15 || role.Def() == nil || role.Def().String() != "nested/child.yaml:26:20" {
		t.Errorf("the output is used at %s and written at %v", role.At, role.Def())
	}
}

// An output that names what SAM generates through its maker means that for the
// parent as well, which has been evaluated by then.
func TestNestedOutputOfWhatIsGenerated(t *testing.T) {
	s := load(t, `
Resources:
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
  Poll: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !GetAtt Child.Outputs.Alias, EventSourceArn: !Sub "${Child.Outputs.Alias}-q"}}
`, nil, "child.yaml", `
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: nodejs22.x, CodeUri: ., AutoPublishAlias: live}}
Outputs:
  Alias: {Value: !Ref Fn.Alias}
`)
	resource(t, s, "Child/FnAliaslive")
	got := show(resource(t, s, "Poll").Properties)
	if want := `{FunctionName: ?Child/FnAliaslive <Child/FnAliaslive>, EventSourceArn: ?${Child/Fn.Alias}-q <Child/FnAliaslive>}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestNestedStacksThatAreNotHere(t *testing.T) {
	s := load(t, `
Resources:
  Far: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://b.s3.amazonaws.com/t.yaml", Parameters: {Q: !Ref Queue}}}
  Absent: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: absent.yaml}}
  Other: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: other.yaml}}
  Self: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: template.yaml}}
  Open: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: !Sub "${AWS::Region}.yaml"}}
  None: {Type: AWS::CloudFormation::Stack}
  CDK:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: {"Fn::Sub": "https://s3.${AWS::Region}.amazonaws.com/x"}}
    Metadata: {"aws:asset:path": cdk.json, "aws:asset:property": TemplateURL}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt Far.Outputs.Name}}
`, nil, "other.yaml", "a: b\n", "cdk.json", `{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}`)
	var got []string
	for _, o := range s.Opaque {
		got = append(got, o.Address+" "+o.Source+" "+show(o.Inputs))
	}
	want := []string{
		"Far https://b.s3.amazonaws.com/t.yaml {Q: ?Queue <Queue>}", "Absent absent.yaml -", "Other other.yaml -", "Self template.yaml -",
		"Open ${AWS::Region}.yaml -", "None  -",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
	resource(t, s, "CDK/Q")
	if got := show(resource(t, s, "Queue").Properties); got != "{QueueName: ?Far.Outputs.Name <Far.Outputs.Name>}" {
		t.Error(got)
	}
	for _, want := range []string{
		"template.yaml:3:3: note: the template of Far is not here",
		"template.yaml:4:72: note: absent.yaml is not read",
		"template.yaml:5:71: error: other.yaml is no template",
		"template.yaml:6:70: warning: template.yaml is not read: stacks are nested in a circle",
		"template.yaml:7:3: note: the template of Open is not here",
		"template.yaml:8:3: note: the template of None is not here",
	} {
		if !strings.Contains(problems(s), want) {
			t.Errorf("no %s in\n%s", want, problems(s))
		}
	}
	if len(s.Problems) != 6 {
		t.Error(problems(s))
	}
}

func TestNestedStacksInACircle(t *testing.T) {
	child := "Parameters: {In: {Type: String}}\nResources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref In}}}\nOutputs: {Out: {Value: !Ref In}}\n"
	s := load(t, `
Resources:
  A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {In: !GetAtt B.Outputs.Out}}}
  B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {In: !GetAtt A.Outputs.Out}}}
`, nil, "child.yaml", child)
	resource(t, s, "A/Q")
	resource(t, s, "B/Q")
}

// TestNestedStacksDoNotExplode: each level of stacks would make the value of the
// next one many times as large.
func TestNestedStacksDoNotExplode(t *testing.T) {
	var template, level strings.Builder
	template.WriteString("Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: level1.yaml, Parameters: {P: 0123456789}}\n")
	files := []string{}
	for i := 1; i < 12; i++ {
		level.Reset()
		fmt.Fprintf(&level, "Parameters: {P: {Type: String}, L: {Type: CommaDelimitedList}}\nConditions: {C: !Equals [!Ref AWS::Region, %d]}\n", i)
		fmt.Fprintf(&level, "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: level%d.yaml\n      Parameters:\n", i+1)
		fmt.Fprintf(&level, "        P: !Sub \"%s\"\n", strings.Repeat("${P}", 100))
		fmt.Fprintf(&level, "        L: [%s]\n", strings.TrimSuffix(strings.Repeat("!If [C, !Ref L, !Ref P], ", 100), ", "))
		files = append(files, fmt.Sprintf("level%d.yaml", i), level.String())
	}
	s := load(t, template.String(), nil, files...)
	if len(s.Resources) != maxNesting+1 {
		t.Errorf("%d resources\n%s", len(s.Resources), problems(s))
	}
}
