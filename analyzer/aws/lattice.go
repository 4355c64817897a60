package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/vpclattice"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// latticeRows is VPC Lattice. Its services route by listeners and rules to target
// groups, and so are load balancers.
var latticeRows = []*row{
	{kind: graph.ServiceNetwork, cfn: (*vpclattice.ServiceNetwork)(nil), tf: "aws_vpclattice_service_network", name: prop{"Name", "name"}},
	{
		kind: graph.LoadBalancer, cfn: (*vpclattice.Service)(nil), tf: "aws_vpclattice_service",
		name: prop{"Name", "name"},
		attrs: []attr{
			{name: "type", typ: text, enum: []string{"lattice"}, always: "lattice", doc: "What kind of load balancer it is."},
			{name: "internal", typ: flag, read: func(_ *builder, r *resource, _ source.Value) source.Value { return source.BoolOf(true, r.At) }, doc: "Whether it has no public address."},
			{name: "authorization", typ: text, enum: []string{"NONE", "AWS_IAM"}, at: prop{"AuthType", "auth_type"}, def: "NONE",
				source: "Amazon VPC Lattice API Reference, CreateService", doc: "Who may use a VPC Lattice service."},
		},
	},
	{
		cfn: (*vpclattice.ServiceNetworkServiceAssociation)(nil), tf: "aws_vpclattice_service_network_service_association",
		links: []link{{rel: graph.RoutesTo, from: prop{"ServiceNetworkIdentifier", "service_network_identifier"}, to: prop{"ServiceIdentifier", "service_identifier"}, mode: "sync"}},
	},
	{
		cfn: (*vpclattice.Listener)(nil), tf: "aws_vpclattice_listener", is: prop{"ServiceIdentifier", "service_identifier"},
		make: func(b *builder, r *resource) {
			b.latticeForward(r, b.listener(r, prop{"ServiceIdentifier", "service_identifier"}), r.get(r.Properties, prop{"DefaultAction", "default_action"}))
		},
	},
	{
		kind: graph.Route, cfn: (*vpclattice.Rule)(nil), tf: "aws_vpclattice_listener_rule",
		attrs: []attr{
			{name: "method", typ: text, at: prop{"Match.HttpMatch.Method", "match.http_match.method"}},
			{name: "path", typ: text, read: latticePath},
			{name: "priority", typ: number, at: prop{"Priority", "priority"}, doc: "Of a listener rule: lower comes first."},
		},
		links: []link{{rel: graph.RoutesTo, findFrom: latticeService}},
		make: func(b *builder, r *resource) {
			b.latticeForward(r, r.node, r.get(r.Properties, prop{"Action", "action"}))
		},
	},
	{cfn: (*vpclattice.TargetGroup)(nil), tf: "aws_vpclattice_target_group"},
	{tf: "aws_vpclattice_target_group_attachment"},
}

// latticeService is the service of a rule: written, or that of its listener.
func latticeService(b *builder, r *resource, in source.Value) []end {
	v := r.get(in, prop{"ServiceIdentifier", "service_identifier"})
	if v.Kind == source.Unset {
		v = r.get(in, prop{"ListenerIdentifier", "listener_identifier"})
	}
	return b.resolve(r, v, []graph.Kind{graph.LoadBalancer})
}

func latticePath(_ *builder, r *resource, in source.Value) source.Value {
	match := r.get(in, prop{"Match.HttpMatch.PathMatch.Match", "match.http_match.path_match.match"})
	if exact := r.get(match, prop{"Exact", "exact"}); exact.Kind != source.Unset {
		return exact
	}
	return r.get(match, prop{"Prefix", "prefix"}).Apply(func(v source.Value) source.Value {
		if v.Kind == source.String {
			v.Text += "*"
		}
		return v
	})
}

func (b *builder) latticeForward(r *resource, route *graph.Node, action source.Value) {
	for g, t := range r.get(action, prop{"Forward.TargetGroups", "forward.target_groups"}).Elements() {
		if when, ok := b.guard(r.stack, r.If).And(b.guard(r.stack, g)); ok {
			b.forwardTo(r, route, r.get(t, prop{"TargetGroupIdentifier", "target_group_identifier"}), r.get(t, prop{"Weight", "weight"}), when)
		}
	}
}
