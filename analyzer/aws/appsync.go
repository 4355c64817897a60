package aws

import (
	"slices"

	"github.com/awslabs/goformation/v7/cloudformation/appsync"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

var appSyncRows = []*row{
	{
		kind: graph.API, cfn: (*appsync.GraphQLApi)(nil), tf: "aws_appsync_graphql_api",
		name: prop{"Name", "name"},
		attrs: []attr{
			{name: "type", typ: text, enum: []string{"graphql"}, always: "graphql", doc: "What kind of API it is."},
			{name: "authorization", typ: text, enum: []string{"API_KEY", "AWS_IAM", "AMAZON_COGNITO_USER_POOLS", "OPENID_CONNECT", "AWS_LAMBDA"}, at: prop{"AuthenticationType", "authentication_type"},
				source: "AWS AppSync API Reference, GraphqlApi", doc: "Who may use the API as a whole; of a function URL NONE or AWS_IAM."},
			{name: "tracing", typ: flag, at: prop{"XrayEnabled", "xray_enabled"}, def: false,
				source: "AWS AppSync API Reference, GraphqlApi", doc: "Whether X-Ray traces requests; absent where stages say it, or where the API cannot be traced."},
			{name: "field_log_level", typ: text, at: prop{"LogConfig.FieldLogLevel", "log_config.field_log_level"}, def: "NONE",
				source: "AWS AppSync API Reference, LogConfig", doc: "What a GraphQL API logs of its resolvers."},
		},
		links: []link{
			{rel: graph.AuthorizedBy, to: prop{"LambdaAuthorizerConfig.AuthorizerUri", "lambda_authorizer_config.authorizer_uri"}},
			{rel: graph.AuthorizedBy, to: prop{"UserPoolConfig.UserPoolId", "user_pool_config.user_pool_id"}},
			{rel: graph.AuthorizedBy, to: prop{"OpenIDConnectConfig.Issuer", "openid_connect_config.issuer"}},
			{rel: graph.AuthorizedBy, each: prop{"AdditionalAuthenticationProviders", "additional_authentication_provider"}, to: prop{"LambdaAuthorizerConfig.AuthorizerUri", "lambda_authorizer_config.authorizer_uri"}},
			{rel: graph.AuthorizedBy, each: prop{"AdditionalAuthenticationProviders", "additional_authentication_provider"}, to: prop{"UserPoolConfig.UserPoolId", "user_pool_config.user_pool_id"}},
			{rel: graph.AuthorizedBy, each: prop{"AdditionalAuthenticationProviders", "additional_authentication_provider"}, to: prop{"OpenIDConnectConfig.Issuer", "openid_connect_config.issuer"}},
		},
	},
	{cfn: (*appsync.GraphQLSchema)(nil), is: prop{"ApiId", ""}},
	{cfn: (*appsync.ApiKey)(nil), tf: "aws_appsync_api_key", is: prop{"ApiId", "api_id"}},
	{
		cfn: (*appsync.DataSource)(nil), tf: "aws_appsync_datasource",
		links: []link{{rel: graph.Assumes, from: prop{"ApiId", "api_id"}, to: prop{"ServiceRoleArn", "service_role_arn"}}},
	},
	{cfn: (*appsync.FunctionConfiguration)(nil), tf: "aws_appsync_function"},
	{
		kind: graph.Route, cfn: (*appsync.Resolver)(nil), tf: "aws_appsync_resolver",
		attrs: []attr{
			{name: "method", typ: text, at: prop{"TypeName", "type"}},
			{name: "path", typ: text, at: prop{"FieldName", "field"}},
			{name: "timeout_s", typ: number, def: 30, source: "AWS AppSync endpoints and quotas"},
		},
		links: []link{{rel: graph.RoutesTo, from: prop{"ApiId", "api_id"}}},
		make: func(b *builder, r *resource) {
			for _, d := range b.dataSources(r) {
				b.readDataSource(r, end{node: r.node}, d)
			}
		},
	},
}

// dataSources is the data sources of a resolver: its own, then those of the
// functions of its pipeline.
func (b *builder) dataSources(r *resource) []*resource {
	var out []*resource
	add := func(r *resource, v source.Value) {
		if d := b.part(r, v, prop{"Name", "name"}, "AWS::AppSync::DataSource", "aws_appsync_datasource"); d != nil {
			out = append(out, d)
			b.sourced(d)
		}
	}
	add(r, r.get(r.Properties, prop{"DataSourceName", "data_source"}))
	for _, f := range r.get(r.Properties, prop{"PipelineConfig.Functions", "pipeline_config.functions"}).Elements() {
		if fn := b.part(r, f, prop{"Name", "name"}, "AWS::AppSync::FunctionConfiguration", "aws_appsync_function"); fn != nil {
			add(fn, fn.get(fn.Properties, prop{"DataSourceName", "data_source"}))
		}
	}
	return out
}

// part is the resource of certain types that a value names, by reference or by
// its name; nil if there is none in the stack.
func (b *builder) part(r *resource, v source.Value, name prop, types ...string) *resource {
	for _, p := range b.resourcesOf(r.stack, v, types...) {
		return p
	}
	if text, ok := v.AsString(); ok && text != "" {
		for _, p := range b.resources {
			if p.stack == r.stack && slices.Contains(types, p.Type) && p.get(p.Properties, name).Text == text {
				return p
			}
		}
	}
	return nil
}

// dataSourceTargets is where a data source of a kind says what it reads.
var dataSourceTargets = []struct {
	at   prop
	mode string
}{
	{prop{"LambdaConfig.LambdaFunctionArn", "lambda_config.function_arn"}, "sync"},
	{prop{"DynamoDBConfig.TableName", "dynamodb_config.table_name"}, "sync"},
	{prop{"EventBridgeConfig.EventBusArn", "event_bridge_config.event_bus_arn"}, "async"},
	{prop{"OpenSearchServiceConfig.Endpoint", "opensearchservice_config.endpoint"}, "sync"},
	{prop{"ElasticsearchConfig.Endpoint", "elasticsearch_config.endpoint"}, "sync"},
	{prop{"RelationalDatabaseConfig.RdsHttpEndpointConfig.DbClusterIdentifier", "relational_database_config.http_endpoint_config.db_cluster_identifier"}, "sync"},
	{prop{"HttpConfig.Endpoint", "http_config.endpoint"}, "sync"},
}

// readDataSource makes the edges from a resolver, or the API, to what a data
// source stands for.
func (b *builder) readDataSource(r *resource, from end, d *resource) {
	base, ok := b.guard(r.stack, r.If).And(b.guard(d.stack, d.If))
	if !ok {
		return
	}
	for _, t := range dataSourceTargets {
		for _, e := range b.resolve(d, d.get(d.Properties, t.at), partnersOf(graph.RoutesTo, true)) {
			if when, ok := base.And(e.when); ok && e.node != from.node {
				b.connect(r, edge{rel: graph.RoutesTo, from: from, to: e, when: when, at: d.At,
					attrs: map[string]source.Value{"mode": source.StringOf(t.mode, d.At)}})
			}
		}
	}
}

// sourced notes that a resolver uses a data source.
func (b *builder) sourced(d *resource) {
	if b.used == nil {
		b.used = map[*resource]bool{}
	}
	b.used[d] = true
}

// unusedDataSources joins an API with its data sources that no resolver in sight
// uses: resolvers may be made elsewhere.
func unusedDataSources(b *builder) {
	for _, d := range b.resources {
		if d.Type != "AWS::AppSync::DataSource" && d.Type != "aws_appsync_datasource" || b.used[d] {
			continue
		}
		for _, api := range b.resolve(d, d.get(d.Properties, prop{"ApiId", "api_id"}), []graph.Kind{graph.API}) {
			if api.node.Kind == graph.API {
				b.readDataSource(d, api, d)
			}
		}
	}
}
