package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/source"
	"github.com/serverlens/serverlens/rules"
)

// What code scanning takes (GitHub Docs, SARIF support for code scanning): of more
// results it keeps those of the highest severity, of more locations the first.
const (
	maxResults     = 5000
	maxRelated     = 100
	maxDescription = 1024
)

// home is where the documentation of the rules is.
const home = "https://github.com/serverlens/serverlens"

// alerts is the rules that are about security, with their score. Code scanning
// shows what has a score as a security alert, so the others have none.
var alerts = map[string]string{"secret-in-environment": "8.0", "wildcard-action": "5.0"}

// writeSARIF writes one run for all stacks: GitHub refuses two runs of a tool.
func writeSARIF(w io.Writer, r *analyzer.Report, o Options) error {
	doc, err := sarif.New(sarif.Version210)
	if err != nil {
		return err
	}
	run := sarif.NewRunWithInformationURI("serverlens", home)
	run.ColumnKind = "unicodeCodePoints"
	run.AutomationDetails = &sarif.RunAutomationDetails{ID: ref("serverlens/")}
	if version, ok := strings.CutPrefix(o.Version, "v"); ok {
		run.Tool.Driver.SemanticVersion = &version
	}
	if o.Version != "" {
		run.Tool.Driver.Version = &o.Version
	}
	index := map[*policy.Rule]uint{}
	run.Tool.Driver.Rules = []*sarif.ReportingDescriptor{}
	for i, rule := range r.Rules {
		index[rule] = uint(i)
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, descriptor(rule))
	}
	var notes []*sarif.Notification
	if r.Date != "" {
		run.PropertyBag.Properties = sarif.Properties{"date": r.Date}
	}
	run.Results, notes = results(r, index)
	for _, p := range problems(r) {
		n := &sarif.Notification{Level: p.Severity.String(), Message: sarif.NewTextMessage(p.Summary)}
		if p.At.File() != "" {
			n.Locations = []*sarif.Location{location(p.At)}
		}
		notes = append(notes, n)
	}
	for _, f := range failures(r) {
		n := &sarif.Notification{Level: "error", Message: sarif.NewTextMessage(f.Err.Error())}
		if i, ok := index[f.Rule]; ok {
			n.AssociatedRule = &sarif.ReportingDescriptorReference{Id: &f.Rule.ID, Index: &i}
		}
		notes = append(notes, n)
	}
	run.Invocations = []*sarif.Invocation{{ExecutionSuccessful: ref(complete(r)), ToolExecutionNotifications: notes}}
	doc.AddRun(run)
	return doc.PrettyWrite(w)
}

func ref[T any](v T) *T { return &v }

// results is the findings of a report, at most what code scanning keeps, and a
// note where there are more.
func results(r *analyzer.Report, index map[*policy.Rule]uint) ([]*sarif.Result, []*sarif.Notification) {
	type placed struct {
		sys *analyzer.System
		f   policy.Finding
	}
	var all []placed
	for i := range r.Systems {
		for _, f := range r.Systems[i].Result.Findings {
			all = append(all, placed{&r.Systems[i], f})
		}
	}
	var notes []*sarif.Notification
	if n := len(all); n > maxResults {
		slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(b.f.Severity, a.f.Severity) })
		all = all[:maxResults]
		notes = append(notes, &sarif.Notification{Level: "warning", Message: sarif.NewTextMessage(
			fmt.Sprintf("%d findings are left out: code scanning keeps %d", n-maxResults, maxResults))})
	}
	out, hashes := []*sarif.Result{}, map[string][]string{}
	for _, p := range all {
		x := result(*p.sys, p.f, hashes)
		if i, ok := index[p.f.Rule]; ok {
			x.RuleIndex = &i
		}
		out = append(out, x)
	}
	return out, notes
}

// descriptor is what a file says of a rule.
func descriptor(r *policy.Rule) *sarif.ReportingDescriptor {
	level, kind := r.Severity().String(), r.Severity().String()
	if r.Severity() == source.Note {
		kind = "recommendation"
	}
	precision := "high"
	if r.Heuristic {
		precision = "low"
	}
	tags := []string{"serverless", r.Practice}
	properties := sarif.Properties{"precision": precision, "problem.severity": kind}
	if score, ok := alerts[r.ID]; ok {
		properties["security-severity"] = score
		if r.Practice != "security" {
			tags = append(tags, "security")
		}
	}
	properties["tags"] = tags
	description := strings.Join(strings.Fields(r.Description), " ")
	return &sarif.ReportingDescriptor{
		ID: r.ID, Name: ref(pascal(r.ID)),
		ShortDescription:     sarif.NewMultiformatMessageString(clip(r.Title)),
		FullDescription:      sarif.NewMultiformatMessageString(clip(description)),
		Help:                 sarif.NewMultiformatMessageString(clip(description + " " + r.Fix)).WithMarkdown(RulePage(r, rules.Files)),
		HelpURI:              ref(ruleURL(r)),
		DefaultConfiguration: &sarif.ReportingConfiguration{Enabled: ref(true), Level: level},
		Properties:           properties,
	}
}

// ruleURL is where the page of a rule is.
func ruleURL(r *policy.Rule) string {
	return home + "/blob/main/rules/" + r.Practice + "/" + r.ID + "/README.md"
}

// pascal is a kebab-case name in Pascal case.
func pascal(s string) string {
	var out strings.Builder
	for part := range strings.SplitSeq(s, "-") {
		if part != "" {
			out.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return out.String()
}

func clip(s string) string {
	if runes := []rune(s); len(runes) > maxDescription {
		return string(runes[:maxDescription-1]) + "…"
	}
	return s
}

func result(sys analyzer.System, f policy.Finding, hashes map[string][]string) *sarif.Result {
	stack := stackOf(sys, f)
	at := f.At
	if at.IsZero() && stack != nil {
		at = source.NewFile(stack.Path, []byte(" ")).Region(0, 1)
	}
	x := sarif.NewRuleResult(f.Rule.ID).WithLevel(f.Severity.String())
	x.PropertyBag.Properties = sarif.Properties{"certainty": f.Certainty.String()}
	place := location(at)
	if id := subject(f); id != "" {
		name := id
		if stack != nil {
			id = stack.Name + "/" + id
		}
		place.LogicalLocations = []*sarif.LogicalLocation{{Name: &name, FullyQualifiedName: &id, Kind: ref("resource")}}
	}
	x.Locations = []*sarif.Location{place}
	message := sentence(f)
	for i, rel := range f.Related[:min(len(f.Related), maxRelated)] {
		l := location(rel.At)
		l.Id = ref(uint(i + 1))
		l.Message = sarif.NewTextMessage(local(f, rel.Message))
		x.RelatedLocations = append(x.RelatedLocations, l)
		message += separator(i) + "[" + linkText(local(f, rel.Message)) + "](" + itoa(i+1) + ")"
	}
	x.Message = *sarif.NewTextMessage(message)
	x.CodeFlows = codeFlows(f)
	sum := sha256.Sum256([]byte(f.Key))
	x.PartialFingerprints = map[string]any{"serverlens/v1": hex.EncodeToString(sum[:16])}
	if h := hashesOf(sys, at.File(), hashes); at.Line() <= len(h) {
		x.PartialFingerprints["primaryLocationLineHash"] = h[at.Line()-1]
	}
	return x
}

func separator(i int) string {
	if i == 0 {
		return "; see "
	}
	return ", "
}

// linkText escapes what ends the text of a link (SARIF 2.1.0, 3.11.6).
func linkText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(s)
}

// codeFlows tells the path of a finding step by step.
func codeFlows(f policy.Finding) []*sarif.CodeFlow {
	flow := &sarif.ThreadFlow{}
	for _, e := range f.Path {
		if e.At.IsZero() {
			continue
		}
		l := location(e.At)
		one := f
		one.Path = f.Path[:0:0]
		one.Path = append(one.Path, e)
		l.Message = sarif.NewTextMessage(story(one))
		flow.Locations = append(flow.Locations, &sarif.ThreadFlowLocation{Location: l})
	}
	if len(flow.Locations) == 0 {
		return nil
	}
	return []*sarif.CodeFlow{{ThreadFlows: []*sarif.ThreadFlow{flow}}}
}

// location is a place. Of a region of several lines it is where that begins: code
// scanning shows an alert in a pull request only where the whole region was changed.
func location(at source.Location) *sarif.Location {
	uri := uriOf(at.File())
	physical := &sarif.PhysicalLocation{ArtifactLocation: &sarif.ArtifactLocation{URI: &uri}}
	if !at.IsZero() {
		line, column, endColumn := at.Line(), at.Column(), at.EndColumn()
		if at.EndLine() > line {
			endColumn = column + 1
		}
		physical.Region = &sarif.Region{
			StartLine: &line, StartColumn: &column, EndLine: &line, EndColumn: ref(max(endColumn, column)),
		}
	}
	return &sarif.Location{PhysicalLocation: physical}
}

var scheme = regexp.MustCompile(`^[^/]*:`)

// uriOf is a path as a relative URI, which is never empty.
func uriOf(path string) string {
	if path == "" || path == "." {
		return "./"
	}
	uri := (&url.URL{Path: path}).EscapedPath()
	if scheme.MatchString(uri) {
		uri = "./" + uri
	}
	return uri
}

func hashesOf(sys analyzer.System, file string, known map[string][]string) []string {
	if h, ok := known[file]; ok {
		return h
	}
	for _, s := range sys.Stacks {
		if text, ok := s.Files[file]; ok {
			known[file] = lineHashes(text)
			break
		}
	}
	return known[file]
}
