package graph

import (
	"slices"
	"sync"
)

// Relations is every relation, in the order of the documentation.
func Relations() []Relation {
	out := make([]Relation, len(relations))
	for i, r := range relations {
		out[i] = r.name
	}
	return out
}

// Reverse is the name of a relation read from To to From, and of a reverse the
// relation itself.
func (r Relation) Reverse() Relation { return joins()[r].reverse }

// Partners is the kinds that a relation, read in either direction, may lead to
// from a kind; nil where the kind does not have the relation. The caller does not
// change it.
func Partners(k Kind, r Relation) []Kind { return joins()[r].partners[k] }

// Ending is the kinds at which a relation, read in either direction, may end, in
// the order of the documentation. The caller does not change it.
func Ending(r Relation) []Kind { return joins()[r].ending }

// join is one relation, read in one direction.
type join struct {
	reverse  Relation
	partners map[Kind][]Kind
	ending   []Kind
}

// joins is the relations, read in both directions, made at first use.
var joins = sync.OnceValue(func() map[Relation]join {
	m := make(map[Relation]join, 2*len(relations))
	for _, x := range relations {
		there, back := join{x.reverse, map[Kind][]Kind{}, nil}, join{x.name, map[Kind][]Kind{}, nil}
		for _, e := range x.ends {
			there.add(e.From, e.To)
			back.add(e.To, e.From)
		}
		m[x.name], m[x.reverse] = there.sorted(), back.sorted()
	}
	return m
})

func (j *join) add(from, to []Kind) {
	for _, k := range from {
		j.partners[k] = append(j.partners[k], to...)
	}
	j.ending = append(j.ending, to...)
}

func (j join) sorted() join {
	for k, partners := range j.partners {
		slices.Sort(partners)
		j.partners[k] = slices.Compact(partners)
	}
	all := j.ending
	j.ending = nil
	for _, x := range kinds {
		if slices.Contains(all, x.kind) {
			j.ending = append(j.ending, x.kind)
		}
	}
	return j
}

// RelationsOf is every relation that a kind has, of either direction, in the
// order of the documentation.
func RelationsOf(k Kind) []Relation {
	var out []Relation
	for _, x := range relations {
		for _, r := range []Relation{x.name, x.reverse} {
			if len(Partners(k, r)) > 0 {
				out = append(out, r)
			}
		}
	}
	return out
}

// OpenRelation says that n may have more edges of a relation, read in either
// direction, than are seen. Openness has two ends: the reverse is opened on every
// node that could be the partner: of all kinds that the relation leads to, or of
// those of them that are named.
func (g *Graph) OpenRelation(n *Node, r Relation, why string, only ...Kind) {
	partners := among(Partners(n.Kind, r), only)
	if len(partners) == 0 {
		return
	}
	open(n, r, why)
	for _, m := range g.Nodes {
		if m != n && slices.Contains(partners, m.Kind) {
			open(m, r.Reverse(), why)
		}
	}
}

// among is the kinds of all that are named; all of them where none is.
func among(all, only []Kind) []Kind {
	if len(only) == 0 {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(k Kind) bool { return !slices.Contains(only, k) })
}

// OpenEnd says that there is, or may be, an edge of which one end is unknown:
// its relation is opened on every node of the kinds that could be that end, and
// on the known end. known may be nil.
func (g *Graph) OpenEnd(known *Node, r Relation, why string) {
	if known != nil {
		g.OpenRelation(known, r, why)
		return
	}
	for _, n := range g.Nodes {
		for _, x := range []Relation{r, r.Reverse()} {
			if len(Partners(n.Kind, x)) > 0 {
				open(n, x, why)
			}
		}
	}
}

// OpenKind says that there may be more nodes of a kind than are seen, and so
// more edges to them.
func (g *Graph) OpenKind(k Kind, why string) {
	if _, already := g.Open[k]; !already {
		g.Open[k] = why
	}
	for _, r := range RelationsOf(k) {
		partners := Partners(k, r)
		for _, n := range g.Nodes {
			if slices.Contains(partners, n.Kind) {
				open(n, r.Reverse(), why)
			}
		}
	}
}

func open(n *Node, r Relation, why string) {
	if _, already := n.Open[r]; !already {
		n.Open[r] = why
	}
}
