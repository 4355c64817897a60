package analyzer_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// A respelling is another text of a root that means the same.
var respellings = []struct {
	name string
	of   func(root, *source.Stack) root
}{
	{"with attributes and blocks shuffled", shuffledBlocks},
	{"with blocks in other files", movedBlocks},
	{`with "${x}" for x`, wrapped},
	{"with x[\"y\"] for x.y", indexed},
	{"through locals", throughLocals},
	{"as JSON", jsonRoot},
	{"renamed", renamedRoot},
}

// In Terraform too order, form and every name that an author chooses are without
// meaning. Sagas may lean on words; those that do are listed.
func TestTerraformNamesAndOrderProveNothing(t *testing.T) {
	byWords, changed := 0, map[string]int{}
	for _, x := range roots(t) {
		stack := x.load()
		r, g := found(stack)
		want, facts, shape := answer(r), factsOf(g), shapeOf(g)
		for _, respelling := range respellings {
			y := respelling.of(x, stack)
			again := y.load()
			r, h := found(again)
			if !sameFiles(x, y) {
				changed[respelling.name]++
			}
			switch got := answer(r); {
			case got == want:
			case respelling.name == "renamed" && strings.Contains(want, "primary saga"):
				byWords++
				t.Logf("%s is a saga by its words", x.name)
			default:
				t.Errorf("%s %s is another:\n%swant\n%s", x.name, respelling.name, got, want)
			}
			if got := factsOf(h); respelling.name != "renamed" && !slices.Equal(got, facts) || !maps.Equal(shapeOf(h), shape) {
				t.Errorf("%s %s is another graph:\n%s\nwant\n%s", x.name, respelling.name, some(minus(got, facts)), some(minus(facts, got)))
			}
			if got, want := wrong(again), wrong(stack); got != want {
				t.Errorf("%s %s is wrong in another way:\n%swant\n%s", x.name, respelling.name, got, want)
			}
		}
	}
	t.Logf("%d sagas by their words", byWords)
	for _, respelling := range respellings {
		t.Logf("%4d roots are written otherwise %s", changed[respelling.name], respelling.name)
		if changed[respelling.name] < 50 {
			t.Errorf("%d roots only are another text %s", changed[respelling.name], respelling.name)
		}
	}
}

// some is the first of some lines.
func some(lines []string) string { return strings.Join(lines[:min(len(lines), 10)], "\n") }

// factsOf lists what a graph says, but for places.
func factsOf(g *graph.Graph) (out []string) {
	attrs := func(of string, values map[string]source.Value) {
		for name, v := range values {
			switch v.Kind {
			case source.Unset:
			case source.String, source.Number, source.Bool:
				out = append(out, fmt.Sprintf("%s .%s = %s", of, name, v.Text))
			default:
				out = append(out, fmt.Sprintf("%s .%s is %s", of, name, v.Kind))
			}
		}
	}
	for _, n := range g.Nodes {
		id := string(n.Kind) + " " + n.ID
		out = append(out, id)
		attrs(id, n.Attrs)
		for r := range n.Open {
			out = append(out, fmt.Sprintf("%s may have more %s", id, r))
		}
	}
	for _, e := range g.Edges {
		id := fmt.Sprintf("%s %s %s, %s", endOf(e.From).ID, e.Relation, endOf(e.To).ID, e.Basis)
		out = append(out, id)
		attrs(id, e.Attrs)
	}
	slices.Sort(out)
	return out
}

// endOf is an end of an edge, also where it is open.
func endOf(n *graph.Node) *graph.Node {
	if n == nil {
		return &graph.Node{ID: "?", Kind: "?"}
	}
	return n
}

// shapeOf counts the nodes and edges of a graph by all but their names.
func shapeOf(g *graph.Graph) map[string]int {
	out := map[string]int{}
	for _, n := range g.Nodes {
		out[fmt.Sprintf("%s with %d attributes, %d open", n.Kind, len(n.Attrs), len(n.Open))]++
	}
	for _, e := range g.Edges {
		out[fmt.Sprintf("%s %s %s, %s with %d attributes", endOf(e.From).Kind, e.Relation, endOf(e.To).Kind, e.Basis, len(e.Attrs))]++
	}
	return out
}

func sameFiles(x, y root) bool {
	for name, text := range y.files {
		if string(x.files[name]) != string(text) {
			return false
		}
	}
	return len(x.files) == len(y.files)
}

// wrong counts what could not be read.
func wrong(s *source.Stack) string {
	n := 0
	for _, p := range s.Problems {
		if p.Severity == source.Error {
			n++
		}
	}
	return fmt.Sprintf("%d errors\n", n)
}

// shuffledBlocks is a root with the blocks of each file, and the attributes of each
// body, in another order.
func shuffledBlocks(x root, s *source.Stack) root {
	files := map[string][]byte{}
	random := rand.New(rand.NewSource(1))
	for _, c := range x.configurations(s) {
		var edits []edit
		var ranges []hcl.Range
		for _, b := range c.body.Blocks {
			ranges = append(ranges, wholeOf(b))
		}
		blocks := edited(c.src, permuted(c.src, ranges, random))
		f, diags := hclsyntax.ParseConfig(blocks, c.file, hcl.InitialPos)
		if diags.HasErrors() {
			panic(diags)
		}
		shuffleAttributes(blocks, f.Body.(*hclsyntax.Body), random, &edits)
		files[c.file] = edited(blocks, edits)
	}
	return x.with(files)
}

// permuted is the edits that put the texts of some ranges in another order.
func permuted(src []byte, ranges []hcl.Range, random *rand.Rand) []edit {
	var edits []edit
	for i, k := range random.Perm(len(ranges)) {
		text := string(ranges[k].SliceBytes(src))
		if strings.Contains(text, "<<") { // the marker of a heredoc ends its line
			text += "\n"
		}
		edits = append(edits, replace(ranges[i], text))
	}
	return edits
}

func shuffleAttributes(src []byte, b *hclsyntax.Body, random *rand.Rand, edits *[]edit) {
	var ranges []hcl.Range
	for _, a := range inOrder(b) {
		ranges = append(ranges, a.SrcRange)
	}
	*edits = append(*edits, permuted(src, ranges, random)...)
	for _, x := range b.Blocks {
		shuffleAttributes(src, x.Body, random, edits)
	}
}

// movedBlocks is a root with the blocks of each folder dealt out to three files.
func movedBlocks(x root, s *source.Stack) root {
	files := map[string][]byte{}
	random := rand.New(rand.NewSource(1))
	for _, c := range x.configurations(s) {
		if !movable(c.file) {
			continue
		}
		files[c.file] = nil
		for _, b := range c.body.Blocks {
			to := path.Join(path.Dir(c.file), fmt.Sprintf("z%d.tf", random.Intn(3)))
			files[to] = append(append(files[to], wholeOf(b).SliceBytes(c.src)...), '\n')
		}
	}
	return x.with(files)
}

// movable reports whether the name of a file says nothing but that it is read.
func movable(file string) bool {
	return strings.HasSuffix(file, ".tf") && !strings.HasSuffix(file, "_override.tf") && path.Base(file) != "override.tf"
}

// asNames is the arguments of any block that hold names, not expressions.
var asNames = []string{"depends_on", "provider", "providers", "ignore_changes", "replace_triggered_by", "iterator"}

// isName reports whether an argument holds what no expression may stand for.
func isName(a *hclsyntax.Attribute, in []*hclsyntax.Block) bool {
	if len(in) == 0 || slices.Contains(asNames, a.Name) {
		return true
	}
	switch in[0].Type {
	case "moved", "import", "removed", "terraform":
		return true
	case "variable":
		return a.Name != "default"
	case "module":
		return a.Name == "source" || a.Name == "version"
	}
	return false
}

// mentioning makes edits from the mentions that stand in expressions, whole with
// their indexes.
func mentioning(x root, s *source.Stack, make func(c configuration, e hclsyntax.Expression) (string, bool)) root {
	files := map[string][]byte{}
	for _, c := range x.configurations(s) {
		var edits []edit
		attributes(c.body, nil, func(a *hclsyntax.Attribute, in []*hclsyntax.Block) {
			if isName(a, in) {
				return
			}
			visit(a.Expr, func(n hclsyntax.Node) bool {
				switch e := n.(type) {
				case *hclsyntax.ScopeTraversalExpr, *hclsyntax.RelativeTraversalExpr, *hclsyntax.IndexExpr, *hclsyntax.SplatExpr:
					if text, ok := make(c, e.(hclsyntax.Expression)); ok {
						edits = append(edits, replace(e.Range(), text))
					}
					return false
				}
				return true
			})
		})
		files[c.file] = edited(c.src, edits)
	}
	return x.with(files)
}

// wrapped is a root with each mention x as "${x}".
func wrapped(x root, s *source.Stack) root {
	return mentioning(x, s, func(c configuration, e hclsyntax.Expression) (string, bool) {
		return `"${` + string(e.Range().SliceBytes(c.src)) + `}"`, true
	})
}

// indexed is a root with x.y["z"] for x.y.z.
func indexed(x root, s *source.Stack) root {
	return mentioning(x, s, func(c configuration, e hclsyntax.Expression) (string, bool) {
		m, ok := e.(*hclsyntax.ScopeTraversalExpr)
		if !ok || len(m.Traversal) < 3 || !strings.Contains(m.Traversal.RootName(), "_") {
			return "", false
		}
		last, ok := m.Traversal[len(m.Traversal)-1].(hcl.TraverseAttr)
		if !ok {
			return "", false
		}
		head := hcl.RangeBetween(m.SrcRange, m.Traversal[len(m.Traversal)-2].SourceRange())
		return fmt.Sprintf("%s[%q]", head.SliceBytes(c.src), last.Name), true
	})
}

// throughLocals is a root in which every attribute of a resource is mentioned by
// way of a local value.
func throughLocals(x root, s *source.Stack) root {
	locals := map[string][]string{} // by folder
	y := mentioning(x, s, func(c configuration, e hclsyntax.Expression) (string, bool) {
		m, ok := e.(*hclsyntax.ScopeTraversalExpr)
		if !ok || len(m.Traversal) < 3 || !strings.HasPrefix(m.Traversal.RootName(), "aws_") {
			return "", false
		}
		dir := path.Dir(c.file)
		locals[dir] = append(locals[dir], string(m.SrcRange.SliceBytes(c.src)))
		return fmt.Sprintf("local.by_way_%d", len(locals[dir])), true
	})
	for dir, expressions := range locals {
		text := "locals {\n"
		for i, e := range expressions {
			text += fmt.Sprintf("  by_way_%d = %s\n", i+1, e)
		}
		y = y.with(map[string][]byte{path.Join(dir, "by_way.tf"): []byte(text + "}\n")})
	}
	return y
}

// jsonRoot is a root in the JSON syntax.
func jsonRoot(x root, s *source.Stack) root {
	files := map[string][]byte{}
	for _, c := range x.configurations(s) {
		if strings.HasSuffix(c.file, ".tf") {
			files[c.file] = nil
			files[c.file+".json"] = c.asJSON()
		}
	}
	return x.with(files)
}

func (c configuration) asJSON() []byte {
	var list []any
	for _, b := range c.body.Blocks {
		list = append(list, map[string]any{b.Type: c.block(b, b.Labels, nil)})
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	return text
}

func (c configuration) block(b *hclsyntax.Block, labels []string, in []*hclsyntax.Block) any {
	if len(labels) > 0 {
		return map[string]any{labels[0]: c.block(b, labels[1:], in)}
	}
	in = append(slices.Clip(in), b)
	out := map[string]any{}
	for name, a := range b.Body.Attributes {
		out[name] = c.argument(a, in)
	}
	for _, x := range b.Body.Blocks {
		list, _ := out[x.Type].([]any)
		out[x.Type] = append(list, c.block(x, x.Labels, in))
	}
	return out
}

// argument is an argument in JSON: names as text, else a value.
func (c configuration) argument(a *hclsyntax.Attribute, in []*hclsyntax.Block) any {
	if !isName(a, in) {
		return c.value(a.Expr)
	}
	text := func(e hclsyntax.Expression) string { return string(e.Range().SliceBytes(c.src)) }
	if v, diags := a.Expr.Value(nil); in[0].Type == "terraform" || !diags.HasErrors() && v.Type().IsPrimitiveType() {
		return c.value(a.Expr)
	}
	switch e := a.Expr.(type) {
	case *hclsyntax.TupleConsExpr:
		var out []string
		for _, x := range e.Exprs {
			out = append(out, text(x))
		}
		return out
	case *hclsyntax.ObjectConsExpr:
		out := map[string]string{}
		for _, i := range e.Items {
			out[text(i.KeyExpr)] = text(i.ValueExpr)
		}
		return out
	}
	return text(a.Expr)
}

// value is an expression in JSON: what is constant and the outer objects and lists
// as such, all else as a template.
func (c configuration) value(e hclsyntax.Expression) any {
	src := string(e.Range().SliceBytes(c.src))
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return json.RawMessage(src)
	case *hclsyntax.TemplateExpr:
		if v, diags := e.Value(nil); !diags.HasErrors() {
			return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(v.AsString())
		}
	case *hclsyntax.TupleConsExpr:
		out := []any{}
		for _, x := range e.Exprs {
			out = append(out, c.value(x))
		}
		return out
	case *hclsyntax.ObjectConsExpr:
		out := map[string]any{}
		for _, i := range e.Items {
			key, diags := i.KeyExpr.Value(nil)
			if diags.HasErrors() {
				return "${" + src + "}"
			}
			out[key.AsString()] = c.value(i.ValueExpr)
		}
		return out
	}
	return "${" + src + "\n}"
}
