package aws_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
)

// TestHostileReferences builds graphs of templates whose references lead in
// circles, or to one place by more ways than could be walked.
func TestHostileReferences(t *testing.T) {
	var s strings.Builder
	s.WriteString("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n")
	resource := func(name, typ, property string, refs ...string) {
		fmt.Fprintf(&s, "  %s: {Type: '%s', Properties: {%s: {'Fn::Join': ['', [", name, typ, property)
		for _, r := range refs {
			fmt.Fprintf(&s, "{Ref: %s}, ", r)
		}
		s.WriteString("'']]}}}\n")
	}
	const layers, wide = 40, 3
	all := func(layer int) (names []string) {
		for i := range wide {
			names = append(names, fmt.Sprintf("A%dx%d", layer, i))
		}
		return names
	}
	for layer := range layers {
		for _, name := range all(layer) {
			resource(name, "AWS::Lambda::Alias", "FunctionName", all((layer+1)%layers)...)
		}
	}
	resource("Path", "AWS::ApiGateway::Resource", "ParentId", "Path")
	resource("Method", "AWS::ApiGateway::Method", "ResourceId", "Path")
	resource("Listener", "AWS::ElasticLoadBalancingV2::Listener", "LoadBalancerArn", "Listener", "Listener")
	resource("Mapping", "AWS::Lambda::EventSourceMapping", "FunctionName", all(0)...)
	resource("Url", "AWS::Lambda::Url", "TargetFunctionArn", "Url")
	tree := source.MemoryTree(map[string][]byte{"t.yaml": []byte(s.String())})
	stack, ok := cloudformation.Load(tree, "t.yaml", cloudformation.Options{})
	if !ok {
		t.Fatal(stack.Problems)
	}
	g := aws.Build([]*source.Stack{stack})
	if g.Node("Method") == nil || g.Node("Url") == nil {
		t.Error("what is sound beside a circle is missing")
	}
}

// TestHostileParameters builds graphs of parameters that store each other's values:
// two stacks in a circle, a long chain, and one that names more than any value does.
func TestHostileParameters(t *testing.T) {
	const circle = `
Resources:
  %s: {Type: AWS::SSM::Parameter, Properties: {Name: /%s, Type: String, Value: "{{resolve:ssm:/%s}}{{resolve:ssm:/%s}}"}}
  Q%s: {Type: AWS::SQS::Queue}
  F%s: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {X: "{{resolve:ssm:/%s}}"}}}}
`
	stack := func(own, other string) *source.Stack {
		return load(t, own, fmt.Sprintf(circle, own, own, other, own, own, own, other))
	}
	g := aws.Build([]*source.Stack{stack("a", "b"), stack("b", "a")})
	if got := len(g.In(g.Node("b#b"), graph.Reads)); got != 1 {
		t.Errorf("%d functions read a parameter of a circle; want 1", got)
	}

	const long = 5_000
	var s strings.Builder
	s.WriteString("Resources:\n  Q: {Type: AWS::SQS::Queue}\n")
	store := func(name, value string) {
		fmt.Fprintf(&s, "  %s: {Type: AWS::SSM::Parameter, Properties: {Name: /%s, Type: String, Value: %s}}\n", name, name, value)
	}
	reader := func(name, parameter string) {
		fmt.Fprintf(&s, "  %s: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {X: '{{resolve:ssm:/%s}}'}}}}\n", name, parameter)
	}
	for i := range long {
		store(fmt.Sprint("P", i), fmt.Sprintf("'{{resolve:ssm:/P%d}}'", i+1))
	}
	store(fmt.Sprint("P", long), "!Ref Q")
	reader("Far", "P0")
	var all strings.Builder
	for i := range 100 {
		fmt.Fprintf(&s, "  W%d: {Type: AWS::SQS::Queue}\n", i)
		fmt.Fprintf(&all, "${W%d}", i)
	}
	store("Wide", `!Sub "`+all.String()+`"`)
	reader("Much", "Wide")
	g = aws.Build([]*source.Stack{load(t, "long", s.String())})
	if got := g.Out(g.Node("Far"), graph.Configures); len(got) != 1 || got[0].To != g.Node("Q") {
		t.Errorf("a chain leads to %v", got)
	}
	if got := g.Out(g.Node("Much"), graph.Configures); len(got) != 0 {
		t.Errorf("a value names %d nodes", len(got))
	}
}

// TestManyStatesOfOneName numbers the states of many branches that are called
// alike, each in a step: searching for a free number takes half a minute.
func TestManyStatesOfOneName(t *testing.T) {
	const branches = 9_900
	branch := `{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}`
	g := aws.Build([]*source.Stack{load(t, "many", `{"Resources": {"F": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"RoleArn": "r", "Definition": {
		"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [`+strings.Repeat(branch+",", branches-1)+branch+`]}}}}}}}`)})
	if got := len(g.Of(graph.State)); got != branches+1 {
		t.Errorf("%d states; want %d", got, branches+1)
	}
	for _, id := range []string{"F/P/A", "F/P/A 2", fmt.Sprint("F/P/A ", branches)} {
		if g.Node(id) == nil {
			t.Errorf("there is no state %q", id)
		}
	}
}

// TestManyRulesAndBuckets has rules that match the events of every bucket: beyond
// the bound, what else there may be is open.
func TestManyRulesAndBuckets(t *testing.T) {
	var s strings.Builder
	s.WriteString("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n")
	const each = 300
	for i := range each {
		fmt.Fprintf(&s, "  B%d: {Type: 'AWS::S3::Bucket', Properties: {NotificationConfiguration: {EventBridgeConfiguration: {EventBridgeEnabled: true}}}}\n", i)
		fmt.Fprintf(&s, "  R%d: {Type: 'AWS::Events::Rule', Properties: {EventPattern: {source: [aws.s3]}, Targets: [{Id: q, Arn: 'arn:aws:sqs:eu-west-1:111122223333:q'}]}}\n", i)
	}
	g := aws.Build([]*source.Stack{load(t, "many", s.String())})
	if got := len(g.In(g.Node("R0"), graph.Triggers)); got != each+1 { // and the bus
		t.Errorf("%d nodes trigger the first rule; want %d", got, each+1)
	}
	if got := len(g.Edges); got < 50_000 || got > 51_000 {
		t.Errorf("%d edges; want no more than the bound", got)
	}
	if last := g.Node(fmt.Sprint("R", each-1)); last.Open[graph.Triggers.Reverse()] == "" {
		t.Error("what triggers the last rule is not open")
	}
}
