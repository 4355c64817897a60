package analyzer_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
)

// TestSAMEqualsCarried compares the graph of each SAM template that the tests carry
// with that of AWS's translation, which lies beside it; make oracle writes the
// translations.
func TestSAMEqualsCarried(t *testing.T) {
	dir := filepath.Join("..", "parsers", "cloudformation", "sam", "testdata")
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) < 80 {
		t.Fatalf("%d templates: %v", len(files), err)
	}
	tree, err := source.OpenTree(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	load := func(t *testing.T, name string) *graph.Graph {
		stack, ok := cloudformation.Load(tree, name, cloudformation.Options{})
		if !ok {
			t.Fatalf("%s: no template: %v", name, stack.Problems)
		}
		for _, p := range stack.Problems {
			if p.Severity > source.Note {
				t.Errorf("%s", p)
			}
		}
		return aws.Build([]*source.Stack{stack})
	}
	for _, f := range files {
		name := filepath.Base(f)
		t.Run(name, func(t *testing.T) {
			ours := facts(load(t, name))
			theirs := facts(load(t, strings.TrimSuffix(name, ".yaml")+".cfn.json"))
			for _, x := range minus(ours, theirs) {
				t.Errorf("only of SAM: %s", x)
			}
			for _, x := range minus(theirs, ours) {
				t.Errorf("only of its translation: %s", x)
			}
		})
	}
}
