package document

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// Within reads the JSON or YAML text that a value holds: a String, also one that
// keeps the Parts it was made of, or an Unknown with some text among its Parts.
// Every location is the exact place in the file that the text was written in;
// files gives the bytes of a file by its name, nil where there is none.
//
// What stands for a piece that is not known (a mention of a resource, an
// expression) comes back as Unknown with Parts and Refs wherever it stood: as a
// value, quoted or not, inside longer text, and in a key, which then reads
// "${expression}" and whose references are those of its value.
//
// A value that is no text is returned as it is, one that was made from a value as
// that value, alternatives one by one. Text that cannot be read is Unknown, with a
// Problem of severity Error, or Warning where it holds pieces that are not known.
func Within(files func(name string) []byte, v source.Value) (source.Value, []source.Problem) {
	switch {
	case v.Doc() != nil:
		return *v.Doc(), nil
	case len(v.Alts()) > 0:
		return withinAlts(files, v)
	case v.Kind == source.String:
	case v.Kind != source.Unknown, !slices.ContainsFunc(v.Parts(), func(p source.Part) bool { return !isHole(p) }):
		return v, nil
	}
	a := assemble(files, v)
	out, problems := a.read()
	if out.Kind == source.Unset {
		out = source.Value{Kind: source.Unknown, Text: v.Text}.WithParts(v.Parts())
	}
	for i := range problems {
		if len(a.holes) > 0 {
			problems[i].Severity = min(problems[i].Severity, source.Warning)
		}
	}
	if lost := a.lost(v, out); len(lost) > 0 {
		out = out.WithRefs(slices.Concat(out.Refs(), lost))
	}
	out.Default = out.Default || v.Default
	if out.At.IsZero() {
		out.At = v.At
	}
	if v.Sensitive {
		out = out.Concealed()
	}
	return out, problems
}

func withinAlts(files func(name string) []byte, v source.Value) (source.Value, []source.Problem) {
	out := source.Value{Kind: source.Unknown, Text: v.Text, At: v.At, Sensitive: v.Sensitive, Default: v.Default}
	trace := source.Trace{Def: v.Def()}
	var problems []source.Problem
	for _, alt := range v.Alts() {
		x, found := Within(files, alt.Value)
		trace.Alts = append(trace.Alts, source.Alternative{If: alt.If, Value: x})
		trace.Refs = append(trace.Refs, x.AllRefs()...)
		problems = append(problems, found...)
	}
	return out.With(trace), problems
}

// isHole reports whether a piece of text is not known, or a name that mentions a
// resource: that comes back as text with the mention.
func isHole(p source.Part) bool {
	return p.Text == "" || p.Ref != nil && !strings.ContainsAny(p.Text, "{}[]\"\\\r\n")
}

func assemble(files func(name string) []byte, v source.Value) *assembly {
	a := &assembly{whole: v.At}
	parts := v.Parts()
	if v.Kind == source.String && !spells(parts, v.Text) {
		parts = []source.Part{{Text: v.Text, At: v.At, In: v.At}}
		if v.Def() != nil {
			parts[0].In = *v.Def()
		}
	}
	a.mark = unusedMark(parts)
	scalars := make(map[source.Location]*Scalar)
	var text strings.Builder
	for _, p := range parts {
		a.pieces = append(a.pieces, piece{start: text.Len(), part: p})
		if isHole(p) && (p.Ref != nil || v.Kind == source.Unknown) {
			text.WriteString(a.mark + strconv.Itoa(len(a.holes)) + a.mark)
			a.holes = append(a.holes, p)
			continue
		}
		text.WriteString(p.Text)
		s, ok := scalars[p.In]
		if !ok && !p.In.IsZero() {
			s = open(files(p.In.File()), p)
			scalars[p.In] = s
		}
		if s != nil && p.Start >= 0 && p.Start <= len(s.Text) && strings.HasPrefix(s.Text[p.Start:], p.Text) {
			a.pieces[len(a.pieces)-1].scalar = s
		}
	}
	a.src = []byte(text.String())
	return a
}

// open is the scalar that a piece was written in, nil where there is none.
func open(src []byte, p source.Part) *Scalar {
	if s, ok := openVerbatim(src, p.In, p.Text); ok && p.Start == 0 {
		return s
	}
	s, _ := Open(src, p.In)
	return s
}

// spells reports whether pieces that are all known make up a text.
func spells(parts []source.Part, text string) bool {
	for _, p := range parts {
		rest, ok := strings.CutPrefix(text, p.Text)
		if !ok {
			return false
		}
		text = rest
	}
	return len(parts) > 0 && text == ""
}

// unusedMark is a private-use character that no piece holds.
func unusedMark(parts []source.Part) string {
	used := make(map[rune]bool)
	for _, p := range parts {
		for _, c := range p.Text {
			if c >= '\ue000' && c <= '\uf8ff' {
				used[c] = true
			}
		}
	}
	mark := '\ue000'
	for used[mark] && mark < '\uf8ff' {
		mark++
	}
	return string(mark)
}

// read reads the text: as JSON, with quotes around placeholders that stand
// outside of strings, if that makes it JSON, else as it is.
func (a *assembly) read() (source.Value, []source.Problem) {
	if len(a.holes) == 0 || !looksLikeJSON(a.src) {
		return a.parse(a.src, nil)
	}
	plain := a.src
	quoted, quotes := quoteHoles(string(plain), a.mark)
	if json.Valid([]byte(quoted)) {
		return a.parse([]byte(quoted), quotes)
	}
	v, problems := a.parse(plain, nil)
	if v.Kind == source.Unset { // the better message
		_, problems = a.parse([]byte(quoted), quotes)
	}
	return v, problems
}

func (a *assembly) parse(src []byte, quotes []int) (source.Value, []source.Problem) {
	a.src, a.quotes = src, quotes
	r := &reader{src: src, places: a, index: newIndex("", src)}
	if len(a.holes) > 0 {
		r.filler = a
	}
	return r.parse()
}

// quoteHoles puts quotes around each word outside of strings that holds a mark,
// and returns their offsets in the result.
func quoteHoles(text, mark string) (string, []int) {
	var out strings.Builder
	var quotes []int
	quote := func() {
		quotes = append(quotes, out.Len())
		out.WriteByte('"')
	}
	for i := 0; i < len(text); {
		n := max(1, wordLen(text[i:]))
		if text[i] == '"' {
			n = stringLen(text[i:])
		}
		word := text[i : i+n]
		i += n
		if word[0] != '"' && strings.Contains(word, mark) {
			quote()
			out.WriteString(word)
			quote()
			continue
		}
		out.WriteString(word)
	}
	return out.String(), quotes
}

// wordLen is the length of the number, name or placeholder that text begins with.
func wordLen(text string) int {
	for i := range len(text) {
		if strings.IndexByte("{}[]:,\" \t\r\n", text[i]) >= 0 {
			return i
		}
	}
	return len(text)
}

// stringLen is the length of the JSON string that text begins with.
func stringLen(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// lost is the references of v that no value of the document holds: those of
// known text, and those in a comment or under a key that is written again.
func (a *assembly) lost(v, document source.Value) []source.Ref {
	all := slices.Clone(v.Refs())
	for _, hole := range a.holes {
		if hole.Ref != nil {
			all = append(all, *hole.Ref)
		}
	}
	if len(all) == 0 {
		return nil
	}
	seen := make(map[source.Ref]bool)
	for _, ref := range document.AllRefs() {
		seen[nowhere(ref)] = true
	}
	var lost []source.Ref
	for _, ref := range all {
		if !seen[nowhere(ref)] {
			seen[nowhere(ref)] = true
			lost = append(lost, ref)
		}
	}
	return lost
}

// nowhere is a reference without its place.
func nowhere(r source.Ref) source.Ref {
	r.At = source.Location{}
	return r
}
