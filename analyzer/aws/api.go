package aws

import (
	"cmp"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// routeAttrs is the attributes of a route, whatever declares it: a method, a
// listener rule, a resolver, an operation of an API definition.
var routeAttrs = []attr{
	{name: "method", typ: text, doc: "HTTP method in capitals, ANY for all; of a resolver the type: Query, Mutation, Subscription."},
	{name: "path", typ: text, doc: "Path with its parameters in braces, or the route key of a WebSocket API; of a resolver the field."},
	{name: "authorization", typ: text, enum: []string{"NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS", "JWT"},
		source: "Amazon API Gateway API Reference, Method", doc: "Who may use the route; see authorized_by for the authorizer."},
	{name: "api_key_required", typ: flag, doc: "Whether a request needs an API key."},
	{name: "integration", typ: text, enum: []string{"AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"},
		source: "Amazon API Gateway API Reference, Integration", doc: "How requests are handed on."},
	{name: "timeout_s", typ: number, source: "Amazon API Gateway Developer Guide, quotas; AWS AppSync endpoints and quotas",
		doc: "Seconds after which the API gives up on the target: as written, else 29 (REST, WebSocket), 30 (HTTP, GraphQL), 900 for a streamed response; absent behind a load balancer, which waits for the function."},
	{name: "streamed", typ: flag, doc: "Whether the response is streamed."},
	{name: "action", typ: text, doc: "What a listener rule does: forward, redirect, fixed-response."},
}

// integrationAttrs is the attributes of a route's edge to its target.
var integrationAttrs = []attr{
	{name: "mode", typ: text, enum: []string{"sync", "async"}, doc: "Whether the caller waits for the result, or the target only takes the request over."},
	{name: "action", typ: text, doc: "Action of a direct integration, such as sqs:SendMessage."},
	{name: "weight", typ: number, doc: "Share of the requests, where several target groups share them."},
	{name: "vpc_link", typ: text, doc: "Id of the VPC link through which the request goes."},
}

// route makes the node of a method and path of api, or returns the one that is
// there, and the edge that leads to it. at is the place of the method, when says
// when the route is there (conditions as in the stack). apiEnd.node may be nil.
func (b *builder) route(r *resource, apiEnd end, method, path string, when source.Guard, at source.Location) *graph.Node {
	method = strings.ToUpper(method)
	if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" || method == "*" {
		method = "ANY"
	}
	if path == "/$default" {
		path = "$default"
	}
	api := r.Address
	if apiEnd.node != nil {
		api = apiEnd.node.ID
	}
	id := strings.TrimSpace(api + " " + strings.TrimSpace(method+" "+path))
	if old := b.g.Node(id); old != nil {
		return old
	}
	when, _ = b.guard(r.stack, r.If).And(b.guard(r.stack, when))
	n := b.g.Add(&graph.Node{ID: id, Kind: graph.Route, Type: r.Type, Name: strings.TrimSpace(method + " " + path), If: when, At: at, Via: r.Via, Stack: r.stack})
	if method != "" {
		n.Attrs["method"] = source.StringOf(method, at)
	}
	if path != "" {
		n.Attrs["path"] = source.StringOf(path, at)
	}
	b.connect(r, edge{rel: graph.RoutesTo, from: apiEnd, to: end{node: n}, when: when, at: at})
	return n
}

// integration is what a route hands its requests on to, in the words of any of
// API Gateway's definitions. What a definition does not say is Unset.
type integration struct {
	typ         source.Value   // AWS, AWS_PROXY, HTTP, HTTP_PROXY, MOCK
	subtype     source.Value   // of an HTTP API: SQS-SendMessage
	method      source.Value   // that is sent to the target
	uri         source.Value   // of the target
	request     []source.Value // parameters and templates: where a direct integration names its target
	connection  source.Value   // VPC link
	behind      source.Value   // ARN of the load balancer behind the VPC link
	credentials source.Value   // role
	timeoutMS   source.Value
	transfer    source.Value // STREAM where the response is streamed
	at          source.Location
}

// openAPIIntegration reads the extension x-amazon-apigateway-integration (API
// Gateway Developer Guide, x-amazon-apigateway-integration object).
func openAPIIntegration(v source.Value) integration {
	return integration{
		typ: v.Get("type"), subtype: v.Get("integrationSubtype"), method: v.Get("httpMethod"), uri: v.Get("uri"),
		request:    []source.Value{v.Get("requestParameters"), v.Get("requestTemplates")},
		connection: v.Get("connectionId"), behind: v.Get("integrationTarget"), credentials: v.Get("credentials"), timeoutMS: v.Get("timeoutInMillis"),
		transfer: v.Get("responseTransferMode"), at: v.At,
	}
}

// integrate makes the edges from a route to what its integration calls, and the
// attributes that the integration gives the route. apiType is that of the API, ""
// where it is not known; when says when the integration is there.
func (b *builder) integrate(r *resource, route *graph.Node, apiType string, in integration, when source.Guard) {
	set := func(name string, t scalar, v source.Value) {
		if v = b.settle(r, &attr{typ: t}, v); v.Kind != source.Unset {
			route.Attrs[name] = v
		}
	}
	set("integration", text, in.typ.Apply(upper))
	stream := in.transfer.Text == "STREAM"
	if stream {
		set("streamed", flag, source.BoolOf(true, in.transfer.At))
	}
	set("timeout_s", number, in.timeoutMS.Apply(func(v source.Value) source.Value { return routeTimeout(v, apiType, stream, route.At) }))

	guard, ok := b.guard(r.stack, r.If).And(b.guard(r.stack, when))
	if !ok {
		return
	}
	link := b.vpcLink(r, in)
	for _, t := range b.integrationTargets(r, in, link) {
		attrs := map[string]source.Value{"mode": source.StringOf(cmp.Or(t.mode, "sync"), t.at)}
		if t.action != "" {
			attrs["action"] = source.StringOf(t.action, t.at)
		}
		if link != nil {
			attrs["vpc_link"] = source.StringOf(link.ID, in.connection.At)
		}
		if both, ok := guard.And(t.when); ok && t.node != route {
			b.connect(r, edge{rel: graph.RoutesTo, from: end{node: route}, to: t.end, when: both, at: in.at, attrs: attrs})
			b.frontedByLink(r, link, t.end, both)
		}
	}
	for _, role := range b.resolve(r, in.credentials, partnersOf(graph.Assumes, true)) {
		if both, ok := guard.And(role.when); ok && role.node.Kind == graph.Role {
			b.connect(r, edge{rel: graph.Assumes, from: end{node: route}, to: role, when: both, at: in.credentials.At})
		}
	}
}

func upper(v source.Value) source.Value {
	v.Text = strings.ToUpper(v.Text)
	return v
}

// routeTimeout is the seconds after which an API gives up (Amazon API Gateway
// Developer Guide, quotas for REST, HTTP and WebSocket APIs; Stream the
// integration response).
func routeTimeout(ms source.Value, apiType string, stream bool, at source.Location) source.Value {
	if n, ok := ms.AsNumber(); ok {
		return source.NumberOf(n/1000, ms.At)
	}
	switch {
	case ms.Kind == source.Unknown:
		return ms
	case stream:
		return source.NumberOf(900, at)
	}
	switch apiType {
	case "rest", "websocket":
		return source.NumberOf(29, at)
	case "http", "graphql":
		return source.NumberOf(30, at)
	}
	return source.Value{}
}

// vpcLink is the node of the VPC link of an integration, or nil.
func (b *builder) vpcLink(r *resource, in integration) *graph.Node {
	for _, e := range b.resolve(r, in.connection, []graph.Kind{graph.VPCLink}) {
		return e.node
	}
	return nil
}

// target is where an integration leads.
type target struct {
	end
	mode, action string
}

// integrationTargets is what an integration calls. The URI of API Gateway names a
// service and behind it a function (lambda:path/…/functions/ARN/invocations), an
// action (states:action/StartExecution) or a path (sqs:path/123456789012/orders);
// an action's target stands in the request.
func (b *builder) integrationTargets(r *resource, in integration, link *graph.Node) []target {
	if strings.EqualFold(in.typ.Text, "MOCK") {
		return nil
	}
	if s, ok := in.subtype.AsString(); ok {
		service, action, _ := strings.Cut(s, "-")
		return b.serviceTargets(r, in, cmp.Or(subtypeService[service], strings.ToLower(service)), action)
	}
	var out []target
	for g, uri := range in.uri.Cases() {
		for _, t := range b.uriTargets(r, in, uri, link) {
			var ok bool
			if t.when, ok = b.guard(r.stack, g).And(t.when); ok {
				out = append(out, t)
			}
		}
	}
	return out
}

// subtypeService is the ARN's service of an HTTP API's integration subtype
// (Amazon API Gateway Developer Guide, Integration subtype reference).
var subtypeService = map[string]string{"EventBridge": "events", "StepFunctions": "states"}

func (b *builder) uriTargets(r *resource, in integration, uri source.Value, link *graph.Node) []target {
	a, isARN := parseARN(uri.Pieces())
	service, kind, rest := a.integration()
	if isARN && a.service == "apigateway" && service != "" && service != "lambda" {
		action := ""
		if kind == "action" {
			action = rest
		}
		in.request = append([]source.Value{uri}, in.request...)
		return b.serviceTargets(r, in, service, action)
	}
	if isARN && service == "lambda" {
		uri = between(uri, "/functions/", "/invocations")
	}
	if strings.Contains(uri.Text, "${stageVariables.") {
		uri.Kind = source.Unknown
	}
	ends := b.resolve(r, in.behind, partnersOf(graph.RoutesTo, true))
	if len(ends) == 0 && link != nil && len(b.mentioned(r, uri, partnersOf(graph.RoutesTo, true))) == 0 {
		ends = b.behindLink(link, in.connection.At)
	}
	if len(ends) == 0 {
		ends = b.resolve(r, uri, partnersOf(graph.RoutesTo, true))
	}
	mode := "sync"
	if asyncInvocation(in.request) {
		mode = "async"
	}
	var out []target
	for _, e := range ends {
		out = append(out, target{end: e, mode: mode})
	}
	return out
}

// frontedByLink says that a VPC link stands before what a route reaches through
// it, unless the link says so itself.
func (b *builder) frontedByLink(r *resource, link *graph.Node, t end, when source.Guard) {
	if link == nil || link == t.node || !slices.Contains(graph.Partners(graph.VPCLink, graph.Fronts), t.node.Kind) ||
		slices.ContainsFunc(b.g.Out(link, graph.Fronts), func(e *graph.Edge) bool { return e.To == t.node }) {
		return
	}
	b.connect(r, edge{rel: graph.Fronts, from: end{node: link}, to: t, when: when, at: t.at})
}

// behindLink is what a VPC link says that it stands before.
func (b *builder) behindLink(link *graph.Node, at source.Location) []end {
	var out []end
	for _, e := range b.g.Out(link, graph.Fronts) {
		if e.To != nil {
			out = append(out, end{node: e.To, when: e.If, at: at})
		}
	}
	return out
}

// asyncInvocation is whether a request asks Lambda not to wait (Amazon API Gateway
// Developer Guide, Set up asynchronous invocation of the backend Lambda function).
func asyncInvocation(request []source.Value) bool {
	for _, v := range request {
		for _, e := range v.Entries {
			if strings.HasSuffix(strings.ToLower(e.Key), "x-amz-invocation-type") && strings.Trim(e.Value.Text, "'") == "Event" {
				return true
			}
		}
	}
	return false
}

// mentioned is the nodes of some kinds that are referred to in v or below it.
func (b *builder) mentioned(r *resource, v source.Value, kinds []graph.Kind) []end {
	var out []end
	for _, e := range b.led(r.stack, v, kinds) {
		if e.node != nil && slices.Contains(kinds, e.node.Kind) {
			out = append(out, e)
		}
	}
	return out
}

// apiAt finds the API of the system to which a URL in a property leads.
func apiAt(p prop) func(*builder, *resource, source.Value) []end {
	return func(b *builder, r *resource, in source.Value) []end {
		return b.mentioned(r, r.get(in, p), []graph.Kind{graph.API})
	}
}

// between is the part of a text after one marker and before the next; all of it
// where they are not there.
func between(v source.Value, after, before string) source.Value {
	var inner []source.Part
	inside, closed := false, false
	for _, p := range v.Pieces() {
		if !inside {
			_, rest, found := strings.Cut(p.Text, after)
			if !found {
				continue
			}
			inside = true
			p.Start += len(p.Text) - len(rest)
			p.Text = rest
			if rest == "" {
				continue
			}
		}
		if p.Text != "" {
			if p.Text, _, closed = strings.Cut(p.Text, before); p.Text == "" && closed {
				break
			}
		}
		inner = append(inner, p)
		if closed {
			break
		}
	}
	if len(inner) == 0 {
		return v
	}
	return textOf(v, inner)
}
