package aws

import (
	"strings"

	classic "github.com/awslabs/goformation/v7/cloudformation/elasticloadbalancing"
	"github.com/awslabs/goformation/v7/cloudformation/elasticloadbalancingv2"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var loadBalancerRows = []*row{
	{
		kind: graph.LoadBalancer, cfn: (*elasticloadbalancingv2.LoadBalancer)(nil), tf: "aws_lb aws_alb",
		name: prop{"Name", "name"},
		attrs: []attr{
			{name: "type", typ: text, enum: []string{"application", "network", "gateway"}, at: prop{"Type", "load_balancer_type"}, def: "application",
				source: "Elastic Load Balancing API Reference, CreateLoadBalancer", doc: "What kind of load balancer it is."},
			{name: "internal", typ: flag, read: internalBalancer, source: "Elastic Load Balancing API Reference, CreateLoadBalancer", doc: "Whether it has no public address."},
		},
	},
	{
		kind: graph.LoadBalancer, cfn: (*classic.LoadBalancer)(nil), tf: "aws_elb",
		name: prop{"LoadBalancerName", "name"},
		attrs: []attr{
			{name: "type", typ: text, enum: []string{"classic"}, always: "classic", doc: "What kind of load balancer it is."},
			{name: "internal", typ: flag, read: internalBalancer, doc: "Whether it has no public address."},
		},
		links: []link{{rel: graph.RoutesTo, to: prop{"Instances", "instances"}, mode: "sync"}},
	},
	{
		cfn: (*elasticloadbalancingv2.Listener)(nil), tf: "aws_lb_listener aws_alb_listener", is: prop{"LoadBalancerArn", "load_balancer_arn"},
		make: func(b *builder, r *resource) {
			b.forward(r, b.listener(r, prop{"LoadBalancerArn", "load_balancer_arn"}), r.get(r.Properties, prop{"DefaultActions", "default_action"}))
		},
	},
	{
		kind: graph.Route, cfn: (*elasticloadbalancingv2.ListenerRule)(nil), tf: "aws_lb_listener_rule aws_alb_listener_rule",
		attrs: []attr{
			{name: "method", typ: text, read: condition("http-request-method", prop{"HttpRequestMethodConfig.Values", "http_request_method.values"})},
			{name: "path", typ: text, read: condition("path-pattern", prop{"PathPatternConfig.Values", "path_pattern.values"})},
			{name: "host", typ: text, read: condition("host-header", prop{"HostHeaderConfig.Values", "host_header.values"}), doc: "Host name of a listener rule; several apart by a comma."},
			{name: "priority", typ: number, at: prop{"Priority", "priority"}, doc: "Of a listener rule: lower comes first."},
		},
		links: []link{{rel: graph.RoutesTo, from: prop{"ListenerArn", "listener_arn"}}},
		make: func(b *builder, r *resource) {
			b.forward(r, r.node, r.get(r.Properties, prop{"Actions", "action"}))
		},
	},
	{cfn: (*elasticloadbalancingv2.TargetGroup)(nil), tf: "aws_lb_target_group aws_alb_target_group"},
	{tf: "aws_lb_target_group_attachment aws_alb_target_group_attachment"},
}

func internalBalancer(_ *builder, r *resource, in source.Value) source.Value {
	if r.terraform() {
		return whereNot(in.Get("internal"), func() source.Value { return source.BoolOf(false, r.At) })
	}
	return equals("internal")(in.Get("Scheme"), r.At)
}

// listener makes the route of a listener's default action, and the edge to it from
// the load balancer that a property names.
func (b *builder) listener(r *resource, balancer prop) *graph.Node {
	n := b.g.Add(&graph.Node{ID: b.scoped(r.stack, r.Address), Kind: graph.Route, Type: r.Type, If: b.guard(r.stack, r.If), At: r.At, Via: r.Via, Stack: r.stack})
	n.Attrs["path"] = source.StringOf("/*", r.At)
	b.link(r, &link{rel: graph.RoutesTo, from: balancer, findTo: func(*builder, *resource, source.Value) []end { return []end{{node: n}} }})
	return n
}

// condition reads the values of one field of a listener rule's conditions, apart
// by a comma and a blank; they stand in one of two forms.
func condition(field string, form prop) func(*builder, *resource, source.Value) source.Value {
	return func(_ *builder, r *resource, in source.Value) source.Value {
		for _, c := range r.get(in, prop{"Conditions", "condition"}).Elements() {
			values := r.get(c, form)
			if values.Kind == source.Unset && c.Get("Field").Text == field {
				values = c.Get("Values")
			}
			if values.Kind != source.Unset {
				return joined(values, c.At)
			}
		}
		return source.Value{}
	}
}

// forward makes the edges from a route to what the actions of its listener lead
// to, and to who authorizes it.
func (b *builder) forward(r *resource, route *graph.Node, actions source.Value) {
	base := b.guard(r.stack, r.If)
	for g, a := range actions.Elements() {
		when, ok := base.And(b.guard(r.stack, g))
		if !ok {
			continue
		}
		pool := r.get(a, prop{"AuthenticateCognitoConfig.UserPoolArn", "authenticate_cognito.user_pool_arn"})
		issuer := r.get(a, prop{"AuthenticateOidcConfig.Issuer", "authenticate_oidc.issuer"})
		for _, v := range []source.Value{pool, issuer} {
			for _, e := range b.resolve(r, v, []graph.Kind{graph.UserPool}) {
				b.connect(r, edge{rel: graph.AuthorizedBy, from: end{node: route}, to: e, when: when, at: a.At})
			}
		}
		if kind, ok := r.get(a, prop{"Type", "type"}).AsString(); ok && !strings.HasPrefix(kind, "authenticate") {
			route.Attrs["action"] = source.StringOf(kind, a.At)
		}
		b.forwardTo(r, route, r.get(a, prop{"TargetGroupArn", "target_group_arn"}), source.Value{}, when)
		for g, t := range r.get(a, prop{"ForwardConfig.TargetGroups", "forward.target_group"}).Elements() {
			if both, ok := when.And(b.guard(r.stack, g)); ok {
				b.forwardTo(r, route, r.get(t, prop{"TargetGroupArn", "arn"}), r.get(t, prop{"Weight", "weight"}), both)
			}
		}
	}
}

// forwardTo makes the edges from a route to the members of a target group.
func (b *builder) forwardTo(r *resource, route *graph.Node, group, weight source.Value, when source.Guard) {
	attrs := map[string]source.Value{"mode": source.StringOf("sync", group.At)}
	if w := b.settle(r, &attr{typ: number}, weight); w.Kind != source.Unset {
		attrs["weight"] = w
	}
	for _, e := range b.members(r, group) {
		if both, ok := when.And(e.when); ok && e.node != route {
			b.connect(r, edge{rel: graph.RoutesTo, from: end{node: route}, to: e, when: both, at: group.At, attrs: attrs})
		}
	}
}

var targetGroupTypes = []string{
	"AWS::ElasticLoadBalancingV2::TargetGroup", "aws_lb_target_group", "aws_alb_target_group", "AWS::VpcLattice::TargetGroup", "aws_vpclattice_target_group",
}

// members is what stands behind a target group; of one of which no member is in
// sight, the group.
func (b *builder) members(r *resource, group source.Value) []end {
	var out []end
	known := false
	for g, v := range group.Cases() {
		for _, tg := range b.resourcesOf(r.stack, v, targetGroupTypes...) {
			known = true
			found := b.targetGroups()[tg]
			if len(found) == 0 {
				if tg.node == nil {
					b.declare(tg, graph.Resource).Attrs["type"] = source.StringOf(tg.Type, tg.At)
				}
				found = []end{{node: tg.node}}
			}
			for _, e := range found {
				var ok bool
				if e.when, ok = b.guard(r.stack, g).And(e.when); ok {
					e.at = v.At
					out = append(out, e)
				}
			}
		}
	}
	if known {
		return out
	}
	return b.resolve(r, group, partnersOf(graph.RoutesTo, true))
}

// targetGroups is the members of each target group: those that it lists itself,
// and those that register with it.
func (b *builder) targetGroups() map[*resource][]end {
	if b.groups != nil {
		return b.groups
	}
	b.groups = map[*resource][]end{}
	kinds := partnersOf(graph.RoutesTo, true)
	for _, r := range b.resources {
		switch r.Type {
		case "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::VpcLattice::TargetGroup":
			for _, t := range r.Properties.Get("Targets").Elements() {
				b.groups[r] = append(b.groups[r], b.resolve(r, t.Get("Id"), kinds)...)
			}
		case "aws_lb_target_group_attachment", "aws_alb_target_group_attachment":
			b.register(r, r.Properties.Get("target_group_arn"), b.resolve(r, r.Properties.Get("target_id"), kinds))
		case "aws_vpclattice_target_group_attachment":
			b.register(r, r.Properties.Get("target_group_identifier"), b.resolve(r, r.get(r.Properties, prop{"", "target.id"}), kinds))
		}
		if r.node != nil && (r.node.Kind == graph.ContainerService || r.node.Kind == graph.Instance) {
			for _, p := range []prop{{"LoadBalancers[].TargetGroupArn", "load_balancer[].target_group_arn"}, {"TargetGroupARNs", "target_group_arns"}} {
				b.register(r, r.get(r.Properties, p), []end{{node: r.node}})
			}
		}
	}
	return b.groups
}

func (b *builder) register(r *resource, group source.Value, members []end) {
	for _, tg := range b.resourcesOf(r.stack, group, targetGroupTypes...) {
		b.groups[tg] = append(b.groups[tg], members...)
	}
}
