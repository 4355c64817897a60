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
	attribute  string       // what of the resource was named: "Arn", "StreamArn"
	literal    bool         // by its name, not by reference
	kinds      []graph.Kind // that an unresolved end may have; nil for all
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
	return b.find(r, v, kinds, true)
}

// resolveAs is resolve for what can be of a few kinds only, or is a resource
// without one: where it is not known, it opens the relation of these alone.
func (b *builder) resolveAs(r *resource, v source.Value, kinds []graph.Kind) []end {
	out := b.resolve(r, v, append([]graph.Kind{graph.Resource, graph.Module}, kinds...))
	for i := range out {
		out[i].kinds = kinds
	}
	return out
}

// seek is resolve for the declared nodes alone.
func (b *builder) seek(r *resource, v source.Value, kinds []graph.Kind) []end {
	return b.find(r, v, kinds, false)
}

func (b *builder) find(r *resource, v source.Value, kinds []graph.Kind, outside bool) []end {
	var out []end
	for g, x := range v.Elements() {
		when := b.guard(r.stack, g)
		found := b.declared(r, x, kinds)
		if len(found) == 0 && outside {
			found = b.outside(r, x, kinds)
		}
		for _, e := range found {
			var ok bool
			if e.when, ok = when.And(e.when); ok && !slices.ContainsFunc(out, func(o end) bool { return o.node == e.node && o.when.Equal(e.when) }) {
				out = append(out, e)
			}
		}
	}
	return out
}

// declared is the declared nodes that one value names.
func (b *builder) declared(r *resource, v source.Value, kinds []graph.Kind) []end {
	a, isARN := parseARN(v.Pieces())
	var out []end
	for _, e := range b.led(r.stack, v, kinds) {
		if slices.Contains(kinds, e.node.Kind) && (!isARN || a.allows(e.node)) {
			if e.at.IsZero() {
				e.at = v.At
			}
			out = append(out, e)
		}
	}
	if len(out) > 0 {
		return out
	}
	name, ok := nameOf(v.Pieces())
	switch {
	case isARN:
		name, ok = a.name()
	case strings.HasPrefix(name, "https://sqs."):
		name = name[strings.LastIndexByte(name, '/')+1:]
	}
	if ok {
		for _, n := range b.named(name, kinds) {
			if !isARN || a.allows(n) {
				out = append(out, end{node: n, at: v.At, literal: true})
			}
		}
	}
	return out
}

// outside is the node of what one value names and no stack declares.
func (b *builder) outside(r *resource, v source.Value, kinds []graph.Kind) []end {
	if v.Kind != source.Unknown && (v.Kind != source.String || v.Text == "") {
		return nil
	}
	a, isARN := parseARN(v.Pieces())
	name, named := a.name()
	e := end{at: v.At}
	switch {
	case isARN && a.service == "events" && name == "default" && slices.Contains(kinds, graph.Bus):
		e.node = b.defaultBus()
	case isARN:
		e.node = b.external(wholeARN(spell(v.Pieces())), a.service)
		if !named || strings.Contains(name, "${") && !b.settled(r, a.resource) {
			e.unresolved = v.Text
		}
	case v.Kind == source.String:
		e.node = b.external(v.Text, "")
	case len(v.Refs()) == 1 && v.Refs()[0].Import != "":
		e.node = b.external(v.Refs()[0].Import, "")
	default:
		e.node = b.external(spell(v.Pieces()), "")
		if !b.settled(r, v.Pieces()) {
			e.unresolved = e.node.ID
		}
	}
	return []end{e}
}

// settled reports whether a text consists of nothing but known text and resources
// of the stack: what it names is then known, though it has no node.
func (b *builder) settled(r *resource, parts []source.Part) bool {
	for _, p := range parts {
		if p.Text == "" && (p.Ref == nil || b.byAddress[r.stack][p.Ref.Address] == nil) {
			return false
		}
	}
	return true
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

// wholeARN is an ARN without the pattern for what lies in the resource: the
// objects of a bucket, the indexes of a table, the streams of a log group.
func wholeARN(text string) string {
	for _, suffix := range []string{"/index/*", "/stream/*", "/*", ":*"} {
		if whole, ok := strings.CutSuffix(text, suffix); ok && strings.Count(whole, ":") >= 5 {
			return whole
		}
	}
	return text
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

// follow finds the node that a reference leads to: through aliases and versions
// to what they are names of, through imports to the exporting stack. kinds decides
// whether a resource of a type without a row becomes a node.
func (b *builder) follow(s *source.Stack, ref source.Ref, kinds []graph.Kind) []end {
	if ref.Import != "" {
		x := b.exports[ref.Import]
		return b.followOnce(ref.Import, x.stack, x.value, kinds, ref.At)
	}
	r := b.byAddress[s][ref.Address]
	if found := b.handedOn(s, r, ref, kinds); len(found) > 0 {
		return found
	}
	switch {
	case r == nil || r.row == nil && r.node == nil:
		return b.rowless(s, r, ref, kinds)
	case r.isAlias():
		return b.followOnce(r, s, r.get(r.Properties, r.row.is), kinds, ref.At)
	case r.node == nil:
		return nil
	}
	return []end{{node: r.node, at: ref.At, attribute: ref.Attribute}}
}

// handedOn finds what an argument of a Terraform resource names, where a reference
// takes it from there: the API of aws_api_gateway_resource.x.rest_api_id.
func (b *builder) handedOn(s *source.Stack, r *resource, ref source.Ref, kinds []graph.Kind) []end {
	if r == nil || !r.terraform() || ref.Attribute == "" {
		return nil
	}
	v := r.Properties.Get(ref.Attribute)
	if pieces := v.Pieces(); v.Kind != source.Unknown || len(pieces) != 1 || pieces[0].Ref == nil || pieces[0].Ref.Address == r.Address {
		return nil
	}
	found := b.followOnce(argument{r, ref.Attribute}, s, v, kinds, ref.At)
	return slices.DeleteFunc(found, func(e end) bool { return !slices.Contains(kinds, e.node.Kind) })
}

// argument is one argument of a resource.
type argument struct {
	of   *resource
	name string
}

// step is an alias, an import or an argument that was followed.
type step struct {
	through any  // *resource, name of an export or argument
	rowless bool // whether resources of types without a row may become nodes
}

// followOnce follows the value of an alias or an import and keeps what was found,
// however often it is asked for; a circle leads nowhere.
func (b *builder) followOnce(through any, s *source.Stack, v source.Value, kinds []graph.Kind, at source.Location) []end {
	key := step{through, slices.Contains(kinds, graph.Resource)}
	found, known := b.followed[key]
	if !known {
		b.followed[key] = nil
		found = b.followValue(s, v, kinds, at)
		b.followed[key] = found
	}
	out := slices.Clone(found)
	for i := range out {
		out[i].at = at
	}
	return out
}

// rowless is the node of a resource of a type without a row, which it becomes
// where one of the kinds says that it may, or of what cannot be looked into.
func (b *builder) rowless(s *source.Stack, r *resource, ref source.Ref, kinds []graph.Kind) []end {
	if o := b.opaque[s][ref.Address]; o != nil {
		return []end{{node: b.module(s, o), at: ref.At, attribute: ref.Attribute}}
	}
	if r == nil || !slices.Contains(kinds, graph.Resource) || r.terraform() && !strings.HasPrefix(r.Type, "aws_") {
		return nil // a data source tells of something elsewhere, and other providers' resources are no part of the system
	}
	n := b.declare(r, graph.Resource)
	n.Attrs["type"] = source.StringOf(r.Type, r.At)
	return []end{{node: n, at: ref.At, attribute: ref.Attribute}}
}

// followValue finds the nodes to which a value leads, by reference or by literal
// name, for a reference at a place.
func (b *builder) followValue(s *source.Stack, v source.Value, kinds []graph.Kind, at source.Location) []end {
	var out []end
	for _, e := range b.led(s, v, kinds) {
		if !slices.ContainsFunc(out, func(o end) bool { return o.node == e.node }) {
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

// resourcesOf is the resources of some types that a value mentions, also where
// another stack exports them; of every type where none is named. It does not
// follow aliases.
func (b *builder) resourcesOf(s *source.Stack, v source.Value, types ...string) []*resource {
	return b.resourcesIn(s, v, types, map[any]bool{})
}

func (b *builder) resourcesIn(s *source.Stack, v source.Value, types []string, seen map[any]bool) []*resource {
	var out []*resource
	for _, ref := range v.AllRefs() {
		if ref.Import != "" {
			if x := b.exports[ref.Import]; !seen[ref.Import] {
				seen[ref.Import] = true
				out = append(out, b.resourcesIn(x.stack, x.value, types, seen)...)
			}
		} else if r := b.byAddress[s][ref.Address]; r != nil && (len(types) == 0 || slices.Contains(types, r.Type)) {
			out = append(out, r)
		}
	}
	for _, t := range b.allTaken(s, v) {
		if !seen[t.resource] {
			seen[t.resource] = true
			out = append(out, b.resourcesIn(t.stack, t.value(), types, seen)...)
		}
	}
	return out
}

// exported is the value that an import or the value of a parameter stands for, and
// the stack that hands it out; of anything else itself.
func (b *builder) exported(s *source.Stack, v source.Value) (*source.Stack, source.Value) {
	if len(v.Refs()) == 1 && v.Refs()[0].Import != "" {
		if x, ok := b.exports[v.Refs()[0].Import]; ok {
			return x.stack, x.value
		}
	}
	if all := b.allTaken(s, v); len(all) == 1 {
		return all[0].stack, all[0].value()
	}
	return s, v
}

// suffix is the rest of a text that begins with a prefix, Unset where it does not
// begin so.
func suffix(v source.Value, prefix string) source.Value {
	rest := slices.Clone(v.Pieces())
	for len(rest) > 0 && prefix != "" {
		first := &rest[0]
		n := min(len(first.Text), len(prefix))
		if n == 0 || first.Text[:n] != prefix[:n] {
			break
		}
		prefix, first.Text, first.Start = prefix[n:], first.Text[n:], first.Start+n
		if first.Text == "" {
			rest = rest[1:]
		}
	}
	if prefix != "" {
		return source.Value{At: v.At}
	}
	return textOf(v, rest)
}

// textOf is some of the pieces of v as a value.
func textOf(v source.Value, parts []source.Part) source.Value {
	if len(parts) == 1 && parts[0].Text != "" {
		return source.StringOf(parts[0].Text, v.At)
	}
	trace := source.Trace{Parts: parts}
	for _, p := range parts {
		if p.Ref != nil {
			trace.Refs = append(trace.Refs, *p.Ref)
		}
	}
	return source.Value{Kind: source.Unknown, Text: v.Text, At: v.At}.With(trace)
}

// spell is a text with references as its author would write it, ${…} around what
// is not known.
func spell(parts []source.Part) string {
	var s strings.Builder
	for _, p := range parts {
		switch {
		case p.Text != "":
			s.WriteString(p.Text)
		case p.Ref != nil:
			s.WriteString("${" + source.RefOf(*p.Ref).Text + "}")
		default:
			s.WriteString("${" + p.Expr + "}")
		}
	}
	return s.String()
}
