package terraform

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Three changes are made to every parsed expression. An hclsyntax.Expression has
// a method that only its own package can write, but a struct that embeds one has
// it too.

// owner is the project that evaluates an expression: what is parsed once may be
// lent from one to the next.
type owner struct{ *project }

// part is an interpolation of a template. Where it is unknown it becomes a token,
// so that the rest of the text stays known.
type part struct {
	hclsyntax.Expression
	p *owner
}

func (e part) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ctx)
	if v.IsKnown() {
		return v, diags
	}
	_, marks := v.UnmarkDeep()
	if n := e.p.current; len(marks) == 0 && n.m != nil {
		marks = n.m.staticMarks(e.Expression, n.sc)
	}
	return e.p.symbols.derived(e.p.exprText(e.Expression), marks), diags
}

// condition evaluates the condition of a conditional once for the conditional
// and its branches: otherwise nested conditionals take exponential time. hcl asks
// for the true branch, then for the false branch, then for the condition, so what
// is remembered never outlives one evaluation.
type condition struct {
	hclsyntax.Expression
	p     *owner
	set   bool
	value cty.Value
	diags hcl.Diagnostics
}

func (c *condition) evaluate(ctx *hcl.EvalContext) {
	v, diags := c.Expression.Value(ctx)
	if v.IsKnown() { // which branch was taken is no reference of the result
		known, marks := v.Unmark()
		switch unsure := uncertain(marks); {
		case unsure && !c.safe(ctx, c.Expression) && known.Type() == cty.Bool:
			v = cty.UnknownVal(cty.Bool).WithMarks(marks)
		default:
			unsure = unsure && c.p.fromOpaque(marks)
			for r := range refsOf(marks) {
				delete(marks, r)
			}
			if v = known.WithMarks(marks); unsure {
				v = v.Mark(guessMark{})
			}
		}
	}
	c.set, c.value, c.diags = true, v, diags
}

// safe reports whether comparisons with tokens say the truth: what a provider
// fills in is neither null nor empty, and a collection is no text, number or bool.
func (c *condition) safe(ctx *hcl.EvalContext, e hclsyntax.Expression) bool {
	switch e := unwrap(e).(type) {
	case *hclsyntax.UnaryOpExpr:
		return e.Op == hclsyntax.OpLogicalNot && c.safe(ctx, e.Val)
	case *hclsyntax.BinaryOpExpr:
		switch e.Op {
		case hclsyntax.OpLogicalAnd, hclsyntax.OpLogicalOr:
			return c.sure(ctx, e.LHS) && c.sure(ctx, e.RHS)
		case hclsyntax.OpEqual, hclsyntax.OpNotEqual:
			return c.compares(ctx, e)
		}
	}
	return false
}

// sure reports whether a part of a condition says the truth.
func (c *condition) sure(ctx *hcl.EvalContext, e hclsyntax.Expression) bool {
	if c.safe(ctx, e) {
		return true
	}
	v, _ := e.Value(ctx)
	_, marks := v.Unmark()
	return v.IsKnown() && !uncertain(marks)
}

func (c *condition) compares(ctx *hcl.EvalContext, e *hclsyntax.BinaryOpExpr) bool {
	for _, sides := range [][2]hclsyntax.Expression{{e.LHS, e.RHS}, {e.RHS, e.LHS}} {
		switch x := unwrap(sides[0]).(type) {
		case *hclsyntax.LiteralValueExpr:
			if x.Val.IsNull() {
				return true
			}
			v, _ := sides[1].Value(ctx)
			return v.IsKnown() && v.CanIterateElements()
		case *hclsyntax.TemplateExpr:
			if isEmpty(x) {
				return !c.p.onVariable(e)
			}
		}
	}
	return false
}

// isEmpty reports whether a template is "".
func isEmpty(e *hclsyntax.TemplateExpr) bool {
	for _, x := range e.Parts {
		if l, ok := x.(*hclsyntax.LiteralValueExpr); !ok || primitiveText(l.Val) != "" {
			return false
		}
	}
	return true
}

// fromOpaque reports whether something flowed in that may be null: an output of a
// module that is not there.
func (p *project) fromOpaque(marks cty.ValueMarks) bool {
	for r := range refsOf(marks) {
		for _, id := range p.symbols.sources(r.id) {
			a := stripKeys(p.symbols.table[id].address)
			if i := strings.LastIndex(a, "module."); i >= 0 && !strings.Contains(a[i+len("module."):], ".") {
				return true
			}
		}
	}
	return false
}

// onVariable reports whether an expression mentions a variable or a local.
func (p *project) onVariable(e hclsyntax.Expression) bool {
	for _, t := range p.mentioned(e).variables {
		if t.RootName() == "var" || t.RootName() == "local" {
			return true
		}
	}
	return false
}

func (c *condition) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if !c.set {
		c.evaluate(ctx)
	}
	c.set = false
	return c.value, c.diags
}

// branch is a branch of a conditional. One that is not taken loses its marks and
// errors: hcl unites the marks of both, which would invent references.
type branch struct {
	hclsyntax.Expression
	of   *condition
	when bool
}

func (b branch) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if b.when {
		b.of.evaluate(ctx)
	}
	unread := len(b.of.p.unreadable)
	was := *b.of // a nested evaluation of the same tree may not happen, but costs nothing to survive
	v, diags := b.Expression.Value(ctx)
	*b.of = was
	if was.diags.HasErrors() {
		return v, diags
	}
	c, _ := was.value.Unmark()
	if !c.IsKnown() || c.IsNull() || c.Type() != cty.Bool || c.True() == b.when {
		return v, diags
	}
	b.of.p.unreadable = b.of.p.unreadable[:unread]
	if diags.HasErrors() {
		return cty.DynamicVal, nil
	}
	v, _ = v.UnmarkDeep()
	return v, nil
}

// turn is what a for expression evaluates at each turn. hcl cannot be
// interrupted, but its turns can become empty.
type turn struct {
	hclsyntax.Expression
	p *owner
}

func (t turn) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if !t.p.budget.step() {
		return cty.DynamicVal, nil
	}
	return t.Expression.Value(ctx)
}

// bare is the expression without what rewrite put around it.
func bare(e hclsyntax.Expression) hclsyntax.Expression {
	for {
		switch x := e.(type) {
		case part:
			e = x.Expression
		case *condition:
			e = x.Expression
		case branch:
			e = x.Expression
		case turn:
			e = x.Expression
		default:
			return e
		}
	}
}

// unwrap is the expression that its author wrote, without parentheses and the
// quotes around a lone interpolation.
func unwrap(e hclsyntax.Expression) hclsyntax.Expression {
	for {
		switch x := bare(e).(type) {
		case *hclsyntax.ParenthesesExpr:
			e = x.Expression
		case *hclsyntax.TemplateWrapExpr:
			e = x.Wrapped
		default:
			return x
		}
	}
}

// mentions is what an expression asks its surroundings for.
type mentions struct {
	variables []hcl.Traversal // that begin outside of it
	wanted    wanted          // of them, where the scope has no names; nil until it is asked
	calls     []string        // names of functions
}

// mentioned finds the mentions of an expression. hcl's own function does not see
// through what rewrite put around them.
func (p *project) mentioned(e hclsyntax.Expression) *mentions {
	if found, ok := p.mentions[e]; ok {
		return found
	}
	w := &mentionWalker{found: &mentions{}}
	_ = hclsyntax.Walk(e, w)
	p.mentions[e] = w.found
	return w.found
}

type mentionWalker struct {
	found *mentions
	names []map[string]struct{} // that for expressions around the node declare
}

func (w *mentionWalker) Enter(n hclsyntax.Node) hcl.Diagnostics {
	if x, ok := n.(hclsyntax.Expression); ok {
		n = bare(x)
	}
	switch x := n.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		for _, names := range w.names {
			if _, ok := names[x.Traversal.RootName()]; ok {
				return nil
			}
		}
		w.found.variables = append(w.found.variables, x.Traversal)
	case *hclsyntax.FunctionCallExpr:
		w.found.calls = append(w.found.calls, x.Name)
	case hclsyntax.ChildScope:
		w.names = append(w.names, x.LocalNames)
	}
	return nil
}

func (w *mentionWalker) Exit(n hclsyntax.Node) hcl.Diagnostics {
	if _, ok := n.(hclsyntax.ChildScope); ok {
		w.names = w.names[:len(w.names)-1]
	}
	return nil
}

func rewriteBody(b *body, p *owner) {
	for _, a := range b.attrs {
		p.rewrite(a.expr)
	}
	for _, x := range b.blocks {
		rewriteBody(x.body, p)
	}
}

// rewrite makes the changes in place. The nodes are collected first, because a
// walk does not see through what is put around them.
func (p *owner) rewrite(e hclsyntax.Expression) {
	var nodes []hclsyntax.Node
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		nodes = append(nodes, n)
		return nil
	})
	for _, n := range nodes {
		switch e := n.(type) {
		case *hclsyntax.TemplateExpr:
			for i, x := range e.Parts {
				if _, literal := x.(*hclsyntax.LiteralValueExpr); !literal {
					e.Parts[i] = part{x, p}
				}
			}
		case *hclsyntax.ForExpr:
			if e.KeyExpr != nil {
				e.KeyExpr = turn{e.KeyExpr, p}
			}
			e.ValExpr = turn{e.ValExpr, p}
		case *hclsyntax.ConditionalExpr:
			c := &condition{Expression: e.Condition, p: p}
			e.Condition = c
			e.TrueResult = branch{e.TrueResult, c, true}
			e.FalseResult = branch{e.FalseResult, c, false}
		}
	}
}
