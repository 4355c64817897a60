package report

import (
	"io"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/source"
)

// rulesDoc is the document of rules -f json.
type rulesDoc struct {
	Version int       `json:"version"`
	Rules   []ruleDoc `json:"rules"`
}

type ruleDoc struct {
	ID          string            `json:"id"`
	Title       string            `json:"title"`
	Severity    source.Severity   `json:"severity"`
	Severities  []source.Severity `json:"severities"`
	Practice    string            `json:"practice"`
	Heuristic   bool              `json:"heuristic"`
	Profile     string            `json:"profile"`
	Description string            `json:"description"`
	Fix         string            `json:"fix"`
	Aliases     []string          `json:"aliases"`
	Sources     []sourceDoc       `json:"sources"`
}

type sourceDoc struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

func writeRulesJSON(w io.Writer, r *analyzer.Report, _ Options) error {
	doc := rulesDoc{Version: 1, Rules: []ruleDoc{}}
	for _, x := range r.Rules {
		d := ruleDoc{
			ID: x.ID, Title: x.Title, Severity: x.Severity(), Severities: x.Severities, Practice: x.Practice,
			Heuristic: x.Heuristic, Profile: profile(x), Description: x.Description, Fix: x.Fix,
			Aliases: append([]string{}, x.Aliases...), Sources: []sourceDoc{},
		}
		for _, s := range x.Sources {
			d.Sources = append(d.Sources, sourceDoc{s.Title, s.URL})
		}
		doc.Rules = append(doc.Rules, d)
	}
	return writeJSON(w, doc)
}

// profile is the least profile that shows what a rule finds.
func profile(r *policy.Rule) string {
	if r.Strict || r.Severity() == source.Note {
		return "strict"
	}
	return "recommended"
}

func writeRulesText(w io.Writer, r *analyzer.Report, o Options) error {
	out := o.printer(w)
	widths := [2]int{}
	for _, x := range r.Rules {
		widths[0], widths[1] = max(widths[0], len(x.ID)), max(widths[1], len(x.Practice))
	}
	for _, practice := range practices(r.Rules) {
		for _, x := range r.Rules {
			if x.Practice == practice {
				// The word is padded before it is coloured.
				pad := 8 - len(x.Severity().String())
				out.printf("%-*s  %s%*s %-*s  %s\n", widths[0], x.ID, out.severity(x.Severity()), pad, "", widths[1], x.Practice, x.Title)
			}
		}
	}
	return out.err
}
