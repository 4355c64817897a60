package policy_test

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
	"github.com/serverlens/serverlens/rules"
)

// An oracle judges every way in which something unknown may turn out. A finding is
// sure if it is found in all of them: what is found while the thing is unknown has
// to be sure. How much of what is sure is kept is only logged.
type oracle struct {
	t                *testing.T
	sure, kept, ways int
}

// compare judges what is found while something is unknown by the ways.
func (o *oracle) compare(what string, found map[string]bool, ways []map[string]bool) {
	if len(ways) == 0 {
		return
	}
	sure := maps.Clone(ways[0])
	for _, w := range ways[1:] {
		maps.DeleteFunc(sure, func(key string, _ bool) bool { return !w[key] })
	}
	o.ways += len(ways)
	o.sure += len(sure)
	for key := range found {
		if !sure[key] {
			o.t.Errorf("%s: found all the same, and not sure: %s", what, key)
		}
	}
	for key := range sure {
		if found[key] {
			o.kept++
		}
	}
}

func (o *oracle) log() {
	o.t.Logf("%d ways; of %d sure findings %d are found while something is unknown", o.ways, o.sure, o.kept)
}

// judged yields the fixtures without open conditions, each with what its rule says
// of a graph and whether the rule names an attribute or relation at all.
func judged(t *testing.T, yield func(f fixture, g *graph.Graph, say func(*graph.Graph) map[string]bool, names func(string) bool)) {
	e := builtin(t)
	for _, f := range fixtures(t) {
		text, err := rules.Files.ReadFile(e.Rule(f.rule).File)
		if err != nil {
			t.Fatal(err)
		}
		if g := f.graph(t); len(g.Guards()) == 0 {
			yield(f, g,
				func(g *graph.Graph) map[string]bool { return said(check(t, e, g, f.rule)) },
				func(name string) bool { return regexp.MustCompile(`\.` + name + `\b`).Match(text) })
		}
	}
}

// TestUnknownValues takes the value of every attribute away and tries what it could
// be.
func TestUnknownValues(t *testing.T) {
	o := &oracle{t: t}
	judged(t, func(f fixture, g *graph.Graph, say func(*graph.Graph) map[string]bool, names func(string) bool) {
		try := func(id string, attrs []aws.Attribute, of func(*graph.Graph) map[string]source.Value) {
			for _, a := range attrs {
				if !names(a.Name) {
					continue
				}
				with := func(v source.Value) map[string]bool {
					c := copyWithout(g, nil, nil)
					of(c)[a.Name] = v
					return say(c)
				}
				var ways []map[string]bool
				for _, v := range valuesOf(a) {
					ways = append(ways, with(v))
				}
				o.compare(f.file+": "+id+"."+a.Name, with(source.Value{Kind: source.Unknown, Text: "Something"}), ways)
			}
		}
		for i, n := range g.Nodes {
			try(n.ID, aws.NodeAttributes(n.Kind), func(g *graph.Graph) map[string]source.Value { return g.Nodes[i].Attrs })
		}
		for i, e := range g.Edges {
			try(e.ID, aws.EdgeAttributes(e.Relation), func(g *graph.Graph) map[string]source.Value { return g.Edges[i].Attrs })
		}
	})
	o.log()
}

// valuesOf is values that an attribute may have, also those on both sides of the
// limits that rules know.
func valuesOf(a aws.Attribute) (out []source.Value) {
	at := source.Location{}
	switch {
	case len(a.Enum) > 0:
		for _, s := range a.Enum {
			out = append(out, source.StringOf(s, at))
		}
	case a.Type == "number":
		for _, f := range []float64{0, 1, 3, 5, 10, 29, 30, 60, 128, 900, 345600, 1209600} {
			out = append(out, source.NumberOf(f, at))
		}
	case a.Type == "boolean":
		out = []source.Value{source.BoolOf(true, at), source.BoolOf(false, at)}
	case a.Type == "string":
		for _, s := range []string{"", "x", "nodejs10.x", "{}", "idempotency"} {
			out = append(out, source.StringOf(s, at))
		}
	}
	return out
}

// TestOpenRelations opens every relation of every node and tries one edge more to
// each node that it could lead to.
func TestOpenRelations(t *testing.T) {
	o := &oracle{t: t}
	judged(t, func(f fixture, g *graph.Graph, say func(*graph.Graph) map[string]bool, names func(string) bool) {
		for i, n := range g.Nodes {
			for _, r := range graph.RelationsOf(n.Kind) {
				if !names(string(r)) && !names(string(r.Reverse())) {
					continue
				}
				open := copyWithout(g, nil, nil)
				open.OpenRelation(open.Nodes[i], r, "the test says so")
				ways := []map[string]bool{say(g)}
				for _, m := range g.Nodes {
					if m == n || !slices.Contains(graph.Partners(n.Kind, r), m.Kind) {
						continue
					}
					for variant := range 3 {
						more := copyWithout(g, nil, nil)
						more.Connect(another(more.Node(n.ID), more.Node(m.ID), r, variant))
						ways = append(ways, say(more))
					}
				}
				o.compare(f.file+": "+n.ID+"."+string(r), say(open), ways)
			}
		}
	})
	o.log()
}

// another is an edge of a relation, read from either end, with one of its
// attributes' values each: none, the first, the last.
func another(from, to *graph.Node, r graph.Relation, variant int) *graph.Edge {
	e := &graph.Edge{From: from, To: to, Relation: r, Basis: graph.Declared, Attrs: map[string]source.Value{}}
	if !slices.Contains(graph.Relations(), r) {
		e.From, e.To, e.Relation = to, from, r.Reverse()
	}
	for _, a := range aws.EdgeAttributes(e.Relation) {
		if values := valuesOf(a); len(values) > 0 && variant > 0 {
			e.Attrs[a.Name] = values[(variant-1)*(len(values)-1)]
		}
	}
	return e
}
