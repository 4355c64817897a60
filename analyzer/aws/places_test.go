package aws_test

import (
	"os"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
)

// TestPlacesInDefinitions reads what stands at the place of each state and of each
// edge between states, inside texts and in plain view: the state's name.
func TestPlacesInDefinitions(t *testing.T) {
	data, err := os.ReadFile("testdata/workflow.yaml")
	if err != nil {
		t.Fatal(err)
	}
	stack, _ := cloudformation.Load(source.MemoryTree(map[string][]byte{"workflow.yaml": data}), "workflow.yaml", cloudformation.Options{})
	g := aws.Build([]*source.Stack{stack})
	check := func(what string, at source.Location, want string) {
		t.Helper()
		if got := strings.Trim(string(data[at.Offset:at.EndOffset]), `"`); got != want {
			t.Errorf("%s: %q stands at %s, not %q", what, got, at, want)
		}
	}
	states := g.Of(graph.State)
	if len(states) == 0 {
		t.Fatal("no states")
	}
	for _, s := range states {
		check(s.ID, s.At, s.Name)
		check(s.ID+" type", s.Attrs["type"].At, s.Attrs["type"].Text)
		for _, e := range g.Out(s, graph.Next, graph.CatchTo) {
			check(e.ID, e.At, e.To.Name)
		}
	}
	for _, e := range g.Edges {
		if e.From != nil && e.From.ID == "Order/Charge" && e.Relation == graph.Invokes {
			check(e.ID, e.At, "${!ChargeArn}:live")
		}
	}
}
