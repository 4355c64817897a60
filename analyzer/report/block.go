package report

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/source"
)

// block is the findings of one rule in one stack, which people read as one.
type block struct {
	rule     *policy.Rule
	stack    *source.Stack
	findings []policy.Finding // the worst first, then by place
}

func (b *block) severity() source.Severity { return b.findings[0].Severity }

// blocks is the findings of a system, the worst blocks first, then by place.
func blocks(sys analyzer.System) []*block {
	var out []*block
	for _, all := range gathered(sys, sys.Result.Findings, func(f policy.Finding) policy.Finding { return f }) {
		out = append(out, &block{rule: all[0].Rule, stack: stackOf(sys, all[0]), findings: all})
	}
	worst := func(a, b source.Severity) int { return cmp.Compare(b, a) }
	for _, b := range out {
		slices.SortStableFunc(b.findings, func(x, y policy.Finding) int { return worst(x.Severity, y.Severity) })
	}
	slices.SortStableFunc(out, func(a, b *block) int { return worst(a.severity(), b.severity()) })
	return out
}

// gathered is things together that are of one rule and one stack, in their order.
func gathered[T any](sys analyzer.System, all []T, of func(T) policy.Finding) (out [][]T) {
	type key struct {
		rule  *policy.Rule
		stack *source.Stack
	}
	index := map[key]int{}
	for _, x := range all {
		k := key{of(x).Rule, stackOf(sys, of(x))}
		i, there := index[k]
		if !there {
			i = len(out)
			index[k] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], x)
	}
	return out
}

// stackOf is the stack of a finding: that of its place, else the system's first.
func stackOf(sys analyzer.System, f policy.Finding) *source.Stack {
	if f.Stack != nil || len(sys.Stacks) == 0 {
		return f.Stack
	}
	return sys.Stacks[0].Stack
}

// counted is how many findings of each severity a report has.
func counted(r *analyzer.Report) map[source.Severity]int {
	counts := map[source.Severity]int{}
	for _, sys := range r.Systems {
		for _, f := range sys.Result.Findings {
			counts[f.Severity]++
		}
	}
	return counts
}

// problems is every problem of a report in its order, and failures every rule that
// failed, each rule once.
func problems(r *analyzer.Report) []source.Problem {
	out := slices.Clone(r.Problems)
	for _, sys := range r.Systems {
		for _, s := range sys.Stacks {
			out = append(out, s.Problems...)
		}
	}
	return out
}

func failures(r *analyzer.Report) []policy.Failure {
	var out []policy.Failure
	for _, sys := range r.Systems {
		for _, f := range sys.Result.Failures {
			if !slices.ContainsFunc(out, func(old policy.Failure) bool { return old.Rule == f.Rule }) {
				out = append(out, f)
			}
		}
	}
	return out
}

// complete reports whether everything that was asked for was analysed.
func complete(r *analyzer.Report) bool {
	return len(failures(r)) == 0 && !slices.ContainsFunc(problems(r), func(p source.Problem) bool { return p.Severity == source.Error })
}

// sentence is the message of a finding with the name of what it is about.
func sentence(f policy.Finding) string {
	words := oneLine(f.Message)
	if f.Node != nil && !mentions(words, f.Node.ID) {
		words = f.Node.ID + ": " + words
	}
	return local(f, words)
}

// local names what is of a finding's own stack without the stack, which the place
// says: where several stacks are one graph, ids begin with it.
func local(f policy.Finding, words string) string {
	if f.Stack == nil {
		return words
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(words, f.Stack.Name+"#")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		if last, _ := utf8.DecodeLastRuneInString(before); wordRune(last) || strings.ContainsRune("/.-", last) {
			out.WriteString(f.Stack.Name + "#") // of another stack, whose name ends so
		}
		words = after
	}
}

// mentions reports whether a text has a name in it that is not part of a longer
// word.
func mentions(text, name string) bool {
	for rest := text; ; {
		before, after, found := strings.Cut(rest, name)
		if !found || name == "" {
			return false
		}
		last, _ := utf8.DecodeLastRuneInString(before)
		first, _ := utf8.DecodeRuneInString(after)
		if !wordRune(last) && !wordRune(first) {
			return true
		}
		rest = after
	}
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// verbs is how a sentence says a relation.
var verbs = map[graph.Relation]string{
	graph.Triggers: "triggers", graph.Invokes: "invokes", graph.Reads: "reads", graph.Writes: "writes to",
	graph.Configures: "knows", graph.RoutesTo: "routes to", graph.Fronts: "stands before",
	graph.AuthorizedBy: "is authorized by", graph.DeadLettersTo: "sends dead letters to",
	graph.OnFailureTo: "reports failures to", graph.OnSuccessTo: "reports successes to",
	graph.StreamsTo: "streams to", graph.Transforms: "changes what passes", graph.TaskOf: "is a state of",
	graph.Next: "goes on to", graph.CatchTo: "on an error goes to", graph.LogsTo: "logs to",
	graph.AlarmedBy: "is watched by", graph.Assumes: "acts as", graph.Permits: "lets in",
}

// story is the path of a finding in words, with the numbers that its rule looks
// at: "queue Orders (visibility timeout 90 s) triggers function Work (timeout 60 s)".
func story(f policy.Finding) string {
	var out strings.Builder
	told := map[*graph.Node]bool{}
	name := func(n *graph.Node) string {
		if n == nil {
			return "something unresolved"
		}
		words := n.Kind.Words() + " " + n.ID
		if !told[n] {
			told[n] = true
			words += aside(numbers(f.Rule, n.Attrs))
		}
		return words
	}
	for i, e := range f.Path {
		switch {
		case i == 0:
			out.WriteString(name(e.From))
		case f.Path[i-1].To == e.From && e.From != nil:
			out.WriteString(", which")
		default:
			out.WriteString("; " + name(e.From))
		}
		out.WriteString(" " + verbs[e.Relation] + " " + name(e.To))
		if of := numbers(f.Rule, e.Attrs); len(of) > 0 {
			out.WriteString(" with " + strings.Join(of, ", "))
		}
	}
	return local(f, out.String())
}

func aside(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// units is how the ends of attribute names are said.
var units = [][2]string{{"_s", " s"}, {"_ms", " ms"}, {"_mb", " MB"}, {"_days", " days"}}

// numbers is the numbers among some attributes that a rule reads.
func numbers(r *policy.Rule, attrs map[string]source.Value) []string {
	var out []string
	for name, v := range attrs {
		if v.Kind != source.Number || v.Sensitive || v.Text == "0" || !r.Reads(name) {
			continue
		}
		unit := ""
		for _, u := range units {
			if stem, ok := strings.CutSuffix(name, u[0]); ok {
				name, unit = stem, u[1]
				break
			}
		}
		out = append(out, strings.ReplaceAll(name, "_", " ")+" "+v.Text+unit)
	}
	slices.Sort(out)
	return out
}

// firstSentence is the first sentence of a text, without breaks.
func firstSentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	for i := 0; i < len(s); i++ {
		if s[i] == '.' && (i+1 == len(s) || s[i+1] == ' ' && !abbreviation(s[:i+1])) {
			return s[:i+1]
		}
	}
	return s
}

func abbreviation(s string) bool { return strings.HasSuffix(s, "e.g.") || strings.HasSuffix(s, "i.e.") }

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return itoa(n) + " " + word + "s"
}
