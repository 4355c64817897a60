package aws

import (
	"maps"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// permissions is what the policies of a role allow.
type permissions struct {
	grants  []grant
	open    []openEnd // without the known end
	unknown string    // why there may be more of everything, "" if there is not
	traces  bool      // whether X-Ray may be written to
}

// grant is one edge from whoever assumes the role.
type grant struct {
	r     *resource // that holds the statement
	rel   graph.Relation
	to    end
	attrs map[string]source.Value
}

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

// rolePermissions is what all policies of a role allow, without what they deny.
func (b *builder) rolePermissions(role *graph.Node) permissions {
	var p permissions
	var allow, deny []statement
	for _, a := range b.policies[role] {
		if a.unknown != "" {
			p.unknown = a.unknown
			continue
		}
		allowed, denied, ok := b.statements(a)
		if !ok {
			p.unknown = "a policy cannot be read"
		}
		allow, deny = append(allow, allowed...), append(deny, denied...)
	}
	for _, st := range allow {
		b.allow(&p, st, deny)
	}
	if p.unknown == "" || p.traces {
		role.Attrs["allows_tracing"] = source.BoolOf(p.traces, role.At)
	} else {
		role.Attrs["allows_tracing"] = source.Value{Kind: source.Unknown, Text: p.unknown, At: role.At}
	}
	if v := wildcards(allow); v.Kind != source.Unset {
		role.Attrs["wildcard_actions"] = v
	} else if p.unknown != "" {
		role.Attrs["wildcard_actions"] = source.Value{Kind: source.Unknown, Text: p.unknown, At: role.At}
	}
	return p
}

// statementsOf is what one policy allows.
func (b *builder) statementsOf(a attached) permissions {
	var p permissions
	allow, deny, _ := b.statements(a)
	for _, st := range allow {
		b.allow(&p, st, deny)
	}
	return p
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

// allow adds what a statement allows.
func (b *builder) allow(p *permissions, st statement, deny []statement) {
	var actions []listed
	for _, a := range st.actions {
		p.traces = p.traces || !st.but && matches(a.value.Text, "xray:PutTraceSegments")
		switch {
		case st.but || a.value.Kind != source.String:
			p.openAll(st, "any action may be allowed")
		default:
			actions = append(actions, a)
		}
	}
	if st.anything {
		p.openServices(actions, "any resource is allowed")
		return
	}
	if st.but {
		return
	}
	var made []grant
	for _, x := range st.resources {
		left := slices.DeleteFunc(slices.Clone(actions), func(a listed) bool { return denied(deny, a.value.Text, x.value) })
		ends, why := b.allowed(st.r, x.value)
		if why != "" {
			p.openServices(left, why)
		}
		for _, e := range ends {
			if when, ok := st.when.And(x.when); ok {
				if e.when, ok = when.And(e.when); ok {
					made = b.grants(made, st, e, left)
				}
			}
		}
	}
	p.grants = append(p.grants, made...)
}

// openAll opens whatever a statement may be about.
func (p *permissions) openAll(st statement, why string) {
	for _, rel := range []graph.Relation{graph.Reads, graph.Writes, graph.Invokes} {
		p.open = append(p.open, openEnd{rel: rel, why: why})
	}
}

// openServices opens what actions do with the content of resources that are not
// known: on the kinds of nodes of the actions' services.
func (p *permissions) openServices(actions []listed, why string) {
	for _, a := range actions {
		name, action := splitAction(a.value.Text)
		if name == "*" {
			p.openAll(statement{}, why)
			return
		}
		s := services[name]
		x := s.accessOf(action)
		if len(s.kinds) == 0 || !x.content {
			continue
		}
		for _, rel := range x.relations() {
			p.open = append(p.open, openEnd{rel: rel, why: why, kinds: s.kinds})
		}
	}
}

// relations is how an access shows in the graph.
func (a access) relations() []graph.Relation {
	var out []graph.Relation
	if a.read {
		out = append(out, graph.Reads)
	}
	if a.write {
		out = append(out, graph.Writes)
	}
	if a.call {
		out = append(out, graph.Invokes)
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

// allowed is the nodes that a statement's resource names. why is not empty where
// it may name others too.
func (b *builder) allowed(r *resource, v source.Value) (ends []end, why string) {
	if v.Text == "*" {
		return nil, "any resource is allowed"
	}
	if ends = b.declared(r, v, graph.Kinds()); len(ends) > 0 {
		return ends, ""
	}
	a, isARN := parseARN(v.Pieces())
	name, named := a.name()
	switch {
	case isARN && !named:
		return b.matching(a, v), "the resource " + spell(v.Pieces()) + " may be any of several"
	case !isARN || strings.Contains(name, "${"):
		return nil, "the resource " + spell(v.Pieces()) + " is not known"
	}
	return b.outside(r, v, graph.Kinds()), ""
}

// matching is the nodes whose literal names an ARN's pattern covers, where it says
// how they begin.
func (b *builder) matching(a arn, v source.Value) []end {
	if len(a.resource) != 1 || !typedResource[a.service] && strings.ContainsAny(a.resource[0].Text, "/:") {
		return nil
	}
	pattern := a.resource[0].Text
	if i := strings.IndexAny(pattern, "/:"); i >= 0 {
		pattern = pattern[i+1:]
	}
	start, _, _ := strings.Cut(strings.ReplaceAll(pattern, "?", "*"), "*")
	if start == "" {
		return nil
	}
	if b.sorted == nil {
		b.sorted = slices.DeleteFunc(slices.Clone(b.g.Nodes), func(n *graph.Node) bool { return n.Name == "" || n.Kind == graph.External || n.Kind == graph.State })
		slices.SortStableFunc(b.sorted, func(m, n *graph.Node) int { return strings.Compare(m.Name, n.Name) })
	}
	var out []end
	i, _ := slices.BinarySearchFunc(b.sorted, start, func(n *graph.Node, s string) int { return strings.Compare(n.Name, s) })
	for _, n := range b.sorted[i:] {
		if !strings.HasPrefix(n.Name, start) {
			break
		}
		if a.service != "" && a.allows(n) && matches(pattern, n.Name) {
			out = append(out, end{node: n, at: v.At, literal: true})
		}
	}
	return out
}

// grants adds what the actions of a statement allow on one resource: an edge per
// relation, with all actions that it stands for.
func (b *builder) grants(made []grant, st statement, e end, actions []listed) []grant {
	for _, a := range actions {
		name, action := splitAction(a.value.Text)
		if !serves(name, e.node) {
			continue
		}
		when, ok := e.when.And(a.when)
		if !ok {
			continue
		}
		x := serviceOf(name, e.node).accessOf(action)
		for _, rel := range x.relations() {
			if !slices.Contains(graph.Ending(rel), e.node.Kind) {
				continue
			}
			to := e
			to.when = when
			i := slices.IndexFunc(made, func(g grant) bool { return g.rel == rel && g.to.node == e.node && g.to.when.Equal(when) })
			if i < 0 {
				i = len(made)
				made = append(made, grant{r: st.r, rel: rel, to: to, attrs: map[string]source.Value{"literal": source.BoolOf(e.literal, e.at)}})
			}
			made[i].add(a.value, x)
		}
	}
	return made
}

// add notes one more action of a grant.
func (g *grant) add(action source.Value, x access) {
	all := action.Text
	if old := g.attrs["actions"].Text; old != "" {
		list := strings.Split(old, ", ")
		if i, found := slices.BinarySearch(list, all); !found {
			list = slices.Insert(list, i, all)
		}
		all = strings.Join(list, ", ")
	}
	pattern := strings.ContainsAny(action.Text, "*?") || g.attrs["wildcard"].Text == "true"
	g.attrs["actions"] = source.StringOf(all, action.At)
	g.attrs["wildcard"] = source.BoolOf(pattern, action.At)
	g.attrs["data"] = source.BoolOf(x.content || g.attrs["data"].Text == "true", action.At)
	if g.rel == graph.Invokes {
		mode := grantMode(action)
		if old, there := g.attrs["mode"]; there && !old.Equal(mode) {
			mode = source.Value{Kind: source.Unknown, Text: "mode", At: action.At}
		}
		g.attrs["mode"] = mode
	}
}

// grantMode is whether an action waits for the result, unknown where the caller
// decides it.
func grantMode(action source.Value) source.Value {
	switch strings.ToLower(action.Text) {
	case "lambda:invokeasync", "states:startexecution", "ecs:runtask", "ecs:starttask", "batch:submitjob", "glue:startjobrun", "codebuild:startbuild":
		return source.StringOf("async", action.At)
	case "states:startsyncexecution", "appsync:graphql", "lambda:invokefunctionurl":
		return source.StringOf("sync", action.At)
	}
	return source.Value{Kind: source.Unknown, Text: "mode", At: action.At}
}

// serves reports whether the actions of a service can be about a node.
func serves(service string, n *graph.Node) bool {
	switch n.Kind {
	case graph.Resource, graph.Module:
		return true
	case graph.External:
		of := n.Attrs["service"].Text
		return service == "*" || of == "" || strings.HasPrefix(service, of)
	}
	return service == "*" || slices.Contains(services[service].kinds, n.Kind)
}

// serviceOf is the service of an action on a node; of the action * the node's.
func serviceOf(name string, n *graph.Node) service {
	if name != "*" {
		return services[name]
	}
	for _, name := range strings.Fields(servicesOf[n.Kind]) {
		if s, ok := services[name]; ok {
			return s
		}
	}
	return service{}
}

// grant makes the edge of a grant from whoever assumes the role.
func (b *builder) grant(assumes *graph.Edge, g grant) {
	when, ok := assumes.If.And(g.to.when)
	if !ok || !slices.Contains(graph.Partners(assumes.From.Kind, g.rel), g.to.node.Kind) {
		return
	}
	permitted := graph.Permitted
	b.connect(g.r, edge{
		rel: g.rel, basis: &permitted, from: end{node: assumes.From}, to: g.to, when: when, at: g.to.at, attrs: maps.Clone(g.attrs),
	})
}

// wildcards is the actions that allow a whole service or everything; Unset if
// there is none. It stands where the first of them does.
func wildcards(allow []statement) source.Value {
	var list []string
	var at source.Location
	for _, st := range allow {
		for _, a := range st.actions {
			if st.but || st.managed || a.value.Text != "*" && !strings.HasSuffix(a.value.Text, ":*") {
				continue
			}
			if at.IsZero() {
				at = a.value.At
			}
			list = append(list, a.value.Text)
		}
	}
	if len(list) == 0 {
		return source.Value{}
	}
	slices.Sort(list)
	return source.StringOf(strings.Join(slices.Compact(list), ", "), at)
}
