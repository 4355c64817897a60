package terraform

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/serverlens/serverlens/parsers/source"
)

// around is what a value has from the one that it is an element of.
type around struct {
	at                   source.Location // the place, where an element has none of its own
	sensitive, isDefault bool
	depth                int
}

// draft is a value in the making.
type draft struct {
	source.Value
	trace source.Trace
}

// value turns an evaluated value into a source.Value, with the places that its
// node leads to.
func (p *project) value(v cty.Value, n node, in around) source.Value {
	bare, marks := v.Unmark()
	_, sensitive := marks[sensitiveMark{}]
	in.sensitive, in.isDefault = in.sensitive || sensitive, in.isDefault || len(defaultsIn(marks)) > 0
	in.depth++
	out := draft{Value: source.Value{At: in.at, Sensitive: in.sensitive, Default: in.isDefault}}
	from := p.follow(n)
	if own := p.outOfShim(n); !own.isZero() {
		if at := p.place(own, own.at()); !at.IsZero() {
			out.At = at
		}
	}
	in.at = out.At
	if in.depth > maxNesting || !p.budget.leaf() {
		out.Kind, out.Text = source.Unknown, "…"
		return out.Value
	}
	if !from.isZero() {
		if at := p.place(from, from.at()); !at.IsZero() && at != out.At && !within(at, out.At) {
			out.trace.Def = &at
		}
	}
	switch t := bare.Type(); {
	case !bare.IsKnown():
		if len(marks) == 0 && n.e != nil { // hcl forgets those of an unknown collection in a for expression
			marks = n.m.staticMarks(n.e, n.sc)
		}
		p.unknown(&out, marks, from, in)
	case bare.IsNull():
		out.Kind = source.Null
	case t == cty.String:
		p.text(&out, bare.AsString(), marks, n)
		p.encoded(&out, from, in)
	case t == cty.Bool || t == cty.Number:
		p.scalar(&out, bare, marks, from)
	case t.IsObjectType() || t.IsMapType():
		p.object(&out, bare, marks, from, in)
	case bare.CanIterateElements():
		p.list(&out, bare, marks, from, in)
	default:
		out.Kind = source.Unknown
	}
	return out.With(out.trace)
}

// outOfShim goes from an expression of a shim to what was handed to it.
func (p *project) outOfShim(n node) node {
	from := n
	for range maxFollow {
		if from.m == nil || !from.m.shim {
			return from
		}
		next, ok := p.followOnce(from)
		if !ok || next.isZero() {
			return n
		}
		from = next
	}
	return n
}

// within reports whether a lies inside b.
func within(a, b source.Location) bool {
	return a.File() == b.File() && a.Offset >= b.Offset && a.EndOffset <= b.EndOffset
}

// place is the location of a range of a node. What a shim declares stands where
// its module is called.
func (p *project) place(n node, r hcl.Range) source.Location {
	if n.m != nil && n.m.shim {
		return n.m.place()
	}
	if r.Filename == "" {
		return source.Location{}
	}
	return p.texts.at(r)
}

// refs are the resources behind marks.
func (p *project) refs(marks cty.ValueMarks, at source.Location) []source.Ref {
	var ids []int
	for _, r := range sortedRefs(marks) {
		ids = append(ids, r.id)
	}
	return p.refsOf(at, ids...)
}

func (p *project) refsOf(at source.Location, ids ...int) []source.Ref {
	var out []source.Ref
	for _, id := range p.symbols.sources(ids...) {
		x := p.symbols.table[id]
		out = append(out, source.Ref{Address: x.address, Attribute: x.attribute, At: at})
	}
	return out
}

// scalar is a number or boolean. One that was computed from something unknown,
// such as a comparison of tokens, is unknown itself.
func (p *project) scalar(out *draft, v cty.Value, marks cty.ValueMarks, from node) {
	out.trace.Refs = p.refs(marks, out.At)
	switch {
	case uncertain(marks):
		out.Kind, out.Text = source.Unknown, p.nodeText(from)
	case v.Type() == cty.Bool:
		out.Kind, out.Text = source.Bool, map[bool]string{true: "true", false: "false"}[v.True()]
	default:
		out.Kind, out.Text = source.Number, primitiveText(v)
	}
}

func (p *project) nodeText(n node) string {
	if n.e == nil {
		return "…"
	}
	return p.exprText(n.e)
}

func (p *project) list(out *draft, v cty.Value, marks cty.ValueMarks, from node, in around) {
	out.Kind = source.List
	out.trace.Refs = p.refs(marks, out.At)
	k := p.kids(from)
	for it := v.ElementIterator(); it.Next(); {
		key, x := it.Element()
		out.Items = append(out.Items, p.value(x, k.of(v.Type(), key, x), in))
	}
}

func (p *project) object(out *draft, v cty.Value, marks cty.ValueMarks, from node, in around) {
	out.Kind = source.Map
	out.trace.Refs = p.refs(marks, out.At)
	k := p.kids(from)
	for it := v.ElementIterator(); it.Next(); {
		key, x := it.Element()
		name, _ := key.Unmark()
		kid, keyAt := k.named(name.AsString())
		e := source.Entry{Key: p.show(name.AsString()), Value: p.value(x, kid, in)}
		if !kid.isZero() && keyAt.Filename != "" {
			e.KeyAt = p.place(kid, keyAt)
		}
		if _, twice := out.Entry(e.Key); !twice || len(out.Entries) > maxInstances {
			out.Entries = append(out.Entries, e)
		}
	}
	slices.SortStableFunc(out.Entries, func(a, b source.Entry) int {
		if a.KeyAt.IsZero() != b.KeyAt.IsZero() { // what was filled in comes last
			return map[bool]int{true: 1, false: -1}[a.KeyAt.IsZero()]
		}
		return cmp.Or(strings.Compare(a.KeyAt.File(), b.KeyAt.File()), cmp.Compare(a.KeyAt.Offset, b.KeyAt.Offset))
	})
}

// unknown is a value that only deployment decides: the alternatives of an open
// conditional, a mention of a resource, or no more than what flowed into it.
func (p *project) unknown(out *draft, marks cty.ValueMarks, from node, in around) {
	out.Kind, out.Text = source.Unknown, p.nodeText(from)
	if _, ok := conditional(from); ok {
		if cases := p.cases(from); len(cases) > 1 {
			p.alternatives(out, cases, in)
			return
		}
	}
	out.trace.Refs = p.refs(marks, out.At)
	if len(out.trace.Refs) != 1 || from.e == nil {
		return
	}
	t, ok := unwrap(from.e).(*hclsyntax.ScopeTraversalExpr)
	if !ok {
		return
	}
	if m, ok := splitMention(t.Traversal); ok && strings.HasPrefix(stripKeys(out.trace.Refs[0].Address), from.addr(m)) && m.attr != "" {
		attr := strings.TrimPrefix(p.texts.slice(hcl.RangeBetween(t.Traversal[len(t.Traversal)-1-len(m.rest)].SourceRange(), t.SrcRange)), ".")
		if out.trace.Refs[0].Attribute == "" || strings.HasPrefix(attr, out.trace.Refs[0].Attribute) {
			out.trace.Refs[0].Attribute = attr
		}
		ref := out.trace.Refs[0]
		out.Text = ref.Address + "." + attr
		out.trace.Parts = []source.Part{{Ref: &ref, Expr: out.Text, At: out.At}}
	}
}

// addr is the address of what a mention in the node means.
func (n node) addr(m mention) string {
	if n.m == nil {
		return m.key()
	}
	return stripKeys(n.m.addr(m.key()))
}

func (p *project) alternatives(out *draft, cases []alternative, in around) {
	for _, c := range cases {
		v := p.value(c.value, c.from, in)
		if v.Kind == source.Null {
			v = source.Value{At: v.At}
		}
		out.trace.Alts = append(out.trace.Alts, source.Alternative{If: c.guard, Value: v})
		out.trace.Refs = append(out.trace.Refs, v.AllRefs()...)
	}
}

// addMissing adds references that are not there yet.
func addMissing(refs, more []source.Ref) []source.Ref {
next:
	for _, r := range more {
		for _, old := range refs {
			if old.Address == r.Address && old.Attribute == r.Attribute {
				continue next
			}
		}
		refs = append(refs, r)
	}
	return refs
}

// encoded notes the value that a text is the JSON or YAML of.
func (p *project) encoded(out *draft, from node, in around) {
	switch call, ok := encoder(from); {
	case from.made != nil && from.made.document:
		in.at = p.place(from, from.at())
		object := node{m: from.m, made: &made{names: from.made.names, kids: from.made.kids, at: from.made.at}}
		values := map[string]cty.Value{}
		for i, name := range object.made.names {
			values[name] = object.made.kids[i].eval()
		}
		doc := p.value(cty.ObjectVal(values), object, in)
		out.trace.Doc = &doc
	case ok:
		arg := from.with(call.Args[0])
		doc := p.value(arg.eval(), arg, in)
		out.trace.Doc = &doc
		out.trace.Refs = addMissing(out.trace.Refs, doc.AllRefs())
	}
}
