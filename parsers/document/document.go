// Package document reads YAML and JSON text into located values.
//
// It promises that every value and every key knows its exact place in the file,
// also where the text stands inside a scalar of another document and holds
// references, and that no input, however broken or hostile, costs more than a
// small multiple of its size.
//
// How text becomes values:
//   - A short-form intrinsic is a one-key map in the long form, whose At is the
//     whole tagged region, whose KeyAt is the tag, and whose inner value is the
//     text, list or map behind the tag (plain text is a String, whatever it looks
//     like). `!GetAtt A.B` is {"Fn::GetAtt": [A, B]}, split at the first dot;
//     text that holds no dot or is written with escapes stays a String, as the
//     long form with text does.
//   - yes, no, on and off are booleans, as CloudFormation reads them. The Text of
//     a Bool is "true" or "false", whichever word was written.
//   - A Number keeps its text as written, a timestamp is a String.
//   - An alias has its own place as At and the definition's as Def; what lies below
//     is shared with the definition. Values that `<<` merges in are placed likewise.
//   - Of equal keys the last value counts, at the position of the first. A key that
//     is not text is kept under its source text.
package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/serverlens/serverlens/parsers/source"
)

const (
	maxDepth    = 256       // levels, aliases expanded
	maxNodes    = 2_000_000 // values, aliases expanded
	maxProblems = 100       // warnings about one document
)

var bom = []byte("\ufeff")

// Parse reads a document. Whether it is JSON or YAML is decided by its content:
// text that is valid JSON is never read by YAML's rules. The name is the File of
// every Location. A document that cannot be read is Unset, with a Problem of
// severity Error at the place; one that is empty is Null. Duplicate keys, keys
// that are not text and further documents are Warnings.
func Parse(name string, src []byte) (source.Value, []source.Problem) {
	ix := newIndex(name, src)
	r := &reader{src: src, places: ix, index: ix}
	return r.parse()
}

// places says where in a file a region of the text that is read was written.
type places interface {
	region(start, end int) source.Location
}

// filler puts back what stands behind the placeholders of a text.
type filler interface {
	text(v source.Value, start, end int) source.Value
	key(text string) (string, []source.Ref)
}

// reader is what the readers of both syntaxes share.
type reader struct {
	src      []byte
	index    *index
	places   places
	filler   filler // nil where the text has no placeholders
	nodes    int
	problems []source.Problem
}

// failure ends the reading of a document; nil is none.
type failure struct{ source.Problem }

func (r *reader) fail(start, end int, format string, args ...any) *failure {
	return &failure{source.Problem{
		Severity: source.Error, Summary: fmt.Sprintf(format, args...), At: r.places.region(start, end),
	}}
}

func (r *reader) warn(at source.Location, format string, args ...any) {
	switch n := len(r.problems); {
	case n < maxProblems:
		r.problems = append(r.problems, source.Problem{Severity: source.Warning, Summary: fmt.Sprintf(format, args...), At: at})
	case n == maxProblems:
		r.problems = append(r.problems, source.Problem{Severity: source.Warning, Summary: "more problems of this kind are not listed", At: at})
	}
}

func (r *reader) parse() (source.Value, []source.Problem) {
	v, err := r.read()
	if err == nil {
		return v, r.problems
	}
	return source.Value{At: r.places.region(0, 0)}, append(r.problems, err.Problem)
}

func (r *reader) read() (source.Value, *failure) {
	if len(r.src) > math.MaxInt32 {
		return source.Value{}, r.fail(0, 0, "the file is too large")
	}
	if !utf8.Valid(r.src) {
		at := invalidUTF8(r.src)
		if bytes.HasPrefix(r.src, []byte("\xff\xfe")) || bytes.HasPrefix(r.src, []byte("\xfe\xff")) {
			return source.Value{}, r.fail(at, at, "the text is UTF-16; save it as UTF-8")
		}
		return source.Value{}, r.fail(at, at, "the text is not UTF-8")
	}
	start := 0
	if bytes.HasPrefix(r.src, bom) {
		start = len(bom)
	}
	if !looksLikeJSON(r.src) {
		return r.readYAML()
	}
	if json.Valid(r.src[start:]) {
		return r.readJSON(start)
	}
	v, err := r.readYAML()
	if broken := r.syntaxErrorJSON(start); broken != nil && err != nil {
		err = broken
	} else if broken != nil && strings.HasSuffix(r.index.Name(), ".json") {
		r.warn(broken.At, "%s; read as YAML", broken.Summary)
	}
	return v, err
}

func invalidUTF8(src []byte) int {
	for i := 0; i < len(src); {
		c, size := utf8.DecodeRune(src[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(src)
}

// looksLikeJSON reports whether the text starts as a JSON object or list does.
func looksLikeJSON(src []byte) bool {
	src = bytes.TrimLeft(bytes.TrimPrefix(src, bom), " \t\r\n")
	return len(src) > 0 && (src[0] == '{' || src[0] == '[')
}

// fields collects the entries of a map, keys unique.
type fields struct {
	entries []source.Entry
	byKey   map[string]int // where there are many
}

const fewFields = 12

func (f *fields) find(key string) (int, bool) {
	if f.byKey != nil {
		i, ok := f.byKey[key]
		return i, ok
	}
	for i := range f.entries {
		if f.entries[i].Key == key {
			return i, true
		}
	}
	return 0, false
}

func (f *fields) add(e source.Entry) {
	f.entries = append(f.entries, e)
	switch {
	case f.byKey != nil:
		f.byKey[e.Key] = len(f.entries) - 1
	case len(f.entries) > fewFields:
		f.byKey = make(map[string]int, 2*len(f.entries))
		for i := range f.entries {
			f.byKey[f.entries[i].Key] = i
		}
	}
}

// set adds an entry that was written, in place of an earlier one with its key.
func (r *reader) set(f *fields, e source.Entry) {
	i, ok := f.find(e.Key)
	if !ok {
		f.add(e)
		return
	}
	r.warn(e.KeyAt, "duplicate key %q, first at line %d: the last value counts", e.Key, f.entries[i].KeyAt.Line())
	f.entries[i] = e
}
