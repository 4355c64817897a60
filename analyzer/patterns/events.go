package patterns

import "github.com/serverlens/serverlens/analyzer/graph"

var eventDriven = &Pattern{
	ID: "event-driven", Title: "Event-Driven Processing",
	Summary: "Something that is no stream and waits for nobody sets work in motion: an upload, a message, an event, a schedule.",
	Flow:    "async source → compute → store, topic, queue or bus",
	Uses:    []string{"file processing", "real-time data transformation", "IoT data ingestion"},
	Roles: []Role{
		{Name: "source", Summary: "sets work in motion without waiting", Required: true, Beside: "source",
			Advice: "let the event itself start the work, such as an upload or a message: a schedule only runs a job by the clock"},
		{Name: "target", Summary: "is set in motion", Required: true},
		{Name: "compute", Summary: "works on the events", Beside: "target",
			Advice: "let a function or a workflow work on the events"},
		{Name: "output", Summary: "takes the results", Beside: "compute",
			Advice: "keep the results in a store, or publish them to a topic, queue or bus that others subscribe to"},
	},
	find: findEventDriven,
}

func findEventDriven(d *draft) {
	scheduled := true
	for _, e := range d.events {
		scheduled = scheduled && e.scheduled
		for _, s := range e.sources {
			d.add("source", s, e.edges...)
		}
		d.add("target", e.target, e.edges...)
		switch {
		case is(e.target, stores...) && !d.isSource(e.target):
			d.add("output", e.target, e.edges...)
		case is(e.target, compute...):
			d.add("compute", e.target, e.edges...)
			d.addResults(e.target)
		}
		for _, w := range e.workers {
			d.add("compute", w.From, w)
		}
	}
	if scheduled {
		d.lacking = append(d.lacking, "source")
	}
}

// isSource reports whether something tells of what happens to it.
func (v *view) isSource(n *graph.Node) bool {
	_, tells := v.sources[n]
	return tells
}

// addResults adds what a component calls to work on an event, and what takes the
// results.
func (d *draft) addResults(n *graph.Node) {
	for _, r := range d.downstream(n) {
		if r.node != n {
			d.add("compute", r.node, r.edges...)
		}
		for _, e := range d.puts(r.node) {
			if is(e.To, stores...) || is(e.To, channels...) || d.isStream(e.To) {
				d.add("output", e.To, e)
			}
		}
	}
}

// event is one way in which work is set in motion without a waiting caller.
type event struct {
	sources   []*graph.Node // what tells of it; with a rule or pipe what that listens to
	target    *graph.Node
	edges     []*graph.Edge // from the sources to the target
	workers   []*graph.Edge // from functions that change the event on its way
	scheduled bool          // by the clock
}

// The kinds that set work in motion without a waiting caller, and those among them
// that only pass on what others tell.
var (
	asyncSources = []graph.Kind{
		graph.Bucket, graph.Topic, graph.Queue, graph.Bus, graph.Rule, graph.Schedule, graph.Pipe, graph.Table, graph.Database,
		graph.IoTRule, graph.EmailRule, graph.UserPool, graph.LogGroup, graph.Broker, graph.Alarm, graph.External, graph.Resource, graph.Module,
	}
	connectors = []graph.Kind{graph.Rule, graph.Pipe}
)

// findEvents lists what sets work in motion: async sources, and front doors that
// only hand over.
func (v *view) findEvents() []event {
	var out []event
	for _, e := range v.Edges {
		if ev, ok := v.eventOf(e); ok {
			out = append(out, ev)
		}
	}
	for _, r := range v.routes {
		if r.handsOver() && !v.isStream(r.target) {
			out = append(out, event{sources: []*graph.Node{r.door}, target: r.target, edges: r.edges})
		}
	}
	return out
}

// isScheduled reports whether an edge sets something in motion by the clock.
func isScheduled(e *graph.Edge) bool {
	return is(e.From, graph.Schedule) || text(e.Attrs, "mode") == "schedule"
}

// eventOf is the event that an edge tells of, if it does.
func (v *view) eventOf(e *graph.Edge) (event, bool) {
	if !is(e.From, asyncSources...) || v.isStream(e.From) || !v.isSetInMotion(e) {
		return event{}, false
	}
	ev := event{
		sources: []*graph.Node{e.From}, target: e.To, edges: []*graph.Edge{e},
		workers: v.In(e.From, graph.Transforms), scheduled: isScheduled(e),
	}
	if !is(e.From, connectors...) {
		return ev, true
	}
	for _, up := range v.In(e.From, graph.Triggers) {
		switch {
		case up.From == nil:
		case v.isStream(up.From) || text(up.Attrs, "mode") == "poll_stream" && is(up.From, graph.External):
			return event{}, false
		default:
			ev.sources, ev.edges = append(ev.sources, up.From), append(ev.edges, up)
		}
	}
	return ev, true
}

// isSetInMotion reports whether an edge sets something in motion that counts: a
// connector only passes on, a log group only records, people are told, and what
// feeds a stream is part of the stream.
func (v *view) isSetInMotion(e *graph.Edge) bool {
	if e.To == nil || is(e.To, connectors...) || is(e.To, graph.LogGroup) || mentions(e.To, peopleServices) || v.isStream(e.To) {
		return false
	}
	switch e.From.Kind {
	case graph.Bucket: // which is told to tell the bus of everything, whoever listens
		return e.Relation == graph.Triggers && (!is(e.To, graph.Bus) || len(v.Out(e.To, graph.Triggers)) > 0)
	case graph.IoTRule, graph.EmailRule:
		return e.Relation == graph.Triggers || e.Relation == graph.Writes
	case graph.Alarm:
		return e.Relation == graph.Triggers && is(e.To, compute...)
	case graph.Resource: // who listens to the topic that it tells makes the difference
		return e.Relation == graph.Triggers && text(e.Attrs, "mode") != "" && is(e.To, compute...)
	case graph.External, graph.Module:
		return e.Relation == graph.Triggers && text(e.Attrs, "mode") != ""
	}
	return e.Relation == graph.Triggers
}
