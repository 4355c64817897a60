package terraform

import (
	"math/big"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/serverlens/serverlens/parsers/source"
)

// node is where a value was written: an expression with what it needs to be
// evaluated again, or something put together from such. cty values do not know
// their places; the nodes are walked along with them.
type node struct {
	m     *module
	e     hclsyntax.Expression
	sc    scope
	marks cty.ValueMarks // that the value has beside those of the expression
	made  *made
}

// made is an object (names is not nil) or a list of nodes.
type made struct {
	names    []string
	kids     []node
	at       hcl.Range
	document bool // the value is the JSON text of the object
	value    cty.Value
}

func (n node) isZero() bool { return n.e == nil && n.made == nil }

func (n node) eval() cty.Value {
	switch {
	case n.made != nil:
		return n.made.value
	case n.e == nil:
		return cty.DynamicVal
	}
	return n.m.eval(n.e, n.sc).WithMarks(n.marks)
}

func (n node) at() hcl.Range {
	switch {
	case n.made != nil:
		return n.made.at
	case n.e == nil:
		return hcl.Range{}
	}
	return n.e.Range()
}

// with is another expression of the same module and scope.
func (n node) with(e hclsyntax.Expression) node { return node{m: n.m, e: e, sc: n.sc} }

// follow goes from an expression to the one that its value was written as: from
// a local, a variable, an iterator or an output to what defines it, from a
// conditional to the branch that is taken, through functions that change
// nothing.
func (p *project) follow(n node) node {
	for range maxFollow {
		next, ok := p.followOnce(n)
		if !ok || next.isZero() {
			return n
		}
		n = next
	}
	return n
}

// transparent are the functions whose result was written as their first
// argument.
var transparent = map[string]bool{"tolist": true, "toset": true, "tomap": true, "tostring": true, "tonumber": true, "tobool": true,
	"sensitive": true, "nonsensitive": true}

func (p *project) followOnce(n node) (node, bool) {
	if n.e == nil {
		return n, false
	}
	switch e := unwrap(n.e).(type) {
	case *hclsyntax.ScopeTraversalExpr:
		return p.followTraversal(n, e.Traversal)
	case *hclsyntax.RelativeTraversalExpr:
		return p.steps(n.with(e.Source), e.Traversal)
	case *hclsyntax.IndexExpr:
		key, _ := n.with(e.Key).eval().Unmark()
		return p.step(n.with(e.Collection), key)
	case *hclsyntax.ConditionalExpr:
		c, _ := n.with(e.Condition).eval().Unmark()
		if !c.IsKnown() || c.IsNull() || c.Type() != cty.Bool {
			return n, false
		}
		if c.True() {
			return n.with(bare(e.TrueResult)), true
		}
		return n.with(bare(e.FalseResult)), true
	case *hclsyntax.FunctionCallExpr:
		return p.followCall(n, e)
	}
	return n, false
}

func (p *project) followCall(n node, e *hclsyntax.FunctionCallExpr) (node, bool) {
	switch {
	case len(e.Args) == 0 || e.ExpandFinal:
	case transparent[e.Name]:
		return n.with(e.Args[0]), true
	case e.Name == "try":
		p.strict++
		defer func() { p.strict-- }()
		for _, a := range e.Args {
			if _, diags := n.m.tryEval(a, n.sc); !diags.HasErrors() {
				return n.with(a), true
			}
		}
	case e.Name == "coalesce":
		for _, a := range e.Args {
			v, _ := n.with(a).eval().Unmark()
			if !v.IsKnown() {
				return n, false
			}
			if !v.IsNull() && (v.Type() != cty.String || v.AsString() != "") {
				return n.with(a), true
			}
		}
	case e.Name == "lookup" && len(e.Args) > 1:
		key, _ := n.with(e.Args[1]).eval().Unmark()
		if next, ok := p.step(n.with(e.Args[0]), key); ok {
			return next, true
		}
		if len(e.Args) > 2 {
			return n.with(e.Args[2]), true
		}
	case e.Name == "element" && len(e.Args) == 2:
		key, _ := n.with(e.Args[1]).eval().Unmark()
		return p.step(n.with(e.Args[0]), key)
	case e.Name == "one":
		return p.step(n.with(e.Args[0]), cty.Zero)
	}
	return n, false
}

// step is follow's step into a collection: it goes only where the element was
// written by itself.
func (p *project) step(n node, key cty.Value) (node, bool) {
	if key == cty.NilVal || !key.IsKnown() || key.IsNull() {
		return n, false
	}
	kid := p.child(n, key)
	return kid, !kid.isZero()
}

func (p *project) steps(n node, t hcl.Traversal) (node, bool) {
	for _, s := range t {
		var key cty.Value
		switch s := s.(type) {
		case hcl.TraverseAttr:
			key = cty.StringVal(s.Name)
		case hcl.TraverseIndex:
			key = s.Key
		default:
			return n, false
		}
		next, ok := p.step(n, key)
		if !ok {
			return n, false
		}
		n = next
	}
	return n, true
}

// followTraversal goes to the definition of a name, and from there inward.
func (p *project) followTraversal(n node, t hcl.Traversal) (node, bool) {
	root := t.RootName()
	if b, ok := n.sc.vars[root]; ok {
		if b.from.isZero() {
			return n, false
		}
		return p.steps(b.from, t[1:])
	}
	if n.sc.closed || n.m == nil || len(t) < 2 {
		return n, false
	}
	x, ok := splitMention(t)
	if !ok {
		return n, false
	}
	m := n.m
	switch root {
	case "local":
		if a := m.c.locals[x.name]; a != nil {
			return p.steps(node{m: m, e: a.expr}, t[2:])
		}
	case "var":
		if from, ok := m.variableNode(x.name); ok {
			return p.steps(from, t[2:])
		}
	case "module":
		return p.followOutput(n, x)
	case "data":
		b := m.c.resources[x.key()]
		if b == nil || len(x.rest) > 0 {
			return n, false
		}
		if inst, ok := pick(m.expand(x.key(), b), x.index); ok {
			return m.rendered(x.of, b, inst, x.attr)
		}
	}
	return n, false
}

// variableNode is where the value of a variable was written.
func (m *module) variableNode(name string) (node, bool) {
	b := m.c.variables[name]
	if b == nil {
		return node{}, false
	}
	if _, isDefault := m.given(name, b); isDefault {
		return node{m: m, e: b.body.attr("default").expr, sc: scope{closed: true}}, true
	}
	return m.input(name)
}

func (p *project) followOutput(n node, x mention) (node, bool) {
	call := n.m.c.modules[x.name]
	if call == nil || x.attr == "" {
		return n, false
	}
	made := n.m.instancesOf(x.name)
	expansion := n.m.expand("module."+x.name, call)
	inst, ok := pick(expansion, x.index)
	if !ok || made == nil {
		return n, false
	}
	i := slices.IndexFunc(expansion.instances, func(y instance) bool { return y.key == inst.key })
	out := made[i].c.outputs[x.attr]
	if out == nil || out.body.attr("value") == nil {
		return n, false
	}
	return p.steps(node{m: made[i], e: out.body.attr("value").expr}, x.rest)
}

// pick is the instance that an index names.
func pick(x *expansion, index hcl.Traverser) (instance, bool) {
	if index == nil {
		if len(x.instances) == 1 && x.instances[0].key == "" {
			return x.instances[0], true
		}
		return instance{}, false
	}
	i, ok := index.(hcl.TraverseIndex)
	if !ok {
		return instance{}, false
	}
	if x.unknown && x.counted && len(x.instances) == 1 {
		return x.instances[0], true
	}
	for n, inst := range x.instances {
		switch i.Key.Type() {
		case cty.String:
			if x.keyed && inst.index == i.Key.AsString() {
				return inst, true
			}
		case cty.Number:
			if x.counted && i.Key.AsBigFloat().Cmp(big.NewFloat(float64(n))) == 0 {
				return inst, true
			}
		}
	}
	return instance{}, false
}

// alternative is what an expression is under a guard.
type alternative struct {
	guard source.Guard
	value cty.Value
	from  node
}

// cases is what an expression can be: one value, or where its value is unknown
// because a conditional is undecided, what the branches give.
func (p *project) cases(n node) []alternative { return p.casesUnder(n, nil, 3) }

func (p *project) casesUnder(n node, g source.Guard, depth int) []alternative {
	v := n.eval()
	from := p.follow(n)
	bareValue, _ := v.Unmark()
	cond, ok := conditional(from)
	if bareValue.IsKnown() || !ok || depth == 0 {
		return []alternative{{g, v, from}}
	}
	when := p.guardOf(from.with(cond.Condition))
	if when == nil {
		return []alternative{{g, v, from}}
	}
	var out []alternative
	for i, e := range []hclsyntax.Expression{cond.TrueResult, cond.FalseResult} {
		if i == 1 {
			when = negate(when)
		}
		if both, ok := g.And(when); ok {
			out = append(out, p.casesUnder(from.with(bare(e)), both, depth-1)...)
		}
	}
	return out
}

func conditional(n node) (*hclsyntax.ConditionalExpr, bool) {
	if n.e == nil {
		return nil, false
	}
	e, ok := unwrap(n.e).(*hclsyntax.ConditionalExpr)
	return e, ok
}
