package patterns

import (
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
		{Name: "orchestrator", Summary: "runs the steps, or carries the events between them", Required: true},
		{Name: "step", Summary: "changes something that may have to be undone", Required: true},
		{Name: "compensation", Summary: "undoes an earlier step", Required: true, Beside: "step",
			Advice: "catch the error of each step and route it to tasks that undo the steps before it"},
	},
	find: findSaga,
}

func findSaga(d *draft) {
	proven := false
	for _, w := range d.workflows {
		undo, sure := w.compensation()
		normal := w.normal()
		steps := filter(w.states, func(s *graph.Node) bool { return w.works(s) && normal[s] && !slices.Contains(undo, s) })
		if len(undo) == 0 || len(steps) < 2 {
			continue
		}
		proven = proven || sure
		for _, s := range slices.Concat(steps, undo) {
			d.add("orchestrator", w.machine, d.Out(s, graph.TaskOf)...)
		}
		d.addStates("step", steps...)
		d.addStates("compensation", undo...)
		late, common := w.after(steps), w.after(undo)
		if slices.ContainsFunc(steps, func(s *graph.Node) bool { return late[s] && !common[s] && w.isUncovered(s, undo) }) {
			d.lacking = append(d.lacking, "compensation")
		}
	}
	for _, bus := range d.Of(graph.Bus) {
		d.addChoreography(bus)
	}
	for _, failures := range d.Of(graph.Queue, graph.Topic) {
		d.addRelay(failures)
	}
	if !proven {
		d.limit = Medium
	}
}

// compensation is the working states that undo earlier steps. sure reports whether
// the structure alone tells: an action is undone by its opposite, or the failures
// of different steps enter one chain of work at different places. Where the same
// structure may be mere error handling, the words of the states and of what they
// call decide.
func (w *workflow) compensation() (undo []*graph.Node, sure bool) {
	normal := w.normal()
	var ways [][]*graph.Node
	for _, s := range w.failures() {
		ways = append(ways, w.handling(s, normal))
	}
	later := w.after(filter(w.states, w.works))
	stairs := staircase(ways)
	candidates := slices.Concat(ways...)
	for _, s := range w.states {
		switch {
		case !slices.Contains(candidates, s):
			if normal[s] && w.works(s) && w.undoes(s, nil) && w.isRefused(s, later) {
				undo = append(undo, s)
			}
		case slices.Contains(stairs, s), w.reverses(s, normal):
			undo, sure = append(undo, s), true
		case w.undoes(s, normal):
			undo = append(undo, s)
		}
	}
	return undo, sure
}

// isUncovered reports whether the failure of a step leads to no compensation.
func (w *workflow) isUncovered(s *graph.Node, undo []*graph.Node) bool {
	if w.leadsTo(s, undo, graph.Next) {
		return false
	}
	for at := s; at != nil; at = w.parent[at] {
		for _, e := range w.v.Out(at, graph.CatchTo) {
			if e.To != nil && w.leadsTo(e.To, undo, graph.Next, graph.CatchTo) {
				return false
			}
		}
	}
	return true
}

// leadsTo reports whether one of some states, or a map or parallel with one of them
// inside, may follow a state.
func (w *workflow) leadsTo(from *graph.Node, some []*graph.Node, relations ...graph.Relation) bool {
	return slices.ContainsFunc(w.reach([]*graph.Node{from}, nil, relations...), func(s *graph.Node) bool {
		return slices.ContainsFunc(some, func(x *graph.Node) bool { return x == s || w.under(x, s) != nil })
	})
}

// failures is the states that an error leads to: the targets of catches, and of a
// choice those targets that lead to a Fail state only, while another goes on.
func (w *workflow) failures() []*graph.Node {
	var out []*graph.Node
	for _, s := range w.states {
		for _, e := range w.v.Out(s, graph.CatchTo) {
			if e.To != nil && !slices.Contains(out, e.To) {
				out = append(out, e.To)
			}
		}
		if kindOf(s) != "Choice" {
			continue
		}
		targets := filter(w.v.Out(s, graph.Next), func(e *graph.Edge) bool { return e.To != nil })
		bad := filter(targets, func(e *graph.Edge) bool { return w.failsOnly(e.To) })
		for _, e := range bad {
			if len(bad) < len(targets) && !slices.Contains(out, e.To) {
				out = append(out, e.To)
			}
		}
	}
	return out
}

// failsOnly reports whether every way from a state ends in a Fail state.
func (w *workflow) failsOnly(s *graph.Node) bool {
	fails := false
	for _, x := range w.reach([]*graph.Node{s}, nil, graph.Next) {
		failed := kindOf(x) == "Fail"
		if fails = fails || failed; isTrue(x.Attrs, "end") && !failed {
			return false
		}
	}
	return fails
}

// normal is the states that a run without an error can pass, those at which the
// maps and parallels on its way start included. What comes after a step that went
// well is no failure, though its error may lead there too.
func (w *workflow) normal() map[*graph.Node]bool {
	failures := w.failures()
	out := map[*graph.Node]bool{}
	for todo := w.starts(nil); len(todo) > 0; todo = todo[1:] {
		s := todo[0]
		if out[s] {
			continue
		}
		out[s] = true
		todo = append(todo, w.starts(s)...)
		for _, e := range w.v.Out(s, graph.Next) {
			if e.To != nil && (kindOf(s) != "Choice" || !slices.Contains(failures, e.To)) {
				todo = append(todo, e.To)
			}
		}
	}
	return out
}

// starts is the states at which a map or parallel, or (nil) the workflow, starts.
func (w *workflow) starts(outer *graph.Node) []*graph.Node {
	return filter(w.states, func(s *graph.Node) bool { return w.parent[s] == outer && isTrue(s.Attrs, "start") })
}

// handling is the working states from a failure on, until the normal way is met
// again, those inside of maps and parallels included.
func (w *workflow) handling(failure *graph.Node, normal map[*graph.Node]bool) []*graph.Node {
	if normal[failure] {
		return nil
	}
	var out []*graph.Node
	for _, s := range w.reach([]*graph.Node{failure}, func(s *graph.Node) bool { return !normal[s] }, graph.Next, graph.CatchTo) {
		for _, x := range append(w.inside(s), s) {
			if w.works(x) && !normal[s] {
				out = append(out, x)
			}
		}
	}
	return out
}

// staircase is the work of failures that enter one chain at different places: a
// later failure passes all that an earlier one does, and more. What every failure
// passes is left out, it may be a common handler.
func staircase(ways [][]*graph.Node) []*graph.Node {
	var own [][]*graph.Node
	for _, way := range ways {
		own = append(own, filter(way, func(s *graph.Node) bool {
			return slices.ContainsFunc(ways, func(o []*graph.Node) bool { return !slices.Contains(o, s) })
		}))
	}
	var out []*graph.Node
	for _, long := range own {
		for _, short := range own {
			if len(short) > 0 && len(long) > len(short) && within(short, long) {
				out = append(out, long...)
			}
		}
	}
	return out
}

func within(part, whole []*graph.Node) bool {
	return !slices.ContainsFunc(part, func(s *graph.Node) bool { return !slices.Contains(whole, s) })
}

// opposites is the beginnings of the names of actions that take back what others
// do, of the APIs of the AWS services.
var opposites = map[string][]string{
	"delete": {"put", "create"}, "terminate": {"run", "create"}, "stop": {"start"}, "cancel": {"create", "submit", "start"},
	"remove": {"add", "put"}, "deregister": {"register"}, "detach": {"attach"}, "disassociate": {"associate"},
	"release": {"allocate"}, "revoke": {"authorize", "grant"}, "update": {"update"},
}

// reverses reports whether a state calls a service to do the opposite of what a
// normal step did to the same thing, and no normal step does it too. An update is
// the opposite of another where both reckon with the value that was there.
func (w *workflow) reverses(s *graph.Node, normal map[*graph.Node]bool) bool {
	service, action, _ := strings.Cut(integration(s), ":")
	found := false
	for _, o := range w.states {
		otherService, other, _ := strings.Cut(integration(o), ":")
		if !normal[o] || !w.works(o) || otherService != service || !w.sameTarget(s, o) {
			continue
		}
		if other == action && !reckons(o) {
			return false
		}
		for verb, forward := range opposites {
			fits := strings.HasPrefix(action, verb) && (verb != "update" || reckons(s) && reckons(o))
			found = found || fits && slices.ContainsFunc(forward, func(v string) bool { return strings.HasPrefix(other, v) })
		}
	}
	return found
}

// sameTarget reports whether two states call one and the same thing.
func (w *workflow) sameTarget(a, b *graph.Node) bool {
	for _, e := range w.v.Out(a, graph.Invokes, graph.Writes) {
		if e.To != nil && slices.ContainsFunc(w.v.Out(b, graph.Invokes, graph.Writes), func(f *graph.Edge) bool { return f.To == e.To }) {
			return true
		}
	}
	return false
}

// reckons reports whether an update of a table reckons with the value that was
// there, as taking from a stock does and setting a status does not.
func reckons(s *graph.Node) bool { return isTrue(s.Attrs, "relative") }

// undoes reports whether the words of a state, or of what it calls, say that it
// undoes something. Setting a value in a table does not; nor does what the normal
// way does as well, such as giving back a lock.
func (w *workflow) undoes(s *graph.Node, normal map[*graph.Node]bool) bool {
	action := integration(s)
	if action == "dynamodb:updateitem" && !reckons(s) {
		return false
	}
	for _, o := range w.states {
		if normal[o] && o != s && action != "lambda:invoke" && integration(o) == action && w.sameTarget(s, o) && !w.sends(s) {
			return false
		}
	}
	names := []string{s.Name}
	for _, e := range w.v.Out(s, graph.Invokes, graph.Writes) {
		if e.To != nil {
			names = append(names, e.To.ID, e.To.Name)
		}
	}
	return saysUndo(names...) || w.givesBack(s, normal)
}

// givesBack reports whether the words of a state say that it returns what a normal
// step took: ReturnItem after ReserveItem. To return alone may mean to answer.
func (w *workflow) givesBack(s *graph.Node, normal map[*graph.Node]bool) bool {
	undo := words(s.Name)
	return len(undo) > 1 && undo[0] == "return" && slices.ContainsFunc(w.states, func(o *graph.Node) bool {
		step := words(o.Name)
		return normal[o] && w.works(o) && len(step) > 1 && slices.Equal(step[1:], undo[1:])
	})
}

// sends reports whether a state hands a message over.
func (w *workflow) sends(s *graph.Node) bool {
	return slices.ContainsFunc(telling, func(prefix string) bool { return strings.HasPrefix(integration(s), prefix) })
}

// isRefused reports whether a state lies on a branch that a choice takes later than
// some work, and that ends without meeting the other branches again.
func (w *workflow) isRefused(s *graph.Node, later map[*graph.Node]bool) bool {
	for _, c := range w.states {
		if kindOf(c) != "Choice" || !later[c] {
			continue
		}
		var with, without [][]*graph.Node
		for _, e := range w.v.Out(c, graph.Next) {
			if e.To == nil {
				continue
			}
			if way := w.reach([]*graph.Node{e.To}, nil, graph.Next); slices.Contains(way, s) {
				with = append(with, way)
			} else {
				without = append(without, way)
			}
		}
		if len(with) == 1 && len(without) > 0 && !slices.ContainsFunc(with[0], func(x *graph.Node) bool {
			return w.works(x) && slices.Contains(slices.Concat(without...), x)
		}) {
			return true
		}
	}
	return false
}
