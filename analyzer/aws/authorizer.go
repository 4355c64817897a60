package aws

import (
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// authorizerAttrs is the attributes of an authorizer, whatever declares it.
var authorizerAttrs = []attr{
	{name: "type", typ: text, enum: []string{"TOKEN", "REQUEST", "COGNITO_USER_POOLS", "JWT"},
		source: "Amazon API Gateway API Reference, Authorizer", doc: "How it decides: by a function (TOKEN, REQUEST), a user pool or a JWT."},
}

// authorization is whom an authorizer asks, in the words of any of API Gateway's
// definitions.
type authorization struct {
	function source.Value // URI of a Lambda function
	pools    source.Value // ARNs of user pools
	issuer   source.Value // of JWTs
}

// openAPIAuthorization reads the extension x-amazon-apigateway-authorizer (API
// Gateway Developer Guide, x-amazon-apigateway-authorizer object).
func openAPIAuthorization(v source.Value) authorization {
	return authorization{function: v.Get("authorizerUri"), pools: v.Get("providerARNs"), issuer: v.Get("jwtConfiguration", "issuer")}
}

// authorizer makes the node of an authorizer that an API's definition holds, or
// returns the one that is there, and the edges from the API and to whom it asks.
func (b *builder) authorizer(r *resource, apiEnd end, name string, typ source.Value, a authorization, when source.Guard, at source.Location) *graph.Node {
	api := r.Address
	if apiEnd.node != nil {
		api = apiEnd.node.ID
	}
	id := api + " authorizer " + name
	if old := b.g.Node(id); old != nil {
		return old
	}
	guard, _ := b.guard(r.stack, r.If).And(b.guard(r.stack, when))
	n := b.g.Add(&graph.Node{ID: id, Kind: graph.Authorizer, Type: r.Type, Name: name, If: guard, At: at, Via: r.Via, Stack: r.stack})
	if typ = b.settle(r, &attr{typ: text}, typ.Apply(upper)); typ.Kind != source.Unset {
		n.Attrs["type"] = typ
	}
	b.authorize(r, apiEnd, n, guard, at)
	b.asks(r, n, a, guard)
	return n
}

// authorize makes the edge from an API or a route to what decides who may use it.
func (b *builder) authorize(r *resource, from end, to *graph.Node, when source.Guard, at source.Location) {
	b.connect(r, edge{rel: graph.AuthorizedBy, from: from, to: end{node: to}, when: when, at: at})
}

// asks makes the edges from an authorizer to the function that it calls and to the
// user pools or the issuer whose tokens it accepts.
func (b *builder) asks(r *resource, authorizer *graph.Node, a authorization, when source.Guard) {
	link := func(rel graph.Relation, v source.Value, kinds []graph.Kind, attrs map[string]source.Value) {
		for _, t := range b.resolve(r, v, kinds) {
			if both, ok := when.And(t.when); ok && t.node != authorizer {
				b.connect(r, edge{rel: rel, from: end{node: authorizer}, to: t, when: both, at: v.At, attrs: attrs})
			}
		}
	}
	function := a.function.Apply(func(v source.Value) source.Value { return between(v, "/functions/", "/invocations") })
	link(graph.Invokes, function, []graph.Kind{graph.Function, graph.External, graph.Module, graph.Resource},
		map[string]source.Value{"mode": source.StringOf("sync", a.function.At)})
	pools := []graph.Kind{graph.UserPool, graph.External, graph.Module, graph.Resource}
	link(graph.AuthorizedBy, a.pools, pools, nil)
	link(graph.AuthorizedBy, a.issuer, pools, nil)
}
