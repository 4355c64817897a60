package document

import (
	"fmt"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

// walk calls f for every value below v, with its path.
func walk(path string, v source.Value, f func(path string, v source.Value)) {
	f(path, v)
	for i, item := range v.Items {
		walk(fmt.Sprintf("%s.%d", path, i), item, f)
	}
	for _, e := range v.Entries {
		walk(path+"."+e.Key, e.Value, f)
	}
}

// span is a region as the tests write it.
func span(at source.Location) string {
	return fmt.Sprintf("%d:%d-%d:%d", at.Line(), at.Column(), at.EndLine(), at.EndColumn())
}

func TestRegions(t *testing.T) {
	src := "\ufeffA: &x !Sub   \"${B}-é\"\nL: [1, 'it''s', {k: \"v\"}, !GetAZs ]\nT: |-\n  one\n  two\n\nD: *x\nM:\n  <<: {p: 1}\n  p: 2\nP: a\n  b\nC: x\r\nJ: 1\nG: !GetAtt A.B.C\n"
	v, problems := Parse("t.yaml", []byte(src))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got := map[string]string{}
	walk("", v, func(path string, v source.Value) { got[strings.TrimPrefix(path, ".")] = span(v.At) })
	for path, want := range map[string]string{
		"A": "1:7-1:22", "A.Fn::Sub": "1:14-1:22", "L": "2:4-2:36", "L.1": "2:8-2:15", "L.2": "2:17-2:25",
		"L.2.k": "2:21-2:24", "L.3": "2:27-2:34", "L.3.Fn::GetAZs": "2:34-2:34", "T": "3:4-5:6", "D": "7:4-7:6", "M.p": "10:6-10:7",
		"P": "11:4-12:4", "C": "13:4-13:5", "J": "14:4-14:5",
		"G": "15:4-15:17", "G.Fn::GetAtt.0": "15:12-15:13", "G.Fn::GetAtt.1": "15:14-15:17",
	} {
		if got[path] != want {
			t.Errorf("%s: got %s, want %s", path, got[path], want)
		}
	}
}

// hasText reports whether the region of a value is that of a scalar of its own:
// aliases, absent values and what computing made are not.
func hasText(src []byte, v source.Value) bool {
	if v.At.Offset == v.At.EndOffset || src[v.At.Offset] == '*' {
		return false
	}
	return v.Kind == source.String || v.Kind == source.Number || v.Kind == source.Bool
}

// checkRoundTrip decodes the region of every scalar and key by the rules of its
// style and compares.
func checkRoundTrip(t *testing.T, src []byte, v source.Value) int {
	t.Helper()
	n := 0
	check := func(what string, at source.Location, want func(string) bool, value string) {
		n++
		text, offsets, ok := decode(src, at)
		if !ok || !want(text) || len(offsets) != len(text)+1 {
			t.Errorf("%s %q at %s decodes to %q, %v", what, value, span(at), text, ok)
		}
	}
	walk("", v, func(path string, v source.Value) {
		if hasText(src, v) {
			check("value "+path, v.At, func(text string) bool {
				return text == v.Text || v.Kind == source.Bool && booleans[text] == v.Text
			}, v.Text)
		}
		for _, e := range v.Entries {
			at := e.KeyAt
			written := string(src[at.Offset:at.EndOffset])
			switch {
			case strings.HasPrefix(written, "!"): // tags may be escaped, or declared by %TAG
				if !strings.ContainsAny(string(src), "%<") && intrinsic(written) != e.Key && written != e.Key {
					t.Errorf("tag %s is key %q", written, e.Key)
				}
			case strings.HasPrefix(written, "*"), written == "", written == e.Key:
			default:
				check("key "+path, at, func(text string) bool { return text == e.Key }, e.Key)
			}
		}
	})
	return n
}
