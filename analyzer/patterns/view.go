package patterns

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// view is a graph as the patterns look at it.
type view struct{ *graph.Graph }

// The parts that patterns are made of.
var (
	stores   = []graph.Kind{graph.Table, graph.Bucket, graph.Database, graph.Cache, graph.SearchDomain, graph.Warehouse}
	channels = []graph.Kind{graph.Queue, graph.Topic, graph.Bus}
	streams  = []graph.Kind{graph.Stream, graph.DeliveryStream, graph.KafkaCluster}
	servers  = []graph.Kind{graph.LoadBalancer, graph.Instance, graph.ContainerService, graph.VPCLink}
)

func is(n *graph.Node, kinds []graph.Kind) bool { return n != nil && slices.Contains(kinds, n.Kind) }

// text is the text of an attribute, "" where it is absent or unknown.
func text(attrs map[string]source.Value, name string) string {
	s, _ := attrs[name].AsString()
	return s
}

func yes(attrs map[string]source.Value, name string) bool {
	b, _ := attrs[name].AsBool()
	return b
}

// route is a way from a front door to what answers behind it.
type route struct {
	door   *graph.Node   // api, load balancer, service network
	target *graph.Node   // nil where it cannot be resolved
	edges  []*graph.Edge // from the door to the target
	action string        // of a direct integration
	async  bool          // the target takes the request over and nobody waits
}

// routes lists every way from the front doors to their targets. A load balancer
// behind a VPC link or another door is followed to its own targets.
func (v *view) routes() []route {
	var out []route
	for _, door := range v.Of(graph.API, graph.LoadBalancer, graph.ServiceNetwork) {
		for _, e := range v.Out(door, graph.RoutesTo) {
			if e.To == nil || e.To.Kind != graph.Route {
				out = append(out, routeOf(door, e))
				continue
			}
			for _, f := range v.Out(e.To, graph.RoutesTo) {
				out = append(out, routeOf(door, e, f))
			}
		}
	}
	return out
}

func routeOf(door *graph.Node, edges ...*graph.Edge) route {
	last := edges[len(edges)-1]
	return route{
		door: door, target: last.To, edges: edges,
		action: text(last.Attrs, "action"), async: text(last.Attrs, "mode") == "async",
	}
}

// handsOver reports whether a front door gives its requests to something that
// works on them later: nobody waits for a result.
func (r route) handsOver() bool {
	switch {
	case is(r.target, channels), is(r.target, streams):
		return true
	case r.target != nil && r.target.Kind == graph.StateMachine:
		return r.async || strings.EqualFold(r.action, "states:StartExecution")
	}
	return false
}

// answers reports whether serverless compute or a store answers the request.
func (r route) answers() bool {
	return r.target != nil && !r.handsOver() &&
		(r.target.Kind == graph.Function || r.target.Kind == graph.StateMachine || is(r.target, stores))
}

// uses lists the edges by which a component works with others: what it reads,
// writes, invokes or is configured with.
func (v *view) uses(n *graph.Node, kinds []graph.Kind) []*graph.Edge {
	var out []*graph.Edge
	for _, e := range v.work(n) {
		if is(e.To, kinds) {
			out = append(out, e)
		}
	}
	return out
}

// work is every edge from a component, or from the states of a workflow, to what
// it works with.
func (v *view) work(n *graph.Node) []*graph.Edge {
	relations := []graph.Relation{graph.Reads, graph.Writes, graph.Invokes, graph.Configures, graph.OnSuccessTo}
	out := v.Out(n, relations...)
	if n.Kind == graph.StateMachine {
		for _, t := range v.In(n, graph.TaskOf) {
			out = append(slices.Clip(out), v.Out(t.From, relations...)...)
		}
	}
	return out
}

// downstream is the compute that works for n, n first: what it invokes and, for a
// workflow, what its states invoke, with the edges that lead there.
func (v *view) downstream(n *graph.Node) (nodes []*graph.Node, edges []*graph.Edge) {
	nodes = []*graph.Node{n}
	for i := 0; i < len(nodes); i++ {
		for _, e := range v.work(nodes[i]) {
			if e.To != nil && (e.To.Kind == graph.Function || e.To.Kind == graph.StateMachine) &&
				(e.Relation == graph.Invokes || e.Relation == graph.Configures) && !slices.Contains(nodes, e.To) {
				nodes, edges = append(nodes, e.To), append(edges, e)
			}
		}
	}
	return nodes, edges
}

// draft collects the evidence of a match.
type draft struct {
	v     *view
	p     *Pattern
	roles map[string]*Filled
}

func (v *view) draft(p *Pattern) *draft {
	return &draft{v: v, p: p, roles: map[string]*Filled{}}
}

// add puts nodes and the edges that show them into a role.
func (d *draft) add(role string, nodes []*graph.Node, edges ...*graph.Edge) {
	f := d.roles[role]
	if f == nil {
		i := slices.IndexFunc(d.p.Roles, func(r Role) bool { return r.Name == role })
		f = &Filled{Role: &d.p.Roles[i]}
		d.roles[role] = f
	}
	for _, n := range nodes {
		if n != nil && !slices.Contains(f.Nodes, n) {
			f.Nodes = append(f.Nodes, n)
		}
	}
	for _, e := range edges {
		if !slices.Contains(f.Edges, e) {
			f.Edges = append(f.Edges, e)
		}
	}
}

func (d *draft) has(role string) bool { return d.roles[role] != nil && len(d.roles[role].Nodes) > 0 }

// nodes is every node of the match so far.
func (d *draft) nodes() []*graph.Node {
	var out []*graph.Node
	for _, f := range d.roles {
		out = append(out, f.Nodes...)
	}
	return out
}

// match is the finished match, nil where a required role is empty. at is where
// what is missing would belong.
func (d *draft) match(at *graph.Node) *Match {
	m := &Match{Pattern: d.p, Confidence: High}
	for i := range d.p.Roles {
		r := &d.p.Roles[i]
		f := d.roles[r.Name]
		if f == nil || len(f.Nodes) == 0 {
			if r.Required {
				return nil
			}
			if !r.Optional {
				m.Missing = append(m.Missing, Missing{r, at})
				m.Partial = true
			}
			continue
		}
		d.sort(f)
		m.Roles = append(m.Roles, *f)
		if r.Required {
			m.Confidence = min(m.Confidence, founded(f.Edges))
		}
	}
	return m
}

func (d *draft) sort(f *Filled) {
	order := map[*graph.Node]int{}
	for i, n := range d.v.Nodes {
		order[n] = i
	}
	slices.SortStableFunc(f.Nodes, func(a, b *graph.Node) int { return order[a] - order[b] })
	edges := map[*graph.Edge]int{}
	for i, e := range d.v.Edges {
		edges[e] = i
	}
	slices.SortStableFunc(f.Edges, func(a, b *graph.Edge) int { return edges[a] - edges[b] })
}

// founded is how well a role's edges found it: the best of them counts, and a
// grant that agrees with a configuration counts as much as a declaration.
func founded(edges []*graph.Edge) Confidence {
	if len(edges) == 0 {
		return High // the node itself is the evidence
	}
	best := Low
	for _, e := range edges {
		switch e.Basis {
		case graph.Declared:
			return High
		case graph.Permitted:
			best = max(best, Medium)
			for _, o := range edges {
				if o.Basis == graph.Inferred && o.From == e.From && o.To == e.To {
					return High
				}
			}
		}
	}
	return best
}
