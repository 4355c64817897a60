package policy

import (
	"bytes"
	"encoding/json"
	"io/fs"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/serverlens/serverlens/rules"
)

// Builtin is an engine with the rules that come with the program.
func Builtin() (*Engine, error) { return Load() }

// Load is an engine with the rules that come with the program and those of some
// file systems: every folder with a rule.rego, whose name is the rule's id. Each
// is compiled with every check; the error joins a LoadError for each that fails.
func Load(own ...fs.FS) (*Engine, error) {
	tables, err := readTables(rules.Files)
	if err != nil {
		return nil, err
	}
	e := &Engine{limits: defaultLimits, aws: ast.NewTerm(ast.MustInterfaceToValue(tables))}
	_, all, err := compile(tables, append([]fs.FS{rules.Files}, own...)...)
	if err != nil {
		return nil, err
	}
	return e, e.add(all)
}

// readTables reads the dated tables of AWS.
func readTables(fsys fs.FS) (any, error) {
	text, err := fs.ReadFile(fsys, "aws.json")
	if err != nil {
		return nil, err
	}
	var tables any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return tables, d.Decode(&tables)
}
