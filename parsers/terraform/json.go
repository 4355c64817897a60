package terraform

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/serverlens/serverlens/parsers/source"
)

// JSON files are read into the expressions that the native syntax gives, so that
// everything after this file knows one syntax. hcl's own JSON reader keeps its
// expressions to itself and places references wrongly behind an escape.

// jsonValue is one value of a JSON file with its place.
type jsonValue struct {
	token json.Token // string, json.Number, bool, nil, or the opening Delim
	keys  []jsonKey
	items []*jsonValue
	at    hcl.Range // of a string: with its quotes
}

type jsonKey struct {
	name  string
	at    hcl.Range
	value *jsonValue
}

type jsonReader struct {
	p    *project
	text *text
	dec  *json.Decoder
	base int // bytes of the byte order mark
}

var errTooDeep = errors.New("nested too deep")

// parseJSON reads a file of the JSON syntax.
func (p *project) parseJSON(file string, src []byte) *body {
	r, top := p.readJSON(file, src)
	if top == nil {
		return nil
	}
	out := &body{at: top.at}
	for _, object := range top.objects() {
		for _, k := range object.keys {
			out.blocks = append(out.blocks, r.blocks(k, k.value, labels[k.name], nil)...)
		}
	}
	return out
}

var byteOrderMark = []byte("\ufeff")

// readJSON parses a JSON file, which p.texts holds already. The value is nil
// where it is no JSON.
func (p *project) readJSON(file string, src []byte) (*jsonReader, *jsonValue) {
	base := 0
	if bytes.HasPrefix(src, byteOrderMark) {
		base = len(byteOrderMark)
	}
	p.texts[file].json = true
	r := &jsonReader{p: p, text: p.texts[file], dec: json.NewDecoder(bytes.NewReader(src[base:])), base: base}
	r.dec.UseNumber()
	top, err := r.value(0)
	if err != nil {
		at := r.at(int(r.dec.InputOffset())+base, int(r.dec.InputOffset())+base)
		if err == errTooDeep {
			p.problem(source.Error, at, "nested more than %d levels deep: the file is not read", maxNesting)
		} else {
			p.problem(source.Error, at, "not JSON: %s", err)
		}
		return r, nil
	}
	return r, top
}

func (r *jsonReader) at(start, end int) hcl.Range {
	return hcl.Range{Filename: r.text.Name(), Start: hcl.Pos{Byte: start}, End: hcl.Pos{Byte: end}}
}

// token reads the next token with its place.
func (r *jsonReader) token() (json.Token, hcl.Range, error) {
	start := int(r.dec.InputOffset()) + r.base
	for start < len(r.text.src) && bytes.IndexByte([]byte(" \t\r\n,:"), r.text.src[start]) >= 0 {
		start++
	}
	t, err := r.dec.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return t, r.at(start, int(r.dec.InputOffset())+r.base), err
}

func (r *jsonReader) value(depth int) (*jsonValue, error) {
	if depth > maxNesting {
		return nil, errTooDeep
	}
	t, at, err := r.token()
	if err != nil {
		return nil, err
	}
	v := &jsonValue{token: t, at: at}
	switch t {
	case json.Delim('{'):
		for r.dec.More() {
			k, at, err := r.token()
			if err != nil {
				return nil, err
			}
			x, err := r.value(depth + 1)
			if err != nil {
				return nil, err
			}
			name, _ := k.(string)
			v.keys = append(v.keys, jsonKey{name, at, x})
		}
	case json.Delim('['):
		for r.dec.More() {
			x, err := r.value(depth + 1)
			if err != nil {
				return nil, err
			}
			v.items = append(v.items, x)
		}
	default:
		return v, nil
	}
	_, end, err := r.token()
	v.at.End = end.End
	return v, err
}

// objects are the objects that a value is or, as an array, holds.
func (v *jsonValue) objects() []*jsonValue {
	switch v.token {
	case json.Delim('{'):
		return []*jsonValue{v}
	case json.Delim('['):
		var out []*jsonValue
		for _, x := range v.items {
			out = append(out, x.objects()...)
		}
		return out
	}
	return nil
}

// blocks makes the blocks of one kind: an object for each label, then a body or
// an array of bodies.
func (r *jsonReader) blocks(kind jsonKey, v *jsonValue, labels int, names []string) []*block {
	var out []*block
	for _, object := range v.objects() {
		if labels > 0 {
			for _, k := range object.keys {
				if k.name != "//" {
					sub := kind
					sub.at = k.at
					out = append(out, r.blocks(sub, k.value, labels-1, append(slices.Clip(names), k.name))...)
				}
			}
			continue
		}
		at := kind.at
		whole := hcl.RangeBetween(at, object.at)
		if at.Start.Byte > object.at.Start.Byte {
			whole = object.at
		}
		out = append(out, &block{kind: kind.name, labels: names, body: r.body(kind.name, object), at: at, whole: whole})
	}
	return out
}

// references are the arguments whose strings are names, not templates.
var references = map[string]bool{"depends_on": true, "provider": true, "providers": true, "ignore_changes": true, "replace_triggered_by": true}

// mapArguments are the arguments of AWS resources that hold an object and are no nested
// block. Without a schema the two look alike in JSON.
var mapArguments = map[string]bool{"tags": true, "tags_all": true, "variables": true, "triggers": true, "keepers": true, "vars": true, "request_parameters": true,
	"request_templates": true, "request_models": true, "response_parameters": true, "response_templates": true, "response_models": true, "stage_variables": true,
	"dimensions": true, "parameters": true, "context": true, "query": true, "default_tags_map": true, "additional_attributes": true, "labels": true,
	"environment_variables": true, "input": true, "message_attributes": true, "volume_tags": true, "redeployment": true}

// body makes the body of a block. Of a resource, an object and an array of
// objects are nested blocks; elsewhere they are values.
func (r *jsonReader) body(kind string, object *jsonValue) *body {
	out := &body{at: object.at}
	for _, k := range object.keys {
		switch {
		case k.name == "//":
		case k.name == "dynamic":
			out.blocks = append(out.blocks, r.blocks(k, k.value, 1, nil)...)
		case nests(kind, k):
			out.blocks = append(out.blocks, r.blocks(k, k.value, 0, nil)...)
		default:
			expr := r.expression(k.value, references[k.name] || kind == "variable" && k.name == "type" || kind == "dynamic" && k.name == "iterator")
			out.set(&attribute{name: k.name, expr: expr, at: hcl.RangeBetween(k.at, k.value.at), nameAt: k.at})
		}
	}
	return out
}

// nests reports whether a key of a block's body is a nested block.
func nests(kind string, k jsonKey) bool {
	switch kind {
	case "locals", "variable", "output", "module", "moved", "import":
		return k.name == "validation"
	case "dynamic":
		return k.name == "content"
	case "check":
		return true
	}
	isObject := k.value.token == json.Delim('{')
	isObjects := k.value.token == json.Delim('[') && len(k.value.items) > 0 &&
		!slices.ContainsFunc(k.value.items, func(x *jsonValue) bool { return x.token != json.Delim('{') })
	return (isObject || isObjects) && !mapArguments[k.name] && k.name != "count" && k.name != "for_each"
}

// expression makes the expression that a value is. Strings are templates, or
// with named expressions of the native syntax.
func (r *jsonReader) expression(v *jsonValue, named bool) hclsyntax.Expression {
	switch t := v.token.(type) {
	case string:
		return r.template(v, named)
	case json.Number:
		n, err := cty.ParseNumberVal(t.String())
		if err != nil {
			n = cty.UnknownVal(cty.Number)
		}
		return &hclsyntax.LiteralValueExpr{Val: n, SrcRange: v.at}
	case bool:
		return &hclsyntax.LiteralValueExpr{Val: cty.BoolVal(t), SrcRange: v.at}
	case json.Delim:
		if t == '[' {
			list := &hclsyntax.TupleConsExpr{SrcRange: v.at, OpenRange: v.at}
			for _, x := range v.items {
				list.Exprs = append(list.Exprs, r.expression(x, named))
			}
			return list
		}
		object := &hclsyntax.ObjectConsExpr{SrcRange: v.at, OpenRange: v.at}
		for _, k := range v.keys {
			key := r.template(&jsonValue{token: k.name, at: k.at}, false)
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: r.expression(k.value, named)})
		}
		return object
	}
	return &hclsyntax.LiteralValueExpr{Val: cty.NullVal(cty.DynamicPseudoType), SrcRange: v.at}
}

// template parses the content of a string. The ranges of the result are offsets
// in the decoded content, which texts knows how to place in the file.
func (r *jsonReader) template(v *jsonValue, named bool) hclsyntax.Expression {
	text, _ := v.token.(string)
	literal := &hclsyntax.LiteralValueExpr{Val: cty.StringVal(text), SrcRange: v.at}
	if !named && !bytes.Contains([]byte(text), []byte("${")) && !bytes.Contains([]byte(text), []byte("%{")) {
		return &hclsyntax.TemplateExpr{Parts: []hclsyntax.Expression{literal}, SrcRange: v.at}
	}
	raw := r.text.src[v.at.Start.Byte+1 : max(v.at.End.Byte-1, v.at.Start.Byte+1)]
	name, inner := r.p.texts.inner(r.text, raw, v.at.Start.Byte+1)
	tokens, _ := hclsyntax.LexTemplate(inner.src, name, hcl.InitialPos)
	if at, deep := tooDeep(tokens); deep {
		r.p.problem(source.Error, at, "nested more than %d levels deep", maxNesting)
		return literal
	}
	parse := hclsyntax.ParseTemplate
	if named {
		parse = hclsyntax.ParseExpression
	}
	e, diags := parse(inner.src, name, hcl.InitialPos)
	if e == nil || diags.HasErrors() {
		r.p.syntax(diags)
		return literal
	}
	return e
}
