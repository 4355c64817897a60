package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

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
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return fmt.Errorf("explain takes the name of one rule (serverlens rules lists them) or pattern (%s)", strings.Join(slugs(), ", "))
		},
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
	near := cmp.Or(didYouMean(name, slices.Concat(ids(engine), slugs())),
		"; serverlens rules lists the rules, the patterns are "+strings.Join(slugs(), ", "))
	return "", exit{exitUsage, fmt.Errorf("no rule and no pattern is called %q%s", name, near)}
}

// slugs is the ids of the patterns.
func slugs() []string {
	var out []string
	for _, p := range patterns.All {
		out = append(out, p.ID)
	}
	return out
}
