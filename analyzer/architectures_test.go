package analyzer_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
	"github.com/serverlens/serverlens/parsers/terraform"
)

// forms is the ways in which an architecture of testdata is written; the last, with
// modules, for some of them only.
var forms = []string{"template.yaml", "cfn.yaml", "main.tf", "modules/main.tf"}

// architectures is those of testdata, each with its primary pattern: "partial"
// where something would complete it, or what comes nearest to none.
var architectures = map[string]string{
	"account-graph":        "rest-api-backend",
	"billing-strangler":    "strangler-fig",
	"booking-strangler":    "strangler-fig",
	"catalogue-cqrs":       "cqrs",
	"catalogue-projection": "cqrs, partial",
	"clickstream":          "streaming",
	"game-scores":          "cqrs",
	"greeter-api":          "rest-api-backend, partial",
	"image-pipeline":       "event-driven",
	"image-watch":          "event-driven, partial",
	"insurance-strangler":  "strangler-fig",
	"invoice-run":          "fan-out-fan-in",
	"library-api":          "rest-api-backend",
	"mail-fan-out":         "fan-out-fan-in, partial",
	"media-site":           "event-driven",
	"nightly-job":          "event-driven, partial",
	"notes-api":            "rest-api-backend",
	"order-events":         "event-driven",
	"order-inbox":          "event-driven",
	"order-refund":         "saga, partial",
	"order-saga":           "saga",
	"order-steps":          "none, near saga",
	"receipt-scan":         "event-driven",
	"reminders":            "event-driven, partial",
	"report-fan-out":       "fan-out-fan-in",
	"sensor-stream":        "streaming, partial",
	"sensor-watch":         "streaming",
	"shop-api":             "rest-api-backend",
	"trip-saga":            "saga",
	"turnstiles":           "streaming",
	"work-queue":           "event-driven",
}

// TestOneArchitectureOneGraph reads every architecture of testdata as SAM, as plain
// CloudFormation and as Terraform. All must say the same of every node, attribute,
// edge, open relation, pattern, role and finding, but for places and for how often:
// SAM makes a permission for each event where others need only one.
func TestOneArchitectureOneGraph(t *testing.T) {
	const dir = "../testdata/architectures"
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(architectures) {
		t.Fatalf("%d architectures, want %d: %v", len(entries), len(architectures), err)
	}
	engine, err := policy.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Run(e.Name(), func(t *testing.T) {
			first := read(t, engine, path.Join(dir, e.Name()), forms[0])
			if got, want := first.primary, architectures[e.Name()]; got != want {
				t.Errorf("%s: %s, want %s", e.Name(), got, want)
			}
			for _, form := range forms[1:] {
				if _, err := os.Stat(path.Join(dir, e.Name(), form)); err != nil && form == "modules/main.tf" {
					continue
				}
				other := read(t, engine, path.Join(dir, e.Name()), form)
				for _, x := range minus(first.lines, other.lines) {
					t.Errorf("only %s: %s", forms[0], x)
				}
				for _, x := range minus(other.lines, first.lines) {
					t.Errorf("only %s: %s", form, x)
				}
			}
		})
	}
}

// form is what one form of an architecture says, a line a fact, sorted.
type form struct {
	lines   []string
	primary string // as in architectures
}

func read(t *testing.T, engine *policy.Engine, dir, file string) form {
	t.Helper()
	tree, err := source.OpenTree(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	var stack *source.Stack
	if path.Base(file) == "main.tf" {
		stack = terraform.Load(tree, path.Dir(file), terraform.Options{})
	} else {
		var ok bool
		if stack, ok = cloudformation.Load(tree, file, cloudformation.Options{}); !ok {
			t.Fatalf("%s is no template", file)
		}
	}
	for _, p := range stack.Problems {
		if p.Severity > source.Note { // a note says what stands in for a module
			t.Error(p)
		}
	}
	o := analyzer.Options{Engine: engine, Policy: policy.Options{Date: "2026-11-24"}}
	sys := analyzer.Analyze(context.Background(), []*source.Stack{stack}, nil, o).Systems[0]
	n := commonOf(sys.Graph, addresses(tree, path.Dir(file)))
	out := form{primary: primary(sys.Found), lines: slices.Concat(n.graph(), n.matches(sys.Found), n.findings(sys.Result))}
	slices.Sort(out.lines)
	out.lines = slices.Compact(out.lines)
	return out
}

// primary is the primary pattern as architectures words it.
func primary(r patterns.Result) string {
	switch {
	case r.Primary != nil && r.Primary.Partial:
		return r.Primary.Pattern.ID + ", partial"
	case r.Primary != nil:
		return r.Primary.Pattern.ID
	case r.Nearest != nil:
		return "none, near " + r.Nearest.ID
	}
	return "none"
}

// common calls the nodes of a graph the same in every format: by kind, and by the
// last part of the address without case and separators, which the architectures
// have in common. What SAM generates is called after what it belongs to.
type common struct {
	g    *graph.Graph
	ids  map[string]string // by address
	node map[*graph.Node]string
	edge map[string]string // by id
}

// addresses reads the file that says what in other formats stands for resources of
// modules, an address and a logical id in each line.
func addresses(tree *source.Tree, dir string) map[string]string {
	text, err := tree.Read(path.Join(dir, "names.txt"))
	out := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if address, id, ok := strings.Cut(strings.TrimSpace(line), " "); ok && err == nil {
			out[address] = id
		}
	}
	return out
}

func commonOf(g *graph.Graph, ids map[string]string) *common {
	n := &common{g: g, ids: ids, node: map[*graph.Node]string{}, edge: map[string]string{}}
	for _, x := range g.Nodes {
		n.node[x] = n.name(x)
	}
	for _, e := range g.Edges {
		n.edge[e.ID] = strings.Join([]string{n.of(e.From), string(e.Relation), n.of(e.To)}, " ")
	}
	return n
}

func (n *common) of(x *graph.Node) string {
	if x == nil {
		return "?"
	}
	return n.node[x]
}

func (n *common) name(x *graph.Node) string {
	belongs := func(edges []*graph.Edge, end func(*graph.Edge) *graph.Node, of ...graph.Kind) string {
		var owners []string
		for _, e := range edges {
			if o := end(e); o != nil && slices.Contains(of, o.Kind) {
				owners = append(owners, n.short(o))
			}
		}
		slices.Sort(owners)
		return strings.Join(slices.Compact(owners), "+")
	}
	from := func(e *graph.Edge) *graph.Node { return e.From }
	to := func(e *graph.Edge) *graph.Node { return e.To }
	switch x.Kind {
	case graph.Role:
		return "role of " + belongs(n.g.In(x, graph.Assumes), from, graph.Kinds()...)
	case graph.Stage:
		return "stage of " + belongs(n.g.Out(x, graph.Fronts), to, graph.API)
	case graph.Authorizer:
		return "authorizer of " + belongs(n.g.In(x, graph.AuthorizedBy), from, graph.API)
	case graph.Route:
		return "route " + belongs(n.g.In(x, graph.RoutesTo), from, graph.API, graph.LoadBalancer) + " " + x.Attrs["method"].Text + " " + x.Attrs["path"].Text
	case graph.External:
		return "external " + x.Attrs["service"].Text
	}
	return string(x.Kind) + " " + n.short(x)
}

// short is the last part of an address without case and separators.
func (n *common) short(x *graph.Node) string {
	id := cmp.Or(n.ids[x.ID], x.ID)
	if x.Kind == graph.State {
		machine, state, _ := strings.Cut(id, "/")
		return last(machine) + "/" + state
	}
	return last(id)
}

func last(address string) string {
	return strings.ToLower(strings.ReplaceAll(address[strings.LastIndex(address, ".")+1:], "_", ""))
}

// mention is a resource in a text.
var mention = regexp.MustCompile(`\$\{([\w.]+(?:\["\w+"\])?)\.\w+\}`)

// graph lists nodes and edges with what they say.
func (n *common) graph() (out []string) {
	attrs := func(of string, values map[string]source.Value) {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if v := values[name]; v.Kind != source.Unset {
				out = append(out, fmt.Sprintf("%s .%s = %s", of, name, n.spell(name, v)))
			}
		}
	}
	for _, x := range n.g.Nodes {
		name := n.of(x)
		out = append(out, name)
		for r := range x.Open {
			out = append(out, fmt.Sprintf("%s may have more %s", name, r))
		}
		attrs(name, x.Attrs)
	}
	for _, e := range n.g.Edges {
		id := n.edge[e.ID]
		out = append(out, id+" "+e.Basis.String())
		attrs(id, e.Attrs)
	}
	return out
}

// spell writes an attribute: the id of an edge by its common name, of a map the
// keys, of what is unknown that it is.
func (n *common) spell(name string, v source.Value) string {
	switch {
	case name == "of":
		return n.edge[v.Text]
	case name == "parent", name == "vpc_link":
		return n.of(n.g.Node(v.Text))
	case name == "resource":
		text := strings.ReplaceAll(v.Text, "${AWS::Partition}", "aws")
		return mention.ReplaceAllStringFunc(text, func(s string) string {
			address := mention.FindStringSubmatch(s)[1]
			return last(cmp.Or(n.ids[address], address))
		})
	case v.Kind == source.Unknown:
		return "unknown"
	case v.Kind == source.Map:
		var keys []string
		for _, e := range v.Entries {
			keys = append(keys, e.Key)
		}
		slices.Sort(keys)
		return strings.Join(keys, " ")
	}
	return v.Text
}

func (n *common) matches(found patterns.Result) (out []string) {
	out = append(out, "primary "+primary(found))
	for _, m := range found.Present {
		id := "pattern " + m.Pattern.ID
		out = append(out, fmt.Sprintf("%s partial=%v confidence=%s", id, m.Partial, m.Confidence))
		for _, r := range m.Roles {
			for _, x := range r.Nodes {
				out = append(out, fmt.Sprintf("%s %s: %s", id, r.Role.Name, n.of(x)))
			}
			for _, e := range r.Edges {
				out = append(out, fmt.Sprintf("%s %s: %s", id, r.Role.Name, n.edge[e.ID]))
			}
		}
		for _, x := range m.Missing {
			out = append(out, fmt.Sprintf("%s lacks %s at %s", id, x.Role.Name, n.of(x.At)))
		}
	}
	return out
}

func (n *common) findings(r policy.Result) (out []string) {
	called := func(id string) string {
		if x := n.g.Node(id); x != nil {
			return n.of(x)
		}
		return cmp.Or(n.edge[id], id)
	}
	line := func(what string, f policy.Finding) string {
		at := n.of(f.Node)
		if f.Edge != nil {
			at = n.edge[f.Edge.ID]
		}
		var with []string
		for _, id := range f.With {
			with = append(with, called(id))
		}
		return fmt.Sprintf("%s %s %s at %s .%s with %v", what, f.Rule.ID, f.Severity, at, f.Name, with)
	}
	for _, f := range r.Findings {
		out = append(out, line("finding", f))
	}
	for _, u := range r.Undecided {
		out = append(out, line("undecided", u.Finding))
	}
	return out
}
