package terraform

import (
	"encoding/json"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/serverlens/serverlens/parsers/source"
)

// readPlan reads what terraform show -json prints of a plan or a state (Terraform
// documentation, JSON Output Format), every value with its place in that file.
// ok is false, with a problem, where it is neither.
func (p *project) readPlan(file string, src []byte) (doc source.Value, top *jsonValue, ok bool) {
	p.texts[file] = newText(file, src)
	r, top := p.readJSON(file, src)
	if top == nil {
		return doc, nil, false
	}
	doc = r.plain(top)
	version, written := doc.Get("format_version").AsString()
	switch {
	case !written:
		p.problem(source.Error, top.at, "this is neither a plan nor a state as terraform show -json prints them")
		return doc, top, false
	case !strings.HasPrefix(version, "1."):
		p.problem(source.Error, top.at, "format_version %q is none that can be read: 1.x is", version)
		return doc, top, false
	}
	return doc, top, true
}

// plain is a JSON value as it stands.
func (r *jsonReader) plain(v *jsonValue) source.Value {
	out := source.Value{At: r.p.texts.at(v.at)}
	switch t := v.token.(type) {
	case string:
		out.Kind, out.Text = source.String, t
	case json.Number:
		out.Kind, out.Text = source.Number, t.String()
	case bool:
		out.Kind, out.Text = source.Bool, map[bool]string{true: "true", false: "false"}[t]
	case json.Delim:
		out.Kind = source.List
		for _, x := range v.items {
			out.Items = append(out.Items, r.plain(x))
		}
		if t == '[' {
			return out
		}
		out.Kind = source.Map
		seen := map[string]bool{}
		for _, k := range v.keys {
			if !seen[k.name] {
				seen[k.name] = true
				out.Entries = append(out.Entries, source.Entry{Key: k.name, KeyAt: r.p.texts.at(k.at), Value: r.plain(k.value)})
			}
		}
	default:
		out.Kind = source.Null
	}
	return out
}

// Plan is a plan or a state as terraform show -json prints it.
type Plan struct {
	file    File
	top     *jsonValue
	state   bool
	changes map[string]change // what is known of each instance, by address
	order   []string          // of the addresses
}

// ReadPlan reads a plan or a state; nil, with a problem, where the file is neither.
func ReadPlan(f File) (*Plan, []source.Problem) {
	p := newProject(source.MemoryTree(nil), ".", Options{})
	doc, top, ok := p.readPlan(f.Name, f.Text)
	if !ok {
		return nil, p.problems
	}
	x := &Plan{file: f, top: top, state: isState(doc), changes: map[string]change{}}
	x.read(doc)
	return x, p.problems
}

// isState tells a state from a plan.
func isState(doc source.Value) bool {
	return doc.Get("resource_changes").Kind == source.Unset && doc.Get("values").Kind == source.Map
}

// File is the name of the file that the plan was read from.
func (x *Plan) File() string { return x.file.Name }

// Components is what a root itself declares, as far as there is a plan of it: the
// addresses of resources and calls of modules, without keys.
func Components(s *source.Stack) map[string]bool {
	declared := map[string]bool{}
	for _, r := range s.Resources {
		if !strings.HasPrefix(r.Type, "data.") {
			declared[component(r.Address)] = true
		}
	}
	for _, o := range s.Opaque {
		declared[component(o.Address)] = true
	}
	return declared
}

// Fit says how well a plan fits a root that declares some components, from 0, where
// it is of another root, to 1: by how much both declare of what either does. A plan
// is of no root that declares less than half of what the plan names.
func (x *Plan) Fit(declared map[string]bool) float64 {
	named, shared := map[string]bool{}, 0
	for _, address := range x.addresses() {
		named[component(address)] = true
	}
	for name := range named {
		if declared[name] {
			shared++
		}
	}
	if shared == 0 || 2*shared < len(named) {
		return 0
	}
	return float64(shared) / float64(len(named)+len(declared)-shared)
}

// Names is a few addresses that the plan holds, for people.
func (x *Plan) Names() string {
	all := x.addresses()
	return strings.Join(all[:min(len(all), 3)], ", ")
}

// component is what the root itself declares of an address: a resource or the call
// of a module.
func component(address string) string {
	address = stripKeys(address)
	if parts := strings.SplitN(address, ".", 3); parts[0] == "module" && len(parts) > 1 {
		return parts[0] + "." + parts[1]
	}
	return address
}

// addresses are those of the managed instances that there will be.
func (x *Plan) addresses() []string {
	var out []string
	for _, address := range x.order {
		if key := component(address); !strings.HasPrefix(key, "data.") {
			out = append(out, address)
		}
	}
	return out
}

// change is what a plan says of one instance.
type change struct {
	after, unknown source.Value
}

// read reads what is known of each instance: what a plan is about, and the data that
// it has read; all that a state holds.
func (x *Plan) read(doc source.Value) {
	add := func(address source.Value, c change) {
		text, ok := address.AsString()
		if _, known := x.changes[text]; ok && !known && c.after.Kind == source.Map {
			x.changes[text] = c
			x.order = append(x.order, text)
		}
	}
	for _, c := range doc.Get("resource_changes").Items {
		add(c.Get("address"), change{hidden(c.Get("change", "after"), c.Get("change", "after_sensitive")), c.Get("change", "after_unknown")})
	}
	r := &planReader{instances: map[string][]string{}}
	var held []source.Value
	r.collect(doc.Get("prior_state", "values", "root_module"), &held, 0)
	r.collect(doc.Get("values", "root_module"), &held, 0)
	for _, v := range held {
		if mode, _ := v.Get("mode").AsString(); x.state || mode == "data" {
			add(v.Get("address"), change{after: hidden(v.Get("values"), v.Get("sensitive_values"))})
		}
	}
}

// readPlannedInputs gives the variables the values that the plan was made with.
func (p *project) readPlannedInputs(x *Plan) {
	p.texts[x.file.Name] = newText(x.file.Name, x.file.Text)
	p.texts[x.file.Name].json = true
	for _, top := range x.top.keys {
		if top.name != "variables" {
			continue
		}
		for _, variable := range top.value.keys {
			for _, k := range variable.value.keys {
				if k.name == "value" && p.rootModule.c.variables[variable.name] != nil {
					p.inputs[variable.name] = node{m: p.rootModule, e: k.value.literal(), sc: scope{closed: true}}
				}
			}
		}
	}
}

// literal is the expression of a JSON value in which text is text.
func (v *jsonValue) literal() hclsyntax.Expression {
	constant := func(x cty.Value) hclsyntax.Expression { return &hclsyntax.LiteralValueExpr{Val: x, SrcRange: v.at} }
	switch t := v.token.(type) {
	case string:
		return constant(cty.StringVal(t))
	case bool:
		return constant(cty.BoolVal(t))
	case json.Number:
		if n, err := cty.ParseNumberVal(t.String()); err == nil {
			return constant(n)
		}
		return constant(cty.UnknownVal(cty.Number))
	case json.Delim:
		if t == '[' {
			list := &hclsyntax.TupleConsExpr{SrcRange: v.at, OpenRange: v.at}
			for _, x := range v.items {
				list.Exprs = append(list.Exprs, x.literal())
			}
			return list
		}
		object := &hclsyntax.ObjectConsExpr{SrcRange: v.at, OpenRange: v.at}
		for _, k := range v.keys {
			key := &hclsyntax.LiteralValueExpr{Val: cty.StringVal(k.name), SrcRange: k.at}
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: k.value.literal()})
		}
		return object
	}
	return constant(cty.NullVal(cty.DynamicPseudoType))
}
