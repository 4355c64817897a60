package aws_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
	"github.com/serverlens/serverlens/parsers/terraform"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGraphs compares the graph of each template of testdata with what stands
// beside it.
func TestGraphs(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no templates", err)
	}
	tree, err := source.OpenTree("testdata", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			stack, ok := cloudformation.Load(tree, filepath.Base(f), cloudformation.Options{})
			if !ok {
				t.Fatalf("no template: %v", stack.Problems)
			}
			compare(t, strings.TrimSuffix(f, ".yaml")+".golden", stack)
		})
	}
}

// TestTerraformGraphs compares the graphs of the folders of Terraform files, which
// have the rows' other spelling, with what stands beside them.
func TestTerraformGraphs(t *testing.T) {
	tree, err := source.OpenTree("testdata", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for _, dir := range []string{"terraform", "frontdoors", "documents", "modules", "others"} {
		t.Run(dir, func(t *testing.T) {
			compare(t, "testdata/"+dir+".golden", terraform.Load(tree, dir, terraform.Options{}))
		})
	}
}

// TestJoinedGraph compares the graph of two stacks of which one imports what the
// other exports.
func TestJoinedGraph(t *testing.T) {
	tree, err := source.OpenTree("testdata/joined", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	var stacks []*source.Stack
	for _, name := range []string{"api.yaml", "orders.yaml"} {
		stack, ok := cloudformation.Load(tree, name, cloudformation.Options{})
		if !ok {
			t.Fatalf("no template: %v", stack.Problems)
		}
		stacks = append(stacks, stack)
	}
	compare(t, "testdata/joined.golden", stacks...)
}

// TestStoredGraph compares the graph of stacks of three formats that hand names to
// each other by Parameter Store.
func TestStoredGraph(t *testing.T) {
	tree, err := source.OpenTree("testdata/stored", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	stacks := []*source.Stack{terraform.Load(tree, "jobs", terraform.Options{})}
	for _, name := range []string{"orders.yaml", "shop.yaml"} {
		stack, ok := cloudformation.Load(tree, name, cloudformation.Options{})
		if !ok {
			t.Fatalf("no template: %v", stack.Problems)
		}
		stacks = append(stacks, stack)
	}
	compare(t, "testdata/stored.golden", stacks...)
}

func compare(t *testing.T, golden string, stacks ...*source.Stack) {
	t.Helper()
	g := aws.Build(stacks)
	checkVocabulary(t, g)
	got := describe(g)
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n%s", golden, difference(string(want), got))
	}
}

// checkVocabulary checks that every node and edge says only what its kind or
// relation may say.
func checkVocabulary(t *testing.T, g *graph.Graph) {
	t.Helper()
	check := func(of string, attrs map[string]source.Value, known []aws.Attribute) {
		for name, v := range attrs {
			i := slices.IndexFunc(known, func(a aws.Attribute) bool { return a.Name == name })
			if i < 0 {
				t.Errorf("%s: the attribute %s is in no row", of, name)
				continue
			}
			for _, c := range v.Cases() {
				ofType := map[string]source.Kind{"string": source.String, "number": source.Number, "boolean": source.Bool, "entries": source.Map}[known[i].Type]
				if c.Kind != source.Unset && c.Kind != source.Unknown && c.Kind != ofType {
					t.Errorf("%s: %s is a %s, not a %s", of, name, c.Kind, known[i].Type)
				}
			}
		}
	}
	for _, n := range g.Nodes {
		check(n.ID, n.Attrs, aws.NodeAttributes(n.Kind))
	}
	for _, e := range g.Edges {
		check(e.ID, e.Attrs, aws.EdgeAttributes(e.Relation))
		if e.From != nil && e.To != nil && !slices.Contains(graph.Partners(e.From.Kind, e.Relation), e.To.Kind) {
			t.Errorf("%s: a %s does not stand between a %s and a %s", e.ID, e.Relation, e.From.Kind, e.To.Kind)
		}
	}
}

// describe is a graph as text: a line for each node, attribute and edge, with the
// line of the template that says so; in parentheses what AWS assumes.
func describe(g *graph.Graph) string {
	var s strings.Builder
	for _, n := range g.Nodes {
		fmt.Fprintf(&s, "%s %s%s%s", n.Kind, n.ID, line(n.At), guard(n.If))
		var assumed []string
		for _, name := range slices.Sorted(maps.Keys(n.Attrs)) {
			if v := n.Attrs[name]; v.At == n.At && !n.At.IsZero() && len(v.Alts()) == 0 {
				assumed = append(assumed, name+"="+v.Text)
			} else {
				fmt.Fprintf(&s, "\n    %s=%s", name, spell(v))
			}
		}
		if len(assumed) > 0 {
			fmt.Fprintf(&s, "\n    (%s)", strings.Join(assumed, " "))
		}
		for _, r := range slices.Sorted(maps.Keys(n.Open)) {
			fmt.Fprintf(&s, "\n    open %s: %s", r, n.Open[r])
		}
		s.WriteString("\n")
	}
	s.WriteString("\n")
	for _, e := range g.Edges {
		fmt.Fprintf(&s, "%s%s%s", e.ID, line(e.At), guard(e.If))
		if e.Basis != graph.Declared {
			fmt.Fprintf(&s, " %s", e.Basis)
		}
		for _, name := range slices.Sorted(maps.Keys(e.Attrs)) {
			fmt.Fprintf(&s, " %s=%s", name, spell(e.Attrs[name]))
		}
		s.WriteString("\n")
	}
	return s.String()
}

func spell(v source.Value) string {
	if len(v.Alts()) > 0 {
		var cases []string
		for g, c := range v.Cases() {
			cases = append(cases, fmt.Sprintf("%s%s", spell(c), guard(g)))
		}
		return strings.Join(cases, " | ")
	}
	switch v.Kind {
	case source.Map:
		var names []string
		for _, e := range v.Entries {
			names = append(names, e.Key)
		}
		return strings.Join(names, ",") + line(v.At)
	case source.Unset:
		return "(absent)"
	case source.Unknown:
		return fmt.Sprintf("unknown(%s)%s", v.Text, line(v.At))
	}
	return fmt.Sprintf("%s%s", v.Text, line(v.At))
}

func line(l source.Location) string {
	if l.IsZero() {
		return ""
	}
	return fmt.Sprintf("@%d", l.Line())
}

func guard(g source.Guard) string {
	if len(g) == 0 {
		return ""
	}
	return " if " + g.String()
}

// difference is the lines that only one of two texts has.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var s strings.Builder
	for _, x := range w {
		if !slices.Contains(g, x) {
			s.WriteString("- " + x + "\n")
		}
	}
	for _, x := range g {
		if !slices.Contains(w, x) {
			s.WriteString("+ " + x + "\n")
		}
	}
	return s.String()
}
