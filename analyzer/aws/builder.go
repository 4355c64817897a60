package aws

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// builder holds a graph while it is made.
type builder struct {
	g         *graph.Graph
	stacks    []*source.Stack
	resources []*resource
	byAddress map[*source.Stack]map[string]*resource
	exports   map[string]export
	names     map[string][]*graph.Node // nodes by physical name, as nameOf spells it
	joined    bool                     // more than one stack
	open      []openEnd
	stored    map[storedAs][]*resource    // parameters in Parameter Store
	followed  map[step][]end              // what aliases and imports lead to
	made      map[*resource][]*graph.Edge // of uncertain resources without a node

	openKinds []openKind

	policies      map[*graph.Node][]attached // by role
	strayPolicies []attached                 // of roles that are not known
	sorted        []*graph.Node              // the nodes with a literal name, by it

	opaque map[*source.Stack]map[string]*source.Opaque // by address, but for custom resources

	produced int // edges that event patterns made

	// Found out at the first question, for all resources at once.
	senders  map[*source.Stack][]*graph.Node // buckets that send their events to EventBridge
	alarmsOn map[metric][]*graph.Node
	staged   map[*resource]bool        // deployments that a stage uses
	used     map[*resource]bool        // data sources that a resolver uses
	groups   map[*resource][]end       // members of target groups
	services map[*resource]*resource   // services by their task definition
	byPath   map[*resource][]*resource // Terraform's methods by path resource
}

// resource is a declared resource on its way into the graph.
type resource struct {
	*source.Resource
	stack *source.Stack
	row   *row        // nil for a type without one
	node  *graph.Node // nil for a type that has no node (yet)
	// readable is how many bytes of text may still be read as documents, for all
	// resources together; nil for no limit.
	readable *int
}

type export struct {
	stack *source.Stack
	value source.Value
}

func newBuilder(stacks []*source.Stack) *builder {
	b := &builder{
		g: graph.New(), stacks: stacks, made: map[*resource][]*graph.Edge{}, byAddress: map[*source.Stack]map[string]*resource{},
		exports: map[string]export{}, stored: map[storedAs][]*resource{}, followed: map[step][]end{}, names: map[string][]*graph.Node{}, joined: len(stacks) > 1,
		policies: map[*graph.Node][]attached{}, opaque: map[*source.Stack]map[string]*source.Opaque{},
	}
	readable := maxWithin
	for _, s := range stacks {
		b.byAddress[s] = make(map[string]*resource, len(s.Resources))
		for i := range s.Resources {
			r := &resource{Resource: &s.Resources[i], stack: s, row: byType[s.Resources[i].Type], readable: &readable}
			b.resources = append(b.resources, r)
			b.byAddress[s][r.Address] = r
			if r.isStored() {
				b.addStored(r)
			}
		}
		b.opaque[s] = map[string]*source.Opaque{}
		for i := range s.Opaque {
			if o := &s.Opaque[i]; !isCustomResource(o.Source) {
				b.opaque[s][o.Address] = o
			}
		}
		for _, o := range s.Outputs {
			if name, ok := o.Export.AsString(); ok {
				b.exports[name] = export{s, o.Value}
			}
		}
		for _, c := range s.Conditions {
			c.Name = b.scoped(s, c.Name)
			c.Expr = b.scopedExpr(s, c.Expr)
			b.g.Conditions = append(b.g.Conditions, c)
		}
		for p, values := range s.Allowed {
			b.g.Allowed[b.scoped(s, p)] = values
		}
	}
	return b
}

// scoped is a name of one stack as it is called in a graph of several.
func (b *builder) scoped(s *source.Stack, name string) string {
	if !b.joined {
		return name
	}
	return s.Name + "#" + name
}

func (b *builder) scopedExpr(s *source.Stack, e source.Expr) source.Expr {
	if b.joined {
		if e.Name != "" {
			e.Name = b.scoped(s, e.Name)
		}
		args := make([]source.Expr, len(e.Args))
		for i, a := range e.Args {
			args[i] = b.scopedExpr(s, a)
		}
		e.Args = args
	}
	return e
}

func (b *builder) guard(s *source.Stack, g source.Guard) source.Guard {
	if !b.joined || len(g) == 0 {
		return g
	}
	out := make(source.Guard, len(g))
	for i, t := range g {
		out[i] = source.Term{Condition: b.scoped(s, t.Condition), Not: t.Not}
	}
	return out
}

// nodes makes the node of every resource whose row has a kind, then gives nodes
// the attributes that other resources hold.
func (b *builder) nodes() {
	for _, r := range b.resources {
		if r.row != nil && r.row.kind != "" && !r.isAlias() && b.same(r) == nil {
			b.declare(r, r.row.kind)
			b.describe(r)
		}
	}
	clear(b.followed) // nodes were missing
	for _, r := range b.resources {
		if other := b.same(r); other != nil {
			r.node = other.node
		}
		if r.row != nil && r.row.of != (prop{}) {
			for _, e := range b.followValue(r.stack, r.get(r.Properties, r.row.of), nil, r.At) {
				b.extend(r, e)
			}
		}
	}
}

// counts reports whether the resource is a node of a kind that rules look for.
func (r *resource) counts() bool { return r.node != nil && r.node.Kind != graph.Resource }

// describe gives the node of a resource its attributes.
func (b *builder) describe(r *resource) {
	values := make([]source.Value, len(r.row.attrs))
	set := 0
	for i := range r.row.attrs {
		if values[i] = b.attr(r, &r.row.attrs[i], r.Properties); values[i].Kind != source.Unset {
			set++
		}
	}
	r.node.Attrs = make(map[string]source.Value, set) // a map that grows takes twice the memory
	for i, v := range values {
		if v.Kind != source.Unset {
			r.node.Attrs[r.row.attrs[i].name] = v
		}
	}
}

// same is the resource with which r shares its node, or nil.
func (b *builder) same(r *resource) *resource {
	if r.row == nil || r.row.sameAs == nil {
		return nil
	}
	return r.row.sameAs(b, r)
}

// extend gives a node the attributes of a resource that is a part of it.
func (b *builder) extend(r *resource, e end) {
	when, ok := b.guard(r.stack, r.If).And(e.when)
	if !ok || e.node == nil {
		return
	}
	for i := range r.row.attrs {
		if v := b.attr(r, &r.row.attrs[i], r.Properties); v.Kind != source.Unset {
			b.set(e.node, r.row.attrs[i].name, v, when)
		}
	}
}

// set gives a node an attribute under a guard. Where the guard may fail, what the
// node says without it remains the other alternative.
func (b *builder) set(n *graph.Node, name string, v source.Value, when source.Guard) {
	before := n.Attrs[name]
	extra := slices.DeleteFunc(slices.Clone(when), func(t source.Term) bool { return slices.Contains(n.If, t) })
	switch len(extra) {
	case 0:
		n.Attrs[name] = v
	case 1:
		otherwise := source.Guard{{Condition: extra[0].Condition, Not: !extra[0].Not}}
		n.Attrs[name] = source.Value{Kind: source.Unknown, At: v.At, Text: v.Text}.
			With(source.Trace{Alts: []source.Alternative{{If: extra, Value: v}, {If: otherwise, Value: before}}})
	default:
		n.Attrs[name] = source.Value{Kind: source.Unknown, At: v.At, Text: when.String()}
	}
}

// declare makes the node of a resource.
func (b *builder) declare(r *resource, k graph.Kind) *graph.Node {
	n := &graph.Node{
		ID: b.scoped(r.stack, r.Address), Kind: k, Type: r.Type, If: b.guard(r.stack, r.If),
		At: r.At, Via: r.Via, Stack: r.stack,
	}
	if r.row != nil {
		for _, v := range r.get(r.Properties, r.row.name).Cases() {
			if name, ok := nameOf(v.Pieces()); ok {
				if v.Kind == source.String {
					n.Name = v.Text
				}
				b.names[name] = append(b.names[name], n)
			}
		}
	}
	r.node = b.g.Add(n)
	return r.node
}

// attr is the value of an attribute: as written, else what AWS assumes, which
// then stands at the resource's name.
func (b *builder) attr(r *resource, a *attr, in source.Value) source.Value {
	switch {
	case a.always != "":
		return source.StringOf(a.always, r.At)
	case a.read != nil:
		return b.settle(r, a, a.read(b, r, in))
	case a.as != nil:
		return b.settle(r, a, a.as(r.get(in, a.at), r.At))
	}
	return b.settle(r, a, r.get(in, a.at))
}

// settle gives a value its attribute's type and default, in every alternative.
func (b *builder) settle(r *resource, a *attr, v source.Value) source.Value {
	if len(v.Alts()) > 0 {
		out := v.Trace()
		out.Alts = make([]source.Alternative, len(v.Alts()))
		for i, alt := range v.Alts() {
			out.Alts[i] = source.Alternative{If: b.guard(r.stack, alt.If), Value: b.settle(r, a, alt.Value)}
		}
		return v.With(out)
	}
	if v.Kind == source.List && len(v.Items) == 1 {
		return b.settle(r, a, v.Items[0])
	}
	switch v.Kind {
	case source.Unknown:
		return v
	case source.Unset, source.Null:
		if a.def == nil {
			return source.Value{At: v.At}
		}
		def := literal(a.def)
		def.At = r.At
		return def
	}
	if a.typ == entries && v.Kind == source.Map {
		return b.settleEntries(r, v)
	}
	return typed(v, a.typ)
}

// settleEntries is a map with texts as its values; what is absent is left out.
func (b *builder) settleEntries(r *resource, v source.Value) source.Value {
	all := make([]source.Entry, 0, len(v.Entries))
	for _, e := range v.Entries {
		if e.Value = b.settle(r, &attr{typ: text}, e.Value); e.Value.Kind != source.Unset {
			all = append(all, e)
		}
	}
	v.Entries = all
	return v
}

// typed is a value as the type of its attribute: templates may write numbers and
// booleans as text. What cannot be that type is unknown.
func typed(v source.Value, t scalar) source.Value {
	switch t {
	case text:
		if _, ok := v.AsString(); ok {
			v.Kind = source.String
			return v
		}
	case number:
		if _, ok := v.AsNumber(); ok {
			v.Kind = source.Number
			return v
		}
	case flag:
		if is, ok := v.AsBool(); ok {
			v.Kind, v.Text = source.Bool, strconv.FormatBool(is)
			return v
		}
	}
	return source.Value{Kind: source.Unknown, Text: v.Text, At: v.At}.WithRefs(v.AllRefs())
}

// literal is a default of a row as a value; Unset for nil.
func literal(def any) source.Value {
	switch d := def.(type) {
	case nil:
		return source.Value{}
	case string:
		return source.StringOf(d, source.Location{})
	case int:
		return source.NumberOf(float64(d), source.Location{})
	case float64:
		return source.NumberOf(d, source.Location{})
	case bool:
		return source.BoolOf(d, source.Location{})
	}
	panic(fmt.Sprintf("a row's default is a %T", def))
}

// link makes the edges of one link of a resource's row.
func (b *builder) link(r *resource, l *link) {
	if l.each == (prop{}) {
		b.connectLink(r, l, nil, r.Properties)
		return
	}
	for g, x := range r.get(r.Properties, l.each).Elements() {
		b.connectLink(r, l, g, x)
	}
}

func (b *builder) connectLink(r *resource, l *link, g source.Guard, in source.Value) {
	base, ok := b.guard(r.stack, r.If).And(b.guard(r.stack, g))
	if !ok || r.lacks(in, l.from) || r.lacks(in, l.to) {
		return
	}
	attrs := map[string]source.Value{}
	if l.mode != "" {
		attrs["mode"] = source.StringOf(l.mode, r.At)
	}
	for i := range l.attrs {
		if v := b.attr(r, &l.attrs[i], in); v.Kind != source.Unset {
			attrs[l.attrs[i].name] = v
		}
	}
	at := in.At
	if l.each == (prop{}) {
		at = r.At
	}
	for _, f := range b.ends(r, l, in, false) {
		for _, t := range b.ends(r, l, in, true) {
			when, ok := base.And(f.when)
			if ok {
				when, ok = when.And(t.when)
			}
			if !ok || f.node == t.node && f.node != nil {
				continue
			}
			e := b.connect(r, edge{rel: l.rel, from: f, to: t, when: when, at: at, attrs: attrs})
			b.deadLetter(r, l, e, in)
		}
	}
}

// lacks reports whether a property that would name an end is not written.
func (r *resource) lacks(in source.Value, p prop) bool {
	if p == (prop{}) {
		return false
	}
	v := r.get(in, p)
	return v.Kind == source.Unset || v.Kind == source.Null
}

// ends is the nodes at one end of a link: the resource itself where neither a
// path nor a function names them.
func (b *builder) ends(r *resource, l *link, in source.Value, to bool) []end {
	p, find := l.from, l.findFrom
	if to {
		p, find = l.to, l.findTo
	}
	switch {
	case find != nil:
		return find(b, r, in)
	case to && l.toKinds != nil:
		return b.resolveAs(r, r.get(in, p), l.toKinds)
	case p != (prop{}):
		return b.resolve(r, r.get(in, p), partnersOf(l.rel, to))
	case r.node == nil && r.row.is != (prop{}):
		return b.resolve(r, r.get(r.Properties, r.row.is), partnersOf(l.rel, to))
	}
	return []end{{node: r.node, at: r.At}}
}

// edge is what is known of an edge before it is made.
type edge struct {
	rel      graph.Relation
	basis    *graph.Basis // Declared unless set
	from, to end
	when     source.Guard
	at       source.Location
	attrs    map[string]source.Value
}

// connect makes an edge and notes which of its ends is not known. Where it was
// written is the place of the reference, the most telling of its places.
func (b *builder) connect(r *resource, e edge) *graph.Edge {
	basis := graph.Declared
	if e.basis != nil {
		basis = *e.basis
	}
	at := e.at
	for _, end := range []end{e.from, e.to} {
		if end.node != r.node && !end.at.IsZero() {
			at = end.at
		}
	}
	if e.to.unresolved != "" {
		b.open = append(b.open, openEnd{known: e.from.node, rel: e.rel, why: e.to.unresolved, kinds: e.to.kinds})
	}
	if e.from.unresolved != "" {
		b.open = append(b.open, openEnd{known: e.to.node, rel: e.rel.Reverse(), why: e.from.unresolved, kinds: e.from.kinds})
	}
	made := b.g.Connect(&graph.Edge{
		From: e.from.node, To: e.to.node, Relation: e.rel, Basis: basis,
		If: e.when, At: at, Via: r.Via, Attrs: e.attrs,
	})
	if r.Uncertain && !r.counts() {
		b.made[r] = append(b.made[r], made)
	}
	return made
}

// deadLetter makes the edge to the dead-letter target of e, if its link has one,
// and says on e whether there is one.
func (b *builder) deadLetter(r *resource, l *link, e *graph.Edge, in source.Value) {
	if l.dead == (prop{}) {
		return
	}
	v := r.get(in, l.dead)
	rel := l.deadRel
	if rel == "" {
		rel = graph.DeadLettersTo
	}
	from := e.From
	if l.deadFrom != "" && e.To != nil && e.To.Kind == l.deadFrom {
		from = e.To
	}
	e.Attrs = cloneWith(e.Attrs, "dead_letter", b.settle(r, &attr{typ: flag}, deadLetterKept(v, r.At)))
	for _, t := range b.resolve(r, v, partnersOf(rel, true)) {
		when, ok := e.If.And(t.when)
		if ok && from != nil && t.node != from {
			b.connect(r, edge{rel: rel, from: end{node: from}, to: t, when: when, at: v.At,
				attrs: map[string]source.Value{"of": source.StringOf(e.ID, v.At)}})
		}
	}
}

// deadLetterKept is whether a dead-letter target is written; unknown where nothing
// is known of what is.
func deadLetterKept(v source.Value, at source.Location) source.Value {
	return v.Apply(func(v source.Value) source.Value {
		if v.Kind == source.Unknown && !slices.ContainsFunc(v.Parts(), func(p source.Part) bool { return p.Ref != nil || p.Text != "" }) {
			return v
		}
		return present(v, at)
	})
}

// cloneWith is m, which edges may share, with another entry.
func cloneWith(m map[string]source.Value, key string, v source.Value) map[string]source.Value {
	out := make(map[string]source.Value, len(m)+1)
	maps.Copy(out, m)
	out[key] = v
	return out
}
