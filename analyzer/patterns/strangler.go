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
		switch {
		case is(r.target, compute...):
			fresh[r.door] = append(fresh[r.door], r)
		case d.isExisting(r.target):
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
				if is(e.To, graph.LoadBalancer, graph.VPCLink) {
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
			out = append(out, routeOf(door, e))
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

// isExisting reports whether a back end is not serverless: a server, a container, an
// endpoint elsewhere, a load balancer or link of which nothing behind it is in sight.
func (v *view) isExisting(n *graph.Node) bool {
	return is(n, graph.Instance, graph.ContainerService, graph.LoadBalancer, graph.VPCLink) || is(n, graph.External) && v.isElsewhere(n)
}

// isElsewhere reports whether a node is an endpoint outside of AWS's own services:
// what a URL, the origin of a distribution or the HTTP integration of a route names,
// a load balancer's or server's address too.
func (v *view) isElsewhere(n *graph.Node) bool {
	isOrigin := text(n.Attrs, "service") == "" && (len(v.In(n, graph.Fronts)) > 0 || slices.ContainsFunc(v.In(n, graph.RoutesTo), speaksHTTP))
	ofAWS := strings.Contains(n.ID, ".amazonaws.") || strings.Contains(n.ID, "${AWS::URLSuffix}")
	isServer := strings.Contains(n.ID, ".elb.") || strings.Contains(n.ID, ".compute.")
	return (isHTTP(n.ID) || isOrigin) && (!ofAWS || isServer)
}

// speaksHTTP reports whether a route hands its requests on as they are.
func speaksHTTP(e *graph.Edge) bool {
	return strings.HasPrefix(text(e.From.Attrs, "integration"), "HTTP")
}
