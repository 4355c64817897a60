package policy

import (
	"slices"
	"strconv"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/parsers/source"
)

// field is a property of an object of the input.
type field = [2]*ast.Term

// builder makes the input of rules from the graph of one world.
type builder struct {
	g       *graph.Graph
	w       *witness // nil: nothing is watched
	texts   map[string]*ast.Term
	index   map[*graph.Node]int // in the array of its kind
	nothing *ast.Term
}

// input is the graph of one world as rules read it: one array a kind; on each
// node every relation of its kind, of either direction, as an array of objects
// that hold the edge's id and attributes, the partner's id (node), its kind and,
// under the name of that, its index. With a witness, nodes, edges and open
// lists are watched. What is below a node is made when a rule looks at it, so the
// input belongs to one goroutine.
func (e *Engine) input(g *graph.Graph, w *witness, o Options) *ast.Term {
	b := &builder{
		g: g, w: w, texts: map[string]*ast.Term{},
		index:   make(map[*graph.Node]int, len(g.Nodes)),
		nothing: ast.ArrayTerm(),
	}
	nodes := map[graph.Kind][]*ast.Term{}
	for _, n := range g.Nodes {
		b.index[n] = len(nodes[n.Kind])
		nodes[n.Kind] = append(nodes[n.Kind], b.object(record{id: n.ID, attrs: n.Attrs, node: n}))
	}
	var root []field
	for _, k := range graph.Kinds() {
		_, open := g.Open[k]
		root = append(root, field{b.text(k.Plural()), b.list("", k.Plural(), open, nodes[k])})
	}
	root = append(root,
		field{b.text("date"), b.text(o.Date)},
		field{b.text("matches"), b.matches(o.Matches)})
	if e.aws != nil {
		root = append(root, field{b.text("aws"), e.aws})
	}
	return ast.ObjectTerm(root...)
}

// text is the term of a text; equal texts share one.
func (b *builder) text(s string) *ast.Term {
	t := b.texts[s]
	if t == nil {
		t = ast.StringTerm(s)
		b.texts[s] = t
	}
	return t
}

// record is what an object of the input is made from: a node, an edge or an entry
// of a Map.
type record struct {
	id      string
	fixed   []field                 // what it always holds, beside its id
	attrs   map[string]source.Value // those that are known are its fields too
	missing []string                // names that are known to be unknown, beside unknown attributes
	node    *graph.Node             // whose relations are its fields; nil unless it is a node
}

// object is the term of a record, which is made when it is looked at.
func (b *builder) object(r record) *ast.Term {
	return ast.NewTerm(&watched{w: b.w, id: r.id, record: &r, b: b})
}

// field is the term under a name of a record, nil where there is none; hidden
// says that there is one, and that it is unknown.
func (b *builder) field(r *record, name string) (t *ast.Term, hidden bool) {
	if name == "id" {
		return b.text(r.id), false
	}
	for _, f := range r.fixed {
		if f[0].Value.(ast.String) == ast.String(name) {
			return f[1], false
		}
	}
	if v, ok := r.attrs[name]; ok {
		if unknown(v) {
			return nil, true
		}
		return b.value(r.id, name, v), false
	}
	if r.node != nil && len(graph.Partners(r.node.Kind, graph.Relation(name))) > 0 {
		return b.relation(r.node, graph.Relation(name)), false
	}
	return nil, slices.Contains(r.missing, name)
}

// relation is the edges of a relation, of either direction, that a node has: never
// absent, for count of what is not there is undefined.
func (b *builder) relation(n *graph.Node, r graph.Relation) *ast.Term {
	var items []*ast.Term
	for _, e := range b.g.Out(n) {
		if e.Relation == r {
			items = append(items, b.edge(e, n, e.To, r))
		}
	}
	for _, e := range b.g.In(n) {
		if e.Relation.Reverse() == r {
			items = append(items, b.edge(e, n, e.From, r))
		}
	}
	_, open := n.Open[r]
	return b.list(n.ID, string(r), open, items)
}

// edge is an edge as seen from one of its ends.
func (b *builder) edge(e *graph.Edge, end, partner *graph.Node, r graph.Relation) *ast.Term {
	x := record{id: e.ID, attrs: e.Attrs, fixed: []field{{b.text("basis"), b.text(e.Basis.String())}}}
	if partner == nil { // that there is one is known, which is not
		x.missing = append(x.missing, "node", "kind")
		for _, k := range graph.Partners(end.Kind, r) {
			x.missing = append(x.missing, string(k))
		}
	} else {
		x.fixed = append(x.fixed,
			field{b.text("node"), b.text(partner.ID)},
			field{b.text("kind"), b.text(string(partner.Kind))},
			field{b.text(string(partner.Kind)), ast.InternedTerm(b.index[partner])})
	}
	return b.object(x)
}

// whole is all of a record.
func (b *builder) whole(r *record) ast.Object {
	fields := append(slices.Clone(r.fixed), field{b.text("id"), b.text(r.id)})
	if r.node != nil {
		for _, x := range graph.RelationsOf(r.node.Kind) {
			fields = append(fields, field{b.text(string(x)), b.relation(r.node, x)})
		}
	}
	for name := range r.attrs {
		if t, _ := b.field(r, name); t != nil {
			fields = append(fields, field{b.text(name), t})
		}
	}
	return ast.NewObject(fields...)
}

// hidden is the names of a record that are unknown.
func (r *record) hidden() []string {
	out := slices.Clone(r.missing)
	for name, v := range r.attrs {
		if unknown(v) {
			out = append(out, name)
		}
	}
	return out
}

// hides reports whether a name of a record is unknown.
func (r *record) hides(name string) bool {
	v, ok := r.attrs[name]
	return ok && unknown(v) || slices.Contains(r.missing, name)
}

// value is the term of an attribute that is not unknown; nil where it is unset.
func (b *builder) value(id, name string, v source.Value) *ast.Term {
	switch v.Kind {
	case source.String:
		return b.text(v.Text)
	case source.Bool:
		return ast.InternedTerm(v.Text == "true")
	case source.Number:
		f, _ := v.AsNumber()
		if f == float64(int(f)) {
			return ast.InternedTerm(int(f))
		}
		return ast.FloatNumberTerm(f)
	case source.Map:
		items := make([]*ast.Term, 0, len(v.Entries))
		for _, e := range v.Entries {
			v := scalar(e.Value)
			items = append(items, b.object(record{
				id: entryID(id, name, e.Key), attrs: map[string]source.Value{"value": v},
				fixed: []field{{b.text("name"), b.text(e.Key)}, {b.text("literal"), ast.InternedTerm(v.Kind == source.String)}},
			}))
		}
		return ast.ArrayTerm(items...)
	}
	return nil
}

// scalar is v as the text of an entry. What is marked as a secret is not shown.
func scalar(v source.Value) source.Value {
	if s, ok := v.AsString(); ok && !v.Sensitive {
		return source.StringOf(s, v.At)
	}
	return source.Value{Kind: source.Unknown, Text: v.Text, At: v.At}
}

// entryID is the id of an entry of a Map attribute: rules may find something at it.
func entryID(id, name, key string) string { return id + " " + name + " " + strconv.Quote(key) }

// unknown reports whether an attribute's value is one that rules cannot be shown.
// Of a Map each entry says so itself.
func unknown(v source.Value) bool {
	switch v.Kind {
	case source.Unset, source.String, source.Bool, source.Map:
		return false
	case source.Number:
		_, ok := v.AsNumber()
		return !ok
	}
	return true
}

// list is the array of a kind or relation. An open one is a watched object.
func (b *builder) list(id, name string, open bool, items []*ast.Term) *ast.Term {
	if b.w == nil || !open {
		if len(items) == 0 {
			return b.nothing
		}
		return ast.ArrayTerm(items...)
	}
	fields := make([]field, len(items))
	for i, t := range items {
		fields[i] = field{ast.InternedTerm(i), t}
	}
	return ast.NewTerm(&watched{Object: ast.NewObject(fields...), w: b.w, id: id, open: name})
}

// matches is the matches all of whose nodes and edges exist in this world.
func (b *builder) matches(all []*patterns.Match) *ast.Term {
	if len(all) == 0 {
		return b.nothing
	}
	edges := make(map[string]bool, len(b.g.Edges))
	for _, e := range b.g.Edges {
		edges[e.ID] = true
	}
	var items []*ast.Term
	for _, m := range all {
		if t := b.match(m, edges); t != nil {
			items = append(items, t)
		}
	}
	return ast.ArrayTerm(items...)
}

func (b *builder) match(m *patterns.Match, edges map[string]bool) *ast.Term {
	var roles []*ast.Term
	for _, f := range m.Roles {
		var ns, es []*ast.Term
		for _, n := range f.Nodes {
			here := b.g.Node(n.ID)
			if here == nil {
				return nil
			}
			ns = append(ns, ast.ObjectTerm(field{b.text("node"), b.text(n.ID)},
				field{b.text(string(here.Kind)), ast.InternedTerm(b.index[here])}))
		}
		for _, e := range f.Edges {
			if !edges[e.ID] {
				return nil
			}
			es = append(es, ast.ObjectTerm(field{b.text("edge"), b.text(e.ID)}))
		}
		roles = append(roles, ast.ObjectTerm(field{b.text("role"), b.text(f.Role.Name)},
			field{b.text("nodes"), ast.ArrayTerm(ns...)}, field{b.text("edges"), ast.ArrayTerm(es...)}))
	}
	return ast.ObjectTerm(
		field{b.text("pattern"), b.text(m.Pattern.ID)},
		field{b.text("partial"), ast.InternedTerm(m.Partial)},
		field{b.text("confidence"), b.text(m.Confidence.String())},
		field{b.text("roles"), ast.ArrayTerm(roles...)})
}

// hides reports whether anything in a graph is unknown or open.
func hides(g *graph.Graph) bool {
	any := func(attrs map[string]source.Value) bool {
		for _, v := range attrs {
			if unknown(v) {
				return true
			}
			for _, e := range v.Entries {
				if scalar(e.Value).Kind == source.Unknown {
					return true
				}
			}
		}
		return false
	}
	if len(g.Open) > 0 {
		return true
	}
	for _, n := range g.Nodes {
		if len(n.Open) > 0 || any(n.Attrs) {
			return true
		}
	}
	for _, e := range g.Edges {
		if e.From == nil || e.To == nil || any(e.Attrs) {
			return true
		}
	}
	return false
}

// unknownNames is the names under which something in a graph is unknown: of
// attributes, and of the partner that an edge lacks.
func unknownNames(g *graph.Graph) map[string]bool {
	names := map[string]bool{}
	note := func(attrs map[string]source.Value) {
		for name, v := range attrs {
			if unknown(v) {
				names[name] = true
			}
			for _, e := range v.Entries {
				if scalar(e.Value).Kind == source.Unknown {
					names["value"] = true
				}
			}
		}
	}
	for _, n := range g.Nodes {
		note(n.Attrs)
	}
	missing := func(end *graph.Node, r graph.Relation) {
		names["node"], names["kind"] = true, true
		for _, k := range graph.Partners(end.Kind, r) {
			names[string(k)] = true
		}
	}
	for _, e := range g.Edges {
		note(e.Attrs)
		if e.From == nil && e.To != nil {
			missing(e.To, e.Relation.Reverse())
		} else if e.To == nil && e.From != nil {
			missing(e.From, e.Relation)
		}
	}
	return names
}
