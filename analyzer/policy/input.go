package policy

import (
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
	edges   map[*graph.Node]map[graph.Relation][]*ast.Term
	nothing *ast.Term
}

// input is the graph of one world as rules read it: one array a kind; on each
// node every relation of its kind, of either direction, as an array of objects
// that hold the edge's id and attributes, the partner's id (node), its kind and,
// under the name of that, its index. With a witness, nodes, edges and open
// lists are watched.
func (e *Engine) input(g *graph.Graph, w *witness, o Options) *ast.Term {
	b := &builder{
		g: g, w: w, texts: map[string]*ast.Term{},
		index:   make(map[*graph.Node]int, len(g.Nodes)),
		edges:   make(map[*graph.Node]map[graph.Relation][]*ast.Term, len(g.Nodes)),
		nothing: ast.ArrayTerm(),
	}
	counts := map[graph.Kind]int{}
	for _, n := range g.Nodes {
		b.index[n] = counts[n.Kind]
		counts[n.Kind]++
	}
	for _, x := range g.Edges {
		b.edge(x, x.From, x.To, x.Relation)
		b.edge(x, x.To, x.From, x.Relation.Reverse())
	}
	nodes := map[graph.Kind][]*ast.Term{}
	relations := map[graph.Kind][]graph.Relation{}
	for _, n := range g.Nodes {
		if relations[n.Kind] == nil {
			relations[n.Kind] = graph.RelationsOf(n.Kind)
		}
		nodes[n.Kind] = append(nodes[n.Kind], b.node(n, relations[n.Kind]))
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

// edge puts an edge into the list of one of its ends, as seen from there.
func (b *builder) edge(e *graph.Edge, end, partner *graph.Node, r graph.Relation) {
	if end == nil {
		return
	}
	fields := make([]field, 0, 4+len(e.Attrs))
	fields = append(fields, field{b.text("basis"), b.text(e.Basis.String())})
	var missing []string
	if partner == nil { // that there is one is known, which is not
		missing = append(missing, "node", "kind")
		for _, k := range graph.Partners(end.Kind, r) {
			missing = append(missing, string(k))
		}
	} else {
		fields = append(fields,
			field{b.text("node"), b.text(partner.ID)},
			field{b.text("kind"), b.text(string(partner.Kind))},
			field{b.text(string(partner.Kind)), ast.InternedTerm(b.index[partner])})
	}
	if b.edges[end] == nil {
		b.edges[end] = map[graph.Relation][]*ast.Term{}
	}
	b.edges[end][r] = append(b.edges[end][r], b.object(e.ID, fields, e.Attrs, missing))
}

func (b *builder) node(n *graph.Node, relations []graph.Relation) *ast.Term {
	fields := make([]field, 0, len(relations)+len(n.Attrs)+1)
	for _, r := range relations { // never absent: count of what is not there is undefined
		_, open := n.Open[r]
		fields = append(fields, field{b.text(string(r)), b.list(n.ID, string(r), open, b.edges[n][r])})
	}
	return b.object(n.ID, fields, n.Attrs, nil)
}

// object is a node or an edge with its attributes. missing is the names that are
// known to be unknown; unknown attributes are added to them.
func (b *builder) object(id string, fields []field, attrs map[string]source.Value, missing []string) *ast.Term {
	fields = append(fields, field{b.text("id"), b.text(id)})
	for name, v := range attrs {
		if unknown(v) {
			missing = append(missing, name)
		} else if t := b.value(id, name, v); t != nil {
			fields = append(fields, field{b.text(name), t})
		}
	}
	if b.w == nil {
		return ast.ObjectTerm(fields...)
	}
	return ast.NewTerm(&watched{Object: ast.NewObject(fields...), w: b.w, id: id, missing: missing})
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
			items = append(items, b.object(entryID(id, name, e.Key), []field{{b.text("name"), b.text(e.Key)}},
				map[string]source.Value{"value": scalar(e.Value)}, nil))
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
