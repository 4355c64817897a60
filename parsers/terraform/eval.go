package terraform

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/serverlens/serverlens/parsers/source"
)

// scope is what an expression sees beside the names of its module: count, each,
// the iterators of dynamic blocks and for expressions. A closed scope sees
// nothing else: template files and defaults of variables.
type scope struct {
	vars   map[string]bound
	closed bool
}

// bound is a name of a scope: its value and where that was written.
type bound struct {
	value cty.Value
	from  node
}

// with is the scope and one more name.
func (s scope) with(name string, b bound) scope {
	vars := maps.Clone(s.vars)
	if vars == nil {
		vars = map[string]bound{}
	}
	vars[name] = b
	return scope{vars, s.closed}
}

// eval evaluates an expression. It never fails: an error becomes an unknown value
// that carries the references of the expression.
func (m *module) eval(e hclsyntax.Expression, sc scope) cty.Value {
	v, diags := m.tryEval(e, sc)
	m.p.reportFiles(e)
	if diags.HasErrors() {
		marks := m.staticMarks(e, sc)
		m.p.report(diags, len(marks) > 0)
		return cty.DynamicVal.WithMarks(marks)
	}
	if tooLarge(v) {
		m.p.problem(source.Error, e.Range(), "the value has more than %d bytes: it is treated as unknown", maxValue)
		_, marks := v.UnmarkDeep()
		return m.p.symbols.derived(m.p.exprText(e), marks)
	}
	return v
}

// reportFiles notes the files that functions of an expression could not read.
// What a build makes is usually not there, and nobody needs to hear of it.
func (p *project) reportFiles(e hclsyntax.Expression) {
	for _, err := range p.unreadable {
		f, ok := err.(fileError)
		switch {
		case ok && f.missing && built[path.Ext(f.name)]:
		case ok && f.missing:
			p.problem(source.Note, e.Range(), "%s is not here", f.name)
		default:
			p.problem(source.Warning, e.Range(), "%s", err)
		}
	}
	for _, name := range p.overflows {
		p.problem(source.Error, e.Range(), "%s would make more than the limit: it is treated as unknown", name)
	}
	p.unreadable, p.overflows = nil, nil
}

// built are the endings of files that a build makes.
var built = map[string]bool{".zip": true, ".jar": true, ".gz": true, ".so": true, ".wasm": true, ".whl": true}

// report turns what hcl says about an expression into problems. An expression
// over something unknown may fail only because it is unknown.
func (p *project) report(diags hcl.Diagnostics, overUnknown bool) {
	for _, d := range diags {
		if d.Severity != hcl.DiagError || overUnknown && d.Summary != "Unsupported attribute" {
			continue
		}
		p.problem(source.Warning, subject(d), "%s: %s", d.Summary, firstSentence(d.Detail))
	}
}

func firstSentence(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if len(s) > 200 {
		s = s[:200]
	}
	return strings.ToValidUTF8(s, "")
}

// tryEval evaluates an expression and says what is wrong with it.
func (m *module) tryEval(e hclsyntax.Expression, sc scope) (v cty.Value, diags hcl.Diagnostics) {
	if m.p.budget.spent != "" {
		return cty.DynamicVal.WithMarks(m.staticMarks(e, sc)), nil
	}
	if v, ok := literal(e); ok {
		return v, nil
	}
	defer func() {
		if r := recover(); r != nil { // cty panics on some combinations of unknown and marked values
			v = cty.DynamicVal
			diags = hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Cannot be evaluated", Subject: e.Range().Ptr()}}
		}
	}()
	defer func(was node) { m.p.current = was }(m.p.current)
	m.p.current = node{m: m, e: e, sc: sc}
	asked := m.p.mentioned(e)
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{}, Functions: m.p.functions(asked.calls)}
	for name, b := range sc.vars {
		ctx.Variables[name] = b.value
	}
	if !sc.closed {
		m.bind(ctx, asked.wantedIn(sc))
	}
	return e.Value(ctx)
}

// literal is the value of an expression that is a number, a boolean or a text
// without interpolations.
func literal(e hclsyntax.Expression) (cty.Value, bool) {
	if t, ok := e.(*hclsyntax.TemplateExpr); ok && t.IsStringLiteral() {
		e = t.Parts[0]
	}
	if l, ok := e.(*hclsyntax.LiteralValueExpr); ok {
		return l.Val, true
	}
	return cty.NilVal, false
}

// wanted is what an expression asks for: first name or resource type → second
// name → what of it.
type wanted map[string]map[string]*asking

// asking is what is asked of one resource or module: which attributes, "*" for the
// whole, and of which instances as far as they are written.
type asking struct {
	attrs map[string]bool
	keys  []cty.Value
	all   bool // of all instances, or of one that is computed
}

// wantedIn is what is asked for beside the names of a scope.
func (a *mentions) wantedIn(sc scope) wanted {
	if len(sc.vars) > 0 {
		return wantedOf(a.variables, sc)
	}
	if a.wanted == nil {
		a.wanted = wantedOf(a.variables, sc)
	}
	return a.wanted
}

func wantedOf(variables []hcl.Traversal, sc scope) wanted {
	w := wanted{}
	for _, t := range variables {
		root := t.RootName()
		if _, ok := sc.vars[root]; ok {
			continue
		}
		x, ok := splitMention(t)
		if root == "module" {
			x.of = "module"
		}
		if !ok {
			x.name = ""
		}
		if root == "resource" {
			x.of = "resource." + x.of
		}
		if x.attr == "" {
			x.attr = "*"
		}
		if w[x.of] == nil {
			w[x.of] = map[string]*asking{}
		}
		if w[x.of][x.name] == nil {
			w[x.of][x.name] = &asking{attrs: map[string]bool{}}
		}
		asked := w[x.of][x.name]
		asked.attrs[x.attr] = true
		if i, ok := x.index.(hcl.TraverseIndex); ok {
			asked.keys = append(asked.keys, i.Key)
		} else {
			asked.all = true
		}
	}
	return w
}

// bind puts the values of what is wanted into a context, in a fixed order.
func (m *module) bind(ctx *hcl.EvalContext, w wanted) {
	groups := map[string]map[string]cty.Value{}
	for _, root := range slices.Sorted(maps.Keys(w)) {
		object := map[string]cty.Value{}
		for _, name := range slices.Sorted(maps.Keys(w[root])) {
			if name != "" {
				object[name] = m.lookup(root, name, w[root][name])
			}
		}
		group, of, grouped := strings.Cut(root, ".")
		if !grouped {
			ctx.Variables[root] = cty.ObjectVal(object)
			continue
		}
		if groups[group] == nil {
			groups[group] = map[string]cty.Value{}
		}
		groups[group][of] = cty.ObjectVal(object)
	}
	for group, object := range groups {
		ctx.Variables[group] = cty.ObjectVal(object)
	}
}

// lookup is the value of one name of the module.
func (m *module) lookup(root, name string, asked *asking) cty.Value {
	s := &m.p.symbols
	switch root {
	case "var":
		return m.variable(name)
	case "local":
		return m.local(name)
	case "module":
		return m.moduleValue(name, asked)
	case "path":
		switch name {
		case "module":
			return cty.StringVal(relative(m.p.root, m.c.dir))
		case "root":
			return cty.StringVal(".")
		}
		return s.value(s.named("path." + name))
	case "terraform", "tofu":
		if name == "workspace" {
			return cty.StringVal("default")
		}
		return s.value(s.named(root + "." + name))
	case "count", "each", "self":
		return cty.DynamicVal
	}
	return m.resourceValue(strings.TrimPrefix(root, "resource."), name, asked)
}

// relative is the path of a folder as seen from the folder of the root.
func relative(root, dir string) string {
	if root == dir {
		return "."
	}
	var from, to []string
	if root != "." {
		from = strings.Split(root, "/")
	}
	if dir != "." {
		to = strings.Split(dir, "/")
	}
	i := 0
	for i < len(from) && i < len(to) && from[i] == to[i] {
		i++
	}
	return path.Join(strings.Repeat("../", len(from)-i), strings.Join(to[i:], "/"))
}

// staticMarks are the references that an expression mentions, found without
// evaluating it.
func (m *module) staticMarks(e hclsyntax.Expression, sc scope) cty.ValueMarks {
	marks := cty.ValueMarks{}
	for _, t := range m.p.mentioned(e).variables {
		root := t.RootName()
		if b, ok := sc.vars[root]; ok {
			_, own := b.value.UnmarkDeep()
			for r := range refsOf(own) {
				marks[r] = struct{}{}
			}
			continue
		}
		x, ok := splitMention(t)
		switch {
		case !ok || sc.closed:
		case root == "var" || root == "local":
			v, seen := m.memo[root+"."+x.name]
			if !seen {
				marks[refMark{id: m.p.symbols.named(m.addr(root + "." + x.name))}] = struct{}{}
				continue
			}
			_, own := v.UnmarkDeep()
			for r := range refsOf(own) {
				marks[r] = struct{}{}
			}
		case notResource[root]:
		case m.c.resources[x.key()] != nil && !surroundings[x.of] || m.c.modules[x.name] != nil && root == "module":
			for _, key := range m.instanceKeys(x) {
				marks[refMark{id: m.p.symbols.of(m.addr(x.key())+key, x.attr)}] = struct{}{}
			}
		}
	}
	return marks
}

// instanceKeys are the keys of the instances that a mention may mean, as far as
// they are known by now.
func (m *module) instanceKeys(x mention) []string {
	expansion := m.expansions[x.key()]
	if expansion == nil {
		return []string{""}
	}
	if inst, ok := pick(expansion, x.index); ok {
		return []string{inst.key}
	}
	var keys []string
	for _, inst := range expansion.instances {
		keys = append(keys, inst.key)
	}
	return keys
}

// enter guards the evaluation of something that has a name against asking for
// itself. leave must be called where it returns true.
func (m *module) enter(name string, at hcl.Range) bool {
	key := m.addr(name)
	m.p.refused++
	switch {
	case m.p.busy[key]:
		m.p.problem(source.Error, at, "%s depends on itself", key)
		return false
	case len(m.p.busy) >= maxChain:
		m.p.problem(source.Error, at, "%s: more than %d values wait for each other", key, maxChain)
		return false
	}
	m.p.refused--
	m.p.busy[key] = true
	return true
}

func (m *module) leave(name string) { delete(m.p.busy, m.addr(name)) }

// addr is the address of something that the module declares.
func (m *module) addr(name string) string {
	if m.address == "" {
		return name
	}
	return m.address + "." + name
}

// exprText is an expression as its author wrote it, cut to one short line.
func (p *project) exprText(e hclsyntax.Expression) string {
	s := strings.Join(strings.Fields(p.texts.slice(unwrap(e).Range())), " ")
	if len(s) > 80 {
		s = strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

func (m *module) local(name string) cty.Value {
	key := "local." + name
	if v, ok := m.memo[key]; ok {
		return v
	}
	a := m.c.locals[name]
	if a == nil {
		return m.p.symbols.value(m.p.symbols.named(m.addr(key)))
	}
	if !m.enter(key, a.at) {
		return cty.DynamicVal
	}
	defer m.leave(key)
	v := m.eval(a.expr, scope{})
	m.memo[key] = v
	return v
}

// output is the value of an output of the module.
func (m *module) output(name string) cty.Value {
	key := "output." + name
	if v, ok := m.memo[key]; ok {
		return v
	}
	b := m.c.outputs[name]
	a := b.body.attr("value")
	if a == nil || !m.enter(key, b.at) {
		return cty.DynamicVal
	}
	defer m.leave(key)
	v := m.eval(a.expr, scope{})
	if m.isTrue(b.body.attr("sensitive")) {
		v = v.Mark(sensitiveMark{})
	}
	m.memo[key] = v
	return v
}

// isTrue reports whether an attribute is there and literally true, or "true".
func (m *module) isTrue(a *attribute) bool {
	if a == nil {
		return false
	}
	v, diags := a.expr.Value(nil)
	if diags.HasErrors() {
		return false
	}
	v, err := convert.Convert(v, cty.Bool)
	return err == nil && v.IsKnown() && !v.IsNull() && v.True()
}

// undeclared notes a mention of something that the module does not declare.
func (m *module) undeclared(key string) {
	if !m.p.missing[m.addr(key)] {
		m.p.missing[m.addr(key)] = true
		m.p.problemAt(source.Warning, m.place(), "%s", fmt.Sprintf("%s is mentioned but not declared", m.addr(key)))
	}
}
