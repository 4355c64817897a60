package aws

import (
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// substitutions is what stands for ${Name} in a definition, by name
// (AWS::StepFunctions::StateMachine, DefinitionSubstitutions).
type substitutions map[string]source.Value

func bindings(v source.Value) substitutions {
	if v.Kind != source.Map {
		return nil
	}
	s := substitutions{}
	for _, e := range v.Entries {
		s[e.Key] = e.Value
	}
	return s
}

// text puts the values into a text that is not yet read, so that they may also
// stand where no string does. A value that is decided by conditions stays a hole
// with its name; within fills it.
func (s substitutions) text(v source.Value) source.Value {
	if len(s) == 0 || v.Doc() != nil {
		return v
	}
	return v.Apply(func(v source.Value) source.Value {
		if v.Kind != source.String && (v.Kind != source.Unknown || len(v.Parts()) == 0) {
			return v
		}
		pieces := v.Pieces()
		if v.Def() != nil && len(v.Parts()) == 0 {
			pieces[0].In = *v.Def()
		}
		parts, refs, bound := s.bind(pieces)
		if !bound {
			return v
		}
		return source.Value{Kind: source.Unknown, Text: v.Text, At: v.At}.
			With(source.Trace{Def: v.Def(), Parts: parts, Refs: append(refs, v.Refs()...)})
	})
}

// bind puts the values into pieces of text, and reports whether there are any. A
// name may reach over several pieces: Fn::Sub makes them of ${!Name}.
func (s substitutions) bind(pieces []source.Part) (out []source.Part, refs []source.Ref, bound bool) {
	for len(pieces) > 0 {
		n := 0 // pieces of known text
		var run strings.Builder
		for n < len(pieces) && pieces[n].Text != "" && pieces[n].Ref == nil {
			run.WriteString(pieces[n].Text)
			n++
		}
		if n == 0 {
			out, pieces = append(out, pieces[0]), pieces[1:]
			continue
		}
		text, from := run.String(), 0
		for {
			i, name, length := s.next(text[from:])
			if length == 0 {
				break
			}
			out = append(out, cut(pieces[:n], from, from+i)...)
			out = append(out, s.pieces(name)...)
			refs = append(refs, s[name].Refs()...)
			from += i + length
			bound = true
		}
		out = append(out, cut(pieces[:n], from, len(text))...)
		pieces = pieces[n:]
	}
	return out, refs, bound
}

// cut is the part from one byte to another of a text in pieces.
func cut(pieces []source.Part, from, to int) []source.Part {
	var out []source.Part
	for _, p := range pieces {
		n := len(p.Text)
		if a, z := max(from, 0), min(to, n); a < z {
			p.Text, p.Start = p.Text[a:z], p.Start+a
			out = append(out, p)
		}
		from, to = from-n, to-n
	}
	return out
}

// next finds the first ${Name} of a name that is bound.
func (s substitutions) next(text string) (at int, name string, length int) {
	for from := 0; ; {
		i := strings.Index(text[from:], "${")
		if i < 0 {
			return 0, "", 0
		}
		from += i
		name, _, ok := strings.Cut(text[from+2:], "}")
		if _, bound := s[name]; ok && bound {
			return from, name, len(name) + 3
		}
		from += 2
	}
}

// pieces is the value of a name as pieces of text. What would end a string or a
// line of the text, or is decided by conditions, is a hole with the name.
func (s substitutions) pieces(name string) []source.Part {
	v := s[name]
	if text, ok := v.AsString(); ok && !strings.ContainsAny(text, "\"\\\n\r\t") {
		part := source.Part{Text: text, At: v.At}
		if text == "" {
			return nil
		}
		if len(v.Refs()) == 1 {
			part.Ref = &v.Refs()[0]
		}
		return []source.Part{part}
	}
	if len(v.Alts()) > 0 || len(v.Parts()) == 0 {
		return []source.Part{{Expr: name, At: v.At}}
	}
	return v.Parts()
}

// knownText is a value whose pieces are all known text as a String.
func knownText(v source.Value) source.Value {
	if v.Kind != source.Unknown || len(v.Parts()) == 0 {
		return v
	}
	var text strings.Builder
	for _, p := range v.Parts() {
		if p.Text == "" {
			return v
		}
		text.WriteString(p.Text)
	}
	v.Kind, v.Text = source.String, text.String()
	return v
}

// within puts the values into the texts of a definition that is read.
func (s substitutions) within(v source.Value) source.Value {
	if len(s) == 0 {
		return v
	}
	switch v.Kind {
	case source.List:
		items := make([]source.Value, len(v.Items))
		for i, x := range v.Items {
			items[i] = s.within(x)
		}
		v.Items = items
		return v
	case source.Map:
		entries := make([]source.Entry, len(v.Entries))
		for i, e := range v.Entries {
			e.Value = s.within(e.Value)
			entries[i] = e
		}
		v.Entries = entries
		return v
	case source.String, source.Unknown:
		if len(v.Alts()) > 0 {
			return v.Apply(s.within)
		}
		if bound, ok := s.whole(v); ok {
			def := bound.At
			bound.At = v.At
			return bound.WithDef(&def)
		}
		return knownText(s.text(v))
	}
	return v
}

// whole is the value that a text is nothing but the name of.
func (s substitutions) whole(v source.Value) (source.Value, bool) {
	name := ""
	if i, n, length := s.next(v.Text); v.Kind == source.String && i == 0 && length == len(v.Text) {
		name = n
	}
	if len(v.Parts()) == 1 && v.Parts()[0].Ref == nil && v.Parts()[0].Text == "" {
		name = v.Parts()[0].Expr
	}
	bound, ok := s[name]
	return bound, ok
}
