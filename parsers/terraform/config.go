package terraform

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/serverlens/serverlens/parsers/source"
)

// attribute, block and body are what both syntaxes, native and JSON, are read as.
type attribute struct {
	name   string
	expr   hclsyntax.Expression
	at     hcl.Range // name and expression
	nameAt hcl.Range
}

type block struct {
	kind   string
	labels []string
	body   *body
	at     hcl.Range // type and labels: one line
	whole  hcl.Range
}

type body struct {
	attrs  []*attribute // in source order, names unique
	blocks []*block
	at     hcl.Range
}

func (b *body) attr(name string) *attribute {
	for _, a := range b.attrs {
		if a.name == name {
			return a
		}
	}
	return nil
}

// set adds an attribute or replaces the one of its name.
func (b *body) set(a *attribute) {
	for i, old := range b.attrs {
		if old.name == a.name {
			b.attrs[i] = a
			return
		}
	}
	b.attrs = append(b.attrs, a)
}

func (b *body) nested(kind string) []*block {
	var out []*block
	for _, x := range b.blocks {
		if x.kind == kind {
			out = append(out, x)
		}
	}
	return out
}

// config is one module folder as it was parsed; its instances share it.
type config struct {
	dir       string
	place     source.Location   // the folder
	resources map[string]*block // "aws_x.y" and "data.aws_x.y"
	order     []string          // keys of resources in source order
	variables map[string]*block
	locals    map[string]*attribute
	outputs   map[string]*block
	modules   map[string]*block
	providers []*block
	files     int
	usage     usage
}

// dir reads one module folder. What is wrong in one file or block does not stop
// the others. It is nil where there is no such folder.
func (p *project) config(dir string) *config {
	dir = path.Clean(dir)
	if c, ok := p.configs[dir]; ok {
		return c
	}
	c := p.readConfig(p.tree, dir)
	p.configs[dir] = c
	return c
}

func (p *project) readConfig(tree *source.Tree, dir string) *config {
	names, err := tree.Names(dir)
	if err != nil {
		return nil
	}
	c := &config{dir: dir, place: source.InFile(dir), resources: map[string]*block{}, variables: map[string]*block{}, locals: map[string]*attribute{},
		outputs: map[string]*block{}, modules: map[string]*block{}, usage: newUsage()}
	var bodies []*body
	var blocks, overrides []*block
	for _, name := range configFiles(names) {
		file := path.Join(dir, name)
		src, err := tree.Read(file)
		if err != nil {
			p.problem(source.Error, hcl.Range{Filename: file}, "cannot read the file: %s", reason(err))
			continue
		}
		c.files++
		b := p.parse(file, src)
		if b == nil {
			continue
		}
		bodies = append(bodies, b)
		if isOverride(name) {
			overrides = append(overrides, b.blocks...)
		} else {
			blocks = append(blocks, b.blocks...)
		}
	}
	for _, b := range blocks {
		c.add(p, b)
	}
	for _, b := range overrides {
		c.override(p, b)
	}
	for _, b := range bodies {
		c.unindex(b)
		c.usage.scan(b)
		rewriteBody(b, p.own)
	}
	return c
}

// unindex reads x.y["z"] as x.y.z, which it is where x.y is one object.
func (c *config) unindex(b *body) {
	for _, a := range b.attrs {
		_ = hclsyntax.VisitAll(a.expr, func(n hclsyntax.Node) hcl.Diagnostics {
			if e, ok := n.(*hclsyntax.ScopeTraversalExpr); ok {
				c.unindexMention(e.Traversal)
			}
			return nil
		})
	}
	for _, x := range b.blocks {
		c.unindex(x.body)
	}
}

func (c *config) unindexMention(t hcl.Traversal) {
	m, ok := splitMention(t)
	index, byKey := m.index.(hcl.TraverseIndex)
	if !ok || !byKey || index.Key.Type() != cty.String {
		return
	}
	declared := c.resources[m.key()]
	if strings.HasPrefix(m.of, "module.") {
		declared = c.modules[m.name]
	}
	if declared == nil || declared.body.attr("count") != nil || declared.body.attr("for_each") != nil {
		return
	}
	i := slices.IndexFunc(t, func(step hcl.Traverser) bool { _, ok := step.(hcl.TraverseIndex); return ok })
	t[i] = hcl.TraverseAttr{Name: index.Key.AsString(), SrcRange: index.SrcRange}
}

var configEndings = []string{".tf", ".tf.json", ".tofu", ".tofu.json"}

// IsConfig reports whether a file of that name is read as configuration.
func IsConfig(name string) bool { return len(configFiles([]string{name})) > 0 }

// configFiles picks the configuration files among the files of a folder.
// OpenTofu reads x.tofu in place of x.tf where both are there.
func configFiles(names []string) []string {
	var out []string
	for _, name := range names {
		if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") {
			continue
		}
		for _, ending := range configEndings {
			stem, ok := strings.CutSuffix(name, ending)
			if !ok {
				continue
			}
			twin := stem + strings.Replace(ending, ".tf", ".tofu", 1)
			if !strings.HasPrefix(ending, ".tf") || !slices.Contains(names, twin) {
				out = append(out, name)
			}
			break
		}
	}
	return out
}

func isOverride(name string) bool {
	for _, ending := range configEndings {
		if stem, ok := strings.CutSuffix(name, ending); ok {
			return stem == "override" || strings.HasSuffix(stem, "_override")
		}
	}
	return false
}

// reason is the text of an error without the path that the place names already.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// parse reads one file in either syntax.
func (p *project) parse(file string, src []byte) *body {
	p.texts[file] = newText(file, src)
	if strings.HasSuffix(file, ".json") {
		return p.parseJSON(file, src)
	}
	if !shallow(src) {
		tokens, _ := hclsyntax.LexConfig(src, file, hcl.InitialPos)
		if at, deep := tooDeep(tokens); deep {
			p.problem(source.Error, at, "nested more than %d levels deep: the file is not read", maxNesting)
			return nil
		}
	}
	f, diags := hclsyntax.ParseConfig(src, file, hcl.InitialPos)
	p.syntax(diags)
	if f == nil {
		return nil
	}
	native, ok := f.Body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	return fromNative(native)
}

// syntax reports what the parser found wrong in one file.
func (p *project) syntax(diags hcl.Diagnostics) {
	for i, d := range diags {
		if i == maxPerFile {
			p.problem(source.Error, subject(d), "and %d more syntax errors", len(diags)-i)
			return
		}
		if d.Severity == hcl.DiagError {
			p.problem(source.Error, subject(d), "%s: %s", d.Summary, d.Detail)
		}
	}
}

func subject(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}

func fromNative(b *hclsyntax.Body) *body {
	out := &body{at: b.SrcRange}
	for name, a := range b.Attributes {
		out.attrs = append(out.attrs, &attribute{name: name, expr: a.Expr, at: a.SrcRange, nameAt: a.NameRange})
	}
	slices.SortFunc(out.attrs, func(x, y *attribute) int { return cmp.Compare(x.at.Start.Byte, y.at.Start.Byte) })
	for _, x := range b.Blocks {
		out.blocks = append(out.blocks, &block{kind: x.Type, labels: x.Labels, body: fromNative(x.Body), at: x.DefRange(), whole: x.Range()})
	}
	for _, x := range out.blocks {
		x.whole.End = x.body.at.End
	}
	return out
}

// labels is how many labels a block has at least.
var labels = map[string]int{"resource": 2, "data": 2, "ephemeral": 2, "variable": 1, "output": 1, "module": 1, "provider": 1, "check": 1}

// index finds the block that a block of a configuration declares, and the map
// that holds it. The map is nil for a block that declares nothing.
func (c *config) index(b *block) (map[string]*block, string) {
	switch b.kind {
	case "resource":
		return c.resources, b.labels[0] + "." + b.labels[1]
	case "data":
		return c.resources, "data." + b.labels[0] + "." + b.labels[1]
	case "ephemeral":
		return c.resources, "ephemeral." + b.labels[0] + "." + b.labels[1]
	case "variable":
		return c.variables, b.labels[0]
	case "output":
		return c.outputs, b.labels[0]
	case "module":
		return c.modules, b.labels[0]
	}
	return nil, ""
}

func (c *config) add(p *project, b *block) {
	if len(b.labels) < labels[b.kind] {
		p.problem(source.Error, b.at, "%s needs %d labels", b.kind, labels[b.kind])
		return
	}
	switch b.kind {
	case "provider":
		c.providers = append(c.providers, b)
	case "locals":
		for _, a := range b.body.attrs {
			c.locals[a.name] = a
		}
	case "check": // may read a data source of its own
		for _, x := range b.body.nested("data") {
			c.add(p, x)
		}
	default:
		m, key := c.index(b)
		if m == nil { // terraform, moved, import, removed: nothing that is deployed
			return
		}
		if first, ok := m[key]; ok {
			p.problem(source.Warning, b.at, "%s is declared already at %s", key, p.texts.at(first.at))
			return
		}
		m[key] = b
		if _, isResource := c.resources[key]; isResource && labels[b.kind] == 2 {
			c.order = append(c.order, key)
		}
	}
}

// override merges a block of an override file: its attributes replace those of
// the same name, its nested blocks all of the same type (Terraform language
// documentation, Override Files).
func (c *config) override(p *project, b *block) {
	switch b.kind {
	case "locals":
		c.add(p, b)
		return
	case "provider":
		c.providers = append(c.providers, b)
		return
	}
	if len(b.labels) < labels[b.kind] {
		return
	}
	m, key := c.index(b)
	if m == nil {
		return
	}
	base := m[key]
	if base == nil {
		p.problem(source.Warning, b.at, "there is no %s to override", key)
		return
	}
	for _, a := range b.body.attrs {
		base.body.set(a)
	}
	kept := slices.DeleteFunc(base.body.blocks, func(x *block) bool { return len(b.body.nested(x.kind)) > 0 })
	base.body.blocks = append(kept, b.body.blocks...)
}

// problem notes something that could not be read, once for each place.
func (p *project) problem(severity source.Severity, at hcl.Range, format string, args ...any) {
	p.problemAt(severity, p.texts.at(at), format, args...)
}

func (p *project) problemAt(severity source.Severity, at source.Location, format string, args ...any) {
	x := source.Problem{Severity: severity, Summary: fmt.Sprintf(format, args...), At: at}
	if inShim, ok := strings.CutPrefix(at.File(), shimRoot+"/"); ok { // told at the call, as far as it is known
		x.Summary, x.At = fmt.Sprintf("in the stand-in %s: %s", at.Called(inShim), x.Summary), source.Location{}
		if m := p.current.m; m != nil && m.shim {
			x.At = m.place()
		}
	}
	if len(p.problems) >= maxProblems || slices.Contains(p.problems, x) {
		return
	}
	p.problems = append(p.problems, x)
}
