package terraform

import (
	"strconv"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/serverlens/serverlens/parsers/source"
)

// text is something that was parsed: a file, or a string inside a JSON file that
// holds a template. hcl's own lines and columns are not used: its columns count
// grapheme clusters, and it knows nothing of JSON's escapes.
type text struct {
	*source.File // that it stands in
	src          []byte
	json         bool    // a file of the JSON syntax
	outer        *text   // of a decoded string: the file it stands in
	at           []int32 // of a decoded string: offset in outer of each of its bytes, and of its end
}

func newText(file string, src []byte) *text {
	return &text{File: source.NewFile(file, src), src: src}
}

// location is the region of bytes from start up to end.
func (t *text) location(start, end int) source.Location {
	if t.outer != nil {
		last := len(t.at) - 1
		return t.outer.location(int(t.at[min(max(start, 0), last)]), int(t.at[min(max(end, 0), last)]))
	}
	return t.Region(start, end)
}

// texts holds everything that was parsed, by the file name that hcl was given.
type texts map[string]*text

// at is the location of a range.
func (ts texts) at(r hcl.Range) source.Location {
	t := ts[r.Filename]
	if t == nil {
		return source.InFile(r.Filename)
	}
	return t.location(r.Start.Byte, r.End.Byte)
}

// slice is the text of a range as it stands in the file.
func (ts texts) slice(r hcl.Range) string {
	t := ts[r.Filename]
	if t == nil || r.End.Byte > len(t.src) || r.Start.Byte > r.End.Byte {
		return ""
	}
	return string(t.src[r.Start.Byte:r.End.Byte])
}

// inner makes a text of the decoded content of a string of t that begins after
// its quote at the offset start, and names it for hcl.
func (ts texts) inner(t *text, raw []byte, start int) (name string, decoded *text) {
	src, at := unquote(raw, start)
	decoded = &text{File: t.File, src: src, outer: t, at: at}
	name = t.Name() + "\x00" + strconv.Itoa(start)
	ts[name] = decoded
	return name, decoded
}

// unquote decodes the inside of a JSON string that the JSON decoder has accepted
// and says at which offset each byte of the result was written.
func unquote(raw []byte, start int) (decoded []byte, at []int32) {
	add := func(i int, b ...byte) {
		for range b {
			at = append(at, int32(start+i))
		}
		decoded = append(decoded, b...)
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 >= len(raw) {
			decoded, at = append(decoded, raw[i]), append(at, int32(start+i))
			continue
		}
		switch c := raw[i+1]; c {
		case 'u':
			r, n := escapedRune(raw[i:])
			add(i, utf8.AppendRune(nil, r)...)
			i += n - 1
			continue
		case 'n', 't', 'r', 'b', 'f':
			add(i, map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f'}[c])
		default:
			add(i, c)
		}
		i++
	}
	return decoded, append(at, int32(start+len(raw)))
}

// escapedRune reads \uXXXX, or two of them that are one rune, and how many bytes
// it took.
func escapedRune(raw []byte) (rune, int) {
	hex := func(b []byte) (rune, bool) {
		if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
			return utf8.RuneError, false
		}
		n, err := strconv.ParseUint(string(b[2:6]), 16, 32)
		return rune(n), err == nil
	}
	r, ok := hex(raw)
	if !ok {
		return utf8.RuneError, min(2, len(raw))
	}
	if r >= 0xD800 && r < 0xDC00 {
		if low, ok := hex(raw[6:]); ok && low >= 0xDC00 && low < 0xE000 {
			return (r-0xD800)<<10 + (low - 0xDC00) + 0x10000, 12
		}
		return utf8.RuneError, 6
	}
	return r, 6
}
