package sam

import (
	"slices"
	"strings"
	"unicode"

	"github.com/serverlens/serverlens/parsers/source"
)

// api is an API while its definition is put together.
type api struct {
	r       *resource
	doc     source.Value   // its OpenAPI document; Unset where that cannot be seen
	routes  routes         // the paths of doc, to which events add
	schemes keyed          // security schemes that are not in doc yet
	stage   keyed          // RouteSettings, to which events add
	policy  []source.Value // statements of the resource policy, those of doc included
	managed bool           // SAM writes the document
	merge   bool           // SAM adds routes to the document that is given
}

// implicitAPIs finds the APIs of a template, and makes those that events mean when
// they name none.
func (e *expander) implicitAPIs() {
	for _, r := range e.resources {
		if r.Type == apiType || r.Type == httpAPIType {
			e.apis[r.Address] = e.newAPI(r)
		}
	}
	e.implicitAPI(apiType, "Api", "RestApiId", implicitREST)
	e.implicitAPI(httpAPIType, "HttpApi", "ApiId", implicitHTTP)
}

// newAPI starts from the document that is given, or from nothing.
func (e *expander) newAPI(r *resource) *api {
	a := e.documentOf(r)
	a.routes = routesOf(a.doc)
	switch own := a.doc.Get(policyKey, "Statement"); own.Kind {
	case source.List:
		a.policy = slices.Clone(own.Items)
	case source.Map:
		a.policy = []source.Value{own}
	}
	for _, s := range r.props.Get("RouteSettings").Entries {
		a.stage.set(s.Key, s.KeyAt, s.Value)
	}
	return a
}

func (e *expander) documentOf(r *resource) *api {
	a := &api{r: r}
	a.merge, _ = r.props.Get("MergeDefinitions").AsBool()
	if body := r.props.Get("DefinitionBody"); !absent(body) {
		a.doc = body
		return a
	}
	if uri := r.props.Get("DefinitionUri"); !absent(uri) {
		if e.Include != nil {
			a.doc, _ = e.Include(uri)
		}
		return a
	}
	a.managed = true
	if r.Type == httpAPIType {
		a.doc = e.skeleton(r.At, "openapi", "3.0.1")
	} else if v := spell(r.props.Get("OpenApiVersion")); strings.HasPrefix(v, "3") {
		a.doc = e.skeleton(r.At, "openapi", v)
	} else {
		a.doc = e.skeleton(r.At, "swagger", "2.0")
	}
	return a
}

// implicitAPI makes the API that all events of a type share which name none.
func (e *expander) implicitAPI(typ, eventType, property, id string) {
	address := e.Prefix + id
	var first *resource
	var guards []source.Guard
	var at source.Location
	for _, r := range e.resources {
		if r.Type != functionType && r.Type != machineType {
			continue
		}
		for _, ev := range e.eventsOf(r) {
			if ev.typ != eventType || !absent(ev.props.Get(property)) {
				continue
			}
			if first == nil {
				first, at = r, ev.at
			}
			if g, ok := r.If.And(ev.when); ok {
				guards = append(guards, g)
			}
		}
	}
	if first == nil {
		return
	}
	if old := e.byAddress[address]; old != nil {
		e.warn(old.At, "%s is the name of the implicit API, which AWS SAM puts in the place of this resource", id)
		e.resources = slices.DeleteFunc(e.resources, func(r *resource) bool { return r == old })
	}
	r := &resource{sam: true, Resource: &source.Resource{
		Address: address, Type: typ, Properties: source.MapOf(at), At: at, Body: at,
		From: first.Address, Via: append(slices.Clone(first.Via), first.At), If: e.anyOf(address, guards, at),
	}}
	if typ == apiType {
		r.Properties = mapOf(at, "StageName", "Prod")
	}
	r.props = e.merged(r)
	e.resources = append(e.resources, r)
	e.byAddress[address] = r
	e.taken[address] = true
	e.apis[address] = e.newAPI(r)
}

// anyOf is the guard under which some of these hold: none where one always does,
// the one guard where all are equal, else a condition that is declared for it.
func (e *expander) anyOf(address string, guards []source.Guard, at source.Location) source.Guard {
	or := source.Expr{Op: source.Or}
	same := true
	for _, g := range guards {
		if len(g) == 0 {
			return nil
		}
		same = same && g.Equal(guards[0])
		and := source.Expr{Op: source.And}
		for _, t := range g {
			x := source.Expr{Op: source.Named, Name: t.Condition}
			if t.Not {
				x = source.Expr{Op: source.Not, Args: []source.Expr{x}}
			}
			and.Args = append(and.Args, x)
		}
		or.Args = append(or.Args, and)
	}
	switch {
	case len(guards) == 0:
		return nil
	case same:
		return guards[0]
	case e.Declare == nil:
		return nil
	}
	e.Declare(source.Condition{Name: address + "Condition", Expr: or, At: at})
	return source.If(address + "Condition")
}

// apiOf is the API that an event names, nil where it is not one that SAM makes.
// The value is what permissions name it by; AWS's translator takes a logical id in
// a text for the id of the API.
func (e *expander) apiOf(ev event, property, implicit string) (*api, source.Value) {
	id := ev.props.Get(property)
	if absent(id) {
		return e.apis[e.Prefix+implicit], ref(e.Prefix+implicit, "", ev.at)
	}
	r := e.named(id)
	if r == nil {
		e.warn(id.At, "%s: %s must name an API of the same template", ev.id, property)
		return nil, id
	}
	return e.apis[r.Address], id
}

// restEvent adds a route to a REST API.
func (e *expander) restEvent(r *resource, t target, ev event) {
	e.need(ev, "Path", "Method")
	a, id := e.apiOf(ev, "RestApiId", implicitREST)
	path, method := routeOf(ev)
	if r.Type == functionType {
		suffix := "Stage"
		if a != nil {
			suffix = stageSuffix(a.r.props.Get("StageName"), "Stage")
		}
		e.permitRoute(r, t, ev, ev.id+"Permission"+suffix, id, path.text, method.text)
	}
	if a == nil || !a.managed && !a.merge {
		e.overrideAuth(a, ev, path, method)
		return
	}
	if hasIntegration(a.routes.operation(path.text, method.text)) && a.managed {
		e.warn(ev.at, "%s: %s %s is defined already", ev.id, ev.props.Get("Method").Text, path.text)
		return
	}
	var op source.Value
	if r.Type == functionType {
		op = e.lambdaOperation(a, t, ev)
	} else {
		op = e.startOperation(r, t, ev)
	}
	op = e.routeAuth(a, ev, op)
	op = a.requestChecks(ev, op)
	g, ok := r.If.And(ev.when)
	if !ok {
		return
	}
	a.routes.add(path, method, when(g, op))
	if policy := ev.props.Get("Auth", "ResourcePolicy"); !absent(policy) && a.doc.Kind == source.Map {
		stage := source.StringOf(stageSuffix(a.r.props.Get("StageName"), "Stage"), policy.At)
		e.resourcePolicy(a, policy, path.text, stage)
		a.customStatements(policy)
	}
}

// routeOf is the path and method of an event, at their places.
func routeOf(ev event) (path, method place) {
	p, m := ev.props.Get("Path"), ev.props.Get("Method")
	path, method = place{spell(p), p.At}, place{methodName(spell(m)), m.At}
	if absent(p) {
		path.at = ev.at
	}
	if absent(m) {
		method.at = ev.at
	}
	return path, method
}

// stageSuffix is what a stage's name adds to an id: nothing where an intrinsic
// gives the name, even if its value is known.
func stageSuffix(name source.Value, otherwise string) string {
	text, ok := name.AsString()
	switch {
	case !ok || text == "" || !written(name):
		return otherwise
	case strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }):
		return hashed
	}
	return text
}

// permitRoute lets an API call the function for one route.
func (e *expander) permitRoute(r *resource, t target, ev event, id string, api source.Value, path, method string) {
	verb := strings.ToUpper(method)
	if method == anyMethod {
		verb = "*"
	}
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	route := verb + wildPath(path)
	if verb == "*" && path == "/"+defaultPath {
		route = defaultPath
	}
	arn := e.sub(ev.at, arnPattern("execute-api:{Api}/*/")+route, variable{"Api", api})
	e.permit(r, t, ev, id, "apigateway.amazonaws.com", from(arn))
}

// wildPath is a path with * for its parameters.
func wildPath(path string) string {
	var s strings.Builder
	for {
		before, after, ok := strings.Cut(path, "{")
		s.WriteString(before)
		if !ok {
			return s.String()
		}
		name, tail, closed := strings.Cut(after, "}")
		switch {
		case !closed:
			return s.String()
		case strings.HasSuffix(name, "++"):
			s.WriteString("{" + name + "}")
		default:
			s.WriteString("*")
		}
		path = tail
	}
}

// lambdaURI is how an integration or authorizer names a function.
func (e *expander) lambdaURI(at source.Location, version, how string, arn source.Value) source.Value {
	return e.sub(at, "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/"+version+"/functions/${Arn}/"+how, variable{"Arn", arn})
}

// lambdaOperation is the operation that calls a function from a REST API.
func (e *expander) lambdaOperation(a *api, t target, ev event) source.Value {
	f := fields{at: ev.at}
	f.text("type", "aws_proxy")
	f.text("httpMethod", "POST")
	if ev.props.Get("ResponseTransferMode").Text == "RESPONSE_STREAM" {
		f.set("uri", e.lambdaURI(ev.at, "2021-11-15", "response-streaming-invocations", t.arn(ev.at)))
		f.text("responseTransferMode", "STREAM")
	} else {
		f.set("uri", e.lambdaURI(ev.at, "2015-03-31", "invocations", t.arn(ev.at)))
	}
	f.rename(ev.props, "TimeoutInMillis", "timeoutInMillis")
	if role := callerRole(a, ev); !absent(role) {
		f.set("credentials", role)
	}
	return source.MapOf(ev.at,
		source.Entry{Key: integrationKey, KeyAt: ev.at, Value: f.value()},
		source.Entry{Key: "responses", KeyAt: ev.at, Value: source.MapOf(ev.at)})
}

// callerRole is with whose rights a route with IAM authorization calls its
// function: the caller's, unless a role is named.
func callerRole(a *api, ev event) source.Value {
	auth, own := a.r.props.Get("Auth"), ev.props.Get("Auth")
	if own.Get("Authorizer").Text != "AWS_IAM" && !(absent(own) && auth.Get("DefaultAuthorizer").Text == "AWS_IAM") {
		return source.Value{}
	}
	for _, where := range []source.Value{own, auth} {
		role, ok := where.Entry("InvokeRole")
		switch {
		case !ok:
			continue
		case absent(role.Value) || role.Value.Text == "NONE":
			return source.Value{}
		case role.Value.Text != "CALLER_CREDENTIALS":
			return role.Value
		}
		break
	}
	return source.StringOf("arn:aws:iam::*:user/*", ev.at)
}

// startOperation is the operation that starts a state machine.
func (e *expander) startOperation(r *resource, t target, ev event) source.Value {
	role := e.startRole(r, t, ev, "apigateway.amazonaws.com")
	input := `{"input": "$util.escapeJavaScript($input.json('$'))", "stateMachineArn": "${Machine}"}`
	if plain, ok := ev.props.Get("UnescapeMappingTemplate").AsBool(); ok && plain {
		input = strings.Replace(input, "('$'))", `('$')).replaceAll("\\'","'")`, 1)
	}
	f := fields{at: ev.at}
	f.text("type", "aws")
	f.text("httpMethod", "POST")
	f.set("uri", e.sub(ev.at, "arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution"))
	f.set("credentials", role)
	f.set("requestTemplates", nested(e.sub(ev.at, input, variable{"Machine", t.arn(ev.at)}), "application/json"))
	return source.MapOf(ev.at,
		source.Entry{Key: integrationKey, KeyAt: ev.at, Value: f.value()},
		source.Entry{Key: "responses", KeyAt: ev.at, Value: source.MapOf(ev.at)})
}

// requestChecks adds what an event says of the request: its model, what of it is
// validated, its parameters.
func (a *api) requestChecks(ev event, op source.Value) source.Value {
	model := ev.props.Get("RequestModel")
	if name, ok := model.Get("Model").AsString(); ok {
		op = a.requestModel(model, strings.ToLower(name), op)
	}
	body, bodyGiven := model.Get("ValidateBody").AsBool()
	inPath, given := model.Get("ValidateParameters").AsBool()
	if bodyGiven || given {
		name := map[[2]bool]string{
			{true, true}: "body-and-params", {true, false}: "body-only", {false, true}: "params-only", {false, false}: "no-validation",
		}[[2]bool{body, inPath}]
		op = with(op, source.Entry{Key: "x-amazon-apigateway-request-validator", KeyAt: model.At, Value: source.StringOf(name, model.At)})
		f := fields{at: model.At}
		f.set("validateRequestBody", source.BoolOf(body, model.At))
		f.set("validateRequestParameters", source.BoolOf(inPath, model.At))
		a.doc = setIn(a.doc, model.At, f.value(), "x-amazon-apigateway-request-validators", name)
	}
	params := slices.Clone(op.Get("parameters").Items)
	var cached []source.Value
	for _, p := range ev.props.Get("RequestParameters").Elements() {
		if param, key := requestParameter(p); !absent(param) {
			params = append(params, param)
			cached = append(cached, key...)
		}
	}
	if at := ev.props.Get("RequestParameters").At; len(params) > 0 {
		op = with(op, source.Entry{Key: "parameters", KeyAt: at, Value: source.ListOf(at, params...)})
		if len(cached) > 0 {
			op = setIn(op, at, source.ListOf(at, cached...), integrationKey, "cacheKeyParameters")
		}
	}
	return op
}

// requestModel adds the model of the body.
func (a *api) requestModel(model source.Value, name string, op source.Value) source.Value {
	f := fields{at: model.At}
	if absent(a.doc.Get("openapi")) {
		f.text("in", "body")
		f.text("name", name)
		f.set("schema", mapOf(model.At, "$ref", "#/definitions/"+name))
		f.rename(model, "Required", "required")
		list := append(slices.Clone(op.Get("parameters").Items), f.value())
		return with(op, source.Entry{Key: "parameters", KeyAt: model.At, Value: source.ListOf(model.At, list...)})
	}
	f.set("content", nested(mapOf(model.At, "$ref", "#/components/schemas/"+name), "application/json", "schema"))
	f.rename(model, "Required", "required")
	return with(op, source.Entry{Key: "requestBody", KeyAt: model.At, Value: f.value()})
}

// requestParameter is a parameter, given by a name or a map of one name to its
// settings, and its name if it is part of the key of the cache.
func requestParameter(p source.Value) (param source.Value, cached []source.Value) {
	name, settings := p.Text, source.Value{}
	if p.Kind == source.Map && len(p.Entries) == 1 {
		name, settings = p.Entries[0].Key, p.Entries[0].Value
	}
	where, short, ok := strings.Cut(strings.TrimPrefix(name, "method.request."), ".")
	if !ok {
		return source.Value{}, nil
	}
	if where == "querystring" {
		where = "query"
	}
	f := fields{at: p.At}
	f.text("in", where)
	f.text("name", short)
	f.text("type", "string")
	f.set("required", source.BoolOf(false, p.At))
	f.rename(settings, "Required", "required")
	if caching, ok := settings.Get("Caching").AsBool(); ok && caching {
		cached = append(cached, source.StringOf(name, p.At))
	}
	return f.value(), cached
}
