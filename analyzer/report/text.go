package report

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/source"
)

func writeLintText(w io.Writer, r *analyzer.Report, o Options) error {
	out := o.printer(w)
	stacks, undecided := 0, 0
	for _, sys := range r.Systems {
		stacks += len(sys.Stacks)
		undecided += len(sys.Result.Undecided)
		x := excerptsOf(sys)
		for _, b := range blocks(sys) {
			out.block(b, x)
		}
	}
	if o.ShowUnknown {
		for _, sys := range r.Systems {
			for _, all := range gathered(sys, sys.Result.Undecided, func(u policy.Undecided) policy.Finding { return u.Finding }) {
				out.undecided(all)
			}
		}
	}
	width := 0
	for _, sys := range r.Systems {
		for _, s := range sys.Stacks {
			width = max(width, utf8.RuneCountInString(out.stack(s)))
		}
	}
	for _, sys := range r.Systems {
		for _, s := range sys.Stacks {
			name := out.stack(s)
			out.printf("%s%*s  %s\n", out.bold(name), width-utf8.RuneCountInString(name), "", summary(s))
		}
	}
	counts := counted(r)
	line := plural(counts[source.Error], "error") + ", " + plural(counts[source.Warning], "warning")
	if n := counts[source.Note]; n > 0 {
		line += ", " + plural(n, "note")
	}
	line += " in " + plural(stacks, "stack") + " by " + plural(len(r.Rules), "rule")
	if undecided > 0 && !o.ShowUnknown {
		line += "; " + itoa(undecided) + " undecided (--show-unknown)"
	}
	if !complete(r) {
		line += "; the analysis is incomplete"
	}
	out.printf("%s\n", line)
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

// maxPlaces is how many places of a block are listed after the first.
const maxPlaces = 8

// block prints the findings of one rule like a compiler: the first with its place,
// excerpt and path, the others by their places, then why and the remedy.
func (p *printer) block(b *block, x *excerpts) {
	first := b.findings[0]
	p.printf("%s: %s: %s [%s]\n", p.bold(p.at(first)), p.severity(b.severity()), p.bold(sentence(first)), first.Rule.ID)
	width := p.excerpt(first, x)
	label := func(name, text string) {
		if text != "" {
			p.printf("%*s %s %-4s  %s\n", width, "", p.dim("="), p.blue(name), text)
		}
	}
	label("path", story(first))
	for i, f := range b.findings[1:] {
		if i == maxPlaces {
			label("also", plural(len(b.findings)-1-i, "more place"))
			break
		}
		words := local(f, subject(f))
		if f.Message != first.Message {
			words = sentence(f)
		}
		label("also", p.at(f)+": "+words)
	}
	label("why", firstSentence(b.rule.Description))
	label("fix", oneLine(b.rule.Fix))
	label("help", "serverlens explain "+b.rule.ID)
	p.printf("\n")
}

// place is where a finding stands: file, line and column, else its stack.
func place(f policy.Finding) string { return (&printer{}).at(f) }

// at is the place of a finding for the reader.
func (p *printer) at(f policy.Finding) string {
	words := p.place(f.At)
	if f.At.IsZero() && f.Stack != nil {
		words = p.file(f.Stack.Path)
	}
	if strings.HasPrefix(words, ":") { // a line that begins so would be a command of a workflow
		words = "./" + words
	}
	return words
}

// stack is the name of a stack for the reader.
func (p *printer) stack(s analyzer.Stack) string {
	if s.Name == s.Path {
		return p.file(s.Name)
	}
	return s.Name
}

// subject is what a finding is at.
func subject(f policy.Finding) string {
	switch {
	case f.Node != nil:
		return f.Node.ID
	case f.Edge != nil:
		return nodeID(f.Edge.From) + " " + verbs[f.Edge.Relation] + " " + nodeID(f.Edge.To)
	}
	return ""
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

// excerpt prints the line of a finding, underlined, below the line that names its
// resource, and returns the width of the line numbers.
func (p *printer) excerpt(f policy.Finding, x *excerpts) int {
	width := len(itoa(f.At.Line()))
	text, underline, ok := x.line(f.At)
	if !ok {
		return 1
	}
	line := func(number, text string) {
		p.printf("%s\n", strings.TrimRight(p.dim(padLeft(number, width)+" |")+" "+text, " "))
	}
	line("", "")
	if name, ok := heading(f); ok {
		head, _, _ := x.line(name)
		line(itoa(name.Line()), head)
		if f.At.Line()-name.Line() > 1 {
			p.printf("%s\n", p.dim(strings.Repeat(".", max(width, 3))))
		}
	}
	line(itoa(f.At.Line()), text)
	line("", p.red(underline))
	return width
}

func padLeft(s string, width int) string { return strings.Repeat(" ", max(0, width-len(s))) + s }

// undecided prints what one rule would say of one stack if more were known: where
// first, and whatever is unknown, once for each expression.
func (p *printer) undecided(all []policy.Undecided) {
	p.printf("%s: %s: %s [%s]\n", p.bold(p.at(all[0].Finding)), p.dim("undecided"), all[0].Rule.Title, all[0].Rule.ID)
	var order []*gap
	gaps := map[[2]string]*gap{}
	for _, u := range all {
		for _, x := range u.Unknown {
			k := [2]string{x.Expr, x.Flag}
			if gaps[k] == nil {
				gaps[k] = &gap{Unknown: x, names: map[string]bool{}}
				order = append(order, gaps[k])
			}
			gaps[k].names[x.Name] = true
		}
	}
	for _, g := range order {
		p.printf("  %s\n", g.told(p.place(g.At)))
	}
	p.printf("\n")
}

// gap is an expression that could not be resolved, where it is met first, and what
// is unknown for it.
type gap struct {
	policy.Unknown
	names map[string]bool
}

// told says it in one line; at is how its place is printed.
func (g *gap) told(at string) string {
	words := g.Name
	if more := len(g.names) - 1; more > 0 {
		words += " and " + itoa(more) + " more are unknown"
	} else {
		words += " is unknown"
	}
	if g.Expr != "" {
		words += ": " + g.Expr
	}
	if !g.At.IsZero() {
		words += " (" + at + ")"
	}
	if g.Flag != "" {
		words += "; give " + g.Flag
	}
	return words
}
