package aws

import (
	"slices"

	"github.com/serverlens/serverlens/analyzer/graph"
	"github.com/serverlens/serverlens/parsers/source"
)

// Systems groups stacks that were read together into systems, each of which has
// one graph: stacks are linked where one imports what another exports, or where
// an ARN in one has the literal name of a resource that another one, and no
// third, declares. Systems and the stacks in them are in the order of stacks.
func Systems(stacks []*source.Stack) [][]*source.Stack {
	l := linker{leader: make([]int, len(stacks)), exports: map[string]int{}, names: map[string][]named{}}
	for i, s := range stacks {
		l.leader[i] = i
		l.declare(i, s)
	}
	for i, s := range stacks {
		for _, r := range s.Resources {
			l.links(i, r.Properties)
		}
		for _, o := range s.Outputs {
			l.links(i, o.Value)
		}
	}
	var out [][]*source.Stack
	at := map[int]int{} // leader to place in out
	for i, s := range stacks {
		root := l.find(i)
		place, ok := at[root]
		if !ok {
			place = len(out)
			at[root] = place
			out = append(out, nil)
		}
		out[place] = append(out[place], s)
	}
	return out
}

// linker finds out which stacks belong together.
type linker struct {
	leader  []int // of each stack another one of its system, or itself
	exports map[string]int
	names   map[string][]named
}

// named is a resource with a literal name.
type named struct {
	stack int
	kind  graph.Kind
}

func (l *linker) declare(i int, s *source.Stack) {
	for _, o := range s.Outputs {
		if name, ok := o.Export.AsString(); ok && name != "" {
			if _, taken := l.exports[name]; !taken {
				l.exports[name] = i
			}
		}
	}
	for k := range s.Resources {
		r := &resource{Resource: &s.Resources[k], stack: s, row: byType[s.Resources[k].Type]}
		if r.row == nil || r.row.kind == "" {
			continue
		}
		if name, ok := r.get(r.Properties, r.row.name).AsString(); ok && name != "" {
			l.names[name] = append(l.names[name], named{i, r.row.kind})
		}
	}
}

// links joins a stack with those that a value of it leads to.
func (l *linker) links(i int, v source.Value) {
	for _, ref := range v.Refs() {
		if other, ok := l.exports[ref.Import]; ok && ref.Import != "" {
			l.join(i, other)
		}
	}
	for _, a := range v.Alts() {
		l.links(i, a.Value)
	}
	for _, x := range v.Items {
		l.links(i, x)
	}
	for _, e := range v.Entries {
		l.links(i, e.Value)
	}
	if v.Doc() != nil {
		l.links(i, *v.Doc())
	}
	if other, ok := l.byARN(i, v); ok {
		l.join(i, other)
	}
}

// byARN is the one stack that declares what an ARN names, if it is not the stack
// of the ARN itself.
func (l *linker) byARN(i int, v source.Value) (int, bool) {
	a, ok := parseARN(v.Pieces())
	if !ok {
		return 0, false
	}
	name, ok := a.name()
	if !ok {
		return 0, false
	}
	var found []int
	for _, n := range l.names[name] {
		if a.allows(&graph.Node{Kind: n.kind}) && !slices.Contains(found, n.stack) {
			found = append(found, n.stack)
		}
	}
	if len(found) != 1 || found[0] == i {
		return 0, false
	}
	return found[0], true
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
