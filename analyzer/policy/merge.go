package policy

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/analyzer/graph"
)

// merger puts together what the rules say of each world.
type merger struct {
	worlds []*world
	stands map[string]*merged
	open   map[string]*merged
	failed []Failure
}

// merged is a breach, the world that its words are from, and those in which it
// stands.
type merged struct {
	breach
	in     *world
	stands []*world

	conditions []string // that decide, where it stands in some worlds only
}

func (m *merger) add(w *world, found []breach) {
	if m.stands == nil {
		m.stands, m.open = map[string]*merged{}, map[string]*merged{}
	}
	m.worlds = append(m.worlds, w)
	for _, b := range distinct(found) {
		k := b.key()
		all := m.stands
		if b.unknown != nil {
			all = m.open
		}
		old := all[k]
		if old == nil {
			old = &merged{breach: b, in: w}
			all[k] = old
		} else if cmp.Or(cmp.Compare(b.severity, old.severity), cmp.Compare(b.message, old.message)) < 0 {
			old.breach, old.in = b, w // the mildest, and the same words whatever the order
		}
		if b.unknown == nil {
			old.stands = append(old.stands, w)
		}
	}
}

// distinct is the breaches of one world without those that are the same as another:
// the severest stays, of several the one with the smallest text. One that stands
// and one that does not are two.
func distinct(found []breach) []breach {
	var out []breach
	index := map[string]int{}
	for _, b := range found {
		k := b.key()
		if b.unknown != nil {
			k = "?" + k
		}
		i, there := index[k]
		switch {
		case !there:
			index[k] = len(out)
			out = append(out, b)
		case cmp.Or(cmp.Compare(out[i].severity, b.severity), cmp.Compare(b.message, out[i].message)) < 0:
			out[i] = b
		}
	}
	return out
}

func (m *merger) result(g *graph.Graph) Result {
	r := Result{Failures: m.failed}
	whole := &world{g: g}
	if len(m.worlds) == 1 && m.worlds[0].g == g {
		whole = m.worlds[0]
	}
	for k, b := range m.stands {
		var could []*world // in which all that it is about exists
		for _, w := range m.worlds {
			if w.has(b.at[0]) && !slices.ContainsFunc(b.with, func(id string) bool { return !w.has(id) }) {
				could = append(could, w)
			}
		}
		if len(b.stands) == len(could) {
			r.Findings = append(r.Findings, b.finding(whole))
			delete(m.open, k)
		} else if m.open[k] == nil {
			b.conditions = deciding(b.stands, could)
			m.open[k] = b
		}
	}
	r.Undecided = m.undecided(whole, r.Findings)
	slices.SortFunc(r.Findings, func(a, b Finding) int { return compare(&a, &b) })
	slices.SortFunc(r.Undecided, func(a, b Undecided) int { return compare(&a.Finding, &b.Finding) })
	return r
}

// undecided is what rests on something unknown, once for a rule and what it would
// be at. What is found there stands for what it is also about.
func (m *merger) undecided(whole *world, found []Finding) (out []Undecided) {
	stands := map[string][]Finding{}
	for _, f := range found {
		stands[f.place()] = append(stands[f.place()], f)
	}
	index := map[string]int{}
	for _, k := range slices.Sorted(maps.Keys(m.open)) {
		b := m.open[k]
		u := Undecided{Finding: b.finding(whole)}
		for _, l := range b.unknown {
			u.Unknown = append(u.Unknown, b.in.unknown(l))
		}
		for _, c := range b.conditions {
			u.Unknown = append(u.Unknown, whole.condition(c, u.Stack))
		}
		place := u.place()
		if slices.ContainsFunc(stands[place], func(f Finding) bool {
			return !slices.ContainsFunc(u.With, func(id string) bool { return !slices.Contains(f.With, id) })
		}) {
			continue
		}
		i, there := index[place]
		if !there {
			index[place] = len(out)
			out = append(out, u)
			continue
		}
		for _, x := range u.Unknown {
			if !slices.Contains(out[i].Unknown, x) {
				out[i].Unknown = append(out[i].Unknown, x)
			}
		}
	}
	return out
}

// deciding is the conditions that tell the worlds in which something stands from
// the others in which it could: those that are the same in all of them, where there
// is one.
func deciding(stands, could []*world) []string {
	var fixed, any []string
	for _, c := range slices.Sorted(maps.Keys(could[0].holds)) {
		same := func(worlds []*world, as bool) bool {
			return !slices.ContainsFunc(worlds, func(w *world) bool { return w.holds[c] != as })
		}
		if same(could, could[0].holds[c]) {
			continue
		}
		any = append(any, c)
		if same(stands, stands[0].holds[c]) {
			fixed = append(fixed, c)
		}
	}
	if fixed != nil {
		return fixed
	}
	return any
}

// place tells what a rule found something at.
func (f *Finding) place() string {
	id := ""
	if f.Node != nil {
		id = f.Node.ID
	} else if f.Edge != nil {
		id = f.Edge.ID
	}
	return strings.Join([]string{f.Rule.ID, id, f.Name}, "\x00")
}
