package patterns

import (
	"regexp"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
)

var saga = &Pattern{
	ID: "saga", Title: "Saga for Distributed Transactions",
	Summary: "A transaction of several steps where a failed step leads to work that undoes the earlier ones.",
	Flow:    "step → step → step, each failure → compensation of the steps before it",
	Uses:    []string{"e-commerce orders", "multi-step business workflows", "operations that must be rolled back"},
	Roles: []Role{
		{Name: "orchestrator", Summary: "runs the steps", Required: true},
		{Name: "step", Summary: "changes something that may have to be undone", Required: true},
		{Name: "compensation", Summary: "undoes an earlier step", Required: true, Advice: "catch the error of each step and route it to tasks that undo the steps before it"},
	},
	find: findSaga,
}

func findSaga(d *draft) *Match {
	structural := false
	for _, w := range d.v.workflows() {
		undo, sure := w.compensation()
		steps := w.steps(undo)
		if len(undo) == 0 || len(steps) < 2 {
			continue
		}
		structural = structural || sure
		d.add("orchestrator", []*graph.Node{w.machine}, w.taskOf(append(slices.Clip(steps), undo...))...)
		for role, states := range map[string][]*graph.Node{"step": steps, "compensation": undo} {
			d.add(role, states, w.taskOf(states)...)
			nodes, edges := w.called(states)
			d.add(role, nodes, edges...)
		}
	}
	m := d.match(nil)
	if m != nil && !structural {
		m.Confidence = min(m.Confidence, Medium)
	}
	return m
}

// steps is the working states that are no compensation.
func (w workflow) steps(undo []*graph.Node) []*graph.Node {
	var out []*graph.Node
	for _, s := range w.states {
		if works(s) && !slices.Contains(undo, s) {
			out = append(out, s)
		}
	}
	return out
}

// undoing are words for work that takes back what was done.
var undoing = regexp.MustCompile(`(?i)undo|cancel|refund|release|roll ?-?_?back|compensat|revert|restore|reverse|unreserve|restock|void|unbook|deallocat`)

// compensation is the working states that only a failure leads to. sure reports
// whether the structure alone tells that they undo earlier steps: failures at
// different steps enter one chain of undoing work at different places. Where it
// may also be mere error handling the words of the states and of what they call
// decide.
func (w workflow) compensation() (undo []*graph.Node, sure bool) {
	normal := w.normal()
	entries := map[*graph.Node][]*graph.Node{} // where failures enter: the work that follows
	for _, s := range w.failures() {
		for _, x := range w.reach(s, graph.Next, graph.CatchTo) {
			if works(x) && !normal[x] {
				entries[s] = append(entries[s], x)
			}
		}
	}
	if sure = staircase(entries); !sure {
		for s, work := range entries {
			entries[s] = slices.DeleteFunc(work, func(x *graph.Node) bool { return !w.saysUndo(x) })
		}
	}
	for _, s := range w.states {
		for _, work := range entries {
			if slices.Contains(work, s) && !slices.Contains(undo, s) {
				undo = append(undo, s)
			}
		}
	}
	return undo, sure
}

// normal is the states that a run without an error can pass: those that no
// failure is needed for.
func (w workflow) normal() map[*graph.Node]bool {
	failures := w.failures()
	out := map[*graph.Node]bool{}
	for _, s := range w.states {
		if !yes(s.Attrs, "start") {
			continue
		}
		todo := []*graph.Node{s}
		for len(todo) > 0 {
			x := todo[0]
			todo = todo[1:]
			if out[x] || slices.Contains(failures, x) && !yes(x.Attrs, "start") {
				continue
			}
			out[x] = true
			for _, e := range w.v.Out(x, graph.Next) {
				if e.To != nil {
					todo = append(todo, e.To)
				}
			}
		}
	}
	return out
}

// failures is the states that an error leads to: the targets of catches, and
// those targets of a choice that lead to a Fail state only, while another goes on.
func (w workflow) failures() []*graph.Node {
	var out []*graph.Node
	for _, s := range w.states {
		for _, e := range w.v.Out(s, graph.CatchTo) {
			if e.To != nil && !slices.Contains(out, e.To) {
				out = append(out, e.To)
			}
		}
		if text(s.Attrs, "type") != "Choice" {
			continue
		}
		var bad, good []*graph.Node
		for _, e := range w.v.Out(s, graph.Next) {
			switch {
			case e.To == nil:
			case w.failsOnly(e.To):
				bad = append(bad, e.To)
			default:
				good = append(good, e.To)
			}
		}
		if len(good) > 0 {
			out = append(out, bad...)
		}
	}
	return out
}

// failsOnly reports whether every way from a state ends in a Fail state.
func (w workflow) failsOnly(s *graph.Node) bool {
	fails := false
	for _, x := range w.reach(s, graph.Next) {
		switch text(x.Attrs, "type") {
		case "Fail":
			fails = true
		case "Succeed":
			return false
		default:
			if yes(x.Attrs, "end") {
				return false
			}
		}
	}
	return fails
}

// staircase reports whether failures enter one chain of work at different
// places, so that a later failure passes all that an earlier one does and more.
func staircase(entries map[*graph.Node][]*graph.Node) bool {
	for a, wa := range entries {
		for b, wb := range entries {
			if a != b && len(wa) > len(wb) && len(wb) > 0 && !slices.ContainsFunc(wb, func(x *graph.Node) bool { return !slices.Contains(wa, x) }) {
				return true
			}
		}
	}
	return false
}

// saysUndo reports whether a state, or what it calls, is called an undoing.
func (w workflow) saysUndo(s *graph.Node) bool {
	nodes, _ := w.called([]*graph.Node{s})
	words := []string{s.Name, s.ID[strings.LastIndex(s.ID, "/")+1:], text(s.Attrs, "comment")}
	for _, n := range nodes {
		words = append(words, n.ID, n.Name)
	}
	return undoing.MatchString(strings.Join(words, "\n"))
}
