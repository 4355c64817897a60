package report

import (
	"io"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer"
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
		doc.Stacks = append(doc.Stacks, detectOf(p.At.File(), p.At.File(), "", patterns.Result{}, []source.Problem{p}))
	}
	return writeJSON(w, doc)
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
