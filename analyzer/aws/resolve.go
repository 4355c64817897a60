package aws

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// end is one end of an edge: the node, when it is that, where it was written.
// unresolved is the expression of an end of which only that it is there is known.
type end struct {
	node       *graph.Node
	when       source.Guard
	at         source.Location
	unresolved string
	attribute  string // what of the resource was named: "Arn", "StreamArn"
}

// partnersOf is the kinds that may stand at one end of a relation.
func partnersOf(rel graph.Relation, to bool) []graph.Kind {
	if to {
		return graph.Ending(rel)
	}
	return graph.Ending(rel.Reverse())
}

// resolve finds the nodes that a value names, of the given kinds: by reference,
// by an ARN's service and literal name, by a literal name; what is not declared
// becomes an external node. An absent value names none.
func (b *builder) resolve(r *resource, v source.Value, kinds []graph.Kind) []end {
	var out []end
	for g, c := range v.Cases() {
		for g2, x := range c.Elements() {
			when, ok := b.guard(r.stack, g).And(b.guard(r.stack, g2))
			if !ok {
				continue
			}
			for _, e := range b.resolveOne(r, x, kinds) {
				if e.when, ok = when.And(e.when); ok && !slices.ContainsFunc(out, func(o end) bool { return o.node == e.node && o.when.Equal(e.when) }) {
					out = append(out, e)
				}
			}
		}
	}
	return out
}

func (b *builder) resolveOne(r *resource, v source.Value, kinds []graph.Kind) []end {
	a, isARN := parseARN(v.Pieces())
	var out []end
	for _, ref := range v.AllRefs() {
		for _, e := range b.follow(r.stack, ref, 0) {
			if e.node != nil && slices.Contains(kinds, e.node.Kind) && (!isARN || a.allows(e.node)) {
				if e.at.IsZero() {
					e.at = v.At
				}
				out = append(out, e)
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	switch {
	case isARN:
		return b.byARN(v, a, kinds)
	case v.Kind == source.String && v.Text == "":
		return nil
	}
	if name, ok := nameOf(v.Pieces()); ok {
		for _, n := range b.named(name, kinds) {
			out = append(out, end{node: n, at: v.At})
		}
	}
	switch {
	case len(out) > 0:
		return out
	case v.Kind == source.String:
		return []end{{node: b.external(v.Text, ""), at: v.At}}
	case v.Kind == source.Unknown:
		return []end{{node: b.external(spell(v.Pieces()), ""), at: v.At, unresolved: v.Text}}
	}
	return nil
}

// byARN finds what an ARN without a reference names.
func (b *builder) byARN(v source.Value, a arn, kinds []graph.Kind) []end {
	name, named := a.name()
	var out []end
	for _, n := range b.named(name, kinds) {
		if a.allows(n) {
			out = append(out, end{node: n, at: v.At})
		}
	}
	if len(out) > 0 {
		return out
	}
	e := end{node: b.external(spell(v.Pieces()), a.service), at: v.At}
	if !named || strings.Contains(name, "${") {
		e.unresolved = v.Text
	}
	return []end{e}
}

// named is the nodes of some kinds with a physical name, as nameOf spells it.
func (b *builder) named(name string, kinds []graph.Kind) []*graph.Node {
	var out []*graph.Node
	for _, n := range b.names[name] {
		if slices.Contains(kinds, n.Kind) {
			out = append(out, n)
		}
	}
	return out
}

// external is the node of something that is mentioned and not declared; its id is
// the text that mentions it. service is the ARN's, "" where it is not known.
func (b *builder) external(text, service string) *graph.Node {
	n := b.g.Add(&graph.Node{ID: text, Kind: graph.External, Name: text})
	if service != "" && n.Kind == graph.External {
		n.Attrs["service"] = source.StringOf(service, source.Location{})
	}
	return n
}

// maxFollow bounds chains of aliases, imports and outputs.
const maxFollow = 16

// follow finds the node that a reference leads to: through aliases and versions
// to what they are names of, through imports to the exporting stack.
func (b *builder) follow(s *source.Stack, ref source.Ref, depth int) []end {
	if depth > maxFollow {
		return nil
	}
	if ref.Import != "" {
		x, ok := b.exports[ref.Import]
		if !ok {
			return []end{{node: b.external(ref.Import, ""), at: ref.At}}
		}
		return b.followValue(x.stack, x.value, ref.At, depth)
	}
	r := b.byAddress[s][ref.Address]
	switch {
	case r == nil:
		return nil
	case r.isAlias():
		return b.followValue(s, r.get(r.Properties, r.row.is), ref.At, depth)
	case r.node == nil && r.row == nil:
		n := b.declare(r, graph.Resource)
		n.Attrs["type"] = source.StringOf(r.Type, r.At)
	case r.node == nil:
		return nil
	}
	return []end{{node: r.node, at: ref.At, attribute: ref.Attribute}}
}

// followValue finds the nodes to which a value leads, by reference or by literal
// name, for a reference at a place.
func (b *builder) followValue(s *source.Stack, v source.Value, at source.Location, depth int) []end {
	var out []end
	for _, inner := range v.AllRefs() {
		for _, e := range b.follow(s, inner, depth+1) {
			e.at = at
			out = append(out, e)
		}
	}
	if len(out) > 0 {
		return out
	}
	name := v.Text
	if a, ok := parseARN(v.Pieces()); ok {
		name, _ = a.name()
	}
	for _, n := range b.names[name] {
		out = append(out, end{node: n, at: at})
	}
	return out
}

// suffix is the rest of a text that begins with a prefix, Unset where it does not
// begin so.
func suffix(v source.Value, prefix string) source.Value {
	parts := v.Pieces()
	if len(parts) == 0 || !strings.HasPrefix(parts[0].Text, prefix) {
		return source.Value{At: v.At}
	}
	first := parts[0]
	first.Text, first.Start = first.Text[len(prefix):], first.Start+len(prefix)
	rest := append([]source.Part{first}, parts[1:]...)
	if first.Text == "" {
		rest = rest[1:]
	}
	return textOf(v, rest)
}

// textOf is some of the pieces of v as a value.
func textOf(v source.Value, parts []source.Part) source.Value {
	if len(parts) == 1 && parts[0].Text != "" {
		return source.StringOf(parts[0].Text, v.At)
	}
	out := source.Value{Kind: source.Unknown, Text: v.Text, Parts: parts, At: v.At}
	for _, p := range parts {
		if p.Ref != nil {
			out.Refs = append(out.Refs, *p.Ref)
		}
	}
	return out
}

// spell is a text with references as its author would write it, ${…} around what
// is not known.
func spell(parts []source.Part) string {
	var s strings.Builder
	for _, p := range parts {
		switch {
		case p.Ref != nil:
			s.WriteString("${" + source.RefOf(*p.Ref).Text + "}")
		case p.Text == "":
			s.WriteString("${" + p.Expr + "}")
		default:
			s.WriteString(p.Text)
		}
	}
	return s.String()
}
