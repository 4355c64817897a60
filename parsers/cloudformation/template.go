package cloudformation

import (
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
)

// template is one template of a stack: the root or a nested one.
type template struct {
	*loader
	path     string // of its file
	prefix   string // of its addresses: "" or "Parent/"
	nested   nesting
	root     source.Value
	sections struct{ transform, mappings, resources, outputs source.Value }
	declared source.Value // the section Parameters

	values         map[bool]map[string]source.Value // of parameters, by whether a condition asks
	conditions     map[string]*condition
	conditionNames []string          // in order
	booleanNames   map[string]string // "true" and "false" to the first condition that is called by such a word
	resources      []entry
	byName         map[string]*entry
	uncertain      bool // more names may be declared than are seen
	outputs        map[string]*output
	outputNames    []string
	children       map[string]*template
	mentions       []mention
}

// output is an entry of the section Outputs; its value is evaluated when it is
// first asked for.
type output struct {
	entry
	state int // 0 not evaluated yet, 1 being evaluated, 2 evaluated
	value source.Value
}

func (l *loader) template(path string, root source.Value) *template {
	return &template{
		loader: l, path: path, root: root,
		values:     map[bool]map[string]source.Value{false: {}, true: {}},
		conditions: map[string]*condition{}, booleanNames: map[string]string{}, byName: map[string]*entry{},
		outputs: map[string]*output{}, children: map[string]*template{},
	}
}

// format is "sam", "cdk" or "cloudformation". What the CDK synthesises tells by
// its paths, its own resource, or the parameter that its bootstrap stack answers
// (AWS CDK Developer Guide, Customize AWS CDK stack synthesis).
func (t *template) format() string {
	if t.isSAM() {
		return "sam"
	}
	if t.root.Get("Parameters", "BootstrapVersion").Kind == source.Map {
		return "cdk"
	}
	for _, e := range t.root.Get("Resources").Entries {
		if e.Value.Get("Type").Text == "AWS::CDK::Metadata" || e.Value.Get("Metadata", "aws:cdk:path").Kind == source.String {
			return "cdk"
		}
	}
	return "cloudformation"
}

// samTransform begins the name of AWS SAM's transform; the date of its version
// follows.
const samTransform = "AWS::Serverless-"

// isSAM reports whether the template says that it is one of AWS SAM, or has a
// resource that only AWS SAM knows.
func (t *template) isSAM() bool {
	for _, v := range t.root.Get("Transform").Elements() {
		if strings.HasPrefix(v.Text, samTransform) {
			return true
		}
	}
	for _, e := range t.root.Get("Resources").Entries {
		if strings.HasPrefix(e.Value.Get("Type").Text, "AWS::Serverless::") {
			return true
		}
	}
	return false
}

// declare reads the sections as far as names are declared in them.
func (t *template) declare() {
	root, complete := t.withIncludes(t.root)
	t.root = root
	section := func(name string) source.Value {
		v := t.root.Get(name)
		if v.Kind != source.Unset && v.Kind != source.Null && v.Kind != source.Map {
			t.problem(source.Error, v.At, "%s is a %s, not a map", name, v.Kind)
			return source.Value{}
		}
		return v
	}
	t.declared = section("Parameters")
	t.sections.mappings = t.eval(section("Mappings"), scope{})
	conditions, _ := t.entries(section("Conditions"), scope{open: true})
	for _, e := range conditions {
		t.conditionNames = append(t.conditionNames, e.Key)
		t.conditions[e.Key] = &condition{entry: e}
		if text, ok := document.Boolean(e.Key); ok && t.booleanNames[text] == "" {
			t.booleanNames[text] = e.Key
		}
	}
	resources, all := t.entries(section("Resources"), scope{})
	t.resources = resources
	if macros := t.hasMacros(); macros || !complete || !all {
		t.uncertain = true
		t.stack.Unseen = "not all that " + t.path + " declares is seen"
	}
	for i := range t.resources {
		t.byName[t.resources[i].Key] = &t.resources[i]
		t.uncertain = t.uncertain || t.resources[i].uncertain
	}
	outputs, _ := t.entries(section("Outputs"), scope{})
	for _, e := range outputs {
		t.outputNames = append(t.outputNames, e.Key)
		t.outputs[e.Key] = &output{entry: e}
	}
}

// isKnownMacro reports whether a macro is one of AWS's that declare nothing which is
// not written or expanded here (AWS CloudFormation Template Reference, Transform
// reference).
func isKnownMacro(name string) bool {
	switch name {
	case "AWS::LanguageExtensions", "AWS::CodeDeployBlueGreen", "AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16":
		return true
	}
	return strings.HasPrefix(name, samTransform)
}

// hasMacros reports whether a macro that is not known here rewrites the template.
func (t *template) hasMacros() (found bool) {
	for _, v := range t.root.Get("Transform").Elements() {
		if v.Kind == source.String && !isKnownMacro(v.Text) {
			t.problem(source.Note, v.At, "what the macro %s makes of the template is not known", v.Text)
			found = true
		}
	}
	return found
}

// load evaluates the template, whose names are declared, and adds what it holds
// to the stack.
func (t *template) load() {
	t.decideAll()
	resources := make([]source.Resource, 0, len(t.resources))
	for i := range t.resources {
		if r, ok := t.resource(&t.resources[i]); ok {
			resources = append(resources, r)
		}
	}
	first := len(t.stack.Outputs)
	for _, name := range t.outputNames {
		t.addOutput(t.outputs[name])
	}
	if t.isSAM() {
		resources = t.expandSAM(resources, t.stack.Outputs[first:])
	}
	known := map[string]bool{}
	t.stack.Resources = slices.Grow(t.stack.Resources, len(resources))
	for i := range resources {
		r := &resources[i]
		known[r.Address] = true
		t.attachDefinition(r)
		t.stack.Resources = append(t.stack.Resources, *r)
		t.enter(r)
	}
	t.checkMentions(known)
}

// resource evaluates one entry of the section Resources; ok is false where it is
// none or a given parameter rules it out.
func (t *template) resource(e *entry) (r source.Resource, ok bool) {
	if e.Value.Kind != source.Map {
		t.problem(source.Error, e.KeyAt, "the resource %s is a %s, not a map", e.Key, e.Value.Kind)
		return r, false
	}
	if e.Key == "" {
		t.problem(source.Error, e.KeyAt, "a resource has no name")
		return r, false
	}
	kind := e.Value.Get("Type")
	if kind.Kind != source.String || kind.Text == "" {
		t.problem(source.Error, e.KeyAt, "the resource %s has no Type", e.Key)
		return r, false
	}
	t.checkType(kind)
	r = source.Resource{
		Address: t.prefix + e.Key, Type: kind.Text, At: e.KeyAt, Body: e.KeyAt.To(e.Value.At),
		If: e.guard, Uncertain: e.uncertain || t.nested.uncertain, Via: t.nested.via,
	}
	attributes, _ := t.entries(e.Value, e.scope)
	r.Attributes = source.MapOf(e.Value.At).WithDef(e.Value.Def())
	for _, a := range attributes {
		v := a.Value
		a.scope.absent = a.Key == "Properties" && strings.HasPrefix(r.Type, "AWS::Serverless::")
		if a.Key != "Condition" {
			v = t.eval(v, a.scope)
		}
		switch a.Key {
		case "Properties":
			r.Properties = v
			if v.Kind != source.Map && v.Kind != source.Unknown && v.Kind != source.Unset && v.Kind != source.Null {
				t.problem(source.Error, v.At, "Properties is a %s, not a map", v.Kind)
				r.Properties = unknown(describe(v), v.At)
			}
		case "Metadata":
			r.Metadata = v
		case "Type":
		default:
			r.Attributes.Entries = append(r.Attributes.Entries, source.Entry{Key: a.Key, KeyAt: a.KeyAt, Value: v})
		}
	}
	if r.Properties.Kind == source.Unset || r.Properties.Kind == source.Null {
		r.Properties = source.Value{Kind: source.Map, At: e.KeyAt}
	}
	for _, v := range r.Attributes.Get("DependsOn").Elements() {
		if v.Kind == source.String {
			t.mentions = append(t.mentions, mention{v.Text, v.At})
		}
	}
	if r.If, ok = t.exists(e.Value.Get("Condition"), e.scope, e.guard); ok {
		r.If, ok = t.nested.guard.And(r.If)
	}
	return r, ok
}

// checkType warns of a resource type that CloudFormation does not have. Of SAM's
// own types the expansion speaks.
func (t *template) checkType(kind source.Value) {
	if knownType(kind.Text) || strings.HasPrefix(kind.Text, "AWS::Serverless::") {
		return
	}
	if meant := likeliestType(kind.Text); meant != "" {
		t.problem(source.Warning, kind.At, "there is no resource type %s; %s is meant, perhaps", kind.Text, meant)
		return
	}
	t.problem(source.Warning, kind.At, "the resource type %s is not known", kind.Text)
}

// exists is when something with an attribute Condition exists.
func (t *template) exists(name source.Value, s scope, outer source.Guard) (source.Guard, bool) {
	if name.Kind == source.Unset || name.Kind == source.Null {
		return outer, true
	}
	text, ok := t.conditionName(t.eval(name, s))
	if !ok {
		t.problem(source.Error, name.At, "Condition takes the name of a condition")
		return outer, true
	}
	g, ok := t.guard(text, name.At)
	if !ok {
		return nil, false
	}
	return outer.And(g)
}

// output is the value of an output, for the parent of a nested stack.
func (t *template) output(name string) (source.Value, bool) {
	o, found := t.outputs[name]
	if !found {
		return source.Value{}, false
	}
	switch o.state {
	case 0:
		o.state = 1
		o.value = simple(t.eval(o.Value.Get("Value"), o.scope))
		o.state = 2
	case 1:
		t.problem(source.Warning, o.KeyAt, "the output %s depends on itself", name)
		o.value = unknown("output "+t.prefix+name, o.KeyAt)
	}
	return o.value, true
}

// addOutput adds an output to the stack; of a nested stack only exports are seen
// from outside.
func (t *template) addOutput(o *output) {
	if o.Value.Kind != source.Map {
		t.problem(source.Error, o.KeyAt, "the output %s is a %s, not a map", o.Key, o.Value.Kind)
		return
	}
	g, ok := t.exists(o.Value.Get("Condition"), o.scope, o.guard)
	if ok {
		g, ok = t.nested.guard.And(g)
	}
	export := t.eval(o.Value.Get("Export", "Name"), o.scope)
	if !ok || t.parent() != nil && export.Kind == source.Unset {
		return
	}
	v, _ := t.output(o.Key)
	t.stack.Outputs = append(t.stack.Outputs, source.Output{Name: t.prefix + o.Key, Value: v, Export: export, If: g, At: o.KeyAt})
}

// checkMentions reports references to what is not declared, after SAM has said
// what it generates.
func (t *template) checkMentions(known map[string]bool) {
	if t.uncertain {
		return
	}
	declared := func(name string) bool {
		_, isParameter := t.declared.Entry(name)
		return isParameter || t.byName[name] != nil || known[t.prefix+name] || known[t.prefix+name+"~"]
	}
	for _, m := range t.mentions {
		owner, _, dotted := strings.Cut(m.name, ".")
		if !declared(m.name) && !(dotted && t.isSAM() && declared(owner)) {
			t.problem(source.Warning, m.at, "%s is no resource or parameter of the template", m.name)
		}
	}
}
