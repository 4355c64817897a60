package terraform

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/serverlens/serverlens/parsers/source"
)

// segment is a piece of an evaluated text, tokens and all, with its place. Of a
// verbatim piece every byte stands at its place as it is.
type segment struct {
	raw      string
	at       source.Location
	verbatim bool
	marks    cty.ValueMarks
}

// text fills in a text from its segments.
func (p *project) text(out *draft, s string, marks cty.ValueMarks, n node) {
	p.pieces = 0
	segments, exact := p.segments(n, s, marks, 0), true
	if joined(segments) != s {
		segments, exact = []segment{{raw: s, at: out.At, marks: marks}}, false
	}
	var ids []int
	known := true
	for _, seg := range segments {
		parts, mentioned := p.parts(seg)
		ids = append(ids, mentioned...)
		for _, x := range parts {
			known = known && (x.Text != "" || x.Ref == nil && x.Expr == "")
			if x.Ref != nil {
				out.trace.Refs = append(out.trace.Refs, *x.Ref)
			}
		}
		out.trace.Parts = append(out.trace.Parts, parts...)
	}
	if !exact {
		for _, r := range sortedRefs(marks) {
			ids = append(ids, r.id)
		}
	}
	out.trace.Refs = addMissing(out.trace.Refs, p.refsOf(out.At, ids...))
	out.Text = s
	out.Kind = source.String
	if !known {
		out.Kind = source.Unknown
		out.Text = written(out.trace.Parts)
		return
	}
	if len(out.trace.Refs) == 0 && !isDocument(s) || len(out.trace.Parts) == 1 && out.trace.Parts[0].In.IsZero() {
		out.trace.Parts = nil
	}
}

// isDocument reports whether a text may be read as a document, which needs the
// places of its pieces.
func isDocument(s string) bool {
	t := strings.TrimSpace(s)
	return strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[") || strings.Contains(t, "\n")
}

// written is a text as an author would write it.
func written(parts []source.Part) string {
	if len(parts) == 1 && parts[0].Expr != "" {
		return parts[0].Expr
	}
	var b strings.Builder
	for _, x := range parts {
		if x.Text == "" && x.Expr != "" {
			b.WriteString("${" + x.Expr + "}")
		}
		b.WriteString(x.Text)
	}
	return b.String()
}

// show is a text with its tokens as their authors would write them.
func (p *project) show(s string) string {
	return token.ReplaceAllStringFunc(s, func(t string) string {
		if id := tokenID(t); id < len(p.symbols.table) {
			return "${" + p.symbols.table[id].expr + "}"
		}
		return t
	})
}

// parts takes the tokens out of a segment. Where it holds none, its marks say
// which resources it came from.
func (p *project) parts(seg segment) (parts []source.Part, ids []int) {
	last := 0
	literal := func(end int) {
		if end <= last {
			return
		}
		x := source.Part{Text: seg.raw[last:end], At: seg.at}
		if seg.verbatim {
			x.At = p.cut(seg.at, last, end)
			x.In = x.At
		}
		parts = append(parts, x)
	}
	for _, span := range token.FindAllStringIndex(seg.raw, -1) {
		id := tokenID(seg.raw[span[0]:span[1]])
		if id >= len(p.symbols.table) {
			continue
		}
		literal(span[0])
		last = span[1]
		x := p.symbols.table[id]
		part := source.Part{Expr: x.expr, At: seg.at}
		if x.address != "" {
			part.Ref = &source.Ref{Address: x.address, Attribute: x.attribute, At: seg.at}
		}
		parts, ids = append(parts, part), append(ids, id)
		if x.address == "" && len(x.via) == 0 {
			for _, r := range sortedRefs(seg.marks) {
				ids = append(ids, r.id)
			}
		}
	}
	if last > 0 {
		literal(len(seg.raw))
		return parts, ids
	}
	for _, r := range sortedRefs(seg.marks) {
		ids = append(ids, r.id)
	}
	if seg.raw == "" { // as a piece it would be one that is not known
		return nil, ids
	}
	part := source.Part{Text: seg.raw, At: seg.at}
	if seg.verbatim {
		part.In = seg.at
	}
	if refs := p.refsOf(seg.at, ids...); len(refs) > 0 {
		part.Ref = &refs[0]
	}
	return append(parts, part), ids
}

// cut is the location of the bytes from start up to end of a verbatim piece.
func (p *project) cut(l source.Location, start, end int) source.Location {
	if t := p.texts[l.File()]; t != nil {
		return t.location(int(l.Offset)+start, int(l.Offset)+end)
	}
	return l
}

func joined(segments []segment) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString(s.raw)
	}
	return b.String()
}

// segments finds the pieces of the text s that a node evaluates to. They may fail
// to add up to s; then nothing is known of its pieces.
func (p *project) segments(n node, s string, marks cty.ValueMarks, depth int) []segment {
	n = p.outOfShim(n)
	whole := []segment{{raw: s, at: p.place(n, n.at()), marks: marks}}
	p.pieces++
	lone := s == "" || len(s) == len(tokenText(0)) && token.MatchString(s)
	if lone || depth > maxFollow || p.pieces > maxPieces {
		return whole
	}
	from := p.follow(n)
	if from.e == nil {
		return whole
	}
	switch e := unwrap(from.e).(type) {
	case *hclsyntax.LiteralValueExpr:
		return p.literal(from, s, e.SrcRange)
	case *hclsyntax.TemplateExpr:
		if len(e.Parts) == 0 {
			return whole
		}
		var out []segment
		for _, x := range e.Parts {
			out = append(out, p.templatePart(from, x, len(e.Parts), depth)...)
		}
		return out
	case *hclsyntax.TemplateJoinExpr:
		var out []segment
		for _, kid := range p.kids(from.with(e.Tuple)).nodes {
			v, own := kid.eval().Unmark()
			out = append(out, p.segments(kid, primitiveText(v), own, depth+1)...)
		}
		return out
	case *hclsyntax.FunctionCallExpr:
		if out := p.callSegments(from, e, s, depth); out != nil {
			return out
		}
	}
	return whole
}

// templatePart is one part of a template. An interpolation of one piece stands
// where it is written; one of several where each of them is.
func (p *project) templatePart(n node, x hclsyntax.Expression, of, depth int) []segment {
	kid := n.with(x)
	v, marks := kid.eval().Unmark()
	s := primitiveText(v)
	if l, ok := bare(x).(*hclsyntax.LiteralValueExpr); ok && of > 0 && v.Type() == cty.String {
		return p.literal(n, s, l.SrcRange)
	}
	inner := p.segments(kid, s, marks, depth+1)
	if len(inner) > 1 && joined(inner) == s {
		return inner
	}
	return []segment{{raw: s, at: p.place(kid, kid.at()), marks: marks}}
}

// literal finds the bytes of a literal in its file: as they are where that is
// possible, and escape by escape where it is not.
func (p *project) literal(n node, s string, r hcl.Range) []segment {
	at := p.place(n, r)
	t := p.texts[r.Filename]
	if t == nil || n.m != nil && n.m.shim || r.Start.Byte > r.End.Byte || r.End.Byte > len(t.src) {
		return []segment{{raw: s, at: at}}
	}
	raw := t.src[r.Start.Byte:r.End.Byte]
	start := r.Start.Byte
	switch {
	case t.outer != nil: // in JSON: byte by byte
		return p.escapes(t, s, raw, start, false)
	case t.json && len(raw) > 1 && raw[0] == '"':
		decoded, offsets := unquote(raw[1:len(raw)-1], start+1)
		inner := &text{File: t.File, src: decoded, outer: t, at: offsets}
		return p.escapes(inner, s, decoded, 0, false)
	case bytes.HasSuffix(raw, []byte(s)): // a heredoc that is indented loses the beginning of each line
		start += len(raw) - len(s)
		return []segment{{s, t.location(start, start+len(s)), true, nil}}
	}
	if i := bytes.Index(raw, []byte(s)); i >= 0 { // ~ trims both ends
		return []segment{{s, t.location(start+i, start+i+len(s)), true, nil}}
	}
	if out := heredocLines(t, s, raw, start); out != nil {
		return out
	}
	return p.escapes(t, s, raw, start, true)
}

// heredocLines finds a text of several lines each of which has lost its
// indentation; nil where it is none.
func heredocLines(t *text, s string, raw []byte, start int) []segment {
	var out []segment
	lines := bytes.SplitAfter(raw, []byte("\n"))
	for i, line := range strings.SplitAfter(s, "\n") {
		if i >= len(lines) || !bytes.HasSuffix(lines[i], []byte(line)) {
			return nil
		}
		end := start + len(lines[i])
		if start = end; line != "" {
			out = append(out, segment{line, t.location(end-len(line), end), true, nil})
		}
	}
	return out
}

// escapes cuts a literal that was written with escapes into verbatim pieces and
// single escapes. In a JSON file the text is decoded already; its map of offsets
// shows where the escapes were.
func (p *project) escapes(t *text, s string, raw []byte, start int, native bool) []segment {
	var out []segment
	flush := func(from, to, rawFrom, rawTo int) {
		if to > from {
			at := t.location(start+rawFrom, start+rawTo)
			out = append(out, segment{s[from:to], at, int(at.EndOffset-at.Offset) == to-from, nil})
		}
	}
	i, j, from, rawFrom := 0, 0, 0, 0
	for i < len(s) && j < len(raw) {
		n, width := escape(raw[j:], native)
		if t.outer != nil {
			n, width = t.escape(start+j, s[i:])
		}
		if width == 0 {
			if raw[j] != s[i] {
				return []segment{{raw: s, at: t.location(start, start+len(raw))}}
			}
			i, j = i+1, j+1
			continue
		}
		flush(from, i, rawFrom, j)
		if i+n > len(s) {
			break
		}
		flush(i, i+n, j, j+width)
		i, j = i+n, j+width
		from, rawFrom = i, j
	}
	flush(from, len(s), rawFrom, min(rawFrom+len(s)-from, len(raw)))
	return out
}

// escape reads an escape of the native syntax: how many bytes of text it is and
// how many it was written with, zero where there is none.
func escape(raw []byte, native bool) (n, width int) {
	if !native || len(raw) < 2 {
		return 0, 0
	}
	switch {
	case len(raw) > 2 && (string(raw[:3]) == "$${" || string(raw[:3]) == "%%{"):
		return 2, 3
	case raw[0] != '\\':
		return 0, 0
	}
	for c, digits := range map[byte]int{'u': 4, 'U': 8} {
		if raw[1] == c && len(raw) >= 2+digits {
			var r rune
			for _, d := range raw[2 : 2+digits] {
				r = r<<4 | rune(strings.IndexByte("0123456789abcdef", d|0x20))
			}
			return utf8.RuneLen(r), 2 + digits
		}
	}
	return 1, 2
}

// escape of a decoded text: one rune that was written with more bytes than it
// has.
func (t *text) escape(offset int, s string) (n, width int) {
	_, n = utf8.DecodeRuneInString(s)
	if offset+n < len(t.at) && int(t.at[offset+n]-t.at[offset]) != n {
		return n, n
	}
	return 0, 0
}

// callSegments finds the pieces of the result of a function; nil where it is not
// made of pieces.
func (p *project) callSegments(n node, e *hclsyntax.FunctionCallExpr, s string, depth int) []segment {
	if e.ExpandFinal || len(e.Args) == 0 {
		return nil
	}
	first, _ := n.with(e.Args[0]).eval().Unmark()
	switch e.Name {
	case "file":
		if name, content, err := p.read(primitiveText(first)); err == nil {
			if p.texts[name] == nil {
				p.texts[name] = newText(name, content)
			}
			return []segment{{string(content), p.texts[name].location(0, len(content)), true, nil}}
		}
	case "templatefile":
		if len(e.Args) < 2 {
			return nil
		}
		if name, content, err := p.read(primitiveText(first)); err == nil {
			if t := p.template(name, content); t != nil {
				return p.segments(node{m: n.m, e: t, sc: p.templateScope(n.with(e.Args[1]))}, s, nil, depth+1)
			}
		}
	case "join":
		return p.joinSegments(n, e, depth)
	case "trimspace", "chomp", "trimsuffix", "trimprefix", "trim":
		inner := p.segments(n.with(e.Args[0]), primitiveText(first), nil, depth+1)
		return p.trimmed(inner, s)
	}
	return nil
}

func (p *project) joinSegments(n node, e *hclsyntax.FunctionCallExpr, depth int) []segment {
	if len(e.Args) != 2 {
		return nil
	}
	sep, _ := n.with(e.Args[0]).eval().Unmark()
	list := n.with(e.Args[1])
	v, marks := list.eval().Unmark()
	if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() {
		return nil
	}
	var out []segment
	for i, x := range p.elements(list, v, nil) {
		if i > 0 {
			out = append(out, segment{raw: primitiveText(sep), at: p.place(n, e.Args[0].Range())})
		}
		value, own := x.value.Unmark()
		if x.from.isZero() {
			out = append(out, segment{raw: primitiveText(value), at: p.place(list, list.at()), marks: unionMarks(own, marks)})
		} else {
			out = append(out, p.segments(x.from, primitiveText(value), own, depth+1)...)
		}
	}
	return out
}

// trimmed cuts the segments of a text down to a part of it.
func (p *project) trimmed(segments []segment, s string) []segment {
	start := strings.Index(joined(segments), s)
	if start < 0 {
		return nil
	}
	var out []segment
	for _, seg := range segments {
		from, to := max(start, 0), min(start+len(s), len(seg.raw))
		start -= len(seg.raw)
		if to <= from {
			continue
		}
		if seg.verbatim {
			seg.at = p.cut(seg.at, from, to)
		}
		seg.raw = seg.raw[from:to]
		out = append(out, seg)
	}
	return out
}

// templateScope is what a template sees: its variables and nothing else.
func (p *project) templateScope(vars node) scope {
	sc := scope{vars: map[string]bound{}, closed: true}
	v, _ := p.symbols.symbolise(vars.eval(), "a variable of the template").Unmark()
	if !v.IsKnown() || v.IsNull() || !(v.Type().IsObjectType() || v.Type().IsMapType()) {
		return sc
	}
	k := p.kids(vars)
	for name, x := range v.AsValueMap() {
		from, _ := k.named(name)
		sc.vars[name] = bound{x, from}
	}
	return sc
}

// templateOf parses a text that an expression gives as a template whose places
// are those of the text.
func (p *project) templateOf(n node, s string, b *block) hclsyntax.Expression {
	segments := p.segments(n, s, nil, 0)
	if len(segments) == 1 && segments[0].verbatim && segments[0].raw == s && segments[0].at.Offset == 0 {
		return p.template(segments[0].at.File(), []byte(s))
	}
	if joined(segments) != s || len(segments) == 0 {
		segments = []segment{{raw: s, at: p.place(n, n.at())}}
	}
	file := segments[0].at.File()
	outer := p.texts[file]
	if outer == nil {
		return p.template("a template", []byte(s))
	}
	t := &text{File: outer.File, src: []byte(s), outer: outer}
	for _, seg := range segments {
		for i := range len(seg.raw) {
			at := segments[0].at.Offset
			if seg.at.File() == file {
				at = seg.at.Offset
			}
			if seg.verbatim && seg.at.File() == file {
				at += int32(i)
			}
			t.at = append(t.at, at)
		}
	}
	t.at = append(t.at, segments[len(segments)-1].at.EndOffset)
	name := file + "\x00template " + p.texts.at(b.at).String()
	p.texts[name] = t
	return p.template(name, []byte(s))
}
