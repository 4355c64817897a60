package aws

import (
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// definition is the OpenAPI or Swagger document of an API while it is read.
type definition struct {
	b       *builder
	r       *resource
	api     end
	apiType string
	doc     source.Value
	when    source.Guard // as in the stack
	schemes map[string]scheme
}

// scheme is one entry of securityDefinitions or components.securitySchemes.
type scheme struct {
	authorization string // of the routes that ask for it, "" for none
	apiKey        bool
	authorizer    *graph.Node
	at            source.Location
}

// readDefinitions makes the routes and authorizers of every API that is defined by
// an OpenAPI document (API Gateway Developer Guide, API Gateway extensions to
// OpenAPI).
func readDefinitions(b *builder) {
	for _, r := range b.resources {
		if r.node == nil || r.node.Kind != graph.API {
			continue
		}
		body := r.get(r.Properties, prop{"Body", "body"})
		if location := r.Properties.Get("BodyS3Location"); body.Kind == source.Unset && location.Kind != source.Unset {
			b.openDefinition(r, "its definition is in Amazon S3")
		}
		for g, doc := range b.opened(r, body).Cases() {
			switch doc.Kind {
			case source.Unknown:
				b.openDefinition(r, "its definition is not in sight")
			case source.Map:
				d := &definition{b: b, r: r, api: end{node: r.node}, apiType: r.node.Attrs["type"].Text, doc: doc, when: g, schemes: map[string]scheme{}}
				d.readSchemes()
				d.readPaths()
			}
		}
	}
}

// openDefinition says that an API may have routes and authorizers that are not in
// sight.
func (b *builder) openDefinition(r *resource, why string) {
	b.openKinds = append(b.openKinds, openKind{graph.Route, why}, openKind{graph.Authorizer, why})
	for _, rel := range []graph.Relation{graph.RoutesTo, graph.AuthorizedBy} {
		b.open = append(b.open, openEnd{known: r.node, rel: rel, why: why})
	}
}

// readSchemes reads the security schemes and makes the authorizers among them.
func (d *definition) readSchemes() {
	for _, path := range [][]string{{"securityDefinitions"}, {"components", "securitySchemes"}} {
		for g, e := range d.doc.Get(path...).Fields() {
			when, ok := d.when.And(g)
			if !ok || e.Value.Kind != source.Map {
				continue
			}
			s := scheme{at: e.KeyAt}
			for g2, x := range e.Value.Get("x-amazon-apigateway-authorizer").Cases() {
				if both, ok := when.And(g2); ok && x.Kind == source.Map {
					typ := authorizerType(x)
					s.authorization = routeAuthorization(typ.Text)
					s.authorizer = d.b.authorizer(d.r, d.api, e.Key, typ, openAPIAuthorization(x), both, e.KeyAt)
				}
			}
			switch {
			case s.authorizer != nil:
			case strings.EqualFold(e.Value.Get("x-amazon-apigateway-authtype").Text, "awsSigv4"):
				s.authorization = "AWS_IAM"
			case e.Value.Get("type").Text == "apiKey" && strings.EqualFold(e.Value.Get("name").Text, "x-api-key"):
				s.apiKey = true
			}
			d.schemes[e.Key] = s
		}
	}
}

// authorizerType is the type of an authorizer; one of user pools may leave it out.
func authorizerType(x source.Value) source.Value {
	if t := x.Get("type"); t.Kind != source.Unset {
		return t
	}
	if pools := x.Get("providerARNs"); pools.Kind != source.Unset {
		return source.StringOf("COGNITO_USER_POOLS", pools.At)
	}
	return source.Value{}
}

func routeAuthorization(authorizer string) string {
	switch strings.ToUpper(authorizer) {
	case "TOKEN", "REQUEST":
		return "CUSTOM"
	case "COGNITO_USER_POOLS", "JWT":
		return strings.ToUpper(authorizer)
	}
	return ""
}

// readPaths makes a route for each method of each path.
func (d *definition) readPaths() {
	for g, path := range d.doc.Get("paths").Fields() {
		for g2, op := range path.Value.Fields() {
			when, ok := d.when.And(g)
			if ok {
				when, ok = when.And(g2)
			}
			if ok && isMethod(op.Key) && op.Value.Kind == source.Map {
				d.operation(op, path.Key, when)
			}
		}
	}
}

// isMethod reports whether a key of a path is an operation.
func isMethod(key string) bool {
	switch strings.ToLower(key) {
	case "get", "put", "post", "delete", "options", "head", "patch", "trace", "any", "x-amazon-apigateway-any-method":
		return true
	}
	return false
}

// operation makes the route of one operation, its target and its authorizers.
func (d *definition) operation(op source.Entry, path string, when source.Guard) {
	n := d.b.route(d.r, d.api, op.Key, path, when, op.KeyAt)
	for g, x := range op.Value.Get("x-amazon-apigateway-integration").Cases() {
		if both, ok := when.And(g); ok && x.Kind == source.Map {
			d.b.integrate(d.r, n, d.apiType, openAPIIntegration(x), both)
		}
	}
	d.secure(n, op, when)
}

// secure says who may use a route: what it asks for itself, else what the whole
// document does.
func (d *definition) secure(n *graph.Node, op source.Entry, when source.Guard) {
	security := op.Value.Get("security")
	if security.Kind == source.Unset {
		security = d.doc.Get("security")
	}
	if own := op.Value.Get("x-amazon-apigateway-auth", "type"); own.Kind == source.String {
		n.Attrs["authorization"] = own
	}
	if security.Kind == source.Unknown && len(security.Alts()) == 0 {
		d.b.open = append(d.b.open, openEnd{known: n, rel: graph.AuthorizedBy, why: security.Text})
		n.Attrs["authorization"] = source.Value{Kind: source.Unknown, Text: security.Text, At: security.At}
		return
	}
	at := n.At
	authorization, apiKey := "NONE", false
	for g, requirement := range security.Elements() {
		for _, e := range requirement.Entries {
			s, found := d.schemes[e.Key]
			if !found {
				continue
			}
			at = e.KeyAt
			apiKey = apiKey || s.apiKey
			if s.authorization != "" {
				authorization = s.authorization
			}
			guard, ok := when.And(g)
			if ok && s.authorizer != nil {
				guard, _ = d.b.guard(d.r.stack, d.r.If).And(d.b.guard(d.r.stack, guard))
				d.b.authorize(d.r, end{node: n}, s.authorizer, guard, e.KeyAt)
			}
		}
	}
	if _, set := n.Attrs["authorization"]; !set {
		n.Attrs["authorization"] = source.StringOf(authorization, at)
	}
	n.Attrs["api_key_required"] = source.BoolOf(apiKey, at)
}
