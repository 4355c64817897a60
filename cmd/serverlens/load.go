package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/report"
	"github.com/serverlens/serverlens/parsers"
	"github.com/serverlens/serverlens/parsers/source"
)

// input is the flags of every command that reads templates.
type input struct {
	params     map[string]string
	paramsFile string
	vars       []string
	varFiles   []string
	plan       string
	shims      string
	maxSize    int64
}

func (in *input) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringToStringVar(&in.params, "param", nil, "value of a template parameter, `KEY=VALUE` (repeatable)")
	f.StringVar(&in.paramsFile, "params-file", "", "`FILE` with parameters: CloudFormation CLI JSON or samconfig.toml")
	f.StringArrayVar(&in.vars, "var", nil, "value of a Terraform variable, `NAME=VALUE` (repeatable)")
	f.StringArrayVar(&in.varFiles, "var-file", nil, "`FILE` with values of Terraform variables (repeatable)")
	f.StringVar(&in.plan, "plan", "", "`FILE` from terraform show -json: what a plan of the Terraform root knows")
	f.StringVar(&in.shims, "shims", "", "`FOLDER` of stand-ins for Terraform modules that are not there, NAMESPACE/NAME/*.tf")
	f.Int64Var(&in.maxSize, "max-file-size", source.DefaultMaxFileSize, "largest file that is read, in `BYTES`")
}

// load reads the stacks below the paths, the current folder where there is none.
func (in *input) load(cmd *cobra.Command, paths []string, o analyzer.Options) (*analyzer.Report, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, v := range in.vars { // a value may hold commas, which would end that of --param
		name, value, ok := strings.Cut(v, "=")
		if !ok {
			return nil, exit{exitUsage, fmt.Errorf("--var %s: not NAME=VALUE", v)}
		}
		if in.params == nil {
			in.params = map[string]string{}
		}
		in.params[name] = value
	}
	stacks, problems, err := parsers.Load(paths, parsers.Options{
		Params: in.params, ParamsFile: in.paramsFile, VarFiles: in.varFiles, Plan: in.plan, Shims: in.shims,
		MaxFileSize: in.maxSize, Stdin: cmd.InOrStdin(),
	})
	if err != nil {
		return nil, exit{exitUsage, err}
	}
	return analyzer.Analyze(cmd.Context(), stacks, problems, o), nil
}

// printProblems tells what could not be read on standard error, and returns the
// error of an incomplete analysis where something that was asked for is missing.
func printProblems(w io.Writer, r *analyzer.Report) error {
	incomplete := false
	say := func(problems []source.Problem) {
		for _, p := range problems {
			if p.Severity != source.Note {
				fmt.Fprintln(w, p)
			}
			incomplete = incomplete || p.Severity == source.Error
		}
	}
	say(r.Problems)
	for _, sys := range r.Systems {
		for _, s := range sys.Stacks {
			say(s.Problems)
		}
		for _, f := range sys.Result.Failures {
			fmt.Fprintln(w, f)
			incomplete = true
		}
	}
	if incomplete {
		return exit{code: exitIncomplete}
	}
	return nil
}

// output is the flag of a command that writes reports.
type output struct {
	verb    report.Verb
	formats []string
}

func (o *output) flags(cmd *cobra.Command, verb report.Verb) {
	o.verb = verb
	var help []string
	for _, f := range report.Formats(verb) {
		help = append(help, f.Name+" ("+f.Summary+")")
	}
	cmd.Flags().StringArrayVarP(&o.formats, "format", "f", nil,
		"output format, `FORMAT[=FILE]` (repeatable): "+strings.Join(help, ", ")+"; the first is the default")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(report.Names(verb), cobra.ShellCompDirectiveNoFileComp))
}

// check refuses formats that are not there before any work is done.
func (o *output) check() error {
	if len(o.formats) == 0 {
		o.formats = []string{report.Names(o.verb)[0]}
	}
	toStdout := 0
	for _, f := range o.formats {
		name, file, toFile := strings.Cut(f, "=")
		if !toFile {
			toStdout++
		}
		if toFile && file == "" {
			return exit{exitUsage, fmt.Errorf("--format %s: no file behind the =", f)}
		}
		known := false
		for _, n := range report.Names(o.verb) {
			known = known || n == name
		}
		if !known {
			return exit{exitUsage, fmt.Errorf("unknown format %q, one of %s", name, strings.Join(report.Names(o.verb), ", "))}
		}
	}
	if toStdout > 1 {
		return exit{exitUsage, errors.New("only one --format can go to standard output; give the others a =FILE")}
	}
	return nil
}

func (o *output) write(cmd *cobra.Command, r *analyzer.Report) error {
	for _, f := range o.formats {
		name, file, toFile := strings.Cut(f, "=")
		if !toFile {
			if err := report.Write(cmd.OutOrStdout(), o.verb, name, r, report.Options{Color: color(cmd.OutOrStdout())}); err != nil {
				return exit{exitIncomplete, err}
			}
			continue
		}
		if err := writeFile(file, o.verb, name, r); err != nil {
			return exit{exitIncomplete, err}
		}
	}
	return nil
}

func writeFile(file string, verb report.Verb, format string, r *analyzer.Report) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return report.Write(f, verb, format, r, report.Options{})
}

// color reports whether text may carry colour: on a terminal, unless NO_COLOR is
// set (no-color.org), or where FORCE_COLOR is.
func color(w io.Writer) bool {
	if os.Getenv("NO_COLOR") != "" {
		return false
	}
	if os.Getenv("FORCE_COLOR") != "" {
		return true
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
