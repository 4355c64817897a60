// Package analyzer turns stacks into a report: it wires the steps from the graph
// to the findings and does nothing else.
package analyzer

import (
	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/parsers/source"
)

// Report is everything that is known of what was analysed. Every output format
// is made from it.
type Report struct {
	Systems  []System
	Problems []source.Problem // of files that belong to no stack
}

// System is stacks that are read together as one graph.
type System struct {
	Stacks []Stack
	Graph  *graph.Graph
	Found  patterns.Result // of the whole system
}

// Stack is one stack of a system with what it is by itself.
type Stack struct {
	*source.Stack
	Found patterns.Result
}

// Analyze makes the report of stacks that were loaded together.
func Analyze(stacks []*source.Stack, problems []source.Problem) *Report {
	r := &Report{Problems: problems}
	for _, s := range stacks {
		sys := System{Graph: aws.Build([]*source.Stack{s})}
		sys.Found = patterns.Find(sys.Graph)
		sys.Stacks = []Stack{{s, sys.Found}}
		r.Systems = append(r.Systems, sys)
	}
	return r
}
