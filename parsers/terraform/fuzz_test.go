package terraform

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/serverlens/serverlens/parsers/source"
)

// FuzzLoad: no text in place of a configuration, of its JSON syntax, of values of
// variables or of a template may panic, hang, or give a place outside of its file.
func FuzzLoad(f *testing.F) {
	seeds, _ := filepath.Glob("testdata/*/*")
	for _, name := range seeds {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 {
			return
		}
		files := map[string][]byte{
			"main.tf": text, "more.tf.json": text, "terraform.tfvars": text, "a.auto.tfvars.json": text, "m/main.tf": text, "t.tftpl": text, "plan.json": text,
			"fixed.tf": []byte("module \"fixed\" { source = \"./m\" }\nresource \"x_y\" \"fixed\" {\n  v = templatefile(\"t.tftpl\", { a = \"b\" })\n  w = jsondecode(file(\"more.tf.json\"))\n}\n"),
		}
		plan, _ := ReadPlan(File{"plan.json", text})
		s := Load(source.MemoryTree(files), ".", Options{Plan: plan, Inputs: []Input{{File: &File{"x.tfvars", text}}}})
		checkPlaces(t, s)
		alone, _ := LoadPlan(source.MemoryTree(files), "plan.json")
		checkPlaces(t, alone)
	})
}

// FuzzShallow: what is taken for shallow is not too deep for the lexer.
func FuzzShallow(f *testing.F) {
	for _, text := range []string{
		"a = [\"${ {b = \"\\\"\"} }\", \"%{ if c }$$${d}%{ endif }\"] # (\n", "a = (-\n-\n!b ? c[*].d : e) // \"\n", "a = <<E\n(\nE\nb = /* [ */ 1\n", "a = \"(\n\"}{",
		"\"0!0\xe8",
	} {
		f.Add(text, 1)
		f.Add(text, 300)
	}
	f.Fuzz(func(t *testing.T, text string, times int) {
		src := []byte(strings.Repeat(text, min(max(times, 1), 300)))
		tokens, _ := hclsyntax.LexConfig(src, "t", hcl.InitialPos)
		if _, deep := tooDeep(tokens); deep && shallow(src) {
			t.Errorf("%q is taken for shallow", text)
		}
	})
}

// FuzzEval: no expression may.
func FuzzEval(f *testing.F) {
	seeds, err := os.ReadFile("testdata/functions.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(seeds)) {
		expr, _, _ := strings.Cut(line, " => ")
		f.Add(expr)
	}
	for _, expr := range []string{
		`x_y.other.arn == "" ? local.m : [for k, v in local.m : k if v != null]`, `try(var.u.a[0], var.s, "x")`, `jsonencode(merge(local.m, {a = x_y.other.id}))`,
		`"${var.s}-${join(",", x_y.other[*].arn)}"`, `templatestring("$${a}", {a = x_y.other.arn})`, `flatten([local.m, [[var.u]]])`, `local.m[var.s].b...`,
	} {
		f.Add(expr)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		if len(expr) > 1<<14 {
			return
		}
		text := "variable \"u\" {\n  type = any\n}\nvariable \"s\" {\n  type = string\n}\nvariable \"l\" {\n  type = list(string)\n}\n" +
			"locals {\n  m = { a = 1, b = [var.s, x_y.other.arn], c = null }\n  e = " + expr + "\n}\n" +
			"resource \"x_y\" \"other\" { name = \"other\" }\n" +
			"resource \"x_y\" \"z\" {\n  v = " + expr + "\n  w = \"${" + expr + "}\"\n  l = local.e\n" +
			"  dynamic \"b\" {\n    for_each = " + expr + "\n    content {\n      k = b.key\n      v = b.value\n    }\n  }\n}\n" +
			"resource \"x_y\" \"many\" {\n  for_each = " + expr + "\n  v = each.value\n}\nresource \"x_y\" \"count\" {\n  count = " + expr + "\n}\n"
		checkPlaces(t, Load(source.MemoryTree(map[string][]byte{"main.tf": []byte(text)}), ".", Options{}))
	})
}

// checkPlaces holds every place of a stack against its file, and looks for tokens
// that were left in.
func checkPlaces(t *testing.T, s *source.Stack) {
	t.Helper()
	at := func(l source.Location) {
		if l.IsZero() {
			return
		}
		if b, ok := s.Files[l.File()]; !ok || l.Offset < 0 || l.EndOffset < l.Offset || int(l.EndOffset) > len(b) || l.Column() < 1 || l.EndLine() < l.Line() {
			t.Fatalf("%+v is no place in a file of %d bytes", l, len(b))
		}
	}
	written := false // a token by the hand of an author
	for _, b := range s.Files {
		written = written || token.Match(b)
	}
	plain := func(text string) {
		if !written && token.MatchString(text) {
			t.Fatalf("a token is left in %q", text)
		}
	}
	var walk func(v source.Value)
	walk = func(v source.Value) {
		at(v.At)
		if v.Kind != source.Unknown || len(v.Parts()) > 0 {
			plain(v.Text)
		}
		if v.Def() != nil {
			at(*v.Def())
		}
		for _, x := range v.Parts() {
			plain(x.Text + " " + x.Expr)
			at(x.At)
			at(x.In)
			if !x.In.IsZero() && string(s.Files[x.In.File()][x.In.Offset:x.In.EndOffset]) != x.Text {
				t.Fatalf("%q does not stand at %v", x.Text, x.In)
			}
		}
		for _, r := range v.Refs() {
			at(r.At)
		}
		for _, a := range v.Alts() {
			walk(a.Value)
		}
		for _, x := range v.Items {
			walk(x)
		}
		for _, e := range v.Entries {
			plain(e.Key)
			at(e.KeyAt)
			walk(e.Value)
		}
		if v.Doc() != nil {
			walk(*v.Doc())
		}
	}
	for _, r := range s.Resources {
		plain(r.Address)
		at(r.At)
		at(r.Body)
		walk(r.Properties)
		walk(r.Metadata)
	}
	for _, o := range s.Outputs {
		walk(o.Value)
	}
	for _, p := range s.Problems {
		plain(p.Summary)
		at(p.At)
	}
}
