package main

import (
	"io"

	"github.com/spf13/cobra"
)

// root is the command line.
func root(stdin io.Reader, stdout, stderr io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serverlens",
		Short: "Architecture linter for serverless templates",
		Long: `serverlens reads AWS SAM, CloudFormation and Terraform into one service graph,
names the architecture pattern that it implements and checks best practices.
It never uses the network and never runs anything that it reads.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	cmd.CompletionOptions.HiddenDefaultCmd = false
	cmd.AddCommand(lintCommand(), detectCommand(), graphCommand(), versionCommand())
	return cmd
}
