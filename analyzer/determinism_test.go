package analyzer_test

import (
	"fmt"
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
)

// Whatever the order in which resources, nodes and edges are handed on, a stack has
// the same matches to the byte.
func TestMatchesProveDeterministic(t *testing.T) {
	for _, x := range stacks(t) {
		r, g := found(x.Stack)
		want := spelled(r)
		for seed := range int64(3) {
			random := rand.New(rand.NewSource(seed))
			s := *x.Stack
			s.Resources = permutation(s.Resources, random)
			r, _ := found(&s)
			if got := spelled(r); got != want {
				t.Errorf("%s with resources in another order:\n%swant\n%s", x.name, got, want)
			}
			if got := spelled(patterns.Find(permutedGraph(g, random))); got != want {
				t.Errorf("%s with nodes and edges in another order:\n%swant\n%s", x.name, got, want)
			}
		}
	}
}

func permutation[T any](list []T, random *rand.Rand) []T {
	out := slices.Clone(list)
	random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// permutedGraph is a graph put together in another order.
func permutedGraph(g *graph.Graph, random *rand.Rand) *graph.Graph {
	out := graph.New()
	for _, n := range permutation(g.Nodes, random) {
		out.Add(n)
	}
	for _, e := range permutation(g.Edges, random) {
		c := *e
		out.Connect(&c).ID = e.ID
	}
	out.Sort()
	return out
}

// counter is what tells edges apart that are alike but for their places: it counts
// in the order of reading.
var counter = regexp.MustCompile(` \d+$`)

// spelled is all that a result says.
func spelled(r patterns.Result) string {
	var out strings.Builder
	if r.Primary != nil {
		fmt.Fprintf(&out, "primary %s\n", r.Primary.Pattern.ID)
	}
	if r.Nearest != nil {
		fmt.Fprintf(&out, "nearest %s\n", r.Nearest.ID)
	}
	for _, m := range r.Present {
		fmt.Fprintf(&out, "%s partial=%v %v\n", m.Pattern.ID, m.Partial, m.Confidence)
		for _, f := range m.Roles {
			for _, n := range f.Nodes {
				fmt.Fprintf(&out, "  %s: %s %v\n", f.Role.Name, n.ID, n.At)
			}
			for _, e := range f.Edges {
				fmt.Fprintf(&out, "  %s: %s %v\n", f.Role.Name, counter.ReplaceAllString(e.ID, ""), e.At)
			}
		}
		for _, x := range m.Missing {
			fmt.Fprintf(&out, "  missing %s at %s\n", x.Role.Name, x.At.ID)
		}
	}
	return out.String()
}
