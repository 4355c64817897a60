package terraform

import (
	"cmp"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/serverlens/serverlens/parsers/source"
)

// stack evaluates everything that the root declares.
func (p *project) stack() *source.Stack {
	s := &source.Stack{Path: p.root, Name: p.root, Format: "terraform"}
	if p.rootModule != nil {
		s.Parameters = slices.Sorted(maps.Keys(p.rootModule.c.variables))
		p.resources(s, p.rootModule)
		p.outputs(s)
		s.Allowed = p.allowed()
	}
	if p.budget.spent != "" {
		p.problemAt(source.Error, source.InFile(p.root), "more %s than the limit: what is left of the root is unknown", p.budget.spent)
	}
	s.Conditions = p.conditions
	p.cycles(s)
	p.finish(s)
	return s
}

// finish hands over the problems in the order of their places, and the files.
func (p *project) finish(s *source.Stack) {
	s.Problems = p.problems
	slices.SortStableFunc(s.Problems, func(a, b source.Problem) int {
		return cmp.Or(cmp.Compare(a.At.File(), b.At.File()), cmp.Compare(a.At.Offset, b.At.Offset))
	})
	s.Files = p.files()
}

// resources adds the resources of a module and of those that it calls, in source
// order.
func (p *project) resources(s *source.Stack, m *module) {
	s.Resources = slices.Grow(s.Resources, len(m.c.order))
	for _, key := range m.c.order {
		b := m.c.resources[key]
		for _, inst := range m.expand(key, b).instances {
			if !p.budget.resource() {
				return
			}
			if r, ok := m.resource(key, b, inst); ok {
				s.Resources = append(s.Resources, r)
			}
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(m.c.modules), func(a, b string) int { return p.bySource(m.c.modules[a], m.c.modules[b]) }) {
		call := m.c.modules[name]
		made := m.instancesOf(name)
		if made == nil {
			p.opaque(s, m, name, call)
			continue
		}
		for _, child := range made {
			p.resources(s, child)
			if child.shim && !m.shim {
				p.unknownArguments(s, child)
			}
		}
	}
}

// bySource orders blocks by their places.
func (p *project) bySource(a, b *block) int {
	x, y := p.texts.at(a.at), p.texts.at(b.at)
	return cmp.Or(cmp.Compare(x.File(), y.File()), cmp.Compare(x.Offset, y.Offset))
}

// resource is one instance of a resource or data source.
func (m *module) resource(key string, b *block, inst instance) (source.Resource, bool) {
	guard, ok := m.guard.And(inst.guard)
	if !ok {
		return source.Resource{}, false
	}
	n := node{m: m}
	r := source.Resource{Address: m.addr(key) + inst.key, Type: b.labels[0], If: guard, Uncertain: inst.maybe || m.maybe,
		At: m.p.place(n, b.at), Body: m.p.place(n, b.whole), Via: m.via}
	if b.kind != "resource" {
		r.Type = b.kind + "." + r.Type
	}
	if m.shim {
		r.From = m.address
	}
	r.Properties = m.body(b.body, inst.scope, around{at: r.At})
	r.Properties.At = r.Body
	m.tags(&r, b, inst)
	r.Metadata = m.metadata(b, r.At)
	return r, true
}

// body is an evaluated body: its arguments, and its nested blocks as lists.
func (m *module) body(b *body, sc scope, in around) source.Value {
	out := source.MapOf(m.p.place(node{m: m}, b.at), make([]source.Entry, 0, len(b.attrs)+len(b.blocks))...)
	out.Sensitive = in.sensitive
	for _, a := range b.attrs {
		if in.depth == 0 && metaArguments[a.name] {
			continue
		}
		n := node{m: m, e: a.expr, sc: sc}
		v := m.p.value(n.eval(), n, in)
		if v.Kind == source.Null { // as if it were not written
			continue
		}
		out.Entries = append(out.Entries, source.Entry{Key: a.name, KeyAt: m.p.place(n, a.nameAt), Value: v})
	}
	names, blocks := m.nestedBlocks(b, sc)
	in.depth++
	if in.depth > maxNesting {
		return out
	}
	for _, name := range names {
		first := blocks[name][0].block
		list := source.Value{Kind: source.List, At: m.p.place(node{m: m}, first.at)}
		for _, x := range blocks[name] {
			list.Items = append(list.Items, m.nestedValue(x, name, in))
		}
		out.Entries = append(out.Entries, source.Entry{Key: name, KeyAt: list.At, Value: list})
	}
	slices.SortStableFunc(out.Entries, func(a, b source.Entry) int {
		if a.KeyAt.File() != b.KeyAt.File() {
			return 0
		}
		return cmp.Compare(a.KeyAt.Offset, b.KeyAt.Offset)
	})
	return out
}

// nestedValue is one nested block. One that is there only under a guard, or
// perhaps, is an alternative to nothing.
func (m *module) nestedValue(x blockInstance, name string, in around) source.Value {
	in.at = m.p.place(node{m: m}, x.block.at)
	v := m.body(x.block.body, x.scope, in)
	guard := x.guard
	if x.maybe {
		open := m.addr("dynamic " + name + " at " + in.at.String())
		if !slices.ContainsFunc(m.p.conditions, func(c source.Condition) bool { return c.Name == open }) {
			m.p.conditions = append(m.p.conditions, source.Condition{Name: open, Expr: source.Expr{Op: source.Open, Name: open}, At: in.at})
		}
		if both, ok := guard.And(source.If(open)); ok {
			guard = both
		}
	}
	if len(guard) == 0 {
		return v
	}
	alts := []source.Alternative{{If: guard, Value: v}}
	for i, t := range guard { // absent where the first i terms hold and the next fails
		absent := append(slices.Clone(guard[:i]), source.Term{Condition: t.Condition, Not: !t.Not})
		alts = append(alts, source.Alternative{If: absent, Value: source.Value{At: v.At}})
	}
	return source.Value{Kind: source.Unknown, Text: "dynamic " + name, At: v.At}.With(source.Trace{Alts: alts, Refs: v.AllRefs()})
}

// tags adds the default tags of the provider.
func (m *module) tags(r *source.Resource, b *block, inst instance) {
	p := m.providerOf(b)
	if b.kind != "resource" || p == nil {
		return
	}
	all := source.Value{Kind: source.Map}
	for _, d := range p.block.body.nested("default_tags") {
		if a := d.body.attr("tags"); a != nil {
			n := node{m: p.m, e: a.expr}
			v := m.p.value(n.eval(), n, around{})
			all.At, all.Entries = v.At, append(all.Entries, v.Entries...)
		}
	}
	if len(all.Entries) == 0 {
		return
	}
	for _, own := range r.Properties.Get("tags").Entries {
		i := slices.IndexFunc(all.Entries, func(e source.Entry) bool { return e.Key == own.Key })
		if i < 0 {
			all.Entries = append(all.Entries, own)
		} else {
			all.Entries[i] = own
		}
	}
	r.Properties.Entries = append(r.Properties.Entries, source.Entry{Key: "tags_all", KeyAt: all.At, Value: all})
}

// metadata is what Terraform itself reads of a resource: depends_on, provider and
// lifecycle.
func (m *module) metadata(b *block, at source.Location) source.Value {
	out := source.Value{At: at}
	n := node{m: m}
	add := func(a *attribute, key string, v source.Value) {
		out.Kind = source.Map
		out.Entries = append(out.Entries, source.Entry{Key: key, KeyAt: m.p.place(n, a.nameAt), Value: v})
	}
	if a := b.body.attr("provider"); a != nil {
		add(a, "provider", source.StringOf(traversalText(a.expr), m.p.place(n, a.expr.Range())))
	}
	if a := b.body.attr("depends_on"); a != nil {
		list := source.Value{Kind: source.List, At: m.p.place(n, a.expr.Range())}
		for _, t := range m.p.mentioned(a.expr).variables {
			if x, ok := splitMention(t); ok {
				list.Items = append(list.Items, source.RefOf(source.Ref{Address: m.addr(x.key()), At: m.p.place(n, t.SourceRange())}))
			}
		}
		add(a, "depends_on", list)
	}
	for _, l := range b.body.nested("lifecycle") {
		for _, a := range l.body.attrs {
			v, diags := a.expr.Value(nil)
			if !diags.HasErrors() && v.Type() == cty.Bool && v.IsKnown() && !v.IsNull() {
				add(a, a.name, source.BoolOf(v.True(), m.p.place(n, a.expr.Range())))
			}
		}
	}
	return out
}

// opaque notes a module that is not there, with what is handed to it.
func (p *project) opaque(s *source.Stack, m *module, name string, call *block) {
	for _, inst := range m.expand("module."+name, call).instances {
		n := node{m: m}
		o := source.Opaque{Address: m.addr("module."+name) + inst.key, Source: callSource(call), At: p.place(n, call.at)}
		o.Inputs = m.body(call.body, inst.scope, around{at: o.At})
		o.Inputs.Entries = slices.DeleteFunc(o.Inputs.Entries, func(e source.Entry) bool { return callArguments[e.Key] })
		s.Opaque = append(s.Opaque, o)
	}
}

func (p *project) outputs(s *source.Stack) {
	m := p.rootModule
	for _, name := range slices.SortedFunc(maps.Keys(m.c.outputs), func(a, b string) int { return p.bySource(m.c.outputs[a], m.c.outputs[b]) }) {
		b := m.c.outputs[name]
		out := source.Output{Name: name, At: p.place(node{m: m}, b.at)}
		if a := b.body.attr("value"); a != nil {
			out.Value = p.value(m.output(name), node{m: m, e: a.expr}, around{at: out.At})
		}
		s.Outputs = append(s.Outputs, out)
	}
}
