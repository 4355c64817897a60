package analyzer_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/cloudformation"
	"github.com/serverlens/serverlens/parsers/source"
)

// pair is a SAM template and what AWS's translator made of it.
type pair struct{ name, sam, cfn string }

// oraclePairs lists the pairs below the folder that SERVERLENS_PAIRS names.
func oraclePairs(t *testing.T) (out []pair) {
	t.Helper()
	dir := os.Getenv("SERVERLENS_PAIRS")
	if dir == "" {
		t.Skip("SERVERLENS_PAIRS names no folder with pairs of the SAM oracle")
	}
	indexes, _ := filepath.Glob(filepath.Join(dir, "*", "index.jsonl"))
	for _, index := range indexes {
		text, err := os.ReadFile(index)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(text))
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var rec struct{ Slug, Status string }
			if err := json.Unmarshal(lines.Bytes(), &rec); err != nil {
				t.Fatal(err)
			}
			if rec.Status == "ok" {
				base := filepath.Join(filepath.Dir(index), rec.Slug)
				out = append(out, pair{filepath.Base(filepath.Dir(index)) + "/" + rec.Slug, base + ".sam.json", base + ".cfn.json"})
			}
		}
	}
	return out
}

// graphOf is the graph of one template.
func graphOf(t *testing.T, text []byte) *graph.Graph {
	t.Helper()
	tree := source.MemoryTree(map[string][]byte{"template.json": text})
	stack, ok := cloudformation.Load(tree, "template.json", cloudformation.Options{})
	if !ok {
		t.Fatalf("no template: %v", stack.Problems)
	}
	return aws.Build([]*source.Stack{stack})
}

func graphOfFile(t *testing.T, file string) *graph.Graph {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return graphOf(t, text)
}

var (
	hashed = regexp.MustCompile(`[0-9a-f]{10}\b`)
	tilde  = regexp.MustCompile(`~([0-9]+~)?`)
	notted = regexp.MustCompile(`\bNOT(\w+?)([0-9a-f]{10})?\b`)
)

// plain is a text without what AWS hashes into ids, and with the conditions that
// its translator makes said as it meant them.
func plain(s string) string {
	s = notted.ReplaceAllString(s, "not $1")
	s = strings.ReplaceAll(s, "not not ", "")
	s = strings.ReplaceAll(s, "sns:publish", "sns:Publish")
	s = strings.ReplaceAll(s, "arn:aws:", "arn:${AWS::Partition}:")
	return hashed.ReplaceAllString(tilde.ReplaceAllString(s, ""), "")
}

// facts lists what a graph says, one line a fact, sorted: nodes with attributes,
// edges with theirs.
func facts(g *graph.Graph) []string {
	var out []string
	attrs := func(of string, values map[string]source.Value) {
		for name, v := range values {
			if name == "of" {
				continue
			}
			text := spell(v)
			if name == "condition" { // its words follow the order of keys, which AWS sorts
				words := strings.Fields(text)
				slices.Sort(words)
				text = strings.Join(words, " ")
			}
			out = append(out, of+" ."+name+" = "+text)
		}
	}
	for _, n := range g.Nodes {
		out = append(out, "node "+n.ID+" "+string(n.Kind), n.ID+" if "+guard(n.If))
		for rel := range n.Open {
			out = append(out, n.ID+" may have more "+string(rel))
		}
		attrs(n.ID, n.Attrs)
	}
	for _, e := range g.Edges {
		id := strings.Join(strings.Fields(fmt.Sprint(idOf(e.From), " ", e.Relation, " ", idOf(e.To))), " ")
		out = append(out, "edge "+id+" "+e.Basis.String()+" if "+guard(e.If))
		attrs(id, e.Attrs)
	}
	for i := range out {
		out[i] = plain(out[i])
	}
	slices.Sort(out)
	return out
}

// guard is the terms of a guard, each once.
func guard(g source.Guard) string {
	var terms []string
	for _, t := range g {
		terms = append(terms, plain(source.Guard{t}.String()))
	}
	slices.Sort(terms)
	return strings.Join(slices.Compact(terms), " and ")
}

func idOf(n *graph.Node) string {
	if n == nil {
		return "?"
	}
	return n.ID
}

// spell writes an attribute.
func spell(v source.Value) string {
	var cases []string
	for g, c := range v.Cases() {
		s := c.Text
		if len(g) > 0 {
			s = g.String() + "? " + s
		}
		cases = append(cases, s)
	}
	slices.Sort(cases)
	return strings.Join(cases, " | ")
}

// minus is the lines of a that b has not.
func minus(a, b []string) (out []string) {
	for _, x := range a {
		if _, ok := slices.BinarySearch(b, x); !ok {
			out = append(out, x)
		}
	}
	return out
}

// reasons explains differences: each line of the file is a pattern, a tab and the
// reason.
type reasons struct {
	file     string
	patterns []*regexp.Regexp
	used     []int
}

func readReasons(t *testing.T, file string) *reasons {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := &reasons{file: file}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		pattern, reason, ok := strings.Cut(line, "\t")
		if !ok || reason == "" {
			t.Fatalf("%s: %q is no pattern, tab and reason", file, line)
		}
		r.patterns = append(r.patterns, regexp.MustCompile(pattern))
	}
	r.used = make([]int, len(r.patterns))
	return r
}

func (r *reasons) match(line string) bool {
	for i, p := range r.patterns {
		if p.MatchString(line) {
			r.used[i]++
			return true
		}
	}
	return false
}

// report fails for what the file explains and what does not occur: the list shall
// shrink.
func (r *reasons) report(t *testing.T) {
	for i, n := range r.used {
		if n == 0 {
			t.Errorf("%s: %q explains nothing any more", r.file, r.patterns[i])
		}
	}
}

// measured fails where a figure has fallen below what testdata/measured.json holds.
func measured(t *testing.T, figure string, got int) {
	t.Helper()
	text, err := os.ReadFile("../testdata/measured.json")
	if err != nil {
		t.Fatal(err)
	}
	var figures map[string]int
	if err := json.Unmarshal(text, &figures); err != nil {
		t.Fatal(err)
	}
	switch want := figures[figure]; {
	case got < want:
		t.Errorf("%s: %d, it was %d", figure, got, want)
	case got > want:
		t.Logf("%s: %d, more than the %d of testdata/measured.json", figure, got, want)
	}
}

// TestSAMEqualsTranslated compares the graph of every SAM template of the oracle
// with the graph of what AWS's translator makes of it. Every difference is
// explained in testdata/oracle/graphs.tsv.
func TestSAMEqualsTranslated(t *testing.T) {
	explained := readReasons(t, "testdata/oracle/graphs.tsv")
	equal, all := 0, 0
	for _, p := range oraclePairs(t) {
		all++
		ours, theirs := facts(graphOfFile(t, p.sam)), facts(graphOfFile(t, p.cfn))
		if onlyOurs, onlyTheirs := minus(ours, theirs), minus(theirs, ours); len(onlyOurs)+len(onlyTheirs) == 0 {
			equal++
		} else if !explained.match(p.name) {
			t.Errorf("not explained: %s\n  only of SAM        %s\n  only of translated %s", p.name,
				strings.Join(onlyOurs[:min(6, len(onlyOurs))], "\n                     "), strings.Join(onlyTheirs[:min(6, len(onlyTheirs))], "\n                     "))
		}
	}
	explained.report(t)
	t.Logf("equal graphs: %d of %d (%.1f %%)", equal, all, 100*float64(equal)/float64(all))
	if 100*equal < 98*all {
		t.Errorf("less than 98 %% of the graphs are equal")
	}
	measured(t, "oracle graphs", equal)
}
