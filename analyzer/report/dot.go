package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/graph"
)

func writeDOT(w io.Writer, r *analyzer.Report, _ Options) error {
	out := &printer{w: w}
	out.printf("digraph serverlens {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n")
	d := diagramOf(r)
	out.printf("  label=%s;\n  labelloc=t;\n", dotText(d.title))
	ids := map[*graph.Node]string{}
	for i, g := range d.groups {
		if g.name != "" {
			out.printf("  subgraph cluster_%d {\n    label=%s;\n", i, dotText(g.name))
		}
		for _, n := range g.nodes {
			ids[n] = fmt.Sprintf("n%d", len(ids))
			out.printf("    %s [label=%s, shape=%s];\n", ids[n], dotText(strings.Join(caption(n), "\n")), dotShape(n.Kind))
		}
		if g.name != "" {
			out.printf("  }\n")
		}
	}
	for _, a := range d.arrows {
		style := ""
		if a.dashed {
			style = ", style=dashed"
		}
		out.printf("  %s -> %s [label=%s%s];\n", ids[a.from], ids[a.to], dotText(strings.Join(a.labels, ", ")), style)
	}
	out.printf("}\n")
	return out.err
}

func dotShape(k graph.Kind) string {
	switch k {
	case graph.Table, graph.Bucket, graph.Database, graph.Cache, graph.SearchDomain, graph.Warehouse:
		return "cylinder"
	case graph.Queue, graph.Topic, graph.Bus, graph.Stream, graph.DeliveryStream:
		return "oval"
	case graph.API, graph.Route, graph.LoadBalancer, graph.Distribution:
		return "parallelogram"
	case graph.StateMachine:
		return "hexagon"
	}
	return "box"
}

// dotText is a quoted string of the DOT language; \n breaks the line.
func dotText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", " ").Replace(s) + `"`
}
