package main

import (
	"github.com/spf13/cobra"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/analyzer/report"
)

func graphCommand() *cobra.Command {
	var in input
	var out output
	var schema bool
	cmd := &cobra.Command{
		Use:   "graph [PATH...]",
		Short: "Draw the service graph of a stack",
		Long: `Graph draws how data flows through a stack: who calls, who publishes, who reads. Its
JSON is what rules read, in which the values of environment variables are left out.`,
		Example: `  serverlens graph template.yaml > architecture.mmd
  serverlens graph -f dot template.yaml | dot -Tsvg -o architecture.svg
  serverlens graph --schema`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := out.check(); err != nil {
				return err
			}
			o := analyzer.Options{Keep: analyzer.Graphs}
			if schema || out.input() {
				engine, err := policy.Builtin()
				if err != nil {
					return exit{exitIncomplete, err}
				}
				if schema {
					return writeSchema(cmd, engine)
				}
				o.Engine, o.Policy = engine, policy.Options{Only: []string{}}
			}
			_, err := in.analyze(cmd, paths, &out, o)
			return err
		},
	}
	in.flags(cmd)
	out.flags(cmd, report.Graph)
	cmd.Flags().BoolVar(&schema, "schema", false, "print the JSON Schema of -f json and stop")
	return cmd
}

func writeSchema(cmd *cobra.Command, engine *policy.Engine) error {
	input, err := engine.Schema()
	if err != nil {
		return exit{exitIncomplete, err}
	}
	return report.WriteGraphSchema(cmd.OutOrStdout(), input)
}
