package cloudformation

import (
	"bufio"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
)

// places checks that what stands at the places of a value is the value.
type places struct {
	t                               *testing.T
	files                           map[string][]byte
	keys, scalars, pieces, mentions int
}

func (p *places) text(at source.Location) string {
	return string(p.files[at.File()][at.Offset:at.EndOffset])
}

// decoded is the text of the scalar or key at a place.
func (p *places) decoded(at source.Location) (string, bool) {
	s, ok := document.Open(p.files[at.File()], at)
	if !ok {
		return "", false
	}
	return s.Text, true
}

// value checks a value and all below it, as far as it is written in one place.
func (p *places) value(v source.Value) {
	for _, part := range v.Parts() {
		p.part(part)
	}
	at := v.At
	if v.Def() != nil {
		at = *v.Def()
	}
	if v.Kind == source.String && len(v.Parts()) == 0 && !v.Default && !at.IsZero() && !isCall(p.text(at)) {
		p.scalars++
		if got, ok := p.decoded(at); !ok || got != v.Text {
			p.t.Errorf("%s: reads %q, should be %q", at, got, v.Text)
		}
	}
	for _, item := range v.Items {
		p.value(item)
	}
	for _, a := range v.Alts() {
		p.value(a.Value)
	}
	for _, e := range v.Entries {
		if key, ok := p.decoded(e.KeyAt); ok && !strings.HasPrefix(key, "!") {
			p.keys++
			if key != e.Key && !strings.Contains(key, "{") { // of a loop
				p.t.Errorf("%s: the key reads %q, should be %q", e.KeyAt, key, e.Key)
			}
		}
		p.value(e.Value)
	}
}

// part checks that a piece of a text reads the same in the scalar that it was
// written in and at its own place.
func (p *places) part(part source.Part) {
	if part.In.IsZero() {
		p.mention(part)
		return
	}
	scalar, ok := document.Open(p.files[part.In.File()], part.In)
	if !ok || part.Start > len(scalar.Text) {
		p.t.Errorf("%s: no scalar with a byte %d", part.In, part.Start)
		return
	}
	whole := scalar.Text
	want := part.Text
	if part.Ref != nil || part.Text == "" {
		want = part.Expr
		if part.Ref != nil && strings.Contains(part.Ref.Address, "/") {
			want = want[strings.LastIndex(want, "/")+1:]
		}
		if part.Ref != nil && part.Ref.At != part.At {
			p.t.Errorf("%s: the reference is at %s", part.At, part.Ref.At)
		}
	}
	p.pieces++
	if !strings.HasPrefix(whole[part.Start:], want) {
		p.t.Errorf("%s: byte %d reads %q, should be %q", part.In, part.Start, whole[part.Start:], want)
	}
	inside := part.At.File() == part.In.File() && part.At.Offset >= part.In.Offset && part.At.EndOffset <= part.In.EndOffset
	at := scalar.Region(part.Start, part.Start+len(want))
	if inside && part.At != part.In && part.At != at {
		p.t.Errorf("%s: reads %q, should be %q", part.At, p.text(part.At), want)
	}
}

// mention checks that a reference that calls a function reads as what it names,
// whole or as a list.
func (p *places) mention(part source.Part) {
	if part.Ref == nil || part.Ref.Import != "" || part.Ref.At.File() == "" || strings.Contains(part.Ref.Address, "/") {
		return
	}
	p.mentions++
	text := strings.Trim(p.text(part.Ref.At), `"'`)
	if decoded, ok := p.decoded(part.Ref.At); ok && decoded == part.Expr {
		return
	}
	if text != part.Expr && !(strings.HasPrefix(text, part.Ref.Address) && strings.Trim(text[len(part.Ref.Address):], "\"', \n\t-") == part.Ref.Attribute) {
		p.t.Errorf("%s: reads %q, should be %q", part.Ref.At, text, part.Expr)
	}
}

// isCall reports whether what stands at a place is a function call, so that the
// value was computed.
func isCall(text string) bool {
	for _, start := range []string{"!", "{", "Fn::", "Ref", `"Fn::`, `"Ref`, "'Fn::", "&"} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	return false
}

// check evaluates a template up to SAM's expansion, which places what it makes
// where it was caused, and checks all that was written.
func (p *places) check(tree *source.Tree, name string) *source.Stack {
	l := newLoader(tree, name, Options{})
	root, err := l.read(name, document.Parse)
	if err != nil {
		p.t.Errorf("%s: %v", name, err)
		return l.stack
	}
	root, _ = l.unwrap(root)
	t := l.template(name, root)
	t.declare()
	for i := range t.resources {
		if r, ok := t.resource(&t.resources[i]); ok {
			t.attachDefinition(&r)
			p.files = l.stack.Files
			for _, v := range []source.Value{r.Properties, r.Metadata, r.Attributes} {
				p.value(v)
			}
		}
	}
	for _, o := range t.outputNames {
		v, _ := t.output(o)
		p.files = l.stack.Files
		p.value(v)
	}
	return l.stack
}

// TestPlaces: every scalar, key and reference reads as what it is.
func TestPlaces(t *testing.T) {
	files := map[string][]byte{}
	err := fs.WalkDir(os.DirFS("testdata/places"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[name], err = os.ReadFile(filepath.Join("testdata/places", name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range files {
		if strings.HasPrefix(name, "part") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			p := places{t: t}
			if s := p.check(source.MemoryTree(files), name); len(s.Problems) > 0 {
				t.Error(problems(s))
			}
			if p.keys < 7 || p.scalars < 5 || p.pieces < 5 {
				t.Errorf("only %d keys, %d scalars, %d pieces", p.keys, p.scalars, p.pieces)
			}
		})
	}
}

// TestCorpus loads every labelled template of a corpus, which the environment
// variable SERVERLENS_CORPUS names: a folder with labels.jsonl, each line with
// repo, path and format.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("SERVERLENS_CORPUS")
	if dir == "" {
		t.Skip("SERVERLENS_CORPUS does not name a corpus")
	}
	labels, err := os.Open(filepath.Join(dir, "labels.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer labels.Close()
	n, p := 0, places{t: t}
	for lines := bufio.NewScanner(labels); lines.Scan(); {
		var label struct{ Repo, Path, Format string }
		if err := json.Unmarshal(lines.Bytes(), &label); err != nil {
			t.Fatal(err)
		}
		if label.Format == "terraform" {
			continue
		}
		n++
		tree, err := source.OpenTree(filepath.Join(dir, label.Repo), 0)
		if err != nil {
			t.Fatal(err)
		}
		s, ok := Load(tree, label.Path, Options{})
		if !ok || len(s.Resources) == 0 {
			t.Errorf("%s: %d resources", label.Path, len(s.Resources))
		}
		for _, problem := range s.Problems {
			if problem.Severity == source.Error {
				t.Error(label.Repo + "/" + problem.String())
			} else {
				t.Log(label.Repo + "/" + problem.String())
			}
		}
		p.check(tree, label.Path)
		if err := tree.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d templates: the places of %d keys, %d scalars, %d pieces of text and %d mentions", n, p.keys, p.scalars, p.pieces, p.mentions)
	if n == 0 {
		t.Error("no templates")
	}
}
