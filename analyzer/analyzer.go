// Package analyzer turns stacks into a report: it wires the steps from the graph
// to the findings and does nothing else.
package analyzer

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/source"
)

// Report is everything that is known of what was analysed. Every output format
// is made from it.
type Report struct {
	Systems  []System         // in the order of their first stacks
	Problems []source.Problem // of files that belong to no stack
	Rules    []*policy.Rule   // that were asked for, sorted by id; nil where none was
	Date     string           // that the rules were told, YYYY-MM-DD
}

// System is stacks that are read together as one graph.
type System struct {
	Stacks []Stack
	Graph  *graph.Graph
	Found  patterns.Result // of the whole system
	Result policy.Result   // of the rules

	options Options
}

// Input is what rules read of the system, as JSON has it; nil where there was no
// engine.
func (s *System) Input() (map[string]any, error) {
	if s.options.Engine == nil {
		return nil, nil
	}
	return s.options.Engine.Document(s.Graph, s.options.Policy)
}

// Stack is one stack of a system with what it is by itself.
type Stack struct {
	*source.Stack
	Found    patterns.Result
	Problems []source.Problem // of reading the stack, then of making its graph
}

// Options say what to do beyond the graph and its patterns.
type Options struct {
	Engine *policy.Engine // nil: no rules
	Policy policy.Options // Matches is filled in
	// Strict keeps notes, and the rules that only the strict profile has. Rules that
	// Policy.Only names are kept whole in any case.
	Strict bool
	// Release takes the resources of a stack away when its graph is made: most of
	// what was read is of no use then, and of many stacks it fills the memory.
	Release bool
}

// Analyze makes the report of stacks that were loaded together, systems side by
// side on all cores.
func Analyze(ctx context.Context, stacks []*source.Stack, problems []source.Problem, o Options) *Report {
	systems := aws.Systems(stacks)
	r := &Report{Systems: make([]System, len(systems)), Problems: problems, Date: o.Policy.Date}
	if o.Engine != nil {
		o.choose()
		r.Rules = slices.DeleteFunc(slices.Clone(o.Engine.Rules()), func(x *policy.Rule) bool { return !o.Policy.Wants(x) })
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(systems)) {
		wg.Go(func() {
			for i := range next {
				r.Systems[i] = analyze(ctx, systems[i], o)
			}
		})
	}
	for i := range systems {
		next <- i
	}
	close(next)
	wg.Wait()
	return r
}

func analyze(ctx context.Context, stacks []*source.Stack, o Options) System {
	sys := System{Graph: aws.Build(stacks)}
	sys.Found = patterns.Find(sys.Graph)
	for _, s := range stacks {
		found := sys.Found
		if len(stacks) > 1 {
			found = patterns.Find(aws.Build([]*source.Stack{s}))
		}
		sys.Stacks = append(sys.Stacks, Stack{s, found, slices.Concat(s.Problems, sys.Graph.Problems[s])})
	}
	if o.Release {
		for _, s := range stacks {
			s.Resources = nil
		}
	}
	if o.Engine == nil {
		return sys
	}
	o.Policy.Matches = sys.Found.Present
	sys.options = o
	sys.Result = o.Engine.Check(ctx, sys.Graph, o.Policy)
	if !o.Strict && o.Policy.Only == nil {
		sys.Result.Findings = slices.DeleteFunc(sys.Result.Findings, func(f policy.Finding) bool { return f.Severity == source.Note })
		sys.Result.Undecided = slices.DeleteFunc(sys.Result.Undecided, func(u policy.Undecided) bool { return u.Severity == source.Note })
	}
	return sys
}

// choose leaves out the rules that could only find what would not be shown.
func (o *Options) choose() {
	if o.Strict || o.Policy.Only != nil {
		return
	}
	o.Policy.Disable = slices.Clone(o.Policy.Disable)
	for _, r := range o.Engine.Rules() {
		if r.Strict || r.Severity() == source.Note {
			o.Policy.Disable = append(o.Policy.Disable, r.ID)
		}
	}
}
