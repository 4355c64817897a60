package patterns

import "github.com/serverlens/serverlens/analyzer/graph"

var restAPIBackend = &Pattern{
	ID: "rest-api-backend", Title: "REST API Backend",
	Summary: "A front door hands requests to serverless compute or straight to a store, and the caller waits for the reply.",
	Flow:    "front door → compute → store",
	Uses:    []string{"mobile and web back ends", "microservices with variable traffic", "APIs with unpredictable load"},
	Roles: []Role{
		{Name: "front door", Summary: "takes requests and waits for the answer", Required: true},
		{Name: "compute", Summary: "answers the requests: a function, a workflow, or the door's own integration with a service", Required: true},
		{Name: "store", Summary: "keeps what the requests are about", Beside: "compute",
			Advice: "keep what the requests are about in a store of this stack, such as a DynamoDB table, and grant the functions access to it"},
		{Name: "authorizer", Summary: "decides who may call", Optional: true},
	},
	find: findREST,
}

func findREST(d *draft) {
	done := map[*graph.Node]bool{} // doors, and what answers behind them
	for _, r := range d.routes {
		if !d.answers(r) {
			continue
		}
		d.add("front door", r.door, r.edges...)
		if !done[r.door] {
			d.addAuthorizers(r.door)
		}
		switch {
		case d.direct(r):
			d.addIntegration(r)
			done[r.door] = true
			continue
		case !done[r.target]:
			d.addStores(r.target)
		}
		d.add("compute", r.target, r.edges...)
		done[r.door], done[r.target] = true, true
	}
}

// addIntegration adds a route by which the door itself works with a service.
func (d *draft) addIntegration(r route) {
	d.add("compute", r.by, r.edges...)
	if is(r.target, stores...) {
		d.add("store", r.target, r.edges...)
	}
}

// addStores adds the stores that a component and what it calls work with.
func (d *draft) addStores(n *graph.Node) {
	all := d.downstream(n)
	for i := range all {
		used := d.uses(all[i].node)
		if len(used) == 0 {
			continue
		}
		d.addEnds("store", used)
		for at := i; at > 0; at = all[at].from {
			d.add("compute", all[at].node, all[at].edges...)
		}
	}
}

// addAuthorizers adds what decides who may use a door or one of its routes, and
// what the authorizer itself asks.
func (d *draft) addAuthorizers(door *graph.Node) {
	guarded := []*graph.Node{door}
	for _, e := range d.Out(door, graph.RoutesTo) {
		if is(e.To, graph.Route) {
			guarded = append(guarded, e.To)
		}
	}
	for _, n := range guarded {
		for _, e := range d.Out(n, graph.AuthorizedBy) {
			if e.To == nil {
				continue
			}
			d.add("authorizer", e.To, e)
			for _, f := range d.Out(e.To, graph.AuthorizedBy, graph.Invokes) {
				if f.To != nil {
					d.add("authorizer", f.To, f)
				}
			}
		}
	}
}
