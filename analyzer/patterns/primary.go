package patterns

import "github.com/serverlens/serverlens/analyzer/graph"

// specific lists the patterns from the most specific to the most general.
var specific = []*Pattern{saga, cqrs, stranglerFig, fanOutFanIn, streaming}

// primary is the match that an architect would name first: the most specific one
// whose defining part is there, and of the general two the one that does most of
// the work.
func (v *view) primary(present []*Match) *Match {
	of := map[*Pattern]*Match{}
	for _, m := range present {
		of[m.Pattern] = m
	}
	for _, p := range specific {
		if of[p] != nil {
			return of[p]
		}
	}
	rest, events := of[restAPIBackend], of[eventDriven]
	switch {
	case rest == nil:
		return events
	case events == nil:
		return rest
	case v.handsMostOver(rest, events):
		return events
	}
	return rest
}

// handsMostOver reports whether the asynchronous side does most of the work:
// more compute than answers at the front door.
func (v *view) handsMostOver(rest, events *Match) bool {
	front, back := map[*graph.Node]bool{}, map[*graph.Node]bool{}
	for _, r := range v.routes() {
		if r.answers() {
			front[r.target] = true
		}
	}
	for _, f := range events.Roles {
		if f.Role.Name == "compute" {
			for _, n := range f.Nodes {
				if !front[n] {
					back[n] = true
				}
			}
		}
	}
	return len(back) > len(front) || len(back) == len(front) && rest.Partial
}

// nearest is the pattern that a graph without one comes closest to.
func (v *view) nearest() *Pattern {
	for _, w := range v.workflows() {
		if len(w.steps(nil)) > 0 {
			return saga
		}
	}
	servers, functions := false, false
	for _, r := range v.layers() {
		functions = functions || r.answers()
		servers = servers || r.target != nil && v.existing(r.target)
	}
	switch {
	case servers && !functions:
		return stranglerFig
	case len(v.Of(graph.Queue, graph.Topic, graph.Bus, graph.Rule, graph.Schedule, graph.Bucket)) > 0:
		return eventDriven
	case len(v.Of(graph.API)) > 0:
		return restAPIBackend
	}
	return nil
}
