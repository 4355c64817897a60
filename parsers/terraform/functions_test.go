package terraform

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/source"
)

type expression struct{ text, result string }

// functionTable is testdata/functions.txt: expressions, and behind => the JSON of
// what Terraform says that they are.
func functionTable(t *testing.T) []expression {
	b, err := os.ReadFile("testdata/functions.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []expression
	for line := range strings.Lines(string(b)) {
		text, result, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " => ")
		if !ok {
			t.Fatalf("no => in %q", line)
		}
		if i := strings.LastIndex(line, " => "); i > len(text) { // an expression may hold one itself
			text, result = line[:i], strings.TrimSuffix(line[i+4:], "\n")
		}
		out = append(out, expression{text, result})
	}
	return out
}

// outputs is a root with one output for each expression of the table.
func outputs(table []expression) string {
	var b strings.Builder
	for i, e := range table {
		fmt.Fprintf(&b, "output \"t%d\" {\n  value = jsonencode(%s)\n}\n", i, e.text)
	}
	return b.String()
}

func TestFunctions(t *testing.T) {
	table := functionTable(t)
	files := map[string][]byte{"main.tf": []byte(outputs(table))}
	err := filepath.WalkDir("testdata/functions", func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		files[strings.TrimPrefix(filepath.ToSlash(name), "testdata/functions/")] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s := Load(source.MemoryTree(files), ".", Options{})
	if len(s.Outputs) != len(table) {
		t.Fatalf("%d outputs of %d", len(s.Outputs), len(table))
	}
	for i, o := range s.Outputs {
		if o.Value.Kind != source.String || o.Value.Text != table[i].result {
			t.Errorf("%s is %s %s\nwant %s", table[i].text, o.Value.Kind, o.Value.Text, table[i].result)
		}
	}
}

// TestFunctionTable holds the table against the CLI that the environment variable
// SERVERLENS_TERRAFORM names.
func TestFunctionTable(t *testing.T) {
	cli := os.Getenv("SERVERLENS_TERRAFORM")
	if cli == "" {
		t.Skip("SERVERLENS_TERRAFORM does not name a terraform or tofu")
	}
	table := functionTable(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/functions")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(outputs(table)), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) []byte {
		cmd := exec.Command(cli, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE="+os.DevNull)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s %v: %v", cli, args, err)
		}
		return out
	}
	run("plan", "-input=false", "-out=plan.bin")
	var plan struct {
		Changes map[string]struct{ After string } `json:"output_changes"`
	}
	if err := json.Unmarshal(run("show", "-json", "plan.bin"), &plan); err != nil {
		t.Fatal(err)
	}
	for i, e := range table {
		if got := plan.Changes[fmt.Sprintf("t%d", i)].After; got != e.result {
			t.Errorf("%s is %s in the table and %s to %s", e.text, e.result, got, cli)
		}
	}
}
