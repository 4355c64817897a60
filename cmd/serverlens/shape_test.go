package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// Bounds of the code, tests left out.
const (
	maxFunction = 100 // lines
	maxExported = 12  // names of a package that is an entrance: the caller should see the whole of it
)

var entrances = []string{"parsers", "analyzer", "analyzer/report", "rules"}

// Functions are short, exported names documented, entrances narrow.
func TestShape(t *testing.T) {
	root := filepath.Join("..", "..")
	exported := map[string][]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		pkg := path.Dir(filepath.ToSlash(rel))
		for _, d := range f.Decls {
			if lines := files.Position(d.End()).Line - files.Position(d.Pos()).Line; lines > maxFunction {
				if fn, ok := d.(*ast.FuncDecl); ok {
					t.Errorf("%s: %s has %d lines", name, fn.Name.Name, lines)
				}
			}
			for ident, documented := range exports(d) {
				exported[pkg] = append(exported[pkg], ident)
				if !documented {
					t.Errorf("%s: %s has no comment", name, ident)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range entrances {
		if n := len(exported[pkg]); n == 0 || n > maxExported {
			t.Errorf("%s exports %d names: %v", pkg, n, exported[pkg])
		}
	}
}

// exports is the exported names of a declaration that is no method, and whether a
// comment is about each: its own, that of its group, or that of a constant before
// it, as an enumeration is explained where it begins.
func exports(d ast.Decl) map[string]bool {
	out := map[string]bool{}
	documented := false
	add := func(name *ast.Ident, comments ...*ast.CommentGroup) {
		for _, c := range comments {
			documented = documented || c != nil
		}
		if name.IsExported() {
			out[name.Name] = documented
		}
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			add(d.Name, d.Doc)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				add(s.Name, d.Doc, s.Doc)
			case *ast.ValueSpec:
				for _, name := range s.Names {
					add(name, d.Doc, s.Doc, s.Comment)
				}
			}
		}
	}
	return out
}
