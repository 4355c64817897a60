// Package graph is the service graph: nodes, what they say of each other, and
// walks over them. It knows nothing of AWS or of template formats.
package graph

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/serverlens/serverlens/parsers/source"
)

// Basis says on what an edge rests, from the weakest.
type Basis uint8

const (
	Inferred  Basis = iota // a variable, a literal name
	Permitted              // a policy allows it
	Declared               // a mapping, target or integration states it
)

// String is the word that every output uses.
func (b Basis) String() string { return [...]string{"inferred", "permitted", "declared"}[b] }

// MarshalText writes the word.
func (b Basis) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// Node is one component. Attributes stand under the names of the rows of
// analyzer/aws; one that is not there is neither written nor assumed by AWS.
type Node struct {
	ID    string // the resource's address; see source.Resource
	Kind  Kind
	Type  string // of the resource, as written
	Name  string // physical name, "" where it is unknown or generated
	Attrs map[string]source.Value
	// Open holds the relations, of either direction, of which there may be more
	// edges than are seen, each with the reason.
	Open  map[Relation]string
	If    source.Guard
	At    source.Location // one line: its name
	Via   []source.Location
	Stack *source.Stack // that declares it; nil for an external node
}

// Edge joins two nodes. Where one end cannot be resolved it is nil; the edge is
// known all the same.
type Edge struct {
	ID       string // from, relation, to, and a counter where several are alike
	From, To *Node
	Relation Relation
	Basis    Basis
	Attrs    map[string]source.Value
	If       source.Guard
	At       source.Location // where the fact stands
	Via      []source.Location
}

// Graph is the nodes and edges of one system, both in source order.
type Graph struct {
	Nodes []*Node
	Edges []*Edge
	// Open holds the kinds of which there may be more nodes than are seen, each
	// with the reason.
	Open map[Kind]string
	// Conditions are those that the stacks leave open; Allowed restricts their
	// parameters.
	Conditions []source.Condition
	Allowed    map[string][]string
	// Problems is what could not be read while the graph was made (a policy, a
	// definition), by stack.
	Problems map[*source.Stack][]source.Problem

	byID    map[string]*Node
	edgeIDs map[string]int
	out, in map[*Node][]*Edge
}

// New is an empty graph.
func New() *Graph {
	return &Graph{
		Open: map[Kind]string{}, Allowed: map[string][]string{}, Problems: map[*source.Stack][]source.Problem{},
		byID: map[string]*Node{}, edgeIDs: map[string]int{},
		out: map[*Node][]*Edge{}, in: map[*Node][]*Edge{},
	}
}

// Node is the node of an id, or nil.
func (g *Graph) Node(id string) *Node { return g.byID[id] }

// Add adds a node. Of two nodes with the same id the first stays, and is returned.
func (g *Graph) Add(n *Node) *Node {
	if old := g.byID[n.ID]; old != nil {
		return old
	}
	if n.Attrs == nil {
		n.Attrs = map[string]source.Value{}
	}
	if n.Open == nil {
		n.Open = map[Relation]string{}
	}
	g.byID[n.ID] = n
	g.Nodes = append(g.Nodes, n)
	return n
}

// Connect adds an edge and gives it its id.
func (g *Graph) Connect(e *Edge) *Edge {
	if e.Attrs == nil {
		e.Attrs = map[string]source.Value{}
	}
	e.ID = fmt.Sprintf("%s %s %s", idOf(e.From), e.Relation, idOf(e.To))
	g.edgeIDs[e.ID]++
	if n := g.edgeIDs[e.ID]; n > 1 {
		e.ID = fmt.Sprintf("%s %d", e.ID, n)
	}
	g.attach(e)
	return e
}

func (g *Graph) attach(e *Edge) {
	g.Edges = append(g.Edges, e)
	if e.From != nil {
		g.out[e.From] = append(g.out[e.From], e)
	}
	if e.To != nil {
		g.in[e.To] = append(g.in[e.To], e)
	}
}

func idOf(n *Node) string {
	if n == nil {
		return "?"
	}
	return n.ID
}

// Out is the edges that leave n, In those that arrive, in source order; with
// relations named only those.
func (g *Graph) Out(n *Node, relations ...Relation) []*Edge { return pick(g.out[n], relations) }

// In is the edges that arrive at n; see Out.
func (g *Graph) In(n *Node, relations ...Relation) []*Edge { return pick(g.in[n], relations) }

func pick(edges []*Edge, relations []Relation) []*Edge {
	if len(relations) == 0 {
		return edges
	}
	var out []*Edge
	for _, e := range edges {
		if slices.Contains(relations, e.Relation) {
			out = append(out, e)
		}
	}
	return out
}

// Of is the nodes of some kinds, in source order.
func (g *Graph) Of(kinds ...Kind) []*Node {
	var out []*Node
	for _, n := range g.Nodes {
		if slices.Contains(kinds, n.Kind) {
			out = append(out, n)
		}
	}
	return out
}

// Resolved is the graph without the edges of which an end could not be resolved:
// g itself where there are none.
func (g *Graph) Resolved() *Graph {
	unresolved := func(e *Edge) bool { return e.From == nil || e.To == nil }
	if !slices.ContainsFunc(g.Edges, unresolved) {
		return g
	}
	out := New()
	out.Open, out.Conditions, out.Allowed = g.Open, g.Conditions, g.Allowed
	for _, n := range g.Nodes {
		out.Add(n)
	}
	for _, e := range g.Edges {
		if !unresolved(e) {
			out.attach(e)
		}
	}
	return out
}

// Prune takes out the nodes that no edge touches and that f does not want to keep.
func (g *Graph) Prune(keep func(*Node) bool) {
	g.Nodes = slices.DeleteFunc(g.Nodes, func(n *Node) bool {
		gone := len(g.out[n]) == 0 && len(g.in[n]) == 0 && !keep(n)
		if gone {
			delete(g.byID, n.ID)
		}
		return gone
	})
}

// Sort puts nodes and edges in source order: by file, place and id. Build calls
// it once; Out and In follow it.
func (g *Graph) Sort() {
	slices.SortStableFunc(g.Nodes, func(a, b *Node) int {
		return cmp.Or(place(a.At, b.At), cmp.Compare(a.ID, b.ID))
	})
	slices.SortStableFunc(g.Edges, func(a, b *Edge) int {
		return cmp.Or(place(a.At, b.At), cmp.Compare(a.ID, b.ID))
	})
	edges := g.Edges
	g.Edges = nil
	clear(g.out)
	clear(g.in)
	for _, e := range edges {
		g.attach(e)
	}
}

func place(a, b source.Location) int {
	return cmp.Or(cmp.Compare(a.File(), b.File()), cmp.Compare(a.Offset, b.Offset))
}
