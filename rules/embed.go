// Package rules is content: the rules, their fixtures, helpers on values, and the
// dated tables of AWS. It holds files and nothing else.
//
// A rule is the folder PRACTICE/ID with its rule.rego and testdata. See
// CONTRIBUTING.md.
package rules

import "embed"

// Files is every file of this folder that the engine, the documentation or a test
// reads.
//
//go:embed aws.json lib */*/rule.rego */*/testdata
var Files embed.FS

// Compiled is the rules as the engine has compiled them.
//
//go:embed compiled.bin
var Compiled string
