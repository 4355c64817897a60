package cloudformation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

// load reads a template from memory, and files beside it.
func load(t testing.TB, template string, params map[string]string, files ...string) *source.Stack {
	t.Helper()
	tree := map[string][]byte{"template.yaml": []byte(template)}
	for i := 0; i+1 < len(files); i += 2 {
		tree[files[i]] = []byte(files[i+1])
	}
	stack, ok := Load(source.MemoryTree(tree), "template.yaml", Options{Params: params})
	if !ok {
		t.Fatalf("no template: %v", stack.Problems)
	}
	return stack
}

// resource is the resource of an address.
func resource(t testing.TB, s *source.Stack, address string) source.Resource {
	t.Helper()
	for _, r := range s.Resources {
		if r.Address == address {
			return r
		}
	}
	t.Fatalf("no resource %s; problems: %v", address, s.Problems)
	return source.Resource{}
}

// show writes a value so that a test can say what it expects: texts in quotes,
// what is unknown as ?text with its references, alternatives with their guards.
func show(v source.Value) string {
	var b strings.Builder
	switch {
	case len(v.Alts()) > 0:
		for i, a := range v.Alts() {
			if i > 0 {
				b.WriteString(" | ")
			}
			fmt.Fprintf(&b, "%s: %s", a.If, show(a.Value))
		}
	case v.Kind == source.Unknown:
		b.WriteString("?" + v.Text)
	case v.Kind == source.String:
		fmt.Fprintf(&b, "%q", v.Text)
	case v.Kind == source.List:
		var items []string
		for _, item := range v.Items {
			items = append(items, show(item))
		}
		b.WriteString("[" + strings.Join(items, ", ") + "]")
	case v.Kind == source.Map:
		var items []string
		for _, e := range v.Entries {
			items = append(items, e.Key+": "+show(e.Value))
		}
		b.WriteString("{" + strings.Join(items, ", ") + "}")
	case v.Kind == source.Unset:
		b.WriteString("-")
	case v.Kind == source.Null:
		b.WriteString("null")
	default:
		b.WriteString(v.Text)
	}
	if len(v.Refs()) > 0 {
		var refs []string
		for _, r := range v.Refs() {
			text := r.Address
			if r.Import != "" {
				text = "import " + r.Import
			}
			if r.Attribute != "" {
				text += "." + r.Attribute
			}
			refs = append(refs, text)
		}
		b.WriteString(" <" + strings.Join(refs, " ") + ">")
	}
	if v.Sensitive {
		b.WriteString(" secret")
	}
	if v.Default {
		b.WriteString(" default")
	}
	return b.String()
}

// problems are the problems of a stack, one a line.
func problems(s *source.Stack) string {
	var lines []string
	for _, p := range s.Problems {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

const preamble = `Parameters:
  Env: {Type: String, Default: dev}
  Given: {Type: String, Default: unused}
  Open: {Type: String}
  Names: {Type: CommaDelimitedList, Default: "a, b"}
  Size: {Type: Number, Default: 256}
  Image: {Type: "AWS::SSM::Parameter::Value<String>", Default: /images/latest}
  Token: {Type: String, NoEcho: true, Default: x}
Mappings:
  Sizes:
    dev: {Memory: 128, Zones: [a, b]}
    prod: {Memory: 1024, Zones: [c]}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsGiven: !Equals [!Ref Given, yes please]
Resources:
  Table: {Type: "AWS::DynamoDB::Table"}
  Queue: {Type: "AWS::SQS::Queue"}
  It:
    Type: Custom::Thing
    Properties:
      X: `

// TestIntrinsics is the meaning of every intrinsic function.
func TestIntrinsics(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"literal", `1`, `1`},
		{"digits of a text", `"012345678901"`, `"012345678901"`},
		{"digits of a number", `012345678901`, `012345678901`},
		{"date", `2012-10-17`, `"2012-10-17"`},
		{"null", `null`, `null`},

		{"Ref of a resource", `!Ref Table`, `?Table <Table>`},
		{"Ref, long form", `{Ref: Table}`, `?Table <Table>`},
		{"Ref of a default", `!Ref Env`, `"dev" default`},
		{"Ref of a given parameter", `!Ref Given`, `"yes please"`},
		{"Ref of an open parameter", `!Ref Open`, `?Ref Open`},
		{"Ref of a list", `!Ref Names`, `["a" default, "b" default] default`},
		{"Ref of a number", `!Ref Size`, `256 default`},
		{"Ref of a stored value", `!Ref Image`, `?Ref Image`},
		{"Ref of a secret", `!Ref Token`, `"x" secret default`},
		{"pseudo parameter", `!Ref AWS::Region`, `?AWS::Region`},
		{"given pseudo parameter", `!Ref AWS::Partition`, `"aws-cn"`},
		{"no value in a map", `{A: !Ref "AWS::NoValue", B: 1}`, `{B: 1}`},
		{"no value in a list", `[1, !Ref "AWS::NoValue", 2]`, `[1, 2]`},

		{"GetAtt", `!GetAtt Table.Arn`, `?Table.Arn <Table.Arn>`},
		{"GetAtt, list", `{"Fn::GetAtt": [Table, Arn]}`, `?Table.Arn <Table.Arn>`},
		{"GetAtt, text", `{"Fn::GetAtt": Table.Arn}`, `?Table.Arn <Table.Arn>`},
		{"GetAtt splits at the first dot", `!GetAtt Table.Outputs.X`, `?Table.Outputs.X <Table.Outputs.X>`},
		{"GetAtt, attribute by Ref", `{"Fn::GetAtt": [Table, !Ref Env]}`, `?Table.dev <Table.dev>`},
		{"GetAtt, open attribute", `{"Fn::GetAtt": [Table, !Ref Open]}`, `?Fn::GetAtt [Table, Ref Open] <Table>`},

		{"Sub without variables", `!Sub plain`, `"plain"`},
		{"Sub", `!Sub "${Env}-x"`, `"dev-x" default`},
		{"Sub of a resource", `!Sub "a-${Table}-b"`, `?a-${Table}-b <Table>`},
		{"Sub of an attribute", `!Sub "${Table.Arn}/index/*"`, `?${Table.Arn}/index/* <Table.Arn>`},
		{"Sub of nothing else", `!Sub "${Table.Arn}"`, `?Table.Arn <Table.Arn>`},
		{"Sub, blanks", `!Sub "${ Table }"`, `?Table <Table>`},
		{"Sub, literal", `!Sub "${!Table} ${Env}"`, `"${Table} dev" default`},
		{"Sub, only literal", `!Sub "${!Table}"`, `"${Table}"`},
		{"Sub, not closed", `!Sub "${Table"`, `"${Table"`},
		{"Sub with a map", `!Sub ["${X}-${Env}", {X: !Ref Table}]`, `?${Table}-dev <Table> default`},
		{"Sub, the map comes first", `!Sub ["${Env}", {Env: other}]`, `"other"`},
		{"Sub, nested attribute", `!Sub "${Table.A.B}"`, `?Table.A.B <Table.A.B>`},
		{"Sub, pseudo parameters", `!Sub "arn:${AWS::Partition}:sqs:${AWS::Region}:q"`, `?arn:aws-cn:sqs:${AWS::Region}:q`},

		{"Join", `!Join ["-", [a, !Ref Env, 1]]`, `"a-dev-1" default`},
		{"Join of a resource", `!Join ["", ["x/", !Ref Table]]`, `?x/${Table} <Table>`},
		{"Join of a list parameter", `!Join [",", !Ref Names]`, `"a,b" default`},
		{"Join of something unknown", `!Join [",", !GetAZs ""]`, `?Fn::Join [,, Fn::GetAZs ]`},
		{"Join drops no value", `!Join ["-", [a, !Ref "AWS::NoValue", b]]`, `"a-b"`},
		{"Join under a condition", `!Join ["-", [a, !If [IsProd, p, !Ref Table]]]`, `IsProd: "a-p" | not IsProd: ?a-${Table} <Table> <Table>`},

		{"Select", `!Select [1, [a, b]]`, `"b"`},
		{"Select by text", `!Select ["0", !Ref Names]`, `"a" default`},
		{"Select of something unknown", `!Select [2, !Split ["/", !GetAtt Table.Arn]]`, `?Fn::Select [2, Fn::Split [/, Fn::GetAtt [Table, Arn]]] <Table.Arn>`},
		{"Select by something unknown", `!Select [!Ref Open, [a, !Ref Table]]`, `?Fn::Select [Ref Open, [a, Ref Table]] <Table>`},
		{"Select beyond a default", `!Select [9, !Ref Names]`, `?Fn::Select [9, Ref Names] default`},
		{"Select of a list that may shrink", `!Select [1, [!If [IsProd, a, !Ref "AWS::NoValue"], b, c]]`, `?Fn::Select [1, [Fn::If [IsProd, a, Ref AWS::NoValue], b, c]]`},

		{"Split", `!Split [",", "a,b"]`, `["a", "b"]`},

		{"If, open", `!If [IsProd, 1, 2]`, `IsProd: 1 | not IsProd: 2`},
		{"If, decided", `!If [IsGiven, 1, 2]`, `1`},
		{"If, alike", `!If [IsProd, 1, 1]`, `1`},
		{"If with no value", `!If [IsProd, !GetAtt Queue.Arn, !Ref "AWS::NoValue"]`, `IsProd: ?Queue.Arn <Queue.Arn> | not IsProd: - <Queue.Arn>`},
		{"If of both no value", `{A: !If [IsProd, !Ref "AWS::NoValue", !Ref "AWS::NoValue"]}`, `{}`},
		{"If in a list", `[a, !If [IsProd, b, c]]`, `["a", IsProd: "b" | not IsProd: "c"]`},

		{"FindInMap", `!FindInMap [Sizes, dev, Memory]`, `128`},
		{"FindInMap by parameter", `!FindInMap [Sizes, !Ref Env, Zones]`, `["a", "b"] default`},
		{"FindInMap by condition", `!FindInMap [Sizes, !If [IsProd, prod, dev], Memory]`, `IsProd: 1024 | not IsProd: 128`},
		{"FindInMap by something unknown", `!FindInMap [Sizes, !Ref Open, Memory]`, `?Fn::FindInMap [Sizes, Ref Open, Memory]`},
		{"FindInMap with default", `!FindInMap [Sizes, qa, Memory, {DefaultValue: 64}]`, `64`},

		{"ImportValue", `!ImportValue net-Table`, `?Fn::ImportValue net-Table <import net-Table>`},
		{"ImportValue of Sub", `{"Fn::ImportValue": !Sub "${Env}-Table"}`, `?Fn::ImportValue dev-Table <import dev-Table> default`},
		{"ImportValue of something unknown", `{"Fn::ImportValue": !Sub "${Open}-Table"}`, `?Fn::ImportValue ${Open}-Table`},

		{"Base64", `!Base64 hello`, `"aGVsbG8="`},
		{"Base64 of a resource", `{"Fn::Base64": !Sub "x ${Table}"}`, `?Fn::Base64 Fn::Sub x ${Table} <Table>`},
		{"Cidr", `!Cidr [10.0.0.0/16, 2, 8]`, `["10.0.0.0/24", "10.0.1.0/24"]`},
		{"Cidr of a resource", `!Cidr [!GetAtt Table.Block, 2]`, `?Fn::Cidr [Fn::GetAtt [Table, Block], 2] <Table.Block>`},
		{"GetAZs of nothing", `!Select [0, !GetAZs ]`, `?Fn::Select [0, Fn::GetAZs ]`},
		{"GetAZs", `!GetAZs ""`, `?Fn::GetAZs `},
		{"Length", `{"Fn::Length": [a, b, c]}`, `3`},
		{"Length of a parameter", `{"Fn::Length": !Ref Names}`, `2 default`},
		{"ToJsonString", `{"Fn::ToJsonString": {B: [1, true, null], A: x}}`, `"{\"A\":\"x\",\"B\":[1,true,null]}"`},
		{"ToJsonString of a resource", `{"Fn::ToJsonString": {A: !Ref Table}}`, `?Fn::ToJsonString {A: Ref Table} <Table>`},

		{"Equals as a value", `!Equals [a, a]`, `true`},
		{"open Equals as a value", `!Equals [!Ref Env, a]`, `?Fn::Equals [Ref Env, a]`},
		{"Condition of a policy", `{Condition: {StringEquals: {a: b}}}`, `{Condition: {StringEquals: {a: "b"}}}`},
		{"function of Rules", `{"Fn::Contains": [[a], !Ref Env]}`, `?Fn::Contains [[a], Ref Env]`},

		{"secret", `"{{resolve:secretsmanager:db:SecretString:password}}"`, `?{{resolve:secretsmanager:db:SecretString:password}} secret`},
		{"secure parameter", `"{{resolve:ssm-secure:db:1}}"`, `?{{resolve:ssm-secure:db:1}} secret`},
		{"plain stored parameter", `"{{resolve:ssm:db}}"`, `?{{resolve:ssm:db}}`},
		{"stored parameter by name", `!Sub ["${X}", {X: "{{resolve:ssm:db}}"}]`, `?{{resolve:ssm:db}}`},
		{"stored parameter in a text", `!Sub "${Env}-{{resolve:ssm:db}}"`, `?dev-{{resolve:ssm:db}} default`},
		{"secret of a resource", `!Sub "{{resolve:secretsmanager:${Table}:SecretString:p}}"`, `?{{resolve:secretsmanager:${Table}:SecretString:p}} <Table> secret`},

		{"loop over entries", `{"Fn::ForEach::L": [N, [a, b], {"K${N}": !Ref N}]}`, `{Ka: "a", Kb: "b"}`},
		{"loop within Sub", `{"Fn::ForEach::L": [N, !Ref Names, {"K${N}": !Sub "${N}-${Env}"}]}`, `{Ka: "a-dev" default, Kb: "b-dev" default}`},
		{"loop within a text", `{"Fn::ForEach::L": [N, [a.b], {"K&{N}": "x-${N}-&{N}"}]}`, `{Kab: "x-a.b-ab"}`},
		{"loops within loops", `{"Fn::ForEach::L": [N, [a, b], {"Fn::ForEach::M": [M, [c], {"${N}${M}": 1}]}]}`, `{ac: 1, bc: 1}`},
		{"loop over something unknown", `{"Fn::ForEach::L": [N, !Ref Open, {"K${N}": !Ref Table}]}`, `?{Fn::ForEach::L: [N, Ref Open, {K${N}: Ref Table}]} <Table>`},
		{"loop over what a condition decides", `{"Fn::ForEach::L": [N, [a, !If [IsProd, b, !Ref "AWS::NoValue"]], {"K${N}": 1}]}`, `?{Fn::ForEach::L: [N, [a, Fn::If [IsProd, b, Ref AWS::NoValue]], {K${N}: 1}]}`},
		{"include", `{"Fn::Transform": {Name: AWS::Include, Parameters: {Location: part.yaml}}}`, `{A: ?Table.Arn <Table.Arn>, B: "dev" default}`},
		{"include beside others", `{C: 1, "Fn::Transform": {Name: AWS::Include, Parameters: {Location: part.yaml}}}`, `{C: 1, A: ?Table.Arn <Table.Arn>, B: "dev" default}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			params := map[string]string{"Given": "yes please", "AWS::Partition": "aws-cn"}
			s := load(t, preamble+tt.in+"\n", params, "part.yaml", "A: !GetAtt Table.Arn\nB: !Ref Env\n")
			if got := show(resource(t, s, "It").Properties.Get("X")); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if len(s.Problems) > 0 {
				t.Error(problems(s))
			}
		})
	}
}
