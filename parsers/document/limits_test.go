package document

import (
	"fmt"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

func TestLimits(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	merges := bomb
	for c := 'b'; c <= 'i'; c++ {
		bomb += fmt.Sprintf("%c: &%[1]c [%s]\n", c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 10), ","))
		if c == 'e' {
			merges = bomb + "m: &m {k: *e}\n" + strings.Repeat("n: {<<: *m}\n", 30)
		}
	}
	chain := "a0: &a0 x\n"
	for i := range 300 {
		chain += fmt.Sprintf("a%d: &a%[1]d [*a%d]\n", i+1, i)
	}
	for _, test := range []struct{ name, text, want string }{
		{"deep JSON", strings.Repeat("[", 300) + strings.Repeat("]", 300), "t:1:258: error: nested more than 256 levels deep"},
		{"deep flow", "x: " + strings.Repeat("[", 300) + strings.Repeat("]", 300), "t:1:260: error: nested more than 256 levels deep"},
		{"deep block", strings.Repeat("- ", 300), "t:1:515: error: nested more than 256 levels deep"},
		{"deeper than the library goes", strings.Repeat("[", 20000), "t:1:10001: error: syntax error in JSON: invalid character '[' exceeded max depth"},
		{"alias bomb", bomb, "t:7:4: error: more than 2000000 values, aliases expanded"},
		{"aliases of aliases", chain, "t:257:14: error: nested more than 256 levels deep, aliases expanded"},
		{"merge bomb", merges, "t:1:1: error: more than 2000000 values, aliases expanded"},
		{"not UTF-8", "a: é\nb: \xff", "t:2:4: error: the text is not UTF-8"},
		{"UTF-16", "\xff\xfea\x00:\x00", "t:1:1: error: the text is UTF-16; save it as UTF-8"},
		{"a binary", "\x7fELF\x02\x01\x00", "t:1:5: error: syntax error in YAML: control characters are not allowed (value: 2)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, problems := Parse("t", []byte(test.text))
			if v.Kind != source.Unset || len(problems) == 0 {
				t.Fatalf("got a %s, %v", v.Kind, problems)
			}
			if got := problems[len(problems)-1].String(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestAtTheLimit(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("[", 256) + strings.Repeat("]", 256), strings.Repeat("- ", 256), "x: " + strings.Repeat("[", 256) + strings.Repeat("]", 256),
	} {
		if v, problems := Parse("t", []byte(text)); v.Kind == source.Unset {
			t.Errorf("%.20s…: %v", text, problems)
		}
	}
}

func TestProblemsAreFew(t *testing.T) {
	_, problems := Parse("t", []byte(strings.Repeat("a: 1\n", 1000)))
	if len(problems) != maxProblems+1 {
		t.Errorf("%d problems", len(problems))
	}
}

func TestNearlyJSON(t *testing.T) {
	v, problems := Parse("t.json", []byte("{\"a\": 1,\n}"))
	if v.Get("a").Text != "1" || len(problems) != 1 ||
		problems[0].String() != "t.json:2:1: warning: syntax error in JSON: invalid character '}' looking for beginning of object key string; read as YAML" {
		t.Error(v, problems)
	}
}

// TestManyKeys reads a map with more keys than are searched one by one.
func TestManyKeys(t *testing.T) {
	var text strings.Builder
	for i := range 100 {
		fmt.Fprintf(&text, "k%d: %d\n", i%90, i)
	}
	v, problems := Parse("t", []byte(text.String()))
	if len(v.Entries) != 90 || len(problems) != 10 || v.Get("k5").Text != "95" || v.Get("k50").Text != "50" {
		t.Errorf("%d entries, %v", len(v.Entries), problems)
	}
}
