package main

import (
	"github.com/spf13/cobra"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/report"
)

func detectCommand() *cobra.Command {
	var in input
	var out output
	cmd := &cobra.Command{
		Use:   "detect [PATH...]",
		Short: "Name the architecture pattern that a stack implements",
		Long: `Detect says which of the seven serverless patterns a stack implements, with the
resources that show it, what is missing and how sure it is. PATH is a template, a
folder that is searched for templates, or - for standard input.`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := out.check(); err != nil {
				return err
			}
			r, err := in.load(cmd, paths, analyzer.Options{})
			if err != nil {
				return err
			}
			if err := out.write(cmd, r); err != nil {
				return err
			}
			return printProblems(cmd.ErrOrStderr(), r)
		},
	}
	in.flags(cmd)
	out.flags(cmd, report.Detect)
	return cmd
}
