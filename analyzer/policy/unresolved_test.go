package policy_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/source"
)

// without is a fixture in which an expression that nobody can resolve stands for
// what is at a place.
func (f fixture) without(at source.Location) []byte {
	before, after := string(f.text[:at.Offset]), string(f.text[at.EndOffset:])
	inText := strings.HasSuffix(before, `"`)
	switch {
	case path.Ext(f.file) == ".tf" && inText:
		return []byte(before + "${var.unresolved}" + after + "\nvariable \"unresolved\" {}\n")
	case path.Ext(f.file) == ".tf":
		return []byte(before + "var.unresolved" + after + "\nvariable \"unresolved\" {}\n")
	}
	text := before + "{Ref: Unresolved}" + after
	const parameter = "Unresolved: {Type: String}"
	if head, rest, ok := strings.Cut(text, "Parameters:\n"); ok {
		return []byte(head + "Parameters:\n  " + parameter + "\n" + rest)
	}
	return []byte("Parameters: {" + parameter + "}\n" + text)
}

// concerned yields what a finding is about and its rule reads: the id of each node
// and edge, the name of the attribute and its value.
func concerned(g *graph.Graph, f policy.Finding, yield func(id, name string, v source.Value)) {
	ids := slices.Clone(f.With)
	if f.Node != nil {
		ids = append(ids, f.Node.ID)
	} else if f.Edge != nil {
		ids = append(ids, f.Edge.ID)
	}
	for _, e := range f.Path {
		ids = append(ids, e.ID)
		for _, n := range []*graph.Node{e.From, e.To} {
			if n != nil {
				ids = append(ids, n.ID)
			}
		}
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		for name, v := range attrsOf(g, id) {
			if f.Rule.Reads(name) {
				yield(id, name, v)
			}
		}
	}
}

func attrsOf(g *graph.Graph, id string) map[string]source.Value {
	if n := g.Node(id); n != nil {
		return n.Attrs
	}
	if i := slices.IndexFunc(g.Edges, func(e *graph.Edge) bool { return e.ID == id }); i >= 0 {
		return g.Edges[i].Attrs
	}
	return nil
}

// TestUnresolved writes into every fixture, for each property that a finding rests
// on in turn, an expression that nobody can resolve. The finding is then undecided,
// or found all the same, and never gone without a word.
func TestUnresolved(t *testing.T) {
	e := builtin(t)
	undecided, tried := 0, map[string]int{}
	for _, f := range fixtures(t) {
		g := f.graph(t)
		for _, x := range check(t, e, g, f.rule).Findings {
			concerned(g, x, func(id, name string, v source.Value) {
				if v.At.IsZero() || v.Def() != nil {
					return
				}
				less, err := load(f.file, f.without(v.At))
				if err != nil || attrsOf(less, id)[name].Kind != source.Unknown {
					return // it is a block, or the row does not read it from there
				}
				tried[e.Rule(f.rule).ID+path.Ext(f.file)]++
				r := check(t, e, less, f.rule)
				if slices.ContainsFunc(r.Findings, func(y policy.Finding) bool { return y.Key == x.Key }) {
					return
				}
				u := about(r.Undecided, x)
				if u == nil {
					if !slices.Contains(mended[f.rule], name) {
						t.Errorf("%s: where %s.%s is not resolved nothing is said of %s", f.file, id, name, x.Message)
					}
					return
				}
				undecided++
			})
		}
	}
	t.Log(tried, undecided)
}
