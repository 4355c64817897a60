package report

import (
	"io"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/source"
)

// lintDoc is the document of lint -f json; lint.schema.json describes it. Its
// version rises when a field changes its meaning or goes.
type lintDoc struct {
	Version   int            `json:"version"`
	Date      string         `json:"date"`
	Complete  bool           `json:"complete"`
	Summary   summaryDoc     `json:"summary"`
	Stacks    []lintStack    `json:"stacks"`
	Findings  []findingDoc   `json:"findings"`
	Undecided []undecidedDoc `json:"undecided"`
	Failures  []failureDoc   `json:"failures"`
	Problems  []problemDoc   `json:"problems"`
}

type summaryDoc struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`
	Rules    int `json:"rules"`
}

type lintStack struct {
	Path       string   `json:"path"`
	Name       string   `json:"name"`
	Format     string   `json:"format"`
	Primary    string   `json:"primary"`
	Present    []string `json:"present"`
	Partial    bool     `json:"partial"`
	Confidence *string  `json:"confidence"`
}

type findingDoc struct {
	Rule      string           `json:"rule"`
	Severity  source.Severity  `json:"severity"`
	Certainty policy.Certainty `json:"certainty"`
	Message   string           `json:"message"`
	Stack     string           `json:"stack"`
	At        atDoc            `json:"at"`
	regionDoc
	With    []string     `json:"with"`
	Path    []edgeDoc    `json:"path"`
	Story   string       `json:"story"`
	Related []relatedDoc `json:"related"`
	Key     string       `json:"key"`
}

// atDoc is what a finding is at: an attribute or relation of a node or edge.
type atDoc struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type relatedDoc struct {
	Message string `json:"message"`
	regionDoc
}

type undecidedDoc struct {
	findingDoc
	Unknown []unknownDoc `json:"unknown"`
}

type unknownDoc struct {
	Name       string `json:"name"`
	Expression string `json:"expression"`
	Flag       string `json:"flag"`
	placeDoc
}

type failureDoc struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

func writeLintJSON(w io.Writer, r *analyzer.Report, _ Options) error {
	counts := counted(r)
	doc := lintDoc{
		Version: 1, Date: r.Date, Complete: complete(r),
		Summary: summaryDoc{counts[source.Error], counts[source.Warning], counts[source.Note], len(r.Rules)},
		Stacks:  []lintStack{}, Findings: []findingDoc{}, Undecided: []undecidedDoc{}, Failures: []failureDoc{},
		Problems: problemsOf(problems(r)),
	}
	for _, sys := range r.Systems {
		for _, s := range sys.Stacks {
			d := detectOf(s.Path, s.Name, s.Format, s.Found, nil)
			doc.Stacks = append(doc.Stacks, lintStack{d.Path, d.Name, d.Format, d.Primary, d.Present, d.Partial, d.Confidence})
		}
		for _, f := range sys.Result.Findings {
			doc.Findings = append(doc.Findings, findingOf(sys, f))
		}
		for _, u := range sys.Result.Undecided {
			doc.Undecided = append(doc.Undecided, undecidedOf(sys, u))
		}
	}
	for _, f := range failures(r) {
		doc.Failures = append(doc.Failures, failureDoc{f.Rule.ID, f.Err.Error()})
	}
	return writeJSON(w, doc)
}

func findingOf(sys analyzer.System, f policy.Finding) findingDoc {
	d := findingDoc{
		Rule: f.Rule.ID, Severity: f.Severity, Certainty: f.Certainty, Message: local(f, f.Message),
		At: atDoc{Name: f.Name}, regionDoc: regionOf(f.At),
		With: append([]string{}, f.With...), Path: []edgeDoc{}, Story: story(f), Related: []relatedDoc{}, Key: f.Key,
	}
	if s := stackOf(sys, f); s != nil {
		d.Stack = s.Name
	}
	if f.Node != nil {
		d.At.ID = f.Node.ID
	} else if f.Edge != nil {
		d.At.ID = f.Edge.ID
	}
	for _, e := range f.Path {
		d.Path = append(d.Path, edgeOf(e))
	}
	for _, x := range f.Related {
		d.Related = append(d.Related, relatedDoc{local(f, x.Message), regionOf(x.At)})
	}
	return d
}

func undecidedOf(sys analyzer.System, u policy.Undecided) undecidedDoc {
	d := undecidedDoc{findingOf(sys, u.Finding), []unknownDoc{}}
	for _, x := range u.Unknown {
		d.Unknown = append(d.Unknown, unknownDoc{x.Name, x.Expr, x.Flag, placeOf(x.At)})
	}
	return d
}
