package terraform

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/serverlens/serverlens/parsers/source"
)

// module is one instance of a module.
type module struct {
	p         *project
	c         *config
	address   string // "" or `module.a["k"].module.b`
	parent    *module
	call      *block // in parent
	callScope scope
	depth     int
	guard     source.Guard // when the instance exists
	maybe     bool         // how many instances there are is unknown
	via       []source.Location
	shim      bool // stands for a registry module that is not there

	memo       map[string]cty.Value
	expansions map[string]*expansion
	children   map[string][]*module
	providers  map[string]*provider
}

// metaArguments are the arguments of a resource or call that Terraform itself
// reads; in a block inside it they are arguments like any other.
var metaArguments = map[string]bool{"count": true, "for_each": true, "depends_on": true, "provider": true, "providers": true}

// callArguments are those of a module call beside them.
var callArguments = map[string]bool{"source": true, "version": true}

func (p *project) newModule(c *config, parent *module, call *block, inst instance) *module {
	m := &module{p: p, c: c, parent: parent, call: call, callScope: inst.scope, guard: inst.guard, maybe: inst.maybe,
		memo: map[string]cty.Value{}, expansions: map[string]*expansion{}, children: map[string][]*module{}}
	if parent == nil {
		m.providers = m.rootProviders()
		return m
	}
	m.address = parent.addr("module."+call.labels[0]) + inst.key
	m.depth = parent.depth + 1
	m.maybe = m.maybe || parent.maybe
	if both, ok := parent.guard.And(m.guard); ok {
		m.guard = both
	}
	if m.via = parent.via; !parent.shim { // what a shim calls has the place of its own call
		m.via = append(slices.Clip(parent.via), m.p.place(node{m: parent}, call.at))
	}
	m.providers = m.handedProviders()
	return m
}

// place is where the module is called; for the root, its folder.
func (m *module) place() source.Location {
	if len(m.via) > 0 {
		return m.via[len(m.via)-1]
	}
	return m.c.place
}

// source is the source argument of a module call, "" where it is not literal.
func callSource(b *block) string {
	a := b.body.attr("source")
	if a == nil {
		return ""
	}
	return literalText(a)
}

// literalText is the text of an argument, "" where it is not literal.
func literalText(a *attribute) string {
	v, diags := a.expr.Value(nil)
	if diags.HasErrors() || v.Type() != cty.String || !v.IsKnown() || v.IsNull() {
		return ""
	}
	return v.AsString()
}

func isLocal(src string) bool {
	return src == "." || src == ".." || strings.HasPrefix(src, "./") || strings.HasPrefix(src, "../")
}

// instancesOf are the instances of a module call, nil where its source is not
// there.
func (m *module) instancesOf(name string) []*module {
	if made, ok := m.children[name]; ok {
		return made
	}
	m.children[name] = nil
	call := m.c.modules[name]
	c, shim := m.resolveCall(name, call)
	if c == nil {
		return nil
	}
	m.p.usage.merge(c.usage)
	var made []*module
	for _, inst := range m.expand("module."+name, call).instances {
		child := m.p.newModule(c, m, call, inst)
		child.shim = m.shim || shim
		made = append(made, child)
	}
	m.children[name] = made
	return made
}

// resolveCall finds the configuration of a module call, nil where it is not there,
// and reports whether it is a shim.
func (m *module) resolveCall(name string, call *block) (c *config, shim bool) {
	src := callSource(call)
	address := m.addr("module." + name)
	c, shim = m.called(src, address)
	for a := m; a != nil && c != nil; a = a.parent {
		if a.c == c {
			m.p.problem(source.Error, call.at, "%s calls itself: its source %q is a folder that it is called from", address, src)
			return nil, false
		}
	}
	switch {
	case c == nil:
		m.p.problem(source.Note, call.at, "%s: the source %q is not here (terraform init brings it)", address, src)
	case m.depth >= maxModules:
		m.p.problem(source.Error, call.at, "%s: more than %d levels of modules", address, maxModules)
		return nil, false
	case shim && !m.shim:
		m.p.problem(source.Note, call.at, "%s: the source %q is not here; what it usually creates stands in for it", address, src)
	}
	return c, shim
}

// called is the configuration of a module source: a local folder, what terraform
// init has installed, or a shim.
func (m *module) called(src, address string) (c *config, shim bool) {
	dir, installed := m.p.installed[manifestKey(address)]
	switch {
	case isLocal(src) && m.shim:
		return m.p.shimIn(path.Join(strings.TrimPrefix(m.c.dir, shimRoot+"/"), src)), true
	case isLocal(src):
		dir = path.Join(m.c.dir, src)
	case installed:
		dir = path.Join(m.p.root, dir)
	default:
		return m.p.shimFor(src), true
	}
	if c = m.p.config(dir); c != nil && c.files > 0 {
		return c, false
	}
	return m.p.shimFor(src), true
}

// manifestKey is the name under which terraform init notes a module: its names
// joined by dots, without the keys of instances.
func manifestKey(address string) string {
	var names []string
	for i, part := range strings.Split(stripKeys(address), "module.") {
		if i > 0 {
			names = append(names, strings.TrimSuffix(part, "."))
		}
	}
	return strings.Join(names, ".")
}

// stripKeys takes the keys of instances out of an address.
func stripKeys(address string) string {
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(address); i++ {
		switch c := address[i]; {
		case quoted && c == '\\':
			i++
		case c == '"' && depth > 0:
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// moduleValue is what module.NAME is, with the outputs that are asked for.
func (m *module) moduleValue(name string, asked *asking) cty.Value {
	call := m.c.modules[name]
	if call == nil {
		m.undeclared("module." + name)
		return cty.DynamicVal
	}
	made := m.instancesOf(name)
	x, attrs := m.expand("module."+name, call), asked.attrs
	return x.collect(m, m.addr("module."+name), asked, func(i int) cty.Value {
		object := map[string]cty.Value{}
		if made == nil {
			address := m.addr("module."+name) + x.instances[i].key
			for a := range m.asked("module."+name, attrs) {
				object[a] = m.opaqueOutput(name, address, a)
			}
			return cty.ObjectVal(object)
		}
		for out := range made[i].c.outputs {
			if attrs["*"] || attrs[out] {
				object[out] = made[i].output(out)
			}
		}
		for a := range attrs { // an output that a shim does not have
			if _, ok := object[a]; !ok && a != "*" && made[i].shim {
				object[a] = m.opaqueOutput(name, made[i].address, a)
			}
		}
		return cty.ObjectVal(object)
	})
}

// opaqueOutput is an output of a module that is not there. What is asked for
// something inside, or named like a list, is no text.
func (m *module) opaqueOutput(name, address, attr string) cty.Value {
	id := m.p.symbols.of(address, attr)
	if m.c.usage.deep["module."+name+"."+attr] || strings.HasSuffix(attr, "s") && !strings.HasSuffix(attr, "_address") {
		return cty.DynamicVal.Mark(refMark{id: id})
	}
	return m.p.symbols.value(id)
}

// asked are the attributes that an object has: those that are asked of it, and
// where the whole is used all that anyone asks of its kind or of an iterator.
func (m *module) asked(of string, attrs map[string]bool) map[string]bool {
	out := map[string]bool{}
	for a := range attrs {
		out[a] = true
	}
	if out["*"] {
		delete(out, "*")
		for a := range m.p.usage.attrs[of] {
			out[a] = true
		}
		for a := range m.p.usage.loose {
			out[a] = true
		}
	}
	return out
}

// provider is the part of a provider's configuration that changes resources.
type provider struct {
	block *block
	m     *module
}

func providerName(b *block) string {
	name := b.labels[0]
	if a := b.body.attr("alias"); a != nil {
		if v, diags := a.expr.Value(nil); !diags.HasErrors() && v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
			name += "." + v.AsString()
		}
	}
	return name
}

func (m *module) rootProviders() map[string]*provider {
	out := map[string]*provider{}
	for _, b := range m.c.providers {
		out[providerName(b)] = &provider{b, m}
	}
	return out
}

// handedProviders are the providers of a called module: the defaults of its
// caller, its own, and those that the call hands to it.
func (m *module) handedProviders() map[string]*provider {
	out := map[string]*provider{}
	for name, p := range m.parent.providers {
		if !strings.Contains(name, ".") {
			out[name] = p
		}
	}
	for name, p := range m.rootProviders() {
		out[name] = p
	}
	a := m.call.body.attr("providers")
	if a == nil {
		return out
	}
	pairs, diags := hcl.ExprMap(unwrap(a.expr))
	if diags.HasErrors() {
		return out
	}
	for _, pair := range pairs {
		if p := m.parent.providers[traversalText(pair.Value)]; p != nil {
			out[traversalText(pair.Key)] = p
		}
	}
	return out
}

// traversalText is the text of an expression that is only a name: "aws.eu".
func traversalText(e hcl.Expression) string {
	t, diags := hcl.AbsTraversalForExpr(e)
	if diags.HasErrors() {
		return hcl.ExprAsKeyword(e)
	}
	names := []string{t.RootName()}
	for _, s := range t[1:] {
		if a, ok := s.(hcl.TraverseAttr); ok {
			names = append(names, a.Name)
		}
	}
	return strings.Join(names, ".")
}

// providerOf is the configuration of the provider of a resource; nil where there
// is none in sight.
func (m *module) providerOf(b *block) *provider {
	name, _, _ := strings.Cut(b.labels[0], "_")
	if a := b.body.attr("provider"); a != nil {
		if t := traversalText(a.expr); t != "" {
			name = t
		}
	}
	return m.providers[name]
}
