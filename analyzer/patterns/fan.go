package patterns

import (
	"slices"

	"github.com/serverlens/serverlens/analyzer/graph"
)

var fanOutFanIn = &Pattern{
	ID: "fan-out-fan-in", Title: "Fan-Out / Fan-In",
	Summary: "One piece of work is split over parallel workers and their results are joined.",
	Flow:    "coordinator → parallel workers → aggregation",
	Uses:    []string{"parallel data processing", "map-reduce", "batch processing under time constraints"},
	Roles: []Role{
		{Name: "coordinator", Summary: "splits the work", Required: true},
		{Name: "worker", Summary: "does a share of the work beside the others", Required: true, Beside: "coordinator",
			Advice: "let the Map run its items side by side: with a MaxConcurrency of 1 they wait for each other"},
		{Name: "join", Summary: "takes the workers' results together", Beside: "coordinator",
			Advice: "keep the result of the Map or Parallel state and use it in a later step, and let its branches wait for the work that they start"},
	},
	find: findFan,
}

func findFan(d *draft) {
	sequential := true
	for _, w := range d.workflows {
		for _, s := range w.states {
			if workers := w.workers(s); len(workers) > 0 {
				d.addFan(w, s, workers)
				sequential = sequential && isSequential(s)
			}
		}
	}
	for _, c := range d.Of(graph.Function) {
		if called := d.callees(c); len(called) > 1 && d.addGather(c, called) {
			sequential = false
		}
	}
	if sequential {
		d.lacking = append(d.lacking, "worker")
	}
}

// isSequential reports whether a state is a map that runs one item after the other.
func isSequential(s *graph.Node) bool {
	most, ok := s.Attrs["max_concurrency"].AsNumber()
	return ok && most == 1
}

// workers is the tasks of a map, or of a parallel with at least two branches that
// have any; nil otherwise.
func (w *workflow) workers(s *graph.Node) []*graph.Node {
	tasks := filter(w.inside(s), func(x *graph.Node) bool { return kindOf(x) == "Task" })
	switch kindOf(s) {
	case "Map":
		return tasks
	case "Parallel":
		branches := map[string]bool{}
		for _, x := range tasks {
			branches[w.under(x, s).Attrs["branch"].Text] = true
		}
		if len(branches) > 1 {
			return tasks
		}
	}
	return nil
}

// addFan adds a map or parallel: what comes before it splits the work, what comes
// after it, or the end of the workflow or iteration, has the results.
func (d *draft) addFan(w *workflow, s *graph.Node, workers []*graph.Node) {
	own := d.Out(s, graph.TaskOf)
	d.add("coordinator", w.machine, own...)
	d.addStates("coordinator", s)
	for _, e := range d.In(s, graph.Next) {
		d.show("coordinator", e)
		d.addStates("coordinator", e.From)
	}
	d.addStates("worker", workers...)
	if isTrue(s.Attrs, "result_discarded") || !slices.ContainsFunc(workers, w.waits) {
		return
	}
	next := d.Out(s, graph.Next)
	for _, e := range next {
		if e.To != nil {
			d.add("join", e.To, e)
			d.addStates("join", w.reach([]*graph.Node{e.To}, func(x *graph.Node) bool { return kindOf(x) != "Task" }, graph.Next)...)
		}
	}
	if len(next) == 0 {
		d.add("join", w.machine, own...)
	}
}

// callees is the functions that a function calls as its configuration and a grant
// say, and that nothing else sets in motion.
func (d *draft) callees(c *graph.Node) []*graph.Node {
	var out []*graph.Node
	for _, e := range d.Out(c, graph.Invokes) {
		configured := slices.ContainsFunc(d.Out(c, graph.Configures), func(f *graph.Edge) bool { return f.To == e.To })
		if is(e.To, graph.Function) && e.To != c && configured && len(d.In(e.To, graph.Triggers, graph.RoutesTo)) == 0 && !slices.Contains(out, e.To) {
			out = append(out, e.To)
		}
	}
	return out
}

// addGather adds a function that calls workers, unless it is a durable one whose
// steps only the code shows. The results come together where all workers put them
// and another function takes them, else in their replies.
func (d *draft) addGather(c *graph.Node, called []*graph.Node) bool {
	m, ok := d.meeting(called)
	if !ok && isTrue(c.Attrs, "durable") {
		return false
	}
	if !ok { // side by side or one after the other, only the code says
		m.place, d.limit = c, Low
	}
	for _, f := range called {
		calls := leadingTo(d.work(c), f)
		d.add("coordinator", c, calls...)
		if f == m.place {
			d.add("join", f, calls...)
			continue
		}
		d.add("worker", f, calls...)
		d.add("join", m.place, leadingTo(append(d.puts(f), d.calls(f)...), m.place)...)
	}
	for _, e := range m.taken {
		d.add("join", e.To, e)
	}
	return true
}

// meeting is where the results of several workers come together.
type meeting struct {
	place *graph.Node   // an aggregating function, or what one takes the results from
	taken []*graph.Edge // from the place to that function
}

// meeting finds where at least two functions, and all but the aggregating one, are
// configured to put their results.
func (d *draft) meeting(called []*graph.Node) (meeting, bool) {
	for _, e := range append(d.named(called[0]), d.named(called[1])...) {
		workers := filter(called, func(f *graph.Node) bool { return f != e.To })
		stray := slices.ContainsFunc(workers, func(f *graph.Node) bool { return len(leadingTo(d.named(f), e.To)) == 0 })
		taken := filter(d.Out(e.To, graph.Triggers), func(t *graph.Edge) bool {
			return is(t.To, compute...) && !slices.Contains(called, t.To)
		})
		if len(workers) > 1 && !stray && (is(e.To, graph.Function) || len(taken) > 0) {
			return meeting{e.To, taken}, true
		}
	}
	return meeting{}, false
}

// named is the edges from a function to what it puts data into or calls and its
// configuration names: what many may do by one role they need not do.
func (d *draft) named(f *graph.Node) []*graph.Edge {
	return filter(append(d.puts(f), d.calls(f)...), func(e *graph.Edge) bool { return e.Basis != graph.Permitted })
}
