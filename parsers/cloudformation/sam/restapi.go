package sam

import (
	"maps"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// restAPI expands AWS::Serverless::Api, declared or implicit, once all events have
// added their routes.
func (e *expander) restAPI(r *resource) {
	a, p := e.apis[r.Address], r.props
	a.moveSchemes()
	e.cors(a)
	e.restAuth(a)
	f := fields{at: r.At}
	f.take(p, "Name", "Description", "BinaryMediaTypes", "MinimumCompressionSize", "Mode",
		"ApiKeySourceType", "Policy", "SecurityPolicy", "EndpointAccessMode")
	if fail, known := p.Get("FailOnWarnings").AsBool(); fail || !known {
		f.take(p, "FailOnWarnings")
	}
	f.set("EndpointConfiguration", endpoint(p.Get("EndpointConfiguration")))
	if policy := p.Get("Auth", "ResourcePolicy"); !absent(policy) && a.doc.Kind == source.Map {
		for _, path := range a.routes.items {
			e.resourcePolicy(a, policy, path.Key, p.Get("StageName"))
		}
		a.customStatements(policy)
	}
	if a.doc.Kind == source.Map {
		a.doc = e.restInfo(a.doc, p)
	}
	e.body(a, &f)
	e.main(r, restAPIMade, f)

	deployment := r.Address + "Deployment" + hashed
	d := fields{at: r.At}
	d.set("RestApiId", ref(r.Address, "", r.At))
	e.make(r, deployment, "AWS::ApiGateway::Deployment", d)
	e.rename(r.Address, "Deployment", deployment)

	name := p.Get("StageName")
	stage := r.Address + "Stage"
	if s := stageSuffix(name, ""); s == hashed {
		stage += hashed
	} else if s != "" {
		stage = r.Address + s + "Stage"
	}
	s := fields{at: r.At}
	s.set("RestApiId", ref(r.Address, "", r.At))
	s.set("DeploymentId", ref(deployment, "", r.At))
	s.take(p, "StageName", "CacheClusterEnabled", "CacheClusterSize", "Variables", "MethodSettings",
		"AccessLogSetting", "CanarySetting", "TracingEnabled")
	s.set("Tags", tagList(r.At, p.Get("Tags"), ""))
	if absent(name) {
		e.warn(r.At, "%s needs a StageName", r.Address)
	}
	e.make(r, stage, "AWS::ApiGateway::Stage", s)
	e.rename(r.Address, "Stage", stage)
	e.domain(r, stage)
	e.usagePlan(r, stage)
}

// moveSchemes puts the security schemes of an OpenAPI 3 document where that
// version has them.
func (a *api) moveSchemes() {
	old, ok := a.doc.Entry("securityDefinitions")
	if !ok || len(schemes(a.doc)) == 1 {
		return
	}
	doc := without(a.doc, "securityDefinitions")
	a.doc = overlay(doc, old.Value.Entries, schemes(doc)...)
}

// restInfo is the document with what the properties of a REST API say of it:
// gateway responses, binary media types, models, whether the default endpoint is
// off.
func (e *expander) restInfo(doc, p source.Value) source.Value {
	doc = disableEndpoint(doc, p.Get("DisableExecuteApiEndpoint"))
	var responses []source.Entry
	for _, r := range p.Get("GatewayResponses").Fields() {
		f := fields{at: r.KeyAt}
		params := fields{at: r.KeyAt}
		for _, where := range [][2]string{{"Headers", "header"}, {"Paths", "path"}, {"QueryStrings", "querystring"}} {
			for _, x := range r.Value.Get("ResponseParameters", where[0]).Entries {
				x.Key = "gatewayresponse." + where[1] + "." + x.Key
				params.put(x)
			}
		}
		if len(params.entries) > 0 {
			f.set("responseParameters", params.value())
		}
		f.rename(r.Value, "ResponseTemplates", "responseTemplates")
		f.rename(r.Value, "StatusCode", "statusCode")
		responses = append(responses, source.Entry{Key: r.Key, KeyAt: r.KeyAt, Value: f.value()})
	}
	doc = overlay(doc, responses, "x-amazon-apigateway-gateway-responses")
	if types := p.Get("BinaryMediaTypes"); !absent(types) {
		var items []source.Value
		for g, t := range types.Elements() {
			if t.Kind == source.String {
				t.Text = strings.ReplaceAll(t.Text, "~1", "/")
				t = t.WithParts(nil)
			}
			items = append(items, when(g, t))
		}
		doc = setIn(doc, types.At, source.ListOf(types.At, items...), "x-amazon-apigateway-binary-media-types")
	}
	where := []string{"definitions"}
	if absent(doc.Get("swagger")) {
		where = []string{"components", "schemas"}
	}
	var models []source.Entry
	for _, m := range p.Get("Models").Entries {
		m.Key = strings.ToLower(m.Key)
		models = append(models, m)
	}
	return overlay(doc, models, where...)
}

// body writes the document of an API, or where it lies.
func (e *expander) body(a *api, f *fields) {
	key := "DefinitionBody"
	uri, ok := a.r.props.Entry("DefinitionUri")
	if ok {
		key = "DefinitionUri"
	}
	at := a.r.At
	if entry, ok := a.r.props.Entry(key); ok {
		at = entry.KeyAt
	}
	a.doc = overlay(a.doc, a.schemes.items, schemes(a.doc)...)
	if len(a.policy) > 0 && a.doc.Kind == source.Map {
		a.doc = setIn(a.doc, at, document(at, a.policy...), policyKey)
	}
	if !absent(a.doc) {
		f.put(source.Entry{Key: "Body", KeyAt: at, Value: a.routes.in(a.doc)})
	} else if ok {
		f.put(source.Entry{Key: "BodyS3Location", KeyAt: at, Value: s3Location(uri.Value, "Bucket", "Key", "Version")})
	}
}

// endpoint is the EndpointConfiguration of a REST API: SAM takes the type alone.
func endpoint(v source.Value) source.Value {
	return v.Apply(func(c source.Value) source.Value {
		typ := c
		if c.Kind == source.Map {
			typ = c.Get("Type")
		}
		if absent(typ) {
			return c
		}
		f := fields{at: c.At}
		f.set("Types", source.ListOf(typ.At, typ))
		if c.Kind == source.Map {
			f.rename(c, "VPCEndpointIds", "VpcEndpointIds")
			f.take(c, "VpcEndpointIds", "IpAddressType")
		}
		return f.value()
	})
}

// cors adds a preflight operation to every path of a REST API with Cors.
func (e *expander) cors(a *api) {
	cors := a.r.props.Get("Cors")
	if absent(cors) || a.doc.Kind != source.Map {
		return
	}
	origin := cors
	if cors.Kind == source.Map {
		origin = cors.Get("AllowOrigin")
	}
	if absent(origin) {
		origin = source.StringOf("'*'", cors.At)
	}
	a.routes.each(func(_ string, item source.Value) source.Value {
		var methods []string
		for _, m := range item.Entries {
			switch name := methodName(m.Key); {
			case name == "options":
				return item
			case name == anyMethod:
				methods = []string{"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"}
			case isMethod(m.Key):
				methods = append(methods, strings.ToUpper(name))
			}
		}
		methods = append(methods, "OPTIONS")
		slices.Sort(methods)
		return with(item, source.Entry{Key: "options", KeyAt: cors.At, Value: preflight(cors, origin, slices.Compact(methods))})
	})
}

// preflight is the operation that answers a browser's question for itself.
func preflight(cors, origin source.Value, methods []string) source.Value {
	const header = "method.response.header.Access-Control-"
	params := fields{at: cors.At}
	params.set(header+"Allow-Origin", origin)
	params.rename(cors, "AllowHeaders", header+"Allow-Headers")
	params.text(header+"Allow-Methods", "'"+strings.Join(methods, ",")+"'")
	params.rename(cors, "AllowMethods", header+"Allow-Methods")
	params.rename(cors, "MaxAge", header+"Max-Age")
	if yes, ok := cors.Get("AllowCredentials").AsBool(); ok && yes {
		params.text(header+"Allow-Credentials", "'true'")
	}
	answer := fields{at: cors.At}
	answer.text("statusCode", "200")
	answer.set("responseParameters", params.value())
	f := fields{at: cors.At}
	f.text("type", "mock")
	f.set("requestTemplates", mapOf(cors.At, "application/json", "{\n  \"statusCode\" : 200\n}\n"))
	f.set("responses", nested(answer.value(), "default"))
	return nested(f.value(), integrationKey)
}

// resourcePolicy is the document with the policy of who may call the API, route by
// route. Routes of single events may have policies of their own.
func (e *expander) resourcePolicy(a *api, policy source.Value, path string, stage source.Value) {
	add := a.addStatement
	anyone := func(at source.Location) source.Value { return source.StringOf("*", at) }
	routes := e.routes(a, policy.At, path, stage)
	for _, l := range policyLists {
		var conditions fields
		for _, name := range strings.Fields(l.lists) {
			list := policy.Get(name)
			if absent(list) {
				continue
			}
			if list.Kind != source.List {
				list = source.ListOf(list.At, list)
			}
			if l.operator == "" {
				add(invoke(list.At, l.effect, nested(list, "AWS"), routes))
				continue
			}
			conditions.at = list.At
			groups := byKey(name, list)
			for _, key := range slices.Sorted(maps.Keys(groups)) {
				items := groups[key]
				have := source.MapOf(conditions.at, conditions.entries...).Get(key)
				have.Kind, have.At = source.List, list.At
				have.Items = slices.Concat(have.Items, items)
				conditions.set(key, have)
			}
		}
		if len(conditions.entries) > 0 {
			at := conditions.at
			add(invoke(at, "Allow", anyone(at), routes))
			s := invoke(at, "Deny", anyone(at), routes)
			add(with(s, source.Entry{Key: "Condition", KeyAt: at, Value: nested(conditions.value(), l.operator)}))
		}
	}
}

// addStatement adds a statement to the resource policy once.
func (a *api) addStatement(s source.Value) {
	if !slices.ContainsFunc(a.policy[:min(len(a.policy), maxCompared)], s.Equal) {
		a.policy = append(a.policy, s)
	}
}

// customStatements adds the statements that a ResourcePolicy writes out.
func (a *api) customStatements(policy source.Value) {
	for g, s := range policy.Get("CustomStatements").Elements() {
		a.addStatement(when(g, s))
	}
}

const policyKey = "x-amazon-apigateway-policy"

// policyLists are the lists of a ResourcePolicy: whom or from where to let in, or
// not to (AWS SAM Developer Guide, ResourcePolicyStatement).
var policyLists = []struct{ lists, effect, operator string }{
	{"AwsAccountWhitelist", "Allow", ""},
	{"AwsAccountBlacklist", "Deny", ""},
	{"IpRangeWhitelist", "Deny", "NotIpAddress"},
	{"IpRangeBlacklist", "Deny", "IpAddress"},
	{"SourceVpcBlacklist IntrinsicVpcBlacklist IntrinsicVpceBlacklist", "Deny", "StringEquals"},
	{"SourceVpcWhitelist IntrinsicVpcWhitelist IntrinsicVpceWhitelist", "Deny", "StringNotEquals"},
}

// byKey sorts the sources in a list by the condition key that compares them.
func byKey(name string, list source.Value) map[string][]source.Value {
	out := map[string][]source.Value{}
	for _, x := range list.Items {
		key := "aws:SourceIp"
		switch {
		case strings.HasPrefix(name, "IpRange"):
		case strings.HasPrefix(name, "IntrinsicVpce") || strings.HasPrefix(x.Text, "vpce-"):
			key = "aws:SourceVpce"
		default:
			key = "aws:SourceVpc"
		}
		out[key] = append(out[key], x)
	}
	return out
}

// routes is the resources of a path in a resource policy, one for each method.
func (e *expander) routes(a *api, at source.Location, path string, stage source.Value) source.Value {
	var items []source.Value
	for _, item := range a.routes.item(path).Cases() {
		for _, m := range item.Entries {
			verb := strings.ToUpper(m.Key)
			if methodName(m.Key) == anyMethod {
				verb = "*"
			}
			items = append(items, e.sub(at, "execute-api:/${Stage}/"+verb+wildPath(path), variable{"Stage", stage}))
		}
	}
	return source.ListOf(at, items...)
}

func invoke(at source.Location, effect string, who, routes source.Value) source.Value {
	f := fields{at: at}
	f.text("Effect", effect)
	f.text("Action", "execute-api:Invoke")
	f.set("Resource", routes)
	f.set("Principal", who)
	return f.value()
}
