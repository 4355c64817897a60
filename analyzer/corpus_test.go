package analyzer_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
