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
