package document

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/serverlens/serverlens/parsers/source"
)

// seeds adds every text of testdata/traps.txt.
func seeds(f *testing.F, add func(text string)) {
	golden, err := os.ReadFile("testdata/traps.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(golden)) {
		if text, err := strconv.Unquote(strings.TrimSpace(line)); err == nil && line[0] == '"' {
			add(text)
		}
	}
	add(string(template(1)))
}

// checkRegion recounts the lines and columns of a region.
func checkRegion(t *testing.T, src []byte, at source.Location) {
	t.Helper()
	count := func(offset int32) (line, column int) {
		line, column = 1, 1
		text := string(src[:offset])
		for i, c := range strings.TrimPrefix(text, "\ufeff") {
			i += len(text) - len(strings.TrimPrefix(text, "\ufeff"))
			if c == '\n' || c == '\r' && !(i+1 < len(src) && src[i+1] == '\n') {
				line, column = line+1, 1
			} else {
				column++
			}
		}
		return line, column
	}
	if at.Offset < 0 || at.Offset > at.EndOffset || int(at.EndOffset) > len(src) {
		t.Fatalf("%+v is no region of %d bytes", at, len(src))
	}
	line, column := count(at.Offset)
	endLine, endColumn := count(at.EndOffset)
	if line != at.Line() || column != at.Column() || endLine != at.EndLine() || endColumn != at.EndColumn() {
		t.Errorf("%+v should be %d:%d-%d:%d", at, line, column, endLine, endColumn)
	}
}

// checkRegions checks the region of every value and key, and that each holds what
// lies below it.
func checkRegions(t *testing.T, src []byte, v source.Value) {
	t.Helper()
	checkRegion(t, src, v.At)
	inside := func(at source.Location) {
		if v.Def() == nil && (at.Offset < v.At.Offset || at.EndOffset > v.At.EndOffset) {
			t.Errorf("%s does not hold %s", span(v.At), span(at))
		}
	}
	for _, item := range v.Items {
		inside(item.At)
		checkRegions(t, src, item)
	}
	for _, e := range v.Entries {
		checkRegion(t, src, e.KeyAt)
		if e.Value.Def() == nil {
			inside(e.KeyAt)
			inside(e.Value.At)
		}
		checkRegions(t, src, e.Value)
	}
}

func checkParse(t *testing.T, text string) {
	if len(text) > 4000 {
		return
	}
	src := []byte(text)
	v, problems := Parse("t", src)
	for _, p := range problems {
		checkRegion(t, src, p.At)
	}
	checkRegions(t, src, v)
	foldsInJSON := looksLikeJSON(src) && !json.Valid(src) && strings.ContainsAny(text, "\u0085\u2028\u2029")
	if !foldsInJSON {
		checkRoundTrip(t, src, v)
	}
}

func FuzzYAML(f *testing.F) {
	seeds(f, func(text string) { f.Add(text) })
	f.Fuzz(checkParse)
}

func FuzzJSON(f *testing.F) {
	seeds(f, func(text string) {
		if looksLikeJSON([]byte(text)) {
			f.Add(text)
		}
	})
	f.Add(`{"Resources": {"A": {"Type": "AWS::SQS::Queue", "n": [1, 2.5e3, "\u00e9\ud83d\ude00", null, true]}}, "é": "\\\"/"}`)
	f.Fuzz(func(t *testing.T, text string) {
		checkParse(t, text)
		if src := strings.TrimPrefix(text, "\ufeff"); json.Valid([]byte(src)) && utf8.ValidString(src) && len(text) < 4000 {
			checkSameJSON(t, src)
		}
	})
}

// checkSameJSON compares what the standard library decodes.
func checkSameJSON(t *testing.T, text string) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var want any
	v, problems := Parse("t", []byte(text))
	if err := decoder.Decode(&want); err != nil || v.Kind == source.Unset || !looksLikeJSON([]byte(text)) {
		return
	}
	if len(problems) == 0 && !sameJSON(v, want) {
		t.Errorf("%q is read as\n%s", text, describe(v, nil))
	}
}

func sameJSON(v source.Value, want any) bool {
	switch w := want.(type) {
	case nil:
		return v.Kind == source.Null
	case bool:
		return v.Kind == source.Bool && v.Text == strconv.FormatBool(w)
	case json.Number:
		return v.Kind == source.Number && v.Text == w.String()
	case string:
		return v.Kind == source.String && v.Text == w
	case []any:
		if v.Kind != source.List || len(v.Items) != len(w) {
			return false
		}
		for i := range w {
			if !sameJSON(v.Items[i], w[i]) {
				return false
			}
		}
	case map[string]any:
		if v.Kind != source.Map || len(v.Entries) != len(w) {
			return false
		}
		for _, e := range v.Entries {
			if x, ok := w[e.Key]; !ok || !sameJSON(e.Value, x) {
				return false
			}
		}
	}
	return true
}

func FuzzDecode(f *testing.F) {
	seeds(f, func(text string) {
		f.Add(text, 0, len(text), 0, 1)
		if i := strings.IndexAny(text, `"'|>`); i >= 0 {
			f.Add(text, i, len(text), 1, 3)
		}
	})
	f.Add("a: x y\u2029", 0, 7, 0, 1) // ends inside of a character
	f.Fuzz(func(t *testing.T, text string, start, end, a, b int) {
		src := []byte(text)
		at := source.NewFile("t", src).Region(0, 0)
		at.Offset, at.EndOffset = int32(start), int32(end)
		decoded, offsets, ok := decode(src, at)
		if !ok {
			return
		}
		if len(offsets) != len(decoded)+1 {
			t.Fatalf("%d offsets for %d bytes", len(offsets), len(decoded))
		}
		for i, o := range offsets {
			if o < start || o > len(src) || i > 0 && o < offsets[i-1] {
				t.Fatalf("offsets %v from %d of %d bytes", offsets, start, len(src))
			}
		}
		region := region(src, at, a, b)
		if region.Offset < at.Offset || int(region.EndOffset) > len(src) || region.EndOffset < region.Offset {
			t.Errorf("region %+v of %+v", region, at)
		}
	})
}

func FuzzWithin(f *testing.F) {
	seeds(f, func(text string) { f.Add(text, byte(0)); f.Add(text, byte(1)) })
	f.Add("{\n \"A\": \"${F}\", \"b\": ${c}, \"x${T}\": [1${n}, \"a-${T}/b\"]\n}\n", byte(0))
	f.Add("{\n \"A\": \"${F}\", \"b\": ${c}, \"x${T}\": [1${n}, \"a-${T}/b\"]\n}\n", byte(2))
	f.Add("A: ${F}\nb: x ${c}\n${T}: |\n  a ${T}\n", byte(0))
	f.Fuzz(func(t *testing.T, text string, style byte) {
		if len(text) > 2000 || !utf8.ValidString(text) {
			return
		}
		src := embed(text, style)
		v, problems := Parse("t", src)
		if len(problems) > 0 {
			return // YAML holds fewer characters than JSON
		}
		v = v.Get("D")
		files := func(string) []byte { return src }
		if v.Kind == source.String {
			checkSame(t, files, v)
		}
		whole := substituted(src, v)
		got, _ := Within(files, whole)
		checkWithin(t, src, whole, got)
	})
}

// embed is a template that holds a text under the key D.
func embed(text string, style byte) []byte {
	quoted, _ := json.Marshal(text)
	switch style % 4 {
	case 0:
		return []byte("D: |2\n  " + strings.ReplaceAll(text, "\n", "\n  ") + "\n")
	case 1:
		return []byte("{\"D\": " + string(quoted) + "}")
	case 2:
		return []byte("a: &x '" + strings.ReplaceAll(text, "'", "''") + "'\nD: *x\n")
	}
	return []byte("D:\n  - x\n  - >-\n    " + strings.ReplaceAll(text, "\n", "\n    ") + "\nD: \"\\\n  " + string(quoted[1:]) + "\n")
}

// checkSame compares a document inside a string with the document on its own.
func checkSame(t *testing.T, files func(string) []byte, v source.Value) {
	t.Helper()
	want, wantProblems := Parse("t", []byte(v.Text))
	got, problems := Within(files, v)
	if want.Kind == source.Unset {
		want = source.Value{Kind: source.Unknown, Text: v.Text}
	}
	if !got.Equal(want) || len(problems) != len(wantProblems) {
		t.Errorf("%q inside a string is\n%sand not\n%s", v.Text, describe(got, problems), describe(want, wantProblems))
	}
}

// checkWithin checks that every place is in the file, that every piece of text
// stands where it says, and that no reference of the whole got lost.
func checkWithin(t *testing.T, src []byte, whole, v source.Value) {
	t.Helper()
	walk("", v, func(path string, v source.Value) {
		checkRegion(t, src, v.At)
		for _, e := range v.Entries {
			checkRegion(t, src, e.KeyAt)
		}
		for _, p := range v.Parts() {
			checkRegion(t, src, p.At)
			if p.Ref != nil || p.In.IsZero() || p.Text == "" {
				continue
			}
			text, _, ok := decode(src, p.In)
			if !ok || !strings.HasPrefix(text[min(p.Start, len(text)):], p.Text) {
				t.Errorf("%s: %q is not at %d of %q", path, p.Text, p.Start, text)
			}
		}
	})
	found := make(map[string]bool)
	for _, ref := range v.AllRefs() {
		found[ref.Address] = true
	}
	for _, ref := range whole.Refs() {
		if !found[ref.Address] {
			t.Errorf("the reference to %s is lost in\n%s", ref.Address, show(v))
		}
	}
}
