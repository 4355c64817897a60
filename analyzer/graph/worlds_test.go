package graph

import (
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

func either(condition, yes, no string) source.Value {
	return source.Value{Kind: source.Unknown}.With(source.Trace{Alts: []source.Alternative{
		{If: source.If(condition), Value: source.StringOf(yes, source.Location{})},
		{If: source.Unless(condition), Value: source.StringOf(no, source.Location{})},
	}})
}

func conditional() *Graph {
	g := New()
	f := g.Add(&Node{ID: "F", Kind: Function, Attrs: map[string]source.Value{
		"tracing":     either("Prod", "Active", "PassThrough"),
		"environment": source.MapOf(source.Location{}, source.Entry{Key: "A", Value: either("Dev", "x", "y")}),
	}})
	q := g.Add(&Node{ID: "Q", Kind: Queue, If: source.If("Prod")})
	g.Connect(&Edge{From: q, To: f, Relation: Triggers, If: source.If("Prod")})
	d := g.Add(&Node{ID: "D", Kind: Queue, If: source.If("Prod")})
	g.Connect(&Edge{From: q, To: d, Relation: DeadLettersTo, If: source.If("Prod")})
	return g
}

func TestGuardsBelow(t *testing.T) {
	got := conditional().Guards()
	if len(got) != 2 || got[0] != "Dev" || got[1] != "Prod" {
		t.Errorf("guards: %v", got)
	}
}

func TestWorld(t *testing.T) {
	prod := conditional().World(source.World{"Prod": true, "Dev": false})
	f := prod.Node("F")
	if got := f.Attrs["environment"].Get("A").Text + " " + f.Attrs["tracing"].Text; got != "y Active" || len(prod.Edges) != 2 {
		t.Errorf("in production: %s, %d edges", got, len(prod.Edges))
	}
	if dev := conditional().World(source.World{"Prod": false, "Dev": true}); dev.Node("Q") != nil || len(dev.Edges) != 0 {
		t.Error("the queue is there where its condition fails")
	}
}

func TestUnion(t *testing.T) {
	g := conditional().Union()
	if v := g.Node("F").Attrs["tracing"]; v.Kind != source.Unknown || len(g.Edges) != 2 || len(g.Node("F").Open) > 0 || len(g.Guards()) > 0 {
		t.Errorf("tracing is %v, %d edges, open: %v, guards: %v", v, len(g.Edges), g.Node("F").Open, g.Guards())
	}
}

func TestBlur(t *testing.T) {
	g := conditional().Blur()
	f, q := g.Node("F"), g.Node("Q")
	if v := f.Attrs["tracing"]; v.Kind != source.Unknown || len(v.Alts()) > 0 {
		t.Errorf("tracing is %v", v)
	}
	if v := f.Attrs["environment"].Get("A"); v.Kind != source.Unknown || len(v.Alts()) > 0 {
		t.Errorf("a variable is %v", v)
	}
	if len(g.Edges) != 1 || g.Edges[0].Relation != DeadLettersTo {
		t.Errorf("edges: %v", g.Edges)
	}
	if f.Open["triggered_by"] == "" || q.Open[Triggers] == "" {
		t.Errorf("the mapping opened %v and %v", f.Open, q.Open)
	}
	if len(g.Guards()) > 0 {
		t.Errorf("guards are left: %v", g.Guards())
	}
}

// What a switch that is off guards is in no world, so it is not in what stands for
// all of them, and opens nothing there.
func TestBlurOff(t *testing.T) {
	g := conditional()
	g.Conditions = []source.Condition{{Name: "Prod", Expr: source.Expr{Op: source.False}}}
	g = g.Blur()
	if f := g.Node("F"); g.Node("Q") != nil || len(g.Edges) > 0 || len(f.Open) > 0 {
		t.Errorf("%d nodes, edges %v, open %v", len(g.Nodes), g.Edges, f.Open)
	}
}
