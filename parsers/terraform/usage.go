package terraform

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// usage is what expressions ask for. There is no schema, so an object that
// stands for a whole resource or module has the attributes that someone asks for
// somewhere.
type usage struct {
	attrs map[string]map[string]bool // resource type, "data." type, "module." name → attributes
	deep  map[string]bool            // type or module, "." and attribute: it is asked for something inside
	loose map[string]bool            // names that are asked of iterators, splats and elements
	keys  map[string]map[string]bool // resource or module → instances of for_each that are named, in this configuration alone
}

func newUsage() usage {
	return usage{attrs: map[string]map[string]bool{}, deep: map[string]bool{}, loose: map[string]bool{}, keys: map[string]map[string]bool{}}
}

// merge adds what another configuration asks for.
func (u usage) merge(v usage) {
	for t, attrs := range v.attrs {
		for a := range attrs {
			u.ask(t, a)
		}
	}
	for k := range v.deep {
		u.deep[k] = true
	}
	for k := range v.loose {
		u.loose[k] = true
	}
}

func (u usage) ask(of, attr string) {
	if u.attrs[of] == nil {
		u.attrs[of] = map[string]bool{}
	}
	u.attrs[of][attr] = true
}

func (u usage) scan(b *body) {
	for _, a := range b.attrs {
		_ = hclsyntax.VisitAll(a.expr, func(n hclsyntax.Node) hcl.Diagnostics {
			switch e := n.(type) {
			case *hclsyntax.ScopeTraversalExpr:
				u.traversal(e.Traversal)
			case *hclsyntax.RelativeTraversalExpr:
				u.look(e.Traversal)
			}
			return nil
		})
	}
	for _, x := range b.blocks {
		if x.kind == "variable" {
			u.typed(x)
		}
		u.scan(x.body)
	}
}

// look notes the names among steps: any of them may be asked of a whole resource
// that was handed on as a part of something larger.
func (u usage) look(steps hcl.Traversal) {
	for _, s := range steps {
		if a, ok := s.(hcl.TraverseAttr); ok {
			u.loose[a.Name] = true
		}
	}
}

// typed notes the attributes that the type of a variable has: a whole resource
// may be handed to it.
func (u usage) typed(variable *block) {
	a := variable.body.attr("type")
	if a == nil {
		return
	}
	_ = hclsyntax.VisitAll(a.expr, func(n hclsyntax.Node) hcl.Diagnostics {
		if key, ok := n.(*hclsyntax.ObjectConsKeyExpr); ok {
			if name := hcl.ExprAsKeyword(key.Wrapped); name != "" {
				u.loose[name] = true
			}
		}
		return nil
	})
}

// notResource are the names that begin a traversal which mentions no resource.
var notResource = map[string]bool{"var": true, "local": true, "path": true, "terraform": true, "each": true, "count": true, "self": true}

func (u usage) traversal(t hcl.Traversal) {
	m, ok := splitMention(t)
	switch {
	case notResource[t.RootName()]:
		if len(t) > 2 {
			u.look(t[2:])
		}
		return
	case !ok:
		return
	case !strings.HasPrefix(m.of, "aws") && !strings.HasPrefix(m.of, "data.") && !strings.HasPrefix(m.of, "module."): // maybe an iterator
		u.look(t[1:])
		if len(t) > 2 {
			u.look(t[2:])
		}
	}
	if i, ok := m.index.(hcl.TraverseIndex); ok && i.Key.Type() == cty.String {
		if u.keys[m.key()] == nil {
			u.keys[m.key()] = map[string]bool{}
		}
		u.keys[m.key()][i.Key.AsString()] = true
	}
	if m.attr == "" {
		return
	}
	u.ask(m.of, m.attr)
	if len(m.rest) > 0 {
		u.deep[m.of+"."+m.attr] = true
		u.look(m.rest)
	}
}

// mention is a traversal taken apart: data.aws_x.y[0].arn.
type mention struct {
	of    string        // "aws_x", "data.aws_x", "module.name"
	name  string        // "y"; the name of a module too
	index hcl.Traverser // the [0], nil if there is none
	attr  string        // "arn", "" for the whole
	rest  hcl.Traversal // what is asked of the attribute
}

// key is the name under which a configuration holds what is mentioned.
func (m mention) key() string {
	if strings.HasPrefix(m.of, "module.") {
		return m.of
	}
	return m.of + "." + m.name
}

func splitMention(t hcl.Traversal) (m mention, ok bool) {
	m.of = t.RootName()
	steps := t[1:]
	next := func() (string, bool) {
		if len(steps) == 0 {
			return "", false
		}
		a, ok := steps[0].(hcl.TraverseAttr)
		if ok {
			steps = steps[1:]
		}
		return a.Name, ok
	}
	switch m.of {
	case "data", "ephemeral":
		kind, ok := next()
		if !ok {
			return m, false
		}
		m.of += "." + kind
	case "resource":
		if m.of, ok = next(); !ok {
			return m, false
		}
	}
	if m.name, ok = next(); !ok {
		return m, false
	}
	if m.of == "module" {
		m.of += "." + m.name
	}
	if len(steps) > 0 {
		switch steps[0].(type) {
		case hcl.TraverseIndex, hcl.TraverseSplat:
			m.index, steps = steps[0], steps[1:]
		}
	}
	m.attr, _ = next()
	m.rest = steps
	return m, true
}
