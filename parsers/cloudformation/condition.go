package cloudformation

import (
	"github.com/serverlens/serverlens/parsers/source"
)

// condition is an entry of the section Conditions.
type condition struct {
	entry
	state  int // 0 not decided yet, 1 being decided, 2 decided
	expr   source.Expr
	fixed  int  // 0 not asked yet, 1 depends on a parameter or is being asked, 2 compares constants only
	listed bool // among the stack's conditions
}

// decide is the condition of a name: True, False, or Named where it is open.
func (t *template) decide(name string, at source.Location) source.Expr {
	c, found := t.conditions[name]
	if !found {
		t.problem(source.Warning, at, "there is no condition %s", name)
		c = &condition{entry: entry{Entry: source.Entry{Key: name, KeyAt: at}}, state: 2, expr: source.Expr{Op: source.Open, Name: t.prefix + name}}
		t.conditions[name] = c
		t.stack.Conditions = append(t.stack.Conditions, source.Condition{Name: t.prefix + name, Expr: c.expr, At: at})
	}
	switch c.state {
	case 0:
		c.state = 1
		expr := t.boolean(c.Value, scope{open: true, loop: c.scope.loop})
		if c.state == 1 { // no circle
			c.expr = expr
		}
		c.state = 2
	case 1:
		t.problem(source.Warning, at, "the condition %s depends on itself", name)
		c.state, c.expr = 2, source.Expr{Op: source.Open, Name: t.prefix + name}
	}
	if c.expr.Op == source.True || c.expr.Op == source.False {
		return c.expr
	}
	return source.Expr{Op: source.Named, Name: t.prefix + name}
}

// conditionName is the condition that a value names. A word that YAML takes for a
// boolean names the condition that is declared with such a word: On is true to
// CloudFormation in both places.
func (t *template) conditionName(v source.Value) (string, bool) {
	if v.Kind == source.Bool {
		name, ok := t.booleanNames[v.Text]
		return name, ok
	}
	return v.Text, v.Kind == source.String
}

// decideAll decides every condition and lists the open ones.
func (t *template) decideAll() {
	for _, name := range t.conditionNames {
		c := t.conditions[name]
		if t.decide(name, c.KeyAt).Op == source.Named {
			t.stack.Conditions = append(t.stack.Conditions, source.Condition{Name: t.prefix + name, Expr: c.expr, At: c.KeyAt})
		}
	}
}

// boolean is the expression that a condition function writes.
func (t *template) boolean(v source.Value, s scope) source.Expr {
	open := source.Expr{Op: source.Open, Name: t.prefix + describe(v)}
	if !t.spend(v.At) {
		return open
	}
	if name, ok := v.Entry("Condition"); ok && len(v.Entries) == 1 {
		text, ok := t.conditionName(t.eval(name.Value, s))
		if !ok {
			t.problem(source.Error, v.At, "Condition takes the name of a condition")
			return open
		}
		return t.decide(text, name.Value.At)
	}
	c, ok := intrinsic(v)
	if !ok {
		t.problem(source.Error, v.At, "a condition is one of Fn::And, Fn::Equals, Fn::Not, Fn::Or, Condition")
		return open
	}
	switch c.name {
	case "Fn::And", "Fn::Or", "Fn::Not":
		most := len(c.arg.Items)
		if c.name == "Fn::Not" {
			most = 1
		}
		if c.arg.Kind != source.List || len(c.arg.Items) == 0 || len(c.arg.Items) > most {
			t.fail(c, "takes a list of conditions")
			return open
		}
		var args []source.Expr
		for _, item := range c.arg.Items {
			args = append(args, t.boolean(item, s))
		}
		switch c.name {
		case "Fn::And":
			return all(args...)
		case "Fn::Or":
			return anyOf(args...)
		}
		return negate(args[0])
	case "Fn::Equals":
		if c.arg.Kind != source.List || len(c.arg.Items) != 2 {
			t.fail(c, "takes a list of 2")
			return open
		}
		var either []source.Expr
		for _, a := range t.arms(c.arg.Items[0], s) {
			for _, b := range t.arms(c.arg.Items[1], s) {
				either = append(either, all(a.when, b.when, t.equals(a.value, b.value, open)))
			}
		}
		return anyOf(either...)
	}
	value := t.eval(v, s)
	if b, ok := value.AsBool(); ok {
		return constant(b)
	}
	if value.Kind != source.Unknown {
		t.problem(source.Error, v.At, "a condition is one of Fn::And, Fn::Equals, Fn::Not, Fn::Or, Condition")
	}
	return open
}

// arm is what a value is for some values of the parameters.
type arm struct {
	when  source.Expr
	value source.Value
}

// arms is what an operand of Fn::Equals can be: of a mapping that is asked by one
// parameter, what it holds under each of its keys.
func (t *template) arms(v source.Value, s scope) []arm {
	value := t.eval(v, s)
	whole := []arm{{constant(true), value}}
	c, ok := intrinsic(v)
	if !ok || c.name != "Fn::FindInMap" || value.Kind != source.Unknown || len(c.arg.Items) < 3 {
		return whole
	}
	rows, column := t.sections.mappings.Get(c.arg.Items[0].Text), t.eval(c.arg.Items[2], s)
	key, ok := t.lone(t.eval(c.arg.Items[1], s))
	if !ok || column.Kind != source.String || len(rows.Entries) == 0 || len(rows.Entries) > maxCases {
		return whole
	}
	var out []arm
	for _, row := range rows.Entries {
		out = append(out, arm{source.Expr{Op: source.Equals, Name: key, Value: row.Key}, row.Value.Get(column.Text)})
	}
	return out
}

// lone is the parameter that a value is, if it is nothing but a parameter that
// nobody gave.
func (t *template) lone(v source.Value) (string, bool) {
	if v.Kind != source.Unknown || len(v.Parts()) != 1 || !t.parameters[v.Parts()[0].Expr] {
		return "", false
	}
	return v.Parts()[0].Expr, true
}

// equals compares every case of both values.
func (t *template) equals(a, b source.Value, open source.Expr) source.Expr {
	var either []source.Expr
	n := 0
	for g, x := range a.Cases() {
		for h, y := range b.Cases() {
			both, ok := g.And(h)
			if !ok {
				continue
			}
			if n++; n > maxCases {
				return open
			}
			terms := []source.Expr{t.same(x, y, open)}
			for _, term := range both {
				named := source.Expr{Op: source.Named, Name: term.Condition}
				if term.Not {
					named = negate(named)
				}
				terms = append(terms, named)
			}
			either = append(either, all(terms...))
		}
	}
	return anyOf(either...)
}

// same compares two values that no condition decides.
func (t *template) same(a, b source.Value, open source.Expr) source.Expr {
	if a.Kind == source.Unknown {
		a, b = b, a
	}
	x, xKnown := a.AsString()
	y, yKnown := b.AsString()
	switch {
	case xKnown && yKnown:
		return constant(x == y)
	case a.IsKnown() && b.IsKnown():
		return constant(a.Equal(b))
	case xKnown:
		if name, ok := t.lone(b); ok {
			return source.Expr{Op: source.Equals, Name: name, Value: x}
		}
	case a.Kind == source.Unknown && a.Text == b.Text && a.Equal(b):
		return constant(true)
	}
	return open
}

func constant(b bool) source.Expr {
	if b {
		return source.Expr{Op: source.True}
	}
	return source.Expr{Op: source.False}
}

// all is the conjunction, with constants folded.
func all(args ...source.Expr) source.Expr { return fold(source.And, source.True, source.False, args) }

// anyOf is the disjunction, with constants folded.
func anyOf(args ...source.Expr) source.Expr { return fold(source.Or, source.False, source.True, args) }

func fold(op, neutral, decisive source.Op, args []source.Expr) source.Expr {
	var rest []source.Expr
	for _, a := range args {
		if a.Op == decisive {
			return a
		}
		if a.Op != neutral {
			rest = append(rest, a)
		}
	}
	switch len(rest) {
	case 0:
		return source.Expr{Op: neutral}
	case 1:
		return rest[0]
	}
	return source.Expr{Op: op, Args: rest}
}

func negate(e source.Expr) source.Expr {
	switch e.Op {
	case source.True:
		return source.Expr{Op: source.False}
	case source.False:
		return source.Expr{Op: source.True}
	case source.Not:
		return e.Args[0]
	}
	return source.Expr{Op: source.Not, Args: []source.Expr{e}}
}

// guard is when something with an attribute Condition exists; exists is false
// where it never does.
func (t *template) guard(name string, at source.Location) (g source.Guard, exists bool) {
	switch t.decide(name, at).Op {
	case source.True:
		return nil, true
	case source.False:
		if !t.switchedOff(name) {
			return nil, false
		}
	}
	return source.If(t.prefix + name), true
}

// switchedOff reports whether a condition fails because constants are compared:
// a switch that somebody can turn in the template. What it guards exists as far
// as the architecture goes, but in no world that rules are evaluated in.
func (t *template) switchedOff(name string) bool {
	if !t.fixed(name) {
		return false
	}
	if c := t.conditions[name]; !c.listed {
		c.listed = true
		t.stack.Conditions = append(t.stack.Conditions, source.Condition{Name: t.prefix + name, Expr: c.expr, At: c.KeyAt})
	}
	return true
}

// fixed reports whether a condition depends on no parameter. Each is asked once,
// however many others name it.
func (t *template) fixed(name string) bool {
	c, found := t.conditions[name]
	if !found {
		return false
	}
	if c.fixed == 0 {
		c.fixed = 1
		if t.constant(c.Value) {
			c.fixed = 2
		}
	}
	return c.fixed == 2
}

// constant reports whether an expression of conditions depends on no parameter.
func (t *template) constant(v source.Value) bool {
	for _, item := range v.Items {
		if !t.constant(item) {
			return false
		}
	}
	for _, e := range v.Entries {
		switch e.Key {
		case "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not":
			if !t.constant(e.Value) {
				return false
			}
		case "Condition":
			if !t.fixed(e.Value.Text) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// ifElse is Fn::If.
func (t *template) ifElse(c call, s scope) source.Value {
	if c.arg.Kind != source.List || len(c.arg.Items) != 3 {
		return t.fail(c, "takes the name of a condition and two values")
	}
	name, ok := t.conditionName(t.eval(c.arg.Items[0], s))
	if !ok {
		return t.fail(c, "takes the name of a condition and two values")
	}
	switch t.decide(name, c.arg.Items[0].At).Op {
	case source.True:
		return t.eval(c.arg.Items[1], s)
	case source.False:
		if !t.switchedOff(name) {
			return t.eval(c.arg.Items[2], s)
		}
	}
	then, otherwise := t.eval(c.arg.Items[1], s), t.eval(c.arg.Items[2], s)
	v := choice("Fn::If "+name, c.at, []source.Alternative{
		{If: source.If(t.prefix + name), Value: then},
		{If: source.Unless(t.prefix + name), Value: otherwise},
	})
	return v
}

// truth is a condition function that stands where a value is wanted.
func (t *template) truth(c call, s scope) source.Value {
	v := source.MapOf(c.at, source.Entry{Key: c.name, Value: c.arg})
	s.open = true
	switch t.boolean(v, s).Op {
	case source.True:
		return source.BoolOf(true, c.at)
	case source.False:
		return source.BoolOf(false, c.at)
	}
	return unknown(describeCall(c), c.at)
}
