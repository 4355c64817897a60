package graph

import (
	"maps"
	"slices"

	"github.com/serverlens/serverlens/parsers/source"
)

// Guards is every open condition that a node, edge or attribute depends on, sorted.
func (g *Graph) Guards() []string {
	used := map[string]bool{}
	note := func(gd source.Guard) {
		for _, t := range gd {
			used[t.Condition] = true
		}
	}
	attrs := func(m map[string]source.Value) {
		for _, v := range m {
			guardsOf(v, note)
		}
	}
	for _, n := range g.Nodes {
		note(n.If)
		attrs(n.Attrs)
	}
	for _, e := range g.Edges {
		note(e.If)
		attrs(e.Attrs)
	}
	return slices.Sorted(maps.Keys(used))
}

func guardsOf(v source.Value, note func(source.Guard)) {
	for gd, c := range v.Cases() {
		note(gd)
		for _, x := range c.Items {
			guardsOf(x, note)
		}
		for _, e := range c.Entries {
			guardsOf(e.Value, note)
		}
	}
}

// World is the graph as it is in one world: no alternatives and no guards are
// left in it. Nodes and edges keep their ids and order.
func (g *Graph) World(w source.World) *Graph {
	in := func(v source.Value) source.Value { return in(v, w) }
	return g.project(in,
		func(n *Node) bool { return n.If.Holds(w) },
		func(e *Edge) bool { return e.If.Holds(w) })
}

// Blur is the graph where there are too many worlds to look at each: what differs
// between them is unknown, and an edge that may be missing while its ends are
// there is taken out and its relation opened. What is in no world, because a switch
// is off, is not in it either. It has no alternatives and no guards.
func (g *Graph) Blur() *Graph {
	const why = "it depends on more conditions than can be looked at one by one"
	var hidden []*Edge
	out := g.project(blur,
		func(n *Node) bool { return !g.never(n.If) },
		func(e *Edge) bool {
			switch {
			case slices.ContainsFunc(e.guards(), g.never):
				return false
			case e.always():
				return true
			}
			hidden = append(hidden, e)
			return false
		})
	for _, e := range hidden {
		if e.From != nil {
			out.OpenRelation(out.byID[e.From.ID], e.Relation, why)
		}
		if e.To != nil {
			out.OpenRelation(out.byID[e.To.ID], e.Relation.Reverse(), why)
		}
	}
	return out
}

// never reports whether a guard holds in no world, whatever the parameters are.
func (g *Graph) never(guard source.Guard) bool {
	return slices.ContainsFunc(guard, func(t source.Term) bool {
		return slices.ContainsFunc(g.Conditions, func(c source.Condition) bool {
			return c.Name == t.Condition && (c.Expr.Op == source.False && !t.Not || c.Expr.Op == source.True && t.Not)
		})
	})
}

// Union is the graph of all worlds at once: every node and edge that may exist,
// what differs between worlds unknown. It has no alternatives and no guards.
func (g *Graph) Union() *Graph {
	return g.project(blur, func(*Node) bool { return true }, func(*Edge) bool { return true })
}

// always reports whether e is there whenever one of its ends is.
func (e *Edge) always() bool {
	var all source.Guard
	for _, g := range e.guards() {
		var ok bool
		if all, ok = all.And(g); !ok {
			return false
		}
	}
	for _, g := range e.guards()[1:] {
		if !g.Equal(all) {
			return false
		}
	}
	return true
}

// guards is the guard of e and those of its known ends.
func (e *Edge) guards() []source.Guard {
	out := []source.Guard{e.If}
	for _, n := range []*Node{e.From, e.To} {
		if n != nil {
			out = append(out, n.If)
		}
	}
	return out
}

// project copies the nodes and edges that are wanted, without guards and with
// their attributes as value makes them.
func (g *Graph) project(value func(source.Value) source.Value, node func(*Node) bool, edge func(*Edge) bool) *Graph {
	out := New()
	maps.Copy(out.Open, g.Open)
	attrs := func(m map[string]source.Value) map[string]source.Value {
		c := make(map[string]source.Value, len(m))
		for k, v := range m {
			if x := value(v); x.Kind != source.Unset {
				c[k] = x
			}
		}
		return c
	}
	for _, n := range g.Nodes {
		if node(n) {
			c := *n
			c.If, c.Attrs, c.Open = nil, attrs(n.Attrs), maps.Clone(n.Open)
			out.Add(&c)
		}
	}
	for _, e := range g.Edges {
		if !edge(e) {
			continue
		}
		c := *e
		c.If, c.Attrs = nil, attrs(e.Attrs)
		if e.From != nil {
			c.From = out.byID[e.From.ID]
		}
		if e.To != nil {
			c.To = out.byID[e.To.ID]
		}
		if (e.From == nil) == (c.From == nil) && (e.To == nil) == (c.To == nil) {
			out.attach(&c)
		}
	}
	return out
}

// in is what v, with all that lies below it, is in a world; Unset where no
// alternative holds there.
func in(v source.Value, w source.World) source.Value {
	for g, c := range v.Cases() {
		if g.Holds(w) {
			return below(c, func(x source.Value) source.Value { return in(x, w) })
		}
	}
	return source.Value{At: v.At}
}

// blur is v with everything unknown that open conditions decide.
func blur(v source.Value) source.Value {
	if len(v.Alts()) > 0 {
		return source.Value{Kind: source.Unknown, Text: v.Text, At: v.At}.With(source.Trace{Refs: v.Refs(), Def: v.Def()})
	}
	return below(v, blur)
}

// below is v with f applied to its elements and entries; those that are then
// Unset are left out.
func below(v source.Value, f func(source.Value) source.Value) source.Value {
	if len(v.Items) > 0 {
		items := make([]source.Value, 0, len(v.Items))
		for _, x := range v.Items {
			if x = f(x); x.Kind != source.Unset {
				items = append(items, x)
			}
		}
		v.Items = items
	}
	if len(v.Entries) > 0 {
		entries := make([]source.Entry, 0, len(v.Entries))
		for _, e := range v.Entries {
			if e.Value = f(e.Value); e.Value.Kind != source.Unset {
				entries = append(entries, e)
			}
		}
		v.Entries = entries
	}
	return v
}
