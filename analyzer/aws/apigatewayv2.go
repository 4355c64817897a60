package aws

import (
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/apigatewayv2"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// apiGatewayV2Rows is HTTP and WebSocket APIs (API Gateway version 2).
var apiGatewayV2Rows = []*row{
	{
		kind: graph.API, cfn: (*apigatewayv2.Api)(nil), tf: "aws_apigatewayv2_api",
		name: prop{"Name", "name"},
		attrs: []attr{
			{name: "type", typ: text, enum: []string{"http", "websocket"}, read: protocol, doc: "What kind of API it is."},
			{name: "default_endpoint_disabled", typ: flag, at: prop{"DisableExecuteApiEndpoint", "disable_execute_api_endpoint"}, def: false, doc: "Whether only custom domains lead to the API."},
			{name: "cors", typ: flag, at: prop{"CorsConfiguration", "cors_configuration"}, as: present, doc: "Whether the API answers browsers of other origins by itself."},
			{name: "description", typ: text, at: prop{"Description", "description"}, doc: "What its author says it does."},
		},
		make: quickCreate,
	},
	{
		kind: graph.Route, cfn: (*apigatewayv2.Route)(nil), tf: "aws_apigatewayv2_route",
		attrs: []attr{
			{name: "method", typ: text, read: routeKey(0)},
			{name: "path", typ: text, read: routeKey(1)},
			{name: "authorization", typ: text, at: prop{"AuthorizationType", "authorization_type"}, def: "NONE"},
			{name: "api_key_required", typ: flag, at: prop{"ApiKeyRequired", "api_key_required"}, def: false},
		},
		links: []link{
			{rel: graph.RoutesTo, from: prop{"ApiId", "api_id"}},
			{rel: graph.AuthorizedBy, to: prop{"AuthorizerId", "authorizer_id"}},
		},
		make: routeTarget,
	},
	{cfn: (*apigatewayv2.Integration)(nil), tf: "aws_apigatewayv2_integration"},
	{
		kind: graph.Authorizer, cfn: (*apigatewayv2.Authorizer)(nil), tf: "aws_apigatewayv2_authorizer",
		name:  prop{"Name", "name"},
		attrs: []attr{{name: "type", typ: text, at: prop{"AuthorizerType", "authorizer_type"}}},
		links: []link{{rel: graph.AuthorizedBy, from: prop{"ApiId", "api_id"}}},
		make: func(b *builder, r *resource) {
			b.asks(r, r.node, authorization{
				function: r.get(r.Properties, prop{"AuthorizerUri", "authorizer_uri"}),
				issuer:   r.get(r.Properties, prop{"JwtConfiguration.Issuer", "jwt_configuration.issuer"}),
			}, b.guard(r.stack, r.If))
		},
	},
	{
		kind: graph.Stage, cfn: (*apigatewayv2.Stage)(nil), tf: "aws_apigatewayv2_stage",
		name: prop{"StageName", "name"},
		attrs: append(stageAttrs(attr{enum: []string{"http", "websocket"}, read: typeOfStage},
			prop{"AccessLogSettings.DestinationArn", "access_log_settings.destination_arn"}, prop{"AccessLogSettings.Format", "access_log_settings.format"},
			attr{at: prop{"DefaultRouteSettings.ThrottlingRateLimit", "default_route_settings.throttling_rate_limit"}},
			attr{at: prop{"DefaultRouteSettings.ThrottlingBurstLimit", "default_route_settings.throttling_burst_limit"}}),
			attr{name: "execution_log_level", typ: text, at: prop{"DefaultRouteSettings.LoggingLevel", "default_route_settings.logging_level"}, doc: "What API Gateway logs of its own work for every route; absent for nothing."},
		),
		links: []link{
			{rel: graph.Fronts, to: prop{"ApiId", "api_id"}},
			{rel: graph.LogsTo, to: prop{"AccessLogSettings.DestinationArn", "access_log_settings.destination_arn"}},
		},
	},
	{kind: graph.VPCLink, cfn: (*apigatewayv2.VpcLink)(nil), tf: "aws_apigatewayv2_vpc_link", name: prop{"Name", "name"}},
}

// protocol is the type of a version 2 API. An API that is defined by a document or
// by a target alone is an HTTP API.
func protocol(_ *builder, r *resource, in source.Value) source.Value {
	return r.get(in, prop{"ProtocolType", "protocol_type"}).Apply(func(v source.Value) source.Value {
		switch v.Kind {
		case source.Unset, source.Null:
			return source.StringOf("http", r.At)
		case source.Unknown:
			return v
		}
		return source.StringOf(strings.ToLower(v.Text), v.At)
	})
}

// typeOf is the type of the API to which a part of it refers; "" where that is
// not in sight.
func (b *builder) typeOf(r *resource) string {
	for _, api := range b.resourcesOf(r.stack, r.get(r.Properties, prop{"ApiId", "api_id"}), "AWS::ApiGatewayV2::Api", "aws_apigatewayv2_api") {
		return protocol(b, api, api.Properties).Text
	}
	return ""
}

func typeOfStage(b *builder, r *resource, in source.Value) source.Value {
	if t := b.typeOf(r); t != "" {
		return source.StringOf(t, r.At)
	}
	return source.Value{Kind: source.Unknown, Text: r.get(in, prop{"ApiId", "api_id"}).Text, At: r.At}
}

// routeKey is the method (0) or the path (1) of a route key such as "GET /orders",
// "$default" or, of a WebSocket API, a key of the author's choice.
func routeKey(part int) func(*builder, *resource, source.Value) source.Value {
	return func(b *builder, r *resource, in source.Value) source.Value {
		websocket := b.typeOf(r) == "websocket"
		return r.get(in, prop{"RouteKey", "route_key"}).Apply(func(v source.Value) source.Value {
			key, ok := v.AsString()
			if !ok {
				return v
			}
			method, path, both := strings.Cut(key, " ")
			switch {
			case both && part == 0:
				return source.StringOf(strings.ToUpper(method), v.At)
			case both:
				return source.StringOf(strings.TrimSpace(path), v.At)
			case part == 1:
				return source.StringOf(key, v.At)
			case websocket:
				return source.Value{At: v.At}
			}
			return source.StringOf("ANY", v.At)
		})
	}
}

// routeTarget joins a route with the integration that its target names.
func routeTarget(b *builder, r *resource) {
	v := r.get(r.Properties, prop{"Target", "target"})
	found := false
	for g, c := range v.Cases() {
		for _, i := range b.resourcesOf(r.stack, c, "AWS::ApiGatewayV2::Integration", "aws_apigatewayv2_integration") {
			found = true
			if when, ok := g.And(i.If); ok {
				b.integrate(r, r.node, b.typeOf(r), httpIntegration(i), when)
			}
		}
	}
	if !found && v.Kind != source.Unset && v.Kind != source.Null {
		b.open = append(b.open, openEnd{known: r.node, rel: graph.RoutesTo, why: v.Text})
	}
}

func httpIntegration(i *resource) integration {
	get := func(cfn, tf string) source.Value { return i.get(i.Properties, prop{cfn, tf}) }
	return integration{
		typ: get("IntegrationType", "integration_type"), subtype: get("IntegrationSubtype", "integration_subtype"),
		method: get("IntegrationMethod", "integration_method"), uri: get("IntegrationUri", "integration_uri"),
		request:    []source.Value{get("RequestParameters", "request_parameters"), get("RequestTemplates", "request_templates")},
		connection: get("ConnectionId", "connection_id"), credentials: get("CredentialsArn", "credentials_arn"),
		timeoutMS: get("TimeoutInMillis", "timeout_milliseconds"), at: i.At,
	}
}

// quickCreate makes the route, the integration and the stage that an HTTP API gets
// from a target alone (Amazon API Gateway API Reference, CreateApi).
func quickCreate(b *builder, r *resource) {
	target := r.get(r.Properties, prop{"Target", "target"})
	if target.Kind == source.Unset || target.Kind == source.Null {
		return
	}
	method, path := "ANY", "$default"
	if key, ok := r.get(r.Properties, prop{"RouteKey", "route_key"}).AsString(); ok {
		if m, p, both := strings.Cut(key, " "); both {
			method, path = m, p
		}
	}
	route := b.route(r, end{node: r.node}, method, path, nil, target.At)
	route.Attrs["authorization"] = source.StringOf("NONE", target.At)
	kind := "AWS_PROXY"
	if strings.HasPrefix(target.Text, "http") {
		kind = "HTTP_PROXY"
	}
	b.integrate(r, route, "http", integration{
		typ: source.StringOf(kind, target.At), uri: target, credentials: r.get(r.Properties, prop{"CredentialsArn", "credentials_arn"}), at: target.At,
	}, nil)
	stage := b.g.Add(&graph.Node{ID: r.node.ID + " $default", Kind: graph.Stage, Type: r.Type, Name: "$default", If: r.node.If, At: r.At, Via: r.Via, Stack: r.stack})
	stage.Attrs["api_type"] = source.StringOf("http", r.At)
	stage.Attrs["access_log"] = source.BoolOf(false, r.At)
	b.connect(r, edge{rel: graph.Fronts, from: end{node: stage}, to: end{node: r.node}, when: r.node.If, at: r.At})
}
