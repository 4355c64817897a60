package analyzer

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
)

// FuzzAnalyze takes a template through every step: no text makes one of them
// panic, and every finding stands at a place inside the text.
func FuzzAnalyze(f *testing.F) {
	for _, pattern := range []string{"../parsers/cloudformation/sam/testdata/*.yaml", "aws/testdata/*.yaml", "../rules/*/*/testdata/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	engine, err := policy.Builtin()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 {
			t.Skip("too long for a quick run")
		}
		stack, ok := cloudformation.Load(source.MemoryTree(map[string][]byte{"t.yaml": text}), "t.yaml", cloudformation.Options{})
		if !ok {
			return
		}
		r := Analyze(context.Background(), []*source.Stack{stack}, nil, Options{Engine: engine, Policy: policy.Options{Date: "2026-11-24"}})
		for _, sys := range r.Systems {
			for _, found := range sys.Result.Findings {
				if int(found.At.EndOffset) > len(text) {
					t.Errorf("%s stands at %v, outside of the text", found.Rule.ID, found.At)
				}
			}
		}
	})
}
