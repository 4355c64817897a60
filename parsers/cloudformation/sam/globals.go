package sam

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// globals merges the sections of Globals into the resources of their type.
func (e *expander) globals() {
	e.sections = map[string]source.Value{}
	if e.Globals.Kind != source.Map && !absent(e.Globals) {
		e.warn(e.Globals.At, "Globals must be a map of sections")
	}
	for _, s := range e.Globals.Entries {
		allowed, ok := globalProperties[s.Key]
		switch {
		case !ok:
			e.warn(s.KeyAt, "Globals has no section %q", s.Key)
			continue
		case s.Value.Kind != source.Map:
			if !absent(s.Value) {
				e.warn(s.Value.At, "Globals.%s must be a map of properties", s.Key)
			}
			continue
		}
		for _, p := range s.Value.Entries {
			if !slices.Contains(allowed, p.Key) {
				e.warn(p.KeyAt, "Globals.%s cannot set %q", s.Key, p.Key)
			}
		}
		e.sections[s.Key] = present(s.Value)
	}
	for _, r := range e.resources {
		if r.sam {
			r.props = e.merged(r)
			r.Properties = present(r.Properties)
			e.checkProperties(r)
		}
	}
}

// merged is the properties of a resource with the globals of its type.
func (e *expander) merged(r *resource) source.Value {
	local := r.Properties
	if local.Kind != source.Map {
		if !absent(local) {
			e.warn(local.At, "Properties of %s must be a map", r.Address)
		}
		local = source.MapOf(r.At)
	}
	section, ok := e.sections[strings.TrimPrefix(r.Type, sectionPrefix)]
	ignore := r.Attributes.Get("IgnoreGlobals")
	if s, all := ignore.AsString(); !ok || all && s == "*" {
		return present(local)
	}
	for _, x := range ignore.Items {
		section = without(section, x.Text)
	}
	return merge(e.usedAt(section, r.At), local)
}

// present is v without the entries that AWS::NoValue takes away.
func present(v source.Value) source.Value {
	out, _ := prune(v)
	return out
}

// prune says as well whether there were any, so that what has none is shared.
func prune(v source.Value) (out source.Value, changed bool) {
	out = v
	for i, item := range v.Items {
		if x, pruned := prune(item); pruned {
			if !changed {
				out.Items, changed = slices.Clone(v.Items), true
			}
			out.Items[i] = x
		}
	}
	trace := v.Trace()
	for i, a := range v.Alts() {
		if x, pruned := prune(a.Value); pruned {
			if !changed {
				trace.Alts, changed = slices.Clone(v.Alts()), true
			}
			trace.Alts[i].Value = x
		}
	}
	if changed {
		out = out.With(trace)
	}
	for i, e := range v.Entries {
		x, pruned := prune(e.Value)
		if (pruned || x.Kind == source.Unset) && !changed {
			out.Entries, changed = slices.Clone(v.Entries[:i]), true
		}
		if e.Value = x; changed && x.Kind != source.Unset {
			out.Entries = append(out.Entries, e)
		}
	}
	return out, changed
}

// merge is how AWS SAM merges a global value and a local one: maps key by key,
// lists one after the other, the global one first; else the local one counts, even
// where it is AWS::NoValue.
func merge(global, local source.Value) source.Value {
	switch {
	case global.Kind == source.Map && local.Kind == source.Map:
		all := keyed{items: append(make([]source.Entry, 0, len(global.Entries)+len(local.Entries)), global.Entries...)}
		gone := false
		for _, l := range local.Entries {
			i, found := all.find(l.Key)
			switch {
			case found:
				l.Value = merge(all.items[i].Value, l.Value)
				all.items[i] = l
				gone = gone || l.Value.Kind == source.Unset
			case l.Value.Kind != source.Unset:
				l.Value = present(l.Value)
				all.add(l)
			}
		}
		if gone {
			all.items = slices.DeleteFunc(all.items, func(x source.Entry) bool { return x.Value.Kind == source.Unset })
		}
		local.Entries = all.items
		return local
	case global.Kind == source.List && local.Kind == source.List:
		local = present(local)
		local.Items = append(slices.Clone(global.Items), local.Items...)
		return local
	}
	return present(local)
}

// maxPlaced bounds the copies of global values.
const maxPlaced = 2_000_000

// usedAt is a global value as it stands in a resource: used at the resource, with
// the place in Globals as its definition. Beyond maxPlaced values it is shared, with
// the place in Globals alone.
func (e *expander) usedAt(v source.Value, at source.Location) source.Value {
	if e.placed++; e.placed > maxPlaced {
		return v
	}
	if v.Def() == nil {
		def := v.At
		v = v.WithDef(&def)
	}
	v.At = at
	return v.Below(func(x source.Value) source.Value { return e.usedAt(x, at) })
}

// checkProperties reports what a SAM resource type does not have.
func (e *expander) checkProperties(r *resource) {
	known, ok := properties[r.Type]
	if !ok {
		e.warn(r.At, "%s: AWS SAM has no resource type %s", r.Address, r.Type)
		r.out = []source.Resource{*r.Resource}
		return
	}
	for _, p := range r.Properties.Entries {
		if !slices.Contains(known, p.Key) {
			e.warn(p.KeyAt, "%s has no property %q", r.Type, p.Key)
		}
	}
}
