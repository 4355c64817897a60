//go:build unix

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/serverlens/serverlens/analyzer/aws"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers"
	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
)

// TestBudgets measures what the program costs and prints it beside what it may
// cost. Every figure is a ratio of two things that ran in turn, or a size: CPU
// seconds of whole processes, or of this one, the median of the pairs. It runs
// where SERVERLENS_BENCH is set (make bench), for a few minutes, and fails where a
// budget is exceeded. What is said of many templates and roots holds for those that
// people wrote: SERVERLENS_CORPUS names them. The ones that are generated here have
// more than twice as many findings in fewer lines; what they cost is told without a
// verdict.
func TestBudgets(t *testing.T) {
	if os.Getenv("SERVERLENS_BENCH") == "" {
		t.Skip("measures for minutes: run make bench")
	}
	b := &bench{T: t, dir: t.TempDir()}
	b.build()
	b.processes()
	b.growth()
	b.inits()
	b.evaluation()
	b.print()
}

// bench is one run of all measurements.
type bench struct {
	*testing.T
	dir         string
	lint, hello string // the command, and one that does nothing
	rows        []row
}

// row is a line of the table.
type row struct {
	what     string
	measured float64
	budget   float64 // at most; at least where it is negative; none where it is 0
	unit     string
	detail   string
}

func (b *bench) row(what string, measured, budget float64, unit, detail string) {
	b.rows = append(b.rows, row{what, measured, budget, unit, detail})
	b.Logf("%s: %.3g%s (%s)", what, measured, unit, detail)
}

func (b *bench) print() {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "what\tmeasured\tbudget\t\tdetail")
	for _, r := range b.rows {
		bound, kept := fmt.Sprintf("at most %.3g", r.budget), r.measured <= r.budget
		switch {
		case r.budget == 0:
			bound, kept = "", true
		case r.budget < 0:
			bound, kept = fmt.Sprintf("at least %.3g", -r.budget), r.measured >= -r.budget
		}
		verdict := "ok"
		switch {
		case r.budget == 0:
			verdict = ""
		case !kept:
			verdict = "OVER"
			b.Errorf("%s: %.3g%s, %s", r.what, r.measured, r.unit, bound)
		}
		fmt.Fprintf(w, "%s\t%.3g%s\t%s\t%s\t%s\n", r.what, r.measured, r.unit, bound, verdict, r.detail)
	}
	w.Flush()
	fmt.Println(table.String())
}

// build makes the command as it is released, and one that does nothing.
func (b *bench) build() {
	b.lint, b.hello = filepath.Join(b.dir, "serverlens"), filepath.Join(b.dir, "hello")
	hello := write(b, filepath.Join(b.dir, "hello.go"), "package main\n\nfunc main() { println(\"hello\") }\n")
	for out, pkg := range map[string]string{b.lint: ".", b.hello: hello} {
		if text, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", out, pkg).CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, text)
		}
	}
	info, err := os.Stat(b.lint)
	if err != nil {
		b.Fatal(err)
	}
	b.row("binary, stripped", float64(info.Size())/1e6, 45, " MB", "")
}

// usage is what a process took.
type usage struct {
	cpu  time.Duration
	peak float64 // MiB
}

// process runs a command to its end, whatever its exit code is.
func (b *bench) process(args ...string) usage {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = b.dir
	text, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		b.Fatalf("%v: %v", args, err)
	}
	if args[0] == b.lint && cmd.ProcessState.ExitCode() == exitIncomplete { // a rule ran out of its time, on a busy machine
		b.Errorf("%v: not all was analysed: %s", args[len(args)-1], text[max(0, len(text)-200):])
	}
	peak := float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / (1 << 10)
	if runtime.GOOS == "darwin" { // bytes there
		peak /= 1 << 10
	}
	return usage{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peak}
}

// median is the one in the middle.
func median[T cmp.Ordered](xs []T) T {
	slices.Sort(xs)
	return xs[len(xs)/2]
}

// ratio runs f and g in turn and is the median of what f takes over what g takes.
// each says what both take, by their medians.
func ratio(n int, f, g func() time.Duration) (r float64, each string) {
	var rs []float64
	var fs, gs []time.Duration
	for range n {
		x, y := f(), g()
		fs, gs, rs = append(fs, x), append(gs, y), append(rs, float64(x)/float64(max(y, time.Microsecond)))
	}
	return median(rs), fmt.Sprintf("%v / %v", median(fs).Round(10*time.Microsecond), median(gs).Round(10*time.Microsecond))
}

// run is a function that runs a command.
func (b *bench) run(args ...string) func() time.Duration {
	return func() time.Duration { return b.process(args...).cpu }
}

// lints is a command that lints paths, linting a function that runs it.
func (b *bench) lints(paths ...string) []string {
	return append([]string{b.lint, "lint", "--exit-zero", "--max-file-size", "100000000"}, paths...)
}

func (b *bench) linting(paths ...string) func() time.Duration { return b.run(b.lints(paths...)...) }

// processes measures whole processes on small stacks.
func (b *bench) processes() {
	demo, err := filepath.Abs("../../testdata/demo")
	if err != nil {
		b.Fatal(err)
	}
	one := write(b, filepath.Join(b.dir, "one", "template.yaml"), samStack(0))
	long := write(b, filepath.Join(b.dir, "long", "template.yaml"), stack(samHead, samUnits, 0, 100))
	sam100 := stacks(b, filepath.Join(b.dir, "sam100"), "template.yaml", 100, samStack)
	sam1000 := stacks(b, filepath.Join(b.dir, "sam1000"), "template.yaml", 1000, samStack)
	tf100 := stacks(b, filepath.Join(b.dir, "tf100"), "main.tf", 100, terraformStack)

	b.row("peak memory, one template", b.process(b.lint, "lint", one).peak, 48, " MiB", "")
	b.row("peak memory, 1,000 templates", b.process(b.lint, "lint", sam1000).peak, 160, " MiB", "")
	b.row("peak memory, the largest Terraform root", b.process(b.lint, "lint", filepath.Join(tf100, "stack0009")).peak, 64, " MiB", "")
	b.row("peak memory, 100 Terraform roots", b.process(b.lint, "lint", tf100).peak, 0, " MiB", "")

	for name, path := range map[string]string{"the demo": demo, "one template": one, "1,000 lines": long} {
		r, each := ratio(15, b.linting(path), b.run(b.hello))
		b.row("cold, "+name+" / a Go hello", r, map[bool]float64{false: 10}[path == long], "x", each)
	}
	if cfnLint, err := exec.LookPath("cfn-lint"); err == nil {
		for name, path := range map[string]string{"one template": one, "1,000 lines": long} {
			r, each := ratio(5, b.run(cfnLint, "--format", "json", "-t", path), b.linting(path))
			b.row("cfn-lint / lint, "+name, r, -80, "x", each)
		}
	} else {
		b.Log("cfn-lint is not installed: the comparison is left out")
	}
	b.many("generated", sam100, sam1000, []string{tf100})
	if sam, terraform := b.corpus(); sam != nil {
		real := func(n int) string {
			return stacks(b, filepath.Join(b.dir, fmt.Sprint("real", n)), "template.yaml", n, func(i int) string { return sam[i%len(sam)] })
		}
		b.many("real", real(100), real(1000), terraform)
	} else {
		b.Log("SERVERLENS_CORPUS names no corpus: what real templates cost is left out")
	}
}

// many measures 100 and 1,000 SAM templates and many Terraform roots.
func (b *bench) many(what, sam100, sam1000 string, roots []string) {
	budget := func(most float64) float64 {
		if what == "real" {
			return most
		}
		return 0
	}
	name := func(row string) string { return row + ", " + what }
	if cfnLint, err := exec.LookPath("cfn-lint"); err == nil {
		files, _ := filepath.Glob(filepath.Join(sam100, "*", "*"))
		r, each := ratio(1, b.run(slices.Concat([]string{cfnLint, "--format", "json", "-t"}, files)...), func() time.Duration {
			var cpu []time.Duration
			for range 9 {
				cpu = append(cpu, b.linting(sam100)())
			}
			return median(cpu)
		})
		b.row(name("cfn-lint / lint, 100 templates"), r, -80, "x", each)
	}
	if tflint, err := exec.LookPath("tflint"); err == nil {
		var each [][]string
		for _, root := range roots {
			each = append(each, []string{tflint, "--chdir", root, "--recursive", "--format", "sarif", "--force"})
		}
		r, took := ratio(1, b.wall(each...), b.wall(b.lints(roots...)))
		b.row(name("tflint / lint, the roots, wall time"), r, -25, "x", took)
	} else {
		b.Log("tflint is not installed: the comparison is left out")
	}
	r, each := ratio(5, b.linting(sam1000), func() time.Duration { return b.parsing(sam1000) })
	b.row(name("lint / parsing alone, 1,000 SAM templates"), r, budget(4), "x", each)
	r, each = ratio(5, b.linting(roots...), func() time.Duration { return b.parsing(roots...) })
	b.row(name("lint / parsing alone, the Terraform roots"), r, budget(3), "x", each)
}

// corpus is the SAM templates and the Terraform roots of the corpus that
// SERVERLENS_CORPUS names, none where it names none.
func (b *bench) corpus() (sam, roots []string) {
	dir := os.Getenv("SERVERLENS_CORPUS")
	if dir == "" {
		return nil, nil
	}
	text, err := os.ReadFile(filepath.Join(dir, "labels.jsonl"))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var label struct{ Repo, Path, Format string }
		if err := json.Unmarshal([]byte(line), &label); err != nil {
			b.Fatal(err)
		}
		switch path := filepath.Join(dir, label.Repo, label.Path); label.Format {
		case "terraform":
			roots = append(roots, path)
		case "sam":
			template, err := os.ReadFile(path)
			if err != nil {
				b.Fatal(err)
			}
			sam = append(sam, string(template))
		}
	}
	return sam, roots
}

// wall is a function that runs commands in turn and tells how long they take.
func (b *bench) wall(commands ...[]string) func() time.Duration {
	return func() time.Duration {
		began := time.Now()
		for _, c := range commands {
			b.process(c...)
		}
		return time.Since(began)
	}
}

// parsing is the CPU time of a process that reads and parses the templates and
// Terraform files below folders and does nothing else.
func (b *bench) parsing(dirs ...string) time.Duration {
	b.Setenv("SERVERLENS_PARSE", strings.Join(dirs, string(filepath.ListSeparator)))
	defer os.Unsetenv("SERVERLENS_PARSE")
	return b.process(os.Args[0], "-test.run", "^TestParsingAlone$").cpu
}

// TestParsingAlone is the process of parsing.
func TestParsingAlone(t *testing.T) {
	dirs := os.Getenv("SERVERLENS_PARSE")
	if dirs == "" {
		t.Skip("a part of TestBudgets")
	}
	for _, dir := range filepath.SplitList(dirs) {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			switch filepath.Ext(path) {
			case ".tf": // what is wrong in what people wrote is no matter here
				hclsyntax.ParseConfig(text, path, hcl.InitialPos)
			case ".yaml":
				document.Parse(path, text)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// exponent is the slope of a line through the logarithms.
func exponent(n []int, took []time.Duration) float64 {
	var sx, sy, sxx, sxy float64
	for i := range n {
		x, y := math.Log(float64(n[i])), math.Log(float64(took[i]))
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	k := float64(len(n))
	return (k*sxy - sx*sy) / (k*sxx - sx*sx)
}

// growth measures large stacks in whole processes.
func (b *bench) growth() {
	floor := b.process(b.lint, "version").cpu
	sizes := []int{1000, 10_000, 50_000}
	var took []time.Duration
	for _, n := range sizes {
		path := write(b, filepath.Join(b.dir, "large", strconv.Itoa(n)+".yaml"), stack(samHead, samUnits, 0, n))
		var cpu []time.Duration
		for range 3 {
			u := b.process(b.lint, "lint", "--exit-zero", "--max-file-size", "100000000", path)
			cpu = append(cpu, u.cpu-floor)
			if n == 10_000 && len(cpu) == 1 {
				b.row("peak memory, 10,000 resources", u.peak, 400, " MiB", "")
			}
		}
		took = append(took, slices.Min(cpu))
	}
	b.row("growth of lint, 1,000 to 50,000 resources", exponent(sizes, took), 1.15, "", fmt.Sprint("exponent; ", took))
}

// inits reads what the packages of the command do before main.
func (b *bench) inits() {
	line := regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, ([0-9.]+) ms clock`)
	best := map[string]float64{}
	for range 9 {
		cmd := exec.Command(b.lint, "version")
		cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
		text, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatal(err)
		}
		for _, m := range line.FindAllStringSubmatch(string(text), -1) {
			ms, _ := strconv.ParseFloat(m[2], 64)
			if old, seen := best[m[1]]; !seen || ms < old {
				best[m[1]] = ms
			}
		}
	}
	var names []string
	total := 0.0
	for name, ms := range best {
		names = append(names, name)
		total += ms
	}
	slices.SortFunc(names, func(x, y string) int { return cmp.Compare(best[y], best[x]) })
	for _, name := range names[:min(8, len(names))] {
		b.Logf("init %s: %.2f ms", name, best[name])
	}
	b.row("slowest init of a package", best[names[0]], 1, " ms", fmt.Sprintf("%s; all %.1f ms", names[0], total))
}

// within is the CPU time that this process takes for f.
func within(f func()) time.Duration {
	runtime.GC()
	before := self()
	f()
	return self() - before
}

func self() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// evaluation measures, in this process, the input of the rules and the rules.
func (b *bench) evaluation() {
	engine, err := policy.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	check := func(g *graph.Graph, o policy.Options) func() time.Duration {
		o.Date = "2026-01-01"
		return func() time.Duration {
			return within(func() {
				if r := engine.Check(context.Background(), g, o); len(r.Failures) > 0 {
					b.Error(r.Failures)
				}
			})
		}
	}
	plain := policy.Options{}

	least := func(n int, f func() time.Duration) time.Duration {
		var all []time.Duration
		for range n {
			all = append(all, f())
		}
		return slices.Min(all)
	}
	sizes := []int{1000, 10_000, 50_000}
	graphs := map[int]*graph.Graph{}
	var took []time.Duration
	for _, n := range sizes {
		graphs[n] = b.graph(stack(samHead, samUnits, 0, n))
		took = append(took, least(2, check(graphs[n], plain)))
	}
	delete(graphs, 50_000) // every collection would walk it
	b.row("growth of input and rules", exponent(sizes, took), 1.3, "", fmt.Sprint("exponent; ", took))

	worst, slowest := 0.0, ""
	none := policy.Options{Only: []string{"none"}}
	noneLarge, noneSmall := least(5, check(graphs[10_000], none)), least(5, check(graphs[1000], none))
	for _, rule := range engine.Rules() {
		only := policy.Options{Only: []string{rule.ID}}
		large := least(2, check(graphs[10_000], only)) - noneLarge
		small := least(5, check(graphs[1000], only)) - noneSmall
		if r := float64(large) / float64(max(small, time.Millisecond)); r > worst { // a difference of less is none
			worst, slowest = r, rule.ID+fmt.Sprintf(" %v / %v", large, small)
		}
	}
	b.row("each rule, 10,000 / 1,000 resources", worst, 40, "x", "worst: "+slowest)

	known := stack(samHead, samUnits, 0, 1000)
	open := b.graph(unknown(known))
	r, each := ratio(5, check(open, plain), check(graphs[1000], plain))
	b.row("unknown values / known, rules", r, 3, "x", each)
	knownPath := write(b, filepath.Join(b.dir, "known.yaml"), known)
	openPath := write(b, filepath.Join(b.dir, "unknown.yaml"), unknown(known))
	r, each = ratio(5, b.linting(openPath), b.linting(knownPath))
	b.row("unknown values / known, lint", r, 3, "x", each)

	// One attribute that no rule reads makes the input a watched one.
	watched := b.graph(known)
	watched.Nodes[0].Attrs["unread"] = source.Value{Kind: source.Unknown}
	r, each = ratio(9, check(watched, plain), check(graphs[1000], plain))
	b.row("watched input / plain", r, 1.2, "x", each)

	whole := func(g *graph.Graph) func() time.Duration {
		return func() time.Duration {
			found := time.Duration(0)
			var matches []*patterns.Match
			found = within(func() { matches = patterns.Find(g).Present })
			return found + check(g, policy.Options{Matches: matches})()
		}
	}
	r, each = ratio(3, whole(diamonds(1000)), whole(random(1000)))
	b.row("diamonds / random graphs, patterns and rules", r, 3, "x", each)
}

// graph is that of a template.
func (b *bench) graph(template string) *graph.Graph {
	path := write(b, filepath.Join(b.dir, "graph.yaml"), template)
	stacks, _, err := parsers.Load([]string{path}, parsers.Options{MaxFileSize: 100 << 20})
	if err != nil {
		b.Fatal(err)
	}
	return aws.Build(stacks)
}

// diamonds is n times topic, two queues, a function, in a row: the ways through it
// double with each.
func diamonds(n int) *graph.Graph {
	g := graph.New()
	file := source.NewFile("t", make([]byte, 5*n))
	at := func(kind graph.Kind, name string, i int) *graph.Node {
		return g.Add(&graph.Node{ID: fmt.Sprint(name, i), Kind: kind, At: file.Region(len(g.Nodes), len(g.Nodes))})
	}
	topic := at(graph.Topic, "T", 0)
	for i := range n {
		left, right, worker, next := at(graph.Queue, "L", i), at(graph.Queue, "R", i), at(graph.Function, "F", i), at(graph.Topic, "T", i+1)
		for _, q := range []*graph.Node{left, right} {
			g.Connect(&graph.Edge{From: topic, To: q, Relation: graph.Triggers, Basis: graph.Declared})
			g.Connect(&graph.Edge{From: q, To: worker, Relation: graph.Triggers, Basis: graph.Declared})
		}
		g.Connect(&graph.Edge{From: worker, To: next, Relation: graph.Writes, Basis: graph.Permitted})
		topic = next
	}
	return g
}

// random is a graph of as many nodes and edges of each sort as diamonds makes,
// joined at random.
func random(n int) *graph.Graph {
	shape, g := diamonds(n), graph.New()
	r := rand.New(rand.NewPCG(1, 2))
	for _, node := range shape.Nodes {
		g.Add(&graph.Node{ID: node.ID, Kind: node.Kind, At: node.At})
	}
	byKind := map[graph.Kind][]*graph.Node{}
	for _, node := range g.Nodes {
		byKind[node.Kind] = append(byKind[node.Kind], node)
	}
	any := func(k graph.Kind) *graph.Node { return byKind[k][r.IntN(len(byKind[k]))] }
	for _, e := range shape.Edges {
		g.Connect(&graph.Edge{From: any(e.From.Kind), To: any(e.To.Kind), Relation: e.Relation, Basis: e.Basis})
	}
	return g
}
