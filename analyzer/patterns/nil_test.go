package patterns

import (
	"fmt"
	"testing"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// An edge may have an end that could not be resolved. No pattern stumbles over it,
// whatever the relation and the kinds.
func TestUnresolvedEnds(t *testing.T) {
	for _, rel := range graph.Relations() {
		g := graph.New()
		for _, k := range graph.Kinds() {
			a := g.Add(&graph.Node{ID: string(k), Kind: k})
			b := g.Add(&graph.Node{ID: fmt.Sprintf("%s too", k), Kind: k})
			for _, typ := range []string{"Map", "Parallel", "Task", "Choice"} {
				if k == graph.State {
					a.Attrs["type"] = source.StringOf(typ, source.Location{})
				}
				if len(graph.Partners(k, rel)) > 0 {
					g.Connect(&graph.Edge{From: a, Relation: rel, Basis: graph.Declared})
				}
				if len(graph.Partners(k, rel.Reverse())) > 0 {
					g.Connect(&graph.Edge{To: b, Relation: rel, Basis: graph.Declared})
				}
			}
		}
		if found := Find(g); found.Primary != nil && len(found.Present) == 0 {
			t.Errorf("%s: a primary that is not present", rel)
		}
	}
}
