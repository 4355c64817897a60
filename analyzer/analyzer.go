// Package analyzer turns stacks into a report: it wires the steps from the graph
// to the findings and does nothing else.
package analyzer

import (
	"context"
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
	Graph  *graph.Graph    // nil where only findings are kept
	Found  patterns.Result // of the whole system
	Result policy.Result   // of the rules
	// Secrets is where values stand that must not be read.
	Secrets []source.Location

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
	Keep   Keep
}

// Analyze makes the report of stacks that were loaded together, on all cores. It
// keeps everything.
func Analyze(ctx context.Context, stacks []*source.Stack, problems []source.Problem, o Options) *Report {
	o.Keep = Everything
	a := New(o)
	source.Parallel(len(stacks), func(i int) { a.Add(ctx, stacks[i]) })
	return a.Report(ctx, stacks, problems, func(s *source.Stack) *source.Stack { return s })
}

// Analysis makes a report of stacks that come one by one: most stacks are a system
// by themselves, so each is judged at once, and what Keep does not name is let go.
type Analysis struct {
	options Options
	adding  sync.Mutex
	alone   map[*source.Stack]alone
}

// alone is a stack as a system by itself, and what may make it part of another.
type alone struct {
	links  aws.Links
	system System
}

// New is an analysis of no stacks yet.
func New(o Options) *Analysis {
	if o.Engine != nil {
		o.choose()
	}
	return &Analysis{options: o, alone: map[*source.Stack]alone{}}
}

// Add analyses a stack by itself. Several goroutines may do so at once.
func (a *Analysis) Add(ctx context.Context, s *source.Stack) {
	x := alone{links: aws.LinksOf(s), system: a.options.analyze(ctx, []*source.Stack{s})}
	x.system.Stacks[0].Found = x.system.Found
	a.adding.Lock()
	defer a.adding.Unlock()
	a.alone[s] = x
}

// Report is the report of stacks all of which were added, in their order. Those
// that turn out to belong together are read again.
func (a *Analysis) Report(ctx context.Context, stacks []*source.Stack, problems []source.Problem, again func(*source.Stack) *source.Stack) *Report {
	links := make([]aws.Links, len(stacks))
	for i, s := range stacks {
		links[i] = a.alone[s].links
	}
	systems := aws.Systems(links)
	r := &Report{Systems: make([]System, len(systems)), Problems: problems, Date: a.options.Policy.Date}
	if e := a.options.Engine; e != nil {
		r.Rules = slices.DeleteFunc(slices.Clone(e.Rules()), func(x *policy.Rule) bool { return !a.options.Policy.Wants(x) })
	}
	source.Parallel(len(systems), func(i int) {
		if members := systems[i]; len(members) == 1 {
			r.Systems[i] = a.alone[stacks[members[0]]].system
		} else {
			r.Systems[i] = a.joined(ctx, stacks, members, again)
		}
	})
	return r
}

// joined is the system of several stacks.
func (a *Analysis) joined(ctx context.Context, stacks []*source.Stack, members []int, again func(*source.Stack) *source.Stack) System {
	var whole []*source.Stack
	for _, i := range members {
		whole = append(whole, again(stacks[i]))
	}
	sys := a.options.analyze(ctx, whole)
	for k, i := range members {
		sys.Stacks[k].Found = a.alone[stacks[i]].system.Found
	}
	return sys
}

// analyze makes a system of stacks; what each is by itself is left open.
func (o Options) analyze(ctx context.Context, stacks []*source.Stack) System {
	g := aws.Build(stacks)
	sys := System{Graph: g, Found: patterns.Find(g), Secrets: g.Secrets(), options: o}
	for _, s := range stacks {
		sys.Stacks = append(sys.Stacks, Stack{Stack: s, Problems: slices.Concat(s.Problems, g.Problems[s])})
	}
	if o.Engine != nil {
		sys.options.Policy.Matches = sys.Found.Present
		sys.Result = o.Engine.Check(ctx, g, sys.options.Policy)
	}
	if !o.Strict && o.Policy.Only == nil {
		sys.Result.Findings = slices.DeleteFunc(sys.Result.Findings, func(f policy.Finding) bool { return f.Severity == source.Note })
		sys.Result.Undecided = slices.DeleteFunc(sys.Result.Undecided, func(u policy.Undecided) bool { return u.Severity == source.Note })
	}
	sys.keep(o.Keep)
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
