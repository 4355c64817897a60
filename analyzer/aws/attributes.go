package aws

import (
	"slices"

	"github.com/serverlens/serverlens/analyzer/graph"
)

// computed is the attributes of nodes that no single property states.
var computed = map[graph.Kind][]attr{
	graph.API:          {wafAttr},
	graph.Stage:        {wafAttr},
	graph.LoadBalancer: {wafAttr},
	graph.UserPool:     {wafAttr},
	graph.Route:        routeAttrs,
	graph.Authorizer:   authorizerAttrs,
	graph.Role:         roleAttrs,
	graph.State:        stateAttrs,
	graph.StateMachine: workflowAttrs,
	graph.Function: append([]attr{
		{name: "runs_at_deployment", typ: flag, doc: "Whether a custom resource calls it while the stack is deployed and nothing else triggers it; absent where that is not so."},
	}, environmentAttrs...),
	graph.Module:       {{name: "source", typ: text, doc: "Where its content would be."}},
	graph.Table:        limitedAttrs,
	graph.Database:     limitedAttrs,
	graph.Cache:        limitedAttrs,
	graph.SearchDomain: limitedAttrs,
	graph.Warehouse:    limitedAttrs,
	graph.External: {
		{name: "service", typ: text, doc: "Service of the ARN that mentions it, or the protocol over which it is reached."},
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
		{name: "shards", typ: number, doc: "Provisioned shards of the stream that is read; absent on demand."},
	},
	graph.Invokes: slices.Concat(stepAttrs, grantAttrs),
	graph.Reads: slices.Concat(stepAttrs, grantAttrs, limitedAttrs, []attr{
		{name: "variable", typ: text, doc: "Name of the environment variable into which a dynamic reference copies the secret or parameter."},
	}),
	graph.Writes:     slices.Concat(stepAttrs, grantAttrs, limitedAttrs),
	graph.Configures: slices.Concat(configureAttrs, limitedAttrs),
	graph.Next: {
		{name: "case", typ: text, enum: []string{"choice", "default"}, doc: "Of a choice: whether a test leads here, or that none holds."},
		{name: "condition", typ: text, doc: "Of a choice: the test, in one line."},
	},
	graph.CatchTo: {
		{name: "errors", typ: text, doc: "The errors that lead here, sorted, with a comma between them."},
	},
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
