package terraform

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/serverlens/serverlens/parsers/source"
)

// planReader makes resources of a plan or state that stands alone.
type planReader struct {
	p         *project
	instances map[string][]string // address without keys → addresses
	calls     map[string]planCall // module address without keys → its configuration
	unknown   map[string]source.Value
	each      source.Value // for_each of the resource at hand
	key       string       // of its instance
}

// planCall is the configuration of a module in a plan: what it declares, and in
// which module with which expressions it is called.
type planCall struct {
	config      source.Value // resources, module_calls, outputs
	expressions source.Value // of the call
	parent      string
}

// planned adds the resources of a plan or state to a stack.
func (p *project) planned(s *source.Stack, doc source.Value) {
	r := &planReader{p: p, instances: map[string][]string{}, calls: map[string]planCall{}, unknown: map[string]source.Value{}}
	r.configure("", planCall{config: doc.Get("configuration", "root_module")}, 0)
	for _, c := range doc.Get("resource_changes").Items {
		address, _ := c.Get("address").AsString()
		r.unknown[address] = c.Get("change", "after_unknown")
	}
	values := doc.Get("planned_values", "root_module")
	if values.Kind != source.Map { // a state
		values = doc.Get("values", "root_module")
	}
	var found []source.Value
	r.collect(values, &found, 0)
	r.collect(doc.Get("prior_state", "values", "root_module"), &found, 0)
	for _, x := range found {
		if len(s.Resources) >= maxResources {
			p.problemAt(source.Error, x.At, "more resources than the limit")
			return
		}
		s.Resources = append(s.Resources, r.resource(x))
	}
}

func (r *planReader) configure(address string, c planCall, depth int) {
	if depth > maxModules {
		return
	}
	r.calls[address] = c
	for _, call := range c.config.Get("module_calls").Entries {
		inner := planCall{config: call.Value.Get("module"), expressions: call.Value.Get("expressions"), parent: address}
		r.configure(join(address, "module."+call.Key), inner, depth+1)
	}
}

func join(module, name string) string {
	if module == "" {
		return name
	}
	return module + "." + name
}

// collect lists the resources of a module and below, each once.
func (r *planReader) collect(module source.Value, found *[]source.Value, depth int) {
	if depth > maxModules {
		return
	}
	for _, x := range module.Get("resources").Items {
		address, ok := x.Get("address").AsString()
		base := stripKeys(address)
		if ok && !slices.Contains(r.instances[base], address) && len(r.instances[base]) < maxInstances {
			r.instances[base] = append(r.instances[base], address)
			*found = append(*found, x)
		}
	}
	for _, child := range module.Get("child_modules").Items {
		r.collect(child, found, depth+1)
	}
}

func (r *planReader) resource(x source.Value) source.Resource {
	address, _ := x.Get("address").AsString()
	kind, _ := x.Get("type").AsString()
	if mode, _ := x.Get("mode").AsString(); mode == "data" {
		kind = "data." + kind
	}
	out := source.Resource{Address: address, Type: kind, At: x.Get("address").At, Body: x.At}
	module, key := splitAddress(stripKeys(address))
	var expressions source.Value
	for _, c := range r.calls[module].config.Get("resources").Items {
		if a, _ := c.Get("address").AsString(); a == key {
			expressions = c.Get("expressions")
			r.each, r.key = c.Get("for_each_expression"), instanceKey(address)
		}
	}
	out.Properties = r.properties(hidden(x.Get("values"), x.Get("sensitive_values")), r.unknown[address], expressions, module, 0)
	out.Properties.At = x.At
	return out
}

// hidden is a value with what a plan calls sensitive marked, and all inside of it.
func hidden(v, sensitive source.Value) source.Value {
	switch {
	case isTrue(sensitive):
		return v.Concealed()
	case sensitive.Kind != source.Map && sensitive.Kind != source.List:
		return v
	}
	v.Items, v.Entries = slices.Clone(v.Items), slices.Clone(v.Entries)
	for i := range v.Items {
		v.Items[i] = hidden(v.Items[i], item(sensitive, i))
	}
	for i, e := range v.Entries {
		v.Entries[i].Value = hidden(e.Value, sensitive.Get(e.Key))
	}
	return v
}

// splitAddress cuts an address without keys into module and resource.
func splitAddress(address string) (module, key string) {
	for strings.HasPrefix(address, "module.") {
		parts := strings.SplitN(address, ".", 3)
		if len(parts) < 3 {
			return join(module, address), ""
		}
		module, address = join(module, parts[0]+"."+parts[1]), parts[2]
	}
	return module, address
}

// properties are the values of a body with the references of its expressions.
// What has an expression but no value is unknown.
func (r *planReader) properties(values, unknown, expressions source.Value, module string, depth int) source.Value {
	out := values
	if depth > maxNesting || values.Kind != source.Map && values.Kind != source.Unset {
		return out.WithRefs(r.references(expressions, module, out.At, 0))
	}
	out.Kind, out.Entries = source.Map, nil
	for _, e := range values.Entries {
		if e.Value.Kind == source.Null || len(e.Value.Items) == 0 && e.Value.Kind == source.List {
			continue
		}
		x := expressions.Get(e.Key)
		if e.Value.Kind == source.List && x.Kind == source.List {
			items := slices.Clone(e.Value.Items)
			for i := range items {
				items[i] = r.properties(items[i], item(unknown.Get(e.Key), i), item(x, i), module, depth+1)
			}
			e.Value.Items = items
		} else {
			e.Value = r.properties(e.Value, unknown.Get(e.Key), x, module, maxNesting+1)
		}
		out.Entries = append(out.Entries, e)
	}
	for _, e := range expressions.Entries {
		_, known := out.Entry(e.Key)
		if refs := r.references(e.Value, module, e.Value.At, 0); !known && isTrue(unknown.Get(e.Key)) {
			v := source.Value{Kind: source.Unknown, Text: e.Key, At: e.Value.At}
			switch len(refs) {
			case 0:
			case 1:
				v = source.RefOf(refs[0])
			default:
				v.Text = refs[0].Address
				v = v.WithRefs(refs)
			}
			out.Entries = append(out.Entries, source.Entry{Key: e.Key, KeyAt: e.KeyAt, Value: v})
		}
	}
	return out
}

// references are the resources that an expression of a plan's configuration
// mentions, through variables and outputs of modules.
func (r *planReader) references(expression source.Value, module string, at source.Location, depth int) []source.Ref {
	var out []source.Ref
	if depth > maxModules {
		return nil
	}
	last := ""
	for _, x := range expression.Get("references").Items {
		text, _ := x.AsString()
		if strings.HasPrefix(last, text) { // after a_b.c.arn the plan names a_b.c again
			continue
		}
		last = text
		out = append(out, r.mention(text, module, at, depth)...)
	}
	return out
}

func (r *planReader) mention(text, module string, at source.Location, depth int) []source.Ref {
	t, diags := hclsyntax.ParseTraversalAbs([]byte(text), "", hcl.InitialPos)
	if diags.HasErrors() {
		return nil
	}
	m, ok := splitMention(t)
	call := r.calls[module]
	switch root := t.RootName(); {
	case !ok:
		return nil
	case root == "var":
		return r.references(call.expressions.Get(m.name), call.parent, at, depth+1)
	case root == "each" && depth == 0:
		return r.eachMention(m, module, at)
	case root == "module":
		child := join(module, m.of)
		return r.references(r.calls[child].config.Get("outputs", m.attr, "expression"), child, at, depth+1)
	case notResource[root]:
		return nil
	}
	var out []source.Ref
	for _, address := range r.instances[join(module, m.key())] {
		if i, ok := m.index.(hcl.TraverseIndex); ok && !strings.HasSuffix(address, keyText(i)) {
			continue
		}
		out = append(out, source.Ref{Address: address, Attribute: m.attr, At: at})
	}
	return out
}

// instanceKey is the key at the end of an address, with its brackets.
func instanceKey(address string) string {
	base := stripKeys(address)
	for i := range len(address) {
		if address[i] == '[' && stripKeys(address[:i]) == base {
			return address[i:]
		}
	}
	return ""
}

// eachMention are the resources behind each.value: those that for_each goes over, the
// one with the key of the instance where it has one.
func (r *planReader) eachMention(m mention, module string, at source.Location) []source.Ref {
	refs := r.references(r.each, module, at, 1)
	own := slices.DeleteFunc(slices.Clone(refs), func(x source.Ref) bool { return r.key == "" || !strings.HasSuffix(x.Address, r.key) })
	if len(own) > 0 {
		refs = own
	}
	for i := range refs {
		if m.attr != "" {
			refs[i].Attribute = m.attr
		}
	}
	return refs
}

// keyText is an index as it stands in an address.
func keyText(i hcl.TraverseIndex) string {
	text := primitiveText(i.Key)
	if i.Key.Type().FriendlyName() == "string" {
		return "[\"" + text + "\"]"
	}
	return "[" + text + "]"
}
