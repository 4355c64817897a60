// Package sam turns SAM resources into the plain CloudFormation resources that
// AWS's translator makes of them.
package sam

import "github.com/serverlens/serverlens/parsers/source"

// Template is an evaluated template, as far as its expansion needs it.
type Template struct {
	// Resources are all resources, SAM and plain, in source order. Their addresses,
	// and the addresses of every reference, begin with Prefix.
	Resources []source.Resource
	// Prefix is "" or, in a nested stack, its address and a slash. A generated id
	// begins with it ("Shop/ServerlessRestApi"); a plain logical id in a text
	// property means the address Prefix + id.
	Prefix  string
	Globals source.Value
	Params  source.Value // a Map: what each parameter is
	// Include reads the local document that a property names (OpenAPI, ASL) and
	// reports whether there is one. It has then said why not, where one was meant.
	Include func(uri source.Value) (source.Value, bool)
}
