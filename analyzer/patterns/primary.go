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
// any pattern of the stack has, and its workers do work side by side. What only the
// stack itself calls is no purpose beside a stream.
func (v *view) isMainPurpose(m *Match, present []*Match) bool {
	if m.lacks("worker") {
		return false
	}
	rest := of(restAPIBackend, present)
	if len(present) == 2 && rest != nil && !v.hasEntrance(rest) {
		return true
	}
	return 3*len(computeOf(m)) >= len(computeOf(present...))
}

// hasEntrance reports whether requests from outside come in at one of the doors.
func (v *view) hasEntrance(rest *Match) bool {
	return slices.ContainsFunc(rest.nodes("front door"), v.isEntrance)
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
	if !v.hasEntrance(rest) {
		return true
	}
	front, back := map[*graph.Node]bool{}, map[*graph.Node]bool{}
	for _, r := range v.routes {
		if v.answers(r) {
			front[r.target] = true
		}
	}
	for _, n := range events.nodes("compute") {
		if !front[n] && !v.servesSignIn(n) {
			back[n] = true
		}
	}
	if len(front) != len(back) {
		return len(back) > len(front)
	}
	return v.written(back) > v.written(front)
}

// servesSignIn reports whether only user pools set something in motion: it serves
// the sign-in that the door asks for.
func (v *view) servesSignIn(n *graph.Node) bool {
	found := false
	for _, e := range v.events {
		if e.target == n {
			if slices.ContainsFunc(e.sources, func(s *graph.Node) bool { return !is(s, graph.UserPool) }) {
				return false
			}
			found = true
		}
	}
	return found
}

// written is how many things some components put data or messages into; what the
// stack itself works on is no result yet.
func (v *view) written(nodes map[*graph.Node]bool) int {
	to := map[*graph.Node]bool{}
	for n := range nodes {
		for _, e := range v.puts(n) {
			if !is(e.To, channels...) || !v.isWorkedOn(e.To) {
				to[e.To] = true
			}
		}
	}
	return len(to)
}

// isAside reports whether a match is only a side of workflows that nothing starts,
// which are judged by their own states: all that sets it in motion is theirs.
func (v *view) isAside(m *Match) bool {
	var idle []*graph.Node
	for _, w := range v.workflows {
		if !w.isStarted() && slices.ContainsFunc(w.states, w.works) {
			idle = append(idle, w.machine)
		}
	}
	if len(idle) == 0 {
		return false
	}
	theirs := v.behindAll(idle...)
	isOurs := func(n *graph.Node) bool { return !theirs[n] }
	if m.Pattern == restAPIBackend {
		return !slices.ContainsFunc(m.nodes("front door"), isOurs)
	}
	for _, e := range v.events {
		if !slices.ContainsFunc(e.sources, func(n *graph.Node) bool { return theirs[n] }) {
			return false
		}
	}
	return true
}

// nearest is the pattern that a graph without a primary one comes closest to.
func (v *view) nearest(present []*Match) *Pattern {
	routed, servers, durable := false, false, false
	for _, r := range v.layers() {
		routed = routed || v.answers(r)
		servers = servers || v.isExisting(r.target)
	}
	for _, f := range v.Of(graph.Function) {
		durable = durable || isTrue(f.Attrs, "durable")
	}
	switch {
	case len(v.Of(graph.StateMachine)) > 0 || durable:
		return saga
	case len(present) > 0:
		return present[0].Pattern
	case servers && !routed:
		return stranglerFig
	case len(v.Of(channels...))+len(v.Of(graph.Rule, graph.Schedule, graph.Broker)) > 0:
		return eventDriven
	case len(v.Of(graph.API)) > 0:
		return restAPIBackend
	}
	return nil
}
