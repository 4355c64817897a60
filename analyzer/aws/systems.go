package aws

import (
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// Links is all by which a stack can belong together with others. It holds nothing
// else of the stack.
type Links struct {
	exports, imports []string
	names            []named
	mentions         []mention
}

// named is a resource with a literal name.
type named struct {
	name string
	kind graph.Kind
}

// mention is an ARN with a literal name, or one that is spelled alike, or a
// parameter whose value is taken in.
type mention struct{ service, name string }

// LinksOf reads the links of a stack.
func LinksOf(s *source.Stack) Links {
	var l Links
	seen := map[mention]bool{}
	for i := range s.Resources {
		r := &resource{Resource: &s.Resources[i], stack: s, row: byType[s.Resources[i].Type]}
		l.collect(s, r.Properties, seen)
		switch {
		case r.isStored():
			for _, name := range r.storedNames() {
				l.names = append(l.names, named{name, graph.Parameter})
			}
			continue
		case r.Type == "data.aws_ssm_parameter":
			for _, name := range r.storedNames() {
				l.reads(name, seen)
			}
		}
		if r.row == nil || r.row.kind == "" {
			continue
		}
		if name, ok := r.get(r.Properties, r.row.name).AsString(); ok && name != "" {
			l.names = append(l.names, named{name, r.row.kind})
		}
	}
	for _, o := range s.Outputs {
		l.collect(s, o.Value, seen)
		if name, ok := o.Export.AsString(); ok && name != "" {
			l.exports = append(l.exports, name)
		}
	}
	return l
}

// collect adds what a value, or one below it, leads to.
func (l *Links) collect(s *source.Stack, v source.Value, seen map[mention]bool) {
	for _, ref := range v.Refs() {
		if ref.Import != "" {
			l.imports = append(l.imports, ref.Import)
		}
	}
	for _, a := range v.Alts() {
		l.collect(s, a.Value, seen)
	}
	for i := range v.Items {
		l.collect(s, v.Items[i], seen)
	}
	for i := range v.Entries {
		l.collect(s, v.Entries[i].Value, seen)
	}
	if v.Doc() != nil {
		l.collect(s, *v.Doc(), seen)
	}
	for _, x := range readings(s, v) {
		l.reads(x.name, seen)
	}
	if len(v.Parts()) == 0 && !strings.HasPrefix(v.Text, "arn:") {
		return
	}
	if a, ok := parseARN(v.Pieces()); ok {
		if name, ok := a.name(); ok {
			l.add(a.service, name, seen)
		}
	}
}

func (l *Links) add(service, name string, seen map[mention]bool) {
	if !seen[mention{service, name}] {
		m := mention{strings.Clone(service), strings.Clone(name)}
		seen[m] = true
		l.mentions = append(l.mentions, m)
	}
}

// reads notes a parameter that is read by a name which says the same in every stack.
func (l *Links) reads(name string, seen map[mention]bool) {
	if !strings.Contains(name, ownStack) {
		l.add("ssm", name, seen)
	}
}

// Systems groups stacks that were read together, by their links, into systems, each
// of which has one graph: stacks are linked where one imports what another exports,
// or where an ARN in one has the literal name of a resource that another one, and no
// third, declares, or one takes in the value of such a parameter. Systems and the
// stacks in them, which are named by their place in stacks, are in that order.
func Systems(stacks []Links) [][]int {
	l := linker{leader: make([]int, len(stacks)), exports: map[string]int{}, names: map[string][]declared{}}
	for i, s := range stacks {
		l.leader[i] = i
		for _, name := range s.exports {
			if _, taken := l.exports[name]; !taken {
				l.exports[name] = i
			}
		}
		for _, n := range s.names {
			l.names[n.name] = append(l.names[n.name], declared{i, n.kind})
		}
	}
	for i, s := range stacks {
		for _, name := range s.imports {
			if other, ok := l.exports[name]; ok {
				l.join(i, other)
			}
		}
		for _, m := range s.mentions {
			if other, ok := l.named(m); ok {
				l.join(i, other)
			}
		}
	}
	var out [][]int
	at := map[int]int{} // leader to place in out
	for i := range stacks {
		root := l.find(i)
		place, ok := at[root]
		if !ok {
			place = len(out)
			at[root] = place
			out = append(out, nil)
		}
		out[place] = append(out[place], i)
	}
	return out
}

// linker finds out which stacks belong together.
type linker struct {
	leader  []int // of each stack another one of its system, or itself
	exports map[string]int
	names   map[string][]declared
}

// declared is the stack and the kind of a resource with a literal name.
type declared struct {
	stack int
	kind  graph.Kind
}

// named is the one stack that declares what an ARN names.
func (l *linker) named(m mention) (stack int, ok bool) {
	a := arn{service: m.service}
	for _, d := range l.names[m.name] {
		switch {
		case !a.allows(&graph.Node{Kind: d.kind}):
		case ok && d.stack != stack:
			return 0, false
		default:
			stack, ok = d.stack, true
		}
	}
	return stack, ok
}

func (l *linker) find(i int) int {
	for l.leader[i] != i {
		l.leader[i] = l.leader[l.leader[i]]
		i = l.leader[i]
	}
	return i
}

func (l *linker) join(i, j int) {
	i, j = l.find(i), l.find(j)
	l.leader[max(i, j)] = min(i, j)
}
