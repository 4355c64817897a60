package main

import (
	"github.com/spf13/cobra"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/report"
)

func graphCommand() *cobra.Command {
	var in input
	var out output
	cmd := &cobra.Command{
		Use:   "graph [PATH...]",
		Short: "Draw the service graph of a stack",
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
	out.flags(cmd, report.Graph)
	return cmd
}
