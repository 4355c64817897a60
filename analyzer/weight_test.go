package analyzer_test

import (
	"slices"
	"testing"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/parsers/source"
)

// Each edge of the evidence stands on a property: without it the edge is gone from
// the match.
func TestEvidenceStandsOnProperties(t *testing.T) {
	edges, unplaced := 0, 0
	for _, x := range stacks(t) {
		r, _ := found(x.Stack)
		for _, m := range r.Present {
			for e := range evidence(m) {
				edges++
				less, ok := without(x.Stack, e.At)
				if !ok {
					unplaced++
					continue
				}
				r, _ := found(less)
				for _, o := range r.Present {
					if o.Pattern == m.Pattern && slices.ContainsFunc(slices.Collect(keys(evidence(o))), func(o *graph.Edge) bool { return sameEdge(o, e) }) {
						t.Errorf("%s: %s of %s is still there without what it stands on, %v", x.name, e.ID, m.Pattern.ID, e.At)
					}
				}
			}
		}
	}
	t.Logf("%d edges, %d of them stand on what lies in other files or was put together", edges, unplaced)
	if 20*unplaced > edges {
		t.Errorf("%d of %d edges have no property in the template", unplaced, edges)
	}
}

func keys[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func evidence(m *patterns.Match) map[*graph.Edge]bool {
	out := map[*graph.Edge]bool{}
	for _, f := range m.Roles {
		for _, e := range f.Edges {
			out[e] = true
		}
	}
	return out
}

func sameEdge(a, b *graph.Edge) bool {
	return a.From.ID == b.From.ID && a.To.ID == b.To.ID && a.Relation == b.Relation && a.Basis == b.Basis && a.At == b.At
}

// without is a stack without the innermost properties that hold a place; ok is false
// where none does. SAM copies what is written once to several resources.
func without(stack *source.Stack, at source.Location) (less *source.Stack, ok bool) {
	c := *stack
	c.Resources = nil
	for _, r := range stack.Resources {
		var p, a bool
		r.Properties, p = cut(r.Properties, at)
		r.Attributes, a = cut(r.Attributes, at)
		if gone := !p && !a && holds(r.At, at); !gone {
			c.Resources = append(c.Resources, r)
		} else {
			ok = true
		}
		ok = ok || p || a
	}
	return &c, ok
}

func holds(region, at source.Location) bool {
	return region.File() == at.File() && region.Offset <= at.Offset && at.Offset < region.EndOffset
}

// regionOf is an entry from its key to the end of its value.
func regionOf(e source.Entry) source.Location {
	return e.KeyAt.To(e.Value.At)
}

// cut takes out of a value the items and entries that stand at a place, else the
// innermost ones that hold it.
func cut(v source.Value, at source.Location) (rest source.Value, ok bool) {
	var items []source.Value
	for _, x := range v.Items {
		less, gone, found := cutPart(x, x.At, x.At, at)
		if !gone {
			items = append(items, less)
		}
		ok = ok || found
	}
	var entries []source.Entry
	for _, e := range v.Entries {
		less, gone, found := cutPart(e.Value, e.KeyAt, regionOf(e), at)
		if e.Value = less; !gone {
			entries = append(entries, e)
		}
		ok = ok || found
	}
	v.Items, v.Entries = items, entries
	t := v.Trace()
	t.Alts = slices.Clone(t.Alts)
	if t.Doc != nil {
		doc, found := cut(*t.Doc, at)
		t.Doc, ok = &doc, ok || found
	}
	for i := range t.Alts {
		less, found := cut(t.Alts[i].Value, at)
		t.Alts[i].Value, ok = less, ok || found
	}
	return v.With(t), ok
}

// cutPart is a part of a value without what stands at a place; gone where the part
// itself goes.
func cutPart(v source.Value, key, region, at source.Location) (less source.Value, gone, found bool) {
	if v.At == at || key == at || slices.ContainsFunc(v.Parts(), func(p source.Part) bool { return p.At == at }) {
		return v, true, true
	}
	less, inside := cut(v, at)
	return less, !inside && holds(region, at), inside || holds(region, at)
}

// Without all that plays a required role the pattern is gone, or partial, or lacks
// that role.
func TestRequiredRolesCarryWeight(t *testing.T) {
	for _, x := range stacks(t) {
		r, g := found(x.Stack)
		checkWeight(t, x.name, r, g)
	}
}

func checkWeight(t *testing.T, name string, r patterns.Result, g *graph.Graph) {
	t.Helper()
	for _, m := range r.Present {
		for _, f := range m.Roles {
			if !f.Role.Required {
				continue
			}
			for _, o := range patterns.Find(lessNodes(g, f.Nodes)).Present {
				if o.Pattern == m.Pattern && !o.Partial {
					t.Errorf("%s: %s is complete without its %s", name, m.Pattern.ID, f.Role.Name)
				}
			}
		}
	}
}

// lessNodes is a graph without some nodes and their edges.
func lessNodes(g *graph.Graph, gone []*graph.Node) *graph.Graph {
	out := graph.New()
	for _, n := range g.Nodes {
		if !slices.Contains(gone, n) {
			out.Add(n)
		}
	}
	for _, e := range g.Edges {
		if !slices.Contains(gone, e.From) && !slices.Contains(gone, e.To) {
			c := *e
			out.Connect(&c)
		}
	}
	return out
}
