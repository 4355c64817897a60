package analyzer_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
)

// template is one template among the files that it may read.
type template struct {
	name  string // of the test
	path  string
	files map[string][]byte
}

// readTemplate reads a template and the files of its folder, dir.
func readTemplate(t *testing.T, name, dir, file string) template {
	t.Helper()
	out := template{name: name, path: file, files: map[string][]byte{}}
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p)))
		out.files[p] = text
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fixtures is every CloudFormation template that the repository's tests carry.
func fixtures(t *testing.T) []template {
	t.Helper()
	var out []template
	for _, glob := range []string{
		"../testdata/patterns/*.yaml", "../testdata/demo/*.yaml", "../testdata/architectures/*/*.yaml",
		"../rules/*/*/testdata/*.yaml", "aws/testdata/*.yaml",
	} {
		names, err := filepath.Glob(filepath.FromSlash(glob))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			base, called := filepath.Base(name), path.Clean(filepath.ToSlash(name))
			if strings.Contains(glob, "architectures") { // they read files beside them
				out = append(out, readTemplate(t, called, filepath.Dir(name), base))
				continue
			}
			out = append(out, template{name: called, path: base, files: map[string][]byte{base: text}})
		}
	}
	return out
}

// load reads a template; nil where it is none.
func (x template) load() *source.Stack {
	stack, ok := cloudformation.Load(source.MemoryTree(x.files), x.path, cloudformation.Options{})
	if !ok {
		return nil
	}
	return stack
}

// loaded is a stack with the name of its test.
type loaded struct {
	name string
	*source.Stack
}

// stacks is every stack of the fixtures, those in Terraform too, and of the corpus.
func stacks(t *testing.T) []loaded {
	t.Helper()
	var out []loaded
	for _, x := range append(fixtures(t), corpusTemplates(t)...) {
		if stack := x.load(); stack != nil {
			out = append(out, loaded{x.name, stack})
		}
	}
	roots, err := filepath.Glob("../testdata/patterns/terraform/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, root := range append(roots, corpusRoots(t)...) {
		out = append(out, loaded{root, loadPath(t, root)})
	}
	return out
}

// found is what a stack is.
func found(stack *source.Stack) (patterns.Result, *graph.Graph) {
	r := analyzer.Analyze(context.Background(), []*source.Stack{stack}, nil, analyzer.Options{})
	return r.Systems[0].Found, r.Systems[0].Graph
}

// answer is what a stack is in a few lines: names do not matter, only how many
// components of which kind play which role.
func answer(r patterns.Result) string {
	var out strings.Builder
	if r.Primary != nil {
		fmt.Fprintf(&out, "primary %s\n", r.Primary.Pattern.ID)
	}
	if r.Nearest != nil {
		fmt.Fprintf(&out, "nearest %s\n", r.Nearest.ID)
	}
	for _, m := range r.Present {
		fmt.Fprintf(&out, "%s partial=%v confidence=%v\n", m.Pattern.ID, m.Partial, m.Confidence)
		for _, f := range m.Roles {
			var kinds []string
			for _, n := range f.Nodes {
				kinds = append(kinds, string(n.Kind))
			}
			slices.Sort(kinds)
			fmt.Fprintf(&out, "  %s: %s, %d edges\n", f.Role.Name, strings.Join(kinds, " "), len(f.Edges))
		}
		for _, x := range m.Missing {
			fmt.Fprintf(&out, "  missing %s\n", x.Role.Name)
		}
	}
	return out.String()
}

var (
	wantPattern = regexp.MustCompile(`^# pattern: ([\w-]+)( \(partial\))?(?:, nearest ([\w-]+))?\n`)
	wantRole    = regexp.MustCompile(`# role: ([\w ]+)$`)
)

// Each fixture says in its first line what it is, and beside its resources and
// states which role they play.
func TestPatterns(t *testing.T) {
	for _, x := range fixtures(t) {
		text := string(x.files[x.path])
		want := wantPattern.FindStringSubmatch(text)
		if want == nil {
			if strings.Contains(x.name, "/patterns/") {
				t.Errorf("%s does not say which pattern it is", x.name)
			}
			continue
		}
		t.Run(strings.TrimSuffix(x.path, ".yaml"), func(t *testing.T) {
			stack := x.load()
			if stack == nil {
				t.Fatal("no template")
			}
			for _, p := range stack.Problems {
				if p.Severity != source.Note {
					t.Errorf("%v", p)
				}
			}
			r, _ := found(stack)
			primary, partial := "none", false
			if r.Primary != nil {
				primary, partial = r.Primary.Pattern.ID, r.Primary.Partial
			}
			if primary != want[1] || partial != (want[2] != "") {
				t.Fatalf("%s (partial: %v), want %s%s\n%s", primary, partial, want[1], want[2], answer(r))
			}
			if want[3] != "" && (r.Nearest == nil || r.Nearest.ID != want[3]) {
				t.Errorf("nearest %v, want %s", r.Nearest, want[3])
			}
			for i, line := range strings.Split(text, "\n") {
				if m := wantRole.FindStringSubmatch(line); m != nil && !plays(r.Primary, m[1], i+1) {
					t.Errorf("line %d: nothing here is %s of %s\n%s", i+1, m[1], primary, answer(r))
				}
			}
		})
	}
}

// plays reports whether what a line declares plays a role in a match.
func plays(m *patterns.Match, role string, line int) bool {
	if m == nil {
		return false
	}
	for _, f := range m.Roles {
		if f.Role.Name == role && slices.ContainsFunc(f.Nodes, func(n *graph.Node) bool { return n.At.Line() == line }) {
			return true
		}
	}
	return false
}

// Every match is founded: its nodes are ends of its edges, its roles are those of
// the pattern, and what is missing has advice.
func TestMatches(t *testing.T) {
	for _, x := range stacks(t) {
		r, _ := found(x.Stack)
		checkResult(t, x.name, r)
	}
}

func checkResult(t *testing.T, name string, r patterns.Result) {
	t.Helper()
	if (r.Primary == nil) == (r.Nearest == nil) && r.Primary != nil || r.Primary != nil && !slices.Contains(r.Present, r.Primary) {
		t.Errorf("%s: the primary pattern is none of those present", name)
	}
	for _, m := range r.Present {
		ends := map[*graph.Node]bool{}
		for _, f := range m.Roles {
			for _, e := range f.Edges {
				ends[e.From], ends[e.To] = true, true
			}
		}
		for _, f := range m.Roles {
			for _, n := range f.Nodes {
				if !f.Role.Alone && !ends[n] {
					t.Errorf("%s: no edge of %s leads to %s, its %s", name, m.Pattern.ID, n.ID, f.Role.Name)
				}
			}
		}
		if m.Partial != (len(m.Missing) > 0) {
			t.Errorf("%s: %s is partial and nothing is missing, or the other way round", name, m.Pattern.ID)
		}
		for _, x := range m.Missing {
			if x.Role.Advice == "" || x.At == nil {
				t.Errorf("%s: %s lacks %s without advice or place", name, m.Pattern.ID, x.Role.Name)
			}
		}
	}
}
