package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// chains is a report of systems, each with a stack of pairs of a queue and a
// function.
func chains(systems, pairs int, name string) *analyzer.Report {
	r := &analyzer.Report{}
	for s := range systems {
		stack := &source.Stack{Name: fmt.Sprintf("s%d.yaml", s), Path: fmt.Sprintf("s%d.yaml", s)}
		g := graph.New()
		for i := range pairs {
			from := g.Add(&graph.Node{ID: fmt.Sprint(name, "Q", i), Kind: graph.Queue, Stack: stack})
			to := g.Add(&graph.Node{ID: fmt.Sprint(name, "F", i), Kind: graph.Function, Stack: stack})
			g.Connect(&graph.Edge{From: from, To: to, Relation: graph.Triggers, Basis: graph.Declared})
		}
		r.Systems = append(r.Systems, analyzer.System{Graph: g, Stacks: []analyzer.Stack{{Stack: stack}}})
	}
	return r
}

func drawn(t *testing.T, format string, r *analyzer.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, Graph, format, r, Options{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// What Mermaid would refuse to draw is cut, and the picture says so.
func TestMermaidLimits(t *testing.T) {
	out := drawn(t, "mermaid", chains(1, 700, ""))
	if n := strings.Count(out, "-->"); n > maxMermaidEdges || n < 300 || len(out) > maxMermaidChars {
		t.Errorf("%d arrows, %d characters", n, len(out))
	}
	if !strings.Contains(out, "more arrows are left out") {
		t.Error("the cut is not told")
	}
	long := drawn(t, "mermaid", chains(1, 700, strings.Repeat("x", 200)))
	if len(long) > maxMermaidChars {
		t.Errorf("%d characters", len(long))
	}
}

// Several stacks are one picture with a frame for each.
func TestSeveralStacks(t *testing.T) {
	r := chains(3, 2, "")
	out := drawn(t, "mermaid", r)
	if strings.Count(out, "flowchart LR") != 1 || strings.Count(out, "subgraph ") != 3 || strings.Count(out, "  end\n") != 3 || strings.Count(out, "-->") != 6 {
		t.Errorf("%s", out)
	}
	if dot := drawn(t, "dot", r); strings.Count(dot, "subgraph ") != 3 || strings.Count(dot, " -> ") != 6 {
		t.Errorf("%s", dot)
	}
	if one := drawn(t, "mermaid", chains(1, 2, "")); strings.Contains(one, "subgraph") {
		t.Errorf("a frame around all there is: %s", one)
	}
}

// No name ends a label.
func TestHostileNames(t *testing.T) {
	r := chains(1, 1, "\"]; end <b>`#\n\\")
	if out := drawn(t, "mermaid", r); strings.Contains(out, "<b>") || strings.Count(out, "\n") != 7 {
		t.Errorf("%q", out)
	}
	if out := drawn(t, "dot", r); !strings.Contains(out, `\"]; end <b>`+"`#") || strings.Count(out, "\n") != 10 {
		t.Errorf("%d lines in %q", strings.Count(out, "\n"), out)
	}
}
