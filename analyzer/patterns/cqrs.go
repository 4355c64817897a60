package patterns

import (
	"slices"

	"github.com/serverlens/serverlens/analyzer/graph"
)

var cqrs = &Pattern{
	ID: "cqrs", Title: "Command Query Responsibility Segregation",
	Summary: "Changes of the store that takes the writes are projected into a separate store from which queries are served.",
	Flow:    "writes → write store → projection → read store ← queries",
	Uses:    []string{"read-heavy applications", "complex queries", "read and write patterns that differ much"},
	Roles: []Role{
		{Name: "write store", Summary: "takes the writes and tells of its changes", Required: true},
		{Name: "projection", Summary: "carries changes over", Required: true},
		{Name: "read store", Summary: "holds the model that queries read", Required: true},
		{Name: "query", Summary: "serves queries from the read store", Beside: "read store",
			Advice: "serve the queries from the read store, for instance by a function behind the API that may read it"},
		{Name: "command", Summary: "writes to the write store", Optional: true},
	},
	find: findCQRS,
}

// readModels are the stores that queries are made for.
var readModels = []graph.Kind{graph.SearchDomain, graph.Cache, graph.Table, graph.Database}

// maxProjection is how many edges a change may take to the read store.
const maxProjection = 6

func findCQRS(d *draft) {
	for _, s := range d.Nodes {
		if !is(s, graph.Table, graph.Database) && !mentions(s, storeServices) && !d.tellsOfChanges(s) {
			continue
		}
		told := map[*graph.Node]bool{}
		for _, e := range d.Out(s, graph.Triggers, graph.StreamsTo) {
			for _, p := range d.projections(s, []*graph.Edge{e}, told) {
				if d.isReadModel(p) {
					d.addProjection(p)
				}
			}
		}
		for _, p := range d.published(s) {
			if d.isFedByEvents(p) {
				d.addProjection(p)
			}
		}
	}
}

// tellsOfChanges reports whether something that is only mentioned and is no stream
// itself feeds one.
func (v *view) tellsOfChanges(n *graph.Node) bool {
	return is(n, graph.External) && !v.isStream(n) && len(v.Out(n, graph.StreamsTo)) > 0
}

// projection is the way from a change of a store to another store.
type projection struct {
	write, read *graph.Node
	path        []*graph.Edge // from the write store, or from what writes it and tells of it
}

// carriers is what stands on the way between the stores.
func (p projection) carriers() []*graph.Node {
	var out []*graph.Node
	for _, e := range p.path {
		for _, n := range []*graph.Node{e.From, e.To} {
			if n != p.write && n != p.read && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// projections follows a change to the stores in which it ends, through pipes,
// streams, compute and what that tells others on channels: told is those that were
// followed, nil where none is. A replica is no projection.
func (v *view) projections(write *graph.Node, path []*graph.Edge, told map[*graph.Node]bool) []projection {
	n := path[len(path)-1].To
	if n == nil || len(path) > maxProjection || is(n, graph.Database, graph.Table) || n == write {
		return nil
	}
	longer := func(e *graph.Edge) []*graph.Edge { return append(slices.Clone(path), e) }
	var out []projection
	if is(n, graph.SearchDomain) {
		return []projection{{write, n, path}}
	}
	ends := append(v.puts(n), v.Out(n, graph.Triggers, graph.StreamsTo)...)
	for _, e := range ends {
		if is(e.To, readModels...) && e.To != write {
			out = append(out, projection{write, e.To, longer(e)})
		}
	}
	for _, e := range ends {
		tells := told != nil && is(e.To, channels...) && !told[e.To] && v.isMeant(e)
		if tells {
			told[e.To] = true
		}
		if tells || e.Relation == graph.Triggers || e.Relation == graph.StreamsTo {
			out = append(out, v.projections(write, longer(e), told)...)
		}
	}
	return out
}

// published is the projections of a store's changes that what writes the store
// itself tells of on a channel.
func (v *view) published(write *graph.Node) []projection {
	var out []projection
	for _, w := range v.In(write, graph.Writes) {
		if !is(w.From, graph.Function) || !v.isMeant(w) {
			continue
		}
		for _, tell := range v.puts(w.From) {
			if !is(tell.To, channels...) || !v.isMeant(tell) {
				continue
			}
			for _, e := range v.Out(tell.To, graph.Triggers) {
				out = append(out, v.projections(write, []*graph.Edge{w, tell, e}, nil)...)
			}
		}
	}
	return filter(out, func(p projection) bool { return !p.comesBack() })
}

// comesBack reports whether what writes the store gets back what it told of: it goes
// on with its own work.
func (p projection) comesBack() bool {
	return slices.ContainsFunc(p.path[2:], func(e *graph.Edge) bool { return e.To == p.path[0].From })
}

// isReadModel reports whether what a store's changes are projected into is made for
// queries: a search domain or cache, a store of another kind, or one that callers'
// queries read and only the projection writes.
func (v *view) isReadModel(p projection) bool {
	if is(p.read, graph.SearchDomain, graph.Cache) || p.read.Kind != kindOfStore(p.write) {
		return true
	}
	return len(v.commands(p.write)) > 0 && slices.ContainsFunc(v.queries(p), func(q served) bool { return v.onlyAsks(q, p) })
}

// onlyAsks reports whether what serves a query leaves the read store as it is. What
// it shares a role for with the projection, the projection needs; and where only a
// variable names the store, the methods of its routes tell.
func (v *view) onlyAsks(q served, p projection) bool {
	granted := false
	for _, e := range leadingTo(v.work(q.by), p.read) {
		granted = granted || e.Relation == graph.Reads
		if is(e.From, graph.State) || slices.Contains([]graph.Relation{graph.Writes, graph.OnSuccessTo}, e.Relation) && !v.sharesRole(q.by, p.carriers()) {
			return false
		}
	}
	return granted || !slices.ContainsFunc(v.routes, func(r route) bool {
		method := text(r.by.Attrs, "method")
		return r.target == q.by && method != "GET" && method != "Query"
	})
}

// sharesRole reports whether a function and one of some others assume one role.
func (v *view) sharesRole(n *graph.Node, others []*graph.Node) bool {
	return slices.ContainsFunc(v.sharers(n), func(o *graph.Node) bool { return slices.Contains(others, o) })
}

// sharers is the other functions that assume a function's role.
func (v *view) sharers(n *graph.Node) []*graph.Node {
	var out []*graph.Node
	for _, role := range v.Out(n, graph.Assumes) {
		for _, e := range v.In(role.To, graph.Assumes) {
			if is(e.From, graph.Function) && e.From != n {
				out = append(out, e.From)
			}
		}
	}
	return out
}

// isMeant reports whether an edge tells of its function: what a role allows to
// several functions, one of them need not do unless its configuration names it.
func (v *view) isMeant(e *graph.Edge) bool {
	named := v.Out(e.From, graph.Configures)
	return e.Basis != graph.Permitted || len(named) == 0 || len(leadingTo(named, e.To)) > 0 || len(v.sharers(e.From)) == 0
}

// kindOfStore is the kind of a store that may only be mentioned.
func kindOfStore(n *graph.Node) graph.Kind {
	switch {
	case !is(n, graph.External):
		return n.Kind
	case text(n.Attrs, "service") == "dynamodb":
		return graph.Table
	}
	return graph.Database
}

// isFedByEvents reports whether the store at the end of published changes is a read
// model: nothing else writes it, and the door that takes the writes serves queries
// from it by another function.
func (v *view) isFedByEvents(p projection) bool {
	carriers := p.carriers()
	for _, e := range v.In(p.read, graph.Writes, graph.RoutesTo) {
		if !is(e.From, graph.StateMachine, graph.Role) && !slices.Contains(carriers, e.From) && !v.sharesRole(e.From, carriers) {
			return false
		}
	}
	for _, q := range v.queries(p) {
		for _, c := range v.commands(p.write) {
			if c.by == p.path[0].From && q.by != c.by && q.door == c.door {
				return true
			}
		}
	}
	return false
}

// served is a component that works on a store for a caller that waits.
type served struct {
	by, door *graph.Node // door: or the workflow that calls; nil where the caller is not in sight
	edges    []*graph.Edge
}

// queries is what serves callers from the read store of a projection.
func (v *view) queries(p projection) []served {
	carriers := p.carriers()
	return filter(v.servedFrom(p.read, v.reads), func(s served) bool { return !slices.Contains(carriers, s.by) })
}

// commands is what writes a store for a caller.
func (v *view) commands(write *graph.Node) []served { return v.servedFrom(write, v.puts) }

// servedFrom is what works on a store in one way for a caller that waits: routes of
// their own, functions behind a door, functions that a workflow calls, and those
// that nothing in sight sets in motion.
func (v *view) servedFrom(store *graph.Node, way func(*graph.Node) []*graph.Edge) []served {
	var out []served
	for _, r := range v.routes {
		if r.async || r.target == nil {
			continue
		}
		if r.target == store {
			out = append(out, served{by: r.by, door: r.door, edges: r.edges})
			continue
		}
		for _, f := range v.downstream(r.target) {
			if edges := leadingTo(way(f.node), store); len(edges) > 0 {
				out = append(out, served{by: f.node, door: r.door, edges: edges})
			}
		}
	}
	for _, m := range v.Of(graph.StateMachine) {
		for _, f := range v.downstream(m) {
			if edges := leadingTo(way(f.node), store); len(edges) > 0 {
				out = append(out, served{by: f.node, door: m, edges: edges})
			}
		}
	}
	for _, f := range v.Of(graph.Function) {
		edges := filter(leadingTo(way(f), store), v.isMeant)
		if len(edges) > 0 && len(v.In(f, graph.Triggers, graph.RoutesTo, graph.Invokes, graph.Configures, graph.OnSuccessTo)) == 0 {
			out = append(out, served{by: f, edges: edges})
		}
	}
	return out
}

func leadingTo(edges []*graph.Edge, n *graph.Node) []*graph.Edge {
	return filter(edges, func(e *graph.Edge) bool { return e.To == n })
}

func (d *draft) addProjection(p projection) {
	first, last := p.path[0], p.path[len(p.path)-1]
	d.add("write store", p.write, first)
	d.add("read store", p.read, last)
	for _, n := range p.carriers() {
		for _, e := range p.path {
			if e.From == n || e.To == n {
				d.add("projection", n, e)
			}
		}
		for _, e := range d.puts(n) {
			if e.To == p.read {
				d.show("read store", e)
			}
		}
	}
	if len(p.carriers()) == 0 {
		d.add("projection", p.read, p.path...)
	}
	for _, q := range d.queries(p) {
		d.add("query", q.by, q.edges...)
	}
	for _, c := range d.commands(p.write) {
		d.add("command", c.by, c.edges...)
	}
}
