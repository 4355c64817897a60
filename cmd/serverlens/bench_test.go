//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// BenchmarkCold is whole processes, taken in turns so that a drift of the machine
// falls on all: a program that says hello, a lint of one template, and of a hundred;
// with cfn-lint of the same where it is installed. CPU is user and system time; the
// least of the rounds counts.
func BenchmarkCold(b *testing.B) {
	dir := b.TempDir()
	lens, hello := filepath.Join(dir, "serverlens"), filepath.Join(dir, "hello")
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	build := func(out, pkg string) {
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", out, pkg)
		if said, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, said)
		}
	}
	write(filepath.Join(dir, "hello.go"), "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n")
	build(hello, filepath.Join(dir, "hello.go"))
	build(lens, ".")
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "demo", "template.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	one, hundred := filepath.Join(dir, "one", "template.yaml"), filepath.Join(dir, "hundred")
	write(one, string(text))
	var all []string
	for i := range 100 {
		all = append(all, filepath.Join(hundred, strconv.Itoa(i), "template.yaml"))
		write(all[i], string(text))
	}
	runs := []*measured{
		{name: "hello", args: []string{hello}},
		{name: "one", args: []string{lens, "lint", "--exit-zero", one}},
		{name: "hundred", args: []string{lens, "lint", "--exit-zero", hundred}},
	}
	if linter, err := exec.LookPath("cfn-lint"); err == nil {
		runs = append(runs, &measured{name: "cfn-lint-one", args: []string{linter, one}, slow: true},
			&measured{name: "cfn-lint-hundred", args: append([]string{linter}, all...), slow: true})
	}
	for i := 0; b.Loop(); i++ {
		for _, m := range runs {
			if !m.slow || i == 0 {
				m.run(b)
			}
		}
	}
	for _, m := range runs {
		b.ReportMetric(float64(m.cpu.Microseconds())/1000, m.name+"-cpu-ms")
		b.ReportMetric(float64(m.wall.Microseconds())/1000, m.name+"-ms")
		b.ReportMetric(m.mib, m.name+"-MiB")
	}
	b.ReportMetric(float64(runs[1].wall)/float64(runs[0].wall), "one/hello")
	if len(runs) > 3 {
		b.ReportMetric(float64(runs[3].cpu)/float64(runs[1].cpu), "cfn-lint/one")
		b.ReportMetric(float64(runs[4].cpu)/float64(runs[2].cpu), "cfn-lint/hundred")
	}
}

// measured is a process and the least that it took.
type measured struct {
	name      string
	args      []string
	slow      bool // once is enough
	wall, cpu time.Duration
	mib       float64
}

func (m *measured) run(b *testing.B) {
	cmd := exec.Command(m.args[0], m.args[1:]...)
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil && !m.slow { // cfn-lint says by its exit code what it found
		b.Fatal(err)
	}
	state := cmd.ProcessState
	cpu := state.UserTime() + state.SystemTime()
	if m.wall == 0 || wall < m.wall {
		m.wall = wall
	}
	if m.cpu == 0 || cpu < m.cpu {
		m.cpu = cpu
	}
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		kib := float64(usage.Maxrss)
		if runtime.GOOS == "darwin" { // there it is in bytes
			kib /= 1024
		}
		m.mib = max(m.mib, kib/1024)
	}
}
