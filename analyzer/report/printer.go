package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// printer writes text for people and keeps the first error.
type printer struct {
	w     io.Writer
	color bool
	err   error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

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
