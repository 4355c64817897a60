package patterns

import (
	"slices"

	"github.com/serverlens/serverlens/analyzer/graph"
)

// draft collects the evidence of a match while a pattern looks for its roles.
type draft struct {
	*view
	pattern *Pattern
	filled  []Filled // one for each role, in the pattern's order
	lacking []string // roles that are filled and yet not as they should be
	limit   Confidence
	seen    map[entry]bool
}

// entry is a node or an edge in a role.
type entry struct {
	role *Filled
	of   any
}

// isNew reports whether something is not in a role yet, and notes it there.
func (d *draft) isNew(f *Filled, of any) bool {
	known := d.seen[entry{f, of}]
	d.seen[entry{f, of}] = true
	return !known
}

func (v *view) draft(p *Pattern) *draft {
	d := &draft{view: v, pattern: p, filled: make([]Filled, len(p.Roles)), limit: High, seen: map[entry]bool{}}
	for i := range p.Roles {
		d.filled[i].Role = &p.Roles[i]
	}
	return d
}

// role is the evidence for a role so far.
func (d *draft) role(name string) *Filled {
	i := slices.IndexFunc(d.filled, func(f Filled) bool { return f.Role.Name == name })
	return &d.filled[i]
}

// add puts a node into a role, with the edges that show it there.
func (d *draft) add(role string, n *graph.Node, edges ...*graph.Edge) {
	f := d.role(role)
	if d.isNew(f, n) {
		f.Nodes = append(f.Nodes, n)
	}
	d.show(role, edges...)
}

// show adds edges to the evidence for a role.
func (d *draft) show(role string, edges ...*graph.Edge) {
	f := d.role(role)
	for _, e := range edges {
		if d.isNew(f, e) {
			f.Edges = append(f.Edges, e)
		}
	}
}

// addEnds puts what edges lead to into a role.
func (d *draft) addEnds(role string, edges []*graph.Edge) {
	for _, e := range edges {
		d.add(role, e.To, e)
	}
}

// match is the finished match, nil where a required role is empty.
func (d *draft) match() *Match {
	m := &Match{Pattern: d.pattern, Confidence: d.limit}
	for _, f := range d.filled {
		empty := len(f.Nodes) == 0
		switch {
		case empty && f.Role.Required:
			return nil
		case empty && !f.Role.Optional, slices.Contains(d.lacking, f.Role.Name):
			m.Missing = append(m.Missing, Missing{f.Role, d.beside(f.Role)})
		}
		if empty {
			continue
		}
		sortLike(d.Nodes, f.Nodes)
		sortLike(d.Edges, f.Edges)
		m.Roles = append(m.Roles, f)
		if f.Role.Required {
			m.Confidence = min(m.Confidence, founded(f.Edges))
		}
	}
	m.Partial = len(m.Missing) > 0
	return m
}

// beside is the first node in source order beside which a role would stand; of any
// role where the one it belongs to is empty too.
func (d *draft) beside(r *Role) *graph.Node {
	nodes := slices.Clone(d.role(r.Beside).Nodes)
	for i := 0; len(nodes) == 0; i++ {
		nodes = slices.Clone(d.filled[i].Nodes)
	}
	sortLike(d.Nodes, nodes)
	return nodes[0]
}

// sortLike puts some of the items of a list in the list's order.
func sortLike[T comparable](list, some []T) {
	if len(some) < 2 {
		return
	}
	place := make(map[T]int, len(list))
	for i, x := range list {
		place[x] = i
	}
	slices.SortFunc(some, func(a, b T) int { return place[a] - place[b] })
}

// founded is how well its edges found a role: the best of them counts. A role
// without edges is shown by its nodes alone.
func founded(edges []*graph.Edge) Confidence {
	if len(edges) == 0 {
		return High
	}
	best := Low
	for _, e := range edges {
		best = max(best, trust(e, edges))
	}
	return best
}

// trust is how far one edge is to be trusted: a declaration wholly, unless it
// names the resource by a literal; a grant wholly where a configuration agrees.
func trust(e *graph.Edge, beside []*graph.Edge) Confidence {
	switch {
	case e.Basis == graph.Inferred, isTrue(e.Attrs, "literal"):
		return Low
	case e.Basis == graph.Declared:
		return High
	}
	agrees := func(o *graph.Edge) bool {
		return o.Basis == graph.Inferred && !isTrue(o.Attrs, "literal") && o.From == e.From && o.To == e.To
	}
	if slices.ContainsFunc(beside, agrees) {
		return High
	}
	return Medium
}
