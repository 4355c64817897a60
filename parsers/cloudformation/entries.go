package cloudformation

import (
	"strings"
	"unicode"

	"github.com/serverlens/serverlens/parsers/source"
)

const forEach = "Fn::ForEach::"

// entry is an entry of a map, not evaluated yet, with the scope that it is to be
// evaluated in.
type entry struct {
	source.Entry
	scope     scope
	guard     source.Guard // when a loop makes it
	uncertain bool         // a loop over a collection that is not known makes it
}

func hasSpecial(v source.Value) bool {
	for _, e := range v.Entries {
		if strings.HasPrefix(e.Key, "Fn::") && (e.Key == "Fn::Transform" || strings.HasPrefix(e.Key, forEach)) {
			return true
		}
	}
	return false
}

// entries are the entries of a map, with loops run and files included; complete
// is false where there may be more than these and the like of those that are
// uncertain.
func (t *template) entries(v source.Value, s scope) (out []entry, complete bool) {
	out, complete = t.collect(v, entry{scope: s}, make([]entry, 0, len(v.Entries)))
	if !hasSpecial(v) {
		return out, complete
	}
	last := map[string]int{}
	unique := out[:0:0]
	for _, e := range out {
		if i, found := last[e.Key]; found {
			t.problem(source.Warning, e.KeyAt, "duplicate key %q: the last value counts", e.Key)
			unique[i] = e
			continue
		}
		last[e.Key] = len(unique)
		unique = append(unique, e)
	}
	return unique, complete
}

// collect appends the entries of a map that stand in the context of outer.
func (t *template) collect(v source.Value, outer entry, out []entry) ([]entry, bool) {
	complete := true
	for _, e := range v.Entries {
		if !t.spend(e.KeyAt) {
			return out, false
		}
		ok := true
		switch {
		case strings.HasPrefix(e.Key, forEach):
			out, ok = t.loop(e, outer, out)
		case e.Key == "Fn::Transform":
			var included source.Value
			s := outer.scope
			if included, s, ok = t.include(call{e.Key, e.Value, e.Value.At}, s); ok && included.Kind == source.Map {
				next := outer
				next.scope = s
				out, ok = t.collect(included, next, out)
			} else {
				ok = false
			}
		default:
			next := outer
			next.Entry = e
			if outer.scope.loop != nil {
				key := t.loopText(source.StringOf(e.Key, e.KeyAt), outer.scope)
				next.Key = keyOf(key)
			}
			out = append(out, next)
		}
		complete = complete && ok
	}
	return out, complete
}

// loop runs Fn::ForEach::Name: [Identifier, Collection, {Key: Value}].
func (t *template) loop(e source.Entry, outer entry, out []entry) ([]entry, bool) {
	c := call{e.Key, e.Value, e.KeyAt}
	if e.Value.Kind != source.List || len(e.Value.Items) != 3 || e.Value.Items[2].Kind != source.Map {
		t.fail(c, "takes an identifier, a collection and a map")
		return out, false
	}
	name, ok := e.Value.Items[0].AsString()
	collection := t.eval(e.Value.Items[1], outer.scope)
	if !ok || collection.Kind != source.List && collection.Kind != source.Unknown {
		t.fail(c, "takes an identifier, a collection and a map")
		return out, false
	}
	complete := true
	for g, item := range collection.Elements() {
		next := outer
		if next.guard, ok = outer.guard.And(g); !ok {
			continue
		}
		if t.loops++; t.loops > maxLoops {
			if t.loops == maxLoops+1 {
				t.problem(source.Error, e.KeyAt, "the loops of the template run more than %d times: the rest is not evaluated", maxLoops)
			}
			return out, false
		}
		switch item.Kind {
		case source.List, source.Map, source.Null:
			t.fail(c, "loops over texts")
			return out, false
		case source.Unknown:
			item = unknown(name, item.At, item)
			next.uncertain = true
		}
		next.scope.loop = &binding{name, item, outer.scope.loop}
		if out, ok = t.collect(e.Value.Items[2], next, out); !ok {
			complete = false
		}
	}
	return out, complete
}

// loopText puts the values of loops into a text: ${Identifier}, and
// &{Identifier} for its letters and digits alone.
func (t *template) loopText(v source.Value, s scope) source.Value {
	var pieces []source.Value
	text, changed, start := v.Text, false, 0
	for i := 0; i+1 < len(text); i++ {
		if text[i+1] != '{' || text[i] != '$' && text[i] != '&' {
			continue
		}
		length := strings.IndexByte(text[i:], '}')
		if length < 0 {
			break
		}
		value, found := s.loop.lookup(strings.TrimSpace(text[i+2 : i+length]))
		if !found {
			continue
		}
		if text[i] == '&' && value.Kind != source.Unknown {
			value.Text = alphanumeric(value.Text)
		}
		if start < i {
			pieces = append(pieces, source.StringOf(text[start:i], v.At))
		}
		pieces = append(pieces, value)
		start, i, changed = i+length+1, i+length, true
	}
	if !changed && strings.Contains(text, dynamic) {
		return resolvedLater(v)
	}
	if !changed {
		return v
	}
	if start < len(text) {
		pieces = append(pieces, source.StringOf(text[start:], v.At))
	}
	for i := range pieces {
		if pieces[i].Kind != source.Unknown {
			pieces[i] = pieces[i].WithParts([]source.Part{{Text: pieces[i].Text, At: v.At}})
		}
	}
	return concat(text, v.At, pieces)
}

func alphanumeric(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// keyOf is the key that a text with loop values makes; what is unknown in it
// stays as a placeholder.
func keyOf(v source.Value) string {
	var b strings.Builder
	for _, p := range v.Pieces() {
		writePart(&b, p)
	}
	return b.String()
}
