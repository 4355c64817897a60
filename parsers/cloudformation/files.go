package cloudformation

import (
	"bytes"
	"slices"
	"strings"

	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
)

// isOpaque reports whether what a resource of the type makes cannot be seen:
// custom resources and modules of the registry.
func isOpaque(kind string) bool {
	return strings.HasPrefix(kind, "Custom::") || kind == "AWS::CloudFormation::CustomResource" || strings.HasSuffix(kind, "::MODULE")
}

// include reads the file of a Fn::Transform that is AWS::Include. Its content is
// evaluated in the scope that is returned. ok is false where there is none. A
// macro may stand in a list by itself.
func (t *template) include(c call, s scope) (v source.Value, inner scope, ok bool) {
	if c.arg.Kind == source.List && len(c.arg.Items) == 1 {
		c.arg = c.arg.Items[0]
	}
	name := t.eval(c.arg.Get("Name"), s)
	if name.Kind != source.String {
		t.fail(c, "takes the Name of a macro and its Parameters")
		return v, s, false
	}
	where := t.eval(c.arg.Get("Parameters", "Location"), s)
	switch {
	case name.Text != "AWS::Include":
		t.problem(source.Note, c.at, "what the macro %s makes is not known", name.Text)
		return v, s, false
	case where.Kind != source.String || !isLocal(where.Text):
		t.problem(source.Note, c.at, "what is included is not here: %s", describe(where))
		return v, s, false
	case s.includes >= maxNesting:
		t.problem(source.Warning, c.at, "%s is not read: files are included in a circle or too deeply", where.Text)
		return v, s, false
	}
	v, _, ok = t.local(t.path, where.Text, where.At, document.Parse)
	s.includes++
	return v, s, ok
}

// transform is Fn::Transform that stands alone.
func (t *template) transform(c call, s scope) source.Value {
	v, inner, ok := t.include(c, s)
	if !ok {
		return unknown(describeCall(c), c.at, t.eval(c.arg.Get("Parameters"), s))
	}
	return t.eval(v, inner)
}

// withIncludes adds to a template the sections that its Transform includes;
// complete is false where there may be more of them.
func (t *template) withIncludes(root source.Value) (_ source.Value, complete bool) {
	complete = true
	add := func(c call) {
		v, _, ok := t.include(c, scope{})
		if !ok || v.Kind != source.Map {
			complete = false
			return
		}
		entries := slices.Clone(root.Entries)
		for _, e := range v.Entries {
			if _, found := root.Entry(e.Key); !found {
				entries = append(entries, e)
			}
		}
		root.Entries = entries
	}
	for _, v := range root.Get("Transform").Elements() {
		if v.Kind == source.Map && !isKnownMacro(v.Get("Name").Text) {
			add(call{"Transform", v, v.At})
		}
	}
	if e, found := root.Entry("Fn::Transform"); found {
		add(call{e.Key, e.Value, e.Value.At})
	}
	return root, complete
}

// definitions are the properties that hold the path of a document until
// `aws cloudformation package` has uploaded it, and the properties that hold the
// document itself (AWS CLI Command Reference, cloudformation package).
var definitions = map[string][2]string{
	"AWS::StepFunctions::StateMachine": {"DefinitionS3Location", "Definition"},
	"AWS::ApiGateway::RestApi":         {"BodyS3Location", "Body"},
	"AWS::ApiGatewayV2::Api":           {"BodyS3Location", "Body"},
}

// attachDefinition puts a document that a resource names by a local path in the
// place where an inline one would stand.
func (t *template) attachDefinition(r *source.Resource) {
	names, found := definitions[r.Type]
	if !found || r.Properties.Get(names[1]).Kind != source.Unset {
		return
	}
	uri, found := r.Properties.Entry(names[0])
	if !found {
		return
	}
	if doc, ok := t.definition(uri.Value); ok {
		entries := append([]source.Entry(nil), r.Properties.Entries...)
		r.Properties.Entries = append(entries, source.Entry{Key: names[1], KeyAt: uri.KeyAt, Value: doc})
	}
}

// definition reads the local document that a property names.
func (t *template) definition(uri source.Value) (source.Value, bool) {
	if uri.Kind != source.String {
		return source.Value{}, false
	}
	v, _, ok := t.local(t.path, uri.Text, uri.At, parseDefinition)
	if !ok {
		return source.Value{}, false
	}
	return t.eval(v, scope{}), true
}

// parseDefinition reads a document, also a JSON document in which placeholders
// ${Name} stand outside of texts, where a substitution would put a number or an
// object (AWS::StepFunctions::StateMachine, DefinitionSubstitutions). They become
// texts.
func parseDefinition(name string, text []byte) (source.Value, []source.Problem) {
	v, problems := document.Parse(name, text)
	if v.Kind != source.Unset {
		return v, problems
	}
	if quoted, found := quotePlaceholders(text); found {
		if again, _ := document.Parse(name, quoted); again.Kind != source.Unset {
			return unquotePlaceholders(again, text), nil
		}
	}
	return v, problems
}

// quotePlaceholders writes ${Name} outside of texts as "$Name", so that nothing
// moves.
func quotePlaceholders(text []byte) (out []byte, found bool) {
	out = bytes.Clone(text)
	inText := false
	for i := 0; i < len(out); i++ {
		switch {
		case out[i] == '\\' && inText:
			i++
		case out[i] == '"':
			inText = !inText
		case !inText && bytes.HasPrefix(out[i:], []byte("${")):
			end := bytes.IndexByte(out[i:], '}')
			if end < 0 {
				return nil, false
			}
			out[i], out[i+1], out[i+end] = '"', '$', '"'
			i, found = i+end, true
		}
	}
	return out, found
}

// unquotePlaceholders makes "$Name" ${Name} again where that stands in the text.
func unquotePlaceholders(v source.Value, text []byte) source.Value {
	switch v.Kind {
	case source.String:
		if name, ok := strings.CutPrefix(v.Text, "$"); ok && bytes.HasPrefix(text[v.At.Offset:], []byte("$")) {
			v.Text = "${" + name + "}"
		}
	case source.List:
		for i, item := range v.Items {
			v.Items[i] = unquotePlaceholders(item, text)
		}
	case source.Map:
		for i, e := range v.Entries {
			v.Entries[i].Value = unquotePlaceholders(e.Value, text)
		}
	}
	return v
}
