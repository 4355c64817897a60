package sam

import (
	"strconv"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// graphQLAPI expands AWS::Serverless::GraphQLApi.
func (e *expander) graphQLAPI(r *resource) {
	p := r.props
	f := fields{at: r.At}
	f.text("Name", strings.TrimPrefix(r.Address, e.Prefix))
	f.take(p, "Name", "XrayEnabled", "Visibility", "OwnerContact", "IntrospectionConfig", "QueryDepthLimit", "ResolverCountLimit")
	f.set("Tags", tagList(r.At, p.Get("Tags"), "graphqlapi:createdBy"))
	auth := p.Get("Auth")
	if absent(auth) {
		e.warn(r.At, "%s needs Auth", r.Address)
	}
	f.rename(auth, "Type", "AuthenticationType")
	authorizers := e.graphQLAuth(auth, &f)
	e.graphQLLogging(r, &f)
	e.main(r, "AWS::AppSync::GraphQLApi", f)
	for i, arn := range authorizers {
		e.connect(r, r.Address+"ToLambdaAuthConnector"+strconv.Itoa(i+1), connection{
			source:      end{typ: "AWS::AppSync::GraphQLApi", id: ref(r.Address, "ApiId", arn.At)},
			destination: end{typ: "AWS::Lambda::Function", arn: arn},
			permissions: []string{"Write"}, at: arn.At,
		})
	}
	e.graphQLParts(r)
	g := &graphQL{e: e, r: r, sources: map[string]source.Value{}, functions: map[string]source.Value{}}
	g.dataSources()
	g.pipelineFunctions()
	g.resolvers()
}

// graphQLAuth writes the authorizers of a GraphQL API and returns the functions
// among them.
func (e *expander) graphQLAuth(auth source.Value, f *fields) (functions []source.Value) {
	config := func(a source.Value, f *fields) {
		f.rename(a, "LambdaAuthorizer", "LambdaAuthorizerConfig")
		f.rename(a, "OpenIDConnect", "OpenIDConnectConfig")
		f.rename(a, "UserPool", "UserPoolConfig")
		if arn := a.Get("LambdaAuthorizer", "AuthorizerUri"); !absent(arn) {
			functions = append(functions, arn)
		}
	}
	config(auth, f)
	var more []source.Value
	for g, a := range auth.Get("Additional").Elements() {
		x := fields{at: a.At}
		x.rename(a, "Type", "AuthenticationType")
		config(a, &x)
		more = append(more, when(g, x.value()))
	}
	if len(more) > 0 {
		f.set("AdditionalAuthenticationProviders", source.ListOf(auth.At, more...))
	}
	return functions
}

// graphQLLogging turns logging on, unless Logging is false, with a role for it.
func (e *expander) graphQLLogging(r *resource, f *fields) {
	v := r.props.Get("Logging")
	if on, ok := v.AsBool(); ok && !on {
		return
	}
	log := fields{at: r.At}
	log.text("FieldLogLevel", "ALL")
	log.take(v, "FieldLogLevel", "ExcludeVerboseContent", "CloudWatchLogsRoleArn")
	if absent(v.Get("CloudWatchLogsRoleArn")) {
		id := r.Address + "CloudWatchRole"
		x := &role{id: id, at: r.At, service: "appsync.amazonaws.com"}
		x.manage(e.managedPolicy("AWSAppSyncPushToCloudWatchLogs", r.At))
		e.makeRole(r, nil, x)
		log.set("CloudWatchLogsRoleArn", ref(id, "Arn", r.At))
	}
	f.set("LogConfig", log.value())
}

// graphQLParts makes the schema, keys, cache and domain of a GraphQL API.
func (e *expander) graphQLParts(r *resource) {
	p := r.props
	id := ref(r.Address, "ApiId", r.At)
	f := fields{at: r.At}
	f.set("ApiId", id)
	f.rename(p, "SchemaInline", "Definition")
	f.rename(p, "SchemaUri", "DefinitionS3Location")
	e.make(r, r.Address+"Schema", "AWS::AppSync::GraphQLSchema", f)
	for g, key := range p.Get("ApiKeys").Fields() {
		f := fields{at: key.KeyAt}
		f.set("ApiId", id)
		f.take(key.Value, "ApiKeyId", "Description")
		f.rename(key.Value, "ExpiresOn", "Expires")
		e.makeIf(r, g, r.Address+key.Key, "AWS::AppSync::ApiKey", f)
	}
	if cache := p.Get("Cache"); !absent(cache) {
		f := fields{at: cache.At}
		f.set("ApiId", id)
		f.take(cache, "ApiCachingBehavior", "Type", "Ttl", "AtRestEncryptionEnabled", "TransitEncryptionEnabled")
		e.make(r, r.Address+"ApiCache", "AWS::AppSync::ApiCache", f)
	}
	if domain := p.Get("DomainName"); !absent(domain) {
		f := fields{at: domain.At}
		f.take(domain, "CertificateArn", "DomainName", "Description")
		e.make(r, r.Address+"DomainName", "AWS::AppSync::DomainName", f)
		f = fields{at: domain.At}
		f.set("ApiId", id)
		f.set("DomainName", ref(r.Address+"DomainName", "", domain.At))
		e.make(r, r.Address+"DomainNameApiAssociation", "AWS::AppSync::DomainNameApiAssociation", f)
	}
}

// graphQL is a GraphQL API while its parts are made: the names of its data sources
// and functions, by the keys that the template gives them.
type graphQL struct {
	e         *expander
	r         *resource
	sources   map[string]source.Value
	functions map[string]source.Value
	none      bool // the data source that does nothing is made
}

// dataSources makes the data sources with a role for each that brings none.
func (g *graphQL) dataSources() {
	all := g.r.props.Get("DataSources")
	for guard, s := range all.Get("DynamoDb").Fields() {
		v := s.Value
		id := g.r.Address + s.Key + "DynamoDBDataSource"
		config := fields{at: s.KeyAt}
		config.set("AwsRegion", g.e.sub(s.KeyAt, "${AWS::Region}"))
		config.rename(v, "Region", "AwsRegion")
		config.take(v, "TableName", "UseCallerCredentials", "Versioned")
		config.rename(v, "DeltaSync", "DeltaSyncConfig")
		arn := v.Get("TableArn")
		if absent(arn) {
			arn = g.e.sub(s.KeyAt, "arn:${AWS::Partition}:dynamodb:${Region}:${AWS::AccountId}:table/${Table}",
				variable{"Table", v.Get("TableName")}, variable{"Region", config.value().Get("AwsRegion")})
		}
		permissions := texts(v.Get("Permissions"))
		if len(permissions) == 0 {
			permissions = []string{"Read", "Write"}
		}
		g.dataSource(guard, s, id, "AMAZON_DYNAMODB", "DynamoDBConfig", config, connection{
			destination: end{typ: "AWS::DynamoDB::Table", arn: arn}, permissions: permissions,
		}, "ToTableConnector")
	}
	for guard, s := range all.Get("Lambda").Fields() {
		config := fields{at: s.KeyAt}
		config.rename(s.Value, "FunctionArn", "LambdaFunctionArn")
		g.dataSource(guard, s, g.r.Address+s.Key+"LambdaDataSource", "AWS_LAMBDA", "LambdaConfig", config, connection{
			destination: end{typ: "AWS::Lambda::Function", arn: s.Value.Get("FunctionArn")}, permissions: []string{"Write"},
		}, "ToLambdaConnector")
	}
}

func (g *graphQL) dataSource(guard source.Guard, s source.Entry, id, typ, key string, config fields, c connection, suffix string) {
	f := fields{at: s.KeyAt}
	f.set("ApiId", ref(g.r.Address, "ApiId", s.KeyAt))
	f.set("Name", source.StringOf(s.Key, s.KeyAt))
	f.take(s.Value, "Name", "Description")
	f.text("Type", typ)
	f.set(key, config.value())
	f.set("ServiceRoleArn", ref(id+"Role", "Arn", s.KeyAt))
	f.take(s.Value, "ServiceRoleArn")
	g.e.makeIf(g.r, guard, id, "AWS::AppSync::DataSource", f)
	g.sources[s.Key] = ref(id, "Name", s.KeyAt)
	if !absent(s.Value.Get("ServiceRoleArn")) {
		return
	}
	g.e.makeRole(g.r, guard, &role{id: id + "Role", at: s.KeyAt, service: "appsync.amazonaws.com"})
	c.source = end{typ: "AWS::AppSync::DataSource", arn: ref(id, "DataSourceArn", s.KeyAt), role: ref(id+"Role", "", s.KeyAt)}
	c.at, c.when = s.KeyAt, guard
	g.e.connect(g.r, id+suffix, c)
}

// pipelineFunctions makes the functions of pipelines.
func (g *graphQL) pipelineFunctions() {
	for guard, fn := range g.r.props.Get("Functions").Fields() {
		if id := fn.Value.Get("Id"); !absent(id) {
			g.functions[fn.Key] = id
			continue
		}
		f := fields{at: fn.KeyAt}
		f.set("ApiId", ref(g.r.Address, "ApiId", fn.KeyAt))
		f.set("Name", source.StringOf(fn.Key, fn.KeyAt))
		f.take(fn.Value, "Name", "Description", "MaxBatchSize")
		f.set("DataSourceName", g.sourceName(fn.Value.Get("DataSource")))
		code(&f, fn.Value)
		f.rename(fn.Value, "Sync", "SyncConfig")
		id := g.r.Address + fn.Key
		g.e.makeIf(g.r, guard, id, "AWS::AppSync::FunctionConfiguration", f)
		g.functions[fn.Key] = ref(id, "FunctionId", fn.KeyAt)
	}
}

// sourceName is the data source that a function names by its key, by "NONE" or by
// an intrinsic.
func (g *graphQL) sourceName(v source.Value) source.Value {
	name, ok := v.AsString()
	if !ok || len(v.Refs()) > 0 {
		return v
	}
	if known, ok := g.sources[name]; ok {
		return source.RefOf(source.Ref{Address: known.Refs()[0].Address, Attribute: "Name", At: v.At})
	}
	if !strings.EqualFold(name, "none") {
		g.e.warn(v.At, "%s has no data source %q", g.r.Address, name)
		return v
	}
	id := g.r.Address + "NoneDataSource"
	if !g.none {
		g.none = true
		f := fields{at: v.At}
		f.set("ApiId", ref(g.r.Address, "ApiId", v.At))
		f.text("Name", strings.TrimPrefix(id, g.e.Prefix))
		f.text("Type", "NONE")
		g.e.make(g.r, id, "AWS::AppSync::DataSource", f)
	}
	return ref(id, "Name", v.At)
}

// code writes the code of a function or resolver.
func code(f *fields, v source.Value) {
	f.rename(v, "InlineCode", "Code")
	f.rename(v, "CodeUri", "CodeS3Location")
	if runtime := v.Get("Runtime"); !absent(runtime) {
		x := fields{at: runtime.At}
		x.take(runtime, "Name")
		x.rename(runtime, "Version", "RuntimeVersion")
		f.set("Runtime", x.value())
	}
}

// resolvers makes the resolvers, pipelines all of them.
func (g *graphQL) resolvers() {
	for outer, typ := range g.r.props.Get("Resolvers").Fields() {
		for also, field := range typ.Value.Fields() {
			both, ok := outer.And(also)
			if !ok {
				continue
			}
			f := fields{at: field.KeyAt}
			f.set("ApiId", ref(g.r.Address, "ApiId", field.KeyAt))
			f.set("TypeName", source.StringOf(typ.Key, typ.KeyAt))
			f.set("FieldName", source.StringOf(field.Key, field.KeyAt))
			f.take(field.Value, "FieldName", "MaxBatchSize")
			f.rename(field.Value, "Caching", "CachingConfig")
			code(&f, field.Value)
			f.text("Kind", "PIPELINE")
			pipeline := field.Value.Get("Pipeline")
			if absent(pipeline) {
				g.e.warn(field.KeyAt, "%s: resolver %s.%s needs a Pipeline", g.r.Address, typ.Key, field.Key)
			}
			var steps []source.Value
			for h, step := range pipeline.Elements() {
				if id, ok := g.functions[step.Text]; ok {
					id.At = step.At
					steps = append(steps, when(h, id))
				} else {
					g.e.warn(step.At, "%s has no function %q", g.r.Address, step.Text)
				}
			}
			f.set("PipelineConfig", nested(source.ListOf(pipeline.At, steps...), "Functions"))
			g.e.makeIf(g.r, both, g.r.Address+typ.Key+field.Key, "AWS::AppSync::Resolver", f)
		}
	}
}

// texts is the texts in a list.
func texts(v source.Value) (out []string) {
	for _, x := range v.Elements() {
		if s, ok := x.AsString(); ok {
			out = append(out, s)
		}
	}
	return out
}
