package report

import (
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// What the JSON documents have in common.

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

// placeDoc counts lines and columns from 1, columns in Unicode code points; line 0
// is nowhere in particular.
type placeDoc struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// regionDoc is a place with its end, which is exclusive.
type regionDoc struct {
	placeDoc
	EndLine   int `json:"endLine"`
	EndColumn int `json:"endColumn"`
}

func placeOf(l source.Location) placeDoc { return placeDoc{l.File(), l.Line(), l.Column()} }

func regionOf(l source.Location) regionDoc { return regionDoc{placeOf(l), l.EndLine(), l.EndColumn()} }

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
