package report

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/patterns"
	"github.com/serverlens/serverlens/analyzer/policy"
)

// RulePage is the documentation of a rule in Markdown: why, what to do, the facts
// with their sources, and a failing and a passing example. The examples are the
// rule's fixtures, which lie beside its file in files.
func RulePage(r *policy.Rule, files fs.FS) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# %s\n\n%s\n\n", r.ID, r.Title)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&out, "- %s: %s\n", name, value)
		}
	}
	var levels []string
	for _, s := range r.Severities {
		levels = append(levels, s.String())
	}
	row("Severity", strings.Join(levels, " or "))
	row("Practice", r.Practice)
	if r.Heuristic {
		row("Certainty", "heuristic: it goes by names or other signs that can mislead")
	}
	if r.Strict || r.Severity().String() == "note" {
		row("Shown", "with `--profile strict` or `--only "+r.ID+"`")
	}
	row("Known elsewhere as", strings.Join(r.Aliases, ", "))
	why, exempt := splitDescription(r.Description)
	fmt.Fprintf(&out, "\n## Why\n\n%s\n", why)
	if exempt != "" {
		fmt.Fprintf(&out, "\n## What counts and what does not\n\n%s\n", exempt)
	}
	if r.Fix != "" {
		fmt.Fprintf(&out, "\n## How to fix\n\n%s\n", r.Fix)
	}
	dir := path.Join(path.Dir(r.File), "testdata")
	example(&out, "This is reported", files, dir, "avoid")
	example(&out, "This is not", files, dir, "prefer")
	fmt.Fprintf(&out, "\n## Sources\n\n")
	for _, s := range r.Sources {
		fmt.Fprintf(&out, "- [%s](%s)\n", s.Title, s.URL)
	}
	return out.String()
}

// splitDescription takes the reason, which is the first paragraph, apart from
// what the rule leaves alone.
func splitDescription(s string) (why, exempt string) {
	why, exempt, _ = strings.Cut(strings.TrimSpace(s), "\n\n")
	return strings.TrimSpace(why), strings.TrimSpace(exempt)
}

// examples is the endings of fixtures in the order of preference, with the language
// of their text.
var examples = [][2]string{{".yaml", "yaml"}, {".cfn.yaml", "yaml"}, {".json", "json"}, {"/main.tf", "hcl"}, {".tf", "hcl"}}

var mark = regexp.MustCompile(`[ \t]*(#|//) want .*`)

func example(out *strings.Builder, title string, files fs.FS, dir, name string) {
	for _, ending := range examples {
		text, err := fs.ReadFile(files, path.Join(dir, name+ending[0]))
		if err != nil {
			continue
		}
		body := strings.TrimSpace(mark.ReplaceAllString(string(text), ""))
		fmt.Fprintf(out, "\n## %s\n\n```%s\n%s\n```\n", title, ending[1], body)
		return
	}
}

// PatternPage is the documentation of a pattern in Markdown.
func PatternPage(p *patterns.Pattern) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# %s\n\n%s\n\nFlow: %s\n\n", p.Title, p.Summary, p.Flow)
	if len(p.Uses) > 0 {
		fmt.Fprintf(&out, "Used for %s.\n\n", strings.Join(p.Uses, ", "))
	}
	fmt.Fprintf(&out, "## Roles\n\n")
	for _, r := range p.Roles {
		fmt.Fprintf(&out, "- **%s** (%s): %s.\n", r.Name, need(r), r.Summary)
		if r.Advice != "" {
			fmt.Fprintf(&out, "  Where it is missing: %s.\n", r.Advice)
		}
	}
	return out.String()
}

func need(r patterns.Role) string {
	switch {
	case r.Required:
		return "required"
	case r.Optional:
		return "optional"
	}
	return "completes it"
}

// practices is the practices of some rules, sorted.
func practices(all []*policy.Rule) []string {
	var out []string
	for _, r := range all {
		out = append(out, r.Practice)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
