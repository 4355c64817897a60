package patterns

import (
	"slices"

	"github.com/serverlens/serverlens/analyzer/graph"
)

// primary is the match that an architect would name first, nil where there is none:
// the most specific one whose defining part is there, unless it is a small side of
// the stack.
func (v *view) primary(present []*Match) *Match {
	for _, p := range []*Pattern{saga, cqrs, stranglerFig} {
		if m := of(p, present); m != nil {
			return m
		}
	}
	general := v.general(of(restAPIBackend, present), of(eventDriven, present))
	for _, p := range []*Pattern{fanOutFanIn, streaming} {
		if m := of(p, present); m != nil && (general == nil || v.isMainPurpose(m, present)) {
			return m
		}
	}
	if general != nil && v.isAside(general) {
		return nil
	}
	return general
}

// general is the one of the two general patterns that does most of the work.
func (v *view) general(rest, events *Match) *Match {
	switch {
	case rest == nil:
		return events
	case events == nil, !v.handsMostOver(rest, events):
		return rest
	}
	return events
}

// isMainPurpose reports whether a match covers at least a third of the compute that
// any pattern of the stack has.
func (v *view) isMainPurpose(m *Match, present []*Match) bool {
	return 3*len(computeOf(m)) >= len(computeOf(present...))
}

// computeOf is the functions, workflows and their tasks that some matches name.
func computeOf(matches ...*Match) map[*graph.Node]bool {
	out := map[*graph.Node]bool{}
	for _, m := range matches {
		for _, f := range m.Roles {
			for _, n := range f.Nodes {
				if is(n, compute...) {
					out[n] = true
				}
			}
		}
	}
	return out
}

// handsMostOver reports whether the asynchronous side does most of the work: the
// front door is a step of the stack's own, or more compute works behind the events
// than behind the door, or as much that writes more.
func (v *view) handsMostOver(rest, events *Match) bool {
	if !slices.ContainsFunc(rest.nodes("front door"), func(n *graph.Node) bool { return !v.ownedByStack(n) }) {
		return true
	}
	var front, back []*graph.Node
	for _, r := range v.routes {
		if v.answers(r) && !slices.Contains(front, r.target) {
			front = append(front, r.target)
		}
	}
	for _, n := range events.nodes("compute") {
		if !slices.Contains(front, n) {
			back = append(back, n)
		}
	}
	if len(front) != len(back) {
		return len(back) > len(front)
	}
	return v.written(back) > v.written(front)
}

// written is how many things some components put data or messages into.
func (v *view) written(nodes []*graph.Node) int {
	to := map[*graph.Node]bool{}
	for _, n := range nodes {
		for _, e := range v.puts(n) {
			to[e.To] = true
		}
	}
	return len(to)
}

// isAside reports whether a match stands beside a workflow that nothing starts and
// that does most of the work: such a workflow is judged by its own states.
func (v *view) isAside(m *Match) bool {
	tasks := 0
	called := map[*graph.Node]bool{}
	for _, w := range v.workflows {
		if w.isStarted() {
			continue
		}
		tasks += len(w.tasks())
		for _, r := range v.downstream(w.machine) {
			called[r.node] = true
		}
	}
	others := 0
	for n := range computeOf(m) {
		if !called[n] {
			others++
		}
	}
	return tasks > others
}

// nearest is the pattern that a graph without a primary one comes closest to.
func (v *view) nearest(present []*Match) *Pattern {
	for _, w := range v.workflows {
		if slices.ContainsFunc(w.states, w.works) {
			return saga
		}
	}
	if len(present) > 0 {
		return present[0].Pattern
	}
	servers, functions := false, false
	for _, r := range v.layers() {
		_, existing := v.existing(r.target)
		functions = functions || v.answers(r)
		servers = servers || existing
	}
	switch {
	case servers && !functions:
		return stranglerFig
	case len(v.Of(channels...))+len(v.Of(graph.Rule, graph.Schedule, graph.Bucket)) > 0:
		return eventDriven
	case len(v.Of(graph.API)) > 0:
		return restAPIBackend
	}
	return nil
}
