package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/analyzer/policy"
)

// asJSON is v as it is after it was written and read.
func asJSON(t testing.TB, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDocumentsFitTheSchema: what rules read of every fixture is what the schema
// says, no name more.
func TestDocumentsFitTheSchema(t *testing.T) {
	e := builtin(t)
	s, err := e.Schema()
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("input.json", asJSON(t, s)); err != nil {
		t.Fatal(err)
	}
	schema := c.MustCompile("input.json")
	for _, f := range fixtures(t) {
		g := f.graph(t)
		doc, err := e.Document(g, policy.Options{Date: today, Matches: patterns.Find(g).Present})
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(asJSON(t, doc)); err != nil {
			t.Errorf("%s: %v", f.file, err)
		}
	}
}

// TestDocumentHidesValues: a document names environment variables and does not
// show what they hold.
func TestDocumentHidesValues(t *testing.T) {
	g := build(t, "t.yaml", []byte(`
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {Environment: {Variables: {TOKEN: do-not-tell}}}
`))
	doc, err := builtin(t).Document(g, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(doc)
	if !strings.Contains(string(text), `"name":"TOKEN"`) || strings.Contains(string(text), "do-not-tell") {
		t.Errorf("%s", text)
	}
}

// TestMatchesInTheInput: rules see the recognised patterns, with indexes into the
// arrays of kinds, as long as all that they rest on exists.
func TestMatchesInTheInput(t *testing.T) {
	g := graph.New()
	g.Add(&graph.Node{ID: "G", Kind: graph.Function})
	f := g.Add(&graph.Node{ID: "F", Kind: graph.Function})
	gone := &graph.Node{ID: "Gone", Kind: graph.Function}
	role := &patterns.Role{Name: "worker"}
	found := func(n *graph.Node) *patterns.Match {
		return &patterns.Match{Pattern: patterns.All[0], Confidence: patterns.High, Roles: []patterns.Filled{{Role: role, Nodes: []*graph.Node{n}}}}
	}
	doc, err := builtin(t).Document(g, policy.Options{Matches: []*patterns.Match{found(f), found(gone)}})
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(doc["matches"])
	want := `[{"confidence":"high","partial":false,"pattern":"` + patterns.All[0].ID + `","roles":[{"edges":[],"nodes":[{"function":1,"node":"F"}],"role":"worker"}]}]`
	if string(text) != want {
		t.Errorf("%s\nwant %s", text, want)
	}
	if len(doc) != len(graph.Kinds())+3 {
		t.Errorf("the input has %d names; want the kinds, aws, date and matches", len(doc))
	}
}
