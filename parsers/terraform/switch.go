package terraform

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/serverlens/serverlens/parsers/source"
)

// maxTurns bounds how often a root is evaluated again: what is switched on may have
// switches of its own.
const maxTurns = 3

// position is how a switch is turned: a variable of the root whose default leaves
// resources or modules out, as in count = var.enabled ? 1 : 0. What it leaves out is
// part of the architecture, but exists in no world of the rules. To see it, a root
// with switches is evaluated once more with them turned, so that everything that
// hangs on them is as it is then: locals, arguments of modules, dynamic blocks.
type position struct {
	value     cty.Value // NilVal of one that is undecided, as if it had no default
	kind      cty.Type  // of its default
	condition string    // under which what hangs on it exists
}

// defaultsIn are the variables of the root on whose defaults a value rests, sorted.
func defaultsIn(marks cty.ValueMarks) []string {
	var out []string
	for m := range marks {
		if d, ok := m.(defaultMark); ok {
			out = append(out, d.variable)
		}
	}
	slices.Sort(out)
	return out
}

// switched notes the switches on which it hangs that a block has no instances, and
// puts the instances that hang on a switch under its condition.
func (p *project) switched(x *expansion, number node) {
	if p.hasPlan || len(x.instances) > 0 && len(p.turned) == 0 {
		return
	}
	_, marks := number.eval().Unmark()
	var off, others []string
	for _, name := range defaultsIn(marks) {
		t, turned := p.turned[name]
		switch {
		case turned:
			x.under(source.If(t.condition))
		case isOff(p.rootModule.variable(name)):
			off = append(off, name)
		default:
			others = append(others, name)
		}
	}
	if len(x.instances) > 0 {
		return
	}
	for _, name := range off {
		p.turn(name, "var."+name, len(off) == 1)
	}
	if len(off) == 0 {
		for _, name := range others {
			p.turn(name, "another var."+name, false)
		}
	}
}

// turn makes a variable a switch. It is turned on only where it alone decides: of
// several it is unknown which have to be.
func (p *project) turn(name, condition string, alone bool) {
	v, _ := p.rootModule.variable(name).Unmark()
	to := position{kind: v.Type(), condition: condition}
	if alone {
		to.value = turnedOn(v)
	}
	if old, ok := p.switches[name]; !ok || old.value != cty.NilVal {
		p.switches[name] = to
	}
}

// under puts all instances under a guard too, unless what they are under already
// says otherwise.
func (x *expansion) under(g source.Guard) {
	for i, inst := range x.instances {
		if both, ok := inst.guard.And(g); ok {
			x.instances[i].guard = both
		}
	}
}

// isOff reports whether a value is what a switch is that is off.
func isOff(v cty.Value) bool {
	v, _ = v.Unmark()
	switch {
	case !v.IsKnown():
		return false
	case v.IsNull():
		return true
	case v.Type() == cty.String:
		return v.AsString() == ""
	case v.CanIterateElements():
		return v.LengthInt() == 0
	}
	return v.RawEquals(cty.False) || v.RawEquals(cty.Zero)
}

// turnedOn is what a switch is that was off, NilVal where that is not plain.
func turnedOn(v cty.Value) cty.Value {
	switch {
	case v.Type() == cty.Bool:
		return cty.True
	case v.Type() == cty.Number && !v.IsNull():
		return cty.NumberIntVal(1)
	}
	return cty.NilVal
}

// addSwitched adds what is there only when switches are turned.
func (p *project) addSwitched(s *source.Stack, opts Options) {
	turned := map[string]position{}
	var on *source.Stack
	for range maxTurns {
		if len(p.switches) == 0 || p.budget.spent != "" {
			break
		}
		maps.Copy(turned, p.switches)
		p = p.again(turned, opts)
		on = p.stack()
	}
	p.giveBack()
	if on != nil {
		p.merge(s, on)
		s.Files = p.files()
	}
}

// again is another evaluation of what is parsed, with switches turned. It ends the
// one before.
func (p *project) again(turned map[string]position, opts Options) *project {
	q := newProject(p.tree, p.root, opts)
	q.turned = turned
	q.installed, q.configs, q.shims, q.texts, q.templates, q.mentions = p.installed, p.configs, p.shims, p.texts, p.templates, p.mentions
	q.own, q.lent, p.lent = p.own, p.lent, nil
	q.own.project = q
	for _, l := range q.lent {
		l.owner.project = q
	}
	q.enterRoot(q.config(q.root), opts)
	return q
}

// merge adds to a stack the resources that are there only when switches are turned,
// under conditions that do not hold, and to those that are there by default what they
// mention then.
func (p *project) merge(s, on *source.Stack) {
	there, open, off := map[string]int{}, map[string]bool{}, map[string]bool{}
	for i, r := range s.Resources {
		there[r.Address] = i
	}
	for _, c := range s.Conditions {
		open[c.Name] = true
	}
	for _, t := range p.turned {
		off[t.condition] = true
	}
	whole := "variables other than by default" // which of several switches a value hangs on is unknown
	for name := range off {
		if len(off) == 1 {
			whole = name
		}
	}
	hangs := func(t source.Term) bool { return off[t.Condition] }
	for _, r := range on.Resources {
		if i, ok := there[r.Address]; ok {
			s.Resources[i].Properties = either(whole, s.Resources[i].Properties, r.Properties)
			continue
		}
		if r.Uncertain || !slices.ContainsFunc(r.If, hangs) { // of what may be any number of times nothing is known
			continue
		}
		r.If = slices.DeleteFunc(slices.Clone(r.If), func(t source.Term) bool { return !open[t.Condition] && !off[t.Condition] })
		s.Resources = append(s.Resources, r)
	}
	for _, name := range slices.Sorted(maps.Keys(p.turned)) {
		at := p.place(node{m: p.rootModule}, p.rootModule.c.variables[name].at)
		s.Conditions = append(s.Conditions, source.Condition{Name: p.turned[name].condition, Expr: source.Expr{Op: source.False}, At: at})
		open[p.turned[name].condition] = true
	}
	if len(off) > 1 {
		s.Conditions = append(s.Conditions, source.Condition{Name: whole, Expr: source.Expr{Op: source.False}, At: p.rootModule.c.place})
	}
	for _, c := range on.Conditions {
		if !open[c.Name] {
			c.Expr = source.Expr{Op: source.False}
			s.Conditions = append(s.Conditions, c)
		}
	}
}

// either is a value with what it is under a condition that does not hold, where it
// mentions more resources then: what else differs says nothing of the architecture.
func either(condition string, v, on source.Value) source.Value {
	if len(addMissing(v.AllRefs(), on.AllRefs())) == len(v.AllRefs()) {
		return v
	}
	switch {
	case v.Kind == source.Map && on.Kind == source.Map:
		v.Entries = slices.Clone(v.Entries)
		for _, e := range on.Entries {
			i := slices.IndexFunc(v.Entries, func(x source.Entry) bool { return x.Key == e.Key })
			if i >= 0 {
				v.Entries[i].Value = either(condition, v.Entries[i].Value, e.Value)
			} else if e.Value = either(condition, source.Value{At: e.Value.At}, e.Value); e.Value.Kind != source.Unset {
				v.Entries = append(v.Entries, e)
			}
		}
		return v
	case v.Kind == source.List && on.Kind == source.List && len(v.Items) <= len(on.Items):
		v.Items = slices.Clone(v.Items)
		for i, x := range on.Items {
			if i < len(v.Items) {
				v.Items[i] = either(condition, v.Items[i], x)
			} else if x = either(condition, source.Value{At: x.At}, x); x.Kind != source.Unset {
				v.Items = append(v.Items, x)
			}
		}
		return v
	}
	alts := []source.Alternative{{If: source.If(condition), Value: on}, {If: source.Unless(condition), Value: v}}
	return source.Value{Kind: source.Unknown, Text: on.Text, At: on.At, Sensitive: v.Sensitive || on.Sensitive}.With(
		source.Trace{Alts: alts, Refs: addMissing(v.AllRefs(), on.AllRefs())})
}
