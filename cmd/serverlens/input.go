package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/report"
	"github.com/serverlens/serverlens/parsers"
	"github.com/serverlens/serverlens/parsers/source"
)

// input is the flags of every command that reads templates.
type input struct {
	params     []string
	vars       []parsers.Var
	plan       string
	shims      string
	paramsFile string
	maxSize    int64
	root       string
}

func (in *input) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&in.params, "param", nil, "value of a template parameter, `KEY=VALUE` (repeatable)")
	f.StringVar(&in.paramsFile, "params-file", "", "`FILE` with parameters: CloudFormation CLI JSON or samconfig.toml")
	f.Var(variable{&in.vars}, "var", "value of a Terraform variable, `NAME=VALUE` (repeatable, the later of --var and --var-file wins; TF_VAR_NAME is not read)")
	f.Var(variableFile{&in.vars}, "var-file", "`FILE` with values of Terraform variables (repeatable)")
	f.StringVar(&in.plan, "plan", "", "`FILE` from terraform show -json: what a plan or the state of one Terraform root knows")
	f.StringVar(&in.shims, "shims", "", "`FOLDER` of stand-ins for Terraform modules that are not there, NAMESPACE/NAME/*.tf")
	f.StringVar(&in.root, "root", "", "`FOLDER` that formats for machines name files from, and outside of which nothing is read; by default the git work tree")
	f.Int64Var(&in.maxSize, "max-file-size", source.DefaultMaxFileSize, "largest file that is read, in `BYTES`")
}

// variable and variableFile are --var, its text as it is, and --var-file: their
// order counts.
type (
	variable     struct{ to *[]parsers.Var }
	variableFile struct{ to *[]parsers.Var }
)

func (v variable) Set(text string) error {
	*v.to = append(*v.to, parsers.Var{Value: text})
	return nil
}

func (v variableFile) Set(file string) error {
	if file == "" {
		return errors.New("no file is named")
	}
	*v.to = append(*v.to, parsers.Var{File: file})
	return nil
}

func (variable) String() string     { return "" }
func (variable) Type() string       { return "text" }
func (variableFile) String() string { return "" }
func (variableFile) Type() string   { return "file" }

// variables are the values that --var gives, among the files of --var-file.
func (in *input) variables() ([]parsers.Var, error) {
	out := slices.Clone(in.vars)
	for i, v := range out {
		if v.File != "" {
			continue
		}
		name, value, ok := strings.Cut(v.Value, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--var %s: not NAME=VALUE", v.Value)
		}
		out[i] = parsers.Var{Name: name, Value: value}
	}
	return out, nil
}

// analyze makes the report of the stacks below the paths, of the current folder
// where there is none, writes it, and tells on standard error what could not be
// read. Where nothing can be analysed the formats for machines still get a
// document that says so.
func (in *input) analyze(cmd *cobra.Command, paths []string, out *output, o analyzer.Options) (*analyzer.Report, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	opts := parsers.Options{
		Params: map[string]string{}, ParamsFile: in.paramsFile, Plan: in.plan, Shims: in.shims,
		MaxFileSize: in.maxSize, Stdin: cmd.InOrStdin(),
	}
	if err := keyValues(opts.Params, "--param", in.params); err != nil {
		return nil, exit{exitUsage, err}
	}
	var err error
	if opts.Vars, err = in.variables(); err != nil {
		return nil, exit{exitUsage, err}
	}
	if in.maxSize <= 0 {
		return nil, exit{exitUsage, fmt.Errorf("--max-file-size %d: not a positive number of bytes", in.maxSize)}
	}
	var r *analyzer.Report
	if err = exist(paths); err == nil {
		opts.Root, err = in.rootOf(paths)
	}
	if err == nil {
		r, err = read(cmd.Context(), paths, opts, o)
	}
	if err != nil {
		failed := analyzer.Analyze(cmd.Context(), nil, []source.Problem{{Severity: source.Error, Summary: err.Error()}}, o)
		if e := out.write(cmd, failed, true); e != nil {
			return nil, e
		}
		return nil, exit{exitUsage, err}
	}
	if err := cmd.Context().Err(); err != nil { // what is missing would look like what is not there
		return nil, err
	}
	out.seen = seenFrom(opts.Root)
	if err := out.write(cmd, r, false); err != nil {
		return nil, err
	}
	whole, err := report.WriteProblems(cmd.ErrOrStderr(), r, out.options())
	if err == nil && !whole {
		err = exit{code: exitIncomplete}
	}
	return r, err
}

// rootOf is the folder that the user named, else the one that the paths lead to.
func (in *input) rootOf(paths []string) (string, error) {
	if in.root == "" {
		return parsers.Root(paths)
	}
	root, err := filepath.Abs(in.root)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(root)
}

// read makes the report of the stacks that paths name, of each while others are
// still read.
func read(ctx context.Context, paths []string, opts parsers.Options, o analyzer.Options) (*analyzer.Report, error) {
	reader, err := parsers.Open(paths, opts)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	a := analyzer.New(o)
	stacks, problems, err := reader.Read(func(s *source.Stack) { a.Add(ctx, s) })
	if err != nil {
		return nil, err
	}
	return a.Report(ctx, stacks, problems, reader.Again), nil
}

// exist refuses paths that lead to nothing, called as the user calls them.
func exist(paths []string) error {
	for _, p := range paths {
		var failed *fs.PathError
		if _, err := os.Stat(p); p != "-" && errors.As(err, &failed) {
			return fmt.Errorf("%s: %w", cmp.Or(p, `""`), failed.Err)
		}
	}
	return nil
}

// seenFrom makes of the name of a file below a root its name below the current
// folder.
func seenFrom(root string) func(string) string {
	asIs := func(file string) string { return file }
	here, err := os.Getwd()
	if err == nil {
		here, err = filepath.EvalSymlinks(here)
	}
	if err != nil || root == "" || here == root {
		return asIs
	}
	return func(file string) string {
		if file == parsers.Stdin {
			return file
		}
		if !filepath.IsAbs(file) {
			file = filepath.Join(root, filepath.FromSlash(file))
		}
		if rel, err := filepath.Rel(here, file); err == nil {
			file = rel
		}
		return filepath.ToSlash(file)
	}
}

// keyValues reads the values of a flag, each KEY=VALUE, into a map.
func keyValues(into map[string]string, flag string, pairs []string) error {
	for _, p := range pairs {
		key, value, ok := strings.Cut(p, "=")
		if !ok || key == "" {
			return fmt.Errorf("%s %s: not KEY=VALUE", flag, p)
		}
		into[key] = value
	}
	return nil
}
