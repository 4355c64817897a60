package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/iam"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var (
	policyDocument = prop{"PolicyDocument", "policy"}
	policyARN      = prop{"", "policy_arn"}
)

var iamRows = []*row{
	{
		kind: graph.Role, cfn: (*iam.Role)(nil), tf: "aws_iam_role",
		name: prop{"RoleName", "name"},
		make: attaches{
			each: prop{"Policies", "inline_policy"}, document: policyDocument,
			arns: prop{"ManagedPolicyArns", "managed_policy_arns"},
		}.make,
	},
	{cfn: (*iam.Policy)(nil), make: attaches{roles: prop{"Roles", ""}, document: policyDocument}.make},
	{cfn: (*iam.ManagedPolicy)(nil), tf: "aws_iam_policy", make: attaches{roles: prop{"Roles", ""}, document: policyDocument}.make},
	{cfn: (*iam.RolePolicy)(nil), tf: "aws_iam_role_policy", make: attaches{roles: prop{"RoleName", "role"}, document: policyDocument}.make},
	{tf: "aws_iam_role_policy_attachment", make: attaches{roles: prop{"", "role"}, arns: policyARN}.make},
	{tf: "aws_iam_policy_attachment", make: attaches{roles: prop{"", "roles"}, arns: policyARN}.make},
	{tf: "aws_iam_role_policy_attachments_exclusive", make: attaches{roles: prop{"", "role_name"}, arns: prop{"", "policy_arns"}}.make},
}

// roleAttrs is the attributes of a role that its policies give it.
var roleAttrs = []attr{
	{name: "wildcard_actions", typ: text, source: "AWS Well-Architected Framework, SEC03-BP02 Grant least privilege access",
		doc: "Actions of the role's own policies that allow a whole service or everything, such as s3:* or *, sorted, with a comma between them; absent if there is none."},
	{name: "allows_tracing", typ: flag, source: "AWS X-Ray Developer Guide, AWS managed policies for X-Ray", doc: "Whether the role's policies allow xray:PutTraceSegments."},
}

// grantAttrs is the attributes of the edges that policies make.
var grantAttrs = []attr{
	{name: "actions", typ: text, doc: "Of a grant: the actions as written, sorted, with a comma between them."},
	{name: "wildcard", typ: flag, doc: "Of a grant: whether an action is a pattern, such as dynamodb:*."},
	{name: "data", typ: flag, source: "Service Authorization Reference",
		doc: "Of a grant: whether an action works on what the resource holds (items, messages, objects), not only on its configuration."},
	{name: "for_another", typ: flag,
		doc: "Whether a grant seems to be meant for another: several functions have the role, and others of them are told of the resource, but this one is not; absent where that is not so."},
}

// attaches says which roles get policies by a resource, and where these stand.
type attaches struct {
	roles    prop // both empty: the resource is the role
	each     prop // list of blocks that hold a document
	document prop
	arns     prop // of policies that are declared elsewhere or managed by AWS
}

// attached is one policy of one role.
type attached struct {
	r       *resource    // that holds or names it
	doc     source.Value // Unset where actions are given
	actions []string     // of a policy that AWS manages
	when    source.Guard
	at      source.Location
	unknown string // why the policy cannot be read, "" if it can
}

// make notes the policies of a resource under the roles that have them.
func (a attaches) make(b *builder, r *resource) {
	policies := a.policies(b, r)
	if len(policies) == 0 {
		return
	}
	if a.roles == (prop{}) {
		b.policies[r.node] = append(b.policies[r.node], policies...)
		return
	}
	named := r.get(r.Properties, a.roles)
	roles := b.seek(r, named, []graph.Kind{graph.Role})
	for _, p := range policies {
		if len(roles) == 0 && !named.IsKnown() {
			b.strayPolicies = append(b.strayPolicies, p)
		}
		for _, role := range roles {
			if when, ok := p.when.And(role.when); ok {
				its := p
				its.when = when
				b.policies[role.node] = append(b.policies[role.node], its)
			}
		}
	}
}

func (a attaches) policies(b *builder, r *resource) []attached {
	var out []attached
	add := func(p attached, guards ...source.Guard) {
		for _, g := range append(guards, r.If) {
			var ok bool
			if p.when, ok = p.when.And(b.guard(r.stack, g)); !ok {
				return
			}
		}
		out = append(out, p)
	}
	blocks := r.Properties
	if a.each != (prop{}) {
		blocks = r.get(r.Properties, a.each)
	}
	if a.document != (prop{}) {
		for g, block := range blocks.Elements() {
			for g2, doc := range b.opened(r, r.get(block, a.document)).Cases() {
				if doc.Kind != source.Unset {
					add(b.document(r, doc, block.At), g, g2)
				}
			}
		}
	}
	if a.arns != (prop{}) {
		for g, v := range r.get(r.Properties, a.arns).Elements() {
			for _, p := range b.byPolicyARN(r, v) {
				add(p, g)
			}
		}
	}
	return out
}

// byPolicyARN is the policies that an ARN names: declared ones, or one that AWS
// manages.
func (b *builder) byPolicyARN(r *resource, v source.Value) []attached {
	var out []attached
	name := spell(v.Pieces())
	for _, p := range b.resourcesOf(r.stack, v) {
		if p.Type == "data.aws_iam_policy" {
			name = policyName(p)
		}
		if p.row == nil || p.row.kind != "" {
			continue
		}
		for g, doc := range b.opened(p, p.get(p.Properties, policyDocument)).Cases() {
			if when, ok := b.all(p, g); ok && doc.Kind != source.Unset {
				a := b.document(p, doc, v.At)
				a.when = when
				out = append(out, a)
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	return []attached{managed(r, name, v.At)}
}

// document is a policy by its text. That may be copied from a policy that AWS
// manages.
func (b *builder) document(r *resource, doc source.Value, at source.Location) attached {
	if doc.Kind == source.Unknown {
		for _, p := range b.resourcesOf(r.stack, doc) {
			if p.Type == "data.aws_iam_policy" {
				return managed(r, policyName(p), at)
			}
		}
	}
	return attached{r: r, doc: doc, at: at}
}

// policyName is the name or ARN that a policy which is only looked up has.
func policyName(p *resource) string {
	return p.Properties.Get("name").Text + p.Properties.Get("arn").Text
}

// managed is a policy that AWS manages.
func managed(r *resource, name string, at source.Location) attached {
	if actions, known := managedPolicy(name); known {
		return attached{r: r, actions: actions, at: at}
	}
	return attached{r: r, at: at, unknown: "the policy " + name + " is not in sight"}
}

// readPolicies makes the edges that policies permit: from everything that assumes
// a role to what its statements allow it to read, write or call.
func readPolicies(b *builder) {
	budget := maxGrants
	for _, role := range b.g.Of(graph.Role) {
		p := b.rolePermissions(role)
		for _, e := range b.g.In(role, graph.Assumes) {
			if e.From == nil {
				continue
			}
			for _, g := range p.grants {
				if budget--; budget < 0 {
					p.unknown = tooManyGrants
					break
				}
				b.grant(e, g)
			}
			for _, o := range p.open {
				o.known = e.From
				b.open = append(b.open, o)
			}
			if p.unknown != "" {
				b.openActor(e.From, p.unknown)
			}
		}
	}
	for _, e := range b.g.Edges {
		if e.Relation == graph.Assumes && e.From != nil && (e.To == nil || e.To.Kind != graph.Role) {
			b.openActor(e.From, "its role is not in sight")
		}
	}
	for _, p := range b.strayPolicies {
		for _, g := range b.statementsOf(p).grants {
			b.open = append(b.open, openEnd{known: g.to.node, rel: g.rel.Reverse(), why: "a policy belongs to a role that is not known"})
		}
	}
}

// grantsForOthers marks what a function may do only because others with its role
// do: they are told of the resource, and it is neither told of it nor triggered by it.
func grantsForOthers(b *builder) {
	for _, role := range b.g.Of(graph.Role) {
		told := map[*graph.Node]map[*graph.Node]bool{} // resource → functions
		for _, e := range b.g.In(role, graph.Assumes) {
			if e.From != nil && e.From.Kind == graph.Function {
				b.toldOf(e.From, told)
			}
		}
		for _, e := range b.g.In(role, graph.Assumes) {
			if e.From == nil || e.From.Kind != graph.Function {
				continue
			}
			for _, g := range b.g.Out(e.From, graph.Reads, graph.Writes, graph.Invokes) {
				if g.Basis == graph.Permitted && g.To != nil && len(told[g.To]) > 0 && !told[g.To][e.From] {
					g.Attrs = cloneWith(g.Attrs, "for_another", source.BoolOf(true, g.At))
				}
			}
		}
	}
}

// toldOf notes what the environment of a function names, and what triggers it.
func (b *builder) toldOf(fn *graph.Node, told map[*graph.Node]map[*graph.Node]bool) {
	var all []*graph.Node
	for _, e := range b.g.Out(fn, graph.Configures) {
		all = append(all, e.To)
	}
	for _, e := range b.g.In(fn, graph.Triggers) {
		all = append(all, e.From)
	}
	for _, n := range all {
		if told[n] == nil {
			told[n] = map[*graph.Node]bool{}
		}
		told[n][fn] = true
	}
}

// maxGrants bounds the edges that policies make, and what one role is granted: a
// role that many share, with many statements on names that many resources have,
// makes the product of all.
const maxGrants = 200_000

const tooManyGrants = "there are too many statements"

// openActor says that what a node may read, write and call is not all in sight.
func (b *builder) openActor(n *graph.Node, why string) {
	for _, rel := range []graph.Relation{graph.Reads, graph.Writes, graph.Invokes, graph.Permits} {
		b.open = append(b.open, openEnd{known: n, rel: rel, why: why})
	}
}
