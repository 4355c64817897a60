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
	out := source.Value{Kind: source.Unknown, Text: v.Text, At: v.At}
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
	return out
}

// show writes a value with its places.
func show(v source.Value) string {
	var lines []string
	walk("", v, func(path string, v source.Value) {
		if v.Kind != source.Map && v.Kind != source.List {
			lines = append(lines, fmt.Sprintf("%s %s %s %q", path, span(v.At), v.Kind, v.Text))
		}
		for _, p := range v.Parts {
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
