// Package policy judges a service graph by rules that are written in Rego. It is
// the only package that knows the Rego engine.
//
// It promises that a finding never rests on something unknown: a rule sees no
// unknown attribute and no open relation without the engine noticing, and what a
// finding would owe to such a look is undecided, not found.
package policy

import (
	"cmp"
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"

	"github.com/serverlens/serverlens/parsers/source"
)

// Rule is what a rule says of itself, in the annotations of its package.
type Rule struct {
	ID          string // kebab-case: "visibility-margin"
	Title       string
	Description string // why it matters; its first paragraph stands alone
	Fix         string // what to do, "" if the description says it
	Practice    string // "timeouts"
	Severities  []source.Severity
	Sources     []Source // of the facts that it rests on
	Heuristic   bool     // it goes by names or other signs that can mislead
	Strict      bool     // only for those who ask for it
	Aliases     []string // what other tools call it
	File        string   // in the file system that it was loaded from

	needs   [][]string // for each body, the kinds (plural) without which it finds nothing
	reads   []string   // every name that the rule reads
	ref     ast.Ref    // of its findings
	modules *modules
}

// Severity is that of a finding that does not say otherwise.
func (r *Rule) Severity() source.Severity { return r.Severities[0] }

// Reads reports whether the rule looks at an attribute or relation of that name.
func (r *Rule) Reads(name string) bool { return slices.Contains(r.reads, name) }

// Source is where a fact is documented.
type Source struct {
	Title string
	URL   string
}

// Engine is a set of rules that is ready to judge. It may be used by several
// goroutines at once.
type Engine struct {
	rules  []*Rule // sorted by id
	limits limits
	aws    *ast.Term // the dated tables
	alone  sync.RWMutex

	linking  sync.Mutex
	compiled *compiled // rules that are linked when they are needed; nil if there are none
}

// ready links those of the rules that are not yet.
func (e *Engine) ready(rules []*Rule) error {
	e.linking.Lock()
	defer e.linking.Unlock()
	var left []*Rule
	for _, r := range rules {
		if r.modules == nil {
			left = append(left, r)
		}
	}
	if len(left) == 0 {
		return nil
	}
	return e.compiled.link(left)
}

// Rules is every rule, sorted by id. The caller does not change them.
func (e *Engine) Rules() []*Rule { return e.rules }

// Rule is the rule of an id or alias, or nil.
func (e *Engine) Rule(name string) *Rule {
	for _, r := range e.rules {
		if r.ID == name {
			return r
		}
	}
	for _, r := range e.rules {
		if slices.Contains(r.Aliases, name) {
			return r
		}
	}
	return nil
}

// add takes the rules of a set of modules in. It refuses a second rule of an id.
func (e *Engine) add(rules []*Rule) error {
	for _, r := range rules {
		if old := e.Rule(r.ID); old != nil && old.ID == r.ID {
			return &LoadError{r.ID, r.File, 1, "there is a rule of this name in " + old.File}
		}
		e.rules = append(e.rules, r)
	}
	slices.SortFunc(e.rules, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

// modules is Rego that was compiled together.
type modules struct {
	compiler *ast.Compiler
	store    storage.Store // empty: rules have no data of their own
	bodies   sync.Map      // of rules that have been asked for theirs
}
