package sam

import (
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// webSocketAPI expands AWS::Serverless::WebSocketApi.
func (e *expander) webSocketAPI(r *resource) {
	p := r.props
	f := fields{at: r.At}
	f.text("ProtocolType", "WEBSOCKET")
	f.text("Name", strings.TrimPrefix(r.Address, e.Prefix))
	f.take(p, "Name", "ApiKeySelectionExpression", "Description", "DisableExecuteApiEndpoint", "DisableSchemaValidation",
		"IpAddressType", "RouteSelectionExpression", "Tags")
	e.main(r, "AWS::ApiGatewayV2::Api", f)
	routes := p.Get("Routes")
	if len(routes.Entries) == 0 && routes.Kind != source.Unknown {
		e.warn(r.At, "%s needs Routes", r.Address)
	}
	for g, route := range routes.Fields() {
		e.webSocketRoute(r, g, route)
	}
	e.webSocketAuthorizer(r)
	name := p.Get("StageName")
	stage := r.Address + "DefaultStage"
	if !absent(name) && name.Text != "default" {
		text, _ := name.AsString()
		stage = r.Address + text + "Stage"
	}
	s := fields{at: r.At}
	s.set("ApiId", ref(r.Address, "", r.At))
	s.text("StageName", "default")
	s.take(p, "StageName", "StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings")
	s.set("AutoDeploy", source.BoolOf(true, r.At))
	e.make(r, stage, "AWS::ApiGatewayV2::Stage", s)
	e.rename(r.Address, "Stage", stage)
	e.domain(r, stage)
}

// webSocketRoute makes one route, its integration and its permission.
func (e *expander) webSocketRoute(r *resource, g source.Guard, route source.Entry) {
	at, v := route.KeyAt, route.Value
	key := strings.TrimPrefix(route.Key, "$")
	if key == "" {
		return
	}
	id := r.Address + strings.ToUpper(key[:1]) + strings.ToLower(key[1:])
	arn := v.Get("FunctionArn")
	if absent(arn) {
		e.warn(at, "%s: route %q needs a FunctionArn", r.Address, route.Key)
	}
	f := fields{at: at}
	f.set("ApiId", ref(r.Address, "", at))
	f.set("RouteKey", source.StringOf(route.Key, at))
	f.take(v, "ApiKeyRequired", "ModelSelectionExpression", "OperationName", "RequestModels", "RequestParameters",
		"RouteResponseSelectionExpression")
	f.set("Target", e.sub(at, "integrations/${Integration}", variable{"Integration", ref(id+"Integration", "", at)}))
	if auth := r.props.Get("Auth"); route.Key == "$connect" && !absent(auth) {
		f.rename(auth, "AuthType", "AuthorizationType")
		if auth.Get("AuthType").Text == "CUSTOM" {
			f.set("AuthorizerId", ref(r.Address+"ConnectAuthorizer", "", auth.At))
		}
	}
	e.makeIf(r, g, id+"Route", "AWS::ApiGatewayV2::Route", f)

	f = fields{at: at}
	f.set("ApiId", ref(r.Address, "", at))
	f.text("IntegrationType", "AWS_PROXY")
	f.set("IntegrationUri", e.lambdaURI(at, "2015-03-31", "invocations", arn))
	f.rename(v, "IntegrationTimeout", "TimeoutInMillis")
	e.makeIf(r, g, id+"Integration", "AWS::ApiGatewayV2::Integration", f)

	stage := r.props.Get("StageName")
	if absent(stage) {
		stage = source.StringOf("default", at)
	}
	f = fields{at: at}
	f.text("Action", "lambda:InvokeFunction")
	f.set("FunctionName", arn)
	f.text("Principal", "apigateway.amazonaws.com")
	f.set("SourceArn", e.sub(at, arnPattern("execute-api:{Api}/{Stage}/"+route.Key),
		variable{"Api", ref(r.Address, "ApiId", at)}, variable{"Stage", stage}))
	e.makeIf(r, g, id+"Permission", permissionMade, f)
}

// webSocketAuthorizer makes the authorizer of $connect.
func (e *expander) webSocketAuthorizer(r *resource) {
	auth := r.props.Get("Auth")
	if auth.Get("AuthType").Text != "CUSTOM" {
		return
	}
	arn := auth.Get("AuthArn")
	if absent(arn) {
		e.warn(auth.At, "%s: Auth of the type CUSTOM needs an AuthArn", r.Address)
	}
	id := r.Address + "ConnectAuthorizer"
	f := fields{at: auth.At}
	f.set("ApiId", ref(r.Address, "", auth.At))
	f.text("AuthorizerType", "REQUEST")
	f.set("AuthorizerUri", e.lambdaURI(auth.At, "2015-03-31", "invocations", arn))
	f.text("Name", strings.TrimPrefix(id, e.Prefix))
	f.take(auth, "Name", "IdentitySource")
	f.rename(auth, "InvokeRole", "AuthorizerCredentialsArn")
	e.make(r, id, "AWS::ApiGatewayV2::Authorizer", f)
	if absent(auth.Get("InvokeRole")) {
		e.permitAuthorizer(r, r.Address+"AuthorizerPermission", auth.At, arn)
	}
}
