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
