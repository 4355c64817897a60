package sam

import (
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

// operation is what a document says of a method of a path: Unset if nothing.
func operation(doc source.Value, path, method string) source.Value {
	for _, item := range doc.Get("paths", path).Cases() {
		for _, m := range item.Entries {
			if methodName(m.Key) == method {
				return m.Value
			}
		}
	}
	return source.Value{}
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

// addOperation is a document with an operation: what the document says of it
// already stays, unless the operation says it too.
func addOperation(doc source.Value, path, method place, op source.Value) source.Value {
	old := operation(doc, path.text, method.text)
	if old.Kind == source.Map {
		op = mapCases(op, func(c source.Value) source.Value {
			for _, o := range old.Entries {
				if _, ok := c.Entry(o.Key); !ok && c.Kind == source.Map {
					c = with(c, o)
				}
			}
			return c
		})
	}
	paths := doc.Get("paths")
	if paths.Kind != source.Map {
		paths = source.MapOf(path.at)
	}
	item, ok := paths.Entry(path.text)
	if !ok || absent(item.Value) {
		item = source.Entry{Key: path.text, KeyAt: path.at, Value: source.MapOf(path.at)}
	}
	item.Value = mapCases(item.Value, func(c source.Value) source.Value {
		if c.Kind != source.Map {
			return c
		}
		for _, m := range c.Entries {
			if methodName(m.Key) == method.text {
				return with(c, source.Entry{Key: m.Key, KeyAt: m.KeyAt, Value: op})
			}
		}
		return with(c, source.Entry{Key: method.text, KeyAt: method.at, Value: op})
	})
	return with(doc, source.Entry{Key: "paths", KeyAt: doc.At, Value: with(paths, item)})
}

// eachPath is a document with f applied to each path item.
func eachPath(doc source.Value, f func(path string, item source.Value) source.Value) source.Value {
	paths, ok := doc.Entry("paths")
	if !ok {
		return doc
	}
	paths.Value = mapCases(paths.Value, func(all source.Value) source.Value {
		for _, p := range all.Entries {
			p.Value = mapCases(p.Value, func(item source.Value) source.Value {
				if item.Kind != source.Map {
					return item
				}
				return f(p.Key, item)
			})
			all = with(all, p)
		}
		return all
	})
	return with(doc, paths)
}

// eachOperation is a document with f applied to each operation that has an
// integration.
func eachOperation(doc source.Value, f func(path, method string, op source.Value) source.Value) source.Value {
	return eachPath(doc, func(path string, item source.Value) source.Value {
		for _, m := range item.Entries {
			if !isMethod(m.Key) {
				continue
			}
			m.Value = mapCases(m.Value, func(op source.Value) source.Value {
				if op.Kind != source.Map || absent(op.Get(integrationKey)) {
					return op
				}
				return f(path, methodName(m.Key), op)
			})
			item = with(item, m)
		}
		return item
	})
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
	list := source.ListOf(requirement.At, append(have.Items[:len(have.Items):len(have.Items)], requirement)...)
	return with(op, source.Entry{Key: "security", KeyAt: requirement.At, Value: list})
}
