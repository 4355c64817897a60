package analyzer

import (
	"context"
	"testing"

	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers"
)

// The consumer of a stream that is off by default belongs to the pattern, and no
// rule speaks of it until it is switched on.
func TestSwitchedOffByDefault(t *testing.T) {
	engine, err := policy.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name string
		vars []parsers.Var
		off  bool
	}{
		{"by default", nil, true},
		{"switched on", []parsers.Var{{Name: "archive", Value: "true"}}, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			stacks, problems, err := parsers.Load([]string{"testdata/switches"}, parsers.Options{Vars: x.vars})
			if err != nil || len(problems) > 0 {
				t.Fatal(problems, err)
			}
			o := Options{Engine: engine, Policy: policy.Options{Date: "2026-11-25"}, Strict: true}
			sys := Analyze(context.Background(), stacks, problems, o).Systems[0]
			p := sys.Found.Primary
			if p == nil || p.Pattern.ID != "streaming" || p.Partial {
				t.Errorf("primary %+v, want streaming", p)
			}
			store := sys.Graph.Node("module.archive[0].aws_lambda_function.store")
			if store == nil || (len(store.If) > 0) != x.off {
				t.Fatalf("the consumer is %+v", store)
			}
			said := false
			for _, f := range sys.Result.Findings {
				said = said || f.Node == store
			}
			if said == x.off {
				t.Errorf("rules speak of the consumer: %v", said)
			}
		})
	}
	stacks, _, err := parsers.Load([]string{"testdata/switches"}, parsers.Options{Vars: []parsers.Var{{Name: "archive", Value: "false"}}})
	if err != nil || len(stacks) != 1 || len(stacks[0].Resources) != 1 {
		t.Errorf("switched off by a value: %v, %v", stacks, err)
	}
}
