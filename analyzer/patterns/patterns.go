// Package patterns recognises the architecture of a service graph: which of the
// seven serverless patterns it implements, on what evidence, what is missing and
// how sure that is. Names are never evidence by themselves; only where a
// structure may be both compensation and mere error handling do words decide.
package patterns

import (
	"slices"

	"github.com/serverlens/serverlens/analyzer/graph"
)

// Pattern is one architecture pattern. Documentation, what is missing, and the
// tests read its roles.
type Pattern struct {
	ID      string // slug: "rest-api-backend"
	Title   string
	Summary string // what makes a stack this pattern, in one sentence
	Flow    string // its parts and arrows, in one line
	Uses    []string
	Roles   []Role

	find func(*draft) // fills the roles from the graph
}

// Role is a part that components play in a pattern. One that is neither required
// nor optional completes the pattern: without it the match is partial.
type Role struct {
	Name     string // "front door"
	Summary  string
	Advice   string // what to do where it is missing
	Beside   string // the role to whose nodes it would be added
	Required bool   // without it there is no match
	Optional bool   // shown where it is there, not missed where it is not
	Alone    bool   // its nodes need no edge (a stream without consumer)
}

// Confidence says how well the evidence of a match is founded.
type Confidence uint8

const (
	Low    Confidence = iota // a required role rests on a variable, a literal name or a description alone
	Medium                   // on a grant alone
	High                     // every one on declared edges, or on a grant and a configuration that agree
)

// String is the word that every output uses.
func (c Confidence) String() string { return [...]string{"low", "medium", "high"}[c] }

// MarshalText writes the word.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Match is a pattern that a graph implements.
type Match struct {
	Pattern    *Pattern
	Partial    bool // something is missing
	Confidence Confidence
	Roles      []Filled  // that have evidence, in the pattern's order
	Missing    []Missing // roles that would complete it
}

// Filled is the evidence for a role, in source order.
type Filled struct {
	Role  *Role
	Nodes []*graph.Node
	Edges []*graph.Edge
}

// Missing is a role without evidence, or with evidence that does not complete the
// pattern; At is a node beside which it would stand, or nil.
type Missing struct {
	Role *Role
	At   *graph.Node
}

// Result is what a graph is.
type Result struct {
	Primary *Match   // what an architect would name first; nil if there is none
	Present []*Match // every pattern found, the primary included, in the order of All
	Nearest *Pattern // where there is no primary, the pattern that comes nearest; may be nil
}

// All is the seven patterns in the order of the documentation.
var All = []*Pattern{restAPIBackend, eventDriven, fanOutFanIn, saga, cqrs, stranglerFig, streaming}

// ByID is the pattern of a slug, or nil.
func ByID(id string) *Pattern {
	i := slices.IndexFunc(All, func(p *Pattern) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return All[i]
}

// Find says what a graph is. Where conditions are open, everything that may
// exist counts; an edge of which an end is not known shows nothing.
func Find(g *graph.Graph) Result {
	var r Result
	v := newView(g.Resolved())
	for _, p := range All {
		d := v.draft(p)
		p.find(d)
		if m := d.match(); m != nil {
			r.Present = append(r.Present, m)
		}
	}
	if r.Primary = v.primary(r.Present); r.Primary == nil {
		r.Nearest = v.nearest(r.Present)
	}
	return r
}

// of is the match of a pattern among some, or nil.
func of(p *Pattern, matches []*Match) *Match {
	i := slices.IndexFunc(matches, func(m *Match) bool { return m.Pattern == p })
	if i < 0 {
		return nil
	}
	return matches[i]
}

// lacks reports whether a role is missing.
func (m *Match) lacks(role string) bool {
	return slices.ContainsFunc(m.Missing, func(x Missing) bool { return x.Role.Name == role })
}

// nodes is every node of a role, nil where the role is empty.
func (m *Match) nodes(role string) []*graph.Node {
	for _, f := range m.Roles {
		if f.Role.Name == role {
			return f.Nodes
		}
	}
	return nil
}
