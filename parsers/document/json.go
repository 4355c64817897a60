package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/serverlens/serverlens/parsers/source"
)

// jsonReader reads text that is known to be valid JSON.
type jsonReader struct {
	*reader
	tokens *json.Decoder
	base   int // offset of the decoder's first byte
}

func (r *reader) readJSON(start int) (source.Value, *failure) {
	j := jsonReader{reader: r, tokens: json.NewDecoder(bytes.NewReader(r.src[start:])), base: start}
	j.tokens.UseNumber()
	return j.value(0)
}

// syntaxErrorJSON is what a JSON reader says of text that is not JSON; nil where
// the text is plainly meant as YAML.
func (r *reader) syntaxErrorJSON(start int) *failure {
	next := bytes.TrimLeft(r.src[start:], " \t\r\n")
	next = bytes.TrimLeft(next[1:], " \t\r\n")
	if len(next) > 0 && bytes.IndexByte([]byte(`"{[]}`), next[0]) < 0 {
		return nil
	}
	var raw json.RawMessage
	var syntax *json.SyntaxError
	if !errors.As(json.Unmarshal(r.src[start:], &raw), &syntax) {
		return nil
	}
	at := start + max(0, int(syntax.Offset)-1)
	for at > start && !utf8.RuneStart(r.src[at]) {
		at--
	}
	_, size := utf8.DecodeRune(r.src[at:])
	return r.fail(at, at+size, "syntax error in JSON: %s", syntax.Error())
}

// next is the offset of the token that comes next.
func (r *jsonReader) next() int {
	o := r.base + int(r.tokens.InputOffset())
	for o < len(r.src) && bytes.IndexByte([]byte(" \t\r\n,:"), r.src[o]) >= 0 {
		o++
	}
	return o
}

func (r *jsonReader) end() int { return r.base + int(r.tokens.InputOffset()) }

func (r *jsonReader) value(depth int) (source.Value, *failure) {
	start := r.next()
	if depth > maxDepth {
		return source.Value{}, r.fail(start, start, "nested more than %d levels deep", maxDepth)
	}
	if r.nodes++; r.nodes > maxNodes {
		return source.Value{}, r.fail(start, start, "more than %d values", maxNodes)
	}
	token, err := r.tokens.Token()
	if err != nil {
		return source.Value{}, r.fail(start, start, "syntax error in JSON: %s", err)
	}
	var v source.Value
	var failed *failure
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			v.Kind = source.Map
			v.Entries, failed = r.object(depth)
		} else {
			v.Kind = source.List
			v.Items, failed = r.list(depth)
		}
	case string:
		v.Kind, v.Text = source.String, t
	case json.Number:
		v.Kind, v.Text = source.Number, t.String()
	case bool:
		v.Kind, v.Text = source.Bool, strconv.FormatBool(t)
	default:
		v.Kind = source.Null
	}
	if failed != nil {
		return source.Value{}, failed
	}
	v.At = r.places.region(start, r.end())
	if v.Kind == source.String && r.filler != nil {
		v = r.filler.text(v, start, r.end())
	}
	return v, nil
}

func (r *jsonReader) list(depth int) ([]source.Value, *failure) {
	var items []source.Value
	for r.tokens.More() {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	return items, r.close()
}

func (r *jsonReader) object(depth int) ([]source.Entry, *failure) {
	var f fields
	for r.tokens.More() {
		start := r.next()
		token, err := r.tokens.Token()
		key, isText := token.(string)
		if err != nil || !isText {
			return nil, r.fail(start, start, "syntax error in JSON: a key is not text")
		}
		at := r.places.region(start, r.end())
		v, failed := r.value(depth + 1)
		if failed != nil {
			return nil, failed
		}
		if r.filler != nil {
			var refs []source.Ref
			key, refs = r.filler.key(key)
			v = v.WithRefs(slices.Concat(v.Refs(), refs))
		}
		r.set(&f, source.Entry{Key: key, KeyAt: at, Value: v})
	}
	return f.entries, r.close()
}

// close reads the token that ends a list or object.
func (r *jsonReader) close() *failure {
	if _, err := r.tokens.Token(); err != nil {
		return r.fail(r.end(), r.end(), "syntax error in JSON: %s", err)
	}
	return nil
}
