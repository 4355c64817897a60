package report

import (
	"io"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
)

func writeDetectText(w io.Writer, r *analyzer.Report, o Options) error {
	out := o.printer(w)
	for _, sys := range r.Systems {
		for _, s := range sys.Stacks {
			out.found(out.stack(s), s.Format, s.Found)
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
		p.printf("  no pattern; the nearest is %s (serverlens explain %s)\n", found.Nearest.Title, found.Nearest.ID)
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

// maxEvidence is how many edges of a match are told.
const maxEvidence = 8

// evidence tells the edges that a match rests on.
func (p *printer) evidence(m *patterns.Match, width int) {
	var told []string
	for _, f := range m.Roles {
		for _, e := range f.Edges {
			words := nodeName(e.From) + " " + verbs[e.Relation] + " " + nodeName(e.To)
			if e.Basis != graph.Declared {
				words += " (" + e.Basis.String() + ")"
			}
			if !slices.Contains(told, words) {
				told = append(told, words)
			}
		}
	}
	label := "because"
	for i, words := range told {
		if i == maxEvidence {
			words = "… and " + itoa(len(told)-i) + " more"
		}
		p.printf("    %s%*s  %s\n", p.blue(label), max(0, width-len(label)), "", words)
		if label = ""; i == maxEvidence {
			break
		}
	}
}

func nodeName(n *graph.Node) string {
	if n == nil {
		return "something unresolved"
	}
	return n.ID
}

func (p *printer) roles(m *patterns.Match) {
	width := len("because")
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
			p.printf("    %-*s  %s %s", width, label, n.Kind.Words(), n.ID)
			if !n.At.IsZero() {
				p.printf("  %s", p.dim(p.place(n.At)))
			}
			p.printf("\n")
			label = ""
		}
	}
	for _, x := range m.Missing {
		p.printf("    %-*s  %s %s\n", width, x.Role.Name, p.yellow("missing:"), x.Role.Advice)
	}
	p.evidence(m, width)
}
