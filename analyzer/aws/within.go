package aws

import (
	"slices"

	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
)

// opened is the value that a text encodes as JSON or YAML, references inside it
// kept; a value that is no text is itself. What cannot be read is a problem of the
// stack and unknown.
func (b *builder) opened(r *resource, v source.Value) source.Value {
	out, problems := document.Within(func(name string) []byte { return r.stack.Files[name] }, v)
	for _, p := range problems {
		if !slices.Contains(r.stack.Problems, p) {
			r.stack.Problems = append(r.stack.Problems, p)
		}
	}
	return out
}
