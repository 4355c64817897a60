package report_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	_ "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif" // where the official schema is

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/analyzer/report"
	"github.com/serverlens/serverlens/parsers/source"
)

// sarifSchema is the official schema of SARIF 2.1.0, which go-sarif/v3 has as a
// constant.
func sarifSchema(t *testing.T) string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif").Output()
	if err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "schema.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	longest := ""
	ast.Inspect(f, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if s, err := strconv.Unquote(l.Value); err == nil && len(s) > len(longest) {
				longest = s
			}
		}
		return true
	})
	if !strings.Contains(longest, "sarif-schema-2.1.0") {
		t.Fatal("schema.go holds no schema of SARIF 2.1.0")
	}
	return longest
}

// The bytes that are written are valid, whatever the report holds.
func TestSARIFIsValid(t *testing.T) {
	schema := sarifSchema(t)
	r := analyzed(t)
	r.Systems[0].Result.Failures = []policy.Failure{{Rule: r.Rules[0], Err: fmt.Errorf("took too long")}}
	hostile := &analyzer.Report{Problems: []source.Problem{{Severity: source.Error, Summary: "no template in [x](1) \x00 ü"}}}
	for _, r := range []*analyzer.Report{r, {}, hostile} {
		for _, version := range []string{"", "v1.2.3", "devel 0123"} {
			validate(t, schema, write(t, report.Lint, "sarif", r, report.Options{Version: version}))
		}
	}
}

type sarifRun struct {
	Results []struct {
		RuleID           string
		Level            string
		Message          struct{ Text string }
		Locations        []sarifLocation
		RelatedLocations []sarifLocation
		CodeFlows        []struct{ ThreadFlows []struct{ Locations []any } }
	}
	Invocations []struct {
		ExecutionSuccessful        bool
		ToolExecutionNotifications []struct{ Level string }
	}
}

type sarifLocation struct {
	PhysicalLocation struct {
		ArtifactLocation struct{ URI string }
		Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
	}
}

func runOf(t *testing.T, r *analyzer.Report) sarifRun {
	t.Helper()
	var doc struct{ Runs []sarifRun }
	if err := json.Unmarshal([]byte(write(t, report.Lint, "sarif", r, report.Options{})), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Runs) != 1 {
		t.Fatalf("%d runs", len(doc.Runs))
	}
	return doc.Runs[0]
}

// Every result is at one line, every related location is linked, and the file says
// that a template could not be read.
func TestSARIFForCodeScanning(t *testing.T) {
	run := runOf(t, analyzed(t))
	flows := 0
	for _, x := range run.Results {
		for _, l := range append(x.Locations, x.RelatedLocations...) {
			region := l.PhysicalLocation.Region
			if region.StartLine < 1 || region.StartLine != region.EndLine || l.PhysicalLocation.ArtifactLocation.URI != "orders.yaml" {
				t.Errorf("%s: %+v", x.RuleID, l)
			}
		}
		for i := range x.RelatedLocations {
			if !strings.Contains(x.Message.Text, "]("+strconv.Itoa(i+1)+")") {
				t.Errorf("%s: related location %d is not linked: %s", x.RuleID, i+1, x.Message.Text)
			}
		}
		flows += len(x.CodeFlows)
	}
	if len(run.Results) == 0 || flows == 0 {
		t.Errorf("%d results, %d code flows", len(run.Results), flows)
	}
	if i := run.Invocations[0]; i.ExecutionSuccessful || len(i.ToolExecutionNotifications) == 0 {
		t.Errorf("a template that cannot be read is not told: %+v", i)
	}
}

// many is a report with more findings than anybody shows.
func many(n int) *analyzer.Report {
	rule := &policy.Rule{ID: "some-rule", Title: "Some", Description: "Why.", Practice: "some", File: "none",
		Severities: []source.Severity{source.Error, source.Note}}
	sys := analyzer.System{Graph: graph.New(), Stacks: []analyzer.Stack{{Stack: &source.Stack{Path: "t.yaml", Name: "t.yaml"}}}}
	file := source.NewFile("a b/t,1:%.yaml", []byte(strings.Repeat("x\n", n)))
	for i := range n {
		f := policy.Finding{Rule: rule, Severity: source.Note, Message: fmt.Sprint("number ", i), Key: fmt.Sprint(i),
			At: file.Region(2*i, 2*i+1)}
		if i == n-1 {
			f.Severity = source.Error
		}
		sys.Result.Findings = append(sys.Result.Findings, f)
	}
	return &analyzer.Report{Systems: []analyzer.System{sys}, Rules: []*policy.Rule{rule}}
}

// Of more results than code scanning keeps the worst are kept, and the file says
// how many are missing.
func TestSARIFCap(t *testing.T) {
	run := runOf(t, many(5010))
	if len(run.Results) != 5000 || run.Results[0].Level != "error" || len(run.Invocations[0].ToolExecutionNotifications) != 1 {
		t.Errorf("%d results, first %s, %d notifications", len(run.Results), run.Results[0].Level, len(run.Invocations[0].ToolExecutionNotifications))
	}
	if uri := run.Results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI; uri != "./a%20b/t%2C1:%25.yaml" && uri != "a%20b/t%2C1:%25.yaml" && uri != "a%20b/t,1:%25.yaml" {
		t.Errorf("uri %s", uri)
	}
}

// Of more annotations than GitHub shows, the last says how many there are.
func TestGitHubCap(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(write(t, report.Lint, "github", many(30), report.Options{})), "\n")
	if len(lines) != 11 {
		t.Fatalf("%d annotations:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	for i, want := range map[int]string{
		0:  "::error file=a b/t%2C1%3A%25.yaml,line=30,endLine=30,col=1,endColumn=1,title=Some (some-rule)::number 29",
		10: "::notice title=serverlens::20 more of severity note: see the summary or the log",
	} {
		if lines[i] != want {
			t.Errorf("line %d: %s\nwant %s", i, lines[i], want)
		}
	}
}

// A job summary has at most 1 MiB, whatever names and messages hold.
func TestMarkdownCap(t *testing.T) {
	r := many(2000)
	findings := r.Systems[0].Result.Findings
	for i := range findings {
		rule := *findings[i].Rule // a block of its own
		findings[i].Rule, findings[i].Message = &rule, strings.Repeat("&", 1000)
	}
	r.Problems = nil
	for range 2000 {
		r.Problems = append(r.Problems, source.Problem{Severity: source.Error, Summary: strings.Repeat("<@#", 1000)})
	}
	out := write(t, report.Lint, "markdown", r, report.Options{})
	if len(out) > 1<<20 || len(out) < 1<<18 {
		t.Errorf("%d bytes", len(out))
	}
	for _, what := range []string{" more findings are left out.\n", " more problems are left out.\n"} {
		if !strings.Contains(out, what) {
			t.Errorf("no word of%s", strings.TrimSpace(what))
		}
	}
}
