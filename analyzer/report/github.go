package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/parsers/source"
)

// maxAnnotations is how many annotations of a level GitHub shows for a step
// (GitHub Docs, Workflow commands for GitHub Actions; the others are dropped
// without a word).
const maxAnnotations = 10

type annotation struct {
	severity       source.Severity
	at             source.Location
	title, message string
}

// writeGitHub writes workflow commands, the worst first. Of more than GitHub
// shows, the last annotation of the level says how many there are.
func writeGitHub(w io.Writer, r *analyzer.Report, _ Options) error {
	var all []annotation
	for _, p := range problems(r) {
		if p.Severity != source.Note {
			all = append(all, annotation{p.Severity, p.At, "cannot be read", p.Summary})
		}
	}
	for _, f := range failures(r) {
		all = append(all, annotation{source.Error, source.Location{}, "rule failed", f.Error()})
	}
	for _, sys := range r.Systems {
		for _, f := range sys.Result.Findings {
			message := sentence(f)
			if path := story(f); path != "" {
				message += "\n" + path
			}
			all = append(all, annotation{f.Severity, f.At, f.Rule.Title + " (" + f.Rule.ID + ")", message + "\n" + f.Rule.Fix})
		}
	}
	slices.SortStableFunc(all, func(a, b annotation) int { return cmp.Compare(b.severity, a.severity) })
	out := &printer{w: w}
	for len(all) > 0 {
		level := all[0].severity
		n := slices.IndexFunc(all, func(a annotation) bool { return a.severity != level })
		if n < 0 {
			n = len(all)
		}
		for i, a := range all[:n] {
			if i == maxAnnotations-1 && n > maxAnnotations {
				a = annotation{level, source.Location{}, "serverlens", fmt.Sprintf("%d more of severity %s: see the summary or the log", n-i, level)}
				out.annotation(a)
				break
			}
			out.annotation(a)
		}
		all = all[n:]
	}
	return out.err
}

func (p *printer) annotation(a annotation) {
	var properties []string
	add := func(name, value string) { properties = append(properties, name+"="+escapeProperty(value)) }
	if !a.at.IsZero() {
		add("file", a.at.File())
		add("line", itoa(a.at.Line()))
		if a.at.EndLine() == a.at.Line() {
			add("endLine", itoa(a.at.EndLine()))
			add("col", itoa(a.at.Column()))
			add("endColumn", itoa(max(a.at.Column(), a.at.EndColumn()-1)))
		}
	} else if a.at.File() != "" {
		add("file", a.at.File())
	}
	add("title", a.title)
	level := a.severity.String()
	if a.severity == source.Note {
		level = "notice"
	}
	p.printf("::%s %s::%s\n", level, strings.Join(properties, ","), escapeData(strings.TrimSpace(a.message)))
}

// escapeData and escapeProperty escape what ends a workflow command or one of its
// properties (actions/toolkit, command.ts).
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(s))
}
