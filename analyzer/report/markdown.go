package report

import (
	"io"
	"strings"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/parsers/source"
)

// What keeps a document of three tables below the 1 MiB of a job summary (GitHub
// Docs, Workflow commands for GitHub Actions).
const (
	maxRows  = 500
	maxCell  = 400       // characters, before they are escaped
	maxTable = 300 << 10 // bytes
)

// writeMarkdown writes the patterns of the stacks, the findings, one row a block,
// and what could not be read.
func writeMarkdown(w io.Writer, r *analyzer.Report, _ Options) error {
	out := &printer{w: w}
	counts := counted(r)
	out.printf("## serverlens: %s, %s\n\n", plural(counts[source.Error], "error"), plural(counts[source.Warning], "warning"))
	t := out.table("stack", "pattern")
	for _, sys := range r.Systems {
		for _, s := range sys.Stacks {
			t.row(code(s.Name), cell(summary(s)))
		}
	}
	t.end("stacks")
	t = out.table("severity", "place", "finding", "rule")
	for _, sys := range r.Systems {
		for _, b := range blocks(sys) {
			first := b.findings[0]
			words := cell(sentence(first))
			if n := len(b.findings) - 1; n > 0 {
				words += " (and " + plural(n, "more place") + ")"
			}
			t.row(b.severity().String(), code(place(first)), words, "["+b.rule.ID+"]("+ruleURL(b.rule)+")")
		}
	}
	t.end("findings")
	t = out.table("severity", "place", "what could not be read")
	for _, p := range problems(r) {
		if p.Severity != source.Note {
			t.row(p.Severity.String(), code(p.At.String()), cell(p.Summary))
		}
	}
	for _, f := range failures(r) {
		t.row("error", "", cell(f.Error()))
	}
	t.end("problems")
	return out.err
}

// table prints rows below a head, which is only there where a row is.
type table struct {
	p     *printer
	names []string
	rows  int
	left  int // rows that are left out
	size  int // bytes
}

func (p *printer) table(names ...string) *table { return &table{p: p, names: names} }

func (t *table) row(cells ...string) {
	if t.rows == 0 {
		t.p.printf("| %s |\n|%s\n", strings.Join(t.names, " | "), strings.Repeat("---|", len(t.names)))
	}
	t.rows++
	line := strings.Join(cells, " | ")
	if t.rows > maxRows || t.size+len(line) > maxTable {
		t.left++
		return
	}
	t.size += len(line)
	t.p.printf("| %s |\n", line)
}

// end says how many rows were left out.
func (t *table) end(what string) {
	if t.left > 0 {
		t.p.printf("\n%d more %s are left out.\n", t.left, what)
	}
	if t.rows > 0 {
		t.p.printf("\n")
	}
}

// cell escapes what Markdown or HTML would read into a text.
func cell(s string) string {
	s = oneLine(s)
	if runes := []rune(s); len(runes) > maxCell {
		s = string(runes[:maxCell-1]) + "…"
	}
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "@", "&#64;", "#", "&#35;").Replace(s)
}

// code is a text in the typeface of code.
func code(s string) string {
	s = strings.NewReplacer("`", "'", "|", `\|`).Replace(oneLine(s))
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
