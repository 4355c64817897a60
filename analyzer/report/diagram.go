package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// diagram is the part of a graph that a picture shows: data flow. Roles, log
// groups and permissions are folded into the edges that they allow, states into
// their machine.
type diagram struct {
	title  string
	groups []group // one per stack, and per system what stands outside
	arrows []arrow
}

type group struct {
	name  string // "" for no frame
	nodes []*graph.Node
}

type arrow struct {
	from, to *graph.Node
	labels   []string
	dashed   bool // rests on a grant, variable or name, or is the way of failures
}

// folded are kinds that a picture leaves out.
var folded = map[graph.Kind]bool{graph.Role: true, graph.Stage: true, graph.Alarm: true, graph.State: true}

// hidden are relations that a picture leaves out.
var hidden = map[graph.Relation]bool{
	graph.Assumes: true, graph.Permits: true, graph.LogsTo: true, graph.AlarmedBy: true,
	graph.TaskOf: true, graph.Next: true, graph.CatchTo: true,
}

// diagramOf is one picture of all systems, with a group for each stack where there
// are several.
func diagramOf(r *analyzer.Report) diagram {
	var d diagram
	var stacks []analyzer.Stack
	for _, sys := range r.Systems {
		stacks = append(stacks, sys.Stacks...)
		d.add(sys)
	}
	switch {
	case len(stacks) == 1:
		d.title = titled(stacks[0])
		for i := range d.groups {
			d.groups[i].name = ""
		}
	case len(r.Systems) == 1 && r.Systems[0].Found.Primary != nil:
		d.title = plural(len(stacks), "stack") + ": " + r.Systems[0].Found.Primary.Pattern.Title
	default:
		d.title = plural(len(stacks), "stack")
	}
	return d
}

// titled is the name of a stack with its pattern.
func titled(s analyzer.Stack) string {
	if s.Found.Primary == nil {
		return s.Name
	}
	return s.Name + ": " + s.Found.Primary.Pattern.Title
}

// add adds what a picture shows of a system.
func (d *diagram) add(sys analyzer.System) {
	shown := d.addArrows(sys.Graph)
	byStack := map[*source.Stack]int{}
	first := len(d.groups)
	for i, s := range sys.Stacks {
		byStack[s.Stack] = first + i
		d.groups = append(d.groups, group{name: titled(s)})
	}
	d.groups = append(d.groups, group{})
	for _, n := range sys.Graph.Nodes {
		if !shown[n] && (folded[n.Kind] || n.Kind == graph.LogGroup || n.Kind == graph.External || n.Kind == graph.Resource) {
			continue
		}
		i, ok := byStack[n.Stack]
		if !ok {
			i = len(d.groups) - 1
		}
		d.groups[i].nodes = append(d.groups[i].nodes, n)
	}
}

// addArrows adds the edges that a picture shows, several facts about one pair as
// one arrow, and returns the nodes at their ends.
func (d *diagram) addArrows(g *graph.Graph) map[*graph.Node]bool {
	shown, index := map[*graph.Node]bool{}, map[[2]*graph.Node]int{}
	for _, e := range g.Edges {
		from, to := unfold(g, e.From), unfold(g, e.To)
		if from == nil || to == nil || from == to || hidden[e.Relation] || folded[from.Kind] || folded[to.Kind] {
			continue
		}
		dashed := e.Basis != graph.Declared || e.Relation == graph.DeadLettersTo || e.Relation == graph.OnFailureTo
		i, ok := index[[2]*graph.Node{from, to}]
		if !ok {
			i = len(d.arrows)
			index[[2]*graph.Node{from, to}] = i
			shown[from], shown[to] = true, true
			d.arrows = append(d.arrows, arrow{from: from, to: to, dashed: true})
		}
		a := &d.arrows[i]
		a.dashed = a.dashed && dashed
		if word := label(e); !slices.Contains(a.labels, word) {
			a.labels = append(a.labels, word)
		}
	}
	return shown
}

// unfold is the state machine of a state, any other node itself.
func unfold(g *graph.Graph, n *graph.Node) *graph.Node {
	if n == nil || n.Kind != graph.State {
		return n
	}
	if up := g.Out(n, graph.TaskOf); len(up) > 0 {
		return up[0].To
	}
	return n
}

// label is the words on an arrow.
func label(e *graph.Edge) string {
	word := strings.ReplaceAll(string(e.Relation), "_", " ")
	if e.Relation == graph.Configures {
		return "knows"
	}
	if mode, ok := e.Attrs["mode"].AsString(); ok && e.Relation == graph.Invokes {
		word += " " + mode
	}
	return word
}

// caption is the lines in a node's box.
func caption(n *graph.Node) []string {
	kind := n.Kind.Words()
	attr := func(name string) string {
		s, _ := n.Attrs[name].AsString()
		return s
	}
	switch {
	case n.Kind == graph.Route && attr("path") != "":
		return []string{strings.TrimSpace(attr("method") + " " + attr("path"))}
	case n.Kind == graph.Function && attr("timeout_s") != "" && attr("memory_mb") != "":
		return []string{n.ID, fmt.Sprintf("%s, %s s, %s MB", kind, attr("timeout_s"), attr("memory_mb"))}
	}
	return []string{n.ID, kind}
}
