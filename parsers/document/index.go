package document

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/serverlens/serverlens/parsers/source"
)

// index converts between byte offsets and lines and columns of a text, each in
// time that does not grow with the text. The text is a file, or a region of one.
type index struct {
	file  string
	src   []byte
	base  int             // offset of src in the file
	first source.Location // place of the first byte
	lines []int32         // offsets of the lines as editors count them: LF, CR, CRLF
	yaml  []int32         // as YAML counts them: NEL, LS and PS end a line too
	wide  []int32         // continuation bytes before each block; nil where the text is ASCII
}

const block = 64

// newIndex makes the index of a file. Columns start behind a byte order mark.
func newIndex(file string, src []byte) *index {
	x := newIndexAt(src, source.Location{File: file, Line: 1, Column: 1})
	if bytes.HasPrefix(src, bom) {
		x.lines[0], x.yaml[0] = int32(len(bom)), int32(len(bom))
	}
	return x
}

// newIndexAt makes the index of a region of a file that begins at a place.
func newIndexAt(src []byte, at source.Location) *index {
	x := &index{file: at.File, src: src, base: int(at.Offset), first: at, lines: make([]int32, 1, 2+len(src)/24)}
	exotic, ascii := false, true
	for i, b := range src {
		switch {
		case b == '\n', b == '\r' && (i+1 == len(src) || src[i+1] != '\n'):
			x.lines = append(x.lines, int32(i+1))
		case b >= utf8.RuneSelf:
			ascii = false
			exotic = exotic || b != '\n' && breakLen(src, i) > 0
		}
	}
	x.yaml = x.lines
	if exotic {
		x.yaml = []int32{0}
		for i := 0; i < len(src); i++ {
			if n := breakLen(src, i); n > 0 {
				i += n - 1
				x.yaml = append(x.yaml, int32(i+1))
			}
		}
	}
	if !ascii {
		x.countWide()
	}
	return x
}

func (x *index) countWide() {
	x.wide = make([]int32, len(x.src)/block+1)
	n := int32(0)
	for i, b := range x.src {
		if i%block == 0 {
			x.wide[i/block] = n
		}
		if b&0xC0 == 0x80 {
			n++
		}
	}
	if len(x.src)%block == 0 {
		x.wide[len(x.src)/block] = n
	}
}

// breakLen is the length of the line break at an offset, as YAML knows them, or 0.
func breakLen(src []byte, i int) int {
	switch b := src[i]; {
	case b == '\n':
		return 1
	case b == '\r':
		if i+1 < len(src) && src[i+1] == '\n' {
			return 2
		}
		return 1
	case b == 0xC2 && i+1 < len(src) && src[i+1] == 0x85:
		return 2
	case b == 0xE2 && i+2 < len(src) && src[i+1] == 0x80 && src[i+2]&^1 == 0xA8:
		return 3
	}
	return 0
}

// runes is the number of code points before an offset.
func (x *index) runes(o int) int {
	if x.wide == nil {
		return o
	}
	n := int(x.wide[o/block])
	for _, b := range x.src[o/block*block : o] {
		if b&0xC0 == 0x80 {
			n++
		}
	}
	return o - n
}

// line is the line of an offset as editors count them, from 0.
func (x *index) line(o int) int {
	return max(0, sort.Search(len(x.lines), func(k int) bool { return int(x.lines[k]) > o })-1)
}

// column is the column of an offset in a line.
func (x *index) column(line, o int) int32 {
	column := int32(max(0, x.runes(o)-x.runes(int(x.lines[line])))) + 1
	if line == 0 {
		column += x.first.Column - 1
	}
	return column
}

// region is the place of the bytes from start to end.
func (x *index) region(start, end int) source.Location {
	start = min(max(0, start), len(x.src))
	end = min(max(start, end), len(x.src))
	line := x.line(start)
	endLine := line
	if line+1 < len(x.lines) && int(x.lines[line+1]) <= end {
		endLine = x.line(end)
	}
	return source.Location{
		File: x.file,
		Line: x.first.Line + int32(line), Column: x.column(line, start),
		EndLine: x.first.Line + int32(endLine), EndColumn: x.column(endLine, end),
		Offset: int32(x.base + start), EndOffset: int32(x.base + end),
	}
}

// offset is the byte at a line and column of a file as YAML counts them.
func (x *index) offset(line, column int) int {
	if line < 1 || line > len(x.yaml) {
		return len(x.src)
	}
	start := int(x.yaml[line-1])
	if x.wide == nil {
		return min(start+max(0, column-1), len(x.src))
	}
	want := x.runes(start) + column - 1
	b := sort.Search(len(x.wide), func(k int) bool { return k*block-int(x.wide[k]) > want }) - 1
	o := max(start, b*block)
	for n := x.runes(o); o < len(x.src); o++ {
		if !utf8.RuneStart(x.src[o]) {
			continue
		}
		if n >= want {
			break
		}
		n++
	}
	return o
}
