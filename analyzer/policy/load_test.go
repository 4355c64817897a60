package policy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// head is the METADATA of a rule of the tests, up to its package.
const head = `# METADATA
# title: Test
# description: A rule of a test.
# related_resources:
#   - description: A page
#     ref: https://example.com/page
# custom:
#   practice: testing
#   severity: [warning, note]
package serverlens.rules.test_rule

`

func ruleText(text string) fstest.MapFS {
	return fstest.MapFS{"test-rule/rule.rego": &fstest.MapFile{Data: []byte(text)}}
}

// TestRefusedBodies: what must not load, and a word of the refusal.
func TestRefusedBodies(t *testing.T) {
	for _, c := range []struct{ what, body, why string }{
		{"a misspelt attribute", `some x in input.functions; x.timeot_s > 3`, "timeot_s"},
		{"under not", `some x in input.queues; not x.fifoo`, "fifoo"},
		{"a misspelt kind", `some x in input.queue; x.fifo`, "queue"},
		{"a misspelt relation", `some x in input.queues; some t in x.trigers; t.batch_size > 1`, "trigers"},
		{"a misspelt attribute of an edge", `some x in input.queues; some t in x.triggers; t.batchsize > 1`, "batchsize"},
		{"behind an index", `some x in input.queues; some t in x.triggers; input.functions[t.function].memory > 1`, "memory"},
		{"in a comprehension", `some x in input.queues; count([t | some t in x.triggers; t.max_concurency > 1]) > 1`, "max_concurency"},
		{"in every", `some x in input.queues; every t in x.triggers { t.batch_sise == 1 }`, "batch_sise"},
		{"a misspelt table", `some x in input.functions; x.timeout_s > input.aws.limits.nothing`, "nothing"},
		{"a node for a built-in", `some x in input.functions; object.get(x, "tracing", "") == "Active"`, "handed to object.get"},
		{"a node for a function", `some x in input.functions; slow(x)`, "handed to data.serverlens.rules.test_rule.slow"},
		{"a built-in without bounds", `some x in input.functions; walk(x, [_, "Active"])`, "walk"},
		{"a built-in with an effect", `some x in input.functions; http.send({"url": x.id}).ok`, "http.send"},
		{"a clock", `some x in input.functions; time.now_ns() > 0`, "time.now_ns"},
		{"an index of another kind", `some x in input.queues; some t in x.triggers; fn := input.queues[t.function]; fn.fifo`, "index into functions"},
		{"the same through a variable", `some x in input.queues; some t in x.triggers; i := t.function; input.tables[i].id == "T"`, "index into functions"},
		{"a number and a text", `some x in input.functions; x.timeout_s < "30"`, "compared"},
		{"a text and a number", `some x in input.functions; "30" != x.timeout_s`, "compared"},
		{"a value that is none", `some x in input.functions; x.tracing == "active"`, "never"},
		{"the same through a variable", `some x in input.functions; m := x.tracing; not m == "On"`, "never"},
		{"one of several values", `some x in input.functions; x.tracing in {"Active", "Passthrough"}`, "never"},
		{"a kind that is none", `some x in input.functions; some t in x.triggered_by; t.kind == "sqs"`, "never"},
		{"a fixed index", `some x in input.functions; x.invokes[0].mode == "sync"`, "never fixed"},
		{"a relation as a whole", `some x in input.queues; not x.triggers == []`, "as a whole"},
		{"a relation taken apart", `some x in input.queues; [t] = x.triggers; t.batch_size > 1`, "as a whole"},
		{"a count of a node", `some x in input.functions; count(x) > 3`, "handed to count"},
		{"attributes without a name", `some x in input.functions; some k, v in x; v == "Active"`, "must be named"},
		{"kinds without a name", `some x in input.functions; some k; count(input[k]) > 3`, "must be named"},
		{"the input as a whole", `some x in input.functions; all := input; count(all.queues) > 0`, "as a whole"},
		{"the input for a built-in", `some x in input.functions; count(input) > 0`, "as a whole"},
		{"a node as text", `some x in input.queues; sprintf("%v", [x.triggers]) == "[]"`, "handed to sprintf"},
		{"another input", `some x in input.functions; slow(3) with input as {}`, "with is not for rules"},
		{"in relations side by side", `some x in input.functions; some uses in [x.reads, x.writes]; some u in uses; u.limitd`, "limitd"},
		{"an index of another kind there", `some x in input.functions; some uses in [x.reads, x.writes]; some u in uses; input.queues[u.table].fifo`, "index into tables"},
		{"a denial of what may be absent", `some x in input.functions; not x.reserved_concurrency > 3`, "no reserved_concurrency"},
		{"a denial after a sum", `some x in input.queues; some t in x.triggers; not t.maximum_pollers * 10 > 50`, "no maximum_pollers"},
		{"a denial in every", `some x in input.queues; every t in x.triggers { not t.maximum_concurrency > 3 }`, "no maximum_concurrency"},
		{"a denial by a helper", `some x in input.functions; not slow(x.reserved_concurrency)`, "no reserved_concurrency"},
		{"a denial behind an index", `some x in input.functions; some t in x.triggered_by; not input.queues[t.queue].fifo`, "no queue"},
		{"a variable that is not used", `some x in input.functions; y := 1`, "y"},
	} {
		text := head + "findings contains {\"at\": [x.id, \"id\"], \"message\": \"m\"} if {\n" + c.body + "\n}\n"
		if strings.Contains(c.body, "slow(") {
			text += "slow(f) if f > 3\n"
		}
		refused(t, c.what, ruleText(text), 13, c.why)
	}
}

// TestRefusedFindings: heads that must not load.
func TestRefusedFindings(t *testing.T) {
	for what, c := range map[string]struct{ finding, why string }{
		"an attribute that is not there": {`{"at": [x.id, "timeout"], "message": "m"}`, "timeout"},
		"a relation that is not there":   {`{"at": [x.id, "task_of"], "message": "m"}`, "task_of"},
		"a node":                         {`{"at": [x, "timeout_s"], "message": "m"}`, "at is"},
		"no list":                        {`{"at": x.id, "message": "m"}`, "at is"},
		"a name that is no literal":      {`{"at": [x.id, x.tracing], "message": "m"}`, "at is"},
		"no at":                          {`{"message": "m"}`, "without at"},
		"no message":                     {`{"at": [x.id, "id"]}`, "without message"},
		"another field":                  {`{"at": [x.id, "id"], "message": "m", "uses": []}`, "has no"},
		"a severity that is not listed":  {`{"at": [x.id, "id"], "message": "m", "severity": "error"}`, "severity"},
		"a computed severity":            {`{"at": [x.id, "id"], "message": "m", "severity": x.tracing}`, "severity"},
		"a text":                         {`"m"`, "written out"},
	} {
		refused(t, what, ruleText(head+"findings contains "+c.finding+" if {\nsome x in input.functions\n}\n"), 12, c.why)
	}
	refused(t, "a value for findings", ruleText(head+"findings := 1 if count(input.functions) > 1\n"), 12, "findings is a set")
	refused(t, "no findings", ruleText(head+"others contains 1 if count(input.functions) > 1\n"), 10, "no findings")
}

// TestRefusedMetadata: what a rule has to say of itself.
func TestRefusedMetadata(t *testing.T) {
	body := "findings contains {\"at\": [x.id, \"id\"], \"message\": \"m\"} if some x in input.functions\n"
	for what, c := range map[string]struct{ from, to, why string }{
		"no title":             {"# title: Test\n", "", "lacks title"},
		"no description":       {"# description: A rule of a test.\n", "", "lacks description"},
		"no source":            {"# related_resources:\n#   - description: A page\n#     ref: https://example.com/page\n", "", "lacks related_resources"},
		"no practice":          {"#   practice: testing\n", "", "lacks practice"},
		"no severity":          {"#   severity: [warning, note]\n", "", "lacks severity"},
		"an unknown severity":  {"[warning, note]", "critical", `"critical"`},
		"an unknown field":     {"#   practice", "#   owner: me\n#   practice", "owner"},
		"an unknown certainty": {"#   practice", "#   certainty: sure\n#   practice", `"sure"`},
		"an unknown profile":   {"#   practice", "#   profile: lax\n#   practice", `"lax"`},
		"another package":      {"rules.test_rule", "rules.other", "serverlens.rules.test_rule"},
	} {
		refused(t, what, ruleText(strings.Replace(head, c.from, c.to, 1)+body), 0, c.why)
	}
	refused(t, "no METADATA", ruleText("package serverlens.rules.test_rule\n\n"+body), 1, "METADATA")
	refused(t, "no Rego", ruleText("package"), 1, "")
	refused(t, "nothing", ruleText(""), 1, "")
	refused(t, "an id that is taken", fstest.MapFS{"function-tracing/rule.rego": {Data: []byte(strings.Replace(head, "test_rule", "function_tracing", 1) + body)}}, 1, "observability/function-tracing/rule.rego")
}

// refused wants one rule not to load, with an error that names it and a line (0
// for whatever line) and says why.
func refused(t *testing.T, what string, files fstest.MapFS, line int, why string) {
	t.Helper()
	_, err := Load(files)
	if err == nil {
		t.Errorf("%s: it loads", what)
		return
	}
	var l *LoadError
	if !errors.As(err, &l) {
		t.Errorf("%s: no LoadError: %v", what, err)
		return
	}
	if !strings.Contains(err.Error(), why) || line > 0 && l.Line != line || l.Line == 0 ||
		!strings.Contains(err.Error(), fmt.Sprintf("rule %s: %s:%d: ", l.Rule, l.File, l.Line)) {
		t.Errorf("%s: want %q at line %d, got: %v", what, why, line, err)
	}
}
