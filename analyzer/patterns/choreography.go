package patterns

import (
	"slices"

	"github.com/serverlens/serverlens/analyzer/graph"
)

// addChoreography adds a saga that no workflow runs: components that tell each
// other on a bus what they did, where the event of a failure leads to one that, as
// its words say, undoes something.
func (d *draft) addChoreography(bus *graph.Node) {
	undo := filter(d.events, func(e event) bool {
		rule := e.edges[0].From
		return slices.Contains(e.sources, bus) && is(rule, graph.Rule) && is(e.target, compute...) &&
			saysFailure(text(rule.Attrs, "detail_type")) && saysUndo(e.target.ID, e.target.Name)
	})
	var steps []*graph.Edge
	for _, e := range d.In(bus, graph.Writes) {
		undoing := slices.ContainsFunc(undo, func(u event) bool { return u.target == e.From })
		if is(e.From, compute...) && !undoing {
			steps = append(steps, e)
		}
	}
	publishers := map[*graph.Node]bool{}
	for _, e := range steps {
		publishers[e.From] = true
	}
	if len(undo) == 0 || len(publishers) < 2 {
		return
	}
	for _, e := range steps {
		d.add("orchestrator", bus, e)
		d.add("step", e.From, e)
	}
	for _, u := range undo {
		d.add("compensation", u.target, u.edges...)
	}
}

// addRelay adds a saga whose components hand the work on from channel to channel
// and tell of a failure on one of its own where, as the words of both say, something
// undoes what they did.
func (d *draft) addRelay(failures *graph.Node) {
	undo := filter(d.events, func(e event) bool {
		return slices.Contains(e.sources, failures) && is(e.target, compute...) && saysUndo(e.target.ID, e.target.Name) &&
			(saysUndo(failures.ID, failures.Name) || saysFailure(failures.ID, failures.Name))
	})
	if len(undo) == 0 {
		return
	}
	isStep := func(e *graph.Edge) bool {
		return is(e.From, compute...) && d.isMeant(e) && !slices.ContainsFunc(undo, func(u event) bool { return u.target == e.From })
	}
	tells := filter(d.In(failures, graph.Writes), isStep)
	var handed []event // to one that may tell of a failure
	var hand []*graph.Edge
	for _, e := range d.events {
		isTold := slices.ContainsFunc(tells, func(t *graph.Edge) bool { return t.From == e.target })
		if from := filter(d.In(e.sources[0], graph.Writes), isStep); isTold && len(from) > 0 && e.sources[0] != failures {
			handed, hand = append(handed, e), append(hand, from...)
		}
	}
	if len(handed) == 0 || !slices.ContainsFunc(undo, func(u event) bool { return d.worksOnTheirs(u.target, append(hand, tells...)) }) {
		return
	}
	for _, e := range tells {
		d.add("orchestrator", failures, e)
		d.add("step", e.From, e)
	}
	for _, e := range hand {
		d.add("orchestrator", e.To, e)
		d.add("step", e.From, e)
	}
	for _, e := range handed {
		d.add("orchestrator", e.sources[0], e.edges...)
	}
	for _, u := range undo {
		d.add("compensation", u.target, u.edges...)
	}
}

// worksOnTheirs reports whether a component changes a store that one of some others
// works with.
func (v *view) worksOnTheirs(n *graph.Node, others []*graph.Edge) bool {
	for _, e := range v.puts(n) {
		if is(e.To, stores...) && slices.ContainsFunc(others, func(o *graph.Edge) bool { return len(leadingTo(v.uses(o.From), e.To)) > 0 }) {
			return true
		}
	}
	return false
}
