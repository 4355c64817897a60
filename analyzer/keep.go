package analyzer

import (
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/source"
)

// Keep says how much of a stack stays in memory when it is analysed. Of many
// stacks, what they were read to fills it, and so do their graphs.
type Keep uint8

const (
	Everything Keep = iota // what was read, too
	Graphs                 // not what was read
	Findings               // nor graphs: of nodes and edges what findings are told with, of matches their names
)

func (sys *System) keep(k Keep) {
	if k == Everything {
		return
	}
	for _, s := range sys.Stacks {
		s.Resources, s.Outputs, s.Opaque, s.Stored = nil, nil, nil, nil
	}
	if k == Graphs {
		return
	}
	t := told{map[*graph.Node]bool{}, map[*graph.Edge]bool{}}
	for i := range sys.Result.Findings {
		t.finding(&sys.Result.Findings[i])
	}
	for i := range sys.Result.Undecided {
		t.finding(&sys.Result.Undecided[i].Finding)
	}
	sys.Graph, sys.options = nil, Options{}
	sys.Found = named(sys.Found)
}

// told takes from nodes and edges what no finding is told with.
type told struct {
	nodes map[*graph.Node]bool
	edges map[*graph.Edge]bool
}

func (t *told) finding(f *policy.Finding) {
	t.node(f.Node)
	t.edge(f.Edge)
	for _, e := range f.Path {
		t.edge(e)
	}
}

func (t *told) node(n *graph.Node) {
	if n != nil && !t.nodes[n] {
		t.nodes[n] = true
		n.Attrs, n.Open = numbers(n.Attrs), nil
	}
}

func (t *told) edge(e *graph.Edge) {
	if e != nil && !t.edges[e] {
		t.edges[e] = true
		e.Attrs = numbers(e.Attrs)
		t.node(e.From)
		t.node(e.To)
	}
}

// numbers is the numbers among some attributes.
func numbers(attrs map[string]source.Value) map[string]source.Value {
	var out map[string]source.Value
	for name, v := range attrs {
		if v.Kind == source.Number && !v.Sensitive {
			if out == nil {
				out = map[string]source.Value{}
			}
			out[name] = source.Value{Kind: source.Number, Text: v.Text}
		}
	}
	return out
}

// named is which patterns were found, without what they were found in.
func named(r patterns.Result) patterns.Result {
	out := patterns.Result{Nearest: r.Nearest}
	for _, m := range r.Present {
		x := &patterns.Match{Pattern: m.Pattern, Partial: m.Partial, Confidence: m.Confidence}
		out.Present = append(out.Present, x)
		if m == r.Primary {
			out.Primary = x
		}
	}
	return out
}
