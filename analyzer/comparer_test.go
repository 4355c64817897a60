package analyzer_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// fact is an edge in the terms of the reference comparer: its kind, from, to and
// detail.
type fact [4]string

// comparerEdges reads what the reference comparer has written with --edges, by
// slug of the pair.
func comparerEdges(t *testing.T) map[string][]fact {
	t.Helper()
	name := os.Getenv("SERVERLENS_EDGES")
	if name == "" {
		t.Skip("SERVERLENS_EDGES names no file of edges of the reference comparer")
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string][]fact{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var rec struct {
			Slug string
			Both []fact
			SAM  []fact `json:"sam_only"`
		}
		if err := json.Unmarshal(lines.Bytes(), &rec); err != nil {
			t.Fatal(err)
		}
		out[rec.Slug] = append(rec.Both, rec.SAM...)
	}
	return out
}

// told is what our graph says in the comparer's terms.
type told struct {
	g     *graph.Graph
	facts []fact
	names map[string]string // of external endpoints, by the API destination that stands for each
}

func tell(g *graph.Graph) []fact {
	t := &told{g: g, names: map[string]string{}}
	for _, n := range g.Nodes {
		if n.Stack == nil {
			continue
		}
		for _, r := range n.Stack.Resources {
			if r.Type == "AWS::Events::ApiDestination" {
				t.names[spellParts(r.Properties.Get("InvocationEndpoint"))] = r.Address
			}
		}
		break
	}
	for _, e := range g.Edges {
		if literal, ok := e.Attrs["literal"]; e.From == nil || e.To == nil || ok && literal.Text == "true" {
			continue // the comparer follows references, not names
		}
		switch e.Relation {
		case graph.Triggers:
			t.triggers(e)
		case graph.OnFailureTo, graph.OnSuccessTo:
			t.outcome(e)
		case graph.DeadLettersTo:
			t.deadLetter(e)
		case graph.RoutesTo:
			t.route(e)
		case graph.AuthorizedBy:
			t.authorized(e)
		case graph.Configures:
			t.configures(e)
		case graph.Permits:
			if strings.Contains(e.To.ID, "alexa") {
				t.add("alexa", "<alexa>", t.id(e.From), "")
			}
		}
		if e.From.Kind == graph.IoTRule && e.Basis == graph.Declared {
			t.add("iot", "<iot>", t.id(e.To), "")
		}
		t.access(e)
		t.task(e)
	}
	slices.SortFunc(t.facts, func(a, b fact) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(t.facts)
}

// add adds a fact between resources that are declared.
func (t *told) add(kind, from, to, detail string) {
	if from != "" && to != "" {
		t.facts = append(t.facts, fact{kind, from, to, detail})
	}
}

// id is how the comparer calls a node: "" if it is not declared. A stage counts as
// its API, what a VPC link leads to as the link, the endpoint of an API
// destination as the destination.
func (t *told) id(n *graph.Node) string {
	if n == nil {
		return ""
	}
	if name, ok := t.names[n.ID]; ok {
		return name
	}
	if n.Kind == graph.Stage {
		for _, e := range t.g.Out(n, graph.Fronts) {
			n = e.To
		}
	}
	if n == nil || n.Stack == nil {
		return ""
	}
	return plain(n.ID)
}

// or is id, with a word for what is not declared.
func (t *told) or(n *graph.Node, word string) string {
	if s := t.id(n); s != "" {
		return s
	}
	return word
}

func attr(values map[string]source.Value, name string) string { return values[name].Text }

func (t *told) triggers(e *graph.Edge) {
	mode := attr(e.Attrs, "mode")
	_, protocol := e.Attrs["protocol"]
	switch {
	case e.From.Kind == graph.Rule && mode == "schedule", e.From.Kind == graph.Schedule:
		t.add("schedule", "<schedule>", t.id(e.To), "")
	case e.From.Kind == graph.Rule:
		for _, in := range t.g.In(e.From, graph.Triggers) {
			if in.From != nil && (in.From.Kind == graph.Bus || in.From.Kind == graph.External) {
				t.add("rule", t.or(in.From, "<bus>"), t.id(e.To), "")
			}
		}
	case e.From.Kind == graph.UserPool:
		t.add("cognito", t.id(e.From), t.id(e.To), attr(e.Attrs, "trigger"))
	case protocol:
		t.add("sns", t.or(e.From, "<topic>"), t.id(e.To), "")
	case e.From.Kind == graph.Bucket && attr(e.Attrs, "event") == "": // through EventBridge
	case e.From.Kind == graph.Bucket:
		t.add("s3", t.id(e.From), t.id(e.To), attr(e.Attrs, "event"))
	case e.From.Kind == graph.LogGroup || e.From.Kind == graph.External && e.To.Kind == graph.Function && mode == "async":
		t.add("logs", t.or(e.From, "<log group>"), t.id(e.To), "")
	case e.To.Kind == graph.Function && strings.HasPrefix(mode, "poll"):
		t.add("esm", t.id(e.From), t.id(e.To), "")
	}
}

func (t *told) outcome(e *graph.Edge) {
	if _, mapping := e.Attrs["of"]; mapping {
		t.add("esm-failure", t.id(e.From), t.id(e.To), "")
		return
	}
	detail := "OnSuccess"
	if e.Relation == graph.OnFailureTo {
		detail = "OnFailure"
	}
	t.add("destination", t.id(e.From), t.id(e.To), detail)
}

func (t *told) deadLetter(e *graph.Edge) {
	of := attr(e.Attrs, "of")
	switch e.From.Kind {
	case graph.Rule, graph.Schedule:
		for _, x := range t.g.Edges {
			if x.ID == of {
				t.add("event-dlq", t.id(x.To), t.id(e.To), "")
			}
		}
	case graph.Function, graph.Queue, graph.Topic:
		t.add("dead-letter", t.id(e.From), t.id(e.To), "")
	}
}

func (t *told) route(e *graph.Edge) {
	switch e.From.Kind {
	case graph.API:
		if attr(e.From.Attrs, "type") == "url" {
			t.add("url", "<public>", t.id(e.To), "")
		} else if e.To.Kind != graph.Route {
			t.add("datasource", t.id(e.From), t.id(e.To), "")
		}
	case graph.Route:
		for _, in := range t.g.In(e.From, graph.RoutesTo) {
			method, path := strings.ToLower(attr(e.From.Attrs, "method")), attr(e.From.Attrs, "path")
			switch {
			case in.From == nil || in.From.Kind != graph.API:
			case attr(e.Attrs, "action") != "" && (strings.HasSuffix(e.From.Type, "::Method") || strings.HasSuffix(e.From.Type, "::Route")) && !t.inURI(e.To):
				// a call of AWS in its own words, of which the comparer reads the URI alone
			case strings.HasSuffix(e.From.Type, "::Method"):
				t.add("api-method", t.id(in.From), t.id(e.To), strings.ToUpper(method))
			case strings.HasSuffix(e.From.Type, "V2::Route"):
				t.add("api-integration", t.id(in.From), t.id(e.To), "")
			case attr(in.From.Attrs, "type") == "graphql":
				t.add("datasource", t.id(in.From), t.id(e.To), "")
			default:
				t.add("api", t.id(in.From), t.id(e.To), method+" "+path)
				for _, link := range t.g.In(e.To, graph.Fronts) {
					if link.From != nil && link.From.Kind == graph.VPCLink {
						t.add("api", t.id(in.From), t.id(link.From), method+" "+path)
					}
				}
			}
		}
	}
}

// inURI reports whether the URI of an integration mentions a node.
func (t *told) inURI(n *graph.Node) bool {
	if n.Stack == nil {
		return false
	}
	for _, r := range n.Stack.Resources {
		for _, uri := range []source.Value{r.Properties.Get("IntegrationUri"), r.Properties.Get("Integration", "Uri")} {
			for _, ref := range uri.AllRefs() {
				if ref.Address == n.ID {
					return true
				}
			}
		}
	}
	return false
}

func (t *told) authorized(e *graph.Edge) {
	switch e.From.Kind {
	case graph.API:
		if e.To.Kind != graph.Authorizer {
			t.add("authorizer", t.id(e.From), t.id(e.To), "")
			return
		}
		if strings.EqualFold(attr(e.To.Attrs, "type"), "jwt") {
			return // the comparer does not read issuers
		}
		for _, x := range t.g.Out(e.To, graph.Invokes, graph.AuthorizedBy) {
			t.add("authorizer", t.id(e.From), t.id(x.To), "")
		}
	}
}

func (t *told) configures(e *graph.Edge) {
	switch e.From.Kind {
	case graph.Function:
		t.add("env", t.id(e.From), t.id(e.To), "")
	case graph.StateMachine:
		t.add("state", t.id(e.From), t.id(e.To), "")
	}
}

func (t *told) access(e *graph.Edge) {
	if e.Basis != graph.Permitted {
		return
	}
	switch e.From.Kind {
	case graph.Function, graph.StateMachine, graph.API:
		for _, action := range strings.FieldsFunc(attr(e.Attrs, "actions"), func(c rune) bool { return c == ' ' || c == ',' }) {
			t.add("access", t.id(e.From), t.id(e.To), action)
		}
	}
}

// task says what the states of a machine do.
func (t *told) task(e *graph.Edge) {
	if e.From.Kind != graph.State || e.To.Kind == graph.State || e.To.Kind == graph.StateMachine && e.Relation == graph.TaskOf {
		return
	}
	for _, x := range t.g.Out(e.From, graph.TaskOf) {
		t.add("state", t.id(x.To), t.id(e.To), "")
	}
}

// TestEdgesOfComparer compares our edges with those of the reference comparer,
// kind by kind. Every difference is explained in testdata/oracle/edges.tsv.
func TestEdgesOfComparer(t *testing.T) {
	theirs := comparerEdges(t)
	explained := readReasons(t, "testdata/oracle/edges.tsv")
	kinds := map[string]*[3]int{} // in both, only theirs, only ours
	differ := func(p pair, side int, f fact) {
		kinds[f[0]][side]++
		line := fmt.Sprintf("%s %s in %s", [...]string{"", "missing", "extra"}[side], strings.Join(f[:], " "), p.name)
		if !explained.match(line) {
			t.Errorf("not explained: %s", line)
		}
	}
	for _, p := range oraclePairs(t) {
		_, slug, _ := strings.Cut(p.name, "/")
		ours := tell(graphOf(t, opened(t, p.sam)))
		want := theirs[slug]
		for i := range want {
			for j := range want[i] {
				want[i][j] = plain(want[i][j])
			}
			if want[i][0] == "url" { // the comparer's detail is the authorization as written, intrinsics included
				want[i][3] = ""
			}
		}
		want = slices.DeleteFunc(want, func(f fact) bool { return f[0] == "vpc" || f[0] == "file-system" || f[3] == "KMSKeyID" })
		for _, f := range slices.Concat(want, ours) {
			if kinds[f[0]] == nil {
				kinds[f[0]] = &[3]int{}
			}
		}
		for _, f := range want {
			if slices.Contains(ours, f) {
				kinds[f[0]][0]++
			} else {
				differ(p, 1, f)
			}
		}
		for _, f := range ours {
			if !slices.Contains(want, f) {
				differ(p, 2, f)
			}
		}
	}
	explained.report(t)
	ours, extra := 0, 0
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		c := kinds[kind]
		t.Logf("%-16s both %5d missing %3d (%5.1f %% are ours) extra %3d (%4.1f %% are not theirs)", kind, c[0], c[1],
			100*float64(c[0])/float64(c[0]+c[1]), c[2], 100*float64(c[2])/float64(c[0]+c[2]))
		ours, extra = ours+c[0]+c[2], extra+c[2]
		measured(t, "oracle edges "+kind, c[0])
		if 100*c[0] < 95*(c[0]+c[1]) {
			t.Errorf("%s: less than 95 %% of the comparer's edges are ours", kind)
		}
	}
	if 100*extra > 2*ours {
		t.Errorf("%d of our %d edges are not the comparer's: more than 2 %%", extra, ours)
	}
}

// spellParts is a text as the id of an external node spells it.
func spellParts(v source.Value) string {
	var s strings.Builder
	for _, p := range v.Pieces() {
		switch {
		case p.Ref != nil:
			s.WriteString("${" + source.RefOf(*p.Ref).Text + "}")
		case p.Text == "":
			s.WriteString("${" + p.Expr + "}")
		default:
			s.WriteString(p.Text)
		}
	}
	return s.String()
}

// opened is a template with all its conditions open: the comparer looks at no
// condition, and many templates of the translator's suite have some that never
// hold.
func opened(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var template map[string]any
	if err := json.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	conditions, _ := template["Conditions"].(map[string]any)
	if len(conditions) == 0 {
		return text
	}
	parameters, ok := template["Parameters"].(map[string]any)
	if !ok {
		parameters = map[string]any{}
		template["Parameters"] = parameters
	}
	for name := range conditions {
		parameters["Open"+name] = map[string]any{"Type": "String"}
		conditions[name] = map[string]any{"Fn::Equals": []any{map[string]any{"Ref": "Open" + name}, "yes"}}
	}
	text, err = json.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
