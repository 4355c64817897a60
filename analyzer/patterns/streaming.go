package patterns

import (
	"slices"

	"github.com/serverlens/serverlens/analyzer/graph"
)

var streaming = &Pattern{
	ID: "streaming", Title: "Real-Time Data Streaming",
	Summary: "A stream of records lies between producers and consumers that work on it as it grows.",
	Flow:    "producers → stream → functions, delivery to stores, analytics",
	Uses:    []string{"log aggregation and analysis", "clickstream analytics", "IoT data", "real-time dashboards"},
	Roles: []Role{
		{Name: "stream", Summary: "holds the records in order", Required: true, Alone: true, Beside: "consumer",
			Advice: "declare the stream beside its consumers, or name it by a reference, so that its retention and alarms are reviewed with them"},
		{Name: "consumer", Summary: "works on the records", Beside: "stream",
			Advice: "let a function, a delivery stream or an analytics application consume the stream"},
		{Name: "producer", Summary: "puts records into the stream", Optional: true},
		{Name: "output", Summary: "takes the results", Optional: true},
	},
	find: findStreaming,
}

func findStreaming(d *draft) {
	all := filter(d.Nodes, d.isStream)
	for _, s := range all {
		d.add("stream", s)
		for _, e := range d.Out(s, graph.Triggers, graph.StreamsTo) {
			if e.To != nil {
				d.show("stream", e)
				d.add("consumer", e.To, e)
				d.addConsumed(e.To)
			}
		}
		d.addChangers(s)
	}
	for _, s := range all {
		d.addProducers(s)
	}
	if !slices.ContainsFunc(all, func(s *graph.Node) bool { return is(s, streams...) }) {
		d.lacking = append(d.lacking, "stream")
	}
}

// addConsumed adds where a consumer puts what it made of the records.
func (d *draft) addConsumed(n *graph.Node) {
	d.addChangers(n)
	for _, e := range d.Out(n, graph.Triggers, graph.StreamsTo) {
		if e.To != nil {
			d.add("output", e.To, e)
		}
	}
	for _, e := range d.puts(n) {
		if is(e.To, stores...) || is(e.To, channels...) || d.isStream(e.To) {
			d.add("output", e.To, e)
		}
	}
}

// addChangers adds the functions that change records on their way.
func (d *draft) addChangers(n *graph.Node) {
	for _, e := range d.In(n, graph.Transforms) {
		d.add("consumer", e.From, e)
	}
}

// addProducers adds what puts records into a stream and is no consumer.
func (d *draft) addProducers(s *graph.Node) {
	for _, e := range d.In(s, graph.Writes, graph.RoutesTo, graph.Triggers, graph.StreamsTo, graph.Configures) {
		switch {
		case e.From == nil || slices.Contains(d.role("consumer").Nodes, e.From) || is(e.From, graph.Role):
			continue
		case e.Relation == graph.Configures && !slices.Contains(d.puts(e.From), e):
			continue
		}
		d.add("producer", e.From, e)
		if is(e.From, graph.Route) || is(e.From, connectors...) {
			for _, f := range d.In(e.From, graph.RoutesTo, graph.Triggers) {
				if f.From != nil {
					d.add("producer", f.From, f)
				}
			}
		}
	}
}
