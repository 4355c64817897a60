package patterns

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
)

// workflow is the states of one state machine.
type workflow struct {
	v       *view
	machine *graph.Node
	states  []*graph.Node // in source order, those inside of maps and parallels included
	parent  map[*graph.Node]*graph.Node
}

// findWorkflows lists the state machines whose states are in sight.
func (v *view) findWorkflows() []*workflow {
	var out []*workflow
	for _, m := range v.Of(graph.StateMachine) {
		w := &workflow{v: v, machine: m, parent: map[*graph.Node]*graph.Node{}}
		for _, e := range v.In(m, graph.TaskOf) {
			w.states = append(w.states, e.From)
			w.parent[e.From] = v.Node(text(e.From.Attrs, "parent"))
		}
		if len(w.states) > 0 {
			out = append(out, w)
		}
	}
	return out
}

func kindOf(s *graph.Node) string { return text(s.Attrs, "type") }

func integration(s *graph.Node) string { return strings.ToLower(text(s.Attrs, "integration")) }

// under is the child of an outer state in which a state lies, the state itself
// included; nil where it lies elsewhere.
func (w *workflow) under(s, outer *graph.Node) *graph.Node {
	for s != nil && w.parent[s] != outer {
		s = w.parent[s]
	}
	return s
}

// inside is the states of a map or parallel, at any depth.
func (w *workflow) inside(outer *graph.Node) []*graph.Node {
	return filter(w.states, func(s *graph.Node) bool { return w.under(s, outer) != nil })
}

// telling is the services whose calls hand a message to others.
var telling = []string{"sns:", "sqs:", "events:", "ses:", "sesv2:", "chatbot:"}

// tells reports whether a task only tells somebody: it does not wait for an
// answer, and nothing in sight works on what it sends.
func (w *workflow) tells(s *graph.Node) bool {
	isMessage := slices.ContainsFunc(telling, func(prefix string) bool { return strings.HasPrefix(integration(s), prefix) })
	if !isMessage || text(s.Attrs, "pattern") == "callback" {
		return false
	}
	for _, e := range w.v.Out(s, graph.Writes, graph.Invokes) {
		if is(e.To, graph.Queue, graph.Topic) && w.v.isWorkedOn(e.To) {
			return false
		}
	}
	return true
}

// isWorkedOn reports whether compute works on what a channel passes on.
func (v *view) isWorkedOn(channel *graph.Node) bool { return v.sources[channel] }

// looks reports whether a task only reads.
func (w *workflow) looks(s *graph.Node) bool {
	reads := w.v.Out(s, graph.Reads)
	return len(reads) > 0 && len(w.v.Out(s, graph.Writes, graph.Invokes)) == 0
}

// works reports whether a state is a step of a transaction: a task that changes
// something, or may.
func (w *workflow) works(s *graph.Node) bool {
	return kindOf(s) == "Task" && !w.tells(s) && !w.looks(s)
}

// waits reports whether a task's result is waited for: a call that only starts
// something or sends a message is not.
func (w *workflow) waits(s *graph.Node) bool {
	if p := text(s.Attrs, "pattern"); p == "sync" || p == "callback" {
		return true
	}
	return !slices.ContainsFunc(w.v.Out(s, graph.Invokes, graph.Writes), func(e *graph.Edge) bool {
		return text(e.Attrs, "mode") == "async"
	})
}

// addStates puts states into a role with what they call.
func (d *draft) addStates(role string, states ...*graph.Node) {
	for _, s := range states {
		d.add(role, s, d.Out(s, graph.TaskOf)...)
		for _, e := range d.Out(s, graph.Invokes, graph.Reads, graph.Writes) {
			if e.To != nil {
				d.add(role, e.To, e)
			}
		}
	}
}

// reach is some states and all that may follow them, in the order in which they
// come; through says whether the way goes on behind a state, nil that it always does.
func (w *workflow) reach(from []*graph.Node, through func(*graph.Node) bool, relations ...graph.Relation) []*graph.Node {
	out := slices.Clone(from)
	seen := map[*graph.Node]bool{}
	for _, s := range from {
		seen[s] = true
	}
	for i := 0; i < len(out); i++ {
		if through != nil && !through(out[i]) {
			continue
		}
		for _, e := range w.v.Out(out[i], relations...) {
			if e.To != nil && !seen[e.To] {
				seen[e.To] = true
				out = append(out, e.To)
			}
		}
	}
	return out
}

// after is the states that may come after one of some states.
func (w *workflow) after(states []*graph.Node) map[*graph.Node]bool {
	var next []*graph.Node
	for _, s := range states {
		for _, e := range w.v.Out(s, graph.Next) {
			if e.To != nil {
				next = append(next, e.To)
			}
		}
	}
	out := map[*graph.Node]bool{}
	for _, s := range w.reach(next, nil, graph.Next) {
		out[s] = true
	}
	return out
}

// isStarted reports whether something in sight starts a workflow.
func (w *workflow) isStarted() bool {
	for _, e := range w.v.In(w.machine, graph.Triggers, graph.RoutesTo, graph.Invokes, graph.Configures, graph.OnSuccessTo) {
		if e.From != w.machine && w.parent[e.From] == nil && !slices.Contains(w.states, e.From) {
			return true
		}
	}
	return false
}
