package policy

import (
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/serverlens/serverlens/parsers/source"
)

//go:generate go test -run "TestRulesAreFormatted" -update .
//go:generate go test -run TestCompiledRules -update .

// The rules that come with the program are compiled, with every check, when they
// are written: rules/compiled.bin holds the result, which only has to be linked.
// A test proves that it is what the sources give, with this version of the engine.
//
// The form is a table of texts (count, then length and bytes of each) and numbers
// as unsigned varints: the rules with what they say of themselves, the modules as
// the compiler left them, each a file and a piece, without the places of
// expressions, the dated tables. A text is its index in the table, a piece has its
// length before it.
const compiledVersion = 1

// Tags of terms.
const (
	tagNone = iota
	tagNull
	tagFalse
	tagTrue
	tagNumber
	tagString
	tagVar
	tagRef
	tagArray
	tagSet
	tagObject
	tagArrayComprehension
	tagSetComprehension
	tagObjectComprehension
	tagCall
)

// Tags of expressions.
const (
	tagTerm = iota
	tagTerms
	tagEvery
)

var errCompiled = errors.New("the compiled rules are damaged: run go generate ./analyzer/policy")

// compiled is the compiled form on its way into an engine. Modules are read and
// linked when a graph has the kinds that their rules are about.
type compiled struct {
	decoder
	modules map[string]string // by file, as they are written
	helpers []string          // the files that are no rule's
}

// open makes an engine of the compiled form, its rules not yet linked.
func open(data string) (e *Engine, err error) {
	defer damaged(&err)
	c := &compiled{decoder: decoder{data: data}, modules: map[string]string{}}
	if c.number() != compiledVersion {
		return nil, errCompiled
	}
	c.texts = make([]string, c.number())
	for i := range c.texts {
		c.texts[i] = c.piece()
	}
	c.strings, c.vars = make([]*ast.Term, len(c.texts)), make([]*ast.Term, len(c.texts))
	e = &Engine{limits: defaultLimits, compiled: c}
	e.rules = make([]*Rule, c.number())
	own := map[string]bool{}
	for i := range e.rules {
		e.rules[i] = c.rule()
		own[e.rules[i].File] = true
	}
	for range c.number() {
		file := c.text()
		c.modules[file] = c.piece()
		if !own[file] {
			c.helpers = append(c.helpers, file)
		}
	}
	e.aws = c.term()
	return e, nil
}

// damaged turns the panic of a decoder into an error.
func damaged(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w (%v)", errCompiled, p)
	}
}

// link makes rules ready that were compiled before.
func (c *compiled) link(rules []*Rule) (err error) {
	defer damaged(&err)
	parsed := map[string]*ast.Module{}
	read := func(file string) {
		c.data, c.file = c.modules[file], file
		parsed[file] = c.module()
	}
	for _, file := range c.helpers {
		read(file)
	}
	for _, r := range rules {
		read(r.File)
	}
	m := &modules{compiler: linkModules(parsed), store: inmem.New()}
	if m.compiler.Failed() {
		return fmt.Errorf("%w (%w)", errCompiled, m.compiler.Errors)
	}
	for _, r := range rules {
		r.modules = m
	}
	return nil
}

// linkModules runs those stages of the compiler that build what the evaluation
// needs; the others have checked and rewritten the modules before.
func linkModules(parsed map[string]*ast.Module) *ast.Compiler {
	needed := map[ast.StageID]bool{
		ast.StageInitLocalVarGen: true, ast.StageSetModuleTree: true, ast.StageSetRuleTree: true,
		ast.StageBuildRuleIndices: true,
	}
	var skip []ast.StageID
	for _, s := range ast.AllStages() {
		if !needed[s] {
			skip = append(skip, s)
		}
	}
	c := ast.NewCompiler().WithCapabilities(&ast.Capabilities{}).WithSkipStages(skip...)
	c.Compile(parsed)
	return c
}

// decoder reads the compiled form. It panics where that is damaged.
type decoder struct {
	data    string
	texts   []string
	strings []*ast.Term // one term for each text that is a string
	vars    []*ast.Term // and for each that is a variable
	terms   []ast.Term  // allocated in blocks
	exprs   []ast.Expr
	file    string
}

func (d *decoder) number() int {
	n := 0
	for i := range 5 {
		c := d.data[i]
		n |= int(c&0x7f) << (7 * i)
		if c < 0x80 {
			d.data = d.data[i+1:]
			return n
		}
	}
	panic("a number is too long")
}

// piece is bytes with their length before them.
func (d *decoder) piece() string {
	n := d.number()
	s := d.data[:n]
	d.data = d.data[n:]
	return s
}

func (d *decoder) yes() bool    { return d.number() == 1 }
func (d *decoder) text() string { return d.texts[d.number()] }

func (d *decoder) list() []string {
	out := make([]string, d.number())
	for i := range out {
		out[i] = d.text()
	}
	return out
}

func (d *decoder) rule() *Rule {
	r := &Rule{ID: d.text(), Title: d.text(), Description: d.text(), Fix: d.text(), Practice: d.text(), File: d.text(),
		Heuristic: d.yes(), Strict: d.yes(), Aliases: d.list()}
	r.Severities = make([]source.Severity, d.number())
	for i := range r.Severities {
		r.Severities[i] = source.Severity(d.number())
	}
	r.Sources = make([]Source, d.number())
	for i := range r.Sources {
		r.Sources[i] = Source{Title: d.text(), URL: d.text()}
	}
	r.needs = make([][]string, d.number())
	for i := range r.needs {
		r.needs[i] = d.list()
	}
	r.reads, r.ref = d.list(), d.sequence()
	return r
}

func (d *decoder) module() *ast.Module {
	m := &ast.Module{Package: &ast.Package{Path: d.sequence()}}
	m.Rules = make([]*ast.Rule, d.number())
	for i := range m.Rules {
		m.Rules[i] = d.regoRule(m)
	}
	return m
}

func (d *decoder) regoRule(m *ast.Module) *ast.Rule {
	r := &ast.Rule{Default: d.yes(), Location: d.location(), Module: m}
	r.Head = &ast.Head{Name: ast.Var(d.text()), Reference: d.sequence(), Args: d.sequence(), Key: d.term(), Value: d.term(),
		Assign: d.yes(), Location: r.Location}
	r.Body = d.body()
	if d.yes() {
		r.Else = d.regoRule(m)
	}
	return r
}

func (d *decoder) location() *ast.Location {
	row, col := d.number(), d.number()
	if row == 0 {
		return nil
	}
	return &ast.Location{File: d.file, Row: row, Col: col}
}

func (d *decoder) body() ast.Body {
	b := make(ast.Body, d.number())
	for i := range b {
		if len(d.exprs) == 0 {
			d.exprs = make([]ast.Expr, 64)
		}
		x := &d.exprs[0]
		d.exprs = d.exprs[1:]
		x.Index, x.Negated, x.Generated = i, d.yes(), d.yes()
		switch d.number() {
		case tagTerm:
			x.Terms = d.term()
		case tagTerms:
			x.Terms = d.sequence()
		case tagEvery:
			x.Terms = &ast.Every{Key: d.term(), Value: d.term(), Domain: d.term(), Body: d.body()}
		default:
			panic("an expression of a kind that is not known")
		}
		b[i] = x
	}
	return b
}

func (d *decoder) sequence() []*ast.Term {
	n := d.number()
	if n == 0 {
		return nil
	}
	out := make([]*ast.Term, n)
	for i := range out {
		out[i] = d.term()
	}
	return out
}

func (d *decoder) term() *ast.Term {
	switch d.number() {
	case tagNone:
		return nil
	case tagNull:
		return ast.NullTerm()
	case tagFalse:
		return ast.InternedTerm(false)
	case tagTrue:
		return ast.InternedTerm(true)
	case tagNumber:
		return d.make(ast.Number(d.text()))
	case tagString:
		return d.shared(d.strings, func(s string) ast.Value { return ast.String(s) })
	case tagVar:
		return d.shared(d.vars, func(s string) ast.Value { return ast.Var(s) })
	case tagRef:
		return d.make(ast.Ref(d.sequence()))
	case tagArray:
		return d.make(ast.NewArray(d.sequence()...))
	case tagSet:
		return d.make(ast.NewSet(d.sequence()...))
	case tagObject:
		fields := make([]field, d.number())
		for i := range fields {
			fields[i] = field{d.term(), d.term()}
		}
		return d.make(ast.NewObject(fields...))
	case tagArrayComprehension:
		return d.make(&ast.ArrayComprehension{Term: d.term(), Body: d.body()})
	case tagSetComprehension:
		return d.make(&ast.SetComprehension{Term: d.term(), Body: d.body()})
	case tagObjectComprehension:
		return d.make(&ast.ObjectComprehension{Key: d.term(), Value: d.term(), Body: d.body()})
	case tagCall:
		return d.make(ast.Call(d.sequence()))
	}
	panic("a term of a kind that is not known")
}

func (d *decoder) make(v ast.Value) *ast.Term {
	if len(d.terms) == 0 {
		d.terms = make([]ast.Term, 256)
	}
	t := &d.terms[0]
	d.terms = d.terms[1:]
	t.Value = v
	return t
}

// shared is the one term of a text in a role.
func (d *decoder) shared(terms []*ast.Term, value func(string) ast.Value) *ast.Term {
	i := d.number()
	if terms[i] == nil {
		terms[i] = d.make(value(d.texts[i]))
	}
	return terms[i]
}
