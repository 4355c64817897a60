package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/analyzer/report"
	"github.com/serverlens/serverlens/parsers/source"
)

// lint is the flags of the command of that name.
type lint struct {
	in                    input
	out                   output
	failOn, date, profile string
	exitZero              bool
	only, disable         []string
}

func lintCommand() *cobra.Command {
	var l lint
	cmd := &cobra.Command{
		Use:   "lint [PATH...]",
		Short: "Check a stack against best practices",
		Long: `Lint checks stacks against best practices and says where, why and how to fix what
it finds. PATH is a template, a folder that is searched for stacks, or - for
standard input; without one it is the current folder.

What cannot be known from the templates is never held against them: a finding that
would rest on it is undecided, and --show-unknown lists it.`,
		Example: `  serverlens lint
  serverlens lint template.yaml --param Stage=prod
  serverlens lint services -f text -f sarif=serverlens.sarif --fail-on warning`,
		RunE: l.run,
	}
	l.in.flags(cmd)
	l.out.flags(cmd, report.Lint)
	f := cmd.Flags()
	f.StringVar(&l.failOn, "fail-on", "error", "exit 1 at a finding of this `SEVERITY` or worse: error, warning, note, never")
	f.BoolVar(&l.exitZero, "exit-zero", false, "exit 0 whatever is found")
	f.StringSliceVar(&l.only, "only", nil, "check these `RULES` alone, by id or alias, commas between them")
	f.StringSliceVar(&l.disable, "disable", nil, "leave these `RULES` out")
	f.StringVar(&l.profile, "profile", "recommended", "`PROFILE`: recommended, or strict to see notes as well")
	f.StringVar(&l.date, "date", "", "what to take as today, `YYYY-MM-DD`; SOURCE_DATE_EPOCH otherwise")
	f.BoolVar(&l.out.showUnknown, "show-unknown", false, "list what could not be decided, and the flag that would decide it")
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{"error", "warning", "note", "never"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions(profiles, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("only", completeRules)
	_ = cmd.RegisterFlagCompletionFunc("disable", completeRules)
	return cmd
}

var profiles = []string{"recommended", "strict"}

func (l *lint) run(cmd *cobra.Command, paths []string) error {
	if err := l.out.check(); err != nil {
		return err
	}
	fails, err := parseThreshold(l.failOn)
	if err != nil {
		return exit{exitUsage, err}
	}
	date, err := today(l.date)
	if err != nil {
		return exit{exitUsage, err}
	}
	if l.profile != profiles[0] && l.profile != profiles[1] {
		return exit{exitUsage, fmt.Errorf("--profile %s: one of recommended, strict", l.profile)}
	}
	engine, err := policy.Builtin()
	if err != nil {
		return exit{exitIncomplete, err}
	}
	if cmd.Flags().Changed("only") && len(l.only) == 0 { // as of an empty variable: nothing would be checked
		return exit{exitUsage, errors.New("--only: no rule is named")}
	}
	for _, name := range slices.Concat(l.only, l.disable) {
		if engine.Rule(name) == nil {
			return exit{exitUsage, fmt.Errorf("unknown rule %q%s", name, didYouMean(name, ids(engine)))}
		}
	}
	r, err := l.in.analyze(cmd, paths, &l.out, analyzer.Options{
		Engine: engine, Policy: policy.Options{Date: date, Only: l.only, Disable: l.disable}, Strict: l.profile == "strict", Keep: analyzer.Findings,
	})
	if err != nil {
		return err
	}
	if !l.exitZero && fails(r) {
		return exit{code: exitFindings}
	}
	return nil
}

// parseThreshold makes of --fail-on what tells whether a run fails.
func parseThreshold(s string) (func(*analyzer.Report) bool, error) {
	if s == "never" {
		return func(*analyzer.Report) bool { return false }, nil
	}
	for _, least := range []source.Severity{source.Error, source.Warning, source.Note} {
		if s == least.String() {
			return func(r *analyzer.Report) bool { return worst(r, least) }, nil
		}
	}
	return nil, fmt.Errorf("--fail-on %s: one of error, warning, note, never", s)
}

// worst reports whether a finding is of a severity or worse.
func worst(r *analyzer.Report, least source.Severity) bool {
	for _, sys := range r.Systems {
		for _, f := range sys.Result.Findings {
			if f.Severity >= least {
				return true
			}
		}
	}
	return false
}

// today is the date that a run takes as today: as asked for, else that of
// SOURCE_DATE_EPOCH (reproducible-builds.org), else the UTC date.
func today(date string) (string, error) {
	if date != "" {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			return "", fmt.Errorf("--date %s: not a date like 2006-01-02", date)
		}
		return date, nil
	}
	if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return "", fmt.Errorf("SOURCE_DATE_EPOCH=%s: not a number of seconds", epoch)
		}
		return time.Unix(seconds, 0).UTC().Format(time.DateOnly), nil
	}
	return time.Now().UTC().Format(time.DateOnly), nil
}

func ids(e *policy.Engine) []string {
	var out []string
	for _, r := range e.Rules() {
		out = append(out, r.ID)
	}
	return out
}

func completeRules(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	engine, err := policy.Builtin()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return ids(engine), cobra.ShellCompDirectiveNoFileComp
}
