package source

import (
	"slices"
	"strings"
)

// Term is one open condition that must hold, or with Not must fail.
type Term struct {
	Condition string
	Not       bool
}

// Guard says when something exists: all of its terms hold. The nil Guard always
// does. Terms are sorted and each condition occurs once.
type Guard []Term

// If is the guard of one condition.
func If(condition string) Guard { return Guard{{Condition: condition}} }

// Unless is the guard of one condition that must fail.
func Unless(condition string) Guard { return Guard{{Condition: condition, Not: true}} }

// And is the guard under which both hold; ok is false where they contradict
// each other.
func (g Guard) And(h Guard) (both Guard, ok bool) {
	if len(h) == 0 {
		return g, true
	}
	both = slices.Clone(g)
	for _, t := range h {
		i, found := slices.BinarySearchFunc(both, t, func(a, b Term) int { return strings.Compare(a.Condition, b.Condition) })
		if !found {
			both = slices.Insert(both, i, t)
		} else if both[i].Not != t.Not {
			return nil, false
		}
	}
	return both, true
}

// Equal reports whether g and h are the same terms.
func (g Guard) Equal(h Guard) bool { return slices.Equal(g, h) }

// Holds reports whether g holds in a world. A condition that the world does not
// decide does not hold, nor does its negation.
func (g Guard) Holds(w World) bool {
	for _, t := range g {
		if value, decided := w[t.Condition]; !decided || value == t.Not {
			return false
		}
	}
	return true
}

// String is the guard as a reader would say it: "IsProd and not HasDomain".
func (g Guard) String() string {
	var words []string
	for _, t := range g {
		if t.Not {
			words = append(words, "not "+t.Condition)
		} else {
			words = append(words, t.Condition)
		}
	}
	return strings.Join(words, " and ")
}

// World is one assignment of the open conditions.
type World map[string]bool

// Condition is a named condition that the template leaves open.
type Condition struct {
	Name string
	Expr Expr
	At   Location
}

// Op is the operator of an Expr.
type Op uint8

const (
	Open   Op = iota // may be either, whatever the others are; Name tells equal ones apart
	True             // always
	False            // never
	Equals           // the parameter Name has the text Value
	Named            // the condition Name holds
	And
	Or
	Not
)

// Expr is a boolean over parameters.
type Expr struct {
	Op    Op
	Name  string
	Value string
	Args  []Expr
}

// Worlds lists the assignments of the used conditions that some choice of the
// parameters brings about, in a fixed order; ok is false, and the list nil,
// where there are more than most. allowed lists a parameter's values where the
// template restricts them. One parameter that is compared with three constants
// gives four worlds, not eight.
func Worlds(conditions []Condition, used []string, allowed map[string][]string, most int) (worlds []World, ok bool) {
	if len(used) == 0 {
		return []World{{}}, true
	}
	w := worlder{byName: map[string]Expr{}, choices: map[string][]string{}}
	for _, c := range conditions {
		w.byName[c.Name] = c.Expr
	}
	for _, name := range used {
		if e, found := w.byName[name]; found {
			w.collect(e, 0)
		} else {
			w.atom("?" + name)
		}
	}
	for name, values := range w.choices {
		if restricted := allowed[name]; len(restricted) > 0 {
			w.choices[name] = slices.DeleteFunc(values, func(v string) bool { return !slices.Contains(restricted, v) })
			if len(w.choices[name]) < len(restricted) {
				w.choices[name] = append(w.choices[name], other)
			}
		} else if !strings.HasPrefix(name, "?") {
			w.choices[name] = append(values, other)
		}
	}
	seen := map[string]bool{}
	steps := 0
	ok = w.each(0, map[string]string{}, func(pick map[string]string) bool {
		world := World{}
		for _, name := range used {
			e, found := w.byName[name]
			if !found {
				e = Expr{Op: Open, Name: name}
			}
			world[name] = w.eval(e, pick, 0)
		}
		if key := world.key(used); !seen[key] {
			seen[key] = true
			worlds = append(worlds, world)
		}
		steps++
		return len(worlds) <= most && steps <= 4096
	})
	if !ok {
		return nil, false
	}
	slices.SortFunc(worlds, func(a, b World) int { return strings.Compare(a.key(used), b.key(used)) })
	return worlds, true
}

// key tells worlds apart and puts those first in which conditions hold.
func (w World) key(names []string) string {
	b := make([]byte, len(names))
	for i, n := range names {
		b[i] = '1'
		if w[n] {
			b[i] = '0'
		}
	}
	return string(b)
}

// other stands for any value of a parameter that no condition compares it with.
const other = "\x00"

// maxDepth bounds conditions that name each other in a circle.
const maxDepth = 64

type worlder struct {
	byName  map[string]Expr
	choices map[string][]string // parameter, or "?" and the name of an open atom, to the values that matter
	order   []string
}

func (w *worlder) atom(name string, values ...string) {
	if _, found := w.choices[name]; !found {
		w.order = append(w.order, name)
		w.choices[name] = nil
		if strings.HasPrefix(name, "?") {
			w.choices[name] = []string{"true", "false"}
		}
	}
	for _, v := range values {
		if !slices.Contains(w.choices[name], v) {
			w.choices[name] = append(w.choices[name], v)
		}
	}
}

func (w *worlder) collect(e Expr, depth int) {
	switch e.Op {
	case Open:
		w.atom("?" + e.Name)
	case Equals:
		w.atom(e.Name, e.Value)
	case Named:
		if def, found := w.byName[e.Name]; found && depth < maxDepth {
			w.collect(def, depth+1)
		} else {
			w.atom("?" + e.Name)
		}
	}
	for _, a := range e.Args {
		w.collect(a, depth)
	}
}

func (w *worlder) each(i int, pick map[string]string, f func(map[string]string) bool) bool {
	if i == len(w.order) {
		return f(pick)
	}
	for _, v := range w.choices[w.order[i]] {
		pick[w.order[i]] = v
		if !w.each(i+1, pick, f) {
			return false
		}
	}
	return true
}

func (w *worlder) eval(e Expr, pick map[string]string, depth int) bool {
	switch e.Op {
	case True:
		return true
	case Equals:
		return pick[e.Name] == e.Value
	case Named:
		if def, found := w.byName[e.Name]; found && depth < maxDepth {
			return w.eval(def, pick, depth+1)
		}
		return pick["?"+e.Name] == "true"
	case Open:
		return pick["?"+e.Name] == "true"
	case Not:
		return len(e.Args) == 1 && !w.eval(e.Args[0], pick, depth)
	case And:
		for _, a := range e.Args {
			if !w.eval(a, pick, depth) {
				return false
			}
		}
		return true
	case Or:
		for _, a := range e.Args {
			if w.eval(a, pick, depth) {
				return true
			}
		}
	}
	return false
}
