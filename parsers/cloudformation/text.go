package cloudformation

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/serverlens/serverlens/parsers/document"
	"github.com/serverlens/serverlens/parsers/source"
)

// evalText is a text that calls no function: it may still hold the placeholders
// of a loop and dynamic references.
func (t *template) evalText(v source.Value, s scope) (source.Value, bool) {
	if s.loop != nil && (strings.Contains(v.Text, "${") || strings.Contains(v.Text, "&{")) {
		return t.loopText(v, s), true
	}
	if strings.Contains(v.Text, dynamic) {
		return resolvedLater(v), true
	}
	return v, false
}

// dynamic begins a dynamic reference: a text that the deployment replaces by what
// is stored elsewhere (AWS CloudFormation User Guide, Get values stored in other
// services using dynamic references).
const dynamic = "{{resolve:"

// resolvedLater is a text with dynamic references: unknown, though all its pieces
// are there to be read. What is stored as a secret is sensitive.
func resolvedLater(v source.Value) source.Value {
	if len(v.Parts()) == 0 {
		v = v.WithParts([]source.Part{{Text: v.Text, At: v.At, In: writtenAt(v)}})
	}
	v.Kind = source.Unknown
	v.Sensitive = v.Sensitive || strings.Contains(v.Text, dynamic+"secretsmanager:") || strings.Contains(v.Text, dynamic+"ssm-secure:")
	return v
}

// writtenAt is where a scalar was written, be it used elsewhere.
func writtenAt(v source.Value) source.Location {
	if v.Def() != nil {
		return *v.Def()
	}
	return v.At
}

// sub is Fn::Sub: a text with ${Name}, ${Name.Attribute} and ${!Literal}, and
// maybe a map of names.
func (t *template) sub(c call, s scope) source.Value {
	text, names := c.arg, source.Value{}
	if text.Kind == source.List {
		if len(text.Items) != 2 {
			return t.fail(c, "takes a text, or a list of a text and a map")
		}
		text, names = text.Items[0], t.eval(text.Items[1], s)
	}
	content, ok := text.AsString()
	if !ok || (names.Kind != source.Unset && names.Kind != source.Map && names.Kind != source.Unknown) {
		return t.fail(c, "takes a text, or a list of a text and a map")
	}
	if !strings.Contains(content, "${") {
		text.Kind = source.String
		v, _ := t.evalText(text, s)
		return v
	}
	in := t.open(text)
	var pieces []source.Value
	for _, seg := range segments(content) {
		if seg.variable {
			pieces = append(pieces, t.variable(c, in, seg, names, s))
		} else {
			pieces = append(pieces, in.literal(seg))
		}
	}
	return concat(content, c.at, pieces)
}

// scalar is a text that knows where its pieces were written.
type scalar struct {
	text  string
	at    source.Location
	bytes *document.Scalar // nil where they cannot be found
}

func (t *template) open(v source.Value) scalar {
	at := writtenAt(v)
	s, _ := document.Open(t.stack.Files[at.File()], at)
	return scalar{v.Text, at, s}
}

// region is the place in the file of a piece.
func (in scalar) region(seg segment) source.Location {
	if in.bytes == nil {
		return in.at
	}
	return in.bytes.Region(seg.start, seg.end)
}

// segment is a piece of the text of Fn::Sub: literal, or the name of a variable.
type segment struct {
	start, end int
	variable   bool
}

// segments splits a text of Fn::Sub. Of ${!Name} the text ${Name} is left. Blanks
// around a name do not belong to it.
func segments(text string) (out []segment) {
	literal := func(start, end int) {
		if start < end {
			out = append(out, segment{start: start, end: end})
		}
	}
	start, i := 0, 0
	for {
		open := strings.Index(text[i:], "${")
		if open < 0 {
			break
		}
		open += i
		length := strings.IndexByte(text[open:], '}')
		if length < 0 {
			break
		}
		end := open + length
		if strings.HasPrefix(text[open+2:], "!") {
			literal(start, open+2)
			start, i = open+3, end
			continue
		}
		literal(start, open)
		name := text[open+2 : end]
		left := len(name) - len(strings.TrimLeft(name, " \t\n"))
		name = strings.TrimSpace(name)
		out = append(out, segment{open + 2 + left, open + 2 + left + len(name), true})
		start, i = end+1, end+1
	}
	literal(start, len(text))
	return out
}

// literal is a piece as it stands there.
func (in scalar) literal(seg segment) source.Value {
	text, at := in.text[seg.start:seg.end], in.region(seg)
	return source.StringOf(text, at).WithParts([]source.Part{{Text: text, At: at, In: in.at, Start: seg.start}})
}

// variable is what ${Name} or ${Name.Attribute} in a text of Fn::Sub stands for.
// What comes from this place, and not from a map of names, is placed at the name.
func (t *template) variable(c call, in scalar, seg segment, names source.Value, s scope) source.Value {
	name := in.text[seg.start:seg.end]
	if e, found := names.Entry(name); found {
		return e.Value
	}
	at := in.region(seg)
	if names.Kind == source.Unknown {
		return unknown(name, at, names)
	}
	if name == "" {
		return t.fail(c, "has an empty ${}")
	}
	var v source.Value
	if logical, attribute, dotted := strings.Cut(name, "."); dotted {
		v = t.attribute(logical, attribute, at)
	} else {
		v = t.reference(name, at, s)
	}
	if parts := v.Parts(); len(parts) == 1 && parts[0].Text == "" && parts[0].At == at {
		part := parts[0]
		part.In, part.Start = in.at, seg.start
		v = v.WithParts([]source.Part{part})
	}
	return v
}

// concat puts texts together, under every combination of what they can be.
func concat(text string, at source.Location, pieces []source.Value) source.Value {
	return combine(text, at, pieces, func(pieces []source.Value) source.Value {
		out := source.Value{Kind: source.String, At: at}
		var b strings.Builder
		var trace source.Trace
		for _, v := range pieces {
			inherit(&out, v)
			trace.Refs = append(trace.Refs, v.AllRefs()...)
			switch v.Kind {
			case source.Unset, source.Null:
				continue
			case source.List, source.Map:
				v = unknown(describe(v), v.At, v)
			}
			if v.Kind == source.Unknown {
				out.Kind = source.Unknown
			}
			for _, p := range v.Pieces() {
				trace.Parts = append(trace.Parts, p)
				writePart(&b, p)
			}
			if b.Len() > maxText || len(trace.Parts) > maxParts {
				return unknown(text, at, pieces...)
			}
		}
		out.Text = b.String()
		if len(trace.Parts) == 1 && trace.Parts[0].Expr != "" {
			out.Text = trace.Parts[0].Expr
		}
		trace.Refs = distinct(trace.Refs)
		out = out.With(trace)
		if strings.Contains(out.Text, dynamic) {
			return resolvedLater(out)
		}
		return out
	})
}

// writePart writes a piece of text, what is unknown as a placeholder.
func writePart(b *strings.Builder, p source.Part) {
	if p.Text == "" && p.Expr != "" {
		b.WriteString("${" + p.Expr + "}")
	}
	b.WriteString(p.Text)
}

// join is Fn::Join: a delimiter and a list of texts.
func (t *template) join(c call, s scope) source.Value {
	args, ok := t.operands(c, s, 2, 2)
	if !ok {
		return unknown(describeCall(c), c.at)
	}
	text := describeCall(c)
	return combine(text, c.at, args, func(args []source.Value) source.Value {
		delimiter, list := args[0], args[1]
		switch list.Kind {
		case source.List:
		case source.Unknown:
			return unknown(text, c.at, args...)
		default:
			return t.fail(c, "takes a delimiter and a list")
		}
		if _, known := delimiter.AsString(); !known && delimiter.Kind != source.Unknown {
			return t.fail(c, "takes a text as delimiter")
		}
		return combine(text, c.at, list.Items, func(items []source.Value) source.Value {
			var pieces []source.Value
			for _, item := range items {
				if item.Kind == source.Unset {
					continue
				}
				if len(pieces) > 0 && delimiter.Text != "" {
					pieces = append(pieces, delimiter)
				}
				pieces = append(pieces, item)
			}
			return concat(text, c.at, pieces)
		})
	})
}

// split is Fn::Split: a delimiter and a text.
func (t *template) split(c call, s scope) source.Value {
	args, ok := t.operands(c, s, 2, 2)
	if !ok {
		return unknown(describeCall(c), c.at)
	}
	return combine(describeCall(c), c.at, args, func(args []source.Value) source.Value {
		delimiter, known := args[0].AsString()
		text, textKnown := args[1].AsString()
		if !known || !textKnown {
			if args[1].Kind != source.Unknown && !textKnown {
				return t.fail(c, "takes a delimiter and a text")
			}
			return unknown(describeCall(c), c.at, args...)
		}
		if delimiter == "" {
			return t.fail(c, "takes a delimiter that is not empty")
		}
		out := source.Value{Kind: source.List, At: c.at}
		inherit(&out, args[1])
		for _, piece := range strings.Split(text, delimiter) {
			item := source.StringOf(piece, c.at)
			inherit(&item, args[1])
			if !t.spend(c.at) {
				break
			}
			out.Items = append(out.Items, item)
		}
		return out
	})
}

func (t *template) base64(c call, s scope) source.Value {
	arg := t.eval(c.arg, s)
	return combine(describeCall(c), c.at, []source.Value{arg}, func(args []source.Value) source.Value {
		text, ok := args[0].AsString()
		if !ok {
			return unknown(describeCall(c), c.at, args...)
		}
		out := source.StringOf(base64.StdEncoding.EncodeToString([]byte(text)), c.at)
		inherit(&out, args[0])
		return out
	})
}

// toJSON is Fn::ToJsonString. What it encodes stays at hand as the value's Doc.
func (t *template) toJSON(c call, s scope) source.Value {
	arg := t.eval(c.arg, s)
	return combine(describeCall(c), c.at, []source.Value{arg}, func(args []source.Value) source.Value {
		doc := args[0]
		out := unknown(describeCall(c), c.at, doc)
		out = out.With(source.Trace{Refs: out.Refs(), Doc: &doc})
		if text, err := json.Marshal(plain(doc)); doc.IsKnown() && err == nil {
			out.Kind, out.Text = source.String, string(text)
		}
		return out
	})
}

// plain is a known value as encoding/json writes it, keys sorted.
func plain(v source.Value) any {
	switch v.Kind {
	case source.Bool:
		return v.Text == "true"
	case source.Number:
		if json.Valid([]byte(v.Text)) {
			return json.Number(v.Text)
		}
		return v.Text
	case source.String:
		return v.Text
	case source.List:
		items := make([]any, 0, len(v.Items))
		for _, item := range v.Items {
			items = append(items, plain(item))
		}
		return items
	case source.Map:
		entries := make(map[string]any, len(v.Entries))
		for _, e := range v.Entries {
			entries[e.Key] = plain(e.Value)
		}
		return entries
	}
	return nil
}
