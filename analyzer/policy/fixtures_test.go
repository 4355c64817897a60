package policy_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
	"github.com/serverlens/serverlens/parsers/terraform"
	"github.com/serverlens/serverlens/rules"
)

// today is the date of every test.
const today = "2026-11-24"

func builtin(t testing.TB) *policy.Engine {
	t.Helper()
	e, err := policy.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// fixture is a template in the testdata of a rule.
type fixture struct {
	rule, file string
	text       []byte
}

// fixtures is every template in the testdata of every rule, sorted.
func fixtures(t testing.TB) []fixture {
	t.Helper()
	files, err := fs.Glob(rules.Files, "*/*/testdata/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures", err)
	}
	var out []fixture
	for _, f := range files {
		text, err := rules.Files.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fixture{path.Base(path.Dir(path.Dir(f))), f, text})
	}
	return out
}

// graph builds the graph of a fixture. A template that does not load is a mistake
// in the fixture.
func (f fixture) graph(t testing.TB) *graph.Graph {
	t.Helper()
	return build(t, f.file, f.text)
}

func build(t testing.TB, name string, text []byte) *graph.Graph {
	t.Helper()
	g, err := load(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// load builds the graph of a template; the error is the first of its problems that
// is one.
func load(name string, text []byte) (*graph.Graph, error) {
	tree := source.MemoryTree(map[string][]byte{name: text})
	var stack *source.Stack
	if path.Ext(name) == ".tf" {
		stack = terraform.Load(tree, path.Dir(name), terraform.Options{})
	} else {
		var ok bool
		if stack, ok = cloudformation.Load(tree, name, cloudformation.Options{}); !ok {
			return nil, fmt.Errorf("%s is no template: %v", name, stack.Problems)
		}
	}
	for _, p := range stack.Problems {
		if p.Severity == source.Error {
			return nil, errors.New(p.String())
		}
	}
	return aws.Build([]*source.Stack{stack}), nil
}

// check judges a graph by some rules, all if none is named.
func check(t testing.TB, e *policy.Engine, g *graph.Graph, only ...string) policy.Result {
	t.Helper()
	r := e.Check(context.Background(), g, policy.Options{Date: today, Only: only})
	for _, f := range r.Failures {
		t.Error(f)
	}
	return r
}

// TestFixtures judges each fixture by its rule. What is to be found stands in the
// fixture: a comment "# want" with regular expressions in quotes, on the line of
// the finding, each for one message.
func TestFixtures(t *testing.T) {
	e := builtin(t)
	for _, f := range fixtures(t) {
		t.Run(strings.TrimSuffix(f.file, ".yaml"), func(t *testing.T) {
			if e.Rule(f.rule) == nil {
				t.Fatal("there is no rule", f.rule)
			}
			wanted := wants(t, f.text)
			result := check(t, e, f.graph(t), f.rule)
			for _, found := range result.Findings {
				line := found.At.Line()
				i := slices.IndexFunc(wanted[line], func(w *regexp.Regexp) bool { return w.MatchString(found.Message) })
				if i < 0 {
					t.Errorf("%s: unexpected: %s (%s)", found.At, found.Message, found.Severity)
					continue
				}
				wanted[line] = slices.Delete(wanted[line], i, i+1)
			}
			for line, left := range wanted {
				for _, w := range left {
					t.Errorf("%s:%d: nothing found that matches %q", f.file, line, w)
				}
			}
			if t.Failed() {
				for _, u := range result.Undecided {
					t.Logf("%s: undecided: %s, for %v", u.At, u.Message, u.Unknown)
				}
			}
		})
	}
}

var (
	wantMark = regexp.MustCompile(`#.*?\bwant((?: "(?:[^"\\]|\\.)*")+)`)
	quoted   = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
)

// wants is the marks of a fixture by line.
func wants(t testing.TB, text []byte) map[int][]*regexp.Regexp {
	t.Helper()
	out := map[int][]*regexp.Regexp{}
	for i, line := range strings.Split(string(text), "\n") {
		if m := wantMark.FindStringSubmatch(line); m != nil {
			for _, q := range quoted.FindAllStringSubmatch(m[1], -1) {
				w, err := regexp.Compile(q[1])
				if err != nil {
					t.Fatalf("line %d: %v", i+1, err)
				}
				out[i+1] = append(out[i+1], w)
			}
		} else if strings.Contains(line, "# want") {
			t.Fatalf("line %d: a mark without a regular expression in quotes", i+1)
		}
	}
	return out
}

// TestEveryRuleHasFixtures demands of each rule a template that breaks it and one
// that does not, in SAM, in plain CloudFormation and in Terraform.
func TestEveryRuleHasFixtures(t *testing.T) {
	all := fixtures(t)
	for _, r := range builtin(t).Rules() {
		for _, name := range []string{"avoid.yaml", "avoid.cfn.yaml", "prefer.yaml", "prefer.cfn.yaml", "avoid.tf", "prefer.tf"} {
			i := slices.IndexFunc(all, func(f fixture) bool { return f.rule == r.ID && path.Base(f.file) == name })
			if i < 0 {
				t.Errorf("%s has no testdata/%s", r.ID, name)
				continue
			}
			if got, want := len(wants(t, all[i].text)) > 0, strings.HasPrefix(name, "avoid"); got != want {
				t.Errorf("%s: marks: %v, want %v", all[i].file, got, want)
			}
			if got, want := strings.Contains(string(all[i].text), "AWS::Serverless"), name == "avoid.yaml" || name == "prefer.yaml"; got != want {
				t.Errorf("%s: SAM: %v, want %v", all[i].file, got, want)
			}
		}
	}
}

// formats is the words of one format of templates.
var formats = regexp.MustCompile(`\b(SAM|CloudFormation|Terraform|HCL|Globals|Properties)\b|\b[A-Z]\w+(Config|Policy|Settings|InDays)\b`)

// TestRules holds the rules to what every rule of ours says and how long it may be.
func TestRules(t *testing.T) {
	for _, r := range builtin(t).Rules() {
		if want := fmt.Sprintf("%s/%s/rule.rego", r.Practice, r.ID); r.File != want {
			t.Errorf("%s is in %s, want %s", r.ID, r.File, want)
		}
		if r.Fix == "" {
			t.Errorf("%s does not say how to fix it", r.ID)
		}
		if said := formats.FindString(strings.Join([]string{r.Title, r.Description, r.Fix}, " ")); said != "" {
			t.Errorf("%s speaks of %s; a rule holds for every format", r.ID, said)
		}
		text, err := rules.Files.ReadFile(r.File)
		if err != nil {
			t.Fatal(err)
		}
		_, code, _ := strings.Cut(string(text), "\npackage ")
		lines := 0
		for line := range strings.Lines(code) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				lines++
			}
		}
		if lines > 40 {
			t.Errorf("%s has %d lines of Rego; 40 are enough", r.ID, lines)
		}
	}
}

// rewrite reports whether -update, which TestCompiledRules declares, is given.
func rewrite() bool { return flag.Lookup("update").Value.String() == "true" }

// TestRulesAreFormatted holds the rules to the format that opa fmt writes.
func TestRulesAreFormatted(t *testing.T) {
	err := fs.WalkDir(rules.Files, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(file) != ".rego" {
			return err
		}
		text, err := rules.Files.ReadFile(file)
		if err != nil {
			return err
		}
		want, err := format.SourceWithOpts(file, text, format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			return err
		}
		if string(text) != string(want) {
			if rewrite() {
				return os.WriteFile(path.Join("../../rules", file), want, 0o644)
			}
			t.Errorf("%s is not formatted: run go generate ./analyzer/policy", file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// maxRule is how many lines a rule has at most, without what it says of itself.
const maxRule = 40

func TestRulesAreShort(t *testing.T) {
	for _, r := range builtin(t).Rules() {
		text, err := rules.Files.ReadFile(r.File)
		if err != nil {
			t.Fatal(err)
		}
		_, code, _ := strings.Cut(string(text), "\npackage ")
		if n := strings.Count(code, "\n"); n > maxRule {
			t.Errorf("%s has %d lines, more than %d: what it computes belongs into the graph or a helper", r.ID, n, maxRule)
		}
	}
}

// TestOrderDoesNotMatter turns the nodes and edges of every fixture round: the keys
// of its findings stay, for baselines go by them.
func TestOrderDoesNotMatter(t *testing.T) {
	e := builtin(t)
	for _, f := range fixtures(t) {
		g := f.graph(t)
		turned := graph.New()
		turned.Conditions, turned.Allowed, turned.Open = g.Conditions, g.Allowed, g.Open
		for _, n := range slices.Backward(g.Nodes) {
			turned.Add(n)
		}
		for _, x := range slices.Backward(g.Edges) {
			c := *x
			turned.Connect(&c).ID = x.ID
		}
		if got, want := said(check(t, e, turned, f.rule)), said(check(t, e, g, f.rule)); !maps.Equal(got, want) {
			t.Errorf("%s: turned round %v, before %v", f.file, got, want)
		}
	}
}
