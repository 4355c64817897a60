package analyzer_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers"
	"github.com/serverlens/serverlens/parsers/source"
)

// The same architecture in SAM, in CloudFormation (as AWS's translator writes it) and
// in Terraform is one graph, up to addresses, with one answer.
func TestTwins(t *testing.T) {
	roots, err := filepath.Glob("../testdata/patterns/terraform/*")
	if err != nil || len(roots) < 15 {
		t.Fatalf("%d twins: %v", len(roots), err)
	}
	for _, root := range roots {
		name := filepath.Base(root)
		r, g := found(loadPath(t, "../testdata/patterns/"+name+".yaml"))
		for _, twin := range []string{root, "../testdata/patterns/cloudformation/" + name + ".json"} {
			t.Run(name+filepath.Ext(twin), func(t *testing.T) {
				s, h := found(loadPath(t, twin))
				checkResult(t, twin, s)
				checkWeight(t, twin, s, h)
				if got, want := answer(s), answer(r); got != want {
					t.Errorf("%swant\n%s", got, want)
				}
				got, want := folded(h), folded(g)
				for _, line := range got {
					if !slices.Contains(want, line) {
						t.Errorf("only here: %s", line)
					}
				}
				for _, line := range want {
					if !slices.Contains(got, line) {
						t.Errorf("not here: %s", line)
					}
				}
			})
		}
	}
}

func loadPath(t *testing.T, path string) *source.Stack {
	t.Helper()
	stacks, _, err := parsers.Load([]string{path}, parsers.Options{})
	if err != nil || len(stacks) == 0 {
		t.Fatalf("%s: %d stacks, %v", path, len(stacks), err)
	}
	return stacks[0]
}

// plumbing is what SAM makes of itself and a Terraform author may leave out.
var plumbing = []graph.Kind{graph.Role, graph.LogGroup, graph.Stage}

// folded is the edges of a graph without addresses.
func folded(g *graph.Graph) []string {
	var out []string
	for _, e := range g.Edges {
		if slices.Contains(plumbing, e.From.Kind) || slices.Contains(plumbing, e.To.Kind) || e.Relation == graph.Permits {
			continue
		}
		mode, _ := e.Attrs["mode"].AsString()
		out = append(out, fmt.Sprintf("%s %s %s, %v %s", fold(e.From), e.Relation, fold(e.To), e.Basis, mode))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var noLetter = regexp.MustCompile(`\W|_`)

// fold is the kind of a node with its name as every format would spell it; what has
// no name of its own is its kind alone.
func fold(n *graph.Node) string {
	switch n.Kind {
	case graph.API, graph.Route, graph.Authorizer, graph.Schedule, graph.External:
		return string(n.Kind)
	}
	id := n.ID[strings.LastIndexAny(n.ID, "./")+1:]
	return string(n.Kind) + " " + strings.ToLower(noLetter.ReplaceAllString(id, ""))
}
