package report

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/serverlens/serverlens/analyzer"
	"github.com/serverlens/serverlens/analyzer/policy"
	"github.com/serverlens/serverlens/parsers/source"
)

// excerpts shows lines of a system's files, with what must not be read blotted
// out.
type excerpts struct {
	files  map[string][]byte
	hidden map[string][]source.Location // by file
}

func excerptsOf(sys analyzer.System) *excerpts {
	x := &excerpts{files: map[string][]byte{}, hidden: map[string][]source.Location{}}
	for _, s := range sys.Stacks {
		for name, text := range s.Files {
			x.files[name] = text
		}
	}
	for _, at := range sys.Secrets {
		x.hidden[at.File()] = append(x.hidden[at.File()], at)
	}
	return x
}

// maxExcerpt is how many columns of a line are shown.
const maxExcerpt = 110

// line is the line of a place with the place underlined. ok is false where the
// place is nowhere.
func (x *excerpts) line(at source.Location) (text, underline string, ok bool) {
	src, found := x.files[at.File()]
	if !found || at.IsZero() || int(at.Offset) > len(src) {
		return "", "", false
	}
	start := bytes.LastIndexByte(src[:at.Offset], '\n') + 1
	raw, _, _ := bytes.Cut(src[start:], []byte("\n"))
	raw = bytes.TrimRight(raw, "\r")
	from := min(utf8.RuneCount(src[start:at.Offset]), utf8.RuneCount(raw))
	runes := []rune(strings.ToValidUTF8(string(x.blot(at.File(), start, raw)), "�"))
	for i, r := range runes {
		if r == '\t' || !unicode.IsPrint(r) {
			runes[i] = ' '
		}
	}
	to := len(runes)
	if at.EndLine() == at.Line() {
		to = from + at.EndColumn() - at.Column()
	}
	from = min(from, len(runes))
	to = max(min(to, len(runes)), from)
	return window(runes, from, max(to, from+1))
}

// window cuts a long line down to what is around a place.
func window(runes []rune, from, to int) (text, underline string, ok bool) {
	if len(runes) > maxExcerpt {
		start := max(0, min(from-maxExcerpt/3, len(runes)-maxExcerpt))
		end := min(len(runes), start+maxExcerpt)
		cut := slices.Clone(runes[start:end])
		if start > 0 {
			cut[0] = '…'
		}
		if end < len(runes) {
			cut[len(cut)-1] = '…'
		}
		runes, from, to = cut, from-start, min(to-start, len(cut))
	}
	to = min(to, len(runes))
	from = min(from, to)
	return string(runes), strings.Repeat(" ", columns(runes[:from])) + strings.Repeat("^", max(1, columns(runes[from:to]))), true
}

// columns is how many cells of a terminal a text takes.
func columns(runes []rune) int {
	n := 0
	for _, r := range runes {
		switch {
		case unicode.In(r, wide):
			n += 2
		case !unicode.In(r, unicode.Mn, unicode.Me):
			n++
		}
	}
	return n
}

// wide is what takes two cells: the blocks whose characters are wide by Unicode
// Standard Annex 11, East Asian Width.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115F, 1}, {0x2E80, 0x303E, 1}, {0x3041, 0x4DBF, 1}, {0x4E00, 0xA4CF, 1}, {0xA960, 0xA97F, 1},
		{0xAC00, 0xD7A3, 1}, {0xF900, 0xFAFF, 1}, {0xFE30, 0xFE6F, 1}, {0xFF01, 0xFF60, 1}, {0xFFE0, 0xFFE6, 1},
	},
	R32: []unicode.Range32{{0x1F300, 0x1F64F, 1}, {0x1F680, 0x1F6FF, 1}, {0x1F900, 0x1F9FF, 1}, {0x20000, 0x3FFFD, 1}},
}

// blot puts a star for each character that must not be read into a line that
// begins at an offset.
func (x *excerpts) blot(file string, start int, line []byte) []byte {
	var out []byte
	for _, at := range x.hidden[file] {
		from, to := max(int(at.Offset)-start, 0), min(int(at.EndOffset)-start, len(line))
		if from >= to {
			continue
		}
		if out == nil {
			out = slices.Clone(line)
		}
		for i := from; i < to; i++ {
			// A character of several bytes stays one column: its first byte is the star.
			out[i] = '*'
			if !utf8.RuneStart(line[i]) {
				out[i] = 0
			}
		}
	}
	if out == nil {
		return line
	}
	return bytes.ReplaceAll(out, []byte{0}, nil)
}

// heading is the place of the resource that a finding is in, where that is another
// line of the same file.
func heading(f policy.Finding) (source.Location, bool) {
	if f.Node == nil || f.Node.At.IsZero() || f.Node.At.File() != f.At.File() || f.Node.At.Line() >= f.At.Line() {
		return source.Location{}, false
	}
	return f.Node.At, true
}
