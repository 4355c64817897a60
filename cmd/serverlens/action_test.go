package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The action pins what it uses by commit, and puts nothing that a user writes into
// a script; the variables that its script reads are those that it sets.
func TestAction(t *testing.T) {
	root := filepath.Join("..", "..")
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	action := read("action.yml")
	pinned := regexp.MustCompile(`@[0-9a-f]{40} # v`)
	uses := 0
	for _, line := range strings.Split(action+read("README.md"), "\n") {
		if _, what, ok := strings.Cut(line, "uses: "); ok && !strings.HasPrefix(what, "serverlens/") {
			uses++
			if !pinned.MatchString(what) {
				t.Errorf("not pinned by commit: %s", what)
			}
		}
		if _, script, ok := strings.Cut(line, " run: "); ok && (strings.Contains(script, "${{") || strings.HasPrefix(script, "|")) {
			t.Errorf("an expression in a script, or a script of several lines: %s", script)
		}
	}
	if uses < 4 {
		t.Errorf("found only %d actions in use", uses)
	}
	set := regexp.MustCompile(`IN_[A-Z_]+`)
	is, wanted := unique(set.FindAllString(action, -1)), unique(set.FindAllString(read("action/run.sh"), -1))
	if !slices.Equal(is, wanted) {
		t.Errorf("action.yml sets %v, run.sh reads %v", is, wanted)
	}
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
