package patterns

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
)

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

func findStrangler(d *draft) {
	fresh, old := map[*graph.Node][]route{}, map[*graph.Node][]route{}
	for _, r := range d.layers() {
		if is(r.target, compute...) {
			fresh[r.door] = append(fresh[r.door], r)
		} else if rest, existing := d.existing(r.target); existing {
			r.edges = append(slices.Clone(r.edges), rest...)
			old[r.door] = append(old[r.door], r)
		}
	}
	for _, door := range d.Nodes {
		if len(fresh[door]) == 0 || len(old[door]) == 0 {
			continue
		}
		for _, r := range slices.Concat(fresh[door], old[door]) {
			d.add("routing layer", door, r.edges...)
		}
		for _, r := range fresh[door] {
			d.add("new compute", r.target, r.edges...)
		}
		for _, r := range old[door] {
			d.add("existing back end", r.target, r.edges...)
			for _, e := range r.edges {
				if !is(e.From, graph.Route) && e.From != door {
					d.add("existing back end", e.To)
				}
			}
		}
	}
}

// layers is the routes of the front doors and the origins of the distributions,
// each of these also followed through the door behind it.
func (v *view) layers() []route {
	out := slices.Clone(v.routes)
	for _, door := range v.Of(graph.Distribution) {
		for _, e := range v.Out(door, graph.Fronts) {
			out = append(out, routeOf(door, door, e))
			for _, r := range v.routes {
				if r.door == e.To {
					r.door, r.edges = door, append([]*graph.Edge{e}, r.edges...)
					out = append(out, r)
				}
			}
		}
	}
	return out
}

// existing reports whether a back end is not serverless, with the edges to what
// stands behind it: a server, a container, an endpoint elsewhere; a load balancer or
// link unless it leads to functions alone.
func (v *view) existing(n *graph.Node) (behind []*graph.Edge, ok bool) {
	switch {
	case is(n, graph.Instance, graph.ContainerService):
		return nil, true
	case is(n, graph.External):
		return nil, v.isElsewhere(n)
	case is(n, graph.LoadBalancer, graph.VPCLink):
		functions := false
		for _, e := range v.behind(n) {
			switch {
			case is(e.To, compute...) || is(e.To, graph.API):
				functions = true
			case !is(e.To, graph.Route, graph.LoadBalancer, graph.VPCLink):
				ok = true
			}
			behind = append(behind, e)
		}
		return behind, ok || !functions
	}
	return nil, false
}

// isElsewhere reports whether a node is an endpoint outside of AWS's own services:
// what a URL or the origin of a distribution names.
func (v *view) isElsewhere(n *graph.Node) bool {
	isOrigin := len(v.In(n, graph.Fronts)) > 0 && text(n.Attrs, "service") == ""
	return (isHTTP(n.ID) || isOrigin) && !strings.Contains(n.ID, ".amazonaws.") && !strings.Contains(n.ID, "${AWS::URLSuffix}")
}

// behind is the edges from a load balancer or link to all that stands behind it.
func (v *view) behind(n *graph.Node) []*graph.Edge {
	var out []*graph.Edge
	seen := map[*graph.Node]bool{n: true}
	for todo := []*graph.Node{n}; len(todo) > 0; todo = todo[1:] {
		for _, e := range v.Out(todo[0], graph.RoutesTo, graph.Fronts) {
			if e.To == nil || seen[e.To] {
				continue
			}
			seen[e.To] = true
			out = append(out, e)
			if is(e.To, graph.Route, graph.LoadBalancer, graph.VPCLink) {
				todo = append(todo, e.To)
			}
		}
	}
	return out
}
