package document

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/serverlens/serverlens/parsers/source"
)

// assembly is text put together from pieces, each hole filled with a placeholder:
// its number between two marks.
type assembly struct {
	src    []byte // the text as it is read
	quotes []int  // offsets in src of quotes that were not written
	pieces []piece
	holes  []source.Part
	mark   string // a private-use character that the pieces lack
	whole  source.Location
}

// piece is a run of bytes of the assembled text, quotes aside.
type piece struct {
	start  int
	part   source.Part
	scalar *Scalar // that the piece was written in; nil where only its place is known
}

// written is the offset among the pieces of an offset in the text.
func (a *assembly) written(o int) int { return o - sort.SearchInts(a.quotes, o) }

// pieceAt is the piece that holds the byte at an offset among the pieces.
func (a *assembly) pieceAt(o int) *piece {
	i := sort.Search(len(a.pieces), func(i int) bool { return a.pieces[i].start > o }) - 1
	return &a.pieces[max(0, i)]
}

// place is where the bytes from start to end, offsets among the pieces, of a piece
// were written.
func (p *piece) place(start, end int) source.Location {
	if p.scalar == nil {
		return p.part.At
	}
	d := p.part.Start - p.start
	return p.scalar.Region(start+d, min(end, p.start+len(p.part.Text))+d)
}

// region is the place of a region of the text: from where its first byte was
// written to where its last one was, if that is in the same file and after it.
func (a *assembly) region(start, end int) source.Location {
	start, end = a.written(start), a.written(end)
	p := a.pieceAt(start)
	at := p.place(start, max(start, end))
	if q := a.pieceAt(max(start, end-1)); q != p {
		at = at.To(q.place(q.start, end))
	}
	if at.IsZero() {
		return a.whole
	}
	return at
}

// text puts back what stands behind the placeholders of the scalar that is read
// from a region of the text.
func (a *assembly) text(v source.Value, start, end int) source.Value {
	if !strings.Contains(v.Text, a.mark) {
		return v
	}
	d := newDecoder(a.src, start)
	if _, ok := d.scalar(start, end); !ok || string(d.text) != v.Text {
		d.runs = nil
	}
	var parts []source.Part
	var refs []source.Ref
	a.split(v.Text, func(i, n int, hole *source.Part) {
		switch {
		case hole != nil:
			parts = append(parts, *hole)
			if hole.Ref != nil {
				refs = append(refs, *hole.Ref)
			}
		case d.runs == nil:
			parts = append(parts, source.Part{Text: v.Text[i : i+n], At: v.At})
		default:
			parts = a.known(parts, v.Text[i:i+n], i, d.runs)
		}
	})
	if !slices.ContainsFunc(parts, isHole) {
		return v
	}
	out := source.Value{Kind: source.Unknown, Text: a.expression(v.Text), At: v.At}.With(source.Trace{Parts: parts, Refs: refs})
	switch {
	case !slices.ContainsFunc(parts, func(p source.Part) bool { return p.Text == "" }):
		out.Kind = source.String // names that mention resources, and nothing unknown
	case len(parts) == 1:
		out.Text = parts[0].Expr
	}
	return out
}

// known adds the pieces of known text, which begins at an offset of the scalar that
// has the runs.
func (a *assembly) known(parts []source.Part, text string, at int, in runs) []source.Part {
	pieceOf := func(i int) *piece {
		from, _ := in.written(at + i)
		return a.pieceAt(a.written(from))
	}
	for len(text) > 0 {
		p, n := pieceOf(0), 1
		for n < len(text) && pieceOf(n) == p {
			n++
		}
		from, _ := in.written(at)
		_, to := in.written(at + n - 1)
		o := a.written(from)
		part := source.Part{Text: text[:n], At: a.region(from, to)}
		if start := p.part.Start + o - p.start; p.scalar != nil && strings.HasPrefix(p.scalar.Text[start:], part.Text) {
			part.In, part.Start = p.part.In, start
		}
		parts = append(parts, part)
		text, at = text[n:], at+n
	}
	return parts
}

// key puts back the expressions of what stands behind the placeholders of a key,
// and returns the references among them.
func (a *assembly) key(text string) (string, []source.Ref) {
	if !strings.Contains(text, a.mark) {
		return text, nil
	}
	var refs []source.Ref
	a.split(text, func(_, _ int, hole *source.Part) {
		if hole != nil && hole.Ref != nil {
			refs = append(refs, *hole.Ref)
		}
	})
	return a.expression(text), refs
}

// expression is text with the expressions of what stands behind its placeholders.
func (a *assembly) expression(text string) string {
	var out strings.Builder
	a.split(text, func(i, n int, hole *source.Part) {
		switch {
		case hole == nil:
			out.WriteString(text[i : i+n])
		case hole.Text != "":
			out.WriteString(hole.Text)
		default:
			out.WriteString("${" + hole.Expr + "}")
		}
	})
	return out.String()
}

// split calls f for each run of known text and each placeholder of text: n bytes
// from i.
func (a *assembly) split(text string, f func(i, n int, hole *source.Part)) {
	for i := 0; i < len(text); {
		hole, n := a.holeAt(text[i:])
		if hole == nil {
			n = len(text) - i
			if k := strings.Index(text[i+1:], a.mark); k >= 0 {
				n = k + 1
			}
		}
		f(i, n, hole)
		i += n
	}
}

// holeAt is the hole whose placeholder text begins with, and the placeholder's
// length.
func (a *assembly) holeAt(text string) (*source.Part, int) {
	rest, ok := strings.CutPrefix(text, a.mark)
	digits, _, closed := strings.Cut(rest, a.mark)
	if !ok || !closed {
		return nil, 0
	}
	i, err := strconv.Atoi(digits)
	if err != nil || i < 0 || i >= len(a.holes) {
		return nil, 0
	}
	return &a.holes[i], 2*len(a.mark) + len(digits)
}
