package patterns

import (
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
)

// workflow is the states of one state machine.
type workflow struct {
	v       *view
	machine *graph.Node
	states  []*graph.Node // in source order, nested ones included
}

// workflows lists the state machines whose states are known.
func (v *view) workflows() []workflow {
	var out []workflow
	for _, m := range v.Of(graph.StateMachine) {
		w := workflow{v: v, machine: m}
		for _, e := range v.In(m, graph.TaskOf) {
			w.states = append(w.states, e.From)
		}
		if len(w.states) > 0 {
			out = append(out, w)
		}
	}
	return out
}

// inside is the states of a map or parallel state, nested ones included.
func (w workflow) inside(parent *graph.Node) []*graph.Node {
	var out []*graph.Node
	for _, s := range w.states {
		for p := s; p != nil; {
			if p = w.v.Node(text(p.Attrs, "parent")); p == parent {
				out = append(out, s)
				break
			}
		}
	}
	return out
}

// works reports whether a state does work: a task that calls something, and more
// than only tell somebody.
func works(s *graph.Node) bool {
	return text(s.Attrs, "type") == "Task" && !notifies(s)
}

// telling are the services whose calls tell somebody and change nothing.
var telling = []string{"sns:", "ses:", "sesv2:", "events:", "sqs:", "chatbot:", "cloudwatch:", "logs:"}

func notifies(s *graph.Node) bool {
	integration := strings.ToLower(text(s.Attrs, "integration"))
	for _, prefix := range telling {
		if strings.HasPrefix(integration, prefix) && text(s.Attrs, "pattern") != "callback" {
			return true
		}
	}
	return false
}

// waits reports whether a task's result is waited for: a call that only starts
// something or sends a message is not.
func (w workflow) waits(s *graph.Node) bool {
	integration, pattern := strings.ToLower(text(s.Attrs, "integration")), text(s.Attrs, "pattern")
	if pattern == "sync" || pattern == "callback" {
		return true
	}
	switch {
	case integration == "states:startexecution", strings.HasPrefix(integration, "sqs:"):
		return false
	}
	for _, e := range w.v.Out(s, graph.Invokes) {
		if text(e.Attrs, "mode") == "async" {
			return false
		}
	}
	return true
}

// called is what the tasks among some states call, with the edges.
func (w workflow) called(states []*graph.Node) (nodes []*graph.Node, edges []*graph.Edge) {
	for _, s := range states {
		for _, e := range w.v.Out(s, graph.Invokes, graph.Reads, graph.Writes) {
			if e.To != nil {
				nodes, edges = append(nodes, e.To), append(edges, e)
			}
		}
	}
	return nodes, edges
}

// reach is the states that may follow, without starting over at a map's or
// parallel's own states.
func (w workflow) reach(from *graph.Node, relations ...graph.Relation) []*graph.Node {
	seen := map[*graph.Node]bool{from: true}
	out := []*graph.Node{from}
	for i := 0; i < len(out); i++ {
		for _, e := range w.v.Out(out[i], relations...) {
			if e.To != nil && !seen[e.To] {
				seen[e.To] = true
				out = append(out, e.To)
			}
		}
	}
	return out
}

// taskOf is the edges that make states part of their machine.
func (w workflow) taskOf(states []*graph.Node) []*graph.Edge {
	var out []*graph.Edge
	for _, s := range states {
		out = append(out, w.v.Out(s, graph.TaskOf)...)
	}
	return out
}
