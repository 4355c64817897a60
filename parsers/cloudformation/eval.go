package cloudformation

import (
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// scope is what an expression sees beside its template.
type scope struct {
	open     bool     // a condition is decided: parameters that nobody gave are unknown
	loop     *binding // of Fn::ForEach, innermost first
	includes int      // files included in one another
	absent   bool     // entries that are AWS::NoValue are kept, as Unset: SAM's globals must not replace them
}

// binding is what the identifier of a loop stands for.
type binding struct {
	name  string
	value source.Value
	outer *binding
}

func (b *binding) lookup(name string) (source.Value, bool) {
	for ; b != nil; b = b.outer {
		if b.name == name {
			return b.value, true
		}
	}
	return source.Value{}, false
}

// call is one use of an intrinsic function.
type call struct {
	name string
	arg  source.Value
	at   source.Location // of the whole
}

// intrinsic takes a one-key map apart that calls a function.
func intrinsic(v source.Value) (call, bool) {
	if v.Kind != source.Map || len(v.Entries) != 1 {
		return call{}, false
	}
	e := v.Entries[0]
	if e.Key != "Ref" && (!strings.HasPrefix(e.Key, "Fn::") || strings.HasPrefix(e.Key, forEach)) {
		return call{}, false
	}
	return call{name: e.Key, arg: e.Value, at: v.At}, true
}

// eval is what a value of the template stands for.
func (t *template) eval(v source.Value, s scope) source.Value {
	out, _ := t.evaluate(v, s)
	return out
}

// evaluate says as well whether the value differs from what is written, so that
// what is literal is shared and not copied.
func (t *template) evaluate(v source.Value, s scope) (out source.Value, changed bool) {
	if !t.spend(v.At) {
		return unknown("", v.At), true
	}
	switch v.Kind {
	case source.String:
		return t.evalText(v, s)
	case source.List:
		return t.evalList(v, s)
	case source.Map:
		if c, ok := intrinsic(v); ok {
			return t.call(c, s), true
		}
		return t.evalMap(v, s)
	}
	return v, false
}

// evalList drops the items that are AWS::NoValue.
func (t *template) evalList(v source.Value, s scope) (source.Value, bool) {
	var items []source.Value
	for i, item := range v.Items {
		x, changed := t.evaluate(item, s)
		if changed && items == nil {
			items = append(make([]source.Value, 0, len(v.Items)), v.Items[:i]...)
		}
		if items != nil && x.Kind != source.Unset {
			items = append(items, x)
		}
	}
	if items == nil {
		return v, false
	}
	v.Items = items
	return v, true
}

// evalMap drops the entries that are AWS::NoValue.
func (t *template) evalMap(v source.Value, s scope) (source.Value, bool) {
	if hasSpecial(v) {
		return t.evalSpecial(v, s), true
	}
	var entries []source.Entry
	for i, e := range v.Entries {
		x, changed := t.evaluate(e.Value, s)
		if s.loop != nil {
			if key := t.loopText(source.StringOf(e.Key, e.KeyAt), s); key.Text != e.Key {
				e.Key, changed = keyOf(key), true
			}
		}
		if changed && entries == nil {
			entries = append(make([]source.Entry, 0, len(v.Entries)), v.Entries[:i]...)
		}
		if entries != nil && (x.Kind != source.Unset || s.absent) {
			entries = append(entries, source.Entry{Key: e.Key, KeyAt: e.KeyAt, Value: x})
		}
	}
	if entries == nil {
		return v, false
	}
	v.Entries = entries
	return v, true
}

// evalSpecial is evalMap for a map with loops or includes among its keys.
func (t *template) evalSpecial(v source.Value, s scope) source.Value {
	entries, complete := t.entries(v, s)
	out := source.MapOf(v.At).WithDef(v.Def())
	for _, e := range entries {
		complete = complete && len(e.guard) == 0 && !e.uncertain
		if x := t.eval(e.Value, e.scope); x.Kind != source.Unset {
			out.Entries = append(out.Entries, source.Entry{Key: e.Key, KeyAt: e.KeyAt, Value: x})
		}
	}
	if !complete { // an absent key may yet be there
		return unknown(describe(v), v.At, out)
	}
	return out
}

// call evaluates one intrinsic function.
func (t *template) call(c call, s scope) source.Value {
	switch c.name {
	case "Ref":
		return t.ref(c, s)
	case "Fn::GetAtt":
		return t.getAtt(c, s)
	case "Fn::Sub":
		return t.sub(c, s)
	case "Fn::Join":
		return t.join(c, s)
	case "Fn::Select":
		return t.selectItem(c, s)
	case "Fn::Split":
		return t.split(c, s)
	case "Fn::If":
		return t.ifElse(c, s)
	case "Fn::FindInMap":
		return t.findInMap(c, s)
	case "Fn::ImportValue":
		return t.importValue(c, s)
	case "Fn::Base64":
		return t.base64(c, s)
	case "Fn::Cidr":
		return t.cidr(c, s)
	case "Fn::GetAZs":
		return unknown(describeCall(c), c.at, t.eval(c.arg, s))
	case "Fn::Length":
		return t.length(c, s)
	case "Fn::ToJsonString":
		return t.toJSON(c, s)
	case "Fn::Transform":
		return t.transform(c, s)
	case "Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals":
		return t.truth(c, s)
	case "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll":
		return unknown(describeCall(c), c.at, t.eval(c.arg, s)) // of the section Rules
	}
	t.problem(source.Warning, c.at, "%s is no function of CloudFormation", c.name)
	return unknown(describeCall(c), c.at, t.eval(c.arg, s))
}

// fail reports a function that is used in a way that CloudFormation rejects.
func (t *template) fail(c call, format string, args ...any) source.Value {
	t.problem(source.Error, c.at, c.name+" "+format, args...)
	return unknown(describeCall(c), c.at)
}

// operands are the evaluated items of a call's list, whose length must lie
// between least and most; ok is false, and a problem reported, where it does not.
func (t *template) operands(c call, s scope, least, most int) (args []source.Value, ok bool) {
	if c.arg.Kind != source.List || len(c.arg.Items) < least || len(c.arg.Items) > most {
		t.fail(c, "takes a list of %d", least)
		return nil, false
	}
	for _, item := range c.arg.Items {
		args = append(args, t.eval(item, s))
	}
	return args, true
}
