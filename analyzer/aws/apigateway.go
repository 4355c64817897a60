package aws

import (
	"slices"
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/apigateway"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// apiGatewayRows is REST APIs (API Gateway version 1).
var apiGatewayRows = []*row{
	{
		kind: graph.API, cfn: (*apigateway.RestApi)(nil), tf: "aws_api_gateway_rest_api",
		name: prop{"Name", "name"},
		attrs: []attr{
			{name: "type", typ: text, enum: []string{"rest"}, always: "rest", doc: "What kind of API it is."},
			{name: "endpoint_type", typ: text, enum: []string{"EDGE", "REGIONAL", "PRIVATE"}, at: prop{"EndpointConfiguration.Types", "endpoint_configuration.types"}, def: "EDGE",
				source: "Amazon API Gateway API Reference, EndpointConfiguration", doc: "From where the API is reached."},
			{name: "default_endpoint_disabled", typ: flag, at: prop{"DisableExecuteApiEndpoint", "disable_execute_api_endpoint"}, def: false, doc: "Whether only custom domains lead to the API."},
			{name: "resource_policy", typ: flag, at: prop{"Policy", "policy"}, as: present, doc: "Whether a policy says who may call the API."},
			{name: "description", typ: text, at: prop{"Description", "description"}, doc: "What its author says it does."},
		},
	},
	{cfn: (*apigateway.Resource)(nil), tf: "aws_api_gateway_resource"},
	{
		kind: graph.Route, cfn: (*apigateway.Method)(nil), tf: "aws_api_gateway_method",
		attrs: []attr{
			{name: "method", typ: text, at: prop{"HttpMethod", "http_method"}},
			{name: "path", typ: text, read: methodPath},
			{name: "authorization", typ: text, at: prop{"AuthorizationType", "authorization"}, def: "NONE"},
			{name: "api_key_required", typ: flag, at: prop{"ApiKeyRequired", "api_key_required"}, def: false},
		},
		links: []link{
			{rel: graph.RoutesTo, from: prop{"RestApiId", "rest_api_id"}},
			{rel: graph.AuthorizedBy, to: prop{"AuthorizerId", "authorizer_id"}},
		},
		make: func(b *builder, r *resource) {
			if v := r.Properties.Get("Integration"); !r.terraform() && v.Kind != source.Unset {
				b.integrate(r, r.node, "rest", methodIntegration(v), nil)
			}
		},
	},
	{tf: "aws_api_gateway_integration", make: terraformIntegration},
	{
		kind: graph.Authorizer, cfn: (*apigateway.Authorizer)(nil), tf: "aws_api_gateway_authorizer",
		name:  prop{"Name", "name"},
		attrs: []attr{{name: "type", typ: text, at: prop{"Type", "type"}}},
		links: []link{{rel: graph.AuthorizedBy, from: prop{"RestApiId", "rest_api_id"}}},
		make: func(b *builder, r *resource) {
			b.asks(r, r.node, authorization{
				function: r.get(r.Properties, prop{"AuthorizerUri", "authorizer_uri"}),
				pools:    r.get(r.Properties, prop{"ProviderARNs", "provider_arns"}),
			}, b.guard(r.stack, r.If))
		},
	},
	{
		kind: graph.Stage, cfn: (*apigateway.Stage)(nil), tf: "aws_api_gateway_stage",
		name: prop{"StageName", "stage_name"}, attrs: restStageAttrs,
		links: []link{
			{rel: graph.Fronts, to: prop{"RestApiId", "rest_api_id"}},
			{rel: graph.LogsTo, to: prop{"AccessLogSetting.DestinationArn", "access_log_settings.destination_arn"}},
		},
	},
	{cfn: (*apigateway.Deployment)(nil), tf: "aws_api_gateway_deployment", make: deployedStage},
	{tf: "aws_api_gateway_method_settings", make: methodSettings},
	{cfn: (*apigateway.UsagePlan)(nil), tf: "aws_api_gateway_usage_plan", make: usagePlan},
	{
		kind: graph.VPCLink, cfn: (*apigateway.VpcLink)(nil), tf: "aws_api_gateway_vpc_link",
		name:  prop{"Name", "name"},
		links: []link{{rel: graph.Fronts, to: prop{"TargetArns", "target_arns"}}},
	},
}

// stageAttrs is what every stage says, of whatever API. rate and burst say where
// its throttle stands.
func stageAttrs(apiType attr, log, format prop, rate, burst attr) []attr {
	rate.name, rate.typ, rate.doc = "throttle_rate", number, "Requests a second that every route may take; absent for the account's limit."
	burst.name, burst.typ, burst.doc = "throttle_burst", number, "Requests at once that every route may take; absent for the account's limit."
	apiType.name, apiType.typ, apiType.doc = "api_type", text, "Type of the API that it is a stage of."
	return []attr{
		apiType, rate, burst,
		{name: "access_log", typ: flag, at: log, as: present, doc: "Whether requests are logged."},
		{name: "access_log_format", typ: text, at: format, doc: "Format of a line of the access log."},
		{name: "usage_plan", typ: flag, doc: "Whether a usage plan covers the stage; absent if none does."},
	}
}

var restStageAttrs = append(
	stageAttrs(attr{enum: []string{"rest"}, always: "rest"},
		prop{"AccessLogSetting.DestinationArn", "access_log_settings.destination_arn"}, prop{"AccessLogSetting.Format", "access_log_settings.format"},
		attr{read: everyMethod("ThrottlingRateLimit")}, attr{read: everyMethod("ThrottlingBurstLimit")}),
	attr{name: "execution_log_level", typ: text, enum: []string{"OFF", "ERROR", "INFO"}, read: everyMethod("LoggingLevel"), doc: "What API Gateway logs of its own work for every route; absent for nothing."},
	attr{name: "tracing", typ: flag, at: prop{"TracingEnabled", "xray_tracing_enabled"}, def: false,
		source: "Amazon API Gateway API Reference, Stage", doc: "Whether X-Ray traces requests; absent where the API cannot be traced."},
	attr{name: "cached", typ: flag, at: prop{"CacheClusterEnabled", "cache_cluster_enabled"}, def: false, doc: "Whether responses are cached."},
)

// everyMethod reads a setting that a stage makes for all methods of all paths.
func everyMethod(setting string) func(*builder, *resource, source.Value) source.Value {
	return func(_ *builder, r *resource, in source.Value) source.Value {
		if r.terraform() {
			return source.Value{}
		}
		return in.Get("MethodSettings").Apply(func(v source.Value) source.Value {
			for _, s := range v.Elements() {
				method, path := s.Get("HttpMethod"), s.Get("ResourcePath")
				if s.Kind == source.Unknown || method.Kind == source.Unknown || path.Kind == source.Unknown {
					return source.Value{Kind: source.Unknown, Text: s.Text, At: s.At}
				}
				if method.Text == "*" && path.Text == "/*" {
					return s.Get(setting)
				}
			}
			return source.Value{At: v.At}
		})
	}
}

// methodSettings gives a stage what Terraform sets for all of its methods.
func methodSettings(b *builder, r *resource) {
	in := r.Properties
	if in.Get("method_path").Text != "*/*" {
		return
	}
	settings := in.Get("settings")
	for _, stage := range b.stages(r, in.Get("stage_name"), in.Get("rest_api_id")) {
		for name, p := range map[string]struct {
			tf  string
			typ scalar
		}{"throttle_rate": {"throttling_rate_limit", number}, "throttle_burst": {"throttling_burst_limit", number}, "execution_log_level": {"logging_level", text}} {
			if v := b.settle(r, &attr{typ: p.typ}, r.get(settings, prop{p.tf, p.tf})); v.Kind != source.Unset {
				b.set(stage, name, v, b.guard(r.stack, r.If))
			}
		}
	}
}

// stages is the stages that a name and an API mean: by reference, else the API's
// stage of that name.
func (b *builder) stages(r *resource, name, api source.Value) []*graph.Node {
	var out []*graph.Node
	for _, e := range b.mentioned(r, name, []graph.Kind{graph.Stage}) {
		out = append(out, e.node)
	}
	if text, ok := name.AsString(); ok && len(out) == 0 {
		for _, a := range b.mentioned(r, api, []graph.Kind{graph.API}) {
			for _, n := range b.named(text, []graph.Kind{graph.Stage}) {
				if slices.ContainsFunc(b.g.Out(n, graph.Fronts), func(e *graph.Edge) bool { return e.To == a.node }) {
					out = append(out, n)
				}
			}
		}
	}
	return out
}

func usagePlan(b *builder, r *resource) {
	for _, s := range r.get(r.Properties, prop{"ApiStages", "api_stages"}).Elements() {
		for _, stage := range b.stages(r, r.get(s, prop{"Stage", "stage"}), r.get(s, prop{"ApiId", "api_id"})) {
			b.set(stage, "usage_plan", source.BoolOf(true, s.At), b.guard(r.stack, r.If))
		}
	}
}

// deployedStage makes the stage that a deployment creates by itself, unless a
// stage of its own uses the deployment.
func deployedStage(b *builder, r *resource) {
	name := r.get(r.Properties, prop{"StageName", "stage_name"})
	if name.Kind == source.Unset || name.Kind == source.Null || b.stagedDeployments()[r] {
		return
	}
	in := r.Properties.Get("StageDescription")
	n := b.g.Add(&graph.Node{ID: b.scoped(r.stack, r.Address), Kind: graph.Stage, Type: r.Type, Name: name.Text, If: b.guard(r.stack, r.If), At: r.At, Via: r.Via, Stack: r.stack})
	for i := range restStageAttrs {
		if v := b.attr(r, &restStageAttrs[i], in); v.Kind != source.Unset {
			n.Attrs[restStageAttrs[i].name] = v
		}
	}
	r.node = n
	b.link(r, &link{rel: graph.Fronts, to: prop{"RestApiId", "rest_api_id"}})
	b.link(r, &link{rel: graph.LogsTo, to: prop{"StageDescription.AccessLogSetting.DestinationArn", ""}})
}

// stagedDeployments is the deployments that a stage uses.
func (b *builder) stagedDeployments() map[*resource]bool {
	if b.staged == nil {
		b.staged = map[*resource]bool{}
		for _, r := range b.resources {
			if r.node == nil || r.node.Kind != graph.Stage {
				continue
			}
			for _, d := range b.resourcesOf(r.stack, r.get(r.Properties, prop{"DeploymentId", "deployment_id"})) {
				b.staged[d] = true
			}
		}
	}
	return b.staged
}

func methodIntegration(v source.Value) integration {
	return integration{
		typ: v.Get("Type"), method: v.Get("IntegrationHttpMethod"), uri: v.Get("Uri"),
		request:    []source.Value{v.Get("RequestParameters"), v.Get("RequestTemplates")},
		connection: v.Get("ConnectionId"), behind: v.Get("IntegrationTarget"), credentials: v.Get("Credentials"), timeoutMS: v.Get("TimeoutInMillis"),
		transfer: v.Get("ResponseTransferMode"), at: v.At,
	}
}

// terraformIntegration joins an integration with the method that it is of.
func terraformIntegration(b *builder, r *resource) {
	v := r.Properties
	in := integration{
		typ: v.Get("type"), method: v.Get("integration_http_method"), uri: v.Get("uri"),
		request:    []source.Value{v.Get("request_parameters"), v.Get("request_templates")},
		connection: v.Get("connection_id"), behind: v.Get("integration_target"), credentials: v.Get("credentials"), timeoutMS: v.Get("timeout_milliseconds"),
		transfer: v.Get("response_transfer_mode"), at: r.At,
	}
	for _, route := range b.methodsOf(r, v.Get("http_method"), v.Get("resource_id")) {
		b.integrate(r, route, "rest", in, nil)
	}
}

// methodsOf is the routes that an HTTP method of a resource means: by reference,
// else by the resource and the method's name.
func (b *builder) methodsOf(r *resource, method, of source.Value) []*graph.Node {
	var out []*graph.Node
	for _, e := range b.mentioned(r, method, []graph.Kind{graph.Route}) {
		out = append(out, e.node)
	}
	if len(out) > 0 {
		return out
	}
	for _, of := range b.pathOf(r, of) {
		for _, m := range b.methods()[of] {
			if m.Properties.Get("http_method").Text == method.Text {
				out = append(out, m.node)
			}
		}
	}
	return out
}

// pathOf is the resources that say to which path a method belongs: a path
// resource, or for the root the API.
func (b *builder) pathOf(r *resource, id source.Value) []*resource {
	return b.resourcesOf(r.stack, id, "aws_api_gateway_resource", "aws_api_gateway_rest_api")
}

// methods is Terraform's methods by what their path belongs to.
func (b *builder) methods() map[*resource][]*resource {
	if b.byPath == nil {
		b.byPath = map[*resource][]*resource{}
		for _, m := range b.resources {
			if m.Type == "aws_api_gateway_method" {
				for _, of := range b.pathOf(m, m.Properties.Get("resource_id")) {
					b.byPath[of] = append(b.byPath[of], m)
				}
			}
		}
	}
	return b.byPath
}

// maxPathParts bounds path resources that are each other's parents.
const maxPathParts = 64

// methodPath is the path of a method: the path parts of its resource and of that
// one's parents.
func methodPath(b *builder, r *resource, in source.Value) source.Value {
	v := r.get(in, prop{"ResourceId", "resource_id"})
	at := v.At
	var parts []string
	for stack := r.stack; !slices.ContainsFunc(v.AllRefs(), isRoot); {
		if stack, v = b.exported(stack, v); slices.ContainsFunc(v.AllRefs(), isRoot) {
			break
		}
		parents := b.resourcesOf(stack, v, "AWS::ApiGateway::Resource", "aws_api_gateway_resource")
		if len(parents) != 1 || len(parts) >= maxPathParts {
			return source.Value{Kind: source.Unknown, Text: v.Text, At: at}
		}
		p := parents[0]
		part, ok := p.get(p.Properties, prop{"PathPart", "path_part"}).AsString()
		if !ok {
			return source.Value{Kind: source.Unknown, Text: v.Text, At: at}
		}
		parts = append(parts, part)
		stack, v = p.stack, p.get(p.Properties, prop{"ParentId", "parent_id"})
	}
	slices.Reverse(parts)
	return source.StringOf("/"+strings.Join(parts, "/"), at)
}

// isRoot is whether a reference is to the root of an API's paths.
func isRoot(ref source.Ref) bool {
	return ref.Attribute == "RootResourceId" || ref.Attribute == "root_resource_id"
}
