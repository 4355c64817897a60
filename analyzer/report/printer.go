package report

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/serverlens/serverlens/parsers/source"
)

// printer writes text for people and keeps the first error.
type printer struct {
	w     io.Writer
	color bool
	seen  func(file string) string // nil for the identity
	err   error
}

// file is the name of a file for the reader.
func (p *printer) file(name string) string {
	if p.seen == nil || name == "" {
		return name
	}
	return p.seen(name)
}

// place is where something stands: file, line and column.
func (p *printer) place(at source.Location) string {
	return at.Called(p.file(at.File())).String()
}

func (p *printer) printf(format string, args ...any) {
	if p.err != nil {
		return
	}
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = harmless(s, p.color)
		}
	}
	_, p.err = fmt.Fprintf(p.w, format, args...)
}

// harmless is a text from a template without what would steer a terminal or the
// log of a workflow: control characters, and those that turn the direction of
// writing. With colour the sequences that printer writes stay.
func harmless(s string, color bool) string {
	if strings.IndexFunc(s, steers) < 0 {
		return s
	}
	var out strings.Builder
	for i, r := range s {
		switch {
		case r == '\x1b' && color && ours.MatchString(s[i:]), !steers(r):
			out.WriteRune(r)
		case r == '\n' || r == '\r' || r == '\t':
			out.WriteByte(' ')
		default:
			out.WriteRune('\uFFFD')
		}
	}
	return out.String()
}

func steers(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029
}

// ours is the sequences that sgr writes.
var ours = regexp.MustCompile(`^\x1b\[(0|1|2|1;31|33|34)m`)

// sgr colours s with a code of ECMA-48, Select Graphic Rendition.
func (p *printer) sgr(code, s string) string {
	if !p.color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p *printer) bold(s string) string   { return p.sgr("1", s) }
func (p *printer) dim(s string) string    { return p.sgr("2", s) }
func (p *printer) red(s string) string    { return p.sgr("1;31", s) }
func (p *printer) yellow(s string) string { return p.sgr("33", s) }
func (p *printer) blue(s string) string   { return p.sgr("34", s) }

func itoa(n int) string { return strconv.Itoa(n) }

// oneLine is a text without line breaks.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}
