package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/analyzer/report"
	"github.com/serverlens/serverlens/parsers"
)

var update = flag.Bool("update", false, "write the golden files anew")

var stacks = filepath.Join("testdata", "stacks")

// analyzed is the report that every golden file is made from: one stack with
// findings of several kinds, one that cannot be read.
func analyzed(t *testing.T) *analyzer.Report {
	t.Helper()
	loaded, problems, err := parsers.Load([]string{stacks}, parsers.Options{Root: stacks})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := policy.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return analyzer.Analyze(context.Background(), loaded, problems, analyzer.Options{
		Engine: engine, Policy: policy.Options{Date: "2026-01-31"}, Strict: true,
	})
}

func write(t *testing.T, verb report.Verb, format string, r *analyzer.Report, o report.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := report.Write(&out, verb, format, r, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var verbs = []report.Verb{report.Lint, report.Detect, report.Graph, report.Rules}

func TestGolden(t *testing.T) {
	r := analyzed(t)
	for _, verb := range verbs {
		if verb == report.Rules {
			continue // its documents say what the rules say
		}
		for _, f := range verb.Formats() {
			got := write(t, verb, f.Name, r, report.Options{Version: "v1.2.3", ShowUnknown: true})
			if f.Name == "sarif" {
				got = withoutHelp.ReplaceAllString(got, `"markdown": "…"`)
			}
			golden(t, string(verb)+"."+f.Name, got)
		}
	}
	golden(t, "lint.color", write(t, report.Lint, "text", r, report.Options{Color: true}))
}

// withoutHelp is the pages of rules, which have a test of their own.
var withoutHelp = regexp.MustCompile(`"markdown": ".*"`)

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (-update writes it); got\n%s", file, got)
	}
}

// No format shows a secret that a template holds.
func TestNoSecret(t *testing.T) {
	r := analyzed(t)
	for _, verb := range verbs {
		for _, f := range verb.Formats() {
			for _, color := range []bool{false, true} {
				if out := write(t, verb, f.Name, r, report.Options{ShowUnknown: true, Color: color}); strings.Contains(out, "ghp_") {
					t.Errorf("%s -f %s shows the secret:\n%s", verb, f.Name, out)
				}
			}
		}
	}
}

// A document for machines is whole also where nothing could be analysed, and every
// document is what its schema says.
func TestDocuments(t *testing.T) {
	for _, r := range []*analyzer.Report{analyzed(t), {}} {
		for name, out := range map[string]string{
			"lint":   write(t, report.Lint, "json", r, report.Options{}),
			"detect": write(t, report.Detect, "json", r, report.Options{}),
			"rules":  write(t, report.Rules, "json", r, report.Options{}),
		} {
			text, err := os.ReadFile(name + ".schema.json")
			if err != nil {
				t.Fatal(err)
			}
			validate(t, string(text), out)
		}
		engine, err := policy.Builtin()
		if err != nil {
			t.Fatal(err)
		}
		input, err := engine.Schema()
		if err != nil {
			t.Fatal(err)
		}
		var schema bytes.Buffer
		if err := report.WriteGraphSchema(&schema, input); err != nil {
			t.Fatal(err)
		}
		validate(t, schema.String(), write(t, report.Graph, "json", r, report.Options{}))
	}
}

func validate(t *testing.T, schema, doc string) {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("https://serverlens.example/schema.json", parsed); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("https://serverlens.example/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(doc))
	if err != nil {
		t.Fatalf("%v in\n%s", err, doc)
	}
	if err := compiled.Validate(v); err != nil {
		t.Errorf("%v in\n%.500s", err, doc)
	}
}

func TestUnknownFormat(t *testing.T) {
	err := report.Write(&bytes.Buffer{}, report.Lint, "pdf", &analyzer.Report{}, report.Options{})
	if err == nil || !strings.Contains(err.Error(), "sarif") {
		t.Errorf("%v does not list the formats", err)
	}
}

// The keys of findings are unique in a report, and so are their fingerprints.
func TestKeys(t *testing.T) {
	var doc struct{ Findings []struct{ Key string } }
	if err := json.Unmarshal([]byte(write(t, report.Lint, "json", analyzed(t), report.Options{})), &doc); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range doc.Findings {
		if f.Key == "" || seen[f.Key] {
			t.Errorf("the key %q is empty or there twice", f.Key)
		}
		seen[f.Key] = true
	}
	if len(seen) < 8 {
		t.Errorf("only %d findings", len(seen))
	}
}
