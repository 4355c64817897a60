package policy

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// Result is what the rules say of a graph.
type Result struct {
	Findings  []Finding // by place, then rule
	Undecided []Undecided
	Failures  []Failure
}

// Certainty says how sure a finding is, from the surest.
type Certainty uint8

const (
	Exact      Certainty = iota // the templates say so
	ByDefault                   // the default of a parameter was used
	Heuristics                  // it goes by names or other signs that can mislead
)

// String is the word that every output uses.
func (c Certainty) String() string { return [...]string{"exact", "default", "heuristic"}[c] }

// MarshalText writes the word.
func (c Certainty) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Finding is one breach of a rule, at an attribute or relation of a node or edge.
type Finding struct {
	Rule      *Rule
	Node      *graph.Node // that it is at; nil if it is at an edge
	Edge      *graph.Edge
	Name      string        // the attribute or relation; "environment.TOKEN" of an entry
	With      []string      // ids of the other nodes or edges that it is about
	Path      []*graph.Edge // in the order in which they are told
	Message   string
	At        source.Location // the first line of the property, else of the resource's name
	Related   []Related       // places of With and Path
	Stack     *source.Stack   // of its place; may be nil
	Certainty Certainty
	Severity  source.Severity
	Key       string // the same as long as rule, stack, place and With are
}

// Related is a place that a finding is also about.
type Related struct {
	At      source.Location
	Message string
}

// Undecided is a finding that was dropped because it would rest on unknowns.
type Undecided struct {
	Finding
	Unknown []Unknown
}

// Unknown is something unknown that a rule looked at.
type Unknown struct {
	Name string          // "Orders.visibility_timeout_s"
	Expr string          // what could not be resolved, or why there may be more
	Flag string          // what would resolve it: "--param Visibility=VALUE", several apart by a blank; "" if no flag can
	At   source.Location // where it stands; may be nowhere
}

func compare(a, b *Finding) int {
	return cmp.Or(cmp.Compare(a.At.File(), b.At.File()), cmp.Compare(a.At.Offset, b.At.Offset),
		cmp.Compare(a.Rule.ID, b.Rule.ID), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Message, b.Message))
}

// world finds the places of a graph by id.
type world struct {
	g     *graph.Graph
	holds source.World     // the conditions; nil where none is open, or too many are
	index map[string]place // made when the first place is asked for
}

// place is what an id names: a node, an edge, or an entry of an attribute of one.
type place struct {
	node  *graph.Node
	edge  *graph.Edge
	attr  string
	entry *source.Entry
}

func (w *world) places() map[string]place {
	if w.index != nil {
		return w.index
	}
	w.index = make(map[string]place, len(w.g.Nodes)+len(w.g.Edges))
	put := func(id string, p place, attrs map[string]source.Value) {
		w.index[id] = p
		for name, v := range attrs {
			for i := range v.Entries {
				p.attr, p.entry = name, &v.Entries[i]
				w.index[entryID(id, name, p.entry.Key)] = p
			}
		}
	}
	for _, n := range w.g.Nodes {
		put(n.ID, place{node: n}, n.Attrs)
	}
	for _, e := range w.g.Edges {
		put(e.ID, place{edge: e}, e.Attrs)
	}
	return w.index
}

func (w *world) has(id string) bool {
	_, ok := w.places()[id]
	return ok
}

// finding resolves a breach; whole is the graph of all worlds.
func (m *merged) finding(whole *world) Finding {
	p := m.in.places()[m.at[0]]
	f := Finding{
		Rule: m.rule, Name: m.at[1], With: m.with, Message: m.message, Severity: m.severity,
		Certainty: m.certainty(),
	}
	if p.entry != nil {
		f.Name = p.attr + "." + p.entry.Key
	}
	if p.node != nil {
		f.Node = whole.places()[p.node.ID].node
	} else if p.edge != nil {
		f.Edge = whole.places()[p.edge.ID].edge
	}
	f.Stack = p.stack()
	f.At = oneLine(p.at(m.at[1]), f.Stack)
	if v := p.value(m.at[1]); v.Def() != nil && !v.Def().IsZero() {
		f.Related = append(f.Related, Related{oneLine(*v.Def(), f.Stack), "written here"})
	}
	for _, id := range m.with {
		if other := m.in.places()[id]; !other.name().IsZero() {
			f.Related = append(f.Related, Related{oneLine(other.name(), other.stack()), other.String()})
		}
	}
	for _, id := range m.path {
		if step := m.in.places()[id]; step.edge != nil {
			f.Path = append(f.Path, whole.places()[id].edge)
			if !step.edge.At.IsZero() {
				f.Related = append(f.Related, Related{oneLine(step.edge.At, step.stack()), step.String()})
			}
		}
	}
	f.Key = f.key(m.at)
	return f
}

// key is the rule, the stack's name, the place and what else the finding is about.
// The name of the finding's own stack is taken off the addresses.
func (f *Finding) key(at [2]string) string {
	stack := ""
	local := func(id string) string { return id }
	if f.Stack != nil {
		stack = f.Stack.Name
		local = func(id string) string { return strings.ReplaceAll(id, stack+"#", "") }
	}
	parts := []string{f.Rule.ID, stack, local(at[0]), at[1]}
	with := slices.Clone(f.With)
	slices.Sort(with)
	for _, id := range with {
		parts = append(parts, local(id))
	}
	return strings.Join(parts, "|")
}

// certainty is the least of the rule's and of the values that it read.
func (m *merged) certainty() Certainty {
	if m.rule.Heuristic {
		return Heuristics
	}
	for _, id := range slices.Concat([]string{m.at[0]}, m.with, m.path) {
		p := m.in.places()[id]
		for _, name := range m.rule.reads {
			if p.value(name).Default {
				return ByDefault
			}
		}
	}
	return Exact
}

// value is an attribute of p; of an entry its value.
func (p place) value(name string) source.Value {
	switch {
	case p.entry != nil:
		return p.entry.Value
	case p.node != nil:
		return p.node.Attrs[name]
	case p.edge != nil:
		return p.edge.Attrs[name]
	}
	return source.Value{}
}

// at is the place of an attribute of p: the property, else the name. A relation has
// the name's place: it may be what is not there.
func (p place) at(name string) source.Location {
	if v := p.value(name); !v.At.IsZero() {
		return v.At
	}
	return p.name()
}

// name is the place of what p is as a whole.
func (p place) name() source.Location {
	switch {
	case p.entry != nil:
		return p.entry.KeyAt
	case p.node != nil:
		return p.node.At
	case p.edge != nil:
		return p.edge.At
	}
	return source.Location{}
}

// stack is the stack that a place belongs to.
func (p place) stack() *source.Stack {
	if p.node != nil {
		return p.node.Stack
	}
	if p.edge == nil {
		return nil
	}
	var first *source.Stack
	for _, n := range []*graph.Node{p.edge.From, p.edge.To} {
		if n == nil || n.Stack == nil {
			continue
		}
		if _, ok := n.Stack.Files[p.edge.At.File()]; ok {
			return n.Stack
		}
		if first == nil {
			first = n.Stack
		}
	}
	return first
}

// String is how a path is told: "queue Orders triggers function Work".
func (p place) String() string {
	switch {
	case p.entry != nil:
		return p.attr + " " + p.entry.Key
	case p.node != nil:
		return called(p.node)
	case p.edge != nil:
		return fmt.Sprintf("%s %s %s", called(p.edge.From), strings.ReplaceAll(string(p.edge.Relation), "_", " "), called(p.edge.To))
	}
	return ""
}

func called(n *graph.Node) string {
	if n == nil {
		return "something unknown"
	}
	return n.Kind.Words() + " " + n.ID
}

// unknown says what a look was at.
func (w *world) unknown(l look) Unknown {
	if l.id == "" {
		for _, k := range graph.Kinds() {
			if k.Plural() == l.name {
				return Unknown{Name: l.name, Expr: w.g.Open[k]}
			}
		}
	}
	p := w.places()[l.id]
	v := p.value(l.name)
	u := Unknown{
		Name: l.id + "." + l.name, Expr: v.Text, Flag: options(v, p.stack()),
		At: oneLine(p.at(l.name), p.stack()),
	}
	if v.Sensitive || p.entry != nil && len(v.Parts()) > 0 { // there may be a secret in the text around a reference
		u.Expr = "a text that is not shown"
	}
	if p.node != nil && u.Expr == "" {
		u.Expr = p.node.Open[graph.Relation(l.name)]
	}
	return u
}

// condition says what an open condition is: what it compares, and the flags that
// would decide it.
func (w *world) condition(name string, s *source.Stack) Unknown {
	u := Unknown{Name: name}
	i := slices.IndexFunc(w.g.Conditions, func(c source.Condition) bool { return c.Name == name })
	if i < 0 {
		return u
	}
	u.At = oneLine(w.g.Conditions[i].At, s)
	var compared, flags []string
	seen := map[string]bool{}
	fresh := func(text string) bool {
		defer func() { seen[text] = true }()
		return !seen[text]
	}
	var look func(e source.Expr)
	look = func(e source.Expr) {
		switch e.Op {
		case source.Equals:
			parameter := e.Name[strings.LastIndex(e.Name, "#")+1:]
			if text := fmt.Sprintf("%s = %q", parameter, e.Value); fresh(text) {
				compared = append(compared, text)
			}
			if s != nil && isName(parameter) && fresh(parameter) {
				flags = append(flags, flagOf(s)+" "+parameter+"=VALUE")
			}
		case source.Named:
			i := slices.IndexFunc(w.g.Conditions, func(c source.Condition) bool { return c.Name == e.Name })
			if i >= 0 && fresh("condition "+e.Name) {
				look(w.g.Conditions[i].Expr)
			}
		}
		for _, x := range e.Args {
			look(x)
		}
	}
	look(w.g.Conditions[i].Expr)
	u.Expr, u.Flag = strings.Join(compared, ", "), strings.Join(flags, " ")
	return u
}

// isName tells the name of a parameter of the stack itself from one of a nested
// stack or module.
func isName(s string) bool { return !strings.ContainsAny(s, "./#:?[ ") }

// flagOf is the option that gives a parameter of a stack.
func flagOf(s *source.Stack) string {
	if s.Format == "terraform" {
		return "--var"
	}
	return "--param"
}

// parameters finds the parameters in an expression of CloudFormation, variables
// those in one of Terraform.
var (
	parameters = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bRef ([A-Za-z0-9]+)\b|\$\{([A-Za-z0-9]+)\}`) })
	variables  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|[^.\w])var\.([A-Za-z0-9_-]+)`) })
)

// options is the flags that would give an unknown value; "" where no flag can.
func options(v source.Value, s *source.Stack) string {
	if s == nil || v.Kind != source.Unknown {
		return ""
	}
	names := parameters
	if s.Format == "terraform" {
		names = variables
	}
	var out []string
	for _, m := range names().FindAllStringSubmatch(v.Text, -1) {
		name := strings.Join(m[1:], "")
		isResource := slices.ContainsFunc(v.AllRefs(), func(r source.Ref) bool { return r.Address == name })
		if option := flagOf(s) + " " + name + "=VALUE"; !isResource && !slices.Contains(out, option) {
			out = append(out, option)
		}
	}
	return strings.Join(out, " ")
}

// oneLine is the part of a region that is on its first line.
func oneLine(l source.Location, s *source.Stack) source.Location {
	if l.EndLine() == l.Line() || s == nil {
		return l
	}
	text := s.Files[l.File()]
	if int(l.Offset) > len(text) {
		return l
	}
	line, _, _ := strings.Cut(string(text[l.Offset:min(len(text), int(max(l.EndOffset, l.Offset)))]), "\n")
	line = strings.TrimRight(line, "\r \t")
	l.EndOffset = l.Offset + int32(len(line))
	return l
}
