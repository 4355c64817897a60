package terraform

import (
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Limits of one root. An expression language with loops and functions that
// multiply can ask for any amount of memory and time; honest roots stay far
// below each of these.
const (
	maxInstances = 512              // of one resource, module or dynamic block
	maxResources = 20_000           // instances in all
	maxModules   = 24               // levels of module calls
	maxSteps     = 200_000          // turns of for expressions
	maxValue     = 1 << 20          // bytes and leaves of one value
	maxLeaves    = 4 << 20          // leaves of all values that are handed out
	maxChain     = 10_000           // values that wait for each other
	maxNesting   = 200              // brackets in a file, levels of a value
	maxPieces    = 10_000           // of one text
	maxFollow    = 100              // steps from a value back to where it was written
	maxProblems  = 200              // of one root
	maxPerFile   = 20               // syntax errors of one file
	maxSymbols   = 9_000_000        // entries of the symbol table: seven digits
	maxTime      = 20 * time.Second // for one root
)

// budget is what evaluation may still use. Once something is spent all values
// that are left are unknown.
type budget struct {
	steps, resources, leaves int
	deadline                 time.Time
	spent                    string // what ran out first
}

func newBudget() *budget {
	return &budget{steps: maxSteps, resources: maxResources, leaves: maxLeaves, deadline: time.Now().Add(maxTime)}
}

// take uses one of a countable means and reports whether there was one left. The
// clock is asked now and then.
func (b *budget) take(left *int, what string) bool {
	switch *left--; {
	case *left < 0:
		b.spend(what)
		return false
	case *left%1024 == 0 && time.Now().After(b.deadline):
		b.spend("time")
	}
	return true
}

func (b *budget) spend(what string) {
	if b.spent == "" {
		b.spent = what
	}
}

func (b *budget) step() bool     { return b.take(&b.steps, "turns of for expressions") && b.spent == "" }
func (b *budget) leaf() bool     { return b.take(&b.leaves, "values") }
func (b *budget) resource() bool { return b.take(&b.resources, "resources") }

// tooLarge reports whether a value has more than maxValue bytes and leaves.
func tooLarge(v cty.Value) bool {
	if bare, _ := v.Unmark(); v.Type().IsPrimitiveType() {
		return v.Type() == cty.String && bare.IsKnown() && !bare.IsNull() && len(bare.AsString()) > maxValue
	}
	n := 0
	unmarked, _ := v.UnmarkDeep()
	_ = cty.Walk(unmarked, func(_ cty.Path, x cty.Value) (bool, error) {
		n++
		if x.Type() == cty.String && x.IsKnown() && !x.IsNull() {
			n += len(x.AsString())
		}
		return n <= maxValue, nil
	})
	return n > maxValue
}

// tooDeep finds the token at which the nesting of a file exceeds the limit. It
// looks at tokens because the parser calls itself for every level.
func tooDeep(tokens hclsyntax.Tokens) (hcl.Range, bool) {
	depth, run := 0, 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
			depth++
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
			depth--
		}
		switch t.Type {
		case hclsyntax.TokenBang, hclsyntax.TokenMinus, hclsyntax.TokenQuestion:
			run++
		case hclsyntax.TokenNewline, hclsyntax.TokenComma:
			run = 0
		}
		if depth > maxNesting || run > maxNesting {
			return t.Range, true
		}
	}
	return hcl.Range{}, false
}
