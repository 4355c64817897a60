package aws

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// What AWS Systems Manager Parameter Store holds is handed from stack to stack as
// exports are: one stack declares a parameter, and deployment puts its value where
// others name it, by {{resolve:ssm:name}}, by a template parameter of the type
// AWS::SSM::Parameter::Value, by data.aws_ssm_parameter.

// storedValue is where the value of a parameter is written.
var storedValue = prop{"Value", "value"}

const dynamicParameter = "{{resolve:ssm:"

// storedAs is the name of a parameter, as storedName spells it, where a stack
// knows it by that; stack is nil for a name that says the same in every stack.
type storedAs struct {
	stack *source.Stack
	name  string
}

// reading is a place that takes in the value of a parameter.
type reading struct {
	name string // as storedName spells it
	at   source.Location
}

// isStored reports whether a resource is a parameter with a value.
func (r *resource) isStored() bool {
	return r.Type == "AWS::SSM::Parameter" || r.Type == "aws_ssm_parameter"
}

// ownStack marks in a name what differs from stack to stack. No name of a parameter
// has it (AWS Systems Manager API Reference, PutParameter).
const ownStack = "<>"

// spellStored spells a text so that equal names in it are spelled alike: in angle
// brackets what is not known.
func spellStored(parts []source.Part) string {
	var s strings.Builder
	for _, p := range parts {
		switch {
		case p.Text != "":
			s.WriteString(p.Text)
		case p.Ref != nil:
			s.WriteString(ownStack + "<" + source.RefOf(*p.Ref).Text + ">")
		case p.Expr == "" || strings.HasPrefix(p.Expr, "AWS::Stack"):
			s.WriteString(ownStack + "<" + p.Expr + ">")
		default:
			s.WriteString("<" + p.Expr + ">")
		}
	}
	return s.String()
}

// storedName is a name so spelled, without the version that may be asked for. One
// of which nothing is written may be another one in another stack.
func storedName(spelled string) string {
	if i := strings.LastIndexByte(spelled, ':'); i >= 0 && strings.Trim(spelled[i+1:], "0123456789") == "" {
		spelled = spelled[:i]
	}
	inside := 0
	for _, c := range spelled {
		switch {
		case c == '<':
			inside++
		case c == '>':
			inside--
		case inside == 0 && c != '/':
			return spelled
		}
	}
	if spelled == "" {
		return ""
	}
	return ownStack + spelled
}

// storedNames is the names that a resource gives a parameter, or looks one up by.
func (r *resource) storedNames() []string {
	var out []string
	for _, v := range r.get(r.Properties, prop{"Name", "name"}).Cases() {
		if name := storedName(spellStored(v.Pieces())); name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// addStored notes a parameter under all that it is called.
func (b *builder) addStored(r *resource) {
	names := r.storedNames()
	for _, name := range names {
		if !strings.Contains(name, ownStack) {
			b.stored[storedAs{nil, name}] = append(b.stored[storedAs{nil, name}], r)
		}
	}
	reference := source.Ref{Address: r.Address}
	if r.terraform() {
		reference.Attribute = "name"
	}
	for _, name := range append(names, storedName(spellStored(source.RefOf(reference).Parts()))) {
		b.stored[storedAs{r.stack, name}] = append(b.stored[storedAs{r.stack, name}], r)
	}
}

// storedUnder is the parameters of a name that a stack reads: its own, else those
// of the one other stack that declares it.
func (b *builder) storedUnder(s *source.Stack, name string) []*resource {
	if own := b.stored[storedAs{s, name}]; len(own) > 0 {
		return own
	}
	all := b.stored[storedAs{nil, name}]
	if slices.ContainsFunc(all, func(r *resource) bool { return r.stack != all[0].stack }) {
		return nil
	}
	return all
}

// readings is the parameters whose values a text takes in, each once. It does not
// look below a value.
func readings(s *source.Stack, v source.Value) []reading {
	if v.Kind != source.Unknown && v.Kind != source.String {
		return nil
	}
	var out []reading
	var seen map[string]bool // hardly any text has readings
	add := func(name string, at source.Location) {
		if name == "" || seen[name] {
			return
		}
		if seen == nil {
			seen = map[string]bool{}
		}
		seen[name] = true
		out = append(out, reading{name, at})
	}
	dynamic := false
	for _, p := range v.Pieces() {
		dynamic = dynamic || strings.Contains(p.Text, dynamicParameter)
		if p.Text == "" && p.Ref == nil && len(s.Stored) > 0 {
			for _, name := range s.Stored[p.Expr].Cases() {
				add(storedName(spellStored(name.Pieces())), p.At)
			}
		}
	}
	if !dynamic {
		return out
	}
	for rest := spellStored(v.Pieces()); ; {
		_, after, found := strings.Cut(rest, dynamicParameter)
		name, behind, closed := strings.Cut(after, "}}")
		if !found || !closed {
			return out
		}
		add(storedName(name), v.At)
		rest = behind
	}
}

// taken is a parameter whose value stands at a place.
type taken struct {
	*resource
	at source.Location
}

// takenIn is the declared parameters whose values a text, or what lies below v,
// takes in otherwise than by a reference.
func (b *builder) takenIn(s *source.Stack, v source.Value) []taken {
	if len(b.stored) == 0 {
		return nil
	}
	var out []taken
	for _, a := range v.Alts() {
		out = append(out, b.takenIn(s, a.Value)...)
	}
	for i := range v.Items {
		out = append(out, b.takenIn(s, v.Items[i])...)
	}
	for i := range v.Entries {
		out = append(out, b.takenIn(s, v.Entries[i].Value)...)
	}
	for _, x := range readings(s, v) {
		for _, r := range b.storedUnder(s, x.name) {
			out = append(out, taken{r, x.at})
		}
	}
	return out
}

// takenBy is the declared parameters whose value a reference takes.
func (b *builder) takenBy(s *source.Stack, ref source.Ref) []taken {
	r := b.byAddress[s][ref.Address]
	if len(b.stored) == 0 || r == nil || !slices.Contains([]string{"Value", "value", "insecure_value"}, ref.Attribute) {
		return nil
	}
	var out []taken
	switch {
	case r.isStored():
		out = append(out, taken{r, ref.At})
	case r.Type == "data.aws_ssm_parameter":
		for _, name := range r.storedNames() {
			for _, p := range b.storedUnder(s, name) {
				out = append(out, taken{p, ref.At})
			}
		}
	}
	return out
}

// value is what the parameter holds.
func (t taken) value() source.Value {
	if v := t.get(t.Properties, storedValue); v.Kind != source.Unset {
		return v
	}
	return t.get(t.Properties, prop{"", "insecure_value"})
}

// maxTaken is how many nodes the value of a parameter may name: it is a name or an
// ARN, seldom a few. Values that name each other would multiply.
const maxTaken = 32

// endsOf is the nodes that the values of parameters name.
func (b *builder) endsOf(parameters []taken, kinds []graph.Kind) []end {
	var out []end
	for _, t := range parameters {
		v := t.value()
		found := b.followOnce(argument{t.resource, "value"}, t.stack, v, kinds, t.at)
		if len(found) > maxTaken {
			continue
		}
		for i := range found {
			found[i].literal = v.Kind == source.String && len(v.Refs()) == 0
		}
		out = append(out, found...)
	}
	return out
}

// led is the nodes to which references in a value lead, and values of parameters
// that it takes in.
func (b *builder) led(s *source.Stack, v source.Value, kinds []graph.Kind) []end {
	var out []end
	for _, ref := range v.AllRefs() {
		found := b.endsOf(b.takenBy(s, ref), kinds)
		if len(found) == 0 {
			found = b.follow(s, ref, kinds)
		}
		out = append(out, found...)
	}
	return append(out, b.endsOf(b.takenIn(s, v), kinds)...)
}

// seekTaken is the nodes of some kinds that the values of parameters name which a
// text takes in.
func (b *builder) seekTaken(r *resource, v source.Value, kinds []graph.Kind) []end {
	return slices.DeleteFunc(b.endsOf(b.takenIn(r.stack, v), kinds), func(e end) bool { return !slices.Contains(kinds, e.node.Kind) })
}

// allTaken is the declared parameters whose values v takes in, in either way.
func (b *builder) allTaken(s *source.Stack, v source.Value) []taken {
	if len(b.stored) == 0 {
		return nil
	}
	out := b.takenIn(s, v)
	for _, ref := range v.AllRefs() {
		out = append(out, b.takenBy(s, ref)...)
	}
	return out
}
