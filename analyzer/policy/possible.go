package policy

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
)

// A rule that compares something unknown says nothing, for to it an unknown
// attribute is absent. possible is what it would say for some value: for every
// expression of its bodies that may fail for that alone, the body is evaluated
// where this happens, without the expression and what depends on it; of each
// solution, up to maxTrials of them, it is tried whether values of what is unknown
// bear it out.
func (n *run) possible(ctx context.Context, r *Rule) (out []breach, err error) {
	if n.unknown == nil {
		n.unknown = unknownNames(n.g)
	}
	seen := map[string]bool{}
	trials := 0
	for _, body := range r.bodies() {
		for _, focus := range n.focuses(r, body) {
			err := n.query(ctx, r, focus, unwatched, func(q topdown.QueryResult) error {
				if trials++; trials > maxTrials {
					return errEnough
				}
				t := n.trial(r, body, q)
				found, looks, err := t.once(ctx)
				if found || len(looks) == 0 || err != nil {
					return err
				}
				may, err := t.holds(ctx)
				if !may || err != nil {
					return err
				}
				b := suspicion(r, body, q)
				b.unknown = inOrder(t.looks)
				if b.at[0] == "" {
					b.at = [2]string{looks[0].id, looks[0].name}
				}
				if k := b.key(); !seen[k] {
					seen[k] = true
					out = append(out, b)
				}
				return nil
			})
			if err != nil {
				return out, errOf(err)
			}
		}
	}
	return out, nil
}

// maxTrials bounds what a rule may be undecided about: nobody reads so many, and a
// list that ends by a count is the same on every machine.
const maxTrials = 2000

var errEnough = errors.New("enough was tried")

// suspicion is as much of a finding as is known without what is unknown.
func suspicion(r *Rule, body ast.Body, q topdown.QueryResult) breach {
	b := breach{rule: r, severity: r.Severity()}
	if head := headOf(body); head != nil {
		b = breachOf(r, filled(head, q))
	}
	missing := func(s string) bool { return s == "" }
	b.with, b.path = slices.DeleteFunc(b.with, missing), slices.DeleteFunc(b.path, missing)
	b.message = r.Title
	return b
}

// filled is a term with its variables as they are bound, as far as they are.
func filled(t *ast.Term, q topdown.QueryResult) *ast.Term {
	switch v := t.Value.(type) {
	case ast.Var:
		if bound := q[v]; bound != nil {
			return bound
		}
	case *ast.Array:
		var items []*ast.Term
		v.Foreach(func(x *ast.Term) { items = append(items, filled(x, q)) })
		return ast.ArrayTerm(items...)
	case ast.Object:
		var fields [][2]*ast.Term
		v.Foreach(func(k, x *ast.Term) { fields = append(fields, ast.Item(k, filled(x, q))) })
		return ast.ObjectTerm(fields...)
	}
	return t
}

// headOf is what a body says of a finding, before its variables are bound; nil where
// it is nowhere written.
func headOf(body ast.Body) *ast.Term {
	for _, x := range slices.Backward(body) {
		terms, ok := x.Terms.([]*ast.Term)
		if !ok || !x.IsEquality() {
			continue
		}
		if head, ok := terms[2].Value.(ast.Object); ok && head.Get(ast.StringTerm("at")) != nil {
			return terms[2]
		}
	}
	return nil
}

// focuses is a body once for each of its expressions that may fail because an
// attribute is unknown: where it is, without this expression and all that depends
// on it or may fail in the same way later.
func (n *run) focuses(r *Rule, body ast.Body) (out []ast.Body) {
	known := map[ast.Var]bool{}
	for i, x := range body {
		probes, inside := n.touches(r, x)
		before := len(known)
		varsOf(x, known)
		switch {
		case inside:
			focus := slices.Clone(body[:i])
			if before == len(known) { // it makes nothing: it must fail
				y := x.Copy()
				y.Negated = !x.Negated
				focus = append(focus, y)
			}
			out = append(out, n.rest(r, focus, body[i:]))
		case !x.Negated: // a negation holds where what it denies is unknown
			for _, p := range probes {
				focus := append(slices.Clone(body[:i]), ast.NewExpr(ast.NewTerm(p)))
				out = append(out, n.rest(r, focus, body[i:]))
			}
		}
	}
	return out
}

// rest appends those expressions of a body to a focus that need only what is known
// and do not fail for what is unknown.
func (n *run) rest(r *Rule, focus, rest ast.Body) ast.Body {
	known, dropped := map[ast.Var]bool{}, map[ast.Var]bool{}
	for _, x := range focus {
		varsOf(x, known)
	}
	vars := map[ast.Var]bool{}
	for _, x := range rest {
		clear(vars)
		varsOf(x, vars)
		probes, inside := n.touches(r, x)
		drop := inside || len(probes) > 0 && !x.Negated
		for v := range vars {
			drop = drop || dropped[v]
		}
		for v := range vars {
			if drop && !known[v] {
				dropped[v] = true
			} else if !drop {
				known[v] = true
			}
		}
		if !drop {
			focus = append(focus, x)
		}
	}
	return focus
}

// varsOf adds the variables of an expression.
func varsOf(x *ast.Expr, to map[ast.Var]bool) {
	ast.WalkVars(x, func(v ast.Var) bool {
		if !v.Equal(ast.InputRootDocument.Value) && !v.Equal(ast.DefaultRootDocument.Value) {
			to[v] = true
		}
		return false
	})
}

// touches is where an expression reads names that are unknown somewhere, each as
// the question whether it is unknown there; inside says that it does so in a
// comprehension or every, or by a helper.
func (n *run) touches(r *Rule, x *ast.Expr) (probes []ast.Ref, inside bool) {
	deep := false
	var look func(any) bool
	look = func(v any) bool {
		switch v := v.(type) {
		case *ast.Every, *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension:
			if !deep {
				deep = true
				ast.NewGenericVisitor(look).Walk(v)
				deep = false
				return true
			}
		case ast.Ref:
			if v[0].Equal(ast.DefaultRootDocument) {
				inside = inside || slices.ContainsFunc(n.readsOf(r, v), func(name string) bool { return n.unknown[name] })
				return false
			}
			for i := 1; i < len(v); i++ {
				if name, ok := v[i].Value.(ast.String); ok && n.unknown[string(name)] {
					probes = append(probes, append(slices.Clone(v[:i]), ast.StringTerm(string(name)+isUnknown)))
					inside = inside || deep
				}
			}
		}
		return false
	}
	ast.NewGenericVisitor(look).Walk(x)
	return probes, inside
}

// readsOf is every name that the helper at a path reads, and the helpers that it
// calls.
func (n *run) readsOf(r *Rule, path ast.Ref) (names []string) {
	done := map[*ast.Rule]bool{}
	var read func(ast.Ref)
	read = func(path ast.Ref) {
		for _, helper := range r.modules.compiler.GetRulesForVirtualDocument(path) {
			if done[helper] {
				continue
			}
			done[helper] = true
			ast.WalkRefs(helper, func(x ast.Ref) bool {
				if x[0].Equal(ast.DefaultRootDocument) {
					read(x)
				}
				for _, t := range x[1:] {
					if s, ok := t.Value.(ast.String); ok {
						names = append(names, string(s))
					}
				}
				return false
			})
		}
	}
	read(path)
	return names
}

// trial tries values for what one solution of a body rests on.
type trial struct {
	run     *run
	rule    *Rule
	body    ast.Body // with the indexes of the solution
	pivots  []int    // numbers near which it may turn
	assumed map[look]*ast.Term
	looks   []look // at what is unknown, when it holds
}

// trial is that of a solution of a body or of a part of it.
func (n *run) trial(r *Rule, body ast.Body, q topdown.QueryResult) *trial {
	indexes := iterated(body)
	t := &trial{run: n, rule: r, body: append(bindings(q, indexes), body...), assumed: map[look]*ast.Term{}}
	pivot := func(v any) bool {
		if x, ok := v.(*ast.Term); ok {
			if number, ok := x.Value.(ast.Number); ok {
				if i, ok := number.Int(); ok {
					t.pivots = append(t.pivots, i)
				}
			}
		}
		return false
	}
	for v, x := range q {
		if !indexes[v] {
			pivot(x)
		}
	}
	ast.NewGenericVisitor(pivot).Walk(body)
	slices.Sort(t.pivots)
	t.pivots = slices.Compact(t.pivots)
	return t
}

// iterated is the variables by which a body goes through lists.
func iterated(body ast.Body) map[ast.Var]bool {
	known, out := map[ast.Var]bool{}, map[ast.Var]bool{}
	for _, x := range body {
		for _, t := range takenFrom(x) {
			if v, ok := t.Value.(ast.Var); ok && !known[v] {
				out[v] = true
			}
		}
		varsOf(x, known)
	}
	return out
}

// takenFrom is the keys and indexes behind which an expression finds what it names.
func takenFrom(x *ast.Expr) []*ast.Term {
	if terms, ok := x.Terms.([]*ast.Term); ok && x.IsEquality() && !x.Negated {
		if ref, ok := terms[2].Value.(ast.Ref); ok {
			return ref[1:]
		}
	}
	return nil
}

// once evaluates the body with what is assumed, and is the looks at unknown
// attributes, the latest first.
func (t *trial) once(ctx context.Context) (holds bool, looks []look, err error) {
	w := t.run.w
	w.assumed = t.assumed
	err = t.run.query(ctx, t.rule, t.body, watching, func(topdown.QueryResult) error { return errClean })
	w.assumed = nil
	holds = err != nil && errOf(err) == nil
	return holds, t.run.attributes(w.take()), errOf(err)
}

// attributes is the looks at unknown attributes that are one value, the latest
// first. An unknown map is like a relation that may have more edges.
func (n *run) attributes(seen map[look]int) []look {
	looks := slices.DeleteFunc(slices.Collect(maps.Keys(seen)), func(l look) bool {
		return l.more || n.world.places()[l.id].attribute(l.name).Type == "entries"
	})
	slices.SortFunc(looks, func(a, b look) int { return seen[b] - seen[a] })
	return looks
}

// holds reports whether the body holds for some value of everything unknown that
// it looks at. What may be any text is taken to have the right one; so is what is
// left when too much has been tried.
func (t *trial) holds(ctx context.Context) (bool, error) {
	found, looks, err := t.once(ctx)
	if err != nil || len(looks) == 0 {
		t.looks = slices.Collect(maps.Keys(t.assumed))
		return found, err
	}
	values := t.values(looks[0])
	if t.run.tries -= len(values); len(values) == 0 || t.run.tries < 0 {
		t.looks = append(slices.Collect(maps.Keys(t.assumed)), looks...)
		return true, nil
	}
	for _, v := range values {
		t.assumed[looks[0]] = v
		if found, err := t.holds(ctx); found || err != nil {
			return found, err
		}
	}
	delete(t.assumed, looks[0])
	return false, nil
}

// values is what an unknown attribute may be, as far as rules can tell; nil if
// that is no small number of things.
func (t *trial) values(l look) (out []*ast.Term) {
	p := t.run.world.places()[l.id]
	a := p.attribute(l.name)
	switch {
	case len(a.Enum) > 0:
		for _, s := range a.Enum {
			out = append(out, ast.StringTerm(s))
		}
	case a.Type == "boolean":
		out = []*ast.Term{ast.InternedTerm(true), ast.InternedTerm(false)}
	case a.Type == "number":
		for _, i := range around(a, t.pivots) {
			out = append(out, ast.InternedTerm(i))
		}
	}
	if s := p.stack(); len(out) > 0 && a.Default == "" && s != nil && s.Format == "terraform" {
		out = append(out, nil) // null, or a number that says so, is as if it were not written
	}
	return out
}

// around is numbers that an attribute may have: the most and the least, those at
// the pivots, and some of each size.
func around(a aws.Attribute, pivots []int) []int {
	least, most := a.Least, a.Most
	if most == 0 {
		most = 1 << 30
	}
	out := []int{most, least}
	add := func(i int) {
		if i >= least && i <= most && !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	for _, p := range pivots {
		add(p)
		add(p - 1)
		add(p + 1)
	}
	for i := max(least, 1); i < most; i *= 2 {
		add(i)
	}
	return out
}

// attribute is what the rows say of an attribute of p, and for an edge with an
// unknown end which kind that end may have. It has no type where nothing is said.
func (p place) attribute(name string) aws.Attribute {
	switch {
	case p.entry != nil:
		return aws.Attribute{}
	case p.node != nil:
		return attributesOf().nodes[p.node.Kind][name]
	case p.edge == nil:
		return aws.Attribute{}
	case name == "kind" && p.edge.To == nil:
		return aws.Attribute{Enum: kindNames(graph.Partners(p.edge.From.Kind, p.edge.Relation))}
	case name == "kind" && p.edge.From == nil:
		return aws.Attribute{Enum: kindNames(graph.Partners(p.edge.To.Kind, p.edge.Relation.Reverse()))}
	}
	return attributesOf().edges[p.edge.Relation][name]
}

// known is the attributes of kinds and relations by name.
type known struct {
	nodes map[graph.Kind]map[string]aws.Attribute
	edges map[graph.Relation]map[string]aws.Attribute
}

var attributesOf = sync.OnceValue(func() known {
	named := func(all []aws.Attribute) map[string]aws.Attribute {
		m := make(map[string]aws.Attribute, len(all))
		for _, a := range all {
			m[a.Name] = a
		}
		return m
	}
	k := known{map[graph.Kind]map[string]aws.Attribute{}, map[graph.Relation]map[string]aws.Attribute{}}
	for _, kind := range graph.Kinds() {
		k.nodes[kind] = named(aws.NodeAttributes(kind))
	}
	for _, r := range graph.Relations() {
		k.edges[r] = named(aws.EdgeAttributes(r))
	}
	return k
})
