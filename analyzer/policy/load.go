package policy

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// allowed is the built-in functions that rules may call: none with an effect, none
// whose cost its arguments do not bound, none that cannot be interrupted.
var allowed = strings.Fields(`
	eq assign equal neq lt lte gt gte
	plus minus mul div rem abs ceil floor round numbers.range
	and or union intersection
	internal.member_2 internal.member_3
	count sum product min max sort
	array.concat array.slice array.reverse
	object.get object.keys object.union
	concat contains startswith endswith strings.any_prefix_match strings.any_suffix_match
	lower upper split replace substring indexof trim trim_left trim_right trim_prefix trim_suffix trim_space
	sprintf format_int to_number
	regex.match regex.replace regex.split regex.find_n
	json.is_valid json.unmarshal
	is_number is_string is_boolean is_array is_set is_object is_null type_name`)

// LoadError is a rule that does not load, and why.
type LoadError struct {
	Rule    string // id, or the file where it has none
	File    string
	Line    int
	Message string
}

func (e *LoadError) Error() string {
	return fmt.Sprintf("rule %s: %s:%d: %s", e.Rule, e.File, e.Line, e.Message)
}

// compile compiles every rule of some file systems with every check. A rule is a
// folder with a rule.rego; files in folders that are called lib hold helpers, which
// are also taken from a file system of their own (nil: none). tables is the dated
// tables, for their names. All errors of a stage are reported.
func compile(tables any, helpers fs.FS, files ...fs.FS) (*modules, []*Rule, error) {
	caps := ast.CapabilitiesForThisVersion()
	caps.Builtins = slices.DeleteFunc(caps.Builtins, func(b *ast.Builtin) bool { return !slices.Contains(allowed, b.Name) })
	parsed := map[string]*ast.Module{}
	var rules []*Rule
	var errs []error
	for i, fsys := range append([]fs.FS{helpers}, files...) {
		for _, file := range regoFiles(fsys, i == 0) {
			m, r, err := parse(fsys, file, caps)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			if old := ruleOf(rules, func(old *Rule) bool { return r != nil && old.ID == r.ID }); old != nil {
				errs = append(errs, &LoadError{r.ID, file, m.Package.Location.Row, "there is a rule of this name in " + old.File})
				continue
			}
			parsed[file] = m
			if r != nil {
				rules = append(rules, r)
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, nil, err
	}
	schemas := ast.NewSchemaSet()
	schemas.Put(ast.SchemaRootRef, schemaOf(mentioned(parsed), tables))
	compiler := ast.NewCompiler().WithSchemas(schemas).WithStrict(true).WithCapabilities(caps)
	if compiler.Compile(parsed); compiler.Failed() {
		return nil, nil, loadErrors(compiler.Errors, compiler.RewrittenVars)
	}
	m := &modules{compiler: compiler, store: inmem.New()}
	for _, file := range slices.Sorted(maps.Keys(compiler.Modules)) {
		errs = append(errs, m.check(compiler.Modules[file], ruleOf(rules, func(r *Rule) bool { return r.File == file }))...)
	}
	slices.SortFunc(rules, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	return m, rules, errors.Join(errs...)
}

// mentioned is the kinds whose arrays some modules name: the checks need no other.
func mentioned(parsed map[string]*ast.Module) []graph.Kind {
	names := map[string]bool{}
	for _, m := range parsed {
		ast.WalkTerms(m, func(t *ast.Term) bool {
			if s, ok := t.Value.(ast.String); ok {
				names[string(s)] = true
			}
			return false
		})
	}
	return slices.DeleteFunc(graph.Kinds(), func(k graph.Kind) bool { return !names[k.Plural()] })
}

// regoFiles is the Rego files of rules and of their helpers, or of helpers only,
// sorted.
func regoFiles(fsys fs.FS, helpers bool) []string {
	var out []string
	if fsys == nil {
		return nil
	}
	fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path.Ext(p) == ".rego" &&
			(path.Base(path.Dir(p)) == "lib" || !helpers && path.Base(p) == "rule.rego") {
			out = append(out, p)
		}
		return nil // what cannot be read holds no rules
	})
	return out
}

// ruleOf is the first rule that is wanted, or nil.
func ruleOf(rules []*Rule, wanted func(*Rule) bool) *Rule {
	i := slices.IndexFunc(rules, wanted)
	if i < 0 {
		return nil
	}
	return rules[i]
}

// parse reads one file; the Rule is nil for a file of helpers.
func parse(fsys fs.FS, file string, caps *ast.Capabilities) (*ast.Module, *Rule, error) {
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, nil, err
	}
	m, err := ast.ParseModuleWithOpts(file, string(text), ast.ParserOptions{ProcessAnnotation: true, Capabilities: caps})
	var parseErrors ast.Errors
	switch {
	case errors.As(err, &parseErrors):
		return nil, nil, loadErrors(parseErrors, nil)
	case err != nil || m == nil:
		return nil, nil, &LoadError{idOf(file), file, 1, "the file holds no Rego"}
	case path.Base(file) != "rule.rego":
		if len(m.Package.Path) != 4 || !m.Package.Path[:3].Equal(ast.MustParseRef("data.serverlens.lib")) {
			return nil, nil, &LoadError{idOf(file), file, m.Package.Location.Row, "the package of helpers is serverlens.lib.NAME"}
		}
		return m, nil, nil
	}
	r, err := describe(m, file)
	return m, r, err
}

// idOf is the name of a rule's folder, else the file.
func idOf(file string) string {
	if path.Base(file) == "rule.rego" {
		return path.Base(path.Dir(file))
	}
	return file
}

// loadErrors is errors of the engine in our form, with the variables called as
// their author calls them.
func loadErrors(all ast.Errors, names map[ast.Var]ast.Var) error {
	var pairs []string
	for rewritten, name := range names {
		pairs = append(pairs, string(rewritten), string(name))
	}
	authors := strings.NewReplacer(pairs...)
	var errs []error
	for _, e := range all {
		l := &LoadError{Message: e.Message}
		if e.Location != nil {
			l.File, l.Line = e.Location.File, e.Location.Row
		}
		l.Rule = idOf(l.File)
		if e.Details != nil {
			l.Message += ": " + strings.Join(strings.Fields(strings.Join(e.Details.Lines(), " ")), " ")
		}
		l.Message = authors.Replace(l.Message)
		errs = append(errs, l)
	}
	return errors.Join(errs...)
}

// describe reads what a rule says of itself.
func describe(m *ast.Module, file string) (*Rule, error) {
	r := &Rule{ID: idOf(file), File: file, ref: m.Package.Path.Append(ast.StringTerm("findings"))}
	line := m.Package.Location.Row
	refuse := func(format string, args ...any) error {
		return &LoadError{r.ID, file, line, fmt.Sprintf(format, args...)}
	}
	want := ast.MustParseRef("data.serverlens.rules").Append(ast.StringTerm(strings.ReplaceAll(r.ID, "-", "_")))
	if !m.Package.Path.Equal(want) {
		return nil, refuse("the package of a rule in the folder %s is %s", r.ID, strings.TrimPrefix(want.String(), "data."))
	}
	i := slices.IndexFunc(m.Annotations, func(a *ast.Annotations) bool { return a.Scope == "package" })
	if i < 0 {
		return nil, refuse("the package has no METADATA")
	}
	a := m.Annotations[i]
	line = a.Location.Row
	custom := metadata{values: a.Custom}
	r.Title, r.Description = a.Title, strings.TrimSpace(a.Description)
	r.Practice, r.Fix = custom.text("practice"), custom.text("fix")
	r.Aliases = custom.list("aliases")
	for _, s := range custom.list("severity") {
		level, ok := severities[s]
		if !ok {
			return nil, refuse("the severity %q is none of error, warning and note", s)
		}
		r.Severities = append(r.Severities, level)
	}
	for _, s := range a.RelatedResources {
		r.Sources = append(r.Sources, Source{s.Description, s.Ref.String()})
	}
	switch c := custom.text("certainty"); c {
	case "", "exact":
	case "heuristic":
		r.Heuristic = true
	default:
		return nil, refuse("the certainty %q is neither exact nor heuristic", c)
	}
	switch p := custom.text("profile"); p {
	case "", "recommended":
	case "strict":
		r.Strict = true
	default:
		return nil, refuse("the profile %q is neither recommended nor strict", p)
	}
	if name := custom.unknown(); name != "" {
		return nil, refuse("custom: %s is nothing that a rule says of itself", name)
	}
	for name, missing := range map[string]bool{"title": r.Title == "", "description": r.Description == "", "practice": r.Practice == "",
		"severity": len(r.Severities) == 0, "related_resources": len(r.Sources) == 0} {
		if missing {
			return nil, refuse("the METADATA lacks %s", name)
		}
	}
	return r, nil
}

var severities = map[string]source.Severity{"note": source.Note, "warning": source.Warning, "error": source.Error}

// metadata is the custom part of annotations.
type metadata struct {
	values map[string]any
	asked  []string
}

func (m *metadata) text(name string) string {
	m.asked = append(m.asked, name)
	s, _ := m.values[name].(string)
	return strings.TrimSpace(s)
}

// list is a text or a list of texts.
func (m *metadata) list(name string) []string {
	m.asked = append(m.asked, name)
	switch v := m.values[name].(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, x := range v {
			out = append(out, fmt.Sprint(x))
		}
		return out
	}
	return nil
}

// unknown is the first name that nobody asked for.
func (m *metadata) unknown() string {
	for _, name := range slices.Sorted(maps.Keys(m.values)) {
		if !slices.Contains(m.asked, name) {
			return name
		}
	}
	return ""
}
