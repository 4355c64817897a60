package terraform

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/serverlens/serverlens/parsers/source"
)

// variable is the value of an input variable of the module.
func (m *module) variable(name string) cty.Value {
	key := "var." + name
	if v, ok := m.memo[key]; ok {
		return v
	}
	b := m.c.variables[name]
	if b == nil {
		m.undeclared(key)
		return m.p.symbols.value(m.p.symbols.named(m.addr(key)))
	}
	if !m.enter(key, b.at) {
		return cty.DynamicVal
	}
	defer m.leave(key)
	v := m.readVariable(name, b)
	m.memo[key] = v
	return v
}

func (m *module) readVariable(name string, b *block) cty.Value {
	want, defaults := variableType(b)
	v, isDefault := m.given(name, b)
	turned, isSwitch := m.turned(name)
	if want == cty.DynamicPseudoType && (turned.kind == cty.Bool || turned.kind == cty.Number) {
		want = turned.kind
	}
	if v != cty.NilVal {
		converted, ok := m.convertVariable(v, want, defaults)
		if !ok {
			m.p.problem(source.Warning, b.at, "the value of %s is not of the type that it declares", m.addr("var."+name))
		}
		v = converted
	}
	if v == cty.NilVal {
		id := m.p.symbols.named(m.addr("var." + name))
		if want == cty.String || want == cty.DynamicPseudoType {
			v = m.p.symbols.value(id)
		} else {
			v = cty.UnknownVal(want.WithoutOptionalAttributesDeep()).Mark(refMark{id: id})
		}
	}
	if isSwitch || isDefault && m.parent == nil {
		v = v.Mark(defaultMark{name})
	}
	if m.isTrue(b.body.attr("sensitive")) {
		v = v.Mark(sensitiveMark{})
	}
	return v
}

// given is the value that the caller or else the default gives a variable;
// NilVal where neither does.
func (m *module) given(name string, b *block) (v cty.Value, isDefault bool) {
	if n, ok := m.input(name); ok {
		v = n.eval()
		nullable := b.body.attr("nullable") == nil || m.isTrue(b.body.attr("nullable"))
		if !v.IsNull() || nullable {
			return v, false
		}
	}
	a := b.body.attr("default")
	if a == nil {
		return cty.NilVal, false
	}
	if t, ok := m.turned(name); ok {
		return t.value, false
	}
	return m.eval(a.expr, scope{closed: true}), true
}

// turned is how a variable of the root is turned, where it is a switch.
func (m *module) turned(name string) (position, bool) {
	t, ok := m.p.turned[name]
	return t, ok && m.parent == nil
}

// input is where the caller gives a variable of the module its value.
func (m *module) input(name string) (node, bool) {
	if m.parent == nil {
		n, ok := m.p.inputs[name]
		return n, ok
	}
	if name == "version" && m.shim {
		return m.version()
	}
	a := m.call.body.attr(name)
	if a == nil || metaArguments[name] || callArguments[name] {
		return node{}, false
	}
	return node{m: m.parent, e: a.expr, sc: m.callScope}, true
}

// convertVariable converts a value to the type of a variable, with the defaults
// of optional attributes filled in.
func (m *module) convertVariable(v cty.Value, want cty.Type, defaults *typeexpr.Defaults) (out cty.Value, ok bool) {
	defer func() {
		if recover() != nil {
			out, ok = cty.NilVal, false
		}
	}()
	bare, marks := v.UnmarkDeepWithPaths()
	if defaults != nil && !bare.IsNull() {
		bare = defaults.Apply(bare)
	}
	converted, err := convert.Convert(loosened(bare, want), want)
	if err != nil {
		return cty.NilVal, false
	}
	marks = slices.DeleteFunc(marks, func(m cty.PathValueMarks) bool { return isLeftOut(want, m.Path) })
	if len(marks) == 0 {
		return converted, true
	}
	return remark(converted, marks), true
}

// loosened is a value with what is only mentioned in it unknown where the type
// wants no text: what kind of thing a mention stands for is not known.
func loosened(v cty.Value, want cty.Type) cty.Value {
	switch t := v.Type(); {
	case !v.IsKnown() || v.IsNull() || want == cty.DynamicPseudoType:
	case t == cty.String && want != cty.String && token.MatchString(v.AsString()):
		return cty.DynamicVal
	case t.IsObjectType() && want.IsObjectType():
		object := v.AsValueMap()
		for name, x := range object {
			if want.HasAttribute(name) {
				object[name] = loosened(x, want.AttributeType(name))
			}
		}
		return cty.ObjectVal(object)
	case t.IsObjectType() && want.IsMapType():
		object := v.AsValueMap()
		for name, x := range object {
			object[name] = loosened(x, want.ElementType())
		}
		return cty.ObjectVal(object)
	case t.IsTupleType() && (want.IsListType() || want.IsSetType()):
		list := v.AsValueSlice()
		for i, x := range list {
			list[i] = loosened(x, want.ElementType())
		}
		return cty.TupleVal(list)
	}
	return v
}

// isLeftOut reports whether a path leads into an attribute that an object of the
// type does not have.
func isLeftOut(t cty.Type, path cty.Path) bool {
	for _, step := range path {
		a, named := step.(cty.GetAttrStep)
		switch {
		case t.IsObjectType() && named && !t.HasAttribute(a.Name):
			return true
		case t.IsObjectType() && named:
			t = t.AttributeType(a.Name)
		case t.IsCollectionType():
			t = t.ElementType()
		default:
			return false
		}
	}
	return false
}

// variableType is the type constraint of a variable; old configurations write it
// as a string.
func variableType(b *block) (cty.Type, *typeexpr.Defaults) {
	a := b.body.attr("type")
	if a == nil {
		return cty.DynamicPseudoType, nil
	}
	if t, defaults, diags := typeexpr.TypeConstraintWithDefaults(a.expr); !diags.HasErrors() {
		return t, defaults
	}
	if v, diags := a.expr.Value(nil); !diags.HasErrors() && v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
		switch v.AsString() {
		case "string":
			return cty.String, nil
		case "list":
			return cty.List(cty.DynamicPseudoType), nil
		case "map":
			return cty.Map(cty.DynamicPseudoType), nil
		}
	}
	return cty.DynamicPseudoType, nil
}

// readInputs gathers the values of the root's variables: terraform.tfvars, then
// *.auto.tfvars by name, then the files and values that were asked for, in their
// order; the last one counts (Terraform language documentation, Variable Definition
// Precedence). What a plan was made with counts most. The environment is not asked,
// so that a run can be repeated.
func (p *project) readInputs(opts Options) {
	p.inputs = map[string]node{}
	names, _ := p.tree.Names(p.root)
	files := slices.DeleteFunc([]string{"terraform.tfvars", "terraform.tfvars.json"}, func(n string) bool { return !slices.Contains(names, n) })
	for _, n := range names {
		if strings.HasSuffix(n, ".auto.tfvars") || strings.HasSuffix(n, ".auto.tfvars.json") {
			files = append(files, n)
		}
	}
	for _, name := range files {
		file := path.Join(p.root, name)
		src, err := p.tree.Read(file)
		if err != nil {
			p.problem(source.Error, hcl.Range{Filename: file}, "cannot read the variables: %s", reason(err))
			continue
		}
		p.readVarFile(file, src)
	}
	for _, in := range opts.Inputs {
		if in.File != nil {
			told := len(p.problems) // what is wrong with the file is told once, not for each root
			p.readVarFile(in.File.Name, in.File.Text)
			p.problems = p.problems[:told]
		} else {
			p.inputs[in.Name] = p.optionInput(in.Name, in.Value)
		}
	}
	if opts.Plan != nil {
		p.readPlannedInputs(opts.Plan)
	}
}

// Variables are the names of the variables that a file gives values, in its order,
// and what is wrong with it.
func (f File) Variables() ([]string, []source.Problem) {
	p := newProject(source.MemoryTree(nil), ".", Options{})
	p.inputs = map[string]node{}
	p.readVarFile(f.Name, f.Text)
	names := slices.Collect(maps.Keys(p.inputs))
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(p.inputs[a].e.Range().Start.Byte, p.inputs[b].e.Range().Start.Byte), cmp.Compare(a, b))
	})
	return names, p.problems
}

func (p *project) readVarFile(file string, src []byte) {
	if !strings.HasSuffix(file, ".json") {
		if b := p.parse(file, src); b != nil {
			rewriteBody(b, p.own)
			for _, a := range b.attrs {
				p.inputs[a.name] = node{m: p.rootModule, e: a.expr, sc: scope{closed: true}}
			}
			for _, x := range b.blocks {
				p.problem(source.Error, x.at, "a file of values takes NAME = VALUE, no block %q", x.kind)
			}
		}
		return
	}
	p.texts[file] = newText(file, src)
	r, top := p.readJSON(file, src)
	if top == nil {
		return
	}
	for _, object := range top.objects() {
		for _, k := range object.keys {
			e := r.expression(k.value, false)
			p.own.rewrite(e)
			p.inputs[k.name] = node{m: p.rootModule, e: e, sc: scope{closed: true}}
		}
	}
}

// optionInput is a value from the command line: text for a variable of type
// string, an expression for one of another type.
func (p *project) optionInput(name, value string) node {
	want := cty.DynamicPseudoType
	if b := p.rootModule.c.variables[name]; b != nil {
		want, _ = variableType(b)
	}
	literal := &hclsyntax.LiteralValueExpr{Val: cty.StringVal(value)}
	n := node{m: p.rootModule, e: literal, sc: scope{closed: true}}
	if want == cty.String || want == cty.DynamicPseudoType {
		return n
	}
	file := "--var " + name
	tokens, _ := hclsyntax.LexExpression([]byte(value), file, hcl.InitialPos)
	if _, deep := tooDeep(tokens); deep {
		return n
	}
	if e, diags := hclsyntax.ParseExpression([]byte(value), file, hcl.InitialPos); !diags.HasErrors() && len(e.Variables()) == 0 {
		p.own.rewrite(e)
		n.e = e
	}
	return n
}
