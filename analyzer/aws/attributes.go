package aws

import "github.com/serverlens/serverlens/analyzer/graph"

// computed is the attributes of nodes that no single property states.
var computed = map[graph.Kind][]attr{
	graph.Route:      routeAttrs,
	graph.Authorizer: authorizerAttrs,
	graph.Role:       roleAttrs,
	graph.External: {
		{name: "service", typ: text, doc: "Service of the ARN that mentions it."},
	},
	graph.Resource: {
		{name: "type", typ: text, doc: "Resource type as written."},
	},
}

// edgeAttrs is the attributes of edges that no link of a row states.
var edgeAttrs = map[graph.Relation][]attr{
	graph.Triggers: {
		{name: "mode", typ: text, enum: []string{"sync", "async", "poll_queue", "poll_stream", "schedule"}, doc: "How the event arrives."},
		{name: "dead_letter", typ: flag, doc: "Whether events that cannot be delivered or processed are kept."},
	},
	graph.Invokes: append([]attr{
		{name: "mode", typ: text, enum: []string{"sync", "async"}, doc: "Whether the caller waits for the result."},
	}, grantAttrs...),
	graph.Reads:    grantAttrs,
	graph.Writes:   grantAttrs,
	graph.RoutesTo: integrationAttrs,
	graph.DeadLettersTo: {
		{name: "of", typ: text, doc: "Id of the edge whose events end here, if it is one edge's."},
	},
	graph.Permits: {
		{name: "principal", typ: text, doc: "Whom the policy names, \", \" between several."},
		{name: "action", typ: text, doc: "What the policy allows, \", \" between several."},
		{name: "conditioned", typ: flag, doc: "Whether a condition restricts it."},
	},
	graph.OnFailureTo: {
		{name: "of", typ: text, doc: "Id of the edge whose failures are recorded here, if it is one edge's."},
	},
}
