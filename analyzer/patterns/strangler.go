package patterns

import "github.com/serverlens/serverlens/analyzer/graph"

var stranglerFig = &Pattern{
	ID: "strangler-fig", Title: "Strangler Fig Migration",
	Summary: "One routing layer sends some routes to new serverless compute and others to an existing back end.",
	Flow:    "routing layer → new functions, other routes → existing servers",
	Uses:    []string{"migrating legacy applications", "less risk than a big-bang rewrite", "gradual modernisation"},
	Roles: []Role{
		{Name: "routing layer", Summary: "decides by route", Required: true},
		{Name: "new compute", Summary: "answers the routes that have moved", Required: true},
		{Name: "existing back end", Summary: "answers the routes that have not", Required: true},
	},
	find: findStrangler,
}

func findStrangler(d *draft) *Match {
	fresh, old := map[*graph.Node][]route{}, map[*graph.Node][]route{}
	for _, r := range d.v.layers() {
		switch {
		case r.target == nil:
		case r.target.Kind == graph.Function || r.target.Kind == graph.StateMachine:
			fresh[r.door] = append(fresh[r.door], r)
		case d.v.existing(r.target):
			old[r.door] = append(old[r.door], r)
		}
	}
	for _, door := range d.v.Of(graph.API, graph.LoadBalancer, graph.Distribution, graph.ServiceNetwork) {
		if len(fresh[door]) == 0 || len(old[door]) == 0 {
			continue
		}
		for role, routes := range map[string][]route{"new compute": fresh[door], "existing back end": old[door]} {
			for _, r := range routes {
				d.add("routing layer", []*graph.Node{door}, r.edges...)
				d.add(role, []*graph.Node{r.target}, r.edges...)
			}
		}
	}
	return d.match(nil)
}

// layers is the routes of the front doors and the origins of the distributions,
// each followed through one further door.
func (v *view) layers() []route {
	out := v.routes()
	byDoor := map[*graph.Node][]route{}
	for _, r := range out {
		byDoor[r.door] = append(byDoor[r.door], r)
	}
	for _, door := range v.Of(graph.Distribution) {
		for _, e := range v.Out(door, graph.Fronts) {
			out = append(out, routeOf(door, e))
			for _, r := range byDoor[e.To] {
				r.door, r.edges = door, append([]*graph.Edge{e}, r.edges...)
				out = append(out, r)
			}
		}
	}
	return out
}

// existing reports whether a target is a back end that is not serverless: a
// server, a container, an endpoint elsewhere; a load balancer in front of
// functions alone is none.
func (v *view) existing(n *graph.Node) bool {
	switch n.Kind {
	case graph.Instance, graph.ContainerService:
		return true
	case graph.External:
		return isHTTP(n.ID)
	case graph.LoadBalancer, graph.VPCLink:
		functions, others := v.behind(n, 0)
		return others || !functions
	}
	return false
}

// behind is what a load balancer or link leads to.
func (v *view) behind(n *graph.Node, depth int) (functions, others bool) {
	if depth > 4 {
		return false, false
	}
	for _, e := range v.Out(n, graph.RoutesTo, graph.Fronts) {
		switch {
		case e.To == nil:
		case e.To.Kind == graph.Function:
			functions = true
		case e.To.Kind == graph.Route || e.To.Kind == graph.LoadBalancer || e.To.Kind == graph.VPCLink:
			f, o := v.behind(e.To, depth+1)
			functions, others = functions || f, others || o
		default:
			others = true
		}
	}
	return functions, others
}
