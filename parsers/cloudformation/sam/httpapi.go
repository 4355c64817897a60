package sam

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// httpEvent adds a route to an HTTP API.
func (e *expander) httpEvent(r *resource, t target, ev event) {
	a, id := e.apiOf(ev, "ApiId", implicitHTTP)
	path, method := routeOf(ev)
	if path.text == "" && method.text == "" {
		path.text, method.text = defaultPath, anyMethod
	}
	e.permitHTTP(r, t, ev, a, id, path.text, method.text)
	if a == nil || a.doc.Kind != source.Map || !a.managed && absent(a.r.props.Get("DefinitionBody")) {
		return
	}
	a.routeSettings(r, ev)
	if hasIntegration(a.routes.operation(path.text, method.text)) {
		e.existingRoute(a, ev, path, method)
		return
	}
	f := fields{at: ev.at}
	f.text("type", "aws_proxy")
	f.text("httpMethod", "POST")
	f.text("payloadFormatVersion", "2.0")
	f.rename(ev.props, "PayloadFormatVersion", "payloadFormatVersion")
	f.set("uri", e.lambdaURI(ev.at, "2015-03-31", "invocations", t.arn(ev.at)))
	f.rename(ev.props, "TimeoutInMillis", "timeoutInMillis")
	op := fields{at: ev.at}
	op.set(integrationKey, f.value())
	if path.text == defaultPath && method.text == anyMethod {
		op.set("isDefaultRoute", source.BoolOf(true, ev.at))
	}
	op.set("responses", source.MapOf(ev.at))
	op.set("parameters", pathParameters(path))
	if g, ok := r.If.And(ev.when); ok {
		a.routes.add(path, method, when(g, e.httpRouteAuth(a, ev, op.value())))
	}
}

// existingRoute adds what an event says of a route that the definition has.
func (e *expander) existingRoute(a *api, ev event, path, method place) {
	if a.managed {
		e.warn(ev.at, "%s: %s %s is defined already", ev.id, ev.props.Get("Method").Text, path.text)
		return
	}
	op := a.routes.operation(path.text, method.text).Apply(func(op source.Value) source.Value {
		if op.Kind != source.Map {
			return op
		}
		for _, key := range [][2]string{{"TimeoutInMillis", "timeoutInMillis"}, {"PayloadFormatVersion", "payloadFormatVersion"}} {
			if v := ev.props.Get(key[0]); !absent(v) {
				op = setIn(op, v.At, v, integrationKey, key[1])
			}
		}
		return e.httpRouteAuth(a, ev, op)
	})
	a.routes.put(path, method, op)
}

// pathParameters lists the parameters in a path.
func pathParameters(path place) source.Value {
	var items []source.Value
	for rest := path.text; ; {
		_, after, ok := strings.Cut(rest, "{")
		name, tail, closed := strings.Cut(after, "}")
		if !ok || !closed {
			break
		}
		p := mapOf(path.at, "name", name, "in", "path")
		items = append(items, with(p, source.Entry{Key: "required", KeyAt: path.at, Value: source.BoolOf(true, path.at)}))
		rest = tail
	}
	if len(items) == 0 {
		return source.Value{At: path.at}
	}
	return source.ListOf(path.at, items...)
}

// httpInfo is the document with what the properties of an HTTP API say of it: the
// name, the description, the tags, whether the default endpoint is off.
func httpInfo(doc, p source.Value) source.Value {
	title := doc.Get("info", "title").Text
	if name := p.Get("Name"); !absent(name) && (title == "${AWS::StackName}" || title == "AWS::StackName") {
		doc = setIn(doc, name.At, name, "info", "title")
	}
	if text := p.Get("Description"); !absent(text) && absent(doc.Get("info", "description")) {
		doc = setIn(doc, text.At, text, "info", "description")
	}
	doc = disableEndpoint(doc, p.Get("DisableExecuteApiEndpoint"))
	tags := doc.Get("tags")
	items := slices.Clone(tags.Items)
	add := func(name string, at source.Location, value source.Value) {
		items = append(items, with(mapOf(at, "name", name), source.Entry{Key: "x-amazon-apigateway-tag-value", KeyAt: at, Value: value}))
	}
	for _, t := range p.Get("Tags").Fields() {
		add(t.Key, t.KeyAt, t.Value)
	}
	add("httpapi:createdBy", doc.At, source.StringOf("SAM", doc.At))
	return setIn(doc, doc.At, source.ListOf(doc.At, items...), "tags")
}

// disableEndpoint writes into a document whether API Gateway's own host name is
// off.
func disableEndpoint(doc, off source.Value) source.Value {
	const key = "x-amazon-apigateway-endpoint-configuration"
	switch {
	case absent(off):
		return doc
	case absent(doc.Get("openapi")):
		return setIn(doc, off.At, off, key, "disableExecuteApiEndpoint")
	}
	servers := doc.Get("servers").Items
	if len(servers) == 0 {
		servers = []source.Value{source.MapOf(off.At)}
	}
	out := make([]source.Value, len(servers))
	for i, s := range servers {
		out[i] = setIn(s, off.At, off, key, "disableExecuteApiEndpoint")
	}
	return setIn(doc, off.At, source.ListOf(off.At, out...), "servers")
}

// httpRouteAuth is routeAuth; an Auth without an authorizer means the default one.
func (e *expander) httpRouteAuth(a *api, ev event, op source.Value) source.Value {
	auth := ev.props.Get("Auth")
	def := a.r.props.Get("Auth", "DefaultAuthorizer")
	if auth.Kind == source.Map && absent(auth.Get("Authorizer")) && !absent(def) {
		ev.props = setIn(ev.props, auth.At, def, "Auth", "Authorizer")
	}
	return e.routeAuth(a, ev, op)
}

// permitHTTP lets an HTTP API call the function for a route.
func (e *expander) permitHTTP(r *resource, t target, ev event, a *api, id source.Value, path, method string) {
	if path == defaultPath {
		path = ""
	} else if a != nil && !absent(a.doc) {
		for _, ref := range a.routes.operation(defaultPath, anyMethod).Get(integrationKey, "uri").AllRefs() {
			if ref.Address == t.id && ref.Attribute == "Arn" { // the default route permits all routes
				return
			}
		}
	}
	e.permitRoute(r, t, ev, ev.id+"Permission", id, path, method)
}

// httpAPI expands AWS::Serverless::HttpApi, declared or implicit.
func (e *expander) httpAPI(r *resource) {
	a, p := e.apis[r.Address], r.props
	e.httpCORS(a)
	e.httpAuth(a)
	if fail, ok := p.Get("FailOnWarnings").AsBool(); ok && fail {
		a.routes.slashDefault()
	}
	f := fields{at: r.At}
	if fail, known := p.Get("FailOnWarnings").AsBool(); fail || !known {
		f.take(p, "FailOnWarnings")
	}
	if a.doc.Kind == source.Map {
		a.doc = httpInfo(a.doc, p)
	}
	e.body(a, &f)
	e.main(r, "AWS::ApiGatewayV2::Api", f)

	name := p.Get("StageName")
	stage := r.Address + "ApiGatewayDefaultStage"
	if !absent(name) && name.Text != defaultPath {
		stage = r.Address + stageSuffix(name, "") + "Stage"
		if stageSuffix(name, "") == hashed {
			stage = r.Address + "Stage" + hashed
		}
	}
	s := fields{at: r.At}
	s.set("ApiId", ref(r.Address, "", r.At))
	s.text("StageName", defaultPath)
	s.take(p, "StageName", "StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "Tags")
	if settings := p.Get("RouteSettings"); len(a.stage.items) > 0 && (settings.Kind == source.Map || absent(settings)) {
		s.set("RouteSettings", source.MapOf(r.At, a.stage.items...))
	}
	s.set("AutoDeploy", source.BoolOf(true, r.At))
	e.make(r, stage, "AWS::ApiGatewayV2::Stage", s)
	e.rename(r.Address, "Stage", stage)
	e.domain(r, stage)
}

// routeSettings notes what an event says of its route.
func (a *api) routeSettings(r *resource, ev event) {
	settings := ev.props.Get("RouteSettings")
	if absent(settings) {
		return
	}
	route := strings.ToUpper(ev.props.Get("Method").Text) + " " + spell(ev.props.Get("Path"))
	if absent(ev.props.Get("Method")) {
		route = defaultPath
	}
	i := a.stage.at(route, settings.At)
	a.stage.items[i].Value = when(r.If, merge(a.stage.items[i].Value, settings))
}

// slashDefault writes the default route as SAM does with FailOnWarnings.
func (r *routes) slashDefault() {
	if i, ok := r.find(defaultPath); ok {
		r.items[i].Key = "/" + defaultPath
	}
}

// httpCORS adds the CORS configuration to the document.
func (e *expander) httpCORS(a *api) {
	cors := a.r.props.Get("CorsConfiguration")
	if absent(cors) || a.doc.Kind != source.Map {
		return
	}
	f := fields{at: cors.At}
	if cors.Kind == source.Map {
		for _, x := range cors.Entries {
			if yes, ok := x.Value.AsBool(); x.Key == "AllowCredentials" && ok && !yes {
				continue
			}
			if x.Key != "" {
				x.Key = strings.ToLower(x.Key[:1]) + x.Key[1:]
				f.put(x)
			}
		}
	} else if on, ok := cors.AsBool(); ok && on {
		f.set("allowOrigins", source.ListOf(cors.At, source.StringOf("*", cors.At)))
	} else if ok {
		return
	} else {
		f.set("allowOrigins", cors)
	}
	a.doc = setIn(a.doc, cors.At, f.value(), corsKey)
}
