package terraform

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden evaluates the roots of testdata and compares all values, references
// and places with what stands in the golden files.
func TestGolden(t *testing.T) {
	dirs, err := filepath.Glob("testdata/*/main.tf*")
	if err != nil || len(dirs) == 0 {
		t.Fatal("no roots in testdata", err)
	}
	for _, main := range dirs {
		name := filepath.Base(filepath.Dir(main))
		t.Run(name, func(t *testing.T) {
			checkGolden(t, filepath.Join("testdata", name+".golden"), describe(load(t, filepath.Join("testdata", name), Options{})))
		})
	}
}

func checkGolden(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what was evaluated (-update rewrites it):\n%s", golden, firstDifference(got, string(want)))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("line %d\ngot  %s\nwant %s", i+1, g[i], strings.Join(w[min(i, len(w)):min(i+1, len(w))], ""))
		}
	}
	return "the rest is missing: " + strings.Join(w[len(g):], "\n")
}

// TestDeterministic: the same files give the same stack, and no token of the
// evaluator is left in it.
func TestDeterministic(t *testing.T) {
	for _, name := range []string{"plain", "expansion", "modules", "documents", "conditions", "shims"} {
		first := describe(load(t, filepath.Join("testdata", name), Options{}))
		for range 3 {
			if again := describe(load(t, filepath.Join("testdata", name), Options{})); again != first {
				t.Errorf("%s: %s", name, firstDifference(again, first))
			}
		}
		if left := token.FindString(first); left != "" {
			t.Errorf("%s: %s is left", name, left)
		}
	}
}

// load evaluates a folder on disk.
func load(t testing.TB, dir string, opts Options) *source.Stack {
	t.Helper()
	tree, err := source.OpenTree(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return Load(tree, ".", opts)
}

// loadFiles evaluates files in memory; a lone text is main.tf.
func loadFiles(t testing.TB, files map[string]string, opts Options) *source.Stack {
	t.Helper()
	tree := map[string][]byte{}
	for name, text := range files {
		tree[name] = []byte(text)
	}
	return Load(source.MemoryTree(tree), ".", opts)
}

// describe writes a stack so that a reader can check it.
func describe(s *source.Stack) string {
	var b strings.Builder
	for _, r := range s.Resources {
		fmt.Fprintf(&b, "%s %s", r.Address, r.At)
		if len(r.If) > 0 {
			fmt.Fprintf(&b, " if %s", r.If)
		}
		if r.Uncertain {
			b.WriteString(" uncertain")
		}
		for _, v := range r.Via {
			fmt.Fprintf(&b, " via %s", v)
		}
		b.WriteString("\n")
		describeEntries(&b, r.Properties, "  ")
		if r.Metadata.Kind == source.Map {
			b.WriteString("  metadata\n")
			describeEntries(&b, r.Metadata, "    ")
		}
	}
	for _, o := range s.Outputs {
		fmt.Fprintf(&b, "output %s", o.Name)
		describeValue(&b, o.Value, "  ")
	}
	for _, o := range s.Opaque {
		fmt.Fprintf(&b, "opaque %s %q %s\n", o.Address, o.Source, o.At)
		describeEntries(&b, o.Inputs, "  ")
	}
	for _, c := range s.Conditions {
		fmt.Fprintf(&b, "condition %s = %s %s\n", c.Name, describeExpr(c.Expr), c.At)
	}
	if len(s.Allowed) > 0 {
		fmt.Fprintf(&b, "allowed %v\n", s.Allowed)
	}
	for _, p := range s.Problems {
		fmt.Fprintf(&b, "problem %s\n", p)
	}
	return b.String()
}

func describeExpr(e source.Expr) string {
	args := make([]string, len(e.Args))
	for i, a := range e.Args {
		args[i] = describeExpr(a)
	}
	switch e.Op {
	case source.Equals:
		return fmt.Sprintf("%s=%q", e.Name, e.Value)
	case source.Not:
		return "not(" + strings.Join(args, ",") + ")"
	case source.And:
		return "and(" + strings.Join(args, ",") + ")"
	case source.Or:
		return "or(" + strings.Join(args, ",") + ")"
	case source.True:
		return "true"
	case source.False:
		return "false"
	}
	return "open"
}

func describeEntries(b *strings.Builder, v source.Value, indent string) {
	for _, e := range v.Entries {
		fmt.Fprintf(b, "%s%s %s", indent, e.Key, span(e.KeyAt))
		describeValue(b, e.Value, indent+"  ")
	}
}

func span(l source.Location) string {
	if l.IsZero() {
		return "nowhere"
	}
	if l.Line() == l.EndLine() {
		return fmt.Sprintf("%d:%d-%d", l.Line(), l.Column(), l.EndColumn())
	}
	return fmt.Sprintf("%d:%d-%d:%d", l.Line(), l.Column(), l.EndLine(), l.EndColumn())
}

func describeValue(b *strings.Builder, v source.Value, indent string) {
	fmt.Fprintf(b, " = %s", v.Kind)
	switch v.Kind {
	case source.List, source.Map, source.Null, source.Unset:
	default:
		if v.Sensitive {
			b.WriteString(" (sensitive)")
		} else {
			fmt.Fprintf(b, " %q", v.Text)
		}
	}
	fmt.Fprintf(b, " %s", span(v.At))
	if v.Def() != nil {
		fmt.Fprintf(b, " from %s:%s", v.Def().File(), span(*v.Def()))
	}
	if v.Default {
		b.WriteString(" by default")
	}
	b.WriteString("\n")
	for _, r := range v.Refs() {
		fmt.Fprintf(b, "%s-> %s . %s %s\n", indent, r.Address, r.Attribute, span(r.At))
	}
	if len(v.Parts()) > 1 {
		for _, p := range v.Parts() {
			fmt.Fprintf(b, "%s| %q", indent, p.Text)
			if p.Expr != "" {
				fmt.Fprintf(b, " ${%s}", p.Expr)
			}
			fmt.Fprintf(b, " %s", span(p.At))
			if !p.In.IsZero() {
				b.WriteString(" as it stands")
			}
			b.WriteString("\n")
		}
	}
	for _, a := range v.Alts() {
		fmt.Fprintf(b, "%sif %s", indent, a.If)
		describeValue(b, a.Value, indent+"  ")
	}
	for i, x := range v.Items {
		fmt.Fprintf(b, "%s[%d]", indent, i)
		describeValue(b, x, indent+"  ")
	}
	describeEntries(b, v, indent)
	if v.Doc() != nil {
		fmt.Fprintf(b, "%sdocument", indent)
		describeValue(b, *v.Doc(), indent+"  ")
	}
}
