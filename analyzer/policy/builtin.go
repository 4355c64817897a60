package policy

import (
	"bytes"
	"encoding/json"
	"io/fs"

	"github.com/serverlens/serverlens/rules"
)

// Builtin is an engine with the rules that come with the program.
func Builtin() (*Engine, error) { return open(rules.Compiled) }

// Load is an engine with the rules that come with the program and those of some
// file systems: every folder with a rule.rego, whose name is the rule's id. Each
// of these is compiled with every check; the error joins a LoadError for each that
// fails. They may use the helpers of ours.
func Load(own ...fs.FS) (*Engine, error) {
	e, err := Builtin()
	if err != nil || len(own) == 0 {
		return e, err
	}
	tables, err := readTables(rules.Files)
	if err != nil {
		return nil, err
	}
	_, all, err := compile(tables, rules.Files, own...)
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
