package sam

import (
	"fmt"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// role is an IAM role while it is put together.
type role struct {
	id       string
	at       source.Location
	service  string // that assumes it
	trust    source.Value
	managed  []source.Value
	policies []source.Value
}

// maxCompared is how many things of a list are looked at for an equal one.
const maxCompared = 64

// managedPolicy is the ARN of an AWS managed policy.
func (e *expander) managedPolicy(name string, at source.Location) source.Value {
	return e.sub(at, "arn:${AWS::Partition}:iam::aws:policy/"+managedPaths[name]+name)
}

// manage adds a managed policy once.
func (r *role) manage(v source.Value) {
	if !slices.ContainsFunc(r.managed[:min(len(r.managed), maxCompared)], v.Equal) {
		r.managed = append(r.managed, v)
	}
}

// policy adds an inline policy; one with the same statements is not repeated.
func (r *role) policy(name string, g source.Guard, document source.Value) {
	v := when(g, source.MapOf(document.At, textEntry(document.At, "PolicyName", name), entry("PolicyDocument", document)))
	same := func(o source.Value) bool {
		return o.Get("PolicyDocument").Equal(v.Get("PolicyDocument"))
	}
	if !slices.ContainsFunc(r.policies[:min(len(r.policies), maxCompared)], same) {
		r.policies = append(r.policies, v)
	}
}

// allow adds an inline policy with one statement.
func (r *role) allow(name, action string, on source.Value) {
	r.policy(name, nil, document(on.At, allow(on.At, action, on)))
}

// document is a policy document with these statements.
func document(at source.Location, statements ...source.Value) source.Value {
	return source.MapOf(at, textEntry(at, "Version", "2012-10-17"), entry("Statement", source.ListOf(at, statements...)))
}

// allow is the statement that allows actions, apart by blanks, on a resource.
func allow(at source.Location, actions string, on source.Value) source.Value {
	effect, action := textEntry(at, "Effect", "Allow"), entry("Action", actionList(at, actions))
	if absent(on) {
		return source.MapOf(at, effect, action)
	}
	return source.MapOf(at, effect, action, entry("Resource", on))
}

func actionList(at source.Location, actions string) source.Value {
	items := make([]source.Value, 0, 1+strings.Count(actions, " "))
	service := ""
	for a := range strings.FieldsSeq(actions) {
		if strings.HasSuffix(a, ":") {
			service = a
			continue
		}
		items = append(items, source.StringOf(service+a, at))
	}
	return source.ListOf(at, items...)
}

// statement is a grant as an Allow statement.
func (e *expander) statement(at source.Location, g grant, vars []variable) source.Value {
	var on []source.Value
	for _, r := range strings.Fields(g.on) {
		on = append(on, e.sub(at, arnPattern(r), vars...))
	}
	resource := source.ListOf(at, on...)
	if len(on) == 1 {
		resource = on[0]
	}
	s := allow(at, g.actions, resource)
	if op, rest, ok := strings.Cut(g.when, " "); ok {
		key, value, _ := strings.Cut(rest, " ")
		condition := nested(e.sub(at, arnPattern(value), vars...), op, key)
		s = with(s, source.Entry{Key: "Condition", KeyAt: at, Value: condition})
	}
	return s
}

// arnPattern is the pattern of an ARN that a grant writes short.
func arnPattern(short string) string {
	pattern := strings.ReplaceAll(short, "{", "${")
	if pattern == "*" || strings.HasPrefix(pattern, "$") {
		return pattern
	}
	service, rest, _ := strings.Cut(pattern, ":")
	if strings.HasPrefix(rest, "::") {
		return "arn:${AWS::Partition}:" + service + ":" + rest
	}
	return "arn:${AWS::Partition}:" + service + ":${AWS::Region}:${AWS::AccountId}:" + rest
}

// policiesOf adds what the Policies of a function or state machine say: names and
// ARNs of managed policies, policy documents, policy templates.
func (e *expander) policiesOf(r *resource, into *role) {
	for g, all := range r.props.Get("Policies").Cases() {
		items := all.Items
		if all.Kind != source.List {
			items = []source.Value{all}
		}
		for i, item := range items {
			for h, policy := range item.Cases() {
				if both, ok := g.And(h); ok && !absent(policy) {
					e.policyOf(r, into, both, fmt.Sprintf("%sPolicy%d", into.id, i), policy)
				}
			}
		}
	}
}

func (e *expander) policyOf(r *resource, into *role, g source.Guard, name string, v source.Value) {
	switch {
	case v.Kind == source.String && len(v.Refs()) == 0 && !strings.Contains(v.Text, ":"):
		into.manage(when(g, e.managedPolicy(v.Text, v.At)))
	case v.Kind == source.String || v.Kind == source.Unknown:
		into.manage(when(g, v))
	case v.Kind == source.Map && !absent(v.Get("Statement")):
		into.policy(name, g, v)
	case v.Kind == source.Map && len(v.Entries) == 1 && policyTemplates[v.Entries[0].Key] != nil:
		into.policy(name, g, e.policyTemplate(r, v.Entries[0]))
	case v.Kind == source.Map && len(v.Entries) == 1:
		e.warn(v.Entries[0].KeyAt, "AWS SAM has no policy template %q", v.Entries[0].Key)
	default:
		e.warn(v.At, "%s: a policy is a name, an ARN, a policy document or a policy template", r.Address)
	}
}

// policyTemplate is the document that a policy template stands for.
func (e *expander) policyTemplate(r *resource, use source.Entry) source.Value {
	given := use.Value
	var vars []variable
	for _, p := range given.Entries {
		vars = append(vars, variable{p.Key, p.Value})
	}
	grants := policyTemplates[use.Key]
	for _, p := range parameters(grants) {
		if absent(given.Get(p)) {
			e.warn(use.KeyAt, "%s: policy template %s needs %s", r.Address, use.Key, p)
		}
	}
	var statements []source.Value
	for _, g := range grants {
		statements = append(statements, e.statement(use.KeyAt, g, vars))
	}
	return document(use.KeyAt, statements...)
}

// parameters is the names in braces in grants.
func parameters(grants []grant) (names []string) {
	for _, g := range grants {
		for rest := g.on + " " + g.when; ; {
			_, after, ok := strings.Cut(rest, "{")
			if !ok {
				break
			}
			name, tail, _ := strings.Cut(after, "}")
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
			rest = tail
		}
	}
	return names
}

// makeRole makes the role, under a further guard, with the properties that r gives
// for it.
func (e *expander) makeRole(r *resource, g source.Guard, x *role) {
	f := fields{at: x.at}
	if !absent(x.trust) {
		f.set("AssumeRolePolicyDocument", x.trust)
	} else {
		f.set("AssumeRolePolicyDocument", trust(x.at, x.service))
	}
	if len(x.managed) > 0 {
		f.set("ManagedPolicyArns", source.ListOf(x.at, x.managed...))
	}
	if len(x.policies) > 0 {
		f.set("Policies", source.ListOf(x.at, x.policies...))
	}
	if r.Type == functionType || r.Type == machineType {
		f.rename(r.props, "RolePath", "Path")
		f.take(r.props, "PermissionsBoundary")
	}
	e.makeIf(r, g, x.id, "AWS::IAM::Role", f)
}

// trust is the policy that lets a service assume a role.
func trust(at source.Location, service string) source.Value {
	one := func(text string) source.Value { return source.ListOf(at, source.StringOf(text, at)) }
	return document(at, source.MapOf(at, textEntry(at, "Effect", "Allow"),
		entry("Principal", nested(one(service), "Service")), entry("Action", one("sts:AssumeRole"))))
}

// eventRole makes the role with which a service starts the target of an event.
func (e *expander) eventRole(r *resource, ev event, id, service, action string, on source.Value, more ...source.Value) source.Value {
	x := &role{id: id, at: ev.at, service: service}
	owner := id
	if service == "scheduler.amazonaws.com" {
		owner = ev.id
	}
	x.allow(owner+policySuffix[action], action, on)
	for _, queue := range more {
		x.allow(ev.id+"SQSPolicy", "sqs:SendMessage", queue)
	}
	f := fields{at: ev.at}
	f.set("AssumeRolePolicyDocument", trust(ev.at, service))
	f.set("Policies", source.ListOf(ev.at, x.policies...))
	f.take(ev.props, "PermissionsBoundary")
	e.makeIf(r, ev.when, id, "AWS::IAM::Role", f)
	return ref(id, "Arn", ev.at)
}
