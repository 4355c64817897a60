package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/serverlens/serverlens"

// only lists the modules that one package alone may import.
var only = map[string][]string{
	"github.com/open-policy-agent/opa":  {"analyzer/policy"},
	"github.com/owenrumney/go-sarif":    {"analyzer/report"},
	"github.com/spf13/cobra":            {"cmd/serverlens"},
	"github.com/awslabs/goformation/v7": {"analyzer/aws"},
	"github.com/hashicorp/hcl/v2":       {"parsers/terraform"},
	"go.yaml.in/yaml/v4":                {"parsers/document"},
}

// The imports of the code are those of the table in ARCHITECTURE.md.
func TestArchitecture(t *testing.T) {
	root := filepath.Join("..", "..")
	allowed := readTable(t, filepath.Join(root, "ARCHITECTURE.md"))
	for pkg, imports := range readImports(t, root) {
		may, listed := allowed[pkg]
		if !listed {
			t.Errorf("package %s is not in the table of ARCHITECTURE.md", pkg)
		}
		for _, imp := range imports {
			if inner, ok := strings.CutPrefix(imp, module+"/"); ok && !slices.Contains(may, inner) {
				t.Errorf("%s imports %s, which the table of ARCHITECTURE.md does not allow", pkg, inner)
			}
			for prefix, pkgs := range only {
				if strings.HasPrefix(imp, prefix) && !slices.Contains(pkgs, pkg) {
					t.Errorf("%s imports %s, which is for %v only", pkg, imp, pkgs)
				}
			}
		}
		delete(allowed, pkg)
	}
	for pkg := range allowed {
		t.Errorf("the table of ARCHITECTURE.md lists %s, which is not there", pkg)
	}
}

func readTable(t *testing.T, file string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile("`([^`]+)`")
	table := map[string][]string{}
	_, packages, _ := strings.Cut(string(text), "## Packages")
	packages, _, _ = strings.Cut(packages, "\n## ")
	for _, line := range strings.Split(packages, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(cells[1], "`") {
			continue
		}
		name := quoted.FindStringSubmatch(cells[1])[1]
		table[name] = []string{}
		for _, m := range quoted.FindAllStringSubmatch(cells[3], -1) {
			table[name] = append(table[name], m[1])
		}
	}
	return table
}

// readImports is the imports of every package, tests left out.
func readImports(t *testing.T, root string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && name != root) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		pkg := path.Dir(filepath.ToSlash(rel))
		out[pkg] = append(out[pkg], []string{}...)
		for _, imp := range f.Imports {
			p, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				return err
			}
			out[pkg] = append(out[pkg], p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
