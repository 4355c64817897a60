package analyzer

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers"
	"github.com/serverlens/serverlens/parsers/source"
)

// What is kept of stacks, and that those which belong together are read again,
// changes nothing of what is said of them.
func TestKeep(t *testing.T) {
	engine, err := policy.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Engine: engine, Policy: policy.Options{Date: "2026-11-25"}, Strict: true}
	stacks, problems, err := parsers.Load([]string{"testdata/systems"}, parsers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	whole := Analyze(context.Background(), stacks, problems, o)
	if got := len(whole.Systems); got != 3 || len(whole.Systems[0].Result.Findings) == 0 || len(whole.Systems[2].Stacks) != 2 {
		t.Fatalf("%d systems, want those linked by an export, by a stored value, and the other one", got)
	}
	for _, keep := range []Keep{Everything, Graphs, Findings} {
		o.Keep = keep
		reader, err := parsers.Open([]string{"testdata/systems"}, parsers.Options{})
		if err != nil {
			t.Fatal(err)
		}
		a := New(o)
		stacks, problems, err := reader.Read(func(s *source.Stack) { a.Add(context.Background(), s) })
		if err != nil {
			t.Fatal(err)
		}
		r := a.Report(context.Background(), stacks, problems, reader.Again)
		reader.Close()
		if got, want := saysOf(r), saysOf(whole); !slices.Equal(got, want) {
			t.Errorf("keeping %d:\n%q\nwant\n%q", keep, got, want)
		}
		for _, sys := range r.Systems {
			if got := sys.Graph != nil; got != (keep != Findings) {
				t.Errorf("keeping %d: a graph is %v", keep, got)
			}
			for _, s := range sys.Stacks {
				if got := s.Resources != nil || s.Stored != nil; got != (keep == Everything) {
					t.Errorf("keeping %d: resources are %v", keep, got)
				}
			}
		}
	}
}

// saysOf is what a report says, a line for each stack and finding.
func saysOf(r *Report) (out []string) {
	for _, sys := range r.Systems {
		for _, s := range sys.Stacks {
			out = append(out, fmt.Sprint(s.Name, s.Problems, s.Found.Primary != nil, len(s.Found.Present)))
		}
		for _, f := range sys.Result.Findings {
			node, path := "", []string{}
			if f.Node != nil {
				node = f.Node.ID + f.Node.Attrs["timeout_s"].Text
			}
			for _, e := range f.Path {
				path = append(path, e.ID+e.From.Attrs["visibility_timeout_s"].Text)
			}
			out = append(out, fmt.Sprint(f.Key, f.Message, f.At, node, path, len(sys.Secrets)))
		}
	}
	return out
}
