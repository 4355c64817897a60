package patterns

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// view is a graph as the patterns look at it.
type view struct {
	*graph.Graph
	routes    []route
	events    []event
	sources   map[*graph.Node]bool // what tells of some event; true where compute works on it
	workflows []*workflow
}

func newView(g *graph.Graph) *view {
	v := &view{Graph: g, sources: map[*graph.Node]bool{}}
	v.routes = v.findRoutes()
	v.events = v.findEvents()
	for _, e := range v.events {
		for _, s := range e.sources {
			v.sources[s] = v.sources[s] || is(e.target, compute...)
		}
	}
	v.workflows = v.findWorkflows()
	return v
}

// The parts that patterns are made of.
var (
	compute  = []graph.Kind{graph.Function, graph.StateMachine}
	stores   = []graph.Kind{graph.Table, graph.Bucket, graph.Database, graph.Cache, graph.SearchDomain, graph.Warehouse}
	channels = []graph.Kind{graph.Queue, graph.Topic, graph.Bus}
	streams  = []graph.Kind{graph.Stream, graph.DeliveryStream, graph.KafkaCluster}
	doors    = []graph.Kind{graph.API, graph.LoadBalancer, graph.ServiceNetwork}
)

// The services of parts that are only mentioned, as the graph names them.
var (
	storeServices  = []string{"s3", "dynamodb", "rds", "rds-data", "redshift-data", "es", "aoss", "timestream", "elasticache", "qldb"}
	streamServices = []string{"kinesis", "firehose", "kafka"}
	peopleServices = []string{"email", "email-json", "sms"}
)

// is reports whether a node, which may be nil, is of one of some kinds.
func is(n *graph.Node, kinds ...graph.Kind) bool { return n != nil && slices.Contains(kinds, n.Kind) }

// mentions reports whether a node is only mentioned and belongs to one of some
// services.
func mentions(n *graph.Node, services []string) bool {
	return is(n, graph.External) && slices.Contains(services, text(n.Attrs, "service"))
}

// text is the text of an attribute, "" where it is absent or unknown.
func text(attrs map[string]source.Value, name string) string {
	s, _ := attrs[name].AsString()
	return s
}

// isTrue reports whether an attribute is known to be true.
func isTrue(attrs map[string]source.Value, name string) bool {
	b, _ := attrs[name].AsBool()
	return b
}

// isStream reports whether a node is a stream, declared or only mentioned. What is
// read record by record and is neither a table nor a database is one.
func (v *view) isStream(n *graph.Node) bool {
	if is(n, streams...) || mentions(n, streamServices) {
		return true
	}
	if !is(n, graph.External) || text(n.Attrs, "service") != "" {
		return false
	}
	return slices.ContainsFunc(v.Out(n, graph.Triggers), func(e *graph.Edge) bool { return text(e.Attrs, "mode") == "poll_stream" })
}

// work is every edge from a component, or from the states of a workflow, to what
// it works with.
func (v *view) work(n *graph.Node) []*graph.Edge {
	relations := []graph.Relation{graph.Reads, graph.Writes, graph.Invokes, graph.Configures, graph.OnSuccessTo}
	out := slices.Clone(v.Out(n, relations...))
	if is(n, graph.StateMachine) {
		for _, task := range v.In(n, graph.TaskOf) {
			out = append(out, v.Out(task.From, relations...)...)
		}
	}
	return slices.DeleteFunc(out, func(e *graph.Edge) bool { return e.To == nil || e.To == n })
}

// uses is the edges from a component to the stores that it works with.
func (v *view) uses(n *graph.Node) []*graph.Edge {
	return filter(v.work(n), func(e *graph.Edge) bool { return is(e.To, stores...) && e.Relation != graph.Invokes })
}

// puts is the edges from a component to what it puts data or messages into. A
// variable counts where no grant contradicts it: a grant that only reads does.
func (v *view) puts(n *graph.Node) []*graph.Edge {
	all := v.work(n)
	writes, reads := map[*graph.Node]bool{}, map[*graph.Node]bool{}
	for _, e := range all {
		switch e.Relation {
		case graph.Writes, graph.OnSuccessTo:
			writes[e.To] = true
		case graph.Reads:
			reads[e.To] = true
		}
	}
	return filter(all, func(e *graph.Edge) bool {
		switch e.Relation {
		case graph.Writes, graph.OnSuccessTo:
			return true
		case graph.Configures:
			return writes[e.To] || !reads[e.To]
		}
		return false
	})
}

// reads is the edges from a component to what it takes data from; see puts.
func (v *view) reads(n *graph.Node) []*graph.Edge {
	all := v.work(n)
	granted := map[*graph.Node]bool{}
	for _, e := range all {
		granted[e.To] = granted[e.To] || e.Relation == graph.Writes
	}
	return filter(all, func(e *graph.Edge) bool {
		return e.Relation == graph.Reads || e.Relation == graph.Configures && !granted[e.To]
	})
}

// calls is the edges from a component to the compute that it calls, and that its
// configuration names unless a grant says what for.
func (v *view) calls(n *graph.Node) []*graph.Edge {
	return filter(v.work(n), func(e *graph.Edge) bool {
		return is(e.To, compute...) && e.Relation != graph.Reads && e.Relation != graph.OnSuccessTo
	})
}

// downstream is the compute that works for n, n first, each with the edges that
// lead to it from the one that calls it.
func (v *view) downstream(n *graph.Node) []reached {
	out := []reached{{node: n}}
	at := map[*graph.Node]int{n: 0}
	for i := 0; i < len(out); i++ {
		for _, e := range v.calls(out[i].node) {
			if _, seen := at[e.To]; !seen {
				at[e.To] = len(out)
				out = append(out, reached{node: e.To, from: i})
			}
			if r := &out[at[e.To]]; r.from == i && at[e.To] != 0 {
				r.edges = append(r.edges, e)
			}
		}
	}
	return out
}

// reached is a component on the way from another.
type reached struct {
	node  *graph.Node
	from  int           // index of the one before it
	edges []*graph.Edge // that lead here from there
}

func filter[T any](list []T, keep func(T) bool) []T {
	var out []T
	for _, x := range list {
		if keep(x) {
			out = append(out, x)
		}
	}
	return out
}

// isHTTP reports whether a text is a URL.
func isHTTP(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}
