package patterns

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
)

var streaming = &Pattern{
	ID: "streaming", Title: "Real-Time Data Streaming",
	Summary: "A stream of records lies between producers and consumers that work on it as it grows.",
	Flow:    "producers → stream → functions, delivery to stores, analytics",
	Uses:    []string{"log aggregation and analysis", "clickstream analytics", "IoT data", "real-time dashboards"},
	Roles: []Role{
		{Name: "stream", Summary: "holds the records in order", Required: true, Alone: true},
		{Name: "consumer", Summary: "works on the records", Advice: "let a function, a delivery stream or an analytics application consume the stream"},
		{Name: "producer", Summary: "puts records into the stream", Optional: true},
		{Name: "store", Summary: "takes the results", Optional: true},
	},
	find: findStreaming,
}

func findStreaming(d *draft) *Match {
	var at *graph.Node
	for _, s := range d.v.Nodes {
		if !d.v.isStream(s) {
			continue
		}
		at = s
		d.add("stream", []*graph.Node{s})
		for _, e := range d.v.Out(s, graph.Triggers, graph.StreamsTo) {
			if e.To != nil {
				d.add("stream", nil, e)
				d.add("consumer", []*graph.Node{e.To}, e)
				d.addStoresOf(e.To)
			}
		}
		for _, e := range d.v.In(s, graph.Writes, graph.RoutesTo, graph.Triggers, graph.StreamsTo) {
			if e.From != nil && !slices.Contains(d.nodes(), e.From) {
				d.add("producer", []*graph.Node{e.From}, e)
				if e.From.Kind == graph.Route {
					for _, f := range d.v.In(e.From, graph.RoutesTo) {
						d.add("producer", []*graph.Node{f.From}, f)
					}
				}
			}
		}
	}
	return d.match(at)
}

// addStoresOf adds where a consumer puts what it made of the records.
func (d *draft) addStoresOf(n *graph.Node) {
	for _, e := range d.v.Out(n, graph.Triggers, graph.StreamsTo) {
		if e.To != nil {
			d.add("store", []*graph.Node{e.To}, e)
		}
	}
	for _, e := range d.v.In(n, graph.Transforms) {
		d.add("consumer", []*graph.Node{e.From}, e)
	}
	for _, e := range d.v.work(n) {
		if e.Relation != graph.Reads && (is(e.To, stores) || is(e.To, channels)) {
			d.add("store", []*graph.Node{e.To}, e)
		}
	}
}

// isStream reports whether a node is a stream, declared or only mentioned.
func (v *view) isStream(n *graph.Node) bool {
	if is(n, streams) {
		return true
	}
	if n.Kind != graph.External {
		return false
	}
	if s := text(n.Attrs, "service"); s == "kinesis" || s == "firehose" || s == "kafka" {
		return true
	}
	for _, e := range v.Out(n, graph.Triggers) {
		if text(e.Attrs, "mode") == "poll_stream" && text(n.Attrs, "service") != "dynamodb" && text(n.Attrs, "service") != "rds" {
			return true
		}
	}
	return false
}

func isHTTP(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}
