package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/analyzer/report"
	"github.com/serverlens/serverlens/rules"
)

const generated = "<!-- Written by go test ./cmd/serverlens -update; a test holds it against the code. -->\n\n"

// Documentation about something in the code is what the code says.
func TestDocumentation(t *testing.T) {
	engine, err := policy.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"rules/README.md":             generated + rulesReadme(engine.Rules()),
		"analyzer/patterns/README.md": generated + patternsReadme(),
		"analyzer/aws/README.md":      generated + attributesReadme(),
	}
	for _, r := range engine.Rules() {
		page := report.RulePage(r, rules.Files)
		for _, part := range []string{"Why", "How to fix", "This is reported", "This is not", "Sources"} {
			if !strings.Contains(page, "\n## "+part+"\n") {
				t.Errorf("the page of %s has no part %q", r.ID, part)
			}
		}
		files["rules/"+r.Practice+"/"+r.ID+"/README.md"] = generated + page
	}
	for name, want := range files {
		written(t, filepath.Join("..", "..", filepath.FromSlash(name)), want)
	}
}

// The parts of the README between markers are what the program says.
func TestReadme(t *testing.T) {
	file := filepath.Join("..", "..", "README.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	demo, err := os.ReadFile(filepath.Join("..", "..", "testdata", "demo", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "template.yaml"), demo, 0o644); err != nil {
		t.Fatal(err)
	}
	file, err = filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	t.Setenv("SOURCE_DATE_EPOCH", "1769817600")
	readme := string(text)
	for name, content := range map[string]string{
		"text":    fenced("text", said(t, "lint", "--exit-zero", "--only", "visibility-margin,secret-in-environment", "template.yaml")),
		"compact": fenced("text", said(t, "lint", "--exit-zero", "-f", "compact", "template.yaml")),
		"github":  fenced("text", said(t, "lint", "--exit-zero", "-f", "github", "--only", "visibility-margin", "template.yaml")),
		"json":    fenced("json", firstOf(t, "findings", said(t, "lint", "--exit-zero", "-f", "json", "--only", "visibility-margin", "template.yaml"))),
		"sarif":   fenced("json", firstOf(t, "runs.results", said(t, "lint", "--exit-zero", "-f", "sarif", "--only", "visibility-margin", "template.yaml"))),
		"detect":  fenced("text", said(t, "detect", "template.yaml")),
		"graph":   fenced("mermaid", said(t, "graph", "template.yaml")),
		"formats": formatsTable(),
		"flags":   commandsReadme(),
		"codes":   fenced("text", exitCodes+"\n"),
	} {
		begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
		head, rest, ok := strings.Cut(readme, begin)
		_, tail, ok2 := strings.Cut(rest, end)
		if !ok || !ok2 {
			t.Errorf("README.md has no part %q", name)
			continue
		}
		readme = head + begin + content + end + tail
	}
	written(t, file, readme)
}

func written(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
		return
	}
	if string(got) == want {
		return
	}
	a, b := strings.Split(string(got), "\n"), strings.Split(want, "\n")
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	t.Errorf("%s is not what the code says (-update writes it); from line %d:\n- %s\n+ %s", file, i+1,
		strings.Join(a[i:min(len(a), i+5)], "\n- "), strings.Join(b[i:min(len(b), i+5)], "\n+ "))
}

// said is what a command prints.
func said(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(context.Background(), args, strings.NewReader(""), &out, &errs); code != 0 {
		t.Fatalf("%v: exit code %d: %s", args, code, errs.String())
	}
	return out.String()
}

func fenced(language, text string) string { return "```" + language + "\n" + text + "```\n" }

// firstOf is the first element of a list in a document.
func firstOf(t *testing.T, list, doc string) string {
	t.Helper()
	element := json.RawMessage(doc)
	for _, name := range strings.Split(list, ".") {
		var object map[string]json.RawMessage
		var all []json.RawMessage
		if err := json.Unmarshal(element, &object); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(object[name], &all); err != nil || len(all) == 0 {
			t.Fatalf("%s has no elements: %v", name, err)
		}
		element = all[0]
	}
	var out bytes.Buffer
	if err := json.Indent(&out, element, "", "  "); err != nil {
		t.Fatal(err)
	}
	return out.String() + "\n"
}

func formatsTable() string {
	var out strings.Builder
	out.WriteString("| command | format | what for |\n|---|---|---|\n")
	for _, v := range []report.Verb{report.Lint, report.Detect, report.Graph, report.Rules} {
		for i, f := range v.Formats() {
			note := ""
			if i == 0 {
				note = " (default)"
			}
			fmt.Fprintf(&out, "| `%s` | `%s`%s | %s |\n", v, f.Name, note, f.Summary)
		}
	}
	return out.String()
}

// commandsReadme is the commands with their flags, those of all that read templates
// once.
func commandsReadme() string {
	var out strings.Builder
	shared := func(f *pflag.Flag) bool {
		for _, verb := range []string{"lint", "detect", "graph"} {
			c, _, err := root().Find([]string{verb})
			if g := c.Flags().Lookup(f.Name); err != nil || g == nil || g.Usage != f.Usage {
				return false
			}
		}
		return true
	}
	var common string
	for _, c := range root().Commands() {
		if !c.IsAvailableCommand() || c.Name() == "help" || c.Name() == "completion" {
			continue
		}
		fmt.Fprintf(&out, "`serverlens %s`: %s.\n\n", c.Use, lower(c.Short))
		if table := flagsTable(c, func(f *pflag.Flag) bool { return !shared(f) }); table != "" {
			out.WriteString(table + "\n")
		}
		if table := flagsTable(c, shared); table != "" {
			common = table
		}
	}
	return out.String() + "`lint`, `detect` and `graph` also take:\n\n" + common + "\n"
}

func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func flagsTable(c *cobra.Command, wanted func(*pflag.Flag) bool) string {
	var out strings.Builder
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || !wanted(f) {
			return
		}
		arg, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if arg != "" {
			name += " " + arg
		}
		if f.DefValue != "" && f.DefValue != "[]" && f.DefValue != "false" {
			usage += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(&out, "| `%s` | %s |\n", name, strings.ReplaceAll(usage, "|", `\|`))
	})
	if out.Len() == 0 {
		return ""
	}
	return "| flag | what it does |\n|---|---|\n" + out.String()
}

func rulesReadme(all []*policy.Rule) string {
	var out strings.Builder
	out.WriteString("# Rules\n\nEach rule is a folder with its Rego, its fixtures and its page. `serverlens explain RULE` prints the page.\n")
	var practices []string
	for _, r := range all {
		practices = append(practices, r.Practice)
	}
	slices.Sort(practices)
	for _, p := range slices.Compact(practices) {
		fmt.Fprintf(&out, "\n## %s\n\n| rule | severity | title |\n|---|---|---|\n", strings.ToUpper(p[:1])+p[1:])
		for _, r := range all {
			if r.Practice == p {
				fmt.Fprintf(&out, "| [%s](%s) | %s | %s |\n", r.ID, path.Join(p, r.ID, "README.md"), r.Severity(), r.Title)
			}
		}
	}
	return out.String()
}

func patternsReadme() string {
	var out strings.Builder
	out.WriteString("# Patterns\n\n`serverlens detect` names these. Names are never evidence by themselves; each part rests on resources and on\n" +
		"edges between them. `serverlens explain PATTERN` prints the part below.\n\n| pattern | flow |\n|---|---|\n")
	for _, p := range patterns.All {
		fmt.Fprintf(&out, "| `%s` | %s |\n", p.ID, p.Flow)
	}
	for _, p := range patterns.All {
		page := report.PatternPage(p)
		page = strings.ReplaceAll(page, "\n## ", "\n### ")
		out.WriteString("\n#" + page)
	}
	return out.String()
}

func attributesReadme() string {
	var out strings.Builder
	out.WriteString("# What rules read\n\n`input` has one array for each kind of node. A node has an `id`, the attributes of its kind and a list for each of its\n" +
		"relations. An element of such a list has the `id` of the edge, its `basis`, the attributes of the relation, the `kind`\n" +
		"and id (`node`) of the partner and, under the name of the partner's kind, its index in the array of that kind.\n" +
		"What is unknown is absent. `serverlens graph --schema` prints all of it as a JSON Schema.\n\n## Nodes\n")
	for _, k := range graph.Kinds() {
		var relations []string
		for _, r := range graph.RelationsOf(k) {
			relations = append(relations, "`"+string(r)+"`")
		}
		fmt.Fprintf(&out, "\n### input.%s\n\n", k.Plural())
		if len(relations) > 0 {
			fmt.Fprintf(&out, "Relations: %s.\n", strings.Join(relations, ", "))
		}
		out.WriteString(attributesTable(aws.NodeAttributes(k)))
	}
	out.WriteString("\n## Edges\n")
	for _, r := range graph.Relations() {
		fmt.Fprintf(&out, "\n### %s, %s\n\n", r, r.Reverse())
		table := attributesTable(aws.EdgeAttributes(r))
		if table == "" {
			table = "No attributes.\n"
		}
		out.WriteString(strings.TrimPrefix(table, "\n"))
	}
	return out.String()
}

func attributesTable(all []aws.Attribute) string {
	if len(all) == 0 {
		return ""
	}
	var out strings.Builder
	out.WriteString("\n| attribute | type | default | meaning | source |\n|---|---|---|---|---|\n")
	for _, a := range all {
		kind := a.Type
		if len(a.Enum) > 0 {
			kind = "`" + strings.Join(a.Enum, "` `") + "`"
		} else if a.Most > 0 {
			kind += fmt.Sprintf(", %d to %d", a.Least, a.Most)
		}
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s |\n", a.Name, kind, a.Default, a.Doc, a.Source)
	}
	return out.String()
}
