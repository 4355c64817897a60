package report

import (
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/source"
)

// placeOfText is the place of the first mention of a word in a text of one file.
func placeOfText(text, word string) source.Location {
	i := strings.Index(text, word)
	return source.NewFile("t", []byte(text)).Region(i, i+len(word))
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("é", 300) + "HERE" + strings.Repeat("x", 300)
	for _, c := range []struct{ name, text, word, line, under string }{
		{"plain", "a\nb: c\nd", "c", "b: c", "   ^"},
		{"CRLF", "a\r\nb: c\r\nd", "c", "b: c", "   ^"},
		{"tabs and controls", "\tb\x1b: c\n", "c", " b : c", "     ^"},
		{"several bytes", "éa: ü\n", "ü", "éa: ü", "    ^"},
		{"wide", "日本: 関数\n", "関数", "日本: 関数", "      ^^^^"},
		{"accents of their own", "e\u0301: c\n", "c", "e\u0301: c", "   ^"},
		{"not UTF-8", "\xff: c\n", "c", "�: c", "   ^"},
		{"the first line, no end", "c", "c", "c", "^"},
		{"long", long, "HERE", "…" + strings.Repeat("é", 35) + "HERE" + strings.Repeat("x", 69) + "…", strings.Repeat(" ", 36) + "^^^^"},
	} {
		x := &excerpts{files: map[string][]byte{"t": []byte(c.text)}}
		line, under, ok := x.line(placeOfText(c.text, c.word))
		if !ok || line != c.line || under != c.under {
			t.Errorf("%s: %q %q %v, want %q %q", c.name, line, under, ok, c.line, c.under)
		}
	}
	x := &excerpts{files: map[string][]byte{"t": []byte("short")}}
	outside := source.NewFile("t", make([]byte, 100)).Region(99, 99)
	for _, at := range []source.Location{{}, source.InFile("t"), source.NewFile("other", nil).Region(0, 0), outside} {
		if _, _, ok := x.line(at); ok {
			t.Errorf("%v has an excerpt", at)
		}
	}
}

// What must not be read is blotted out wherever a line of it is shown: environment
// variables, sensitive values and the places from which they come.
func TestBlotted(t *testing.T) {
	const text = "env: {A: wort-ä-wort, B: !Ref P}\nkey: topsecret\ndefault: topsecrex\nblock: |\n  first-line\n  second-line\n"
	at := func(word string) source.Location { return placeOfText(text, word) }
	block := at("first-line")
	block.EndOffset = int32(len(text) - 1)
	def := at("topsecrex")
	g := graph.New()
	g.Add(&graph.Node{ID: "F", Kind: graph.Function, Attrs: map[string]source.Value{
		"environment": source.MapOf(at("{A"), source.Entry{Key: "A", Value: source.StringOf("wort-ä-wort", at("wort-ä-wort"))},
			source.Entry{Key: "B", Value: source.Value{Kind: source.Unknown, Text: "Ref P", At: at("!Ref P")}}),
		"key": source.Value{Kind: source.String, Sensitive: true, Text: "topsecret", At: at("topsecret")}.WithDef(&def),
		"block": source.Value{Kind: source.Unknown}.
			With(source.Trace{Alts: []source.Alternative{{Value: source.Value{Kind: source.String, Sensitive: true, At: block}}}}),
	}})
	x := excerptsOf(analyzer.System{Secrets: g.Secrets(), Stacks: []analyzer.Stack{{Stack: &source.Stack{Files: map[string][]byte{"t": []byte(text)}}}}})
	for word, want := range map[string]string{
		"env": "env: {A: ***********, B: !Ref P}", "key": "key: *********", "default": "default: *********",
		"first-line": "  **********", "second-line": "*************",
	} {
		if got, _, _ := x.line(at(word)); got != want {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
}

func TestFirstSentence(t *testing.T) {
	for text, want := range map[string]string{
		"One. Two.":                          "One.",
		"Ends in a\n  number 3.5 s. More":    "Ends in a number 3.5 s.",
		"No end":                             "No end",
		"Names, e.g. this, count. Others no": "Names, e.g. this, count.",
		"":                                   "",
	} {
		if got := firstSentence(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLocal(t *testing.T) {
	f := policy.Finding{Stack: &source.Stack{Name: "app.yaml"}}
	for words, want := range map[string]string{
		"app.yaml#Fn reads app.yaml#Table":      "Fn reads Table",
		`"app.yaml#Fn", (app.yaml#Table)`:       `"Fn", (Table)`,
		"api/app.yaml#Fn and my-app.yaml#Table": "api/app.yaml#Fn and my-app.yaml#Table",
		"Fn of app.yaml":                        "Fn of app.yaml",
	} {
		if got := local(f, words); got != want {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
}

func TestMentions(t *testing.T) {
	for _, c := range []struct {
		text, name string
		want       bool
	}{
		{"Api answers", "Api", true}, {"behind Api", "Api", true}, {"HttpApi answers", "Api", false},
		{"Apis and Api", "Api", true}, {"Api_1", "Api", false}, {"", "Api", false}, {"x", "", false},
	} {
		if got := mentions(c.text, c.name); got != c.want {
			t.Errorf("%q in %q: %v", c.name, c.text, got)
		}
	}
}
