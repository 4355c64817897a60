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
	open    []openEnd // without the known end, each once
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
	if v := wildcards(allow, role.If); v.Kind != source.Unset {
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

// maxDenials bounds the comparisons of what one statement allows with what others
// deny; beyond it nothing is taken back.
const maxDenials = 1_000_000

// allow adds what a statement allows.
func (b *builder) allow(p *permissions, st statement, deny []statement) {
	var actions []listed
	for _, a := range st.actions {
		p.traces = p.traces || !st.but && matches(a.value.Text, "xray:PutTraceSegments")
		if st.but || a.value.Kind != source.String {
			p.openAll("any action may be allowed")
		} else {
			actions = append(actions, a)
		}
	}
	switch {
	case st.anything:
		p.openServices(actions, "any resource is allowed")
		return
	case st.but:
		return
	case len(actions)*len(st.resources)*len(deny) > maxDenials:
		deny = nil
	}
	made := newMaker(st)
	for _, x := range st.resources {
		left := actions
		if len(deny) > 0 {
			left = slices.DeleteFunc(slices.Clone(actions), func(a listed) bool { return denied(deny, a.value.Text, x.value) })
			clear(made.effects)
		}
		ends, why := b.allowed(st.r, x.value)
		if why != "" {
			p.openServices(left, why)
		}
		for _, e := range ends {
			if len(p.grants)+len(made.grants) >= maxGrants {
				p.unknown = tooManyGrants
				break
			}
			made.add(e, x.when, left)
		}
	}
	p.grants = append(p.grants, made.grants...)
}

// openOnce notes a relation that is open, unless it is noted.
func (p *permissions) openOnce(o openEnd) {
	if !slices.ContainsFunc(p.open, func(old openEnd) bool { return old.rel == o.rel && slices.Equal(old.kinds, o.kinds) }) {
		p.open = append(p.open, o)
	}
}

// openAll opens whatever a statement may be about.
func (p *permissions) openAll(why string) {
	for _, rel := range []graph.Relation{graph.Reads, graph.Writes, graph.Invokes} {
		p.openOnce(openEnd{rel: rel, why: why})
	}
}

// openServices opens what actions do with the content of resources that are not
// known: on the kinds of nodes of the actions' services.
func (p *permissions) openServices(actions []listed, why string) {
	for _, a := range actions {
		name, action := splitAction(a.value.Text)
		if name == "*" {
			p.openAll(why)
			return
		}
		s := services[name]
		x := s.accessOf(action)
		if len(s.kinds) == 0 || !x.content {
			continue
		}
		for _, rel := range x.relations() {
			p.openOnce(openEnd{rel: rel, why: why, kinds: s.kinds})
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

// maker makes the grants of one statement.
type maker struct {
	st      statement
	grants  []grant
	made    map[string]bool     // by node, relation and guard
	effects map[string][]effect // by what decides them of a node
}

// effect is what the actions of a statement come to on one sort of node: an edge of
// one relation, with all actions that it stands for.
type effect struct {
	rel     graph.Relation
	when    source.Guard
	actions []source.Value
	data    bool
	attrs   map[string]source.Value
}

func newMaker(st statement) *maker {
	return &maker{st: st, made: map[string]bool{}, effects: map[string][]effect{}}
}

// add makes the grants on one resource, unless they are made.
func (m *maker) add(e end, when source.Guard, actions []listed) {
	sort := string(e.node.Kind) + " " + e.node.Attrs["service"].Text
	effects, known := m.effects[sort]
	if !known {
		effects = effectsOn(e.node, actions)
		m.effects[sort] = effects
	}
	for _, x := range effects {
		to, possible := e, true
		for _, g := range []source.Guard{m.st.when, when, x.when} {
			if to.when, possible = to.when.And(g); !possible {
				break
			}
		}
		key := e.node.ID + "\x00" + string(x.rel) + "\x00" + to.when.String()
		if !possible || m.made[key] {
			continue
		}
		m.made[key] = true
		attrs := maps.Clone(x.attrs)
		attrs["literal"] = source.BoolOf(e.literal, e.at)
		m.grants = append(m.grants, grant{r: m.st.r, rel: x.rel, to: to, attrs: attrs})
	}
}

// effectsOn is what actions come to on a node.
func effectsOn(n *graph.Node, actions []listed) []effect {
	var out []effect
	for _, a := range actions {
		name, action := splitAction(a.value.Text)
		if !serves(name, n) {
			continue
		}
		x := serviceOf(name, n).accessOf(action)
		for _, rel := range x.relations() {
			if !slices.Contains(graph.Ending(rel), n.Kind) {
				continue
			}
			i := slices.IndexFunc(out, func(e effect) bool { return e.rel == rel && e.when.Equal(a.when) })
			if i < 0 {
				i = len(out)
				out = append(out, effect{rel: rel, when: a.when})
			}
			out[i].actions = append(out[i].actions, a.value)
			out[i].data = out[i].data || x.content
		}
	}
	for i := range out {
		out[i].describe()
	}
	return out
}

// maxActions is how long the actions of one grant may be, in bytes: as long as the
// policies of a role together (IAM User Guide, IAM and AWS STS quotas).
const maxActions = 10_240

// describe gives an effect the attributes of its edges.
func (x *effect) describe() {
	at := x.actions[0].At
	var names []string
	wildcard := false
	mode := grantMode(x.actions[0])
	for _, a := range x.actions {
		names = append(names, a.Text)
		wildcard = wildcard || strings.ContainsAny(a.Text, "*?")
		if !grantMode(a).Equal(mode) {
			mode = source.Value{Kind: source.Unknown, Text: "mode", At: at}
		}
	}
	slices.Sort(names)
	list := source.StringOf(strings.Join(slices.Compact(names), ", "), at)
	if len(list.Text) > maxActions {
		list = source.Value{Kind: source.Unknown, Text: "more actions than a policy may hold", At: at}
	}
	x.attrs = map[string]source.Value{
		"actions":  list,
		"wildcard": source.BoolOf(wildcard, at),
		"data":     source.BoolOf(x.data, at),
	}
	if x.rel == graph.Invokes {
		x.attrs["mode"] = mode
	}
}

// grantMode is whether an action waits for the result, unknown where the caller
// decides it.
func grantMode(action source.Value) source.Value {
	switch strings.ToLower(action.Text) {
	case "lambda:invokeasync", "states:startexecution", "ecs:runtask", "ecs:starttask", "batch:submitjob", "glue:startjobrun", "codebuild:startbuild", "codepipeline:startpipelineexecution":
		return source.StringOf("async", action.At)
	case "states:startsyncexecution", "appsync:graphql", "lambda:invokefunctionurl", "bedrock:invokeagent", "bedrock:invokeflow":
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
