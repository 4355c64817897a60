package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// root is the command line.
func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serverlens",
		Short: "Architecture linter for serverless templates",
		Long: `serverlens reads AWS SAM, CloudFormation and Terraform into one service graph,
names the architecture pattern that it implements and checks best practices.
It never uses the network and never runs anything that it reads.

` + exitCodes,
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.SetVersionTemplate("serverlens {{.Version}}\n")
	cmd.SetFlagErrorFunc(unknownFlag)
	cmd.AddCommand(lintCommand(), detectCommand(), graphCommand(), rulesCommand(), explainCommand(), versionCommand())
	cmd.InitDefaultHelpCmd()
	cmd.InitDefaultCompletionCmd()
	for _, c := range cmd.Commands() {
		if !c.Runnable() { // else cobra answers any word behind it with its help
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	}
	return cmd
}

// exitCodes is said in the help and in the documentation.
const exitCodes = `Exit codes:
  0    nothing at or above the threshold
  1    findings at or above the threshold
  2    wrong usage, or nothing to analyse
  3    the analysis is incomplete; what was found is reported
  130  interrupted`

var flagName = regexp.MustCompile(`^unknown flag: --(\S+)$`)

// unknownFlag adds the nearest flag to the error of one that is not there.
func unknownFlag(cmd *cobra.Command, err error) error {
	m := flagName.FindStringSubmatch(err.Error())
	if m == nil {
		return exit{exitUsage, err}
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return exit{exitUsage, hint{err, didYouMean("--"+m[1], names)}}
}

// hint is an error with what might help.
type hint struct {
	error
	help string
}

func (h hint) Error() string { return h.error.Error() + h.help }

// withVerb puts lint before arguments that begin with a path, or with a flag of
// lint, instead of a command.
func withVerb(cmd *cobra.Command, args []string) ([]string, error) {
	isCommand := func(name string) bool {
		found, _, err := cmd.Find([]string{name})
		return err == nil && found != cmd || strings.HasPrefix(name, cobra.ShellCompRequestCmd)
	}
	if len(args) == 0 || slices.Contains([]string{"-h", "--help", "-v", "--version"}, args[0]) {
		return args, nil
	}
	if args[0] == "help" && len(args) > 1 && !isCommand(args[1]) {
		return nil, exit{exitUsage, fmt.Errorf("%q is no command%s", args[1], didYouMean(args[1], commands(cmd)))}
	}
	if isCommand(args[0]) {
		return args, nil
	}
	if _, err := os.Stat(args[0]); err != nil && !strings.HasPrefix(args[0], "-") {
		return nil, exit{exitUsage, fmt.Errorf("%q is no command and no file%s", args[0], didYouMean(args[0], commands(cmd)))}
	}
	return append([]string{"lint"}, args...), nil
}

// commands is the names of a command's commands.
func commands(cmd *cobra.Command) []string {
	var out []string
	for _, c := range cmd.Commands() {
		out = append(out, c.Name())
	}
	return out
}
