package cloudformation

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

// A condition that compares constants is a switch in the template: what it guards
// is part of the architecture, in no world of the rules. What a given parameter
// decides is folded.
func TestSwitchedOff(t *testing.T) {
	const text = `
Parameters: {Stage: {Type: String}}
Conditions:
  Never: !Equals [true, false]
  AlsoNever: !And [!Condition Never, !Equals [a, a]]
  Prod: !Equals [!Ref Stage, prod]
Resources:
  A: {Type: AWS::SQS::Queue, Condition: Never}
  B: {Type: AWS::SQS::Queue, Condition: AlsoNever}
  C: {Type: AWS::SQS::Queue, Condition: Prod}
  D: {Type: AWS::SQS::Queue, Properties: {QueueName: !If [Never, a, b]}}
`
	stack, ok := Load(source.MemoryTree(map[string][]byte{"t.yaml": []byte(text)}), "t.yaml", Options{Params: map[string]string{"Stage": "dev"}})
	if !ok {
		t.Fatal(stack.Problems)
	}
	var got []string
	for _, r := range stack.Resources {
		got = append(got, r.Address+" "+r.If.String())
	}
	if want := []string{"A Never", "B AlsoNever", "D "}; !slices.Equal(got, want) {
		t.Errorf("resources %q, want %q", got, want)
	}
	var cases []string
	for g, c := range stack.Resources[2].Properties.Get("QueueName").Cases() {
		cases = append(cases, g.String()+": "+c.Text)
	}
	if want := []string{"Never: a", "not Never: b"}; !slices.Equal(cases, want) {
		t.Errorf("a value that a switch decides is %q, want %q", cases, want)
	}
	worlds, _ := source.Worlds(stack.Conditions, []string{"Never", "AlsoNever"}, nil, 8)
	if len(worlds) != 1 || worlds[0]["Never"] || worlds[0]["AlsoNever"] {
		t.Errorf("worlds %v, want one without the switches", worlds)
	}
}

// Conditions that each name the one before twice are asked once each, however
// long the chain is: the ways through it double with every link.
func TestSwitchesThatNameEachOther(t *testing.T) {
	var text strings.Builder
	text.WriteString("Conditions:\n  C0: !Equals [a, b]\n")
	for i := 1; i < 60; i++ {
		fmt.Fprintf(&text, "  C%d: !Or [!Condition C%d, !Condition C%d]\n", i, i-1, i-1)
	}
	text.WriteString("Resources:\n  A: {Type: AWS::SQS::Queue, Condition: C59}\n")
	stack, ok := Load(source.MemoryTree(map[string][]byte{"t.yaml": []byte(text.String())}), "t.yaml", Options{})
	if !ok || len(stack.Resources) != 1 || stack.Resources[0].If.String() != "C59" {
		t.Fatalf("%v %v", stack.Resources, stack.Problems)
	}
}
