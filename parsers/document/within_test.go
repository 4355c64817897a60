package document

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

var variable = regexp.MustCompile(`\$\{(\w+)\}`)

// substituted is the value of Fn::Sub of a scalar in which every variable is a
// resource, or unknown if its name starts with a small letter.
func substituted(src []byte, v source.Value) source.Value {
	var out source.Trace
	s, ok := Open(src, v.At)
	if !ok || s.Text != v.Text {
		return v
	}
	known := func(a, b int) {
		if a < b {
			out.Parts = append(out.Parts, source.Part{Text: v.Text[a:b], At: s.Region(a, b), In: v.At, Start: a})
		}
	}
	last := 0
	for _, m := range variable.FindAllStringSubmatchIndex(v.Text, -1) {
		known(last, m[0])
		name, at := v.Text[m[2]:m[3]], s.Region(m[0], m[1])
		part := source.Part{Expr: name, At: at, In: v.At, Start: m[0]}
		if strings.ToLower(name[:1]) != name[:1] {
			part.Ref = &source.Ref{Address: name, At: at}
			out.Refs = append(out.Refs, *part.Ref)
		}
		out.Parts = append(out.Parts, part)
		last = m[1]
	}
	known(last, len(v.Text))
	return source.Value{Kind: source.Unknown, Text: v.Text, At: v.At}.With(out)
}

// show writes a value with its places.
func show(v source.Value) string {
	var lines []string
	walk("", v, func(path string, v source.Value) {
		if v.Kind != source.Map && v.Kind != source.List {
			lines = append(lines, fmt.Sprintf("%s %s %s %q", path, span(v.At), v.Kind, v.Text))
		}
		for _, p := range v.Parts() {
			ref := ""
			if p.Ref != nil {
				ref = " -> " + p.Ref.Address
			}
			lines = append(lines, fmt.Sprintf("  %s %q%s", span(p.At), p.Text+p.Expr, ref))
		}
		for _, e := range v.Entries {
			lines = append(lines, fmt.Sprintf("%s/%s at %s", path, e.Key, span(e.KeyAt)))
		}
	})
	return strings.Join(lines, "\n") + "\n"
}

func TestWithinSub(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"literal block", "D: |\n  {\n    \"Fn\": \"${Fn}\",\n    \"n\": ${count}, \"é\": [12${n}, \"a-${T}/b\"]\n  }\n", `
/Fn at 3:5-3:9
/n at 4:5-4:8
/é at 4:20-4:23
.Fn 3:11-3:18 unknown "Fn"
  3:12-3:17 "Fn" -> Fn
.n 4:10-4:18 unknown "count"
  4:10-4:18 "count"
.é.0 4:26-4:32 unknown "12${n}"
  4:26-4:28 "12"
  4:28-4:32 "n"
.é.1 4:34-4:44 unknown "a-${T}/b"
  4:35-4:37 "a-"
  4:37-4:41 "T" -> T
  4:41-4:43 "/b"
`},
		{"json in json", `{"D": "{\"a\": \"x${T}\\n\", \"${K}\": 1}"}`, `
/a at 1:9-1:14
/${K} at 1:30-1:38
.a 1:16-1:28 unknown "x${T}\n"
  1:18-1:19 "x"
  1:19-1:23 "T" -> T
  1:23-1:26 "\n"
.${K} 1:40-1:41 number "1"
`},
		{"yaml", "D: |\n  Fn: ${Fn}\n  L:\n  - a ${x} b\n", `
/Fn at 2:3-2:5
/L at 3:3-3:4
.Fn 2:7-2:12 unknown "Fn"
  2:7-2:12 "Fn" -> Fn
.L.0 4:5-4:13 unknown "a ${x} b"
  4:5-4:7 "a "
  4:7-4:11 "x"
  4:11-4:13 " b"
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, problems := Parse("t", []byte(test.src))
			files := func(string) []byte { return []byte(test.src) }
			got, more := Within(files, substituted([]byte(test.src), v.Get("D")))
			if len(problems)+len(more) > 0 {
				t.Error(problems, more)
			}
			if s := show(got); s != strings.TrimPrefix(test.want, "\n") {
				t.Errorf("got\n%s\nwant%s", s, test.want)
			}
		})
	}
}

// joined is the value of Fn::Join with an empty delimiter of a list of scalars and
// references.
func joined(v source.Value) source.Value {
	var out source.Trace
	for _, item := range v.Items {
		if name := item.Get("Ref").Text; name != "" {
			ref := source.Ref{Address: name, At: item.At}
			out.Refs = append(out.Refs, ref)
			out.Parts = append(out.Parts, source.Part{Ref: &ref, Expr: name, At: item.At})
			continue
		}
		out.Parts = append(out.Parts, source.Part{Text: item.Text, At: item.At, In: item.At})
	}
	return source.Value{Kind: source.Unknown, Text: "joined", At: v.At}.With(out)
}

func TestWithinJoin(t *testing.T) {
	src := []byte(`D:
  - '{"A": "x'
  - !Ref T
  - "\"}"
E: ["{\"B\":", {Ref: U}, ", \"", {"Ref": V}, "\": [\"a", "b\"]}"]
`)
	v, _ := Parse("t", src)
	for key, want := range map[string]string{"D": `
/A at 2:7-2:10
.A 2:12-4:8 unknown "x${T}"
  2:13-2:14 "x"
  3:5-3:11 "T" -> T
`, "E": `
/B at 5:7-5:12
/${V} at 5:29-5:49
.B 5:16-5:24 unknown "U"
  5:16-5:24 "U" -> U
.${V}.0 5:52-5:62 string "ab"
`} {
		got, problems := Within(func(string) []byte { return src }, joined(v.Get(key)))
		if s := show(got); s != strings.TrimPrefix(want, "\n") || len(problems) > 0 {
			t.Errorf("%s: got\n%s\nwant%s%v", key, s, want, problems)
		}
	}
}

// TestWithinKeeps checks what is not read, or read otherwise than as text.
func TestWithinKeeps(t *testing.T) {
	at := source.NewFile("t", []byte("x")).Region(0, 1)
	ref := source.Ref{Address: "T"}
	made := source.MapOf(at)
	text := source.StringOf("{\"a\": 1}", at)
	for _, test := range []struct {
		name string
		v    source.Value
		want string
	}{
		{"made from a value", source.Value{Kind: source.String, Text: "{}"}.With(source.Trace{Doc: &made}), "map"},
		{"a map", source.MapOf(at, source.Entry{Key: "a", Value: text}), "map"},
		{"unset", source.Value{}, "unset"},
		{"a number", source.NumberOf(1, at), "number"},
		{"nothing known", source.Value{Kind: source.Unknown, Text: "x"}, "unknown"},
		{"a mention", source.RefOf(ref), "unknown"},
		{"text of no file", text, "map"},
		{"not a document", source.StringOf("a: b: c", at), "unknown"},
		{"empty", source.StringOf("", at), "null"},
	} {
		v, problems := Within(func(string) []byte { return nil }, test.v)
		if v.Kind.String() != test.want {
			t.Errorf("%s: %s, %v", test.name, v.Kind, problems)
		}
		if len(v.AllRefs()) != len(test.v.AllRefs()) {
			t.Errorf("%s: references %v", test.name, v.AllRefs())
		}
		if !v.At.IsZero() && v.At != at && v.At != test.v.At {
			t.Errorf("%s: at %+v", test.name, v.At)
		}
	}
}

func TestWithinAlternatives(t *testing.T) {
	v := source.Value{Kind: source.Unknown}.With(source.Trace{Alts: []source.Alternative{
		{Value: source.Value{Kind: source.String, Text: `{"a": 1}`}}, {Value: source.Value{Kind: source.String, Text: `{"a": 2}`}},
	}})
	got, problems := Within(func(string) []byte { return nil }, v)
	if len(problems) > 0 || len(got.Alts()) != 2 || got.Alts()[1].Value.Get("a").Text != "2" {
		t.Error(got, problems)
	}
}

func TestWithinSensitive(t *testing.T) {
	got, _ := Within(func(string) []byte { return nil }, source.Value{Kind: source.String, Text: `{"a": [1]}`, Sensitive: true})
	walk("", got, func(path string, v source.Value) {
		if !v.Sensitive {
			t.Errorf("%q is not sensitive", path)
		}
	})
}

// TestWithinBroken checks the place and severity of what is wrong in embedded text.
func TestWithinBroken(t *testing.T) {
	src := []byte("D: |\n  {\"a\": \"${T}\"\n  \"b\": 2}\nE: |\n  {\"a\"\n  \"b\": 2}\n")
	v, _ := Parse("t", src)
	files := func(string) []byte { return src }
	got, problems := Within(files, substituted(src, v.Get("D")))
	if got.Kind != source.Unknown || len(got.AllRefs()) != 1 || len(problems) != 1 ||
		problems[0].String() != "t:3:3: warning: syntax error in JSON: invalid character '\"' after object key:value pair" {
		t.Error(got, problems)
	}
	got, problems = Within(files, v.Get("E"))
	if got.Kind != source.Unknown || len(problems) != 1 || problems[0].Severity != source.Error || problems[0].At.Line() != 6 {
		t.Error(got, problems)
	}
}

// TestWithinKnownParts reads text of which every piece is known by now.
func TestWithinKnownParts(t *testing.T) {
	src := []byte("D: '{\"${K}\": \"v\"}'\n")
	v, _ := Parse("t", src)
	known := substituted(src, v.Get("D"))
	known.Kind, known.Text = source.String, `{"key": "v"}`
	known.Parts()[1].Ref, known.Parts()[1].Text = nil, "key"
	known = known.WithRefs(nil)
	got, problems := Within(func(string) []byte { return src }, known)
	want := "/key at 1:6-1:12\n.key 1:14-1:17 string \"v\"\n"
	if s := show(got); s != want || len(problems) > 0 {
		t.Errorf("got\n%s\nwant\n%s%v", s, want, problems)
	}
}

// TestWithinMarks reads text that holds the characters which placeholders are
// made of.
func TestWithinMarks(t *testing.T) {
	src := []byte("D: |\n  {\"a\": \"\ue000${T}\", \"b\": \"\\ue0010\\ue001\", \"\\ue001\": \"\\ue001\"}\n")
	v, _ := Parse("t", src)
	got, problems := Within(func(string) []byte { return src }, substituted(src, v.Get("D")))
	if len(problems) > 0 || len(got.Get("a").Parts()) != 2 || got.Get("\ue001").Text != "\ue001" {
		t.Errorf("%v\n%s", problems, show(got))
	}
}

// TestRegion places pieces of scalars of every style.
func TestRegion(t *testing.T) {
	for _, test := range []struct{ text, piece, want string }{
		{"a: x ${V}\n", "${V}", "1:6-1:10"},
		{"a: x\n  é ${V} \n  y\n", "${V}", "2:5-2:9"},
		{"a: \"é\\u00e9\\\n   \\n${V}\\n\"\n", "${V}", "2:6-2:10"},
		{"a: 'it''s ${V}'\n", "${V}", "1:11-1:15"},
		{"a: 'it''s ${V}'\n", "'s", "1:7-1:10"},
		{"a: |2-\r\n    é${V}\r\n   x\r\n", "${V}", "2:6-2:10"},
		{"a: >\n  x\n\n  y ${V}\n  z\n", "y ${V} z", "4:3-5:4"},
		{"a: >\n  x\n\n  y ${V}\n  z\n", "${V}", "4:5-4:9"},
		{`{"a": "\ud83d\ude00\n${V}\"" }`, "${V}", "1:22-1:26"},
		{`{"a": "\ud83d\ude00\n${V}\"" }`, "\U0001f600", "1:8-1:20"},
	} {
		src := []byte(test.text)
		v, _ := Parse("t", src)
		v = v.Get("a")
		i := strings.Index(v.Text, test.piece)
		if i < 0 {
			t.Fatalf("%q is not in %q", test.piece, v.Text)
		}
		at := region(src, v.At, i, i+len(test.piece))
		if span(at) != test.want || at.File() != "t" {
			t.Errorf("%q in %q: got %s, want %s", test.piece, test.text, span(at), test.want)
		}
		checkRegion(t, src, at)
	}
}

func TestOpenNowhere(t *testing.T) {
	src := []byte(`a: "x`)
	file := source.NewFile("t", src)
	for _, offsets := range [][2]int32{{-1, 2}, {2, 1}, {0, 9}, {3, 5}} {
		at := file.Region(0, 0)
		at.Offset, at.EndOffset = offsets[0], offsets[1]
		if _, ok := Open(src, at); ok {
			t.Errorf("%+v is a scalar", at)
		}
		if _, _, ok := decode(src, at); ok || region(src, at, 0, 1) != at {
			t.Errorf("%+v can be decoded", at)
		}
	}
}
