package aws

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// statement is one statement of a policy (IAM User Guide, IAM JSON policy
// elements reference).
type statement struct {
	r         *resource
	when      source.Guard
	at        source.Location
	actions   []listed
	but       bool // actions are those that are left out (NotAction)
	resources []listed
	anything  bool // resources are all, or all but some (NotResource)
	condition bool
	managed   bool // by AWS
}

// listed is an element of a list with the guard under which it is there.
type listed struct {
	value source.Value
	when  source.Guard
}

// statements reads the statements of a policy; ok is false where there may be more
// than are seen.
func (b *builder) statements(a attached) (allow, deny []statement, ok bool) {
	if a.doc.Kind == source.Unset {
		st := statement{r: a.r, when: a.when, at: a.at, anything: true, managed: true}
		for _, action := range a.actions {
			st.actions = append(st.actions, listed{value: source.StringOf(action, a.at)})
		}
		return []statement{st}, nil, true
	}
	ok = true
	for g, v := range a.doc.Get("Statement").Elements() {
		when, possible := a.when.And(b.guard(a.r.stack, g))
		if !possible {
			continue
		}
		effect := v.Get("Effect")
		if v.Kind != source.Map || effect.Kind == source.Unknown {
			ok = false
			continue
		}
		st := statement{
			r: a.r, when: when, at: v.At, but: v.Get("NotAction").Kind != source.Unset,
			actions: b.listed(a.r, v.Get("Action")), resources: b.listed(a.r, v.Get("Resource")),
			anything: v.Get("NotResource").Kind != source.Unset, condition: v.Get("Condition").Kind != source.Unset,
		}
		if st.but {
			st.actions = b.listed(a.r, v.Get("NotAction"))
		}
		if strings.EqualFold(effect.Text, "Deny") {
			deny = append(deny, st)
		} else {
			allow = append(allow, st)
		}
	}
	return allow, deny, ok && a.doc.Kind == source.Map
}

func (b *builder) listed(r *resource, v source.Value) []listed {
	var out []listed
	for g, x := range v.Elements() {
		out = append(out, listed{x, b.guard(r.stack, g)})
	}
	return out
}

// denied reports whether a statement takes back an action on a resource for sure:
// on all resources or on the same one, under no condition.
func denied(deny []statement, action string, resource source.Value) bool {
	return slices.ContainsFunc(deny, func(st statement) bool {
		if st.condition || st.anything || len(st.when) > 0 {
			return false
		}
		covers := slices.ContainsFunc(st.actions, func(a listed) bool { return matches(a.value.Text, action) })
		return covers != st.but && slices.ContainsFunc(st.resources, func(x listed) bool {
			return len(x.when) == 0 && (x.value.Text == "*" || x.value.Equal(resource))
		})
	})
}

// wildcards is the actions that allow a whole service or everything, where the
// first of them stands; Unset if there is none. Where all of them depend on
// conditions beside those of the role, it is their alternatives.
func wildcards(allow []statement, role source.Guard) source.Value {
	var groups []source.Alternative
	names := map[string][]string{}
	for _, st := range allow {
		for _, a := range st.actions {
			when, ok := st.when.And(a.when)
			if !ok || st.but || st.managed || a.value.Text != "*" && !strings.HasSuffix(a.value.Text, ":*") {
				continue
			}
			key := when.String()
			if names[key] == nil {
				groups = append(groups, source.Alternative{If: when, Value: source.Value{At: a.value.At}})
			}
			names[key] = append(names[key], a.value.Text)
		}
	}
	for i := range groups {
		list := names[groups[i].If.String()]
		slices.Sort(list)
		groups[i].Value = source.StringOf(strings.Join(slices.Compact(list), ", "), groups[i].Value.At)
		if groups[i].If.Equal(role) {
			return groups[i].Value
		}
	}
	if len(groups) == 0 {
		return source.Value{}
	}
	return source.Value{Kind: source.Unknown, Text: "wildcard actions", At: groups[0].Value.At}.With(source.Trace{Alts: groups})
}
