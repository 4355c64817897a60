package report

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/source"
)

// findings is every finding of a report, in the order of its systems.
func findings(r *analyzer.Report) []policy.Finding {
	var out []policy.Finding
	for _, sys := range r.Systems {
		out = append(out, sys.Result.Findings...)
	}
	return out
}

func writeLintText(w io.Writer, r *analyzer.Report, o Options) error {
	out := &printer{w: w, color: o.Color}
	counts := map[source.Severity]int{}
	for _, sys := range r.Systems {
		for _, f := range sys.Result.Findings {
			counts[f.Severity]++
			out.finding(sys, f)
		}
	}
	for _, sys := range r.Systems {
		for _, s := range sys.Stacks {
			out.printf("%s  %s\n", out.bold(s.Name), summary(s))
		}
	}
	out.printf("%s, %s, %s\n", plural(counts[source.Error], "error"), plural(counts[source.Warning], "warning"), plural(counts[source.Note], "note"))
	return out.err
}

// summary is a stack's pattern in a few words.
func summary(s analyzer.Stack) string {
	if s.Found.Primary == nil {
		return "no pattern"
	}
	words := s.Found.Primary.Pattern.Title + " (" + s.Found.Primary.Confidence.String() + " confidence"
	if s.Found.Primary.Partial {
		words += ", partial"
	}
	return words + ")"
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strings.Join([]string{itoa(n), word + "s"}, " ")
}

// finding prints one finding like a compiler: place, excerpt, path, remedy.
func (p *printer) finding(sys analyzer.System, f policy.Finding) {
	p.printf("%s: %s: %s [%s]\n", p.bold(f.At.String()), p.severity(f.Severity), f.Message, f.Rule.ID)
	p.excerpt(text(sys, f.At.File), f.At)
	if len(f.Path) > 0 {
		p.printf("   %s %s\n", p.blue("path"), pathOf(f))
	}
	p.printf("   %s  %s\n\n", p.blue("why"), firstParagraph(f.Rule.Description))
}

func (p *printer) severity(s source.Severity) string {
	switch s {
	case source.Error:
		return p.red(s.String())
	case source.Warning:
		return p.yellow(s.String())
	}
	return p.blue(s.String())
}

// pathOf is the nodes that a finding's edges pass, with arrows between them.
func pathOf(f policy.Finding) string {
	var out []string
	for _, e := range f.Path {
		for _, id := range []string{nodeID(e.From), nodeID(e.To)} {
			if len(out) == 0 || out[len(out)-1] != id {
				out = append(out, id)
			}
		}
	}
	return strings.Join(slices.Compact(out), " → ")
}

func firstParagraph(s string) string {
	head, _, _ := strings.Cut(strings.TrimSpace(s), "\n\n")
	return strings.Join(strings.Fields(head), " ")
}

// text is the content of a file of a system.
func text(sys analyzer.System, file string) []byte {
	for _, s := range sys.Stacks {
		if b, ok := s.Files[file]; ok {
			return b
		}
	}
	return nil
}

// maxExcerpt is how many columns of a line are shown.
const maxExcerpt = 120

// excerpt prints the line of a place with the place underlined.
func (p *printer) excerpt(src []byte, at source.Location) {
	if at.IsZero() || int(at.Offset) > len(src) {
		return
	}
	start := bytes.LastIndexByte(src[:at.Offset], '\n') + 1
	line, _, _ := bytes.Cut(src[start:], []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	shown := strings.ReplaceAll(string(line), "\t", " ")
	length := max(1, int(at.EndColumn-at.Column))
	if at.EndLine != at.Line {
		length = max(1, utf8.RuneCountInString(shown)-int(at.Column)+1)
	}
	if utf8.RuneCountInString(shown) > maxExcerpt {
		shown = string([]rune(shown)[:maxExcerpt]) + "…"
	}
	number := itoa(int(at.Line))
	p.printf(" %s %s %s\n", p.dim(number), p.dim("|"), shown)
	if int(at.Column)+length <= maxExcerpt+2 {
		p.printf(" %s %s %s%s\n", strings.Repeat(" ", len(number)), p.dim("|"), strings.Repeat(" ", int(at.Column)-1), p.red(strings.Repeat("^", length)))
	}
}
