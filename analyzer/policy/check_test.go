package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// engineOf is an engine with rules of a test only: id to Rego after the METADATA.
func engineOf(t testing.TB, rules map[string]string) *Engine {
	t.Helper()
	files := fstest.MapFS{}
	for id, text := range rules {
		pkg := strings.ReplaceAll(id, "-", "_")
		files[id+"/rule.rego"] = &fstest.MapFile{Data: []byte(strings.Replace(head, "test_rule", pkg, 1) + text)}
	}
	_, all, err := compile(nil, nil, files)
	if err != nil {
		t.Fatal(err)
	}
	e := &Engine{limits: defaultLimits}
	if err := e.add(all); err != nil {
		t.Fatal(err)
	}
	return e
}

func str(s string) source.Value       { return source.StringOf(s, source.Location{}) }
func num(f float64) source.Value      { return source.NumberOf(f, source.Location{}) }
func unknownAs(s string) source.Value { return source.Value{Kind: source.Unknown, Text: s} }

func ifElse(condition string, yes, no source.Value) source.Value {
	return source.Value{Kind: source.Unknown}.With(source.Trace{Alts: []source.Alternative{
		{If: source.If(condition), Value: yes}, {If: source.Unless(condition), Value: no}}})
}

// shop is a queue that triggers a function, which writes into a table, and a
// second function.
func shop() *graph.Graph {
	g := graph.New()
	q := g.Add(&graph.Node{ID: "Q", Kind: graph.Queue, Attrs: map[string]source.Value{"visibility_timeout_s": num(30), "fifo": source.BoolOf(false, source.Location{})}})
	f := g.Add(&graph.Node{ID: "F", Kind: graph.Function, Attrs: map[string]source.Value{"timeout_s": num(60), "tracing": str("Active")}})
	g.Add(&graph.Node{ID: "G", Kind: graph.Function, Attrs: map[string]source.Value{"timeout_s": num(3), "tracing": str("PassThrough")}})
	d := g.Add(&graph.Node{ID: "T", Kind: graph.Table})
	g.Connect(&graph.Edge{From: q, To: f, Relation: graph.Triggers, Basis: graph.Declared, Attrs: map[string]source.Value{"batch_size": num(10)}})
	g.Connect(&graph.Edge{From: f, To: d, Relation: graph.Writes, Basis: graph.Permitted})
	return g
}

// findings is what was found, as "rule id.name".
func findings(r Result) []string {
	out := []string{}
	for _, f := range r.Findings {
		id := ""
		if f.Node != nil {
			id = f.Node.ID
		} else if f.Edge != nil {
			id = f.Edge.ID
		}
		out = append(out, fmt.Sprintf("%s %s.%s", f.Rule.ID, id, f.Name))
	}
	slices.Sort(out)
	return out
}

// careless rules look at what may be unknown in every way that Rego has.
var careless = map[string]string{
	"negation":   `findings contains {"at": [fn.id, "timeout_s"], "message": "m"} if { some fn in input.functions; not fn.tracing == "Active" }`,
	"function":   "findings contains {\"at\": [fn.id, \"timeout_s\"], \"message\": \"m\"} if { some fn in input.functions; not traced(fn.tracing) }\ntraced(x) if x == \"Active\"",
	"helper":     "findings contains {\"at\": [fn.id, \"timeout_s\"], \"message\": \"m\"} if { some fn in input.functions; not good[fn.id] }\ngood[fn.id] := true if { some fn in input.functions; fn.tracing == \"Active\" }",
	"difference": `findings contains {"at": [q.id, "fifo"], "message": "m"} if { some q in input.queues; q.id in {r.id | some r in input.queues} - {r.id | some a in input.alarms; some w in a.alarms; r := input.queues[w.queue]} }`,
	"total":      `findings contains {"at": [q.id, "fifo"], "message": "m"} if { some q in input.queues; sum([t.batch_size | some t in q.triggers]) < 80 }`,
	"at-most":    `findings contains {"at": [q.id, "fifo"], "message": "m"} if { some q in input.queues; count(q.triggers) <= 1 }`,
	"every":      `findings contains {"at": [q.id, "fifo"], "message": "m"} if { some q in input.queues; every t in q.triggers { n := t.batch_size; not n > 50 } }`,
	"nothing":    `findings contains {"at": [q.id, "fifo"], "message": "m"} if { some q in input.queues; count(input.alarms) == 0 }`,
	"cached":     "findings contains {\"at\": [q.id, \"fifo\"], \"message\": \"m\"} if { some q in input.queues; not q.id in busy }\nbusy contains q.id if { some q in input.queues; some t in q.triggers; t.batch_size > 40 }",
	"partner":    `findings contains {"at": [d.id, "written_by"], "message": "m"} if { some d in input.tables; every w in d.written_by { w.kind == "function" } }`,
	"default":    "findings contains {\"at\": [fn.id, \"timeout_s\"], \"message\": \"m\"} if { some fn in input.functions; short }\ndefault short := true\nshort := false if { some fn in input.functions; fn.timeout_s > 900 }",
	"otherwise":  "findings contains {\"at\": [fn.id, \"timeout_s\"], \"message\": \"m\"} if { some fn in input.functions; kind(fn.id) == \"b\" }\nkind(id) := \"a\" if { some fn in input.functions; fn.id == id; fn.timeout_s > 900 } else := \"b\"",
}

// TestCarelessRules: rules that forget the unknown find nothing through it, and
// find all the same what is known.
func TestCarelessRules(t *testing.T) {
	e := engineOf(t, careless)
	before := findings(e.Check(context.Background(), shop(), Options{}))
	for id := range careless {
		if !slices.ContainsFunc(before, func(f string) bool { return strings.HasPrefix(f, id+" ") }) {
			t.Errorf("%s finds nothing where all is known", id)
		}
	}
	for what, lose := range map[string]func(*graph.Graph){
		"tracing":    func(g *graph.Graph) { g.Node("F").Attrs["tracing"] = unknownAs("Tracing") },
		"timeout":    func(g *graph.Graph) { g.Node("F").Attrs["timeout_s"] = unknownAs("Timeout") },
		"batch size": func(g *graph.Graph) { g.Edges[0].Attrs["batch_size"] = unknownAs("Size") },
		"alarms":     func(g *graph.Graph) { g.OpenKind(graph.Alarm, "open") },
		"functions":  func(g *graph.Graph) { g.OpenKind(graph.Function, "open") },
		"triggers":   func(g *graph.Graph) { g.OpenRelation(g.Node("Q"), graph.Triggers, "open") },
		"writers":    func(g *graph.Graph) { g.OpenRelation(g.Node("T"), "written_by", "open") },
		"all that it is": func(g *graph.Graph) {
			g.Node("F").Attrs = map[string]source.Value{"timeout_s": unknownAs("a"), "tracing": unknownAs("b")}
		},
	} {
		g := shop()
		lose(g)
		r := e.Check(context.Background(), g, Options{})
		for _, f := range findings(r) {
			if !slices.Contains(before, f) {
				t.Errorf("without the %s it is found: %s", what, f)
			}
		}
		if len(r.Undecided) == 0 {
			t.Errorf("without the %s nothing is undecided", what)
		}
	}
}

// TestUndecided: a finding that rests on an unknown is kept apart with what would
// decide it; one with another derivation stands.
func TestUndecided(t *testing.T) {
	e := engineOf(t, map[string]string{
		"untraced": `findings contains {"at": [fn.id, "tracing"], "message": "m"} if { some fn in input.functions; not fn.tracing == "Active" }`,
		"either":   "findings contains {\"at\": [fn.id, \"timeout_s\"], \"message\": \"m\"} if { some fn in input.functions; not fn.tracing == \"Active\" }\nfindings contains {\"at\": [fn.id, \"timeout_s\"], \"message\": \"m\"} if { some fn in input.functions; fn.timeout_s < 5 }",
	})
	g := shop()
	stack := &source.Stack{Name: "shop", Path: "shop.yaml", Format: "cloudformation"}
	for _, n := range g.Nodes {
		n.Stack = stack
	}
	g.Node("G").Attrs["tracing"] = source.Value{Kind: source.Unknown, Text: "Ref Tracing", At: source.NewFile("shop.yaml", []byte("\n\n\n\n\n\nTracing: !Ref Tracing")).Region(15, 27)}
	r := e.Check(context.Background(), g, Options{})
	if got := findings(r); !slices.Equal(got, []string{"either G.timeout_s"}) {
		t.Errorf("found: %v", got)
	}
	if len(r.Undecided) != 1 || len(r.Undecided[0].Unknown) != 1 {
		t.Fatalf("undecided: %v", r.Undecided)
	}
	u := r.Undecided[0].Unknown[0]
	if u.Name != "G.tracing" || u.Expr != "Ref Tracing" || u.Flag != "--param Tracing=VALUE" || u.At.Line() != 7 {
		t.Errorf("unknown: %+v", u)
	}
}

// TestWorlds: a finding stands if it stands wherever what it is about exists.
func TestWorlds(t *testing.T) {
	e := engineOf(t, map[string]string{
		"visible": `findings contains {"at": [q.id, "visibility_timeout_s"], "with": [fn.id], "path": [t.id], "message": sprintf("%v < %v", [q.visibility_timeout_s, fn.timeout_s])} if { some q in input.queues; some t in q.triggers; fn := input.functions[t.function]; q.visibility_timeout_s < 6 * fn.timeout_s }`,
		"quiet":   `findings contains {"at": [q.id, "alarmed_by"], "message": "m"} if { some q in input.queues; count(q.alarmed_by) == 0 }`,
	})
	equals := func(name, parameter, value string) source.Condition {
		return source.Condition{Name: name, Expr: source.Expr{Op: source.Equals, Name: parameter, Value: value}}
	}
	conditions := []source.Condition{equals("P", "Stage", "prod"), equals("D", "Stage", "dev"), equals("A", "A", "on"), equals("B", "B", "on"), equals("C", "C", "on"), equals("E", "E", "on")}
	both := []string{"quiet Q.alarmed_by", "visible Q.visibility_timeout_s"}
	stack := &source.Stack{Name: "shop", Path: "shop.yaml", Format: "cloudformation"}
	for what, c := range map[string]struct {
		make      func(*graph.Graph)
		worlds    int
		want      []string
		undecided string
	}{
		"fits in each": {func(g *graph.Graph) {
			g.Node("Q").Attrs["visibility_timeout_s"], g.Node("F").Attrs["timeout_s"] = ifElse("P", num(300), num(30)), ifElse("P", num(50), num(5))
		}, 2, both[:1], "[]"},
		"breaks in one": {func(g *graph.Graph) {
			g.Node("Q").Attrs["visibility_timeout_s"], g.Node("F").Attrs["timeout_s"] = ifElse("P", num(300), num(30)), ifElse("P", num(60), num(5))
		}, 2, both[:1], "[visible Q.visibility_timeout_s: P, --param Stage=VALUE]"},
		"breaks in both, in other words": {func(g *graph.Graph) {
			g.Node("Q").Attrs["visibility_timeout_s"], g.Node("F").Attrs["timeout_s"] = ifElse("P", num(300), num(30)), ifElse("P", num(60), num(6))
		}, 2, both, "[]"},
		"breaks wherever the consumer is": {func(g *graph.Graph) {
			g.Node("F").If, g.Edges[0].If = source.If("P"), source.If("P")
		}, 2, both, "[]"},
		"watched in one": {func(g *graph.Graph) {
			w := g.Add(&graph.Node{ID: "W", Kind: graph.Alarm, If: source.If("P")})
			g.Connect(&graph.Edge{From: g.Node("Q"), To: w, Relation: graph.AlarmedBy, If: source.If("P")})
		}, 2, both[1:], "[quiet Q.alarmed_by: P, --param Stage=VALUE]"},
		"two conditions of one parameter": {func(g *graph.Graph) {
			g.Node("F").Attrs["timeout_s"] = ifElse("P", num(60), ifElse("D", num(50), num(40)))
		}, 3, both, "[]"},
		"more than eight worlds": {func(g *graph.Graph) {
			g.Node("F").Attrs["timeout_s"] = ifElse("A", num(60), ifElse("B", num(50), ifElse("C", num(40), ifElse("E", num(60), num(70)))))
		}, 1, both[:1], "[visible Q.visibility_timeout_s: F.timeout_s, ]"},
	} {
		g := shop()
		g.Conditions = conditions
		c.make(g)
		if n := len(worldsOf(g)); n != c.worlds {
			t.Errorf("%s: %d worlds, want %d", what, n, c.worlds)
		}
		for _, n := range g.Nodes {
			n.Stack = stack
		}
		r := e.Check(context.Background(), g, Options{})
		if got := findings(r); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
		var undecided []string
		for _, u := range r.Undecided {
			for _, x := range u.Unknown {
				undecided = append(undecided, fmt.Sprintf("%s %s.%s: %s, %s", u.Rule.ID, u.Node.ID, u.Name, x.Name, x.Flag))
			}
		}
		if got := fmt.Sprint(undecided); got != c.undecided {
			t.Errorf("%s: undecided %s, want %s", what, got, c.undecided)
		}
	}
}

// TestOneRuleFails: a rule that fails is named, and what the others find stands.
func TestOneRuleFails(t *testing.T) {
	for body, why := range map[string]string{
		`a := numbers.range(1, 3000); some x in a; some y in a; some z in a; x + y + z == 0`:                                            "",
		`count([[a, b, c] | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000); some c in numbers.range(1, 3000)]) > 0`: "",
		`x := conflict[q.id]; x > 0`: "conflict",
	} {
		e := engineOf(t, map[string]string{
			"good": `findings contains {"at": [q.id, "fifo"], "message": "m"} if { some q in input.queues }`,
			"bad":  `findings contains {"at": [q.id, "fifo"], "message": "m"} if { some q in input.queues; ` + body + " }\nconflict[q.id] := n if { some q in input.queues; some n in [1, 2] }\n",
		})
		e.limits.time, e.limits.memory = e.limits.time/10, 16<<20
		r := e.Check(context.Background(), shop(), Options{})
		if got := findings(r); !slices.Equal(got, []string{"good Q.fifo"}) || len(r.Failures) != 1 ||
			r.Failures[0].Rule.ID != "bad" || !strings.Contains(r.Failures[0].Error(), why) {
			t.Errorf("%s: found %v, failed %v", body, got, r.Failures)
		}
	}
}

// TestOnlyAndDisable: ids and aliases choose.
func TestOnlyAndDisable(t *testing.T) {
	e := engineOf(t, map[string]string{
		"one": `findings contains {"at": [q.id, "fifo"], "message": "m"} if { some q in input.queues }`,
		"two": `findings contains {"at": [q.id, "fifo"], "message": "m"} if { some q in input.queues }`,
	})
	e.Rule("two").Aliases = []string{"W2"}
	for want, o := range map[string]Options{
		"[one Q.fifo two Q.fifo]": {},
		"[two Q.fifo]":            {Only: []string{"W2"}},
		"[one Q.fifo]":            {Disable: []string{"W2"}},
		"[]":                      {Only: []string{}},
	} {
		if got := fmt.Sprint(findings(e.Check(context.Background(), shop(), o))); got != want {
			t.Errorf("%+v: %s, want %s", o, got, want)
		}
	}
}

// TestOptions: which flags would give an unknown value.
func TestOptions(t *testing.T) {
	queue := []source.Ref{{Address: "Queue"}}
	for _, c := range []struct {
		format, text string
		refs         []source.Ref
		want         string
	}{
		{"sam", "Ref Mode", nil, "--param Mode=VALUE"},
		{"cloudformation", "${Stage}-${AWS::Region}-${Queue}-${Stage}", queue, "--param Stage=VALUE"},
		{"cloudformation", "Fn::FindInMap [Sizes, Ref Stage, Ref Size]", nil, "--param Stage=VALUE --param Size=VALUE"},
		{"cloudformation", "Fn::ImportValue Shared", nil, ""},
		{"terraform", "var.mode", nil, "--var mode=VALUE"},
		{"terraform", "local.mode", nil, ""},
	} {
		v := source.Value{Kind: source.Unknown, Text: c.text}.WithRefs(c.refs)
		if got := options(v, &source.Stack{Format: c.format}); got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}
