// Package patterns recognises the architecture of a service graph: which of the
// seven serverless patterns it implements, on what evidence, what is missing and
// how sure that is. Names are never evidence by themselves.
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

	// find fills the roles from a graph; nil where a required role is empty.
	find func(*draft) *Match
}

// Role is a part that components play in a pattern.
type Role struct {
	Name     string // "front door"
	Summary  string
	Advice   string // what to add where it is missing
	Required bool   // without it there is no match; the others complete the pattern
	Alone    bool   // its nodes need no edge (an authorizer's user pool, a stream without consumer)
	Optional bool   // shown where it is there, not missed where it is not
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
	Partial    bool // a role that completes it is missing
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

// Missing is a role without evidence; At is the node to which it would belong, or
// nil.
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
// exist counts.
func Find(g *graph.Graph) Result {
	var r Result
	v := &view{g}
	for _, p := range All {
		if m := p.find(v.draft(p)); m != nil {
			r.Present = append(r.Present, m)
		}
	}
	if r.Primary = v.primary(r.Present); r.Primary == nil {
		r.Nearest = v.nearest()
	}
	return r
}
