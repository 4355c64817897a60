package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/analyzer/report"
	"github.com/serverlens/serverlens/rules"
)

func rulesCommand() *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := out.check(); err != nil {
				return err
			}
			engine, err := policy.Builtin()
			if err != nil {
				return exit{exitIncomplete, err}
			}
			return out.write(cmd, &analyzer.Report{Rules: engine.Rules()}, false)
		},
	}
	out.flags(cmd, report.Rules)
	return cmd
}

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain RULE|PATTERN",
		Short: "Print the whole page of a rule or a pattern",
		Long: `Explain prints why a rule matters, on which fact of AWS it rests, an example that it
reports, one that it does not, and how to fix what it finds; of a pattern its parts
and what is missing without them. It needs no network.`,
		Example: `  serverlens explain visibility-margin
  serverlens explain event-driven`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			names, directive := completeRules(cmd, args, word)
			return append(names, slugs()...), directive
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			page, err := pageOf(args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), page)
			return err
		},
	}
}

func pageOf(name string) (string, error) {
	if p := patterns.ByID(name); p != nil {
		return report.PatternPage(p), nil
	}
	engine, err := policy.Builtin()
	if err != nil {
		return "", exit{exitIncomplete, err}
	}
	if r := engine.Rule(name); r != nil {
		return report.RulePage(r, rules.Files), nil
	}
	return "", exit{exitUsage, fmt.Errorf("no rule and no pattern is called %q%s", name, didYouMean(name, slices.Concat(ids(engine), slugs())))}
}

// slugs is the ids of the patterns.
func slugs() []string {
	var out []string
	for _, p := range patterns.All {
		out = append(out, p.ID)
	}
	return out
}
