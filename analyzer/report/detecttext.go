package report

import (
	"io"
	"strings"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/patterns"
)

func writeDetectText(w io.Writer, r *analyzer.Report, o Options) error {
	out := &printer{w: w, color: o.Color}
	for _, sys := range r.Systems {
		for _, s := range sys.Stacks {
			out.found(s.Name, s.Format, s.Found)
		}
		if len(sys.Stacks) > 1 {
			out.found("together", systemName(sys), sys.Found)
		}
	}
	return out.err
}

// found prints what one stack is.
func (p *printer) found(name, format string, found patterns.Result) {
	p.printf("%s (%s)\n", p.bold(name), format)
	switch {
	case found.Primary == nil && found.Nearest != nil:
		p.printf("  no pattern; the nearest is %s\n", found.Nearest.Title)
	case found.Primary == nil:
		p.printf("  no pattern\n")
	}
	for _, m := range primaryFirst(found) {
		words := []string{m.Confidence.String() + " confidence"}
		if m.Partial {
			words = append(words, "partial")
		}
		if m != found.Primary {
			words = append(words, "also present")
		}
		p.printf("  %s (%s)\n", p.bold(m.Pattern.Title), strings.Join(words, ", "))
		p.roles(m)
	}
	p.printf("\n")
}

func primaryFirst(found patterns.Result) []*patterns.Match {
	var out []*patterns.Match
	if found.Primary != nil {
		out = append(out, found.Primary)
	}
	for _, m := range found.Present {
		if m != found.Primary {
			out = append(out, m)
		}
	}
	return out
}

// maxRoleNodes is how many nodes of a role are listed one by one.
const maxRoleNodes = 12

func (p *printer) roles(m *patterns.Match) {
	width := 0
	for _, r := range m.Pattern.Roles {
		width = max(width, len(r.Name))
	}
	for _, f := range m.Roles {
		label := f.Role.Name
		for i, n := range f.Nodes {
			if i == maxRoleNodes {
				p.printf("    %-*s  … and %d more\n", width, "", len(f.Nodes)-i)
				break
			}
			p.printf("    %-*s  %s %s", width, label, n.Kind, n.ID)
			if !n.At.IsZero() {
				p.printf("  %s", p.dim(n.At.String()))
			}
			p.printf("\n")
			label = ""
		}
	}
	for _, x := range m.Missing {
		p.printf("    %-*s  %s %s\n", width, x.Role.Name, p.yellow("missing:"), x.Role.Advice)
	}
}
