package cloudformation

import (
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// unknown is a value that only the deployment decides, with all that is seen to
// flow into it.
func unknown(text string, at source.Location, from ...source.Value) source.Value {
	out := source.Value{Kind: source.Unknown, Text: text, At: at}
	var refs []source.Ref
	for _, v := range from {
		refs = append(refs, v.AllRefs()...)
		inherit(&out, v)
	}
	return out.WithRefs(distinct(refs))
}

// inherit marks out with the flags of what it was made from.
func inherit(out *source.Value, from source.Value) {
	out.Default = out.Default || from.Default
	out.Sensitive = out.Sensitive || from.Sensitive
}

// distinct drops the mentions that say the same as an earlier one.
func distinct(refs []source.Ref) []source.Ref {
	if len(refs) < 2 {
		return refs
	}
	type what struct{ address, attribute, imported string }
	seen := make(map[what]bool, len(refs))
	out := refs[:0:0]
	for _, r := range refs {
		if k := (what{r.Address, r.Attribute, r.Import}); !seen[k] {
			seen[k] = true
			out = append(out, r)
		}
	}
	return out
}

// combine applies f to every combination of what the arguments can be under the
// open conditions. Where there are more than maxCases the result is unknown.
func combine(text string, at source.Location, args []source.Value, f func([]source.Value) source.Value) source.Value {
	type world struct {
		guard source.Guard
		args  []source.Value
	}
	worlds := []world{{args: args}}
	for i, a := range args {
		if len(a.Alts()) == 0 {
			continue
		}
		var next []world
		for _, w := range worlds {
			for g, v := range a.Cases() {
				both, ok := w.guard.And(g)
				if !ok {
					continue
				}
				if len(next) == maxCases {
					return unknown(text, at, args...)
				}
				chosen := append([]source.Value(nil), w.args...)
				chosen[i] = v
				next = append(next, world{both, chosen})
			}
		}
		worlds = next
	}
	if len(worlds) == 1 && len(worlds[0].guard) == 0 {
		return f(worlds[0].args)
	}
	alts := make([]source.Alternative, 0, len(worlds))
	for _, w := range worlds {
		alts = append(alts, source.Alternative{If: w.guard, Value: f(w.args)})
	}
	return choice(text, at, alts)
}

// choice is the value that has the alternatives; what is the same in all of them
// is no choice.
func choice(text string, at source.Location, alts []source.Alternative) source.Value {
	out := source.Value{Kind: source.Unknown, Text: text, At: at}
	var refs []source.Ref
	same := len(alts) > 0
	for _, a := range alts {
		refs = append(refs, a.Value.AllRefs()...)
		inherit(&out, a.Value)
		same = same && a.Value.Equal(alts[0].Value)
	}
	if same {
		return alts[0].Value
	}
	return out.With(source.Trace{Alts: alts, Refs: distinct(refs)})
}

// simple makes a value that is handed from one template to another small again:
// a scalar, a list of scalars or few alternatives of these, so that no chain of
// templates can make it grow without bound.
func simple(v source.Value) source.Value {
	v = v.WithRefs(distinct(v.Refs()))
	if len(v.Alts()) > 0 {
		return combine(v.Text, v.At, []source.Value{v}, func(args []source.Value) source.Value { return simple(args[0]) })
	}
	switch v.Kind {
	case source.Map:
		return unknown(describe(v), v.At, v)
	case source.List:
		for _, item := range v.Items {
			if item.Kind == source.List || item.Kind == source.Map || len(item.Alts()) > 0 {
				return unknown(describe(v), v.At, v)
			}
		}
	}
	return v
}

const maxDescription = 200

// describe says in one line what a value is, as its author would write it.
func describe(v source.Value) string {
	var b strings.Builder
	writeValue(&b, v)
	if b.Len() > maxDescription {
		return strings.ToValidUTF8(b.String()[:maxDescription], "") + "…"
	}
	return b.String()
}

func describeCall(c call) string {
	return describe(source.MapOf(c.at, source.Entry{Key: c.name, Value: c.arg}))
}

func writeValue(b *strings.Builder, v source.Value) {
	if b.Len() > maxDescription {
		return
	}
	switch v.Kind {
	case source.List:
		b.WriteByte('[')
		for i, item := range v.Items {
			if i > 0 {
				b.WriteString(", ")
			}
			writeValue(b, item)
			if b.Len() > maxDescription {
				return
			}
		}
		b.WriteByte(']')
	case source.Map:
		if c, ok := intrinsic(v); ok {
			b.WriteString(c.name)
			b.WriteByte(' ')
			writeValue(b, c.arg)
			return
		}
		b.WriteByte('{')
		for i, e := range v.Entries {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(e.Key + ": ")
			writeValue(b, e.Value)
			if b.Len() > maxDescription {
				return
			}
		}
		b.WriteByte('}')
	case source.Null:
		b.WriteString("null")
	default:
		b.WriteString(v.Text)
	}
}
