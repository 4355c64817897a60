package patterns

import "github.com/serverlens/serverlens/analyzer/graph"

var fanOutFanIn = &Pattern{
	ID: "fan-out-fan-in", Title: "Fan-Out / Fan-In",
	Summary: "One piece of work is split over parallel workers and their results are joined.",
	Flow:    "coordinator → parallel workers → aggregation",
	Uses:    []string{"parallel data processing", "map-reduce", "batch processing under time constraints"},
	Roles: []Role{
		{Name: "coordinator", Summary: "splits the work", Required: true},
		{Name: "worker", Summary: "does a share of the work beside the others", Required: true},
		{Name: "join", Summary: "takes the workers' results together", Advice: "keep the result of the Map or Parallel state and use it in a later step, and let its branches wait for their work"},
	},
	find: findFan,
}

func findFan(d *draft) *Match {
	var at *graph.Node
	for _, w := range d.v.workflows() {
		for _, s := range w.states {
			if workers := w.workers(s); len(workers) > 0 {
				d.addFan(w, s, workers)
				at = s
			}
		}
	}
	return d.match(at)
}

// workers is the working states of a map whose items do work, or of a parallel
// with at least two branches that do; nil otherwise.
func (w workflow) workers(s *graph.Node) []*graph.Node {
	kind := text(s.Attrs, "type")
	if kind != "Map" && kind != "Parallel" {
		return nil
	}
	var out []*graph.Node
	branches := map[string]bool{}
	for _, x := range w.inside(s) {
		if text(x.Attrs, "type") != "Task" {
			continue
		}
		out = append(out, x)
		top := x
		for w.v.Node(text(top.Attrs, "parent")) != s {
			top = w.v.Node(text(top.Attrs, "parent"))
		}
		branches[text(top.Attrs, "branch")] = true
	}
	if kind == "Parallel" && len(branches) < 2 {
		return nil
	}
	return out
}

func (d *draft) addFan(w workflow, s *graph.Node, workers []*graph.Node) {
	own := d.v.Out(s, graph.TaskOf)
	d.add("coordinator", []*graph.Node{w.machine, s}, own...)
	d.add("worker", workers, w.taskOf(workers)...)
	nodes, edges := w.called(workers)
	d.add("worker", nodes, edges...)
	waits := false
	for _, x := range workers {
		waits = waits || w.waits(x)
	}
	if yes(s.Attrs, "result_discarded") || !waits {
		return
	}
	joined := false
	for _, e := range d.v.Out(s, graph.Next) {
		if e.To != nil {
			joined = true
			d.add("join", []*graph.Node{e.To}, e)
			nodes, edges := w.called([]*graph.Node{e.To})
			d.add("join", nodes, edges...)
		}
	}
	if !joined { // the workflow's own result
		d.add("join", []*graph.Node{w.machine}, own...)
	}
}
