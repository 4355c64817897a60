package sam

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// Keys of OpenAPI documents that API Gateway reads (Amazon API Gateway Developer
// Guide, OpenAPI extensions for API Gateway).
const (
	anyMethod      = "x-amazon-apigateway-any-method"
	integrationKey = "x-amazon-apigateway-integration"
	authorizerKey  = "x-amazon-apigateway-authorizer"
	authTypeKey    = "x-amazon-apigateway-authtype"
	corsKey        = "x-amazon-apigateway-cors"
	defaultPath    = "$default"
)

// place is a text of an OpenAPI document and where it comes from.
type place struct {
	text string
	at   source.Location
}

// skeleton is the document that SAM starts from where none is given.
func (e *expander) skeleton(at source.Location, version, of string) source.Value {
	info := fields{at: at}
	info.text("version", "1.0")
	info.set("title", e.sub(at, "${AWS::StackName}"))
	f := fields{at: at}
	f.text(version, of)
	f.set("info", info.value())
	f.set("paths", source.MapOf(at))
	return f.value()
}

// methodName is a method as OpenAPI documents for API Gateway write it.
func methodName(m string) string {
	if m = strings.ToLower(m); m == "any" || m == "*" {
		return anyMethod
	}
	return m
}

// isMethod reports whether a key of a path item is a method.
func isMethod(key string) bool {
	switch key {
	case "parameters", "summary", "description", "servers", "$ref":
		return false
	}
	return true
}

// hasIntegration reports whether some alternative of an operation has one.
func hasIntegration(op source.Value) bool {
	for _, c := range op.Cases() {
		if !absent(c.Get(integrationKey)) {
			return true
		}
	}
	return false
}

// schemes is where a document keeps its security schemes.
func schemes(doc source.Value) []string {
	if absent(doc.Get("openapi")) || !absent(doc.Get("swagger")) {
		return []string{"securityDefinitions"}
	}
	return []string{"components", "securitySchemes"}
}

// security is the requirement of one scheme with its scopes.
func security(at source.Location, scheme string, scopes source.Value) source.Value {
	if scopes.Kind != source.List && scopes.Kind != source.Unknown {
		scopes = source.ListOf(at)
	}
	return source.MapOf(at, source.Entry{Key: scheme, KeyAt: at, Value: scopes})
}

// require adds a security requirement to an operation.
func require(op source.Value, requirement source.Value) source.Value {
	have := op.Get("security")
	list := source.ListOf(requirement.At, append(slices.Clone(have.Items), requirement)...)
	return with(op, source.Entry{Key: "security", KeyAt: requirement.At, Value: list})
}
