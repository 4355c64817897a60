package policy

import (
	"cmp"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/types"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
)

// denials refuses to deny what is said of an attribute that may be absent: the
// compiler takes the attribute out of the denial, not x.limit > 3 becomes
// n = x.limit; not n > 3, and where there is none the rule is silent.
func (v *vetter) denials(body ast.Body) {
	taken := map[ast.Var]string{} // what the compiler took out, to the attribute that it needs
	for _, x := range body {
		if x.Location != nil {
			v.line = x.Location.Row
		}
		needs := ""
		ast.WalkVars(x, func(name ast.Var) bool {
			needs = cmp.Or(needs, taken[name])
			return false
		})
		terms, _ := x.Terms.([]*ast.Term)
		if needs != "" && x.Negated {
			v.refuse(v.line, "not: nothing is denied where there is no %s: give it a name before, or ask a helper that takes the index", needs)
		}
		if x.Generated && len(terms) > 2 {
			out := terms[len(terms)-1] // of a call
			if x.IsEquality() {
				out = terms[1]
				needs = cmp.Or(needs, v.mayLack(terms[2]))
			}
			taken[varOf(ast.Ref{out})] = needs
		}
		if every, ok := x.Terms.(*ast.Every); ok {
			v.denials(every.Body)
		}
		ast.WalkClosures(x, func(c any) bool {
			switch c := c.(type) {
			case *ast.ArrayComprehension:
				v.denials(c.Body)
			case *ast.SetComprehension:
				v.denials(c.Body)
			case *ast.ObjectComprehension:
				v.denials(c.Body)
			}
			return true
		})
	}
}

// mayLack is the attribute of a node or edge that a term reads, "" unless it is one
// that is not always there.
func (v *vetter) mayLack(t *ast.Term) string {
	path, _ := t.Value.(ast.Ref)
	last := len(path) - 1
	if last < 1 || path[0].Equal(ast.DefaultRootDocument) {
		return ""
	}
	name, _ := path[last].Value.(ast.String)
	base := ast.Value(path[:last])
	if last == 1 {
		base = path[0].Value
	}
	if o, ok := v.env.GetByValue(base).(*types.Object); !ok || !holdsNode(o) || always()[string(name)] {
		return ""
	}
	return string(name)
}

// always is the names under which every node or edge that may have them has
// something: what says which it is, its relations, and what AWS assumes where
// nothing is written.
var always = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{"id": true, "kind": true, "node": true, "basis": true, "name": true, "literal": true}
	for _, r := range graph.Relations() {
		m[string(r)], m[string(r.Reverse())] = true, true
		for _, a := range aws.EdgeAttributes(r) {
			m[a.Name] = m[a.Name] || a.Default != ""
		}
	}
	for _, k := range graph.Kinds() {
		for _, a := range aws.NodeAttributes(k) {
			m[a.Name] = m[a.Name] || a.Default != ""
		}
	}
	return m
})
