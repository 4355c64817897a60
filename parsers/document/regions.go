package document

import (
	"bytes"

	"go.yaml.in/yaml/v4"
)

// properties steps over the anchor and the tag of a node, which the library counts
// to it. It returns where the tag begins and where the node itself does.
func (r *yamlReader) properties(y *yaml.Node, start int, flow bool) (tag, body int) {
	left := 0
	if y.Anchor != "" {
		left++
	}
	if isTagged(y) {
		left++
	}
	tag, body = start, start
	for o := start; left > 0 && o < len(r.src); left-- {
		switch {
		case r.src[o] == '&':
			body = o + 1 + len(y.Anchor)
		case r.src[o] == '!':
			tag, body = o, r.tagEnd(o, flow)
		default:
			return tag, body
		}
		o = r.skipSpace(body, "")
		if left > 1 || !isAbsent(y) {
			body = o
		}
	}
	return tag, body
}

func isTagged(y *yaml.Node) bool { return y.Style&yaml.TaggedStyle != 0 || y.Tag == "!" }

// isAbsent reports whether a node is only its tag or anchor, or nothing.
func isAbsent(y *yaml.Node) bool {
	return y.Kind == yaml.ScalarNode && y.Value == "" && y.Style&^yaml.TaggedStyle == 0
}

// tagEnd is where the tag at an offset ends.
func (r *yamlReader) tagEnd(o int, flow bool) int {
	if bytes.HasPrefix(r.src[o:], []byte("!<")) {
		if n := bytes.IndexByte(r.src[o:], '>'); n > 0 {
			return o + n + 1
		}
	}
	for o < len(r.src) && !isSpace(r.src, o) && !(flow && bytes.IndexByte([]byte(",]}"), r.src[o]) >= 0) {
		o++
	}
	return o
}

// skipSpace steps over white space, comments and the bytes in also.
func (r *yamlReader) skipSpace(o int, also string) int {
	for o < len(r.src) {
		switch b := r.src[o]; {
		case isSpace(r.src, o):
			o += max(1, breakLen(r.src, o))
		case b == '#' && (startsLine(r.src, o) || blank(r.src[o-1])):
			for o < len(r.src) && breakLen(r.src, o) == 0 {
				o++
			}
		case bytes.IndexByte([]byte(also), b) >= 0:
			o++
		default:
			return o
		}
	}
	return o
}

// flowEnd is where a flow collection ends whose last part ends at an offset.
func (r *yamlReader) flowEnd(o int) int {
	return min(r.skipSpace(o, ",:?")+1, len(r.src))
}

// scalarEnd is where the scalar ends whose text, behind anchor and tag, begins at
// an offset.
func (r *yamlReader) scalarEnd(y *yaml.Node, o int) int {
	if y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 && o < len(r.src) {
		d := decoder{src: r.src}
		end, _ := d.scalar(o, len(r.src))
		return end
	}
	if bytes.HasPrefix(r.src[o:], []byte(y.Value)) { // on one line
		return o + len(y.Value)
	}
	text := []byte(y.Value)
	for i := 0; i < len(text) && o < len(r.src); {
		if text[i] == r.src[o] && !isSpace(r.src, o) {
			i, o = i+1, o+1
			continue
		}
		next := i
		for next < len(text) && isSpace(text, next) {
			next += max(1, breakLen(text, next))
		}
		space := o
		for space < len(r.src) && isSpace(r.src, space) {
			space += max(1, breakLen(r.src, space))
		}
		if space == o || next == len(text) {
			return o
		}
		i, o = next, space
	}
	return o
}
