package cloudformation

import (
	"slices"
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
