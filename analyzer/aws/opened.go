package aws

import (
	"fmt"
	"slices"

	"github.com/serverlens/serverlens/parsers/source"
)

// opened is the value that a text encodes as JSON or YAML, references inside it
// kept; a value that is no text is itself. What cannot be read is a problem of the
// stack and unknown.
func (b *builder) opened(r *resource, v source.Value) source.Value {
	out, problems := r.within(v)
	for _, p := range problems {
		b.report(r, p)
	}
	return out
}

// problem notes what is wrong with a document of a resource.
func (b *builder) problem(r *resource, severity source.Severity, at source.Location, format string, args ...any) {
	b.report(r, source.Problem{Severity: severity, Summary: fmt.Sprintf(format, args...), At: at})
}

// maxProblems bounds the problems of one stack.
const maxProblems = 1000

// report notes a problem, unless it is known.
func (b *builder) report(r *resource, p source.Problem) {
	read, made := r.stack.Problems, b.g.Problems[r.stack]
	if len(read)+len(made) < maxProblems && !slices.Contains(read, p) && !slices.Contains(made, p) {
		b.g.Problems[r.stack] = append(made, p)
	}
}
