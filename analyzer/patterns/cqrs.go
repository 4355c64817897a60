package patterns

import "github.com/serverlens/serverlens/analyzer/graph"

var cqrs = &Pattern{
	ID: "cqrs", Title: "Command Query Responsibility Segregation",
	Summary: "Changes of the store that takes the writes are projected into a separate store from which queries are served.",
	Flow:    "writes → write store → projection → read store ← queries",
	Uses:    []string{"read-heavy applications", "complex queries", "read and write patterns that differ much"},
	Roles: []Role{
		{Name: "write store", Summary: "takes the writes and tells of its changes", Required: true},
		{Name: "projection", Summary: "carries changes over", Required: true},
		{Name: "read store", Summary: "holds the model that queries read", Required: true},
		{Name: "query", Summary: "serves queries from the read store", Advice: "serve the queries from the read store, for instance by a function behind the API"},
	},
	find: findCQRS,
}

// readModels are the stores that queries are made for.
var readModels = []graph.Kind{graph.SearchDomain, graph.Cache, graph.Table, graph.Database}

func findCQRS(d *draft) *Match {
	var at *graph.Node
	for _, s := range d.v.Of(graph.Table, graph.Database) {
		for _, e := range d.v.Out(s, graph.Triggers, graph.StreamsTo) {
			for _, p := range d.v.projections(e) {
				if p.store == s || !d.addProjection(s, p) {
					continue
				}
				at = p.store
			}
		}
	}
	return d.match(at)
}

// projection is the way from a change of a store to another store.
type projection struct {
	by    *graph.Node // function, pipe, stream processor
	store *graph.Node
	edges []*graph.Edge
}

// projections follows a change to the stores that it ends in, through pipes,
// streams and compute.
func (v *view) projections(e *graph.Edge) []projection {
	var out []projection
	var follow func(path []*graph.Edge, depth int)
	follow = func(path []*graph.Edge, depth int) {
		n := path[len(path)-1].To
		if n == nil || depth > 4 {
			return
		}
		if is(n, readModels) && len(path) == 1 && n.Kind == graph.SearchDomain {
			out = append(out, projection{n, n, path})
			return
		}
		for _, w := range v.work(n) {
			if w.Relation != graph.Reads && w.Relation != graph.Invokes && is(w.To, readModels) {
				out = append(out, projection{n, w.To, append(path[:len(path):len(path)], w)})
			}
		}
		for _, next := range v.Out(n, graph.Triggers, graph.StreamsTo) {
			if is(next.To, readModels) {
				out = append(out, projection{n, next.To, append(path[:len(path):len(path)], next)})
			}
			follow(append(path[:len(path):len(path)], next), depth+1)
		}
	}
	follow([]*graph.Edge{e}, 0)
	return out
}

// addProjection adds a projection where its target is a read model: a store made
// for searching or caching, or another store that queries are served from.
func (d *draft) addProjection(write *graph.Node, p projection) bool {
	var readers []*graph.Edge
	for _, e := range d.v.In(p.store, graph.Reads, graph.Configures) {
		if e.From != p.by && e.From.Kind == graph.Function && d.v.behindDoor(e.From) {
			readers = append(readers, e)
		}
	}
	made := p.store.Kind == graph.SearchDomain || p.store.Kind == graph.Cache
	if !made && (len(readers) == 0 || !d.v.servesWrites(write, readers)) {
		return false
	}
	d.add("write store", []*graph.Node{write}, p.edges[0])
	for _, e := range p.edges {
		if e.To != p.store {
			d.add("projection", []*graph.Node{e.To}, e)
		}
	}
	d.add("projection", []*graph.Node{p.by}, p.edges...)
	d.add("read store", []*graph.Node{p.store}, p.edges[len(p.edges)-1])
	for _, e := range readers {
		d.add("query", []*graph.Node{e.From}, e)
	}
	return true
}

// servesWrites reports whether a function behind a front door other than the
// readers writes the store.
func (v *view) servesWrites(store *graph.Node, readers []*graph.Edge) bool {
	for _, e := range v.In(store, graph.Writes, graph.Configures, graph.RoutesTo) {
		other := true
		for _, r := range readers {
			other = other && r.From != e.From
		}
		if e.From != nil && other && (e.From.Kind == graph.Route || v.behindDoor(e.From)) {
			return true
		}
	}
	return false
}

// behindDoor reports whether a front door's requests reach a function.
func (v *view) behindDoor(n *graph.Node) bool { return len(v.In(n, graph.RoutesTo)) > 0 }
