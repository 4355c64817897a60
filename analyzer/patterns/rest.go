package patterns

import "github.com/serverlens/serverlens/analyzer/graph"

var restAPIBackend = &Pattern{
	ID: "rest-api-backend", Title: "REST API Backend",
	Summary: "A front door hands requests to serverless compute or straight to a store, and the caller waits for the reply.",
	Flow:    "front door → compute → store",
	Uses:    []string{"mobile and web back ends", "microservices with variable traffic", "APIs with unpredictable load"},
	Roles: []Role{
		{Name: "front door", Summary: "takes requests and waits for the answer", Required: true},
		{Name: "compute", Summary: "answers the requests", Required: true},
		{Name: "store", Summary: "keeps what the requests are about", Advice: "keep the data in a store such as a DynamoDB table, or name the one that the functions use"},
		{Name: "authorizer", Summary: "decides who may call", Optional: true},
	},
	find: findREST,
}

func findREST(d *draft) *Match {
	var at *graph.Node
	for _, r := range d.v.routes() {
		if !r.answers() {
			continue
		}
		at = r.target
		d.add("front door", []*graph.Node{r.door}, r.edges...)
		d.add("compute", []*graph.Node{r.target}, r.edges...)
		if is(r.target, stores) {
			d.add("store", []*graph.Node{r.target}, r.edges...)
			continue
		}
		d.addStores(r.target)
	}
	for _, door := range d.v.Of(graph.API, graph.LoadBalancer) {
		if d.has("front door") {
			d.addAuthorizers(door)
		}
	}
	return d.match(at)
}

// addStores adds the stores that a component and what it calls work with.
func (d *draft) addStores(n *graph.Node) {
	nodes, calls := d.v.downstream(n)
	for i, c := range nodes {
		used := d.v.uses(c, stores)
		for _, e := range used {
			d.add("store", []*graph.Node{e.To}, e)
		}
		if len(used) > 0 && i > 0 {
			d.add("compute", []*graph.Node{c}, calls[i-1])
		}
	}
}

func (d *draft) addAuthorizers(door *graph.Node) {
	from := []*graph.Node{door}
	for _, e := range d.v.Out(door, graph.RoutesTo) {
		if e.To != nil && e.To.Kind == graph.Route {
			from = append(from, e.To)
		}
	}
	for _, n := range from {
		for _, e := range d.v.Out(n, graph.AuthorizedBy) {
			if e.To == nil {
				continue
			}
			d.add("authorizer", []*graph.Node{e.To}, e)
			for _, f := range d.v.Out(e.To, graph.AuthorizedBy, graph.Invokes) {
				d.add("authorizer", []*graph.Node{f.To}, f)
			}
		}
	}
}
