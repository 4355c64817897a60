package sam

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// routeAuth adds what an event says of authorization to its operation.
func (e *expander) routeAuth(a *api, ev event, op source.Value) source.Value {
	auth := ev.props.Get("Auth")
	if name, ok := auth.Get("Authorizer").AsString(); ok {
		at := auth.Get("Authorizer").At
		known := a.r.props.Get("Auth", "Authorizers", name)
		if absent(known) && name != "NONE" && name != "AWS_IAM" {
			e.warn(at, "%s: the API has no authorizer %q", ev.id, name)
		}
		scopes := auth.Get("AuthorizationScopes")
		if absent(scopes) {
			scopes = known.Get("AuthorizationScopes")
		}
		if a.r.Type == httpAPIType && (name == "NONE" || name == "AWS_IAM") {
			scopes = source.Value{}
		}
		op = require(op, security(at, name, scopes))
		if name == "AWS_IAM" && a.r.Type == apiType {
			a.addScheme(name, at, iamScheme(at))
		}
	}
	key := auth.Get("ApiKeyRequired")
	if needed, ok := key.AsBool(); ok && needed {
		a.addScheme("api_key", key.At, apiKeyScheme(key.At))
		op = require(op, security(key.At, "api_key", source.Value{}))
	} else if ok {
		op = require(op, security(key.At, "api_key_false", source.Value{}))
	}
	return op
}

// overrideAuth lets an event change the authorization of a route that is written
// in the definition.
func (e *expander) overrideAuth(a *api, ev event, path, method place) {
	if override, ok := ev.props.Get("Auth", "OverrideApiAuth").AsBool(); !ok || !override || a == nil {
		return
	}
	if op := a.routes.operation(path.text, method.text); op.Kind == source.Map {
		a.routes.put(path, method, e.routeAuth(a, ev, without(op, "security")))
	}
}

// addScheme adds a security scheme unless there is one of the name.
func (a *api) addScheme(name string, at source.Location, scheme source.Value) {
	if _, ok := a.schemes.find(name); !ok && absent(a.doc.Get(append(schemes(a.doc), name)...)) {
		a.schemes.set(name, at, scheme)
	}
}

func iamScheme(at source.Location) source.Value {
	return mapOf(at, "type", "apiKey", "name", "Authorization", "in", "header", authTypeKey, "awsSigv4")
}

func apiKeyScheme(at source.Location) source.Value {
	return mapOf(at, "type", "apiKey", "name", "x-api-key", "in", "header")
}

// restAuth adds the Auth of a REST API to its document.
func (e *expander) restAuth(a *api) {
	auth := a.r.props.Get("Auth")
	if a.doc.Kind != source.Map || absent(auth) {
		return
	}
	names := []string{"AWS_IAM"}
	for _, x := range auth.Get("Authorizers").Fields() {
		names = append(names, x.Key)
		a.schemes.set(x.Key, x.KeyAt, e.restScheme(x))
		e.authorizerPermission(a, x)
	}
	def := auth.Get("DefaultAuthorizer")
	if name, ok := def.AsString(); ok {
		e.knownAuthorizer(a, def, slices.Contains(names, name))
		if name == "AWS_IAM" {
			a.addScheme(name, def.At, iamScheme(def.At))
		}
		scopes := auth.Get("Authorizers", name, "AuthorizationScopes")
		preflight := auth.Get("AddDefaultAuthorizerToCorsPreflight")
		a.routes.eachOperation(func(method string, op source.Value) source.Value {
			if yes, ok := preflight.AsBool(); ok && !yes && method == "options" {
				return op
			}
			return defaultSecurity(op, names, security(def.At, name, scopes))
		})
	}
	e.defaultKey(a, auth)
}

// defaultSecurity is an operation with the default authorizer, unless it names
// another or none.
func defaultSecurity(op source.Value, names []string, def source.Value) source.Value {
	var others, authorizers []source.Value
	none := false
	for _, s := range op.Get("security").Items {
		switch {
		case slices.ContainsFunc(s.Entries, func(x source.Entry) bool { return slices.Contains(names, x.Key) }):
			authorizers = append(authorizers, s)
		case slices.ContainsFunc(s.Entries, func(x source.Entry) bool { return x.Key == "NONE" }):
			none = true
		default:
			others = append(others, s)
		}
	}
	if none {
		authorizers = nil
	} else if len(authorizers) == 0 {
		authorizers = []source.Value{def}
	}
	all := append(others, authorizers...)
	if len(all) == 0 {
		return op
	}
	return with(op, source.Entry{Key: "security", KeyAt: def.At, Value: source.ListOf(def.At, all...)})
}

// defaultKey requires an API key where the API does.
func (e *expander) defaultKey(a *api, auth source.Value) {
	key := auth.Get("ApiKeyRequired")
	if needed, ok := key.AsBool(); !ok || !needed {
		return
	}
	a.addScheme("api_key", key.At, apiKeyScheme(key.At))
	preflight := auth.Get("AddApiKeyRequiredToCorsPreflight")
	a.routes.eachOperation(func(method string, op source.Value) source.Value {
		if yes, ok := preflight.AsBool(); ok && !yes && method == "options" {
			return op
		}
		items := op.Get("security").Items
		freed := slices.DeleteFunc(slices.Clone(items), func(s source.Value) bool { return !absent(s.Get("api_key_false")) })
		if len(freed) < len(items) {
			return with(op, source.Entry{Key: "security", KeyAt: key.At, Value: source.ListOf(key.At, freed...)})
		}
		if slices.ContainsFunc(items, func(s source.Value) bool { return !absent(s.Get("api_key")) }) {
			return op
		}
		return require(op, security(key.At, "api_key", source.Value{}))
	})
}

func (e *expander) knownAuthorizer(a *api, name source.Value, known bool) {
	if !known {
		e.warn(name.At, "%s: the API has no authorizer %q", a.r.Address, name.Text)
	}
}

// restScheme is an authorizer of a REST API as a security scheme.
func (e *expander) restScheme(x source.Entry) source.Value {
	v, at := x.Value, x.KeyAt
	identity := v.Get("Identity")
	header := identity.Get("Header")
	if absent(header) {
		header = source.StringOf("Authorization", at)
	}
	f, auth := fields{at: at}, fields{at: at}
	f.text("type", "apiKey")
	f.text("in", "header")
	if pool := v.Get("UserPoolArn"); !absent(pool) {
		f.set("name", header)
		f.text(authTypeKey, "cognito_user_pools")
		auth.text("type", "cognito_user_pools")
		if pool.Kind != source.List {
			pool = source.ListOf(pool.At, pool)
		}
		auth.set("providerARNs", pool)
		auth.rename(identity, "ValidationExpression", "identityValidationExpression")
	} else {
		if absent(v.Get("FunctionArn")) {
			e.warn(at, "authorizer %q needs a UserPoolArn or a FunctionArn", x.Key)
		}
		f.text(authTypeKey, "custom")
		auth.set("authorizerUri", e.lambdaURI(at, "2015-03-31", "invocations", v.Get("FunctionArn")))
		auth.rename(identity, "ReauthorizeEvery", "authorizerResultTtlInSeconds")
		invokeRole(&auth, v)
		if v.Get("FunctionPayloadType").Text == "REQUEST" {
			f.text("name", "Unused")
			auth.text("type", "request")
			prefixes := [4]string{"method.request.header.", "method.request.querystring.", "stageVariables.", "context."}
			if from := identitySources(identity, prefixes); len(from) > 0 {
				auth.text("identitySource", strings.Join(from, ", "))
			}
		} else {
			f.set("name", header)
			auth.text("type", "token")
			auth.rename(identity, "ValidationExpression", "identityValidationExpression")
		}
	}
	f.set(authorizerKey, auth.value())
	return f.value()
}

func invokeRole(auth *fields, v source.Value) {
	if role := v.Get("FunctionInvokeRole"); role.Text != "NONE" {
		auth.rename(v, "FunctionInvokeRole", "authorizerCredentials")
	}
}

// identitySources lists where a request authorizer finds the identity.
func identitySources(identity source.Value, prefixes [4]string) (out []string) {
	for i, key := range []string{"Headers", "QueryStrings", "StageVariables", "Context"} {
		for _, x := range identity.Get(key).Elements() {
			out = append(out, prefixes[i]+spell(x))
		}
	}
	return out
}

// httpAuth adds the Auth of an HTTP API to its document.
func (e *expander) httpAuth(a *api) {
	auth := a.r.props.Get("Auth")
	if a.doc.Kind != source.Map || absent(auth) {
		return
	}
	names := []string{}
	if iam, ok := auth.Get("EnableIamAuthorizer").AsBool(); ok && iam {
		names = append(names, "AWS_IAM")
		at := auth.Get("EnableIamAuthorizer").At
		a.schemes.set("AWS_IAM", at, iamScheme(at))
	}
	for _, x := range auth.Get("Authorizers").Fields() {
		names = append(names, x.Key)
		a.schemes.set(x.Key, x.KeyAt, e.httpScheme(x))
		if allow, ok := x.Value.Get("EnableFunctionDefaultPermissions").AsBool(); ok && allow {
			e.authorizerPermission(a, x)
		}
	}
	def := auth.Get("DefaultAuthorizer")
	name, ok := def.AsString()
	if !ok {
		return
	}
	e.knownAuthorizer(a, def, slices.Contains(names, name))
	scopes := auth.Get("Authorizers", name, "AuthorizationScopes")
	a.routes.eachOperation(func(method string, op source.Value) source.Value {
		if method == "options" || len(op.Get("security").Items) > 0 {
			return op
		}
		return require(op, security(def.At, name, scopes))
	})
}

// httpScheme is an authorizer of an HTTP API as a security scheme.
func (e *expander) httpScheme(x source.Entry) source.Value {
	v, at := x.Value, x.KeyAt
	f, auth := fields{at: at}, fields{at: at}
	if jwt := v.Get("JwtConfiguration"); !absent(jwt) {
		f.text("type", "oauth2")
		auth.text("type", "jwt")
		config := fields{at: jwt.At}
		for _, c := range jwt.Entries {
			c.Key = strings.ToLower(c.Key)
			config.put(c)
		}
		auth.set("jwtConfiguration", config.value())
		auth.rename(v, "IdentitySource", "identitySource")
		f.set(authorizerKey, auth.value())
		return f.value()
	}
	if absent(v.Get("FunctionArn")) {
		e.warn(at, "authorizer %q needs a JwtConfiguration or a FunctionArn", x.Key)
	}
	f.text("type", "apiKey")
	f.text("name", "Unused")
	f.text("in", "header")
	auth.text("type", "request")
	auth.set("authorizerUri", e.lambdaURI(at, "2015-03-31", "invocations", v.Get("FunctionArn")))
	invokeRole(&auth, v)
	identity := v.Get("Identity")
	auth.rename(identity, "ReauthorizeEvery", "authorizerResultTtlInSeconds")
	prefixes := [4]string{"$request.header.", "$request.querystring.", "$stageVariables.", "$context."}
	if from := identitySources(identity, prefixes); len(from) > 0 {
		var items []source.Value
		for _, s := range from {
			items = append(items, source.StringOf(s, identity.At))
		}
		auth.set("identitySource", source.ListOf(identity.At, items...))
	}
	auth.rename(v, "AuthorizerPayloadFormatVersion", "authorizerPayloadFormatVersion")
	if simple, known := v.Get("EnableSimpleResponses").AsBool(); simple || !known {
		auth.rename(v, "EnableSimpleResponses", "enableSimpleResponses")
	}
	f.set(authorizerKey, auth.value())
	return f.value()
}

// authorizerPermission lets an API call the function of an authorizer.
func (e *expander) authorizerPermission(a *api, x source.Entry) {
	arn := x.Value.Get("FunctionArn")
	if off, ok := x.Value.Get("DisableFunctionDefaultPermissions").AsBool(); ok && off || absent(arn) {
		return
	}
	e.permitAuthorizer(a.r, a.r.Address+x.Key+"AuthorizerPermission", x.KeyAt, arn)
}

func (e *expander) permitAuthorizer(r *resource, id string, at source.Location, arn source.Value) {
	f := fields{at: at}
	f.text("Action", "lambda:InvokeFunction")
	f.set("FunctionName", arn)
	f.text("Principal", "apigateway.amazonaws.com")
	f.set("SourceArn", e.sub(at, arnPattern("execute-api:{Api}/authorizers/*"), variable{"Api", ref(r.Address, "", at)}))
	e.make(r, id, permissionMade, f)
}
