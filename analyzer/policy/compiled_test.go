package policy

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/rules"
)

var update = flag.Bool("update", false, "write rules/compiled.bin")

// TestCompiledRules compiles the sources of the rules with every check and wants
// exactly the compiled form that comes with them.
func TestCompiledRules(t *testing.T) {
	tables, err := readTables(rules.Files)
	if err != nil {
		t.Fatal(err)
	}
	m, all, err := compile(tables, nil, rules.Files)
	if err != nil {
		t.Fatal(err)
	}
	want := encode(m.compiler.Modules, all, ast.NewTerm(ast.MustInterfaceToValue(tables)))
	if *update {
		if err := os.WriteFile("../../rules/compiled.bin", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if rules.Compiled != string(want) {
		t.Fatal("rules/compiled.bin is not what the rules give: run go generate ./analyzer/policy")
	}
	e, err := open(rules.Compiled)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.ready(e.rules); err != nil {
		t.Fatal(err)
	}
	if again := encode(e.rules[0].modules.compiler.Modules, e.rules, e.aws); !bytes.Equal(again, want) {
		t.Error("what is linked is not what was compiled")
	}
}

// TestTablesAgree holds what the tables repeat of an attribute against its row.
func TestTablesAgree(t *testing.T) {
	tables, err := readTables(rules.Files)
	if err != nil {
		t.Fatal(err)
	}
	limits := tables.(map[string]any)["limits"].(map[string]any)
	if got, want := fmt.Sprint(limits["sqs_retention_s"]), strconv.Itoa(attributesOf().nodes[graph.Queue]["retention_s"].Most); got != want {
		t.Errorf("sqs_retention_s is %s, but a queue keeps messages for up to %s s", got, want)
	}
}

// TestDamagedRules: a compiled form that is cut off or changed is an error, never
// a panic.
func TestDamagedRules(t *testing.T) {
	whole := rules.Compiled
	for n := 0; n < len(whole); n += 97 {
		if _, err := open(whole[:n]); err == nil {
			t.Errorf("cut off at %d it opens", n)
		}
	}
	e, err := open(whole)
	if err != nil {
		t.Fatal(err)
	}
	for file, piece := range e.compiled.modules {
		e.compiled.modules[file] = piece[:len(piece)/2]
	}
	if err := e.ready(e.rules); err == nil {
		t.Error("half of each module links")
	}
	if _, err := open("\x7f" + whole[1:]); err == nil {
		t.Error("another version opens")
	}
}

// encoder writes the compiled form.
type encoder struct {
	out   []byte
	index map[string]int
	texts []string
}

func encode(modules map[string]*ast.Module, all []*Rule, tables *ast.Term) []byte {
	e := &encoder{index: map[string]int{}}
	e.number(len(all))
	for _, r := range all {
		e.rule(r)
	}
	e.number(len(modules))
	for _, file := range slices.Sorted(maps.Keys(modules)) {
		m := modules[file]
		e.text(file)
		before := e.out
		e.out = nil
		e.sequence(m.Package.Path)
		e.number(len(m.Rules))
		for _, r := range m.Rules {
			e.regoRule(r)
		}
		piece := e.out
		e.out = append(binary.AppendUvarint(before, uint64(len(piece))), piece...)
	}
	e.term(tables)
	head := binary.AppendUvarint(binary.AppendUvarint(nil, compiledVersion), uint64(len(e.texts)))
	for _, s := range e.texts {
		head = append(binary.AppendUvarint(head, uint64(len(s))), s...)
	}
	return append(head, e.out...)
}

func (e *encoder) number(n int) { e.out = binary.AppendUvarint(e.out, uint64(n)) }

func (e *encoder) yes(is bool) {
	if is {
		e.number(1)
	} else {
		e.number(0)
	}
}

func (e *encoder) text(s string) {
	i, ok := e.index[s]
	if !ok {
		i = len(e.texts)
		e.index[s] = i
		e.texts = append(e.texts, s)
	}
	e.number(i)
}

func (e *encoder) list(all []string) {
	e.number(len(all))
	for _, s := range all {
		e.text(s)
	}
}

func (e *encoder) rule(r *Rule) {
	for _, s := range []string{r.ID, r.Title, r.Description, r.Fix, r.Practice, r.File} {
		e.text(s)
	}
	e.yes(r.Heuristic)
	e.yes(r.Strict)
	e.list(r.Aliases)
	e.number(len(r.Severities))
	for _, s := range r.Severities {
		e.number(int(s))
	}
	e.number(len(r.Sources))
	for _, s := range r.Sources {
		e.text(s.Title)
		e.text(s.URL)
	}
	e.number(len(r.needs))
	for _, kinds := range r.needs {
		e.list(kinds)
	}
	e.list(r.reads)
	e.sequence(r.ref)
}

func (e *encoder) regoRule(r *ast.Rule) {
	e.yes(r.Default)
	e.location(r.Location)
	e.text(string(r.Head.Name))
	e.sequence(r.Head.Reference)
	e.sequence(r.Head.Args)
	e.term(r.Head.Key)
	e.term(r.Head.Value)
	e.yes(r.Head.Assign)
	e.body(r.Body)
	e.yes(r.Else != nil)
	if r.Else != nil {
		e.regoRule(r.Else)
	}
}

func (e *encoder) location(l *ast.Location) {
	if l == nil {
		l = &ast.Location{}
	}
	e.number(l.Row)
	e.number(l.Col)
}

func (e *encoder) body(b ast.Body) {
	e.number(len(b))
	for _, x := range b {
		if len(x.With) > 0 {
			panic("with is not written")
		}
		e.yes(x.Negated)
		e.yes(x.Generated)
		switch t := x.Terms.(type) {
		case *ast.Term:
			e.number(tagTerm)
			e.term(t)
		case []*ast.Term:
			e.number(tagTerms)
			e.sequence(t)
		case *ast.Every:
			e.number(tagEvery)
			e.term(t.Key)
			e.term(t.Value)
			e.term(t.Domain)
			e.body(t.Body)
		default:
			panic(fmt.Sprintf("a %T is not written", t))
		}
	}
}

func (e *encoder) sequence(terms []*ast.Term) {
	e.number(len(terms))
	for _, t := range terms {
		e.term(t)
	}
}

func (e *encoder) term(t *ast.Term) {
	if t == nil {
		e.number(tagNone)
		return
	}
	switch v := t.Value.(type) {
	case ast.Null:
		e.number(tagNull)
	case ast.Boolean:
		if v {
			e.number(tagTrue)
		} else {
			e.number(tagFalse)
		}
	case ast.Number:
		e.number(tagNumber)
		e.text(string(v))
	case ast.String:
		e.number(tagString)
		e.text(string(v))
	case ast.Var:
		e.number(tagVar)
		e.text(string(v))
	case ast.Ref:
		e.number(tagRef)
		e.sequence(v)
	case *ast.Array:
		e.number(tagArray)
		e.number(v.Len())
		v.Foreach(e.term)
	case ast.Set:
		e.number(tagSet)
		e.number(v.Len())
		v.Foreach(e.term)
	case ast.Object:
		e.number(tagObject)
		e.number(v.Len())
		v.Foreach(func(k, x *ast.Term) { e.term(k); e.term(x) })
	case *ast.ArrayComprehension:
		e.number(tagArrayComprehension)
		e.term(v.Term)
		e.body(v.Body)
	case *ast.SetComprehension:
		e.number(tagSetComprehension)
		e.term(v.Term)
		e.body(v.Body)
	case *ast.ObjectComprehension:
		e.number(tagObjectComprehension)
		e.term(v.Key)
		e.term(v.Value)
		e.body(v.Body)
	case ast.Call:
		e.number(tagCall)
		e.sequence(v)
	default:
		panic(fmt.Sprintf("a %T is not written", v))
	}
}
