package cloudformation

import (
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// mention is a reference to a logical id that must be there.
type mention struct {
	name string
	at   source.Location
}

// ref is Ref: a loop's identifier, a parameter, a pseudo parameter or a resource.
func (t *template) ref(c call, s scope) source.Value {
	name := c.arg
	if s.loop != nil {
		name = t.eval(name, s)
	}
	id, ok := t.logicalID(name)
	if !ok && name.Kind == source.Unknown {
		return unknown(describeCall(c), c.at, name)
	}
	if !ok {
		return t.fail(c, "takes the name of a parameter or resource")
	}
	v := t.reference(id, c.arg.At, s)
	if v.Kind != source.Unset {
		v.At = c.at
	}
	return v
}

// logicalID is the name that a value is. A name that the values of a loop would
// complete is that of the resource which the same loop makes.
func (t *template) logicalID(v source.Value) (name string, ok bool) {
	if v.Kind == source.Unknown {
		name = keyOf(v)
		return name, t.byName[name] != nil
	}
	return v.Text, v.Kind == source.String && v.Text != ""
}

// reference is what a name stands for, at the place where the name is written.
func (t *template) reference(name string, at source.Location, s scope) source.Value {
	if v, ok := t.named(name, at, s); ok {
		return v
	}
	return t.mention(name, "", at)
}

// named is what a name stands for that is no resource.
func (t *template) named(name string, at source.Location, s scope) (source.Value, bool) {
	if v, ok := s.loop.lookup(name); ok {
		v.At = at
		return v, true
	}
	if strings.HasPrefix(name, "AWS::") {
		return t.pseudo(name, at, s), true
	}
	v, ok := t.parameter(name, s.open)
	if !ok {
		return v, false
	}
	return placed(v, at), true
}

// placed is a value that was written elsewhere, at its place of use.
func placed(v source.Value, use source.Location) source.Value {
	written := v.At
	v.At = use
	trace := v.Trace()
	if !written.IsZero() {
		trace.Def = &written
	}
	switch {
	case v.Kind == source.String && len(trace.Parts) == 0:
		trace.Parts = []source.Part{{Text: v.Text, At: use, In: written}}
	case v.Kind == source.Unknown && len(trace.Parts) == 1 && trace.Parts[0].At.IsZero():
		trace.Parts = []source.Part{{Expr: trace.Parts[0].Expr, At: use}}
	}
	return v.With(trace)
}

// mention is the value of a reference to a resource of this template.
func (t *template) mention(name, attribute string, at source.Location) source.Value {
	t.mentions = append(t.mentions, mention{name, at})
	return source.RefOf(source.Ref{Address: t.prefix + name, Attribute: attribute, At: at})
}

// getAtt is Fn::GetAtt: "Name.Attribute" or [Name, Attribute].
func (t *template) getAtt(c call, s scope) source.Value {
	arg := t.eval(c.arg, s)
	if name, attribute, ok := strings.Cut(arg.Text, "."); arg.Kind == source.String && ok && name != "" && attribute != "" {
		v := t.attribute(name, attribute, arg.At)
		v.At = c.at
		return v
	}
	if arg.Kind != source.List || len(arg.Items) < 2 {
		return t.fail(c, `takes "Name.Attribute" or a list of the two`)
	}
	name, ok := t.logicalID(arg.Items[0])
	if !ok && arg.Items[0].Kind == source.Unknown {
		return unknown(describeCall(c), c.at, arg)
	}
	if !ok {
		return t.fail(c, `takes "Name.Attribute" or a list of the two`)
	}
	at := arg.Items[0].At.To(arg.Items[len(arg.Items)-1].At)
	var attribute []string
	for _, item := range arg.Items[1:] {
		text, ok := item.AsString()
		if !ok && item.Kind != source.Unknown {
			return t.fail(c, `takes "Name.Attribute" or a list of the two`)
		}
		if !ok { // which attribute is open, whose it is not
			return unknown(describeCall(c), c.at, t.mention(name, "", at), item)
		}
		attribute = append(attribute, text)
	}
	v := t.attribute(name, strings.Join(attribute, "."), at)
	v.At = c.at
	return v
}

// attribute is an attribute of a resource; an output of a nested stack that can
// be read is what that stack hands out.
func (t *template) attribute(name, attribute string, at source.Location) source.Value {
	if output, ok := strings.CutPrefix(attribute, "Outputs."); ok {
		if child := t.child(name); child != nil {
			if v, ok := child.output(output); ok {
				t.mentions = append(t.mentions, mention{name, at})
				return placed(v, at)
			}
			t.problem(source.Warning, at, "the template of %s has no output %s", name, output)
		}
	}
	return t.mention(name, attribute, at)
}

// importValue is Fn::ImportValue.
func (t *template) importValue(c call, s scope) source.Value {
	arg := t.eval(c.arg, s)
	return combine(describeCall(c), c.at, []source.Value{arg}, func(args []source.Value) source.Value {
		name, ok := args[0].AsString()
		switch {
		case !ok && args[0].Kind == source.Unknown:
			return unknown("Fn::ImportValue "+args[0].Text, c.at, args...)
		case !ok || name == "":
			return t.fail(c, "takes the name of an export")
		}
		v := source.RefOf(source.Ref{Import: name, At: c.arg.At})
		v.At = c.at
		inherit(&v, args[0])
		return v
	})
}

// pseudo is a pseudo parameter (AWS CloudFormation User Guide, Pseudo
// parameters reference). Only the deployment knows them, unless they were given.
func (t *template) pseudo(name string, at source.Location, s scope) source.Value {
	switch name {
	case "AWS::NoValue":
		return source.Value{At: at}
	case "AWS::AccountId", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix":
	default:
		t.problem(source.Warning, at, "%s is no pseudo parameter", name)
	}
	if given, ok := t.params[name]; ok {
		return source.StringOf(given, at).WithParts([]source.Part{{Text: given, At: at}})
	}
	if s.open {
		t.parameters[name] = true
	}
	return source.Value{Kind: source.Unknown, Text: name, At: at}.WithParts([]source.Part{{Expr: name, At: at}})
}

// parameter is the value of a parameter, placed where it was written; open is
// set where a condition asks.
func (t *template) parameter(name string, open bool) (source.Value, bool) {
	memo := t.values[open]
	if v, found := memo[name]; found {
		return v, true
	}
	decl, declared := t.declared.Entry(name)
	if !declared {
		return source.Value{}, false
	}
	v := t.bind(decl, open)
	if isTrue(decl.Value.Get("NoEcho")) {
		v.Sensitive = true
	}
	memo[name] = v
	return v, true
}

func isTrue(v source.Value) bool {
	b, ok := v.AsBool()
	return ok && b
}

// bind finds the value of a parameter: given, default, or unknown. What the
// parent of a nested stack does not hand over is the default, whoever deploys it.
func (t *template) bind(decl source.Entry, open bool) source.Value {
	kind, _ := decl.Value.Get("Type").AsString()
	name := decl.Key
	text, given := t.params[name]
	given = given && t.parent() == nil
	handed, isHanded := t.handed(name, open)
	fallback := decl.Value.Get("Default")
	v := source.Value{Kind: source.Unknown, Text: "Ref " + t.prefix + name}.WithParts([]source.Part{{Expr: t.prefix + name}})
	switch {
	case strings.HasPrefix(kind, "AWS::SSM::Parameter::Value<"): // the name of a value that is stored elsewhere
		v = v.WithRefs(handed.AllRefs())
		switch {
		case given:
			fallback = source.Value{Kind: source.String, Text: text}
		case isHanded:
			fallback = handed
		}
		t.stored(name, fallback)
	case given:
		return t.typed(source.Value{Kind: source.String, Text: text}, kind)
	case isHanded:
		return t.typed(handed, kind)
	case open && t.parent() == nil:
	case fallback.Kind != source.Unset:
		fallback.Default = t.parent() == nil
		return t.typed(fallback, kind)
	}
	if open {
		t.parameters[t.prefix+name] = true
		for _, allowed := range decl.Value.Get("AllowedValues").Items {
			if text, ok := allowed.AsString(); ok {
				t.stack.Allowed[t.prefix+name] = append(t.stack.Allowed[t.prefix+name], text)
			}
		}
	}
	return v
}

// stored notes under which name the value of a parameter is stored elsewhere.
func (t *template) stored(name string, as source.Value) {
	if as.Kind == source.Unset {
		return
	}
	if t.stack.Stored == nil {
		t.stack.Stored = map[string]source.Value{}
	}
	t.stack.Stored[t.prefix+name] = as
}

// handed is the value that the parent of a nested stack gives to a parameter.
func (t *template) handed(name string, open bool) (source.Value, bool) {
	if t.parent() == nil {
		return source.Value{}, false
	}
	v := t.arguments(open).Get(name)
	return v, v.Kind != source.Unset
}

// typed is a value as the type of its parameter makes it.
func (t *template) typed(v source.Value, kind string) source.Value {
	text, scalar := v.AsString()
	switch {
	case kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<"):
		if !scalar {
			return v
		}
		list := source.Value{Kind: source.List, At: v.At, Default: v.Default}.WithDef(v.Def())
		if text == "" {
			return list
		}
		for _, item := range strings.Split(text, ",") {
			x := source.StringOf(strings.TrimSpace(item), v.At)
			inherit(&x, v)
			list.Items = append(list.Items, x)
		}
		return list
	case v.Kind == source.List || v.Kind == source.Map || v.Kind == source.Null:
		if v.Kind != source.List || t.parent() == nil {
			t.problem(source.Error, v.At, "a parameter is a text or a number")
			return unknown(describe(v), v.At, v)
		}
	case scalar && kind == "Number":
		v.Kind = source.Number
		if _, ok := v.AsNumber(); !ok {
			v.Kind = source.String
		}
	case scalar:
		v.Kind = source.String
		v, _ = t.evalText(v, scope{})
	}
	return v
}
