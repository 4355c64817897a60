package analyzer_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers"
	"github.com/serverlens/serverlens/parsers/source"
)

// label is one line of the corpus: what an architect says a stack is.
type label struct {
	Repo, Path, Format string
	Primary, Evidence  string
	Present            []string
	Accept             []string
	Maybe              []string
}

func (l label) name() string { return l.Repo + "/" + l.Path }

// corpus is the folder that SERVERLENS_CORPUS names and its labels; none where the
// variable is not set.
func corpus(t *testing.T) (dir string, labels []label) {
	t.Helper()
	if dir = os.Getenv("SERVERLENS_CORPUS"); dir == "" {
		return "", nil
	}
	f, err := os.Open(filepath.Join(dir, "labels.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l label
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		labels = append(labels, l)
	}
	return dir, labels
}

// corpusTemplates is the CloudFormation templates of the corpus, each among the
// files of its project.
func corpusTemplates(t *testing.T) []template {
	t.Helper()
	dir, labels := corpus(t)
	var out []template
	for _, l := range labels {
		if l.Format == "terraform" {
			continue
		}
		project, file, inFolder := strings.Cut(l.Path, "/")
		if !inFolder {
			project, file = "", l.Path
		}
		out = append(out, readTemplate(t, l.name(), filepath.Join(dir, l.Repo, project), file))
	}
	return out
}

// corpusRoots is the folders of the corpus's Terraform roots.
func corpusRoots(t *testing.T) []string {
	t.Helper()
	dir, labels := corpus(t)
	var out []string
	for _, l := range labels {
		if l.Format == "terraform" {
			out = append(out, filepath.Join(dir, l.Repo, filepath.FromSlash(l.Path)))
		}
	}
	return out
}

// TestCorpus tells how far patterns and findings agree with what architects said of
// the stacks of a corpus. The figures are kept, and may only rise.
func TestCorpus(t *testing.T) {
	dir, labels := corpus(t)
	if dir == "" {
		t.Skip("SERVERLENS_CORPUS does not name a corpus")
	}
	engine, err := policy.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	scores := map[string]*score{"templates": newScore(), "terraform": newScore()}
	firing := &firing{count: map[string]int{}, stacks: map[string]int{}, at: map[string]map[string]bool{}, eligible: map[string]int{}}
	for _, l := range labels {
		target := filepath.Join(dir, l.Repo, filepath.FromSlash(l.Path))
		stacks, problems, err := parsers.Load([]string{target}, parsers.Options{})
		if err != nil {
			t.Errorf("%s: %v", l.name(), err)
			continue
		}
		o := analyzer.Options{Strict: true, Engine: engine, Policy: policy.Options{Date: "2025-11-01"}}
		r := analyzer.Analyze(context.Background(), stacks, problems, o)
		found := r.Systems[0].Stacks[0].Found
		if l.Format == "terraform" {
			scores["terraform"].add(t, l, found, target)
		} else {
			scores["templates"].add(t, l, found, target)
		}
		firing.add(r.Systems)
	}
	for _, group := range slices.Sorted(maps.Keys(scores)) {
		scores[group].tell(t, group)
	}
	firing.tell(t, engine.Rules())
}

// score counts how far answers agree with labels.
type score struct {
	lines, hits      int
	tp, fp, fn       map[string]int // by class: a hit counts for the class that was answered
	right, many, few int            // patterns present; what a label leaves open is not counted
	shown, named     int            // resources that the labels name
}

func newScore() *score {
	return &score{tp: map[string]int{}, fp: map[string]int{}, fn: map[string]int{}}
}

func (s *score) add(t *testing.T, l label, r patterns.Result, target string) {
	got := "none"
	if r.Primary != nil {
		got = r.Primary.Pattern.ID
	}
	s.lines++
	if slices.Contains(l.Accept, got) {
		s.hits++
		s.tp[got]++
	} else {
		s.fn[l.Primary]++
		s.fp[got]++
		t.Logf("%s is %s, not %s", l.name(), got, strings.Join(l.Accept, " or "))
	}
	var present []string
	for _, m := range r.Present {
		id := m.Pattern.ID
		present = append(present, id)
		switch {
		case slices.Contains(l.Present, id):
			s.right++
		case !slices.Contains(l.Maybe, id) && !slices.Contains(l.Accept, id):
			s.many++
			t.Logf("%s: %s is not there", l.name(), id)
		}
	}
	for _, id := range l.Present {
		if !slices.Contains(present, id) {
			s.few++
			t.Logf("%s: %s is there", l.name(), id)
		}
	}
	if len(l.Present) > 0 {
		s.evidence(l, r, declared(t, target))
	}
}

var word = regexp.MustCompile(`\w+(?:\.\w+)*`)

// evidence counts which of the resources that a label names, and the files declare,
// are nodes of the matches.
func (s *score) evidence(l label, r patterns.Result, declared map[string]bool) {
	ids := map[string]bool{}
	for _, m := range r.Present {
		for _, f := range m.Roles {
			for _, n := range f.Nodes {
				id := n.ID[strings.LastIndexAny(n.ID, "#/")+1:]
				ids[regexp.MustCompile(`\[[^\]]*\]`).ReplaceAllString(id, "")] = true
			}
		}
	}
	names := map[string]bool{}
	for _, name := range word.FindAllString(l.Evidence, -1) {
		names[name] = names[name] || declared[name]
	}
	for name, counts := range names {
		if !counts {
			continue
		}
		s.named++
		for id := range ids {
			if id == name || strings.HasSuffix(id, "."+name) || strings.HasPrefix(id, name+".") {
				s.shown++
				break
			}
		}
	}
}

var (
	declares = regexp.MustCompile(`(?m)^\s+["']?(\w+)["']?\s*:\s*[{&]?`)
	typed    = regexp.MustCompile(`["']?Type["']?\s*:\s*["']?(AWS|Custom|Alexa)::`)
	resource = regexp.MustCompile(`(?m)^\s*(?:resource\s+"([^"]+)"|(module))\s+"([^"]+)"`)
)

// declared is the logical ids of a template, or the addresses without modules of a
// Terraform root and their telling names.
func declared(t *testing.T, target string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir(target, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if name == target {
			lines := strings.Split(string(text), "\n")
			for i, line := range lines {
				m := declares.FindStringSubmatch(line)
				if m != nil && typed.MatchString(strings.Join(lines[i:min(i+5, len(lines))], " ")) {
					out[m[1]] = true
				}
			}
			return nil
		}
		if filepath.Ext(name) != ".tf" {
			return nil
		}
		for _, m := range resource.FindAllStringSubmatch(string(text), -1) {
			out[m[1]+m[2]+"."+m[3]] = true
			if m[2] == "" && regexp.MustCompile("[_A-Z]").MatchString(m[3]) {
				out[m[3]] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func f1(tp, fp, fn int) float64 {
	if tp == 0 {
		return 0
	}
	return 2 * float64(tp) / float64(2*tp+fp+fn)
}

func (s *score) tell(t *testing.T, group string) {
	sum, classes := 0.0, map[string]bool{}
	for _, counts := range []map[string]int{s.tp, s.fn} {
		for class := range counts {
			classes[class] = true
		}
	}
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		f := f1(s.tp[class], s.fp[class], s.fn[class])
		sum += f
		t.Logf("%s: %-18s F1 %.3f", group, class, f)
	}
	perMille := func(figure string, share float64) {
		t.Logf("%s: %s %.1f %%", group, figure, 100*share)
		measured(t, fmt.Sprintf("corpus %s %s, per mille", group, figure), int(math.Round(1000*share)))
	}
	perMille("primary accepted", float64(s.hits)/float64(s.lines))
	perMille("macro-F1", sum/float64(len(classes)))
	perMille("present", f1(s.right, s.many, s.few))
	perMille("evidence", float64(s.shown)/float64(s.named))
}

// firing counts the findings of rules.
type firing struct {
	count, stacks    map[string]int             // by rule
	at               map[string]map[string]bool // by rule: the kinds and relations that it fires at
	eligible         map[string]int             // by kind or relation
	blocks, findings []int                      // of each stack
}

func (f *firing) add(systems []analyzer.System) {
	rules, blocks, findings := map[string]bool{}, map[string]bool{}, 0
	for _, sys := range systems {
		for _, n := range sys.Graph.Nodes {
			f.eligible[string(n.Kind)]++
		}
		for _, e := range sys.Graph.Edges {
			f.eligible[string(e.Relation)]++
		}
		for _, x := range sys.Result.Findings {
			at := string(graph.Resource)
			if x.Node != nil {
				at = string(x.Node.Kind)
			} else if x.Edge != nil {
				at = string(x.Edge.Relation)
			}
			if f.at[x.Rule.ID] == nil {
				f.at[x.Rule.ID] = map[string]bool{}
			}
			f.at[x.Rule.ID][at] = true
			f.count[x.Rule.ID]++
			rules[x.Rule.ID] = true
			if x.Severity > source.Note { // what text shows without being asked for notes
				blocks[x.Rule.ID] = true
				findings++
			}
		}
	}
	for id := range rules {
		f.stacks[id]++
	}
	f.blocks, f.findings = append(f.blocks, len(blocks)), append(f.findings, findings)
}

func (f *firing) tell(t *testing.T, rules []*policy.Rule) {
	for _, r := range rules {
		eligible := 0
		for at := range f.at[r.ID] {
			eligible += f.eligible[at]
		}
		t.Logf("%-28s %4d findings in %3d stacks, of %4d %s", r.ID, f.count[r.ID], f.stacks[r.ID], eligible,
			strings.Join(slices.Sorted(maps.Keys(f.at[r.ID])), " and "))
	}
	slices.Sort(f.blocks)
	slices.Sort(f.findings)
	t.Logf("the median stack has %d blocks and %d findings", f.blocks[len(f.blocks)/2], f.findings[len(f.findings)/2])
}
