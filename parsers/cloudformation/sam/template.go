// Package sam turns SAM resources into the plain CloudFormation resources that
// AWS's translator makes of them.
//
// The ids of generated resources are AWS's own, so that references to them hold;
// where AWS appends a hash of the content, the id ends in "~" instead. Facts are
// from the AWS SAM Developer Guide (AWS SAM resource and property reference,
// Generated CloudFormation resources, Globals section, Policy templates,
// Connectors).
package sam

import "github.com/serverlens/serverlens/parsers/source"

// Template is an evaluated template, as far as its expansion needs it.
type Template struct {
	// Resources are all resources, SAM and plain, in source order. Their addresses,
	// and the addresses of every reference, begin with Prefix. Expand uses them up.
	Resources []source.Resource
	// Prefix is "" or, in a nested stack, its address and a slash. A generated id
	// begins with it ("Shop/ServerlessRestApi"); a plain logical id in a text
	// property means the address Prefix + id.
	Prefix  string
	Globals source.Value
	Params  source.Value // a Map: what each parameter is
	// Outputs are the evaluated outputs. Expand rewrites in place what they mention
	// of a generated resource through its maker.
	Outputs []source.Output
	// Renamed, where set, is told what was renamed: what another template took from
	// an output is rewritten by it.
	Renamed Renamed
	// Include reads the local document that a property names (OpenAPI, ASL) and
	// reports whether there is one. It has then said why not, where one was meant.
	Include func(uri source.Value) (source.Value, bool)
	// Guard, where set, is when a condition holds, named by a connector that a
	// resource embeds; ok is false where it never does.
	Guard func(condition string, at source.Location) (g source.Guard, ok bool)
	// Declare, where set, is told of each condition that the expansion makes: an
	// implicit API exists if any of its routes does.
	Declare func(source.Condition)
}
