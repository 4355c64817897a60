package sam

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// absent reports whether a property is not there: not written, written without a
// value, or AWS::NoValue.
func absent(v source.Value) bool { return v.Kind == source.Unset || v.Kind == source.Null }

// written reports whether a text stands in the template as it is, not given by an
// intrinsic. AWS's translator sees through none in some places.
func written(v source.Value) bool { return v.Kind == source.String && len(v.Parts()) == 0 }

// ref is the value of a mention of a resource, made at a place.
func ref(address, attribute string, at source.Location) source.Value {
	return source.RefOf(source.Ref{Address: address, Attribute: attribute, At: at})
}

// fields puts a Map together. A value that is absent leaves no entry.
type fields struct {
	at      source.Location
	entries []source.Entry
}

// set adds an entry; what had the key before is replaced.
func (f *fields) set(key string, v source.Value) {
	f.put(entry(key, v))
}

func (f *fields) put(e source.Entry) {
	if absent(e.Value) {
		return
	}
	for i := range f.entries {
		if f.entries[i].Key == e.Key {
			f.entries[i] = e
			return
		}
	}
	if f.entries == nil {
		f.entries = make([]source.Entry, 0, 4)
	}
	f.entries = append(f.entries, e)
}

// take copies the named entries of a Map with their places.
func (f *fields) take(from source.Value, keys ...string) {
	for _, key := range keys {
		f.rename(from, key, key)
	}
}

// rename copies one entry of a Map under another key.
func (f *fields) rename(from source.Value, key, to string) {
	if e, ok := from.Entry(key); ok {
		e.Key = to
		f.put(e)
	} else if v := from.Get(key); v.Kind == source.Unknown {
		f.set(to, v)
	}
}

// text adds a text that AWS's translator writes and nobody else.
func (f *fields) text(key, s string) { f.set(key, source.StringOf(s, f.at)) }

// value is the Map. Nothing may be set any more.
func (f *fields) value() source.Value { return source.MapOf(f.at, f.entries...) }

// mapOf is a Map of texts made at a place: key, text, key, text.
func mapOf(at source.Location, pairs ...string) source.Value {
	entries := make([]source.Entry, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		entries = append(entries, textEntry(at, pairs[i], pairs[i+1]))
	}
	return source.MapOf(at, entries...)
}

// textEntry is an entry of a Map whose value is a text made at a place.
func textEntry(at source.Location, key, s string) source.Entry {
	return entry(key, source.StringOf(s, at))
}

// entry is an entry of a Map that is made where its value is.
func entry(key string, v source.Value) source.Entry {
	return source.Entry{Key: key, KeyAt: v.At, Value: v}
}

// nested is a Map with one entry, itself in a Map, and so on along a path.
func nested(v source.Value, path ...string) source.Value {
	for _, key := range slices.Backward(path) {
		v = source.MapOf(v.At, entry(key, v))
	}
	return v
}

// with is the Map v with an entry added or replaced.
func with(v source.Value, e source.Entry) source.Value {
	v.Entries = slices.Clone(v.Entries)
	for i := range v.Entries {
		if v.Entries[i].Key == e.Key {
			v.Entries[i].Value = e.Value
			return v
		}
	}
	v.Entries = append(v.Entries, e)
	return v
}

// without is the Map v less some entries.
func without(v source.Value, keys ...string) source.Value {
	v.Entries = slices.DeleteFunc(slices.Clone(v.Entries), func(e source.Entry) bool { return slices.Contains(keys, e.Key) })
	return v
}

// when is v under a guard, and nothing otherwise.
func when(g source.Guard, v source.Value) source.Value {
	if len(g) == 0 {
		return v
	}
	out := source.Trace{Def: v.Def(), Refs: v.AllRefs(), Alts: []source.Alternative{{If: g, Value: v}}}
	for i, t := range g { // the rest, as cases that exclude each other
		rest := append(slices.Clone(g[:i]), source.Term{Condition: t.Condition, Not: !t.Not})
		out.Alts = append(out.Alts, source.Alternative{If: rest, Value: source.Value{At: v.At}})
	}
	return source.Value{Kind: source.Unknown, Text: v.Text, At: v.At}.With(out)
}

// maxAlternatives bounds what one text can be.
const maxAlternatives = 64

// variable is what a ${Name} of a pattern stands for.
type variable struct {
	name  string
	value source.Value
}

// sub writes a text from a pattern in the notation of Fn::Sub. What is neither a
// variable nor known stays an unknown piece.
func (e *expander) sub(at source.Location, pattern string, vars ...variable) source.Value {
	vars = mentioned(pattern, vars)
	for i, v := range vars {
		if len(v.value.Alts()) == 0 {
			continue
		}
		var out source.Trace
		for g, c := range v.value.Cases() {
			one := slices.Clone(vars)
			one[i].value = c
			x := e.sub(at, pattern, one...)
			if absent(c) {
				x = source.Value{At: at}
			}
			out.Alts = append(out.Alts, source.Alternative{If: g, Value: x})
			out.Refs = append(out.Refs, x.AllRefs()...)
		}
		return source.Value{Kind: source.Unknown, Text: pattern, At: at}.With(out)
	}
	t := textOf{at: at, parts: make([]source.Part, 0, 2*strings.Count(pattern, "${")+1)}
	for rest := pattern; rest != ""; {
		before, after, found := strings.Cut(rest, "${")
		t.literal(before)
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			t.literal("${" + after)
			break
		}
		t.variable(name, e.lookup(name, vars, at))
		rest = tail
	}
	return t.value()
}

// mentioned is the variables that a pattern has. Where their alternatives would
// multiply beyond measure, the values that have some are unknown.
func mentioned(pattern string, vars []variable) (out []variable) {
	product := 1
	for _, v := range vars {
		if !strings.Contains(pattern, "${"+v.name+"}") {
			continue
		}
		if n := len(v.value.Alts()); n > 0 && product*n > maxAlternatives {
			v.value = source.Value{Kind: source.Unknown, Text: v.value.Text, At: v.value.At}.WithRefs(v.value.Refs())
		} else if n > 0 {
			product *= n
		}
		out = append(out, v)
	}
	return out
}

// lookup is the value of a variable of a pattern.
func (e *expander) lookup(name string, vars []variable, at source.Location) source.Value {
	for _, v := range vars {
		if v.name == name {
			return v.value
		}
	}
	if entry, ok := e.Params.Entry(name); ok {
		return entry.Value
	}
	return source.Value{Kind: source.Unknown, Text: name, At: at}
}

// textOf puts a text together from pieces.
type textOf struct {
	at     source.Location
	parts  []source.Part
	refs   []source.Ref
	deflt  bool // rests on a default
	secret bool
}

func (t *textOf) literal(s string) {
	if s != "" {
		t.parts = append(t.parts, source.Part{Text: s, At: t.at})
	}
}

func (t *textOf) variable(name string, v source.Value) {
	t.deflt = t.deflt || v.Default
	t.secret = t.secret || v.Sensitive
	t.refs = append(t.refs, v.AllRefs()...)
	if pieces := v.Pieces(); pieces != nil {
		for _, p := range pieces {
			if p.Text != "" || p.Ref != nil || p.Expr != "" {
				t.parts = append(t.parts, p)
			}
		}
		return
	}
	t.parts = append(t.parts, source.Part{Expr: name, At: v.At})
}

func (t *textOf) value() source.Value {
	v := source.Value{Kind: source.String, Default: t.deflt, Sensitive: t.secret, At: t.at}.
		With(source.Trace{Parts: t.parts, Refs: t.refs})
	var s strings.Builder
	for _, p := range t.parts {
		switch {
		case p.Text != "":
			s.WriteString(p.Text)
		case p.Ref != nil:
			v.Kind = source.Unknown
			s.WriteString("${" + source.RefOf(*p.Ref).Text + "}")
		default:
			v.Kind = source.Unknown
			s.WriteString("${" + p.Expr + "}")
		}
	}
	v.Text = s.String()
	if len(t.parts) == 1 && v.Kind == source.Unknown {
		v.Text = t.parts[0].Expr
		if r := t.parts[0].Ref; r != nil {
			v.Text = source.RefOf(*r).Text
		}
	}
	return v
}

// spell is a text with ${…} around what is not known of it.
func spell(v source.Value) string {
	if absent(v) {
		return ""
	}
	t := textOf{at: v.At}
	t.variable("", v)
	return t.value().Text
}
