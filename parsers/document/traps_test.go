package document

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

var update = flag.Bool("update", false, "write testdata/traps.txt anew")

// describe writes what a text is read as: a line for every value, with its
// region, and one for every problem.
func describe(v source.Value, problems []source.Problem) string {
	var b strings.Builder
	var value func(indent, name string, v source.Value)
	value = func(indent, name string, v source.Value) {
		fmt.Fprintf(&b, "%s%s%s %s", indent, name, span(v.At), v.Kind)
		if v.Kind == source.String || v.Kind == source.Number || v.Kind == source.Bool {
			fmt.Fprintf(&b, " %q", v.Text)
		}
		if v.Def() != nil {
			fmt.Fprintf(&b, " defined at %s", span(*v.Def()))
		}
		b.WriteByte('\n')
		for _, item := range v.Items {
			value(indent+"  ", "- ", item)
		}
		for _, e := range v.Entries {
			value(indent+"  ", fmt.Sprintf("%q %s: ", e.Key, span(e.KeyAt)), e.Value)
		}
	}
	value("\t", "", v)
	for _, p := range problems {
		fmt.Fprintf(&b, "\t%s %s: %s\n", span(p.At), p.Severity, p.Summary)
	}
	return b.String()
}

// TestTraps reads testdata/traps.txt: comments, texts as Go writes them, and what
// each is read as.
func TestTraps(t *testing.T) {
	const file = "testdata/traps.txt"
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for line := range strings.Lines(string(golden)) {
		switch {
		case strings.HasPrefix(line, "\t"):
		case strings.HasPrefix(line, `"`):
			text, err := strconv.Unquote(strings.TrimSpace(line))
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			v, problems := Parse("t", []byte(text))
			got.WriteString(line + describe(v, problems))
			checkRoundTrip(t, []byte(text), v)
		default:
			got.WriteString(line)
		}
	}
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := strings.Split(string(golden), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if i >= len(want) || line != want[i] {
			t.Fatalf("%s:%d: got %q", file, i+1, line)
		}
	}
}
