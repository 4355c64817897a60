package report

import (
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/parsers/source"
)

// detectDoc is the document of detect -f json. Its version rises when a field
// changes its meaning or goes.
type detectDoc struct {
	Version int           `json:"version"`
	Stacks  []detectStack `json:"stacks"`
	System  *detectStack  `json:"system"`
}

type detectStack struct {
	Path       string        `json:"path"`
	Name       string        `json:"name"`
	Format     string        `json:"format"`
	Primary    string        `json:"primary"`
	Present    []string      `json:"present"`
	Nearest    *string       `json:"nearest"`
	Partial    bool          `json:"partial"`
	Confidence *string       `json:"confidence"`
	Matches    []detectMatch `json:"matches"`
	Problems   []problemDoc  `json:"problems"`
}

type detectMatch struct {
	Pattern    string          `json:"pattern"`
	Partial    bool            `json:"partial"`
	Confidence string          `json:"confidence"`
	Roles      []detectRole    `json:"roles"`
	Missing    []detectMissing `json:"missing"`
}

type detectRole struct {
	Role     string    `json:"role"`
	Required bool      `json:"required"`
	Nodes    []nodeDoc `json:"nodes"`
	Edges    []edgeDoc `json:"edges"`
}

type detectMissing struct {
	Role   string  `json:"role"`
	Advice string  `json:"advice"`
	At     *string `json:"at"`
}

type nodeDoc struct {
	ID   string     `json:"id"`
	Kind graph.Kind `json:"kind"`
	placeDoc
}

type edgeDoc struct {
	ID       string         `json:"id"`
	From     string         `json:"from"`
	To       string         `json:"to"`
	Relation graph.Relation `json:"relation"`
	Basis    graph.Basis    `json:"basis"`
	placeDoc
}

type problemDoc struct {
	Severity source.Severity `json:"severity"`
	Summary  string          `json:"summary"`
	placeDoc
}

type placeDoc struct {
	File   string `json:"file"`
	Line   int32  `json:"line"`
	Column int32  `json:"column"`
}

func placeOf(l source.Location) placeDoc { return placeDoc{l.File, l.Line, l.Column} }

func nodeOf(n *graph.Node) nodeDoc { return nodeDoc{n.ID, n.Kind, placeOf(n.At)} }

func edgeOf(e *graph.Edge) edgeDoc {
	return edgeDoc{e.ID, nodeID(e.From), nodeID(e.To), e.Relation, e.Basis, placeOf(e.At)}
}

func nodeID(n *graph.Node) string {
	if n == nil {
		return ""
	}
	return n.ID
}

func problemsOf(problems []source.Problem) []problemDoc {
	out := []problemDoc{}
	for _, p := range problems {
		out = append(out, problemDoc{p.Severity, p.Summary, placeOf(p.At)})
	}
	return out
}

func writeDetectJSON(w io.Writer, r *analyzer.Report, _ Options) error {
	doc := detectDoc{Version: 1, Stacks: []detectStack{}}
	for _, sys := range r.Systems {
		for _, s := range sys.Stacks {
			doc.Stacks = append(doc.Stacks, detectOf(s.Path, s.Name, s.Format, s.Found, s.Problems))
		}
		if len(sys.Stacks) > 1 && doc.System == nil {
			whole := detectOf("", systemName(sys), systemFormat(sys), sys.Found, nil)
			doc.System = &whole
		}
	}
	for _, p := range r.Problems { // a file that could not be read is a stack without a pattern
		doc.Stacks = append(doc.Stacks, detectOf(p.At.File, p.At.File, "", patterns.Result{}, []source.Problem{p}))
	}
	return writeJSON(w, doc)
}

func writeJSON(w io.Writer, doc any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(doc)
}

// systemName is the names of a system's stacks together.
func systemName(sys analyzer.System) string {
	var names []string
	for _, s := range sys.Stacks {
		names = append(names, s.Name)
	}
	return strings.Join(names, " + ")
}

func systemFormat(sys analyzer.System) string {
	var out []string
	for _, s := range sys.Stacks {
		if !slices.Contains(out, s.Format) {
			out = append(out, s.Format)
		}
	}
	return strings.Join(out, " + ")
}

func detectOf(path, name, format string, found patterns.Result, problems []source.Problem) detectStack {
	s := detectStack{
		Path: path, Name: name, Format: format, Primary: "none",
		Present: []string{}, Matches: []detectMatch{}, Problems: problemsOf(problems),
	}
	if p := found.Primary; p != nil {
		confidence := p.Confidence.String()
		s.Primary, s.Partial, s.Confidence = p.Pattern.ID, p.Partial, &confidence
	}
	if found.Nearest != nil {
		s.Nearest = &found.Nearest.ID
	}
	for _, m := range found.Present {
		s.Present = append(s.Present, m.Pattern.ID)
		s.Matches = append(s.Matches, matchOf(m))
	}
	return s
}

func matchOf(m *patterns.Match) detectMatch {
	out := detectMatch{
		Pattern: m.Pattern.ID, Partial: m.Partial, Confidence: m.Confidence.String(),
		Roles: []detectRole{}, Missing: []detectMissing{},
	}
	for _, f := range m.Roles {
		role := detectRole{Role: f.Role.Name, Required: f.Role.Required, Nodes: []nodeDoc{}, Edges: []edgeDoc{}}
		for _, n := range f.Nodes {
			role.Nodes = append(role.Nodes, nodeOf(n))
		}
		for _, e := range f.Edges {
			role.Edges = append(role.Edges, edgeOf(e))
		}
		out.Roles = append(out.Roles, role)
	}
	for _, x := range m.Missing {
		missing := detectMissing{Role: x.Role.Name, Advice: x.Role.Advice}
		if x.At != nil {
			missing.At = &x.At.ID
		}
		out.Missing = append(out.Missing, missing)
	}
	return out
}

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
