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
folder that is searched for stacks, or - for standard input, which may also be what
CloudFormation's get-template answers.`,
		Example: `  serverlens detect template.yaml
  aws cloudformation get-template --stack-name orders | serverlens detect -`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := out.check(); err != nil {
				return err
			}
			_, err := in.analyze(cmd, paths, &out, analyzer.Options{Keep: analyzer.Graphs})
			return err
		},
	}
	in.flags(cmd)
	out.flags(cmd, report.Detect)
	return cmd
}
