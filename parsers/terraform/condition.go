package terraform

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/serverlens/serverlens/parsers/source"
)

// maxConditions bounds the open conditions of a root; what further ones would
// decide is unknown.
const maxConditions = 200

// guardOf is the guard under which a condition that cannot be decided holds. It
// is nil where there are too many of them.
func (p *project) guardOf(n node) source.Guard {
	from := p.follow(n)
	if from.e == nil {
		return nil
	}
	if not, ok := unwrap(from.e).(*hclsyntax.UnaryOpExpr); ok && not.Op == hclsyntax.OpLogicalNot {
		return negate(p.guardOf(from.with(not.Val)))
	}
	name := p.conditionName(from)
	known := slices.ContainsFunc(p.conditions, func(c source.Condition) bool { return c.Name == name })
	if !known {
		if len(p.conditions) >= maxConditions {
			return nil
		}
		p.conditions = append(p.conditions, source.Condition{Name: name, Expr: p.boolean(from, name, 0), At: p.place(from, from.at())})
	}
	return source.If(name)
}

// negate turns a guard of one term around.
func negate(g source.Guard) source.Guard {
	if len(g) != 1 {
		return nil
	}
	return source.Guard{{Condition: g[0].Condition, Not: !g[0].Not}}
}

// conditionName is the condition as its author wrote it, with the module that it
// stands in.
func (p *project) conditionName(n node) string {
	if name, ok := p.rootVariable(n); ok {
		return "var." + name
	}
	text := p.exprText(n.e)
	if n.m != nil && n.m.address != "" {
		return n.m.address + ": " + text
	}
	return text
}

// rootVariable is the variable of the root that an expression is, where nothing
// gives it a value.
func (p *project) rootVariable(n node) (string, bool) {
	n = p.follow(n)
	if n.e == nil || n.m == nil || n.m.parent != nil || n.sc.closed {
		return "", false
	}
	t, ok := unwrap(n.e).(*hclsyntax.ScopeTraversalExpr)
	if !ok || t.Traversal.RootName() != "var" || len(t.Traversal) != 2 {
		return "", false
	}
	a, ok := t.Traversal[1].(hcl.TraverseAttr)
	return a.Name, ok
}

// boolean is a condition as an expression over the variables of the root.
func (p *project) boolean(n node, name string, depth int) source.Expr {
	open := source.Expr{Op: source.Open, Name: name}
	n = p.follow(n)
	if v, _ := n.eval().Unmark(); v.IsKnown() && !v.IsNull() && v.Type() == cty.Bool {
		if v.True() {
			return source.Expr{Op: source.True}
		}
		return source.Expr{Op: source.False}
	}
	if variable, ok := p.rootVariable(n); ok {
		return source.Expr{Op: source.Equals, Name: variable, Value: "true"}
	}
	if n.e == nil || depth > maxFollow {
		return open
	}
	sub := func(e hclsyntax.Expression) source.Expr {
		part := n.with(e)
		return p.boolean(part, p.conditionName(p.follow(part)), depth+1)
	}
	switch e := unwrap(n.e).(type) {
	case *hclsyntax.UnaryOpExpr:
		if e.Op == hclsyntax.OpLogicalNot {
			return source.Expr{Op: source.Not, Args: []source.Expr{sub(e.Val)}}
		}
	case *hclsyntax.BinaryOpExpr:
		switch e.Op {
		case hclsyntax.OpLogicalAnd:
			return source.Expr{Op: source.And, Args: []source.Expr{sub(e.LHS), sub(e.RHS)}}
		case hclsyntax.OpLogicalOr:
			return source.Expr{Op: source.Or, Args: []source.Expr{sub(e.LHS), sub(e.RHS)}}
		case hclsyntax.OpEqual, hclsyntax.OpNotEqual:
			if equal, ok := p.equality(n.with(e.LHS), n.with(e.RHS)); ok {
				if e.Op == hclsyntax.OpNotEqual {
					return source.Expr{Op: source.Not, Args: []source.Expr{equal}}
				}
				return equal
			}
		}
	}
	return open
}

// equality is the comparison of a variable of the root with a literal.
func (p *project) equality(a, b node) (source.Expr, bool) {
	name, ok := p.rootVariable(a)
	if !ok {
		a, b = b, a
		if name, ok = p.rootVariable(a); !ok {
			return source.Expr{}, false
		}
	}
	v, _ := b.eval().Unmark()
	text := primitiveText(v)
	if !v.IsKnown() || v.IsNull() || token.MatchString(text) {
		return source.Expr{}, false
	}
	return source.Expr{Op: source.Equals, Name: name, Value: text}, true
}

// allowed are the values that validations of the root's variables restrict them
// to: contains([…], var.x).
func (p *project) allowed() map[string][]string {
	out := map[string][]string{}
	for name, b := range p.rootModule.c.variables {
		for _, v := range b.body.nested("validation") {
			a := v.body.attr("condition")
			if a == nil {
				continue
			}
			call, ok := unwrap(a.expr).(*hclsyntax.FunctionCallExpr)
			if !ok || call.Name != "contains" || len(call.Args) != 2 || strings.TrimSpace(p.texts.slice(call.Args[1].Range())) != "var."+name {
				continue
			}
			list, diags := call.Args[0].Value(nil)
			if diags.HasErrors() || !list.IsWhollyKnown() || list.IsNull() || !list.CanIterateElements() {
				continue
			}
			for it := list.ElementIterator(); it.Next(); {
				_, x := it.Element()
				out[name] = append(out[name], primitiveText(x))
			}
		}
	}
	return out
}
