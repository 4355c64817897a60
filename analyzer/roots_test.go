package analyzer_test

import (
	"cmp"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/serverlens/serverlens/parsers/source"
	"github.com/serverlens/serverlens/parsers/terraform"
)

// root is a Terraform root module among the files that it may read.
type root struct {
	name  string // of the test
	dir   string
	files map[string][]byte
}

// roots is every Terraform root that the repository's tests carry, and those of the
// corpus.
func roots(t *testing.T) []root {
	t.Helper()
	var out []root
	for _, glob := range []string{"../testdata/patterns/terraform/*", "../testdata/architectures/*"} {
		dirs, err := filepath.Glob(filepath.FromSlash(glob))
		if err != nil {
			t.Fatal(err)
		}
		for _, dir := range dirs {
			name := strings.TrimPrefix(filepath.ToSlash(dir), "../testdata/")
			x := readTemplate(t, name, dir, "")
			for file := range x.files {
				if path.Base(file) == "main.tf" && (path.Dir(file) == "." || path.Dir(file) == "modules") {
					out = append(out, root{path.Join(name, path.Dir(file)), path.Dir(file), x.files})
				}
			}
		}
	}
	rules, err := filepath.Glob("../rules/*/*/testdata/*.tf")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range rules {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, root{strings.TrimPrefix(filepath.ToSlash(file), "../"), ".", map[string][]byte{"main.tf": text}})
	}
	dir, labels := corpus(t)
	for _, l := range labels {
		if l.Format == "terraform" {
			project, inside, _ := strings.Cut(l.Path, "/")
			x := readTemplate(t, l.name(), filepath.Join(dir, l.Repo, project), "")
			out = append(out, root{l.name(), path.Clean(inside), x.files})
		}
	}
	slices.SortFunc(out, func(a, b root) int { return cmp.Compare(a.name, b.name) })
	if len(out) < 100 {
		t.Fatalf("%d roots", len(out))
	}
	return out
}

func (x root) load() *source.Stack {
	return terraform.Load(source.MemoryTree(x.files), x.dir, terraform.Options{})
}

// with is the root with other texts.
func (x root) with(files map[string][]byte) root {
	x.files = maps.Clone(x.files)
	for name, text := range files {
		if x.files[name] = text; text == nil {
			delete(x.files, name)
		}
	}
	return x
}

// configuration is one file of the native syntax.
type configuration struct {
	file string
	src  []byte
	body *hclsyntax.Body
}

// configurations parses the files of the native syntax that a stack was read from,
// in the order of their names. Files that are not wholly right are left out.
func (x root) configurations(s *source.Stack) []configuration {
	var out []configuration
	for _, file := range slices.Sorted(maps.Keys(s.Files)) {
		src, ok := x.files[file]
		if !ok || !strings.HasSuffix(file, ".tf") && !strings.HasSuffix(file, ".tfvars") {
			continue
		}
		f, diags := hclsyntax.ParseConfig(src, file, hcl.InitialPos)
		if diags.HasErrors() {
			continue
		}
		out = append(out, configuration{file, src, f.Body.(*hclsyntax.Body)})
	}
	return out
}

// edit is a text in place of another.
type edit struct {
	start, end int
	text       string
}

func replace(r hcl.Range, text string) edit { return edit{r.Start.Byte, r.End.Byte, text} }

// edited is a text with its edits made. Of one inside of another the outer is made.
func edited(src []byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	var out []byte
	at := 0
	for _, e := range edits {
		if e.start < at {
			continue
		}
		out = append(append(out, src[at:e.start]...), e.text...)
		at = e.end
	}
	return append(out, src[at:]...)
}

// attributes calls f for each attribute of a body and of the blocks in it, with the
// blocks that hold it from the outside in.
func attributes(b *hclsyntax.Body, in []*hclsyntax.Block, f func(a *hclsyntax.Attribute, in []*hclsyntax.Block)) {
	for _, a := range inOrder(b) {
		f(a, in)
	}
	for _, x := range b.Blocks {
		attributes(x.Body, append(slices.Clip(in), x), f)
	}
}

func inOrder(b *hclsyntax.Body) []*hclsyntax.Attribute {
	return slices.SortedFunc(maps.Values(b.Attributes), func(a, b *hclsyntax.Attribute) int {
		return cmp.Compare(a.SrcRange.Start.Byte, b.SrcRange.Start.Byte)
	})
}

// visit calls f for every expression from the outside in, until it says no.
func visit(e hclsyntax.Node, f func(hclsyntax.Node) bool) {
	_ = hclsyntax.Walk(e, &visitor{f: f})
}

type visitor struct {
	f    func(hclsyntax.Node) bool
	skip int
}

func (v *visitor) Enter(n hclsyntax.Node) hcl.Diagnostics {
	if v.skip > 0 || !v.f(n) {
		v.skip++
	}
	return nil
}

func (v *visitor) Exit(hclsyntax.Node) hcl.Diagnostics {
	if v.skip > 0 {
		v.skip--
	}
	return nil
}

// wholeOf is a block from its type to its closing brace.
func wholeOf(b *hclsyntax.Block) hcl.Range { return hcl.RangeBetween(b.TypeRange, b.CloseBraceRange) }
