package sam

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// restAPI expands AWS::Serverless::Api, declared or implicit, once all events have
// added their routes.
func (e *expander) restAPI(r *resource) {
	a, p := e.apis[r.Address], r.props
	e.cors(a)
	e.restAuth(a)
	f := fields{at: r.At}
	f.take(p, "Name", "Description", "BinaryMediaTypes", "MinimumCompressionSize", "FailOnWarnings", "Mode",
		"ApiKeySourceType", "Policy", "SecurityPolicy", "EndpointAccessMode")
	f.set("DisableExecuteApiEndpoint", p.Get("DisableExecuteApiEndpoint"))
	f.set("EndpointConfiguration", endpoint(p.Get("EndpointConfiguration")))
	if policy := p.Get("Auth", "ResourcePolicy"); !absent(policy) && a.doc.Kind == source.Map {
		a.doc = e.resourcePolicy(a, policy)
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
	if !absent(a.doc) {
		f.put(source.Entry{Key: "Body", KeyAt: at, Value: a.doc})
	} else if ok {
		f.put(source.Entry{Key: "BodyS3Location", KeyAt: at, Value: s3Location(uri.Value, "Bucket", "Key", "Version")})
	}
}

// endpoint is the EndpointConfiguration of a REST API: SAM takes the type alone.
func endpoint(v source.Value) source.Value {
	return mapCases(v, func(c source.Value) source.Value {
		typ := c
		if c.Kind == source.Map {
			typ = c.Get("Type")
		}
		if absent(typ) {
			return c
		}
		f := fields{at: c.At}
		f.set("Types", source.ListOf(typ.At, typ))
		f.rename(c, "VPCEndpointIds", "VpcEndpointIds")
		f.take(c, "VpcEndpointIds", "IpAddressType")
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
	a.doc = eachPath(a.doc, func(_ string, item source.Value) source.Value {
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

// policyLists are the lists of a ResourcePolicy: whom or from where to let in, or
// not to (AWS SAM Developer Guide, ResourcePolicyStatement).
var policyLists = []struct{ list, effect, operator, key string }{
	{"AwsAccountWhitelist", "Allow", "", ""},
	{"AwsAccountBlacklist", "Deny", "", ""},
	{"IpRangeWhitelist", "Deny", "NotIpAddress", "aws:SourceIp"},
	{"IpRangeBlacklist", "Deny", "IpAddress", "aws:SourceIp"},
	{"SourceVpcBlacklist", "Deny", "StringEquals", "aws:SourceVpc"},
	{"IntrinsicVpcBlacklist", "Deny", "StringEquals", "aws:SourceVpc"},
	{"IntrinsicVpceBlacklist", "Deny", "StringEquals", "aws:SourceVpce"},
	{"SourceVpcWhitelist", "Deny", "StringNotEquals", "aws:SourceVpc"},
	{"IntrinsicVpcWhitelist", "Deny", "StringNotEquals", "aws:SourceVpc"},
	{"IntrinsicVpceWhitelist", "Deny", "StringNotEquals", "aws:SourceVpce"},
}

// resourcePolicy is the document with the policy of who may call the API. It is
// written for all routes at once; AWS's translator lists them one by one.
func (e *expander) resourcePolicy(a *api, policy source.Value) source.Value {
	var statements []source.Value
	for _, l := range policyLists {
		list := policy.Get(l.list)
		if absent(list) {
			continue
		}
		if l.key != "" && len(statements) == 0 {
			statements = append(statements, invokeStatement(list.At, "Allow", source.StringOf("*", list.At)))
		}
		if l.key == "" {
			statements = append(statements, invokeStatement(list.At, l.effect, nested(list, "AWS")))
			continue
		}
		s := invokeStatement(list.At, l.effect, source.StringOf("*", list.At))
		statements = append(statements, with(s, source.Entry{Key: "Condition", KeyAt: list.At, Value: nested(list, l.operator, l.key)}))
	}
	for g, s := range policy.Get("CustomStatements").Elements() {
		statements = append(statements, when(g, s))
	}
	if len(statements) == 0 {
		return a.doc
	}
	return setIn(a.doc, policy.At, document(policy.At, statements...), "x-amazon-apigateway-policy")
}

func invokeStatement(at source.Location, effect string, who source.Value) source.Value {
	f := fields{at: at}
	f.text("Effect", effect)
	f.set("Principal", who)
	f.text("Action", "execute-api:Invoke")
	f.text("Resource", "execute-api:/*")
	return f.value()
}
