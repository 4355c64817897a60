package policy

import (
	"errors"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/types"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
)

// check refuses what the engine's type checker lets through, in a module that it
// has compiled. It also notes what the rule needs and reads. r is nil for a module
// of helpers.
func (m *modules) check(mod *ast.Module, r *Rule) (errs []error) {
	file := mod.Package.Location.File
	refuse := func(line int, format string, args ...any) {
		errs = append(errs, &LoadError{idOf(file), file, line, fmt.Sprintf(format, args...)})
	}
	findings := 0
	for _, x := range mod.Rules {
		v := &vetter{refuse: refuse, line: x.Location.Row, from: map[ast.Var]*ast.Term{}}
		if err := v.body(m.compiler, x); err != nil {
			errs = append(errs, err)
			continue
		}
		if r == nil {
			continue
		}
		r.modules = m
		r.reads = append(r.reads, v.reads...)
		if x.Head.Name != "findings" {
			continue
		}
		findings++
		if x.Head.Key == nil || x.Head.Value != nil || len(x.Head.Args) > 0 || x.Else != nil {
			refuse(x.Location.Row, "findings is a set: findings contains {…} if {…}")
			continue
		}
		r.needs = append(r.needs, needs(x.Body))
		v.head(x.Head.Key, r)
	}
	if r != nil {
		slices.Sort(r.reads)
		r.reads = slices.Compact(r.reads)
		if findings == 0 && len(errs) == 0 {
			refuse(mod.Package.Location.Row, "the rule has no findings")
		}
	}
	return errs
}

// needs is the arrays without an element of which a body finds nothing: those that
// it goes through by itself, not under not, every or a comprehension.
func needs(body ast.Body) []string {
	var out []string
	for _, x := range body {
		terms, ok := x.Terms.([]*ast.Term)
		if !ok || x.Negated || len(x.With) > 0 {
			continue
		}
		for _, t := range terms {
			ref, ok := t.Value.(ast.Ref)
			if !ok || len(ref) < 3 || !ref[0].Equal(ast.InputRootDocument) {
				continue
			}
			name, isText := ref[1].Value.(ast.String)
			if _, isVar := ref[2].Value.(ast.Var); isText && isVar && isPlural(string(name)) && !slices.Contains(out, string(name)) {
				out = append(out, string(name))
			}
		}
	}
	return out
}

func isPlural(name string) bool { return kindOf(name) != "" }

func kindOf(plural string) graph.Kind {
	for _, k := range graph.Kinds() {
		if k.Plural() == plural {
			return k
		}
	}
	return ""
}

// vetter looks at one rule, its body laid out flat: what stands under not, in
// every and in comprehensions beside the rest. The compiler has given every
// variable a name of its own, so that nothing gets mixed up.
type vetter struct {
	refuse func(line int, format string, args ...any)
	env    *ast.TypeEnv
	from   map[ast.Var]*ast.Term // variable to what it was made equal to
	line   int
	reads  []string
}

func (v *vetter) body(c *ast.Compiler, r *ast.Rule) error {
	flat := flatten(r.Body, nil)
	for e := r.Else; e != nil; e = e.Else {
		flat = flatten(e.Body, flat)
	}
	for _, a := range r.Head.Args { // of any type: nodes are never arguments
		flat = append(flat, ast.Equality.Expr(a, ast.MustParseTerm("data.anything")).SetLocation(r.Location))
	}
	for i, x := range flat {
		x.Index = i
	}
	q := c.QueryCompiler()
	flat, err := q.Compile(flat)
	var refused ast.Errors
	if errors.As(err, &refused) {
		return loadErrors(refused, c.RewrittenVars)
	} else if err != nil {
		return err
	}
	v.env = q.TypeEnv()
	for _, x := range flat {
		v.origins(x)
	}
	for _, x := range flat {
		if x.Location != nil {
			v.line = x.Location.Row
		}
		if len(x.With) > 0 {
			v.refuse(v.line, "with is not for rules: the input is what it is")
		}
		ast.WalkTerms(x, v.term)
		if terms, ok := x.Terms.([]*ast.Term); ok {
			v.call(x.Operator().String(), terms[1:])
		}
	}
	for e := r; e != nil; e = e.Else {
		v.denials(e.Body)
	}
	v.line = r.Location.Row
	return nil
}

// term looks at one term of an expression; true if it has looked below it too.
func (v *vetter) term(t *ast.Term) bool {
	switch value := t.Value.(type) {
	case ast.Ref:
		v.ref(value)
		for _, x := range value[1:] {
			ast.WalkTerms(x, v.term)
		}
		return true
	case ast.Var:
		if value.Equal(ast.InputRootDocument.Value) {
			v.refuse(v.line, "input is used as a whole: name what is wanted of it")
		}
	}
	return false
}

// flatten appends the expressions of a body, those in it laid out beside.
func flatten(body, out ast.Body) ast.Body {
	for _, x := range body {
		x = x.Copy()
		x.Negated = false
		if every, ok := x.Terms.(*ast.Every); ok {
			key := every.Key
			if key == nil {
				key = ast.VarTerm(string(every.Value.Value.(ast.Var)) + "_key")
			}
			out = append(out, ast.Equality.Expr(every.Value, ast.RefTerm(every.Domain, key)).SetLocation(x.Location))
			out = flatten(every.Body, out)
			continue
		}
		out = append(out, x)
		ast.WalkClosures(x, func(c any) bool {
			switch c := c.(type) {
			case *ast.ArrayComprehension:
				out = flatten(c.Body, out)
			case *ast.SetComprehension:
				out = flatten(c.Body, out)
			case *ast.ObjectComprehension:
				out = flatten(c.Body, out)
			}
			return true
		})
	}
	return out
}

// origins notes what the variables of an equation stand for.
func (v *vetter) origins(x *ast.Expr) {
	terms, ok := x.Terms.([]*ast.Term)
	if !ok || !x.IsEquality() {
		return
	}
	for i := range 2 {
		name, ok := terms[1+i].Value.(ast.Var)
		if !ok || v.from[name] != nil {
			continue
		}
		switch terms[2-i].Value.(type) {
		case ast.Ref, ast.Object:
			v.from[name] = terms[2-i]
		}
	}
}

// origin is the path that a term was read by: the term itself or what its variable
// was made equal to.
func (v *vetter) origin(t *ast.Term) ast.Ref {
	if name, ok := t.Value.(ast.Var); ok && v.from[name] != nil {
		t = v.from[name]
	}
	ref, _ := t.Value.(ast.Ref)
	return ref
}

// field is the name that a term was read by, "" if it was not read from an object.
func (v *vetter) field(t *ast.Term) string {
	if ref := v.origin(t); len(ref) > 1 {
		s, _ := ref[len(ref)-1].Value.(ast.String)
		return string(s)
	}
	return ""
}

// ref refuses attributes that are not named, fixed indexes, and an index of one
// kind in the array of another.
func (v *vetter) ref(ref ast.Ref) {
	fromInput := ref[0].Equal(ast.InputRootDocument)
	if fromInput && len(ref) == 1 {
		v.refuse(v.line, "input is used as a whole: name what is wanted of it")
	}
	for i := 1; i < len(ref); i++ {
		base := ast.Value(ref[:i])
		if i == 1 {
			base = ref[0].Value
		}
		name, named := ref[i].Value.(ast.String)
		if named {
			v.reads = append(v.reads, string(name))
		} else if o, ok := v.env.GetByValue(base).(*types.Object); ok && (holdsNode(o) || i == 1 && fromInput) {
			v.refuse(v.line, "%v: the attributes of a node or edge must be named", ref)
		}
		if _, ok := ref[i].Value.(ast.Number); ok && (i > 1 || fromInput) {
			v.refuse(v.line, "%v: an index is never fixed", ref)
		}
	}
	if len(ref) > 2 && fromInput {
		plural, _ := ref[1].Value.(ast.String)
		if k := graph.Kind(v.field(ref[2])); k.Plural() != "" && isPlural(string(plural)) && k.Plural() != string(plural) {
			v.refuse(v.line, "an index into %s is used in %v", k.Plural(), ref[:2])
		}
	}
}

// call refuses nodes and edges as arguments, lists compared as a whole, number
// compared with text, and values that an enumeration lacks.
func (v *vetter) call(op string, args []*ast.Term) {
	if op == "eq" {
		for i := range 2 {
			switch args[i].Value.(type) {
			case *ast.Array, ast.Object, ast.Set:
				if !v.together(args[1-i], args[i]) && holdsNode(v.env.GetByValue(args[1-i].Value)) {
					v.refuse(v.line, "a relation, node or edge is compared as a whole: count it or compare attributes")
				}
			}
		}
	} else {
		for _, a := range args {
			_, list := v.env.GetByValue(a.Value).(*types.Array)
			if !(op == "count" && list) && holdsNode(v.env.GetByValue(a.Value)) {
				v.refuse(v.line, "a node or edge is handed to %s: hand over its attributes", op)
			}
		}
	}
	switch op {
	case "lt", "lte", "gt", "gte", "neq":
		a, b := v.env.GetByValue(args[0].Value), v.env.GetByValue(args[1].Value)
		if isNumber(a) && isText(b) || isText(a) && isNumber(b) {
			v.refuse(v.line, "%v is compared with %v", a, b)
		}
	}
	switch op {
	case "eq", "neq", "internal.member_2":
		v.enumerated(args[0], args[1])
		v.enumerated(args[1], args[0])
	}
}

// together reports whether an equation only puts lists side by side, so that they can
// be gone through one after the other: some relation in [fn.reads, fn.writes].
func (v *vetter) together(name, lists *ast.Term) bool {
	variable, isVar := name.Value.(ast.Var)
	array, isArray := lists.Value.(*ast.Array)
	return isVar && isArray && v.from[variable] == nil && !array.Until(func(t *ast.Term) bool {
		_, isList := v.env.GetByValue(t.Value).(*types.Array)
		return !isList
	})
}

func isNumber(t types.Type) bool { return t != nil && types.Compare(t, types.N) == 0 }
func isText(t types.Type) bool   { return t != nil && types.Compare(t, types.S) == 0 }

// enumerated refuses a value that the enumeration of a term's attribute lacks.
func (v *vetter) enumerated(t, value *ast.Term) {
	name, values := v.enumeration(v.origin(t))
	if values == nil {
		return
	}
	check := func(x *ast.Term) {
		if s, ok := x.Value.(ast.String); ok && !slices.Contains(values, string(s)) {
			v.refuse(v.line, "%s is never %v", name, s)
		}
	}
	switch c := value.Value.(type) {
	case ast.String:
		check(value)
	case ast.Set:
		c.Foreach(check)
	case *ast.Array:
		c.Foreach(check)
	}
}

// enumeration is the name and every value of the attribute that a path reads, as
// far as variables can be followed; nil if it is none or no enumeration.
func (v *vetter) enumeration(path ast.Ref) (name string, values []string) {
	for range 16 { // a variable stands for a path from another, at last from the input
		head, ok := v.from[varOf(path)]
		if !ok {
			break
		}
		start, ok := head.Value.(ast.Ref)
		if !ok {
			return "", nil
		}
		path = start.Concat(path[1:])
	}
	if len(path) < 4 || !path[0].Equal(ast.InputRootDocument) {
		return "", nil
	}
	words := make([]string, len(path))
	for i, t := range path {
		if s, ok := t.Value.(ast.String); ok {
			words[i] = string(s)
		}
	}
	kind := kindOf(words[1])
	switch len(path) {
	case 4: // input.KINDS[i].attribute
		return words[3], enumOf(aws.NodeAttributes(kind), words[3])
	case 6: // input.KINDS[i].relation[i].attribute
		relation := graph.Relation(words[3])
		switch words[5] {
		case "basis":
			return words[5], bases
		case "kind":
			return words[5], kindNames(graph.Partners(kind, relation))
		}
		return words[5], enumOf(aws.EdgeAttributes(forward(relation)), words[5])
	}
	return "", nil
}

func varOf(path ast.Ref) ast.Var {
	if len(path) == 0 {
		return ""
	}
	name, _ := path[0].Value.(ast.Var)
	return name
}

func enumOf(attrs []aws.Attribute, name string) []string {
	i := slices.IndexFunc(attrs, func(a aws.Attribute) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return attrs[i].Enum
}

// head refuses a finding whose place is no [x.id, "name"] with a name that x has,
// and a severity that the rule does not list.
func (v *vetter) head(key *ast.Term, r *Rule) {
	if name, ok := key.Value.(ast.Var); ok && v.from[name] != nil {
		key = v.from[name]
	}
	o, ok := key.Value.(ast.Object)
	if !ok {
		v.refuse(v.line, "a finding is an object that is written out")
		return
	}
	for _, k := range o.Keys() {
		if s, ok := k.Value.(ast.String); !ok || !slices.Contains([]string{"at", "with", "path", "message", "severity"}, string(s)) {
			v.refuse(v.line, "a finding has no %v", k)
		}
	}
	if o.Get(ast.StringTerm("message")) == nil {
		v.refuse(v.line, "a finding without message")
	}
	if s := o.Get(ast.StringTerm("severity")); s != nil {
		text, _ := s.Value.(ast.String)
		level, ok := severities[string(text)]
		if !ok || !slices.Contains(r.Severities, level) {
			v.refuse(v.line, "the severity %v is not one that the METADATA lists", s)
		}
	}
	v.place(o.Get(ast.StringTerm("at")))
}

func (v *vetter) place(at *ast.Term) {
	if at == nil {
		v.refuse(v.line, "a finding without at")
		return
	}
	a, ok := at.Value.(*ast.Array)
	if ok && a.Len() == 2 {
		ref := v.origin(a.Elem(0))
		name, isText := a.Elem(1).Value.(ast.String)
		if isText && len(ref) > 1 && v.field(a.Elem(0)) == "id" {
			base := ast.NewTerm(ref[:len(ref)-1])
			if len(ref) == 2 {
				base = ref[0]
			}
			if o, ok := v.env.GetByValue(base.Value).(*types.Object); !ok || o.Select(string(name)) == nil {
				v.refuse(v.line, "at: there is no %v there", name)
			}
			return
		}
	}
	v.refuse(v.line, `at is [x.id, "name"], with a name that x has`)
}

// holdsNode reports whether a type is, or is made of, nodes, edges or entries.
func holdsNode(t types.Type) bool {
	switch t := t.(type) {
	case *types.Object:
		return t.DynamicProperties() == nil && t.Select("id") != nil && len(t.StaticProperties()) > 1 ||
			slices.ContainsFunc(t.StaticProperties(), func(p *types.StaticProperty) bool { return holdsNode(p.Value) })
	case *types.Array:
		for i := range t.Len() {
			if holdsNode(t.Select(i)) {
				return true
			}
		}
		return holdsNode(t.Dynamic())
	case *types.Set:
		return holdsNode(t.Of())
	case types.Any:
		return slices.ContainsFunc(t, holdsNode)
	}
	return false
}
