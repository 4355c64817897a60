package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/graph"
)

// Mermaid's parser takes at most 500 edges and, by default, 50,000 characters.
const (
	maxMermaidEdges = 500
	maxMermaidChars = 50_000
)

func writeMermaid(w io.Writer, r *analyzer.Report, _ Options) error {
	_, err := io.WriteString(w, mermaid(diagramOf(r)))
	return err
}

// mermaid is a flowchart, cut down to what Mermaid parses, with a note where it
// was cut. Node ids are numbers: a word such as "end" would not parse.
func mermaid(d diagram) string {
	var nodes, arrows strings.Builder
	ids := map[*graph.Node]string{}
	for i, g := range d.groups {
		subgraph := g.name != "" && len(g.nodes) > 0
		if subgraph {
			fmt.Fprintf(&nodes, "  subgraph s%d[\"%s\"]\n", i, mermaidText(g.name))
		}
		for _, n := range g.nodes {
			if nodes.Len() > maxMermaidChars/2 {
				break
			}
			ids[n] = fmt.Sprintf("n%d", len(ids))
			var lines []string
			for _, l := range caption(n) {
				lines = append(lines, mermaidText(l))
			}
			open, shut := mermaidShape(n.Kind)
			fmt.Fprintf(&nodes, "  %s%s\"%s\"%s\n", ids[n], open, strings.Join(lines, "<br/>"), shut)
		}
		if subgraph {
			nodes.WriteString("  end\n")
		}
	}
	drawn := 0
	for _, a := range d.arrows {
		if drawn == maxMermaidEdges || nodes.Len()+arrows.Len() > maxMermaidChars-500 {
			break
		}
		if ids[a.from] == "" || ids[a.to] == "" {
			continue
		}
		line := "-->"
		if a.dashed {
			line = "-.->"
		}
		fmt.Fprintf(&arrows, "  %s %s|\"%s\"| %s\n", ids[a.from], line, mermaidText(strings.Join(a.labels, ", ")), ids[a.to])
		drawn++
	}
	if left := len(d.arrows) - drawn; left > 0 {
		fmt.Fprintf(&arrows, "  more[\"%d more arrows are left out\"]\n", left)
	}
	return fmt.Sprintf("---\ntitle: \"%s\"\n---\nflowchart LR\n%s%s", mermaidText(d.title), nodes.String(), arrows.String())
}

// mermaidShape is how Mermaid draws a kind: stores as cylinders, messaging as
// stadiums, entries as parallelograms, workflows as hexagons.
func mermaidShape(k graph.Kind) (open, shut string) {
	switch dotShape(k) {
	case "cylinder":
		return "[(", ")]"
	case "oval":
		return "([", "])"
	case "parallelogram":
		return "[/", "/]"
	case "hexagon":
		return "{{", "}}"
	}
	return "[", "]"
}

// mermaidText escapes a label; Mermaid reads #…; as a character.
func mermaidText(s string) string {
	return strings.NewReplacer(`#`, "#35;", `"`, "#quot;", "`", "#96;", "<", "#lt;", ">", "#gt;", `\`, "#92;", "\n", " ", "\r", " ").Replace(harmless(s, false))
}
