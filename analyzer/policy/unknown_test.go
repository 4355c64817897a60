package policy_test

import (
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/source"
)

// copyWithout is a copy of a graph that leaves out a node with its edges, or an
// edge. Edges keep their ids.
func copyWithout(g *graph.Graph, node *graph.Node, edge *graph.Edge) *graph.Graph {
	out := graph.New()
	out.Conditions, out.Allowed = g.Conditions, g.Allowed
	maps.Copy(out.Open, g.Open)
	for _, n := range g.Nodes {
		if n != node {
			c := *n
			c.Attrs, c.Open = maps.Clone(n.Attrs), maps.Clone(n.Open)
			out.Add(&c)
		}
	}
	end := func(n *graph.Node) *graph.Node {
		if n == nil {
			return nil
		}
		return out.Node(n.ID)
	}
	for _, e := range g.Edges {
		if e == edge || node != nil && (e.From == node || e.To == node) {
			continue
		}
		c := *e
		c.Attrs, c.From, c.To = maps.Clone(e.Attrs), end(e.From), end(e.To)
		out.Connect(&c).ID = e.ID
	}
	return out
}

// less yields every graph that knows one thing less than g: an attribute of a node
// or edge, an end of an edge, that a relation or kind is complete, that a node or
// an edge is there. (To open a relation and leave its edges in place is not
// enough: what is hidden is what a rule misses.)
func less(g *graph.Graph, yield func(what string, less *graph.Graph)) {
	lessValues(g, func(of, name string, less *graph.Graph) { yield(of+"."+name+" is unknown", less) })
	lessParts(g, yield)
}

const why = "the test says so"

// lessValues is the graphs in which the value of an attribute is unknown; of is
// the id of the node or edge.
func lessValues(g *graph.Graph, yield func(of, name string, less *graph.Graph)) {
	unknown := source.Value{Kind: source.Unknown, Text: "Something"}
	for i, n := range g.Nodes {
		for _, a := range aws.NodeAttributes(n.Kind) {
			c := copyWithout(g, nil, nil)
			c.Nodes[i].Attrs[a.Name] = unknown
			yield(n.ID, a.Name, c)
		}
	}
	for i, e := range g.Edges {
		for _, a := range aws.EdgeAttributes(e.Relation) {
			c := copyWithout(g, nil, nil)
			c.Edges[i].Attrs[a.Name] = unknown
			yield(e.ID, a.Name, c)
		}
	}
}

// lessParts is the graphs in which a relation is open, or a node, an edge or an end
// of one is hidden.
func lessParts(g *graph.Graph, yield func(what string, less *graph.Graph)) {
	for i, n := range g.Nodes {
		for _, r := range graph.RelationsOf(n.Kind) {
			c := copyWithout(g, nil, nil)
			c.OpenRelation(c.Nodes[i], r, why)
			yield(n.ID+"."+string(r)+" is open", c)
		}
		c := copyWithout(g, n, nil)
		c.OpenKind(n.Kind, why)
		yield(n.ID+" is hidden", c)
	}
	for _, e := range g.Edges {
		if e.From == nil || e.To == nil {
			continue
		}
		from, to := e.From.ID, e.To.ID
		c := copyWithout(g, nil, e)
		c.OpenRelation(c.Node(from), e.Relation, why)
		c.OpenRelation(c.Node(to), e.Relation.Reverse(), why)
		yield(e.ID+" is hidden", c)

		c = copyWithout(g, nil, e)
		c.Connect(&graph.Edge{To: c.Node(to), Relation: e.Relation, Basis: e.Basis, Attrs: maps.Clone(e.Attrs), If: e.If, At: e.At}).ID = e.ID
		c.OpenRelation(c.Node(to), e.Relation.Reverse(), why)
		yield(e.ID+" comes from something unknown", c)

		c = copyWithout(g, nil, e)
		c.Connect(&graph.Edge{From: c.Node(from), Relation: e.Relation, Basis: e.Basis, Attrs: maps.Clone(e.Attrs), If: e.If, At: e.At}).ID = e.ID
		c.OpenRelation(c.Node(from), e.Relation, why)
		yield(e.ID+" leads to something unknown", c)
	}
}

// said is the findings of a result by rule, place and what they are about.
func said(r policy.Result) map[string]bool {
	m := map[string]bool{}
	for _, f := range r.Findings {
		m[f.Key] = true
	}
	return m
}

// TestKnowingLessNeverSaysMore takes from every fixture one thing after another
// that is known: nothing may then be found that was not found before.
func TestKnowingLessNeverSaysMore(t *testing.T) {
	e := builtin(t)
	graphs := 0
	for _, f := range fixtures(t) {
		t.Run(f.file, func(t *testing.T) {
			g := f.graph(t)
			before := said(check(t, e, g, f.rule))
			less(g, func(what string, less *graph.Graph) {
				graphs++
				for key := range said(check(t, e, less, f.rule)) {
					if !before[key] {
						t.Errorf("%s: found then: %s", what, key)
					}
				}
			})
		})
	}
	t.Log(graphs, "graphs that know less")
}

// mended is the attributes of which any value mends what a rule finds where they
// are not written: that they are written, to whatever, is enough.
var mended = map[string][]string{
	"limited-store-protection": {"reserved_concurrency", "maximum_concurrency"},
	"log-retention":            {"retention_days"},
	"secret-in-environment":    {"environment", "value"}, // what a parameter gives does not stand in the template
	"stage-throttle":           {"throttle_rate", "throttle_burst"},
	"throttled-poller":         {"maximum_concurrency"},
}

// TestNothingVanishes takes from every fixture the value of one attribute after
// another: what was found is then found all the same, or undecided, and what would
// decide it is that attribute.
func TestNothingVanishes(t *testing.T) {
	e := builtin(t)
	graphs, undecided := 0, 0
	for _, f := range fixtures(t) {
		g := f.graph(t)
		before := check(t, e, g, f.rule)
		if len(before.Findings) == 0 {
			continue
		}
		lessValues(g, func(of, name string, less *graph.Graph) {
			graphs++
			after := check(t, e, less, f.rule)
			found := said(after)
			for _, x := range before.Findings {
				switch u := about(after.Undecided, x); {
				case found[x.Key]:
				case u == nil && slices.Contains(mended[f.rule], name):
				case u == nil:
					t.Errorf("%s: without %s.%s nothing is said of %s", f.file, of, name, x.Message)
				case !slices.ContainsFunc(u.Unknown, func(n policy.Unknown) bool { return n.Name == of+"."+name }):
					t.Errorf("%s: without %s.%s it is undecided for %v: %s", f.file, of, name, u.Unknown, x.Message)
				default:
					undecided++
				}
			}
		})
	}
	t.Log(graphs, "graphs that know less,", undecided, "findings undecided in them")
}

// about is what is undecided at the place of a finding, or nil.
func about(all []policy.Undecided, f policy.Finding) *policy.Undecided {
	for i, u := range all {
		if u.Rule == f.Rule && u.Name == f.Name && (u.Node == nil) == (f.Node == nil) &&
			(u.Node == nil || u.Node.ID == f.Node.ID) && (u.Edge == nil || u.Edge.ID == f.Edge.ID) {
			return &all[i]
		}
	}
	return nil
}

// TestBlurNeverSaysMore: nor where there are too many worlds.
func TestBlurNeverSaysMore(t *testing.T) {
	e := builtin(t)
	for _, f := range fixtures(t) {
		g := f.graph(t)
		before := said(check(t, e, g, f.rule))
		for key := range said(check(t, e, g.Blur(), f.rule)) {
			if !before[key] {
				t.Errorf("%s: found when blurred: %s", f.file, key)
			}
		}
	}
}

// TestSideBySide: one engine judges several graphs at once, as it judges them one
// after the other.
func TestSideBySide(t *testing.T) {
	e := builtin(t)
	want := map[string]map[string]bool{}
	graphs := map[string]*graph.Graph{}
	for _, f := range fixtures(t) {
		graphs[f.file] = f.graph(t)
		want[f.file] = said(check(t, builtin(t), graphs[f.file]))
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, 4) // all at once would take a rule's second by waiting for a core
	for file, g := range graphs {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if got := said(check(t, e, g)); !maps.Equal(got, want[file]) {
				t.Errorf("%s: %v, alone %v", file, got, want[file])
			}
		})
	}
	wg.Wait()
}
