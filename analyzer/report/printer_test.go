package report

import (
	"bytes"
	"testing"
)

// Nothing that a template holds steers a terminal or the log of a workflow.
func TestHarmless(t *testing.T) {
	for text, want := range map[string]string{
		"plain, ünicode → 日本":     "plain, ünicode → 日本",
		"a\n::error::x":           "a ::error::x",
		"a\x1b]0;title\x07b":      "a�]0;title�b",
		"a\x1b[31mred":            "a�[31mred",
		"\u202eleft":              "�left",
		"tab\tand\r\nbreak\u0085": "tab and  break�",
	} {
		for _, color := range []bool{false, true} {
			var out bytes.Buffer
			p := &printer{w: &out, color: color}
			p.printf("%s", text)
			if out.String() != want {
				t.Errorf("%q: %q, want %q", text, out.String(), want)
			}
		}
	}
	var out bytes.Buffer
	p := &printer{w: &out, color: true}
	p.printf("%s%s", p.red("wrong"), p.bold("\x1b[2J"))
	if want := "\x1b[1;31mwrong\x1b[0m\x1b[1m�[2J\x1b[0m"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}
