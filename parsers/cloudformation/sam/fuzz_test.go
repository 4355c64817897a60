package sam_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
)

// FuzzExpand expands whatever reads as a template: it ends, addresses are unique,
// what was expanded is plain, and the same text gives the same resources.
func FuzzExpand(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatal("no templates", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		expand := func() []source.Resource {
			tree := source.MemoryTree(map[string][]byte{"t.yaml": text})
			stack, ok := cloudformation.Load(tree, "t.yaml", cloudformation.Options{})
			if !ok {
				return nil
			}
			return stack.Resources
		}
		once, again := expand(), expand()
		seen := map[string]bool{}
		for i, r := range once {
			if seen[r.Address] {
				t.Errorf("two resources %q", r.Address)
			}
			seen[r.Address] = true
			if r.From != "" && strings.HasPrefix(r.Type, "AWS::Serverless::") {
				t.Errorf("%s is made and still a %s", r.Address, r.Type)
			}
			if i < len(again) && (again[i].Address != r.Address || !again[i].Properties.Equal(r.Properties) || !slices.Equal(again[i].If, r.If)) {
				t.Errorf("%s differs when it is expanded again", r.Address)
			}
		}
		if len(once) != len(again) {
			t.Errorf("%d resources, then %d", len(once), len(again))
		}
	})
}
