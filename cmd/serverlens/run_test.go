package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func demo(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "demo", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The same files give the same bytes, on one core and on many.
func TestDeterminism(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, "template.yaml"), []byte(demo(t)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("SOURCE_DATE_EPOCH", "1769817600")
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, args := range [][]string{
		{"lint", "--exit-zero", "--profile", "strict", "-f", "text"}, {"lint", "--exit-zero", "-f", "json"},
		{"lint", "--exit-zero", "-f", "sarif"}, {"lint", "--exit-zero", "-f", "github"}, {"lint", "--exit-zero", "-f", "markdown"},
		{"detect", "-f", "json"}, {"graph", "-f", "mermaid"}, {"graph", "-f", "dot"}, {"graph", "-f", "json"},
	} {
		first := ""
		for i, cores := range []int{1, 8, 3} {
			runtime.GOMAXPROCS(cores)
			got := said(t, append(args, dir)...)
			if i == 0 {
				first = got
			} else if got != first {
				t.Errorf("%v: %d cores give other bytes", args, cores)
			}
		}
	}
}

// The order in which a template declares its resources is of no consequence.
func TestShuffled(t *testing.T) {
	head, resources, _ := strings.Cut(demo(t), "\nResources:\n")
	blocks := strings.Split(strings.TrimRight(resources, "\n"), "\n\n")
	found := func(blocks []string) []string {
		file := filepath.Join(t.TempDir(), "template.yaml")
		text := head + "\nResources:\n" + strings.Join(blocks, "\n\n") + "\n"
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Stacks   []struct{ Primary string }
			Findings []struct{ Rule, Message, Story string }
		}
		if err := json.Unmarshal([]byte(said(t, "lint", "--exit-zero", "--profile", "strict", "-f", "json", file)), &doc); err != nil {
			t.Fatal(err)
		}
		out := []string{doc.Stacks[0].Primary}
		for _, f := range doc.Findings {
			out = append(out, f.Rule+" "+f.Message+" "+f.Story)
		}
		slices.Sort(out)
		return out
	}
	want := found(blocks)
	if len(blocks) < 5 || len(want) < 10 {
		t.Fatalf("%d resources, %d findings", len(blocks), len(want)-1)
	}
	r := rand.New(rand.NewSource(1))
	for range 3 {
		r.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
		if got := found(blocks); !slices.Equal(got, want) {
			t.Errorf("another order gives\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// The program writes no file that it was not asked for: no linked package may touch
// the home or the temporary folder as it starts.
func TestLeavesNoTrace(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	link := filepath.Join(dir, "serverlens") // by this name the test program is serverlens
	if err := os.Symlink(program, link); err != nil {
		t.Skip(err)
	}
	home, temp := filepath.Join(dir, "home"), filepath.Join(dir, "temp")
	for _, d := range []string{home, temp} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(link, "version")
	cmd.Dir = home
	cmd.Env = []string{"HOME=" + home, "USERPROFILE=" + home, "XDG_CACHE_HOME=" + home, "XDG_CONFIG_HOME=" + home, "TMPDIR=" + temp, "TEMP=" + temp, "TMP=" + temp}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "serverlens ") {
		t.Fatalf("%v: %s", err, out)
	}
	for _, d := range []string{home, temp} {
		entries, err := os.ReadDir(d)
		if err != nil || len(entries) > 0 {
			t.Errorf("%s holds %v (%v)", d, entries, err)
		}
	}
}

// An interrupted run says so.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	if code := run(ctx, []string{"lint", filepath.Join("..", "..", "testdata", "demo")}, strings.NewReader(""), &out, &errs); code != 130 {
		t.Errorf("exit code %d", code)
	}
	if !strings.HasSuffix(errs.String(), "serverlens: interrupted\n") {
		t.Errorf("said %q", errs.String())
	}
}

// An interruption ends what waits for standard input, and nothing is reported.
func TestInterruptedInput(t *testing.T) {
	stdin, writer := io.Pipe() // nobody writes
	defer writer.Close()
	ctx, cancel := context.WithCancel(context.Background())
	reads := readerFunc(func(p []byte) (int, error) {
		cancel()
		return stdin.Read(p)
	})
	var out, errs bytes.Buffer
	if code := run(ctx, []string{"lint", "-"}, reads, &out, &errs); code != 130 {
		t.Errorf("exit code %d", code)
	}
	if out.Len() > 0 || errs.String() != "serverlens: interrupted\n" {
		t.Errorf("said %q and %q", out.String(), errs.String())
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestDidYouMean(t *testing.T) {
	names := []string{"visibility-margin", "function-tracing", "text"}
	for word, want := range map[string]string{
		"visibilty-margin": `, did you mean "visibility-margin"?`, "txt": `, did you mean "text"?`, "nothing-like-it": "", "": "",
	} {
		if got := didYouMean(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"kitten", "sitting", 3}, {"abc", "abc", 0}, {"flaw", "lawn", 2}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance of %q and %q is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
