package source

import (
	"bytes"
	"fmt"
	"sort"
	"unicode/utf8"
)

// Location is a half-open region of a file, in bytes from 0; the end is
// exclusive. Its lines and columns, which count from 1, columns in Unicode code
// points, are found when they are asked for. The zero Location means "nowhere".
type Location struct {
	file              *File
	Offset, EndOffset int32
}

// InFile is a file as a whole: nowhere in it.
func InFile(name string) Location { return Location{file: &File{name: name}} }

// File is the path of the file, slash-separated and relative to the root that was
// scanned, "" where there is none.
func (l Location) File() string {
	if l.file == nil {
		return ""
	}
	return l.file.name
}

// IsZero reports whether l is nowhere.
func (l Location) IsZero() bool { return l.file == nil || l.file.lines == nil }

// Line is the line of the first byte, 0 nowhere.
func (l Location) Line() int { return l.file.line(l.Offset) }

// Column is the column of the first byte.
func (l Location) Column() int { return l.file.column(l.Offset) }

// EndLine is the line of the end.
func (l Location) EndLine() int { return l.file.line(l.EndOffset) }

// EndColumn is the column of the end.
func (l Location) EndColumn() int { return l.file.column(l.EndOffset) }

// To is the region from where l begins to where m ends, where that is later in the
// same file, else l.
func (l Location) To(m Location) Location {
	if l.File() == m.File() && m.EndOffset > l.EndOffset {
		l.EndOffset = m.EndOffset
	}
	return l
}

// Part is the region of the bytes from start to end of the file that l is in, as
// far as the file has them.
func (l Location) Part(start, end int) Location {
	if l.IsZero() {
		return l
	}
	return l.file.Region(start, end)
}

// Called is the same place in the file under another name.
func (l Location) Called(file string) Location {
	if l.file != nil {
		renamed := *l.file
		renamed.name = file
		l.file = &renamed
	}
	return l
}

// String is file:line:column, the form that editors and terminals link.
func (l Location) String() string {
	if l.IsZero() {
		return l.File()
	}
	return fmt.Sprintf("%s:%d:%d", l.File(), l.Line(), l.Column())
}

// File is a text that places are found in. It finds lines and columns in time that
// does not grow with the text. Places of one File are equal where they are the
// same region.
type File struct {
	name  string
	text  []byte
	lines []int32 // offsets at which lines begin: behind LF, CR, CRLF
	wide  []int32 // continuation bytes before each block; nil where the text is ASCII
}

// block is how many bytes are counted at a time.
const block = 64

// byteOrderMark is no part of the first line.
var byteOrderMark = []byte("\ufeff")

// NewFile makes a file of its name and text.
func NewFile(name string, text []byte) *File {
	f := &File{name: name, text: text, lines: make([]int32, 1, 2+len(text)/24)}
	if bytes.HasPrefix(text, byteOrderMark) {
		f.lines[0] = int32(len(byteOrderMark))
	}
	ascii := true
	for i, b := range text {
		if b == '\n' || b == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			f.lines = append(f.lines, int32(i+1))
		}
		ascii = ascii && b < utf8.RuneSelf
	}
	if ascii {
		return f
	}
	f.wide = make([]int32, len(text)/block+1)
	for i := range f.wide[1:] {
		f.wide[i+1] = f.wide[i] + int32(continuations(text[i*block:(i+1)*block]))
	}
	return f
}

// continuations counts the bytes that continue a code point.
func continuations(text []byte) (n int) {
	for _, b := range text {
		if b&0xC0 == 0x80 {
			n++
		}
	}
	return n
}

// Name is the path of the file.
func (f *File) Name() string { return f.name }

// Lines are the offsets at which lines begin.
func (f *File) Lines() []int32 { return f.lines }

// Region is the place of the bytes from start to end, as far as there are any.
func (f *File) Region(start, end int) Location {
	start = min(max(0, start), len(f.text))
	end = min(max(start, end), len(f.text))
	return Location{f, int32(start), int32(end)}
}

// Runes is the number of code points before an offset.
func (f *File) Runes(o int) int {
	o = min(max(0, o), len(f.text))
	if f.wide == nil {
		return o
	}
	return o - int(f.wide[o/block]) - continuations(f.text[o/block*block:o])
}

// line is the line of an offset; 0 where there is no text.
func (f *File) line(o int32) int {
	if f == nil || f.lines == nil {
		return 0
	}
	return max(1, sort.Search(len(f.lines), func(k int) bool { return f.lines[k] > o }))
}

func (f *File) column(o int32) int {
	line := f.line(o)
	if line == 0 {
		return 0
	}
	return max(0, f.Runes(int(o))-f.Runes(int(f.lines[line-1]))) + 1
}
