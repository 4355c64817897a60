// Package cloudformation reads CloudFormation and SAM templates, YAML or JSON,
// and says what their resources are: intrinsic functions are evaluated as far as
// the template decides them, conditions that parameters leave open stay open,
// nested stacks and included files are followed, SAM is expanded.
//
// What a parameter's default gives is known and marked as a default. A condition
// over a parameter that nobody gave stays open all the same: the other branch is
// what another deployment of the same template makes.
package cloudformation

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/cloudformation/sam"
	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
)

// Options say what a user has decided about a stack.
type Options struct {
	// Params are the values that were given to parameters of the root template.
	Params map[string]string
}

// Limits of one stack.
const (
	maxValues   = 2_000_000 // values made by evaluation, loops and nested stacks included
	maxLoops    = 20_000    // rounds of Fn::ForEach
	maxProblems = 1_000
	maxNesting  = 8 // stacks in stacks, includes in includes
	maxChildren = 512
	maxCases    = 16      // alternatives of one value
	maxText     = 1 << 20 // bytes of one text that is put together
	maxParts    = 10_000
)

// Load reads the template at path and all that it mentions by a local path. Of
// a file that is no template, ok is false and the stack holds only the problems
// of reading it. Load never fails otherwise: whatever is wrong is a Problem of
// the stack.
func Load(tree *source.Tree, path string, opts Options) (stack *source.Stack, ok bool) {
	l := newLoader(tree, path, opts)
	root, err := l.read(path, document.Parse)
	if err != nil {
		if !errors.Is(err, errBroken) {
			l.problem(source.Error, source.InFile(path), "%v", err)
		}
		return l.stack, false
	}
	if root, ok = l.unwrap(root); ok {
		t := l.template(path, root)
		l.stack.Format = t.format()
		t.declare()
		t.load()
		if l.children > 0 {
			l.renamed.Rewrite(l.stack.Resources, l.stack.Outputs)
		}
		for _, e := range t.declared.Entries {
			l.stack.Parameters = append(l.stack.Parameters, e.Key)
		}
	}
	slices.SortStableFunc(l.stack.Problems, func(a, b source.Problem) int { return int(b.Severity) - int(a.Severity) })
	return l.stack, ok
}

// loader is what the templates of one stack share.
type loader struct {
	tree       *source.Tree
	params     map[string]string
	stack      *source.Stack
	budget     int
	children   int
	loops      int
	documents  map[string]*source.Value // by path; nil where there is none
	parameters map[string]bool          // every name that an open condition may compare
	renamed    sam.Renamed              // by the expansion of any of the templates
	exhausted  bool
}

func newLoader(tree *source.Tree, path string, opts Options) *loader {
	return &loader{
		tree: tree, params: opts.Params, budget: maxValues,
		stack:      &source.Stack{Path: path, Name: path, Format: "cloudformation", Allowed: map[string][]string{}, Files: map[string][]byte{}},
		documents:  map[string]*source.Value{},
		parameters: map[string]bool{},
		renamed:    sam.Renamed{},
	}
}

func (l *loader) problem(severity source.Severity, at source.Location, format string, args ...any) {
	p := source.Problem{Severity: severity, Summary: fmt.Sprintf(format, args...), At: at}
	if len(l.stack.Problems) == maxProblems {
		p = source.Problem{Severity: severity, Summary: "more problems are not listed", At: source.InFile(l.stack.Path)}
	}
	if len(l.stack.Problems) <= maxProblems && !slices.Contains(l.stack.Problems, p) {
		l.stack.Problems = append(l.stack.Problems, p)
	}
}

// spend counts one value and reports whether there may be more.
func (l *loader) spend(at source.Location) bool {
	l.budget--
	if l.budget < 0 && !l.exhausted {
		l.exhausted = true
		l.problem(source.Error, at, "the template makes more than %d values: the rest is not evaluated", maxValues)
	}
	return l.budget >= 0
}

// errBroken says that a file is neither YAML nor JSON. A problem says where.
var errBroken = errors.New("it is neither YAML nor JSON")

// parser turns the text of a file into a value, as document.Parse does.
type parser func(name string, text []byte) (source.Value, []source.Problem)

// read parses a file of the tree.
func (l *loader) read(name string, parse parser) (source.Value, error) {
	if v, found := l.documents[name]; found {
		if v == nil {
			return source.Value{}, errBroken
		}
		return *v, nil
	}
	text, err := l.tree.Read(name)
	if err != nil {
		if inner := (*fs.PathError)(nil); errors.As(err, &inner) {
			err = inner.Err // the name is said where the problem is
		}
		return source.Value{}, err
	}
	l.stack.Files[name] = text
	v, problems := parse(name, text)
	l.add(problems)
	if v.Kind == source.Unset {
		l.documents[name] = nil
		return v, errBroken
	}
	l.documents[name] = &v
	return v, nil
}

func (l *loader) add(problems []source.Problem) {
	for _, p := range problems {
		l.problem(p.Severity, p.At, "%s", p.Summary)
	}
}

// unwrap looks into what the command `aws cloudformation get-template` prints,
// and reports whether there is a template.
func (l *loader) unwrap(root source.Value) (source.Value, bool) {
	body := root.Get("TemplateBody")
	switch body.Kind {
	case source.Map:
		root = body
	case source.String:
		parsed, problems := document.Within(func(name string) []byte { return l.stack.Files[name] }, body)
		l.add(problems)
		root = parsed
	}
	return root, isTemplate(root)
}

// isTemplate tells a template from other documents that have a section
// "Resources": it says so, or one of its resources has a type of CloudFormation.
func isTemplate(root source.Value) bool {
	resources, found := root.Entry("Resources")
	if !found {
		return false
	}
	if _, found := root.Entry("AWSTemplateFormatVersion"); found {
		return true
	}
	for _, e := range resources.Value.Entries {
		if strings.Contains(e.Value.Get("Type").Text, "::") || strings.HasPrefix(e.Key, "Fn::") {
			return true
		}
	}
	_, transform := root.Entry("Transform")
	return transform
}

// local reads the file that a text at a place names by a path relative to the
// file base. A file that is not there is a Note. Of that, and of what is no path
// at all, ok is false.
func (l *loader) local(base, name string, at source.Location, parse parser) (v source.Value, file string, ok bool) {
	if !isLocal(name) {
		return source.Value{}, "", false
	}
	if path.IsAbs(name) {
		l.problem(source.Note, at, "%s is not read: outside the folder that is scanned", name)
		return source.Value{}, "", false
	}
	file = path.Join(path.Dir(base), name)
	v, err := l.read(file, parse)
	if err != nil && !errors.Is(err, errBroken) {
		l.problem(source.Note, at, "%s is not read: %v", name, err)
	}
	return v, file, err == nil
}

// isLocal reports whether a text is a path rather than a URL or an ARN.
func isLocal(name string) bool {
	return name != "" && !strings.Contains(name, "://") && !strings.HasPrefix(name, "arn:") && !strings.Contains(name, "{{")
}
