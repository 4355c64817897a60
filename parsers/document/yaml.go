package document

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/serverlens/serverlens/parsers/source"
	"go.yaml.in/yaml/v4"
)

// yamlReader turns the nodes of the YAML library, which know where they begin,
// into values that know where they end.
type yamlReader struct {
	*reader
	anchors map[*yaml.Node]node // that are read; shared by their aliases
}

// node is a value with what the limits and the enclosing nodes need to know.
type node struct {
	value      source.Value
	start, end int // in the text
	size       int // values, aliases expanded
	height     int // levels, aliases expanded
}

func (r *reader) readYAML() (v source.Value, failed *failure) {
	defer func() { // the library panics where it finds itself inconsistent
		if p := recover(); p != nil {
			failed = r.fail(0, 0, "syntax error in YAML: %v", p)
		}
	}()
	loader, err := yaml.NewLoader(bytes.NewReader(r.src))
	if err != nil {
		return v, r.fail(0, 0, "syntax error in YAML: %v", err)
	}
	var first, second yaml.Node
	if err = loader.Load(&first); errors.Is(err, io.EOF) {
		return source.Value{Kind: source.Null, At: r.places.region(0, 0)}, nil
	}
	if err != nil {
		return v, r.syntaxErrorYAML(err)
	}
	y := yamlReader{reader: r}
	root, failed := y.node(first.Content[0], 0, false)
	if failed != nil {
		return v, failed
	}
	switch err := loader.Load(&second); {
	case err == nil:
		at := r.index.offset(second.Line, second.Column)
		r.warn(r.places.region(at, at), "only the first of several YAML documents is read")
	case !errors.Is(err, io.EOF):
		r.problems = append(r.problems, r.syntaxErrorYAML(err).Problem)
	}
	return root.value, nil
}

func (r *reader) syntaxErrorYAML(err error) *failure {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		return r.fail(0, 0, "syntax error in YAML: %v", err)
	}
	text, at := e.Message, e.Mark.Index // of a byte that no YAML may hold
	if e.Mark.Line > 0 {
		at = r.index.offset(e.Mark.Line, e.Mark.Column)
	}
	if e.ContextMsg != "" {
		text += " " + e.ContextMsg
	}
	if at < len(r.src) && r.src[at] == '\t' {
		text = "a tab, where YAML takes only spaces"
	}
	return r.fail(at, at, "syntax error in YAML: %s", text)
}

// node reads a node at a depth; flow says whether a flow collection holds it.
func (r *yamlReader) node(y *yaml.Node, depth int, flow bool) (node, *failure) {
	start := r.index.offset(y.Line, y.Column)
	if depth > maxDepth {
		return node{}, r.fail(start, start, "nested more than %d levels deep", maxDepth)
	}
	if y.Kind == yaml.AliasNode {
		return r.alias(y, start, depth)
	}
	tag, body := r.properties(y, start, flow)
	n := node{start: body, size: 1}
	var err *failure
	switch y.Kind {
	case yaml.MappingNode:
		err = r.mapping(y, &n, depth)
	case yaml.SequenceNode:
		err = r.sequence(y, &n, depth)
	default:
		n.end = r.scalarEnd(y, body)
		n.value = scalarValue(y)
		n.value.At = r.places.region(n.start, n.end)
		if n.value.Kind == source.String && r.filler != nil {
			n.value = r.filler.text(n.value, n.start, n.end)
		}
	}
	if err != nil {
		return node{}, err
	}
	if name := intrinsic(y.Tag); name != "" {
		n = r.tagged(name, n, tag, r.tagEnd(tag, flow))
	}
	if err := r.check(n, start, depth); err != nil {
		return node{}, err
	}
	if y.Anchor != "" {
		if r.anchors == nil {
			r.anchors = make(map[*yaml.Node]node)
		}
		r.anchors[y] = n
	}
	return n, nil
}

// check holds a node against the limits.
func (r *yamlReader) check(n node, start, depth int) *failure {
	if n.size > maxNodes {
		return r.fail(start, start, "more than %d values, aliases expanded", maxNodes)
	}
	if depth+n.height > maxDepth {
		return r.fail(start, start, "nested more than %d levels deep, aliases expanded", maxDepth)
	}
	return nil
}

func (r *yamlReader) alias(y *yaml.Node, start, depth int) (node, *failure) {
	end := start + 1 + len(y.Value)
	n, ok := r.anchors[y.Alias]
	if !ok {
		return node{}, r.fail(start, end, "the alias *%s stands inside its own definition", y.Value)
	}
	def := n.value.At
	n.start, n.end = start, end
	n.value.At = r.places.region(start, end)
	n.value = n.value.WithDef(&def)
	return n, r.check(n, start, depth)
}

// intrinsic is the long form of a local tag, "" for any other tag.
func intrinsic(tag string) string {
	name, ok := strings.CutPrefix(tag, "!")
	switch {
	case !ok, name == "", strings.HasPrefix(name, "!"):
		return ""
	case name == "Ref", name == "Condition":
		return name
	}
	return "Fn::" + name
}

// tagged is the one-key map that a short-form intrinsic stands for.
func (r *yamlReader) tagged(name string, n node, tag, tagEnd int) node {
	arg := n.value
	extra := 1
	if name == "Fn::GetAtt" && arg.Kind == source.String {
		if list, ok := r.splitAttribute(arg, n); ok {
			arg, extra = list, 3
		}
	}
	v := source.Value{Kind: source.Map, At: r.places.region(tag, n.end), Entries: []source.Entry{{
		Key: name, KeyAt: r.places.region(tag, tagEnd), Value: arg,
	}}}
	return node{value: v, start: tag, end: n.end, size: n.size + extra, height: n.height + 1 + extra/3}
}

// splitAttribute splits the text "Resource.Attribute" at its first dot. It does not
// split text that is written otherwise than it reads.
func (r *yamlReader) splitAttribute(v source.Value, n node) (source.Value, bool) {
	a, b, ok := strings.Cut(v.Text, ".")
	if !ok || a == "" || b == "" || strings.ContainsAny(v.Text, "\"'\\|>&*!") || strings.ContainsFunc(v.Text, unicode.IsSpace) {
		return v, false
	}
	start := n.start + bytes.Index(r.src[n.start:n.end], []byte(v.Text))
	if start < n.start {
		return v, false
	}
	dot := start + len(a)
	return source.ListOf(v.At,
		source.Value{Kind: source.String, Text: a, At: r.places.region(start, dot)},
		source.Value{Kind: source.String, Text: b, At: r.places.region(dot+1, dot+1+len(b))},
	), true
}

func (r *yamlReader) sequence(y *yaml.Node, n *node, depth int) *failure {
	n.end = n.start
	inFlow := y.Style&yaml.FlowStyle != 0
	items := make([]source.Value, 0, len(y.Content))
	for _, c := range y.Content {
		item, err := r.node(c, depth+1, inFlow)
		if err != nil {
			return err
		}
		n.include(item)
		items = append(items, item.value)
	}
	if inFlow {
		n.end = r.flowEnd(max(n.end, n.start+1))
	}
	n.value = source.Value{Kind: source.List, Items: items, At: r.places.region(n.start, n.end)}
	return nil
}

// include counts a node that another one holds.
func (n *node) include(c node) {
	n.end, n.size, n.height = max(n.end, c.end), n.size+c.size, max(n.height, c.height+1)
}

// merge is what a key `<<` merges into a map.
type merge struct {
	from source.Value
	at   source.Location
}

func (r *yamlReader) mapping(y *yaml.Node, n *node, depth int) *failure {
	n.end = n.start
	inFlow := y.Style&yaml.FlowStyle != 0
	f := fields{entries: make([]source.Entry, 0, len(y.Content)/2)}
	var merges []merge
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, err := r.node(y.Content[i], depth+1, inFlow)
		if err != nil {
			return err
		}
		v, err := r.node(y.Content[i+1], depth+1, inFlow)
		if err != nil {
			return err
		}
		n.include(key)
		n.include(v)
		if n.size > maxNodes {
			return r.check(*n, n.start, depth)
		}
		if y.Content[i].ShortTag() == "!!merge" {
			merges = append(merges, merge{v.value, key.value.At})
			continue
		}
		r.set(&f, r.entry(y.Content[i], key, v.value))
	}
	for _, m := range merges {
		r.merge(&f, m)
	}
	if inFlow && r.bracketed(y, n.start) {
		n.end = r.flowEnd(max(n.end, n.start+1))
	}
	n.value = source.Value{Kind: source.Map, Entries: f.entries, At: r.places.region(n.start, n.end)}
	return nil
}

// bracketed reports whether a flow mapping is written in braces: the pair in
// [a: b] is not, and begins where its key does.
func (r *yamlReader) bracketed(y *yaml.Node, start int) bool {
	if start >= len(r.src) || r.src[start] != '{' {
		return false
	}
	return len(y.Content) == 0 || y.Content[0].Line != y.Line || y.Content[0].Column != y.Column
}

func (r *yamlReader) entry(y *yaml.Node, key node, v source.Value) source.Entry {
	e := source.Entry{KeyAt: key.value.At, Value: v}
	if y.Kind == yaml.AliasNode {
		y = y.Alias
	}
	if y.Kind == yaml.ScalarNode && intrinsic(y.Tag) == "" {
		e.Key = y.Value
	} else {
		r.warn(e.KeyAt, "a key that is not text")
		e.Key = string(r.src[key.start:key.end])
	}
	if r.filler != nil {
		var refs []source.Ref
		e.Key, refs = r.filler.key(e.Key)
		e.Value = e.Value.WithRefs(slices.Concat(e.Value.Refs(), refs))
	}
	return e
}

// merge adds the entries of a map, or of each map of a list, that f lacks.
func (r *yamlReader) merge(f *fields, m merge) {
	from := []source.Value{m.from}
	if m.from.Kind == source.List {
		from = m.from.Items
	}
	for _, v := range from {
		if v.Kind != source.Map {
			r.warn(v.At, "<< merges maps only, this is a %s", v.Kind)
			continue
		}
		for _, e := range v.Entries {
			if _, ok := f.find(e.Key); ok {
				continue
			}
			if v.Def() != nil && e.Value.Def() == nil {
				def := e.Value.At
				e.Value.At = v.At
				e.Value = e.Value.WithDef(&def)
			}
			f.add(e)
		}
	}
}

// scalarValue is the value of a scalar by its tag: what the library resolved, or
// what the document says.
func scalarValue(y *yaml.Node) source.Value {
	v := source.Value{Kind: source.String, Text: y.Value}
	tagged := y.Style&yaml.TaggedStyle != 0
	switch {
	case intrinsic(y.Tag) != "":
	case y.Tag == "!!null":
		v.Kind, v.Text = source.Null, ""
	case y.Tag == "!!int", y.Tag == "!!float":
		v.Kind = source.Number
		if _, ok := v.AsNumber(); tagged && !ok || strings.ContainsAny(y.Value, "nN") {
			v.Kind = source.String // .inf and .nan, too
		}
	case y.Tag == "!!bool", y.Tag == "!!str" && y.Style == 0:
		if text, ok := booleans[y.Value]; ok {
			v.Kind, v.Text = source.Bool, text
		}
	}
	return v
}

// Boolean is "true" or "false" for a word that a YAML text takes for a boolean.
func Boolean(word string) (text string, ok bool) {
	text, ok = booleans[word]
	return text, ok
}

// booleans are the words that YAML 1.1 takes for booleans, as CloudFormation does.
var booleans = func() map[string]string {
	words := make(map[string]string)
	for text, list := range map[string]string{"true": "true yes on", "false": "false no off"} {
		for word := range strings.FieldsSeq(list) {
			words[word], words[strings.ToUpper(word)], words[strings.ToUpper(word[:1])+word[1:]] = text, text, text
		}
	}
	return words
}()
