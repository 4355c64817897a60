package cloudformation

import (
	"slices"

	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
)

// nesting is where a nested stack stands.
type nesting struct {
	parent    *template
	name      string // its logical id in the parent
	files     []string
	via       []source.Location
	guard     source.Guard
	uncertain bool
	arguments map[bool]*source.Value // of its parameters, by whether a condition asks
}

func (t *template) parent() *template { return t.nested.parent }

const (
	stackType       = "AWS::CloudFormation::Stack"
	applicationType = "AWS::Serverless::Application"
)

// location is where the template of a nested stack or application is said to be.
func (t *template) location(e *entry) source.Value {
	kind := e.Value.Get("Type").Text
	if kind == applicationType {
		return t.eval(e.Value.Get("Properties", "Location"), e.scope)
	}
	if asset := e.Value.Get("Metadata", "aws:asset:path"); asset.Kind == source.String &&
		e.Value.Get("Metadata", "aws:asset:property").Text == "TemplateURL" { // written by the CDK
		return asset
	}
	return t.eval(e.Value.Get("Properties", "TemplateURL"), e.scope)
}

// child is the template of a nested stack, nil where there is none to be read.
func (t *template) child(name string) *template {
	if c, found := t.children[name]; found {
		return c
	}
	t.children[name] = nil
	e := t.byName[name]
	if e == nil {
		return nil
	}
	if kind := e.Value.Get("Type").Text; kind != stackType && kind != applicationType {
		return nil
	}
	where := t.location(e)
	if where.Kind != source.String || !isLocal(where.Text) {
		return nil
	}
	root, file, ok := t.local(t.path, where.Text, where.At, document.Parse)
	if !ok {
		return nil
	}
	files := append(slices.Clone(t.nested.files), t.path)
	if t.loader.children++; slices.Contains(files, file) || len(files) > maxNesting || t.loader.children > maxChildren {
		t.problem(source.Warning, where.At, "%s is not read: stacks are nested in a circle, too deeply or too often", where.Text)
		return nil
	}
	if !isTemplate(root) {
		t.problem(source.Error, where.At, "%s is no template", where.Text)
		return nil
	}
	c := t.loader.template(file, root)
	c.prefix = t.prefix + name + "/"
	c.nested = nesting{parent: t, name: name, files: files, via: append(slices.Clone(t.nested.via), e.KeyAt), arguments: map[bool]*source.Value{}}
	c.declare()
	t.children[name] = c
	return c
}

// arguments are the values that the parent hands to the parameters.
func (t *template) arguments(open bool) source.Value {
	if v := t.nested.arguments[open]; v != nil {
		return *v
	}
	t.nested.arguments[open] = &source.Value{} // a circle of stacks sees none
	p := t.parent()
	e := p.byName[t.nested.name]
	s := e.scope
	s.open = open
	v := p.eval(e.Value.Get("Properties", "Parameters"), s)
	small := source.Value{Kind: v.Kind, Text: v.Text, At: v.At}.With(source.Trace{Refs: v.Refs(), Alts: v.Alts()})
	for _, entry := range v.Entries {
		entry.Value = simple(entry.Value)
		small.Entries = append(small.Entries, entry)
	}
	t.nested.arguments[open] = &small
	return small
}

// enter adds what a nested stack declares to the stack, and what cannot be
// looked into to its opaque parts.
func (t *template) enter(r *source.Resource) {
	name := r.Address[len(t.prefix):]
	e := t.byName[name]
	opaque := func(from string, inputs source.Value) {
		t.stack.Opaque = append(t.stack.Opaque, source.Opaque{Address: r.Address, Source: from, Inputs: inputs, At: r.At})
	}
	switch {
	case e == nil:
	case r.Type == stackType:
		if c := t.child(name); c != nil {
			c.nested.guard, c.nested.uncertain = r.If, r.Uncertain
			c.load()
			return
		}
		where := t.location(e)
		if where.Kind != source.String || !isLocal(where.Text) {
			t.problem(source.Note, r.At, "the template of %s is not here: %s", r.Address, describe(where))
		}
		opaque(describe(where), r.Properties.Get("Parameters"))
	case isOpaque(r.Type):
		opaque(r.Type, r.Properties)
	}
}
