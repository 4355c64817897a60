package document

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/serverlens/serverlens/parsers/source"
)

// index finds the byte at a line and column of a text as YAML counts them, in time
// that does not grow with the text.
type index struct {
	*source.File
	src   []byte
	lines []int32 // as YAML counts them: NEL, LS and PS end a line too
	ascii bool
}

func newIndex(file string, src []byte) *index {
	x := &index{File: source.NewFile(file, src), src: src}
	x.lines, x.ascii = x.Lines(), x.Runes(len(src)) == len(src)
	if !x.ascii && (bytes.Contains(src, []byte("\u0085")) || bytes.Contains(src, []byte("\u2028")) || bytes.Contains(src, []byte("\u2029"))) {
		x.lines = []int32{x.lines[0]}
		for i := 0; i < len(src); i++ {
			if n := breakLen(src, i); n > 0 {
				i += n - 1
				x.lines = append(x.lines, int32(i+1))
			}
		}
	}
	return x
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

// offset is the byte at a line and column.
func (x *index) offset(line, column int) int {
	if line < 1 || line > len(x.lines) {
		return len(x.src)
	}
	start := int(x.lines[line-1])
	want := start + max(0, column-1)
	if x.ascii {
		return min(want, len(x.src))
	}
	want = x.Runes(start) + max(0, column-1)
	// The first byte before which there are as many characters.
	return start + sort.Search(min(len(x.src)-start, utf8.UTFMax*max(0, column-1)), func(k int) bool { return x.Runes(start+k+1) > want })
}

// region is the place of the bytes from start to end.
func (x *index) region(start, end int) source.Location { return x.Region(start, end) }
