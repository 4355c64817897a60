// Package parsers finds the stacks that paths name and reads them, whatever
// format they are written in.
//
// It promises that what is no stack is passed by in silence where a folder is
// searched, that one broken file never hides another stack, and that the result
// does not depend on the machine: the same files give the same stacks in the
// same order.
package parsers

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
	"github.com/serverlens/serverlens/parsers/terraform"
)

// Options say how stacks are read.
type Options struct {
	Params      map[string]string // values of parameters; they win over ParamsFile
	ParamsFile  string            // what ReadParams reads, "" for none
	Vars        []Var             // values of Terraform variables; they win over Params, later ones over earlier ones
	Plan        string            // what terraform show -json prints of a plan or the state of one Terraform root, "" for none
	Shims       string            // folder of stand-ins for Terraform modules, NAMESPACE/NAME/*.tf, "" for none
	MaxFileSize int64             // bytes, 0 for source.DefaultMaxFileSize
	Root        string            // the folder that nothing is read outside of, "" for what Root finds
	Stdin       io.Reader         // what the path "-" means
}

// Var is the value of a Terraform variable, or a file of such values.
type Var struct {
	Name, Value string
	File        string // path; Name and Value say nothing then
}

// format is one input format. A further one is one more entry of formats.
type format struct {
	name string // as a reader would say it: "this is no …"
	// unit is the path of the stack that a file may belong to: the file itself, or
	// the folder of a format whose stacks are folders. ok is false where the name
	// alone rules the file out.
	unit func(file string) (unit string, ok bool)
	// matches tells from a text of at most a few MiB, without parsing it, whether it
	// may be of the format.
	matches func(text []byte) bool
	// load reads the stack. ok is false where it is none after all; the stack then
	// holds only the problems of reading it.
	load func(tree *source.Tree, unit string, s *settings) (stack *source.Stack, ok bool)
}

// formats is the table of input formats.
var formats = []*format{templates, configurations, plans}

var (
	templates = &format{
		name: "CloudFormation or SAM template",
		unit: func(file string) (string, bool) {
			return file, slices.Contains([]string{".yaml", ".yml", ".json", ".template"}, strings.ToLower(path.Ext(file)))
		},
		matches: func(text []byte) bool {
			return bytes.Contains(text, []byte("Resources")) &&
				(bytes.Contains(text, []byte("::")) || bytes.Contains(text, []byte("AWSTemplateFormatVersion")))
		},
		load: func(tree *source.Tree, unit string, s *settings) (*source.Stack, bool) {
			return cloudformation.Load(tree, unit, cloudformation.Options{Params: s.params})
		},
	}
	configurations = &format{
		name:    "Terraform configuration",
		unit:    func(file string) (string, bool) { return path.Dir(file), terraform.IsConfig(path.Base(file)) },
		matches: func([]byte) bool { return true },
		load: func(tree *source.Tree, unit string, s *settings) (*source.Stack, bool) {
			stack := terraform.Load(tree, unit, terraform.Options{Inputs: s.inputs, Plan: s.plan, Shims: s.shims})
			return stack, len(stack.Resources) > 0 || len(stack.Opaque) > 0
		},
	}
	plans = &format{
		name:    "terraform plan",
		unit:    func(file string) (string, bool) { return file, strings.ToLower(path.Ext(file)) == ".json" },
		matches: terraform.IsPlan,
		load: func(tree *source.Tree, unit string, _ *settings) (*source.Stack, bool) {
			return terraform.LoadPlan(tree, unit)
		},
	}
)

// candidate is what may be a stack.
type candidate struct {
	format *format
	tree   *source.Tree
	unit   string
	files  []string        // of the unit, as far as they led to it
	named  bool            // by a path of its own: then it has to be one
	plan   *terraform.Plan // of a root; nil for none
	notes  []source.Problem
}

// found is what became of a candidate.
type found struct {
	stack    *source.Stack
	problems []source.Problem
}

// ErrNothing says that no path led to a stack.
var ErrNothing = errors.New("nothing to analyse")

// Load reads the stacks that the paths name: a file, a folder that is searched,
// or "-". Files are named by their path relative to Root. Stacks come in the order
// of the paths, those of a folder from the top down and then by name; what a
// stack reads as a part of itself is no stack of its own. The problems are of
// files that did not become a stack. The error says that a path does not exist,
// that the options are wrong or, with ErrNothing, that there is no stack and
// nothing that should be one.
func Load(paths []string, opts Options) ([]*source.Stack, []source.Problem, error) {
	r, err := Open(paths, opts)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	return r.Read(func(*source.Stack) {})
}

// Reader reads the stacks that paths name, for who does not keep what was read of
// all of them at once.
type Reader struct {
	paths      []string
	settings   *settings
	candidates []candidate
	problems   []source.Problem // of finding them
	closeTree  func()
	origin     map[*source.Stack]*candidate
}

// Open finds what may be a stack; see Load.
func Open(paths []string, opts Options) (*Reader, error) {
	r := &Reader{paths: paths, origin: map[*source.Stack]*candidate{}}
	var err error
	if r.settings, err = opts.settings(); err != nil {
		return nil, err
	}
	if r.candidates, r.problems, r.closeTree, err = find(paths, opts); err != nil {
		r.settings.close()
		return nil, err
	}
	if err = r.readPlans(opts); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Close lets go of the folders that are read.
func (r *Reader) Close() {
	r.closeTree()
	r.settings.close()
}

// Read reads all stacks; see Load. Each is handed to use as soon as it is there, by
// several goroutines at once, also one that turns out to be a part of another.
func (r *Reader) Read(use func(*source.Stack)) ([]*source.Stack, []source.Problem, error) {
	results := make([]found, len(r.candidates))
	source.Parallel(len(r.candidates), func(i int) {
		results[i] = r.candidates[i].load(r.settings)
		if s := results[i].stack; s != nil {
			use(s)
		}
	})
	problems := r.problems
	var stacks []*source.Stack
	for i, x := range results {
		problems = append(problems, x.problems...)
		if x.stack != nil {
			stacks = append(stacks, x.stack)
			r.origin[x.stack] = &r.candidates[i]
		}
	}
	stacks = withoutParts(stacks)
	if len(stacks) == 0 && !slices.ContainsFunc(problems, func(p source.Problem) bool { return p.Severity == source.Error }) {
		return nil, nil, nothing(r.paths, problems)
	}
	return stacks, slices.Concat(problems, unknownParams(r.settings.params, stacks), r.settings.unknownVars(stacks)), nil
}

// Again reads a stack that was read a second time.
func (r *Reader) Again(s *source.Stack) *source.Stack {
	again, _ := r.origin[s].read(r.settings)
	return again
}

// nothing is the error of paths that led to no stack, with the files that could
// have been one.
func nothing(paths []string, unread []source.Problem) error {
	words := "no template in " + strings.Join(paths, ", ")
	if len(unread) > 0 {
		words += "; not read: " + unread[0].At.File() + " (" + unread[0].Summary + ")"
	}
	if len(unread) > 1 {
		words += fmt.Sprintf(" and %d more", len(unread)-1)
	}
	return fmt.Errorf("%w: %s", ErrNothing, words)
}

// read reads a candidate as what it is.
func (c candidate) read(s *settings) (*source.Stack, bool) {
	with := *s
	with.plan = c.plan
	stack, ok := c.format.load(c.tree, c.unit, &with)
	stack.Problems = append(stack.Problems, c.notes...)
	return stack, ok
}

// load reads a candidate where it may be one.
func (c candidate) load(s *settings) found {
	if !c.named {
		if matches, problems := c.matches(); !matches {
			return found{problems: problems}
		}
	}
	stack, ok := c.read(s)
	broken := slices.ContainsFunc(stack.Problems, func(p source.Problem) bool { return p.Severity == source.Error })
	switch {
	case ok:
		return found{stack: stack}
	case broken:
		return found{problems: stack.Problems}
	case c.named:
		return found{problems: []source.Problem{{
			Severity: source.Error, Summary: "this is no " + c.format.name, At: source.InFile(c.unit),
		}}}
	}
	return found{}
}

// reason is what went wrong with a file, without its name.
func reason(err error) string {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return err.Error()
}

// matches reports whether a file of the candidate looks like its format. What
// does not is not kept in memory; what is too large is a Note, for it is hardly a
// template.
func (c candidate) matches() (ok bool, problems []source.Problem) {
	for _, file := range c.files {
		text, err := c.tree.Read(file)
		if err != nil {
			p := source.Problem{Summary: reason(err), At: source.InFile(file)}
			if errors.Is(err, fs.ErrPermission) {
				p.Severity = source.Warning
			}
			problems = append(problems, p)
			continue
		}
		if c.format.matches(text) {
			return true, nil
		}
		c.tree.Forget(file)
	}
	return false, problems
}

// withoutParts drops the stacks all of whose files another stack has read: they
// are nested in it. Of stacks that read each other the first is kept.
func withoutParts(stacks []*source.Stack) []*source.Stack {
	readers := map[string][]int{} // by file
	for i, s := range stacks {
		for file := range s.Files {
			readers[file] = append(readers[file], i)
		}
	}
	var whole []*source.Stack
	for i, s := range stacks {
		part := slices.ContainsFunc(readers[anyFile(s)], func(k int) bool {
			return k != i && contains(stacks[k].Files, s.Files) && (k < i || len(stacks[k].Files) > len(s.Files))
		})
		if !part {
			whole = append(whole, s)
		}
	}
	return whole
}

// anyFile is a file of the stack, always the same one.
func anyFile(s *source.Stack) string {
	first := ""
	for file := range s.Files {
		if first == "" || file < first {
			first = file
		}
	}
	return first
}

func contains(files, part map[string][]byte) bool {
	for file := range part {
		if _, found := files[file]; !found {
			return false
		}
	}
	return true
}

// unknownParams reports values for parameters that no stack has.
func unknownParams(params map[string]string, stacks []*source.Stack) (problems []source.Problem) {
	known := map[string]bool{}
	for _, s := range stacks {
		for _, name := range s.Parameters {
			known[name] = true
		}
	}
	for name := range params {
		if !known[name] && !strings.HasPrefix(name, "AWS::") && len(stacks) > 0 {
			problems = append(problems, source.Problem{Severity: source.Warning, Summary: "no stack has a parameter " + name})
		}
	}
	slices.SortFunc(problems, func(a, b source.Problem) int { return cmp.Compare(a.Summary, b.Summary) })
	return problems
}

// unknownVars reports values for variables that no Terraform root has, and files of
// values that cannot be read.
func (s *settings) unknownVars(stacks []*source.Stack) (problems []source.Problem) {
	known := map[string]bool{}
	for _, x := range stacks {
		for _, name := range x.Parameters {
			known[name] = known[name] || x.Format == "terraform"
		}
	}
	for _, in := range s.inputs {
		at, names := source.Location{}, []string{in.Name}
		if in.File != nil {
			var wrong []source.Problem
			at = source.InFile(in.File.Name)
			names, wrong = in.File.Variables()
			problems = append(problems, wrong...)
		}
		for _, name := range names {
			if _, isParam := s.params[name]; !known[name] && (in.File != nil || !isParam) && len(stacks) > 0 {
				problems = append(problems, source.Problem{Severity: source.Warning, Summary: "no Terraform root has a variable " + name, At: at})
			}
		}
	}
	return problems
}

// find lists the candidates that the paths lead to, in order, each once.
func find(paths []string, opts Options) (out []candidate, problems []source.Problem, closeTree func(), err error) {
	closeTree = func() {}
	var tree *source.Tree
	root := opts.Root
	if root == "" {
		root, err = Root(paths)
	}
	if err == nil && root != "" {
		tree, err = source.OpenTree(root, opts.MaxFileSize)
		closeTree = func() { _ = tree.Close() }
	}
	if err != nil {
		return nil, nil, nil, err
	}
	f := finder{tree: tree, root: root, seen: map[string]int{}}
	for _, p := range paths {
		if p == "-" {
			err = f.addStdin(opts)
		} else {
			err = f.add(p)
		}
		if err != nil {
			closeTree()
			return nil, nil, nil, err
		}
	}
	return f.out, f.problems, closeTree, nil
}

type finder struct {
	tree     *source.Tree
	root     string
	out      []candidate
	problems []source.Problem
	seen     map[string]int // index in out by format and unit
}

// Stdin is the name of the file that the path "-" means.
const Stdin = "stdin"

func (f *finder) addStdin(opts Options) error {
	if opts.Stdin == nil {
		return errors.New("-: no standard input")
	}
	most := opts.MaxFileSize
	if most <= 0 {
		most = source.DefaultMaxFileSize
	}
	text, err := io.ReadAll(io.LimitReader(opts.Stdin, most+1))
	if err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	if int64(len(text)) > most {
		return fmt.Errorf("standard input: more than %d bytes (--max-file-size)", most)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return fmt.Errorf("%w: standard input is empty", ErrNothing)
	}
	f.out = append(f.out, candidate{
		format: templates, tree: source.MemoryTree(map[string][]byte{Stdin: text}), unit: Stdin, named: true,
	})
	return nil
}

// add adds what a path of the file system leads to.
func (f *finder) add(p string) error {
	info, err := stat(p)
	if err != nil {
		return err
	}
	name, err := relative(f.root, p)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		f.addFile(name, true)
		return nil
	}
	var names []string
	closed := func(folder string, err error) error {
		f.problems = append(f.problems, source.Problem{
			Severity: source.Warning, Summary: "not searched: " + reason(err), At: source.InFile(folder),
		})
		return nil
	}
	err = f.tree.Walk(name, skipped, closed, func(file string, _ int64) error {
		names = append(names, file)
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", p, err)
	}
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")), cmp.Compare(a, b))
	})
	for _, file := range names {
		f.addFile(file, false)
	}
	return nil
}

// addFile adds a file to the candidate that it belongs to. Of several formats
// that take its name it is the one that it looks like. A file that is named has
// to be a stack, whatever its name ends in.
func (f *finder) addFile(file string, named bool) {
	var takers []*format
	for _, x := range formats {
		if _, ok := x.unit(file); ok {
			takers = append(takers, x)
		}
	}
	as := formats[0]
	switch {
	case len(takers) > 0:
		as = takers[0]
	case !named:
		return
	}
	if len(takers) > 1 {
		text, err := f.tree.Read(file)
		if i := slices.IndexFunc(takers, func(x *format) bool { return err == nil && x.matches(text) }); i >= 0 {
			as = takers[i]
		}
	}
	unit, _ := as.unit(file)
	key := as.name + ":" + unit
	k, known := f.seen[key]
	if !known {
		k = len(f.out)
		f.seen[key] = k
		f.out = append(f.out, candidate{format: as, tree: f.tree, unit: unit})
	}
	f.out[k].files = append(f.out[k].files, file)
	f.out[k].named = f.out[k].named || named
}

// skipped reports whether a search passes a folder by: what tools have written or
// fetched, and what is hidden.
func skipped(folder string) bool {
	switch folder {
	case "node_modules", "vendor", "cdk.out":
		return true
	}
	return strings.HasPrefix(folder, ".")
}

// relative is the slash-separated path of a file relative to a root, with
// symbolic links resolved in both.
func relative(root, p string) (string, error) {
	root, err := resolve(root)
	if err != nil {
		return "", err
	}
	if p, err = resolve(p); err != nil {
		return "", err
	}
	rel, err := filepath.Rel(root, p)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s: outside of %s", p, root)
	}
	return filepath.ToSlash(rel), nil
}

func resolve(p string) (string, error) {
	p, err := filepath.Abs(p)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(p)
}
