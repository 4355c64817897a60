package patterns

import (
	"slices"

	"github.com/serverlens/serverlens/analyzer/graph"
)

var eventDriven = &Pattern{
	ID: "event-driven", Title: "Event-Driven Processing",
	Summary: "Something that is no stream and waits for nobody sets work in motion: an upload, a message, an event, a schedule.",
	Flow:    "async source → compute → store, topic, queue or bus",
	Uses:    []string{"file processing", "real-time data transformation", "IoT data ingestion"},
	Roles: []Role{
		{Name: "source", Summary: "sets work in motion without waiting", Required: true},
		{Name: "target", Summary: "is set in motion", Required: true},
		{Name: "compute", Summary: "works on the events", Advice: "let a function or a workflow work on the events"},
		{Name: "output", Summary: "takes the results", Advice: "write the results to a store, or publish them to a topic, queue or bus"},
	},
	find: findEvents,
}

// asyncSources are the kinds that set work in motion without a waiting caller.
var asyncSources = []graph.Kind{
	graph.Bucket, graph.Topic, graph.Queue, graph.Bus, graph.Rule, graph.Schedule, graph.Pipe, graph.Table, graph.Database,
	graph.IoTRule, graph.EmailRule, graph.UserPool, graph.LogGroup, graph.Broker, graph.Alarm,
}

func findEvents(d *draft) *Match {
	scheduled := true
	var at *graph.Node
	for _, e := range d.v.Edges {
		if e.Relation != graph.Triggers || !asyncEvent(e) || e.To == nil || e.To.Kind == graph.LogGroup || is(e.To, streams) && e.From.Kind == graph.Table {
			continue
		}
		at = e.To
		scheduled = scheduled && (e.From.Kind == graph.Schedule || text(e.Attrs, "mode") == "schedule")
		d.add("source", []*graph.Node{e.From}, e)
		d.addEventTarget(e.To, e)
	}
	for _, r := range d.v.routes() {
		if r.handsOver() && !is(r.target, streams) {
			scheduled = false
			d.add("source", []*graph.Node{r.door}, r.edges...)
			d.addEventTarget(r.target, r.edges...)
			at = r.target
		}
	}
	m := d.match(at)
	if m != nil && scheduled {
		m.Partial = true
	}
	return m
}

// asyncEvent reports whether an edge that triggers something comes from an async
// source that is no stream.
func asyncEvent(e *graph.Edge) bool {
	switch {
	case e.From == nil:
		return false
	case is(e.From, asyncSources):
		return true
	case e.From.Kind == graph.External || e.From.Kind == graph.Resource:
		return !slices.Contains([]string{"poll_stream", ""}, text(e.Attrs, "mode"))
	}
	return false
}

// addEventTarget adds what an event sets in motion and what comes of it.
func (d *draft) addEventTarget(n *graph.Node, edges ...*graph.Edge) {
	d.add("target", []*graph.Node{n}, edges...)
	if n.Kind != graph.Function && n.Kind != graph.StateMachine {
		if is(n, stores) {
			d.add("output", []*graph.Node{n}, edges...)
		}
		return
	}
	nodes, calls := d.v.downstream(n)
	d.add("compute", nodes[:1], edges...)
	for i, c := range nodes {
		if i > 0 {
			d.add("compute", []*graph.Node{c}, calls[i-1])
		}
		for _, e := range d.v.work(c) {
			if is(e.To, stores) && e.Relation != graph.Reads || is(e.To, channels) && e.Relation != graph.Reads || is(e.To, streams) {
				d.add("output", []*graph.Node{e.To}, e)
			}
		}
	}
}
