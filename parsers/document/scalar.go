package document

import (
	"bytes"
	"sort"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/serverlens/serverlens/parsers/source"
)

// Scalar is the text of a scalar (or key) that knows where each of its bytes was
// written.
type Scalar struct {
	Text string
	at   source.Location
	runs runs
	end  int // where the text ends
}

// run is a piece of decoded text. Of a verbatim one every byte stands in the file
// as it is, of another one all bytes were written as the whole region.
type run struct {
	start    int // in the text
	from, to int // in the file
	verbatim bool
}

// runs are the pieces of a text in order.
type runs []run

// written is where in the file the byte at an offset of the text begins and ends.
func (r runs) written(o int) (from, to int) {
	x := r[sort.Search(len(r), func(k int) bool { return r[k].start > o })-1]
	if x.verbatim {
		from = x.from + o - x.start
		return from, from + 1
	}
	return x.from, x.to
}

// Open decodes the scalar at a place of a file by the rules of its style: plain
// and quoted text over one or several lines, literal and folded blocks, JSON
// strings. It reports false where no scalar can be at that place.
func Open(src []byte, at source.Location) (*Scalar, bool) {
	start, end := int(at.Offset), int(at.EndOffset)
	if at.IsZero() || start < 0 || end < start || end > len(src) {
		return nil, false
	}
	d := newDecoder(src, start)
	d.text = make([]byte, 0, end-start)
	if _, ok := d.scalar(start, end); !ok {
		return nil, false
	}
	return &Scalar{Text: string(d.text), at: at, runs: d.runs, end: d.last}, true
}

// openVerbatim is the text that stands at a place of a file as it is, without a
// style: the lines of a heredoc, a whole file.
func openVerbatim(src []byte, at source.Location, text string) (*Scalar, bool) {
	start, end := int(at.Offset), int(at.EndOffset)
	if start < 0 || end < start || end > len(src) || string(src[start:end]) != text {
		return nil, false
	}
	return &Scalar{Text: text, at: at, runs: runs{{0, start, end, true}}, end: end}, true
}

// Region is the place in the file of the bytes from start to end of the text.
// Bytes outside the text are taken for its nearest end.
func (s *Scalar) Region(start, end int) source.Location {
	start = min(max(0, start), len(s.Text))
	end = min(max(start, end), len(s.Text))
	a, b := s.end, s.end
	if start < len(s.Text) {
		a, _ = s.runs.written(start)
		b = a
	}
	if end > start {
		_, b = s.runs.written(end - 1)
	}
	return s.at.Part(a, b)
}

// decoder decodes one scalar. With keep unset it only measures it.
type decoder struct {
	src  []byte
	json bool // NEL, LS and PS are ordinary characters
	keep bool
	text []byte
	runs runs
	last int // where the text ends
}

// newDecoder makes the decoder for the scalar at an offset. Double-quoted text is
// taken for JSON's where all of the text looks like JSON: YAML in that shape, with
// NEL, LS or PS inside of quotes, decodes otherwise than it was read.
func newDecoder(src []byte, start int) decoder {
	quoted := start < len(src) && src[start] == '"'
	return decoder{src: src, json: quoted && looksLikeJSON(src[:min(len(src), 1024)]), keep: true}
}

// scalar decodes the scalar from start; end is where a plain one ends. It returns
// where the scalar ends.
func (d *decoder) scalar(start, end int) (int, bool) {
	d.last = start
	if start == end {
		return end, true
	}
	switch d.src[start] {
	case '"':
		return d.quoted(start, d.doubleQuoted)
	case '\'':
		return d.quoted(start, d.singleQuoted)
	case '|', '>':
		return d.block(start), true
	}
	d.src = d.src[:end] // a line break must not reach beyond
	for i := start; i < end; {
		i = d.plain(i, end)
	}
	d.last = end
	return end, true
}

// emit adds text that was written as the bytes from one offset to another.
func (d *decoder) emit(text string, from, to int) {
	if !d.keep || text == "" {
		return
	}
	d.runs = append(d.runs, run{len(d.text), from, to, false})
	d.text = append(d.text, text...)
}

// copy adds the bytes from one offset to another as they are.
func (d *decoder) copy(from, to int) {
	if !d.keep || from == to {
		return
	}
	if n := len(d.runs); n > 0 && d.runs[n-1].verbatim && d.runs[n-1].to == from {
		d.runs[n-1].to = to
	} else {
		d.runs = append(d.runs, run{len(d.text), from, to, true})
	}
	d.text = append(d.text, d.src[from:to]...)
}

// lineBreak is the length of the line break at i.
func (d *decoder) lineBreak(i int) int {
	if d.json && d.src[i] >= utf8.RuneSelf {
		return 0
	}
	return breakLen(d.src, i)
}

// emitBreak adds the line break at i as YAML normalises it.
func (d *decoder) emitBreak(i int) {
	n := breakLen(d.src, i)
	if n == 3 { // LS, PS
		d.copy(i, i+n)
		return
	}
	d.emit("\n", i, i+n)
}

func blank(b byte) bool { return b == ' ' || b == '\t' }

// plain decodes some characters, or one run of white space, of a plain scalar.
func (d *decoder) plain(i, end int) int {
	if blank(d.src[i]) || d.lineBreak(i) > 0 {
		return d.fold(i, end, false)
	}
	next := i + 1
	for next < end && stands(d.src[next]) {
		next++
	}
	d.copy(i, next)
	return next
}

// stands reports whether a byte is a character that stands for itself in every
// style.
func stands(b byte) bool {
	return b > ' ' && b < utf8.RuneSelf && b != '"' && b != '\'' && b != '\\'
}

// fold decodes a run of blanks and line breaks: without a break it stands for
// itself, one break is a space, more are one fewer. After an escaped break the
// breaks that follow stand for themselves.
func (d *decoder) fold(i, end int, escaped bool) int {
	start, firstBreak, breaks := i, -1, 0
	for i < end {
		n := d.lineBreak(i)
		switch {
		case n > 0 && firstBreak < 0 && !escaped:
			firstBreak = i
		case n > 0:
			breaks++
		case blank(d.src[i]):
			n = 1
		default:
			end = i
			continue
		}
		i += n
	}
	if firstBreak < 0 && !escaped {
		d.copy(start, i)
		return i
	}
	if firstBreak >= 0 && breakLen(d.src, firstBreak) == 3 {
		d.emitBreak(firstBreak)
	} else if firstBreak >= 0 && breaks == 0 {
		d.emit(" ", start, i)
	}
	if breaks == 0 {
		return i
	}
	k := start
	if firstBreak >= 0 {
		k = firstBreak + breakLen(d.src, firstBreak)
	}
	for k < i {
		n := d.lineBreak(k)
		if n > 0 {
			d.emitBreak(k)
		}
		k += max(n, 1)
	}
	return i
}

// quoted decodes a quoted scalar; step decodes one character or run.
func (d *decoder) quoted(start int, step func(i int) int) (int, bool) {
	quote := d.src[start]
	for i := start + 1; i < len(d.src); {
		if d.src[i] == quote && !(quote == '\'' && i+1 < len(d.src) && d.src[i+1] == quote) {
			d.last = i
			return i + 1, true
		}
		i = step(i)
	}
	return len(d.src), false
}

func (d *decoder) singleQuoted(i int) int {
	if d.src[i] == '\'' {
		d.emit("'", i, i+2)
		return i + 2
	}
	return d.plain(i, len(d.src))
}

var escapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r", 'e': "\x1b",
	' ': " ", '"': "\"", '/': "/", '\\': "\\", 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
}

// doubleQuoted knows the escapes of YAML and of JSON: no text means one thing to
// one and another thing to the other.
func (d *decoder) doubleQuoted(i int) int {
	if d.src[i] != '\\' || i+1 == len(d.src) {
		return d.plain(i, len(d.src))
	}
	if n := d.lineBreak(i + 1); n > 0 {
		return d.fold(i+1+n, len(d.src), true)
	}
	if text, ok := escapes[d.src[i+1]]; ok {
		d.emit(text, i, i+2)
		return i + 2
	}
	r, end := d.codePoint(i)
	if low, lowEnd := d.codePoint(end); utf16.IsSurrogate(r) {
		if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
			end = lowEnd
		}
	}
	d.emit(string(r), i, end)
	return end
}

// codePoint is the character of a numeric escape at i and where it ends.
func (d *decoder) codePoint(i int) (rune, int) {
	digits := 0
	if i+1 < len(d.src) && d.src[i] == '\\' {
		digits = map[byte]int{'x': 2, 'u': 4, 'U': 8}[d.src[i+1]]
	}
	end := i + 2 + digits
	if digits == 0 || end > len(d.src) {
		return utf8.RuneError, min(i+2, len(d.src))
	}
	var r rune
	for _, b := range bytes.ToLower(d.src[i+2 : end]) {
		n := bytes.IndexByte([]byte("0123456789abcdef"), b)
		if n < 0 {
			return utf8.RuneError, i + 2
		}
		r = r<<4 | rune(n)
	}
	return r, end
}
