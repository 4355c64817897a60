package patterns

import (
	"slices"

	"github.com/serverlens/serverlens/analyzer/graph"
)

// route is a way from a front door to what stands behind it.
type route struct {
	door   *graph.Node
	by     *graph.Node   // the route that leads on; the door itself where there is none
	target *graph.Node   // nil where it cannot be resolved
	edges  []*graph.Edge // from the door to the target
	async  bool          // the target only takes the request over
}

// findRoutes lists every way from the front doors to their targets, through what
// only passes requests on: routes, links, load balancers and APIs behind them.
func (v *view) findRoutes() []route {
	var out []route
	for _, door := range v.Of(doors...) {
		ways := v.ways(door, nil)
		out = append(out, ways...)
		out = append(out, v.granted(door, ways)...)
	}
	return out
}

// maxPassing is how many things may pass a request on.
const maxPassing = 8

// ways goes on from a path of edges that begins at a door.
func (v *view) ways(door *graph.Node, path []*graph.Edge) []route {
	at := door
	if len(path) > 0 {
		at = path[len(path)-1].To
	}
	var next []*graph.Edge
	if at == door || is(at, graph.Route, graph.VPCLink, graph.API, graph.LoadBalancer) && len(path) < maxPassing {
		next = v.Out(at, graph.RoutesTo)
		if is(at, graph.VPCLink) {
			next = v.Out(at, graph.Fronts)
		}
	}
	var out []route
	for _, e := range next {
		out = append(out, v.ways(door, append(slices.Clone(path), e))...)
	}
	if len(next) == 0 && at != door {
		out = append(out, routeOf(door, path...))
	}
	return out
}

func routeOf(door *graph.Node, path ...*graph.Edge) route {
	r := route{door: door, by: door, edges: path}
	for _, e := range path {
		if is(e.To, graph.Route) {
			r.by = e.To
		}
	}
	last := path[len(path)-1]
	r.target, r.async = last.To, text(last.Attrs, "mode") == "async"
	return r
}

// granted is the ways that a door's own permissions show where its integration
// names only the address of a service.
func (v *view) granted(door *graph.Node, known []route) []route {
	opaque := false
	for _, r := range known {
		opaque = opaque || r.target == nil || is(r.target, graph.External)
	}
	if !opaque {
		return nil
	}
	var out []route
	for _, e := range v.Out(door, graph.Invokes) {
		if is(e.To, compute...) && len(v.In(e.To, graph.AuthorizedBy)) == 0 {
			out = append(out, routeOf(door, e))
		}
	}
	return out
}

// answers reports whether a function, a workflow that is waited for, or a service
// that the door itself calls answers the request. A function is waited for also
// where it is told to work later: the door says so at once.
func (v *view) answers(r route) bool {
	return is(r.target, graph.Function) || !r.async && (is(r.target, compute...) || v.direct(r))
}

// direct reports whether the door itself works with a store, or takes records or
// messages from a stream or queue.
func (v *view) direct(r route) bool {
	return r.target != nil && (is(r.target, stores...) || mentions(r.target, storeServices) || is(r.target, channels...) || v.isStream(r.target))
}

// handsOver reports whether a front door gives its requests to something in sight
// that works on them later: nobody waits for a result.
func (r route) handsOver() bool { return r.async && r.target != nil && !is(r.target, graph.Function) }

// isEntrance reports whether requests come in at a door from outside. One that
// other components of the stack always call is a step of theirs, unless they only do
// so because of what came in there; what calls by the clock brings nothing along.
func (v *view) isEntrance(door *graph.Node) bool {
	behind := v.behindAll(door)
	for _, e := range v.In(door, graph.Invokes, graph.Triggers) {
		if e.Basis == graph.Declared && len(e.If) == 0 && !isScheduled(e) && !behind[e.From] {
			return false
		}
	}
	return true
}

// behindAll is everything that something sets in motion or names as where it puts
// data, at any distance, itself left out. What it only may do does not count.
func (v *view) behindAll(nodes ...*graph.Node) map[*graph.Node]bool {
	out := map[*graph.Node]bool{}
	for todo := nodes; len(todo) > 0; todo = todo[1:] {
		edges := v.Out(todo[0], graph.RoutesTo, graph.Triggers, graph.StreamsTo)
		for _, e := range append(slices.Clone(edges), v.work(todo[0])...) {
			if e.To != nil && !out[e.To] && e.Basis != graph.Permitted && e.Relation != graph.Reads {
				out[e.To] = true
				todo = append(todo, e.To)
			}
		}
	}
	return out
}
