package cloudformation

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

func showExpr(e source.Expr) string {
	var args []string
	for _, a := range e.Args {
		args = append(args, showExpr(a))
	}
	switch e.Op {
	case source.True:
		return "true"
	case source.False:
		return "false"
	case source.Open:
		return "open(" + e.Name + ")"
	case source.Equals:
		return fmt.Sprintf("%s=%q", e.Name, e.Value)
	case source.Named:
		return e.Name
	case source.And:
		return "(" + strings.Join(args, " and ") + ")"
	case source.Or:
		return "(" + strings.Join(args, " or ") + ")"
	}
	return "not " + strings.Join(args, " ")
}

func TestConditions(t *testing.T) {
	const declarations = `
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Size: {Type: Number, Default: 1}
  Given: {Type: String}
  Subnets: {Type: CommaDelimitedList, Default: ""}
  Image: {Type: AWS::SSM::Parameter::Value<String>, Default: /x}
Mappings: {Envs: {dev: {Big: no}, prod: {Big: yes}}}
`
	tests := []struct{ conditions, want string }{
		{`C: !Equals [!Ref Env, prod]`, `C: Env="prod"`},
		{`C: !Equals [prod, !Ref Env]`, `C: Env="prod"`},
		{`C: !Equals [!Sub "${Env}", prod]`, `C: Env="prod"`},
		{`C: {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}`, `C: AWS::Region="eu-west-1"`},
		{`C: !Equals [!Ref Size, 1]`, `C: Size="1"`},
		{`C: !Equals [!Ref Image, x]`, `C: Image="x"`},
		{`C: !Equals [!Ref Given, g]`, ``},
		{`C: !Equals [!Ref Given, h]`, ``},
		{`C: !Equals [a, a]`, ``},
		{`C: !Equals [!Join ["", !Ref Subnets], ""]`, `C: open(Fn::Equals [Fn::Join [, Ref Subnets], ])`},
		{`C: !Equals [!Ref Env, !Ref Size]`, `C: open(Fn::Equals [Ref Env, Ref Size])`},
		{`C: !Equals [!Ref Env, !Ref Env]`, ``},
		{`{C: !Not [!Equals [!Ref Env, prod]], D: !Not [!Condition C]}`, `C: not Env="prod"; D: not C`},
		{`{C: !And [!Equals [!Ref Env, prod], !Equals [!Ref Given, g]]}`, `C: Env="prod"`},
		{`{C: !And [!Equals [!Ref Env, prod], !Equals [!Ref Given, h]]}`, ``},
		{`{C: !Or [!Equals [!Ref Env, prod], !Equals [!Ref Given, h], !Equals [!Ref Size, 2]]}`, `C: (Env="prod" or Size="2")`},
		{`{C: !Or [!Condition D, {Condition: E}], D: !Equals [!Ref Env, prod], E: !Equals [!Ref Given, g]}`, `D: Env="prod"`},
		{`{C: !Condition D, D: !Equals [!Ref Env, prod]}`, `C: D; D: Env="prod"`},
		{`{"Fn::ForEach::L": [X, [a, b], {"Is${X}": !Equals [!Ref Env, !Ref X]}]}`, `Isa: Env="a"; Isb: Env="b"`},
		{`C: !Equals [!FindInMap [Envs, !Ref Env, Big], true]`, `C: Env="prod"`},
		{`C: !Equals [!FindInMap [Envs, dev, Big], true]`, ``},
	}
	for _, tt := range tests {
		t.Run(tt.conditions, func(t *testing.T) {
			section := "Conditions:\n  " + tt.conditions
			if strings.HasPrefix(tt.conditions, "{") {
				section = "Conditions: " + tt.conditions
			}
			s := load(t, declarations+section+"\nResources: {Q: {Type: AWS::SQS::Queue}}\n", map[string]string{"Given": "g"})
			var got []string
			for _, c := range s.Conditions {
				got = append(got, c.Name+": "+showExpr(c.Expr))
			}
			if strings.Join(got, "; ") != tt.want || len(s.Problems) > 0 {
				t.Errorf("got  %s\nwant %s\n%s", strings.Join(got, "; "), tt.want, problems(s))
			}
			if strings.Contains(tt.want, "Env=") && !reflect.DeepEqual(s.Allowed["Env"], []string{"dev", "prod"}) {
				t.Errorf("allowed: %v", s.Allowed)
			}
		})
	}
}

func TestConditionalResources(t *testing.T) {
	s := load(t, `
Parameters: {Env: {Type: String, Default: dev}, Given: {Type: String}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  Is: !Equals [!Ref Given, g]
  Not: !Not [!Condition Is]
Resources:
  Open: {Type: AWS::SQS::Queue, Condition: IsProd}
  Always: {Type: AWS::SQS::Queue, Condition: Is}
  Never: {Type: AWS::SQS::Queue, Condition: Not}
Outputs:
  Open: {Condition: IsProd, Value: !GetAtt Open.Arn, Export: {Name: !Sub "${Env}-open"}}
  Always: {Condition: Is, Value: !GetAtt Never.Arn}
  Never: {Condition: Not, Value: x}
`, map[string]string{"Given": "g"})
	var got []string
	for _, r := range s.Resources {
		got = append(got, fmt.Sprintf("%s %q", r.Address, r.If))
	}
	for _, o := range s.Outputs {
		got = append(got, fmt.Sprintf("%s %q %s %s", o.Name, o.If, show(o.Value), show(o.Export)))
	}
	want := []string{`Open "IsProd"`, `Always ""`, `Open "IsProd" ?Open.Arn <Open.Arn> "dev-open" default`, `Always "" ?Never.Arn <Never.Arn> -`}
	if !reflect.DeepEqual(got, want) || len(s.Problems) > 0 {
		t.Errorf("got  %q\nwant %q\n%s", got, want, problems(s))
	}
}

// A word that is a boolean in YAML names a condition as well as any other.
func TestConditionsNamedLikeBooleans(t *testing.T) {
	s := load(t, `
Parameters: {Env: {Type: String}}
Conditions:
  On: !Equals [!Ref Env, prod]
  No: {"Fn::Not": [{Condition: On}]}
Resources:
  A: {Type: AWS::SQS::Queue, Condition: On}
  B: {Type: AWS::SQS::Queue, Condition: no, Properties: {DelaySeconds: {"Fn::If": [On, 1, 2]}, KmsMasterKeyId: !If [No, a, b]}}
`, nil)
	var got []string
	for _, r := range s.Resources {
		got = append(got, fmt.Sprintf("%s %q %s", r.Address, r.If, show(r.Properties)))
	}
	want := []string{`A "On" {}`, `B "No" {DelaySeconds: On: 1 | not On: 2, KmsMasterKeyId: No: "a" | not No: "b"}`}
	if !reflect.DeepEqual(got, want) || len(s.Problems) > 0 {
		t.Errorf("got  %q\nwant %q\n%s", got, want, problems(s))
	}
	s = load(t, "Resources:\n  A: {Type: AWS::SQS::Queue, Condition: yes}\n", nil)
	if !strings.Contains(problems(s), "Condition takes the name of a condition") {
		t.Errorf("problems %s", problems(s))
	}
}

// TestWrongShapes: what CloudFormation rejects is unknown, with a problem at its
// place.
func TestWrongShapes(t *testing.T) {
	tests := []struct{ in, want string }{
		{`!FindInMap [A, B]`, "Fn::FindInMap takes a list of 3"},
		{`!FindInMap x`, "Fn::FindInMap takes a list of 3"},
		{`!FindInMap [Sizes, [a], Memory]`, "takes the name of a mapping"},
		{`!FindInMap [Sizes, qa, Memory]`, "the mappings have no Sizes.qa.Memory"},
		{`!FindInMap [Absent, qa, Memory]`, "the mappings have no Absent.qa.Memory"},
		{`!Sub ["x"]`, "Fn::Sub takes a text"},
		{`!Sub {a: b}`, "Fn::Sub takes a text"},
		{`!Sub ["x", y]`, "Fn::Sub takes a text"},
		{`!Sub "${}"`, "empty ${}"},
		{`!Sub "${Absent.Arn}"`, "Absent is no resource or parameter"},
		{`!Select x`, "Fn::Select takes a list of 2"},
		{`!Select [x, [a]]`, "takes an index and a list"},
		{`!Select [3, [a]]`, "has no item 3 in a list of 1"},
		{`!Select [0, a]`, "takes an index and a list"},
		{`!Join x`, "Fn::Join takes a list of 2"},
		{`!Join ["", x]`, "takes a delimiter and a list"},
		{`!Join [[], [x]]`, "takes a text as delimiter"},
		{`!Split ["", "a,b"]`, "a delimiter that is not empty"},
		{`!Split [",", [a]]`, "takes a delimiter and a text"},
		{`!If [IsProd, a]`, "takes the name of a condition and two values"},
		{`!If [!Ref Table, a, b]`, "takes the name of a condition and two values"},
		{`!If [Absent, a, b]`, "there is no condition Absent"},
		{`!Ref [a]`, "takes the name of a parameter or resource"},
		{`!Ref ""`, "takes the name of a parameter or resource"},
		{`!Ref Absent`, "Absent is no resource or parameter"},
		{`!Ref AWS::Regions`, "AWS::Regions is no pseudo parameter"},
		{`!GetAtt x`, `takes "Name.Attribute"`},
		{`!GetAtt [x]`, `takes "Name.Attribute"`},
		{`!GetAtt [[x], y]`, `takes "Name.Attribute"`},
		{`!GetAtt [Table, [y]]`, `takes "Name.Attribute"`},
		{`!GetAtt Absent.Arn`, "Absent is no resource or parameter"},
		{`!ImportValue [a]`, "takes the name of an export"},
		{`!Cidr [10.0.0.0/16]`, "takes a list of 2"},
		{`!Cidr [10.0.0.0/30, 200, 8]`, "does not find"},
		{`!Cidr [x, 2, 8]`, "takes a block"},
		{`!Cidr [10.0.0.0/16, 2, []]`, "takes a block"},
		{`{"Fn::Length": x}`, "Fn::Length takes a list"},
		{`!And x`, "Fn::And takes a list of conditions"},
		{`!Equals [a]`, "Fn::Equals takes a list of 2"},
		{`!Not [!Equals [a, b], !Equals [a, b]]`, "Fn::Not takes a list of conditions"},
		{`{"Fn::Nothing": x}`, "Fn::Nothing is no function"},
		{`{"Fn::ForEach::L": [N, [a]]}`, "takes an identifier, a collection and a map"},
		{`{"Fn::ForEach::L": [N, a, {x: y}]}`, "takes an identifier, a collection and a map"},
		{`{"Fn::ForEach::L": [N, [[a]], {x: y}]}`, "loops over texts"},
		{`{"Fn::ForEach::L": [N, [a, b], {x: y}]}`, `duplicate key "x"`},
		{`{"Fn::Transform": {Name: AWS::Include, Parameters: {Location: absent.yaml}}}`, "absent.yaml is not read"},
		{`{"Fn::Transform": {Name: AWS::Include, Parameters: {Location: "s3://b/k"}}}`, "what is included is not here"},
		{`{"Fn::Transform": {Name: Mine}}`, "what the macro Mine makes is not known"},
		{`{"Fn::Transform": [{Name: Mine}]}`, "what the macro Mine makes is not known"},
		{`{"Fn::Transform": x}`, "Fn::Transform takes the Name of a macro"},
		{`{"Fn::Transform": {Name: AWS::Include, Parameters: {Location: self.yaml}}}`, "included in a circle"},
		{`{"Fn::Transform": {Name: AWS::Include, Parameters: {Location: ../up.yaml}}}`, "outside"},
		{`{"Fn::Transform": {Name: AWS::Include, Parameters: {Location: broken.yaml}}}`, "syntax error"},
		{`{"Fn::Transform": {Name: AWS::Include, Parameters: {Location: /self.yaml}}}`, "outside"},
	}
	files := []string{"self.yaml", "A: {\"Fn::Transform\": {Name: AWS::Include, Parameters: {Location: self.yaml}}}\n", "broken.yaml", "a: [\n"}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			s := load(t, preamble+tt.in+"\n", nil, files...)
			resource(t, s, "It")
			if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].Summary, tt.want) || s.Problems[0].At.IsZero() {
				t.Errorf("got %v, want %q", s.Problems, tt.want)
			}
		})
	}
}

func TestWrongTemplates(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"null resource", "Resources:\n  A:\n  B: {Type: AWS::SQS::Queue}\n", "template.yaml:2:3: error: the resource A is a null"},
		{"no name", "Resources:\n  \"\": {Type: AWS::SQS::Queue}\n  B: {Type: AWS::SQS::Queue}\n", "template.yaml:2:3: error: a resource has no name"},
		{"no type", "Resources:\n  A: {Properties: {}}\n  B: {Type: AWS::SQS::Queue}\n", "template.yaml:2:3: error: the resource A has no Type"},
		{"type is a map", "Resources:\n  A: {Type: {Ref: B}}\n  B: {Type: AWS::SQS::Queue}\n", "template.yaml:2:3: error: the resource A has no Type"},
		{"properties are a list", "Resources:\n  B: {Type: AWS::SQS::Queue, Properties: []}\n", "template.yaml:2:42: error: Properties is a list"},
		{"conditions are a list", "Conditions: []\nResources: {B: {Type: AWS::SQS::Queue}}\n", "template.yaml:1:13: error: Conditions is a list"},
		{"unknown condition", "Resources: {B: {Type: AWS::SQS::Queue, Condition: C}}\n", "template.yaml:1:51: warning: there is no condition C"},
		{"condition is a list", "Resources: {B: {Type: AWS::SQS::Queue, Condition: [C]}}\n", "template.yaml:1:51: error: Condition takes the name"},
		{"condition of itself", "Conditions: {C: !Not [!Condition C]}\nResources: {B: {Type: AWS::SQS::Queue, Condition: C}}\n", "template.yaml:1:34: warning: the condition C depends on itself"},
		{"condition is a text", "Conditions: {C: x}\nResources: {B: {Type: AWS::SQS::Queue, Condition: C}}\n", "template.yaml:1:17: error: a condition is one of"},
		{"output is a text", "Resources: {B: {Type: AWS::SQS::Queue}}\nOutputs: {O: x}\n", "template.yaml:2:11: error: the output O is a string"},
		{"dangling DependsOn", "Resources: {B: {Type: AWS::SQS::Queue, DependsOn: C}}\n", "template.yaml:1:51: warning: C is no resource"},
		{"default is a map", "Parameters: {P: {Type: String, Default: {}}}\nResources: {B: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref P}}}\n", "template.yaml:1:41: error: a parameter is a text or a number"},
		{"unknown macro", "Transform: Mine\nResources: {B: {Type: AWS::SQS::Queue, DependsOn: C}}\n", "template.yaml:1:12: note: what the macro Mine"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t, tt.in, nil)
			resource(t, s, "B")
			if got := problems(s); !strings.HasPrefix(got, tt.want) || strings.Contains(got, "\n") {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestLoops(t *testing.T) {
	s := load(t, `
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: "a, b"}, Open: {Type: CommaDelimitedList}}
Resources:
  Fn::ForEach::Queues:
    - Name
    - !Ref Names
    - Queue${Name}:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: !Sub "${Name}-queue"
          RedrivePolicy: {deadLetterTargetArn: !GetAtt [!Sub "Dead${Name}", Arn]}
      Dead${Name}: {Type: AWS::SQS::Queue}
  Fn::ForEach::Unknown:
    - Name
    - !Ref Open
    - Topic${Name}: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Name, DisplayName: !Ref Queuea}}
      Sub${Name}: {Type: AWS::SNS::Subscription, Properties: {TopicArn: {Ref: "Topic${Name}"}, Endpoint: !GetAtt [!Sub "Topic${Name}", Arn]}}
Outputs:
  Fn::ForEach::Outs:
    - Name
    - !Ref Names
    - "Out${Name}": {Value: !GetAtt [!Sub "Queue${Name}", Arn]}
`, nil)
	var got []string
	for _, r := range s.Resources {
		got = append(got, fmt.Sprintf("%s %v %s", r.Address, r.Uncertain, show(r.Properties)))
	}
	for _, o := range s.Outputs {
		got = append(got, o.Name+" "+show(o.Value))
	}
	want := []string{
		`Queuea false {QueueName: "a-queue" default, RedrivePolicy: {deadLetterTargetArn: ?Deada.Arn <Deada.Arn>}}`,
		`Deada false {}`,
		`Queueb false {QueueName: "b-queue" default, RedrivePolicy: {deadLetterTargetArn: ?Deadb.Arn <Deadb.Arn>}}`,
		`Deadb false {}`,
		`Topic${Name} true {TopicName: ?Name, DisplayName: ?Queuea <Queuea>}`,
		`Sub${Name} true {TopicArn: ?Topic${Name} <Topic${Name}>, Endpoint: ?Topic${Name}.Arn <Topic${Name}.Arn>}`,
		`Outa ?Queuea.Arn <Queuea.Arn>`,
		`Outb ?Queueb.Arn <Queueb.Arn>`,
	}
	if !reflect.DeepEqual(got, want) || len(s.Problems) > 0 {
		t.Errorf("got  %s\nwant %s\n%s", strings.Join(got, "\n     "), strings.Join(want, "\n     "), problems(s))
	}
}

// TestLoopsUnderConditions: what a conditional item makes exists with it.
func TestLoopsUnderConditions(t *testing.T) {
	s := load(t, `
Parameters: {Env: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  Fn::ForEach::Queues: [Name, [A, !If [IsProd, B, !Ref "AWS::NoValue"]], {"Queue${Name}": {Type: AWS::SQS::Queue}}]
`, nil)
	var got []string
	for _, r := range s.Resources {
		got = append(got, fmt.Sprintf("%s %q", r.Address, r.If))
	}
	if want := []string{`QueueA ""`, `QueueB "IsProd"`}; !reflect.DeepEqual(got, want) || len(s.Problems) > 0 {
		t.Errorf("got %q\n%s", got, problems(s))
	}
}

func TestIncludedSections(t *testing.T) {
	s := load(t, `
Transform: {Name: AWS::Include, Parameters: {Location: parts/outputs.yaml}}
Resources:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/resources.yaml}}
  Own: {Type: AWS::SQS::Queue}
`, nil, "parts/resources.yaml", "Table:\n  Type: AWS::DynamoDB::Table\n  Properties: {TableName: !GetAtt Own.QueueName}\n",
		"parts/outputs.yaml", "Outputs: {O: {Value: !Ref Table}}\n")
	table := resource(t, s, "Table")
	if got := show(table.Properties.Get("TableName")); got != "?Own.QueueName <Own.QueueName>" || table.At.String() != "parts/resources.yaml:1:1" {
		t.Errorf("got %s at %s", got, table.At)
	}
	if len(s.Outputs) != 1 || len(s.Problems) > 0 || len(s.Files) != 3 {
		t.Errorf("outputs %v, files %d\n%s", s.Outputs, len(s.Files), problems(s))
	}
}

// What a macro or a file that is not here would declare may be any resource; what
// a loop leaves open is the like of what it makes.
func TestUnseen(t *testing.T) {
	const queue = "\nResources: {Q: {Type: AWS::SQS::Queue}}\n"
	for _, tt := range []struct {
		name, template string
		want           bool
	}{
		{"nothing special", queue, false},
		{"AWS's own", "Transform: [AWS::Serverless-2016-10-31, AWS::LanguageExtensions]" + queue, false},
		{"AWS's own as a map", "Transform: {Name: AWS::LanguageExtensions}" + queue, false},
		{"a macro", "Transform: [AWS::LanguageExtensions, Mine]" + queue, true},
		{"a macro with parameters", "Transform: {Name: Mine, Parameters: {A: b}}" + queue, true},
		{"an include that is here", "Transform: {Name: AWS::Include, Parameters: {Location: more.yaml}}" + queue, false},
		{"an include that is not", "Transform: {Name: AWS::Include, Parameters: {Location: s3://b/more.yaml}}" + queue, true},
		{"resources that are here", "Resources: {Q: {Type: AWS::SQS::Queue}, Fn::Transform: {Name: AWS::Include, Parameters: {Location: queues.yaml}}}", false},
		{"resources that are not", "Resources: {Q: {Type: AWS::SQS::Queue}, Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/queues.yaml}}}", true},
		{"resources of a macro", "Resources: {Q: {Type: AWS::SQS::Queue}, Fn::Transform: {Name: Mine}}", true},
		{"properties of a macro", "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {Fn::Transform: {Name: Mine}}}}", false},
		{"a loop", "Transform: AWS::LanguageExtensions\nParameters: {Names: {Type: CommaDelimitedList}}\n" +
			"Resources: {Fn::ForEach::All: [Name, !Ref Names, {\"Q${Name}\": {Type: AWS::SQS::Queue}}]}", false},
	} {
		s := load(t, tt.template, nil, "more.yaml", "Mappings: {M: {a: {b: c}}}", "queues.yaml", "R: {Type: AWS::SQS::Queue}")
		if got := s.Unseen != ""; got != tt.want {
			t.Errorf("%s: Unseen is %q", tt.name, s.Unseen)
		}
	}
}

func TestDefinitions(t *testing.T) {
	s := load(t, `
Resources:
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionS3Location: asl/m.asl.json}
  A:
    Type: AWS::ApiGateway::RestApi
    Properties: {BodyS3Location: api.yaml}
  Far:
    Type: AWS::ApiGateway::RestApi
    Properties: {BodyS3Location: {Bucket: b, Key: k}}
  Absent:
    Type: AWS::ApiGatewayV2::Api
    Properties: {BodyS3Location: absent.yaml}
  G:
    Type: AWS::AppSync::GraphQLSchema
    Properties: {DefinitionS3Location: schema.graphql}
`, nil, "asl/m.asl.json", `{"StartAt": "A"}`, "api.yaml", "paths:\n  /x: {get: {uri: !GetAtt M.Arn}}\n")
	start := resource(t, s, "M").Properties.Get("Definition", "StartAt")
	if start.Text != "A" || start.At.String() != "asl/m.asl.json:1:13" {
		t.Errorf("definition: %s at %s", show(start), start.At)
	}
	if got := show(resource(t, s, "A").Properties.Get("Body", "paths", "/x", "get", "uri")); got != "?M.Arn <M.Arn>" {
		t.Errorf("body: %s", got)
	}
	for _, name := range []string{"Far", "Absent"} {
		if got := resource(t, s, name).Properties.Get("Body"); got.Kind != source.Unset {
			t.Errorf("%s: %s", name, show(got))
		}
	}
	if got := problems(s); !strings.HasPrefix(got, "template.yaml:14:34: note: absent.yaml is not read") || strings.Contains(got, "\n") {
		t.Error(got)
	}
}

// TestPlaceholdersInDefinitions: a substitution may put a number where a
// definition is no JSON before.
func TestPlaceholdersInDefinitions(t *testing.T) {
	s := load(t, `
Resources:
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionS3Location: m.json, DefinitionSubstitutions: {Seconds: 3}}
`, nil, "m.json", `{"States": {"\"${A}": {"Seconds": ${Seconds}, "Resource": "${Arn}"}}, "X": [${Seconds}]}`)
	if got := show(resource(t, s, "M").Properties.Get("Definition")); got != `{States: {"${A}: {Seconds: "${Seconds}", Resource: "${Arn}"}}, X: ["${Seconds}"]}` || len(s.Problems) > 0 {
		t.Errorf("got %s\n%s", got, problems(s))
	}
	s = load(t, `
Resources:
  M: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionS3Location: m.json}}
`, nil, "m.json", `{"A": ${B, "C": ${D}`)
	if got := problems(s); !strings.HasPrefix(got, "m.json:1:") || strings.Contains(got, "\n") {
		t.Error(got)
	}
}

func TestFormat(t *testing.T) {
	tests := map[string]string{
		"Resources: {Q: {Type: AWS::SQS::Queue}}":                                                                                       "cloudformation",
		"Transform: AWS::Serverless-2016-10-31\nResources: {Q: {Type: AWS::SQS::Queue}}":                                                "sam",
		"Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\nResources: {Q: {Type: AWS::SQS::Queue}}":                     "sam",
		`{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Metadata": {"aws:cdk:path": "App/Q"}}}}`:                                      "cdk",
		`{"Parameters": {"BootstrapVersion": {"Type": "String"}}, "Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}`:                     "cdk",
		`{"Resources": {"CDKMetadata": {"Type": "AWS::CDK::Metadata"}}}`:                                                                "cdk",
		`{"TemplateBody": {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}}`:                "sam",
		`{"StagesAvailable": [], "TemplateBody": "Transform: AWS::Serverless-2016-10-31\nResources:\n  Q:\n    Type: AWS::SQS::Queue"}`: "sam",
	}
	for in, want := range tests {
		s := load(t, in, nil)
		if s.Format != want || len(s.Problems) > 0 || len(s.Resources) != 1 || s.Resources[0].At.IsZero() {
			t.Errorf("%s\ngot %s %v, want %s", in, s.Format, s.Problems, want)
		}
	}
}

func TestNoTemplate(t *testing.T) {
	for _, in := range []string{"", "a: b", "[]", "x", "Resources: {A: b}", "TemplateBody: x", `{"resources": [{"type": "Microsoft.Web/sites"}]}`, "apiVersion: v1\nkind: Pod\n"} {
		s, ok := Load(source.MemoryTree(map[string][]byte{"x": []byte(in)}), "x", Options{})
		if ok || len(s.Resources) > 0 {
			t.Errorf("%q is taken for a template", in)
		}
	}
}

func TestOpaque(t *testing.T) {
	s := load(t, `
Resources:
  C: {Type: Custom::Thing, Properties: {ServiceToken: x, T: !Ref Q}}
  M: {Type: My::Org::Queue::MODULE, Properties: {T: !Ref Q}}
  Q: {Type: AWS::SQS::Queue}
`, nil)
	var got []string
	for _, o := range s.Opaque {
		got = append(got, o.Address+" "+o.Source+" "+show(o.Inputs.Get("T")))
	}
	if want := []string{"C Custom::Thing ?Q <Q>", "M My::Org::Queue::MODULE ?Q <Q>"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
}
