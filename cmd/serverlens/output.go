package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/report"
)

// output is the flag of a command that writes reports.
type output struct {
	verb        report.Verb
	specs       []string // as they were given
	targets     []target
	showUnknown bool
	seen        func(file string) string
}

func (o *output) options() report.Options {
	return report.Options{ShowUnknown: o.showUnknown, Version: version(), Seen: o.seen}
}

// target is a format and where it goes.
type target struct {
	format report.Format
	file   string // "" for standard output
}

func (o *output) flags(cmd *cobra.Command, verb report.Verb) {
	o.verb = verb
	var help []string
	for _, f := range verb.Formats() {
		help = append(help, f.Name+" ("+f.Summary+")")
	}
	cmd.Flags().StringArrayVarP(&o.specs, "format", "f", nil,
		"output format, `FORMAT[=FILE]` (repeatable): "+strings.Join(help, ", ")+"; the first is the default")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names(verb), cobra.ShellCompDirectiveNoFileComp))
}

func names(verb report.Verb) []string {
	var out []string
	for _, f := range verb.Formats() {
		out = append(out, f.Name)
	}
	return out
}

// check refuses formats that are not there before any work is done.
func (o *output) check() error {
	if len(o.specs) == 0 {
		o.specs = names(o.verb)[:1]
	}
	toStdout := 0
	for _, spec := range o.specs {
		name, file, toFile := strings.Cut(spec, "=")
		i := slices.Index(names(o.verb), name)
		switch {
		case i < 0:
			help := cmp.Or(didYouMean(name, names(o.verb)), ": one of "+strings.Join(names(o.verb), ", "))
			return exit{exitUsage, fmt.Errorf("unknown format %q%s", name, help)}
		case toFile && file == "":
			return exit{exitUsage, fmt.Errorf("--format %s: no file behind the =", spec)}
		case !toFile:
			toStdout++
		}
		o.targets = append(o.targets, target{o.verb.Formats()[i], file})
	}
	if toStdout > 1 {
		return exit{exitUsage, errors.New("only one --format can go to standard output; give the others a =FILE")}
	}
	return nil
}

// input reports whether a format needs the input of rules.
func (o *output) input() bool {
	return slices.ContainsFunc(o.targets, func(t target) bool { return t.format.Input })
}

// write writes a report in every format; with machineOnly in those for machines.
func (o *output) write(cmd *cobra.Command, r *analyzer.Report, machineOnly bool) error {
	for _, t := range o.targets {
		if machineOnly && !t.format.Machine {
			continue
		}
		if err := t.write(cmd.OutOrStdout(), o.verb, r, o.options()); err != nil {
			return exit{exitIncomplete, err}
		}
	}
	return nil
}

func (t target) write(stdout io.Writer, verb report.Verb, r *analyzer.Report, o report.Options) (err error) {
	if t.file == "" {
		o.Color = color(stdout)
		return report.Write(stdout, verb, t.format.Name, r, o)
	}
	f, err := os.Create(t.file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return report.Write(f, verb, t.format.Name, r, o)
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
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
