package sam

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// Renamed is the address that is meant by a reference to a generated resource
// through its maker: "Fn.Alias" means "FnAliaslive".
type Renamed map[string]string

// rename lets owner.property mean a generated resource; the first one wins.
func (e *expander) rename(owner, property, id string) {
	key := owner
	if property != "" {
		key += "." + property
	}
	if _, taken := e.Renamed[key]; !taken {
		e.Renamed[key] = id
	}
}

// Rewrite turns what resources and outputs mention so to what is meant, in place.
func (n Renamed) Rewrite(resources []source.Resource, outputs []source.Output) {
	if len(n) == 0 {
		return
	}
	for i := range resources {
		r := &resources[i]
		r.Properties, r.Attributes = n.rewrite(r.Properties), n.rewrite(r.Attributes)
	}
	for i := range outputs {
		outputs[i].Value = n.rewrite(outputs[i].Value)
	}
}

// rewrite is v with every reference to a generated resource through its maker
// turned to the resource itself.
func (n Renamed) rewrite(v source.Value) source.Value {
	if !n.mentions(v) {
		return v
	}
	v = v.Below(n.rewrite)
	t := v.Trace()
	t.Refs = slices.Clone(t.Refs)
	for i := range t.Refs {
		t.Refs[i] = n.target(t.Refs[i])
	}
	t.Parts = slices.Clone(t.Parts)
	for i, p := range t.Parts {
		if p.Ref != nil {
			to := n.target(*p.Ref)
			t.Parts[i].Ref, t.Parts[i].Expr = &to, source.RefOf(to).Text
			if len(t.Parts) == 1 && v.Kind == source.Unknown {
				v.Text = t.Parts[i].Expr
			}
		}
	}
	return v.With(t)
}

func (n Renamed) mentions(v source.Value) bool {
	return slices.ContainsFunc(v.AllRefs(), func(r source.Ref) bool { return n.target(r) != r })
}

// target is what a reference means.
func (n Renamed) target(r source.Ref) source.Ref {
	if to, ok := n[r.Address]; ok {
		r.Address = to
		return r
	}
	if r.Attribute != "" {
		first, rest, _ := strings.Cut(r.Attribute, ".")
		if to, ok := n[r.Address+"."+first]; ok {
			r.Address, r.Attribute = to, rest
		}
	}
	return r
}
