package terraform

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
)

// exactShare is the least share of attributes that mention a resource of which
// every mention must be found at its place.
const exactShare = 0.95

// TestCorpusReferences counts, over all roots below the folder that the
// environment variable SERVERLENS_CORPUS names, how many attributes keep every
// resource that they mention at its place. What they mention is taken from the
// syntax tree, through locals, variables, outputs and policy documents.
func TestCorpusReferences(t *testing.T) {
	dir := os.Getenv("SERVERLENS_CORPUS")
	if dir == "" {
		t.Skip("SERVERLENS_CORPUS does not name a folder of Terraform roots")
	}
	tree, err := source.OpenTree(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	var n counts
	roots := corpusRoots(t, dir)
	for _, root := range roots {
		n.count(t, tree, root)
	}
	t.Logf("%d roots, %d attributes that mention a resource: %d exact, %d kept as a whole, %d of a branch that is not taken, %d lost",
		len(roots), n.all, n.exact, n.kept, n.notTaken, n.lost)
	if n.all > 0 && float64(n.exact) < exactShare*float64(n.all-n.notTaken) {
		t.Errorf("%.1f%% exact", 100*float64(n.exact)/float64(n.all-n.notTaken))
	}
}

// corpusRoots are the folders with configuration that no other one calls.
func corpusRoots(t *testing.T, dir string) []string {
	folders, called := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !IsConfig(d.Name()) {
			return err
		}
		rel, err := filepath.Rel(dir, filepath.Dir(name))
		folders[filepath.ToSlash(rel)] = true
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := source.OpenTree(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for folder := range folders {
		p := newProject(tree, folder, Options{})
		for _, call := range p.config(folder).modules {
			if src := callSource(call); isLocal(src) {
				called[path.Join(folder, src)] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(folders)), func(d string) bool { return called[d] })
}

// tracer follows mentions through the syntax tree.
type tracer struct {
	p       *project
	c       *config
	address string
	parent  *tracer
	call    *block
}

func (x *tracer) addr(key string) string {
	if x.address == "" {
		return key
	}
	return x.address + "." + key
}

// child is a called module whose folder is there.
func (x *tracer) child(name string) *tracer {
	call := x.c.modules[name]
	if call == nil || !isLocal(callSource(call)) {
		return nil
	}
	c := x.p.config(path.Join(x.c.dir, callSource(call)))
	if c == nil {
		return nil
	}
	return &tracer{x.p, c, x.addr("module." + name), x, call}
}

// mentions adds the resources that an expression mentions.
func (x *tracer) mentions(e hclsyntax.Expression, out, seen map[string]bool) {
	for _, t := range x.p.mentioned(e).variables {
		m, ok := splitMention(t)
		if !ok {
			continue
		}
		key := x.addr(m.key())
		root := t.RootName()
		if root == "module" {
			key += "." + m.attr
		}
		follows := root == "local" || root == "var" || root == "module" || m.of == "data.aws_iam_policy_document" || m.of == "data.template_file"
		if follows && seen[key] {
			continue
		}
		seen[key] = true
		switch {
		case root == "local":
			if a := x.c.locals[m.name]; a != nil {
				x.mentions(a.expr, out, seen)
			}
		case root == "var":
			if x.parent != nil {
				if a := x.call.body.attr(m.name); a != nil {
					x.parent.mentions(a.expr, out, seen)
				}
			}
		case root == "module":
			child := x.child(m.name)
			if child == nil {
				if x.c.modules[m.name] != nil && x.p.shimFor(callSource(x.c.modules[m.name])) == nil {
					out[x.addr("module."+m.name)] = true
				}
			} else if o := child.c.outputs[m.attr]; o != nil && o.body.attr("value") != nil {
				child.mentions(o.body.attr("value").expr, out, seen)
			}
		case notResource[root] || surroundings[m.of] || x.c.resources[m.key()] == nil:
		case follows:
			x.inBody(x.c.resources[m.key()].body, out, seen)
		default:
			out[key] = true
		}
	}
}

func (x *tracer) inBody(b *body, out, seen map[string]bool) {
	for _, a := range b.attrs {
		x.mentions(a.expr, out, seen)
	}
	for _, n := range b.blocks {
		x.inBody(n.body, out, seen)
	}
}

type counts struct {
	all, exact, kept, notTaken, lost int
	declared                         map[string]bool // addresses of the root at hand, without keys
}

func (n *counts) count(t *testing.T, tree *source.Tree, root string) {
	s := Load(tree, root, Options{})
	p := newProject(tree, root, Options{})
	found := map[string][]source.Value{} // by address without keys and path
	n.declared = map[string]bool{}
	for _, o := range s.Opaque {
		n.declared[stripKeys(o.Address)] = true
	}
	for _, r := range s.Resources {
		n.declared[stripKeys(r.Address)] = true
		collectAttributes(r.Properties, stripKeys(r.Address), found)
	}
	n.module(t, &tracer{p: p, c: p.config(root)}, s, found, 0)
}

func collectAttributes(v source.Value, at string, found map[string][]source.Value) {
	for _, e := range v.Entries {
		key := at + " " + e.Key
		found[key] = append(found[key], e.Value)
		for _, x := range e.Value.Items {
			for _, c := range x.Cases() {
				collectAttributes(c, key, found)
			}
		}
	}
}

func (n *counts) module(t *testing.T, x *tracer, s *source.Stack, found map[string][]source.Value, depth int) {
	for key, b := range x.c.resources {
		n.body(t, x, s, b.body, x.addr(key), found)
	}
	for name := range x.c.modules {
		if child := x.child(name); child != nil && depth < maxModules {
			n.module(t, child, s, found, depth+1)
		}
	}
}

func (n *counts) body(t *testing.T, x *tracer, s *source.Stack, b *body, at string, found map[string][]source.Value) {
	for _, a := range b.attrs {
		values := found[at+" "+a.name]
		want := map[string]bool{}
		x.mentions(a.expr, want, map[string]bool{})
		maps.DeleteFunc(want, func(w string, _ bool) bool { return !n.declared[w] }) // none of them is made
		if metaArguments[a.name] || len(want) == 0 || len(values) == 0 {
			continue
		}
		n.all++
		exact, kept, known := map[string]bool{}, map[string]bool{}, true
		for _, v := range values {
			exactRefs(s, v, exact)
			for _, r := range v.AllRefs() {
				kept[stripKeys(r.Address)] = true
			}
			known = known && v.IsKnown()
		}
		switch all := func(in map[string]bool) bool {
			for w := range want {
				if !in[w] {
					return false
				}
			}
			return true
		}; {
		case all(exact):
			n.exact++
		case all(kept):
			n.kept++
			t.Logf("kept: %s.%s at %s", at, a.name, x.p.texts.at(a.at))
		case known:
			n.notTaken++
			t.Logf("not taken: %s.%s at %s", at, a.name, x.p.texts.at(a.at))
		default:
			n.lost++
			t.Logf("lost: %s.%s at %s: want %v, have %v", at, a.name, x.p.texts.at(a.at), slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(kept)))
		}
	}
	for _, inner := range b.blocks {
		switch {
		case notProperties[inner.kind]:
		case inner.kind == "dynamic" && len(inner.labels) > 0:
			for _, c := range inner.body.nested("content") {
				n.body(t, x, s, c.body, at+" "+inner.labels[0], found)
			}
		default:
			n.body(t, x, s, inner.body, at+" "+inner.kind, found)
		}
	}
}

// exactRefs adds the resources that a value mentions at a place: as a piece of a
// text, as a whole value, or in a value of a document.
func exactRefs(s *source.Stack, v source.Value, out map[string]bool) {
	if v.Doc() != nil || isDocument(v.Text) && (v.Kind == source.String || len(v.Parts()) > 1) {
		doc, _ := document.Within(func(name string) []byte { return s.Files[name] }, v)
		if doc.Kind == source.Map || doc.Kind == source.List {
			exactRefs(s, doc, out)
			return
		}
	}
	for _, p := range v.Parts() {
		if p.Ref != nil {
			out[stripKeys(p.Ref.Address)] = true
		}
	}
	if len(v.Refs()) == 1 && len(v.Parts()) == 0 {
		out[stripKeys(v.Refs()[0].Address)] = true
	}
	for _, a := range v.Alts() {
		exactRefs(s, a.Value, out)
	}
	for _, x := range v.Items {
		exactRefs(s, x, out)
	}
	for _, e := range v.Entries {
		exactRefs(s, e.Value, out)
	}
}
