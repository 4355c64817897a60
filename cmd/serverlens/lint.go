package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/analyzer/report"
	"github.com/serverlens/serverlens/parsers/source"
)

func lintCommand() *cobra.Command {
	var in input
	var out output
	var failOn, date, profile string
	var exitZero bool
	var only, disable []string
	cmd := &cobra.Command{
		Use:   "lint [PATH...]",
		Short: "Check a stack against best practices",
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := out.check(); err != nil {
				return err
			}
			threshold, err := parseThreshold(failOn)
			if err != nil {
				return exit{exitUsage, err}
			}
			if date, err = today(date); err != nil {
				return exit{exitUsage, err}
			}
			engine, err := policy.Builtin()
			if err != nil {
				return exit{exitIncomplete, err}
			}
			r, err := in.load(cmd, paths, analyzer.Options{Engine: engine, Policy: policy.Options{Date: date, Only: only, Disable: disable}})
			if err != nil {
				return err
			}
			if err := out.write(cmd, r); err != nil {
				return err
			}
			if err := printProblems(cmd.ErrOrStderr(), r); err != nil {
				return err
			}
			if !exitZero && threshold.reached(r) {
				return exit{code: exitFindings}
			}
			return nil
		},
	}
	in.flags(cmd)
	out.flags(cmd, report.Lint)
	f := cmd.Flags()
	f.StringVar(&failOn, "fail-on", "error", "exit 1 at a finding of this `SEVERITY` or worse: error, warning, note, never")
	f.BoolVar(&exitZero, "exit-zero", false, "exit 0 whatever is found")
	f.StringSliceVar(&only, "only", nil, "check these `RULES` alone")
	f.StringSliceVar(&disable, "disable", nil, "leave these `RULES` out")
	f.StringVar(&profile, "profile", "recommended", "recommended, or strict to see notes as well")
	f.StringVar(&date, "date", "", "what to take as today, `YYYY-MM-DD`; SOURCE_DATE_EPOCH otherwise")
	return cmd
}

// threshold is the least severity that fails a run.
type threshold struct {
	severity source.Severity
	never    bool
}

func parseThreshold(s string) (threshold, error) {
	if s == "never" {
		return threshold{never: true}, nil
	}
	for _, severity := range []source.Severity{source.Error, source.Warning, source.Note} {
		if s == severity.String() {
			return threshold{severity: severity}, nil
		}
	}
	return threshold{}, fmt.Errorf("--fail-on %s: one of error, warning, note, never", s)
}

func (t threshold) reached(r *analyzer.Report) bool {
	for _, sys := range r.Systems {
		for _, f := range sys.Result.Findings {
			if !t.never && f.Severity >= t.severity {
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
