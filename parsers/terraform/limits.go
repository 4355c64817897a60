package terraform

import (
	"time"
	"unicode/utf8"

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

// levels counts how deeply a text is nested: brackets, quotes, what is interpolated,
// and in each of them the signs since it was opened or something in it has ended,
// for the parser calls itself for each.
type levels struct {
	open  []level
	depth int
}

type level struct {
	lines bool // a line ends what is in it
	signs int
}

func (l *levels) push(lines bool) {
	l.open = append(l.open, level{lines: lines})
	l.depth++
}

func (l *levels) pop() {
	if n := len(l.open) - 1; n > 0 { // the first is the file
		l.depth -= 1 + l.open[n].signs
		l.open = l.open[:n]
	}
}

func (l *levels) top() *level { return &l.open[len(l.open)-1] }

func (l *levels) sign() {
	l.top().signs++
	l.depth++
}

// splat is a star. What follows the brackets around it is a part of it.
func (l *levels) splat() {
	l.sign()
	if n := len(l.open) - 2; n >= 0 {
		l.open[n].signs++
		l.depth++
	}
}

// end is a comma, or the end of a line.
func (l *levels) end(line bool) {
	if top := l.top(); !line || top.lines {
		l.depth -= top.signs
		top.signs = 0
	}
}

// shallow reports whether the nesting of a file surely keeps within the limit. It
// knows brackets, quotes, what is interpolated in them and comments up to the end of
// a line, and in doubt says no: the lexer, which is slow, decides then. So it does
// of bytes that are no text, at which a quoted text ends for it.
func shallow(src []byte) bool {
	if !utf8.Valid(src) {
		return false
	}
	l := levels{open: []level{{lines: true}}}
	var closers []byte // of what is open
	for i := 0; i < len(src); i++ {
		b, next := src[i], byte(0)
		if i+1 < len(src) {
			next = src[i+1]
		}
		last := byte(0)
		if n := len(closers); n > 0 {
			last = closers[n-1]
		}
		quoted := last == '"'
		switch {
		case quoted && (b == '\n' || b == '\\' && (next == '\n' || next == '\r') || (b == '$' || b == '%') && next == b):
			return false
		case quoted && b == '\\':
			i++
		case quoted && (b == '$' || b == '%') && next == '{':
			l.push(false)
			closers = append(closers, '}')
			i++
		case b == last && b != 0:
			l.pop()
			closers = closers[:len(closers)-1]
		case quoted:
		case b == '/' && next == '*', b == '<' && next == '<':
			return false
		case b == '#', b == '/' && next == '/': // the end of the line is a part of it
			for i+1 < len(src) && src[i] != '\n' {
				i++
			}
		case b == '"', b == '(', b == '[', b == '{':
			l.push(b == '{')
			closers = append(closers, closer[b])
		case b == ')', b == ']', b == '}', b == 0:
			return false
		case b == '!', b == '-', b == '?':
			l.sign()
		case b == '*':
			l.splat()
		case b == ',', b == '\n':
			l.end(b == '\n')
		}
		if l.depth > maxNesting {
			return false
		}
	}
	return true
}

// closer is what ends a bracket or a quote.
var closer = [...]byte{'"': '"', '(': ')', '[': ']', '{': '}'}

// tooDeep finds the token at which the nesting of a file exceeds the limit.
func tooDeep(tokens hclsyntax.Tokens) (hcl.Range, bool) {
	l := levels{open: []level{{lines: true}}}
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
			l.push(t.Type == hclsyntax.TokenOBrace)
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
			l.pop()
		case hclsyntax.TokenBang, hclsyntax.TokenMinus, hclsyntax.TokenQuestion:
			l.sign()
		case hclsyntax.TokenStar:
			l.splat()
		case hclsyntax.TokenComma, hclsyntax.TokenNewline:
			l.end(t.Type == hclsyntax.TokenNewline)
		}
		if l.depth > maxNesting {
			return t.Range, true
		}
	}
	return hcl.Range{}, false
}
