package aws

import (
	"github.com/awslabs/goformation/v7/cloudformation/refactorspaces"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// refactorSpacesRows is Migration Hub Refactor Spaces. Its application is a REST
// API, whose routes lead to services: functions that are new, and URLs of what is
// there already (AWS Migration Hub Refactor Spaces User Guide, How Refactor Spaces
// works).
var refactorSpacesRows = []*row{
	{
		kind: graph.API, cfn: (*refactorspaces.Application)(nil), name: prop{"Name", ""},
		attrs: []attr{{name: "type", typ: text, enum: []string{"rest"}, always: "rest"}},
	},
	{
		kind: graph.Route, cfn: (*refactorspaces.Route)(nil),
		attrs: []attr{
			{name: "method", typ: text, read: spacesMethods},
			{name: "path", typ: text, at: prop{"UriPathRoute.SourcePath", ""}, def: "/*"},
			{name: "integration", typ: text, read: spacesIntegration},
		},
		links: []link{
			{rel: graph.RoutesTo, from: prop{"ApplicationIdentifier", ""}},
			{rel: graph.RoutesTo, findTo: spacesEndpoint, mode: "sync"},
		},
	},
	{cfn: (*refactorspaces.Service)(nil)},
}

// spacesMethods is the methods of a route, apart by a comma; where none is written
// all of them.
func spacesMethods(_ *builder, r *resource, in source.Value) source.Value {
	methods := r.get(in, prop{"UriPathRoute.Methods", ""})
	if methods.Kind == source.Unset || methods.Kind == source.Null {
		return source.StringOf("ANY", r.At)
	}
	return joined(methods, r.At)
}

// spacesIntegration is how a route hands requests on: to a function, or to a URL.
func spacesIntegration(b *builder, r *resource, in source.Value) source.Value {
	for _, s := range spacesServices(b, r, in) {
		switch kind := s.get(s.Properties, prop{"EndpointType", ""}); kind.Text {
		case "LAMBDA":
			return source.StringOf("AWS_PROXY", kind.At)
		case "URL":
			return source.StringOf("HTTP_PROXY", kind.At)
		}
	}
	return source.Value{At: r.At}
}

func spacesServices(b *builder, r *resource, in source.Value) []*resource {
	return b.resourcesOf(r.stack, r.get(in, prop{"ServiceIdentifier", ""}), "AWS::RefactorSpaces::Service")
}

// spacesEndpoint is the function or the URL to which the service of a route leads.
func spacesEndpoint(b *builder, r *resource, in source.Value) []end {
	var out []end
	for _, s := range spacesServices(b, r, in) {
		for _, p := range []prop{{"LambdaEndpoint.Arn", ""}, {"UrlEndpoint.Url", ""}} {
			out = append(out, b.resolve(s, s.get(s.Properties, p), partnersOf(graph.RoutesTo, true))...)
		}
	}
	return out
}
