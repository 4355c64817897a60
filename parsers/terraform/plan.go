package terraform

import (
	"encoding/json"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/serverlens/serverlens/parsers/source"
)

// overlay puts what a plan knows into a stack that was read from its source. The
// plan decides how many instances there are and what is known before apply; all
// places and references stay those of the source. A state only fills in what the
// source does not tell: it may be of an older one.
func (p *project) overlay(s *source.Stack, x *Plan) {
	renamed := p.planInstances(s, x)
	m := merger{p: p, state: x.state}
	for i := range s.Resources {
		r := &s.Resources[i]
		if r.Properties = rename(r.Properties, renamed); r.Metadata.Kind == source.Map {
			r.Metadata = rename(r.Metadata, renamed)
		}
		c, ok := x.changes[r.Address]
		if !ok {
			continue
		}
		m.at, m.shim = r.At, r.From != ""
		r.Properties = m.merge(r.Properties, c.after, c.unknown)
		for _, name := range []string{"arn", "id", "url"} { // so that a literal mention finds it
			v := c.after.Get(name)
			if _, known := r.Properties.Entry(name); !known && v.Kind == source.String {
				v.At = r.At
				r.Properties.Entries = append(r.Properties.Entries, source.Entry{Key: name, KeyAt: r.At, Value: v})
			}
		}
	}
}

// planInstances makes the managed instances of the stack those of the plan; what a
// state does not hold may come. It returns the addresses that took the place of one
// that stood for all.
func (p *project) planInstances(s *source.Stack, x *Plan) map[string][]string {
	instances := map[string][]string{} // by the address without keys
	for _, address := range x.order {
		instances[stripKeys(address)] = append(instances[stripKeys(address)], address)
	}
	renamed := map[string][]string{}
	var out []source.Resource
	for _, r := range s.Resources {
		_, planned := x.changes[r.Address]
		switch {
		case strings.HasPrefix(r.Type, "data.") || strings.HasPrefix(r.Type, "ephemeral."):
		case planned:
			r.If, r.Uncertain = nil, false
		case strings.Contains(r.Address, "[*]"):
			all := instances[stripKeys(r.Address)]
			for _, address := range all {
				one := r
				one.Address, one.If, one.Uncertain = address, nil, false
				out = append(out, one)
			}
			if len(all) > 0 {
				renamed[r.Address] = all
			}
			if len(all) > 0 || !x.state {
				continue
			}
		case x.state:
		case len(r.If) > 0 || r.Uncertain:
			continue
		default:
			p.problemAt(source.Warning, r.At, "the plan has no %s: it is not of this source", r.Address)
		}
		out = append(out, r)
	}
	s.Resources = out
	return renamed
}

// rename gives references to an instance that stood for all the instances that
// there are.
func rename(v source.Value, renamed map[string][]string) source.Value {
	if len(renamed) == 0 {
		return v
	}
	v = v.Below(func(x source.Value) source.Value { return rename(x, renamed) })
	t := v.Trace()
	t.Refs = nil
	for _, r := range v.Refs() {
		if to := renamed[r.Address]; to != nil {
			for _, address := range to {
				r.Address = address
				t.Refs = append(t.Refs, r)
			}
			continue
		}
		t.Refs = append(t.Refs, r)
	}
	t.Parts = slices.Clone(t.Parts)
	for i, x := range t.Parts {
		if x.Ref != nil && len(renamed[x.Ref.Address]) == 1 {
			ref := *x.Ref
			ref.Address = renamed[ref.Address][0]
			t.Parts[i].Ref = &ref
		}
	}
	return v.With(t)
}

// merger merges what a plan knows of one resource.
type merger struct {
	p     *project
	at    source.Location
	state bool // what the source says counts
	shim  bool // what the source says is what the module usually does
}

func isTrue(v source.Value) bool { return v.Kind == source.Bool && v.Text == "true" }

// item is an element of a list that may be shorter.
func item(v source.Value, i int) source.Value {
	if i < len(v.Items) {
		return v.Items[i]
	}
	return source.Value{}
}

func (m merger) merge(v, after, unknown source.Value) source.Value {
	if isTrue(unknown) || after.Kind == source.Unset || after.Kind == source.Null {
		return v
	}
	v.Sensitive = v.Sensitive || after.Sensitive
	_, scalar := after.AsString()
	switch {
	case v.Kind == source.List && len(v.Items) == 1 && after.Kind == source.Map: // one block, as an object
		v.Items = []source.Value{m.merge(v.Items[0], after, unknown)}
	case v.Kind == source.Map && after.Kind == source.Map:
		v.Entries = slices.Clone(v.Entries)
		for i, e := range v.Entries {
			v.Entries[i].Value = m.merge(e.Value, after.Get(e.Key), unknown.Get(e.Key))
		}
	case v.Kind == source.List && after.Kind == source.List:
		return m.list(v, after, unknown)
	case v.Kind == source.Unknown && (scalar || unknown.Kind == source.Unset || len(unknown.Items) == 0 && len(unknown.Entries) == 0):
		return m.settle(v, after)
	case scalar && m.shim && !same(v, after):
		return m.settle(v, after)
	case scalar && !m.state && !same(v, after):
		m.p.problemAt(source.Warning, v.At, "the plan has another value here: it is not of this source, or of other variables")
		return m.settle(v, after)
	}
	return v
}

// list merges element by element. A set may be in another order: then what is
// known on both sides differs, and the list stays as it was read.
func (m merger) list(v, after, unknown source.Value) source.Value {
	if len(v.Items) != len(after.Items) {
		return veiled(v, after)
	}
	trial := merger{p: &project{texts: m.p.texts}, at: m.at, state: m.state, shim: m.shim}
	out := v
	out.Items = make([]source.Value, len(v.Items))
	for i := range v.Items {
		out.Items[i] = trial.merge(v.Items[i], after.Items[i], item(unknown, i))
	}
	if len(trial.p.problems) > 0 {
		return veiled(v, after)
	}
	return out
}

// veiled is a value all of which is sensitive where something is in what a plan knows
// of it: which part it is is not known.
func veiled(v, after source.Value) source.Value {
	if !secretive(after) {
		return v
	}
	return v.Concealed()
}

func secretive(v source.Value) bool {
	return v.Sensitive || slices.ContainsFunc(v.Items, secretive) ||
		slices.ContainsFunc(v.Entries, func(e source.Entry) bool { return secretive(e.Value) })
}

// settle is an unknown value as the plan knows it, with the place and the
// references that it has in the source.
func (m merger) settle(v, after source.Value) source.Value {
	out := moved(after, v.At)
	out.Sensitive = v.Sensitive || after.Sensitive
	t := out.Trace()
	t.Refs, t.Def = v.AllRefs(), v.Def()
	if v.Doc() != nil && after.Kind == source.String {
		if inner, ok := m.p.jsonText(after.Text); ok {
			doc := m.merge(*v.Doc(), inner, source.Value{})
			t.Doc = &doc
		}
	}
	return out.With(t)
}

// moved is a value with another place.
func moved(v source.Value, at source.Location) source.Value {
	v.At = at
	v.Items, v.Entries = slices.Clone(v.Items), slices.Clone(v.Entries)
	for i := range v.Items {
		v.Items[i] = moved(v.Items[i], at)
	}
	for i := range v.Entries {
		v.Entries[i].KeyAt = at
		v.Entries[i].Value = moved(v.Entries[i].Value, at)
	}
	return v
}

// jsonText reads text as JSON, without places.
func (p *project) jsonText(s string) (source.Value, bool) {
	q := &project{texts: texts{"": newText("", []byte(s))}}
	r, top := q.readJSON("", []byte(s))
	if top == nil {
		return source.Value{}, false
	}
	return moved(r.plain(top), source.Location{}), true
}

// same reports whether two scalars are the same value, or the same JSON document up
// to the order of lists of text: providers sort those of policies.
func same(v, after source.Value) bool {
	a, _ := v.AsString()
	b, _ := after.AsString()
	if a == b {
		return true
	}
	x, isNumber := v.AsNumber()
	y, alsoNumber := after.AsNumber()
	if isNumber && alsoNumber {
		return x == y
	}
	var left, right any
	return json.Unmarshal([]byte(a), &left) == nil && json.Unmarshal([]byte(b), &right) == nil && reflect.DeepEqual(inOrder(left), inOrder(right))
}

// inOrder is a JSON value with its lists of text sorted.
func inOrder(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = inOrder(x)
		}
	case []any:
		for i, x := range v {
			v[i] = inOrder(x)
		}
		if !slices.ContainsFunc(v, func(x any) bool { _, ok := x.(string); return !ok }) {
			slices.SortFunc(v, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		}
	}
	return v
}

// IsPlan reports whether a text may be a plan or state as terraform show -json
// prints it.
func IsPlan(text []byte) bool {
	head := string(text[:min(len(text), 4096)])
	return strings.Contains(head, `"format_version"`) && strings.Contains(head, `"terraform_version"`)
}

// LoadPlan reads a plan or state alone, without its source. Places are those in
// the file; the references are those that the plan's configuration names, without
// what went through locals. ok is false where the file is no plan.
func LoadPlan(tree *source.Tree, file string) (stack *source.Stack, ok bool) {
	p := newProject(tree, path.Dir(file), Options{})
	s := &source.Stack{Path: file, Name: file, Format: "terraform"}
	src, err := tree.Read(file)
	if err != nil {
		p.problem(source.Error, hcl.Range{Filename: file}, "cannot read the plan: %s", reason(err))
		s.Problems = p.problems
		return s, false
	}
	doc, _, ok := p.readPlan(file, src)
	if ok {
		what := "plan without its source: references that went through locals are lost"
		if isState(doc) {
			what = "state without its source: references are found by names and ARNs"
		}
		p.problemAt(source.Note, doc.At, "read from a %s", what)
		p.planned(s, doc)
	}
	s.Problems, s.Files = p.problems, p.files()
	return s, ok
}
