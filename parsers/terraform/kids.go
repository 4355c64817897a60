package terraform

import (
	"math/big"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// kids are the nodes of the elements of a collection, as far as they are known.
type kids struct {
	index map[string]int // of an object: name → position
	nodes []node
	keys  []hcl.Range // of an object: where the name was written
	texts map[string]int
}

func (k *kids) add(name string, n node, at hcl.Range) {
	if k.index == nil {
		k.index = map[string]int{}
	}
	if i, ok := k.index[name]; ok {
		k.nodes[i], k.keys[i] = n, at
		return
	}
	k.index[name] = len(k.nodes)
	k.nodes, k.keys = append(k.nodes, n), append(k.keys, at)
}

// again reports whether an element like the next one is there already; of
// collections that is not asked.
func (k *kids) again(v cty.Value) bool {
	text := primitiveText(v)
	if _, ok := k.texts[text]; ok || text == "" {
		return ok
	}
	if k.texts == nil {
		k.texts = map[string]int{}
	}
	k.texts[text] = len(k.nodes)
	return false
}

func (k *kids) named(name string) (node, hcl.Range) {
	if i, ok := k.index[name]; ok {
		return k.nodes[i], k.keys[i]
	}
	return node{}, hcl.Range{}
}

// of is the node of an element of a collection with its key as an iterator gives
// it. The elements of a set are found by what they are.
func (k *kids) of(collection cty.Type, key, value cty.Value) node {
	key, _ = key.Unmark()
	switch {
	case collection.IsSetType():
		if k.texts == nil {
			k.texts = map[string]int{}
			for i, n := range k.nodes {
				k.texts[primitiveText(n.eval())] = i
			}
		}
		if text := primitiveText(value); text != "" {
			if i, ok := k.texts[text]; ok {
				return k.nodes[i]
			}
		}
	case !key.IsKnown() || key.IsNull():
	case key.Type() == cty.String:
		n, _ := k.named(key.AsString())
		return n
	case key.Type() == cty.Number && k.index == nil:
		if i, _ := key.AsBigFloat().Int64(); i >= 0 && i < int64(len(k.nodes)) {
			return k.nodes[i]
		}
	}
	return node{}
}

// primitiveText is the text of a known string, number or boolean.
func primitiveText(v cty.Value) string {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() || !v.Type().IsPrimitiveType() {
		return ""
	}
	if v.Type() == cty.Number {
		if i, accuracy := v.AsBigFloat().Int64(); accuracy == big.Exact { // in a fraction of the time
			return strconv.FormatInt(i, 10)
		}
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil {
		return ""
	}
	return s.AsString()
}

// child is the node of one element; zero where it was not written by itself.
func (p *project) child(n node, key cty.Value) node {
	if t := key.Type(); t != cty.String && t != cty.Number {
		return node{}
	}
	k := p.kids(n)
	if s, err := convert.Convert(key, cty.String); err == nil && k.index != nil {
		key = s
	}
	return k.of(cty.DynamicPseudoType, key, cty.NilVal)
}

// somewhere is a node that has only a place.
func (n node) somewhere(at hcl.Range) node {
	return node{m: n.m, made: &made{at: at, value: cty.DynamicVal}}
}

// kids finds where the elements of a collection were written.
func (p *project) kids(n node) *kids {
	k := &kids{}
	n = p.follow(n)
	if n.made != nil {
		for i, kid := range n.made.kids {
			if n.made.names != nil {
				k.add(n.made.names[i], kid, kid.at())
			} else {
				k.nodes = append(k.nodes, kid)
			}
		}
		return k
	}
	if n.e == nil {
		return k
	}
	switch e := unwrap(n.e).(type) {
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			if key := primitiveText(n.with(item.KeyExpr).eval()); key != "" {
				k.add(key, n.with(item.ValueExpr), item.KeyExpr.Range())
			}
		}
	case *hclsyntax.TupleConsExpr:
		for _, x := range e.Exprs {
			k.nodes = append(k.nodes, n.with(x))
		}
	case *hclsyntax.ForExpr:
		p.forKids(k, n, e)
	case *hclsyntax.SplatExpr:
		for _, x := range p.kids(n.with(e.Source)).nodes {
			if each, ok := unwrap(e.Each).(*hclsyntax.RelativeTraversalExpr); ok {
				x, _ = p.steps(x, each.Traversal)
			}
			k.nodes = append(k.nodes, x)
		}
	case *hclsyntax.FunctionCallExpr:
		p.callKids(k, n, e)
	}
	return k
}

// callKids finds the elements of functions that put collections together.
func (p *project) callKids(k *kids, n node, e *hclsyntax.FunctionCallExpr) {
	if e.ExpandFinal {
		return
	}
	switch e.Name {
	case "merge", "concat", "setunion", "flatten", "distinct", "compact":
	default:
		return
	}
	for _, arg := range e.Args {
		from := n.with(arg)
		v, _ := from.eval().Unmark()
		if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() {
			continue
		}
		p.gather(k, from, v, e.Name, 0)
	}
}

// gather adds the elements of one collection that a function takes up: flatten
// those of the lists in it, compact none that is empty, distinct none again.
func (p *project) gather(k *kids, from node, v cty.Value, function string, depth int) {
	own := p.kids(from)
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		kid := own.of(v.Type(), key, value)
		if kid.isZero() {
			kid = from.somewhere(from.at())
		}
		bare, _ := value.Unmark()
		switch name, _ := key.Unmark(); {
		case function == "compact" && bare.IsKnown() && primitiveText(bare) == "":
		case function == "distinct" && k.again(bare):
		case function == "flatten" && depth < maxFollow && bare.IsKnown() && !bare.IsNull() && (bare.Type().IsTupleType() || bare.Type().IsListType() || bare.Type().IsSetType()):
			p.gather(k, kid, bare, function, depth+1)
		case name.Type() == cty.String && !v.Type().IsSetType():
			_, at := own.named(name.AsString())
			k.add(name.AsString(), kid, at)
		default:
			k.nodes = append(k.nodes, kid)
		}
	}
}

// forKids repeats the turns of a for expression to bind what each one sees.
func (p *project) forKids(k *kids, n node, e *hclsyntax.ForExpr) {
	from := n.with(e.CollExpr)
	v, marks := from.eval().Unmark()
	if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() || e.Group {
		return
	}
	for _, x := range p.elements(from, v, marks) {
		if !p.budget.step() {
			return
		}
		sc := n.sc.with(e.ValVar, bound{x.value, x.from})
		if e.KeyVar != "" {
			sc = sc.with(e.KeyVar, bound{value: x.key})
		}
		turn := node{m: n.m, e: bare(e.ValExpr), sc: sc}
		if e.CondExpr != nil {
			if c, _ := turn.with(e.CondExpr).eval().Unmark(); !c.IsKnown() || c.IsNull() || c.Type() != cty.Bool || c.False() {
				continue
			}
		}
		if e.KeyExpr == nil {
			k.nodes = append(k.nodes, turn)
		} else if key := primitiveText(turn.with(bare(e.KeyExpr)).eval()); key != "" {
			k.add(key, turn, e.KeyExpr.Range())
		}
	}
}
