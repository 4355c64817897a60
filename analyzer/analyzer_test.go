package analyzer

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
)

// The problems of a stack are those of reading it, then those of making its graph,
// each once; the stack that was handed in stays as it was.
func TestProblems(t *testing.T) {
	const template = `
Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !Ref Nobody
      DefinitionString: '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}'
`
	stack, ok := cloudformation.Load(source.MemoryTree(map[string][]byte{"t.yaml": []byte(template)}), "t.yaml", cloudformation.Options{})
	if !ok || len(stack.Problems) != 1 {
		t.Fatalf("the problems of reading are %v", stack.Problems)
	}
	read := slices.Clone(stack.Problems)
	for range 2 {
		r := Analyze(context.Background(), []*source.Stack{stack}, nil, Options{})
		got := r.Systems[0].Stacks[0].Problems
		if len(got) != 2 || got[0] != read[0] || !strings.Contains(got[1].Summary, `no state "B"`) {
			t.Errorf("Problems = %v", got)
		}
	}
	if !slices.Equal(stack.Problems, read) {
		t.Errorf("Analyze changed the stack: %v", stack.Problems)
	}
}
