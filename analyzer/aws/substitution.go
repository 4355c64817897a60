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
	if len(s) == 0 || v.Doc != nil {
		return v
	}
	return v.Apply(func(v source.Value) source.Value {
		if v.Kind != source.String && (v.Kind != source.Unknown || len(v.Parts) == 0) {
			return v
		}
		out := source.Value{Kind: source.Unknown, Text: v.Text, At: v.At, Def: v.Def, Refs: v.Refs}
		changed := false
		for _, p := range v.Pieces() {
			if p.Text == "" || p.Ref != nil {
				out.Parts = append(out.Parts, p)
				continue
			}
			if v.Def != nil && p.In == v.At {
				p.In = *v.Def
			}
			for {
				i, name, n := s.next(p.Text)
				if n == 0 {
					break
				}
				changed = true
				if i > 0 {
					head := p
					head.Text = p.Text[:i]
					out.Parts = append(out.Parts, head)
				}
				out.Parts = append(out.Parts, s.pieces(name)...)
				out.Refs = append(out.Refs, s[name].Refs...)
				p.Text, p.Start = p.Text[i+n:], p.Start+i+n
			}
			if p.Text != "" {
				out.Parts = append(out.Parts, p)
			}
		}
		if !changed {
			return v
		}
		return out
	})
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

func (s substitutions) pieces(name string) []source.Part {
	v := s[name]
	if text, ok := v.AsString(); ok {
		part := source.Part{Text: text, At: v.At}
		if text == "" {
			return nil
		}
		if len(v.Refs) == 1 {
			part.Ref = &v.Refs[0]
		}
		return []source.Part{part}
	}
	if len(v.Alts) > 0 || len(v.Parts) == 0 {
		return []source.Part{{Expr: name, At: v.At}}
	}
	return v.Parts
}

// knownText is a value whose pieces are all known text as a String.
func knownText(v source.Value) source.Value {
	if v.Kind != source.Unknown || len(v.Parts) == 0 {
		return v
	}
	var text strings.Builder
	for _, p := range v.Parts {
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
		if len(v.Alts) > 0 {
			return v.Apply(s.within)
		}
		if bound, ok := s.whole(v); ok {
			def := bound.At
			bound.Def, bound.At = &def, v.At
			return bound
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
	if len(v.Parts) == 1 && v.Parts[0].Ref == nil && v.Parts[0].Text == "" {
		name = v.Parts[0].Expr
	}
	bound, ok := s[name]
	return bound, ok
}
