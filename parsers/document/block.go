package document

import "bytes"

// header is what the first line of a block scalar says.
type header struct {
	literal bool
	chomp   byte // '-' strip, '+' keep, 0 clip
	indent  int  // relative, 0 where the text shows it
	next    int  // offset of the first line of the text
}

func (d *decoder) header(i int) header {
	h := header{literal: d.src[i] == '|'}
	for i++; i < len(d.src) && d.lineBreak(i) == 0; i++ {
		switch b := d.src[i]; {
		case b == '+', b == '-':
			h.chomp = b
		case b >= '1' && b <= '9':
			h.indent = int(b - '0')
		default: // blanks and a comment
			i += d.lineLen(i) - 1
		}
	}
	if i < len(d.src) {
		i += d.lineBreak(i)
	}
	h.next = i
	return h
}

// lineLen is the number of bytes from i to the end of its line.
func (d *decoder) lineLen(i int) int {
	n := 0
	for i+n < len(d.src) && breakLen(d.src, i+n) == 0 {
		n++
	}
	return n
}

// spaces is the number of spaces at i, at most limit (-1: no limit).
func (d *decoder) spaces(i, limit int) int {
	n := 0
	for i+n < len(d.src) && n != limit && d.src[i+n] == ' ' {
		n++
	}
	return n
}

// blockIndent is the number of spaces before each line of a block scalar, whose
// header is at start and whose first line is at next.
func (d *decoder) blockIndent(start int, h header) int {
	parent := d.parentIndent(start)
	if h.indent > 0 {
		return max(parent, 0) + h.indent
	}
	indent := max(parent+1, 0)
	for i := h.next; i < len(d.src); {
		n := d.spaces(i, -1)
		indent = max(indent, n)
		if i += n; d.breakAt(i) == 0 {
			break
		}
		i += d.breakAt(i)
	}
	return indent
}

// lineStart is the offset of the first byte of the line of i.
func lineStart(src []byte, i int) int {
	for !startsLine(src, i) {
		i--
	}
	return i
}

// startsLine reports whether a line begins at i.
func startsLine(src []byte, i int) bool {
	return i == 0 || src[i-1] == '\n' || src[i-1] == '\r' ||
		i >= 2 && breakLen(src[:i], i-2) == 2 || i >= 3 && breakLen(src[:i], i-3) == 3
}

// pending is a run of line breaks that a block scalar may still drop or fold.
type pending []int

// block decodes a literal or folded block scalar and returns where it ends: behind
// its last line that is not empty, with `+` behind all of its line breaks.
func (d *decoder) block(start int) int {
	h := d.header(start)
	indent := d.blockIndent(start, h)
	end := start + len(bytes.TrimRight(d.src[start:start+d.lineLen(start)], " \t"))
	var first, rest pending
	i, column := d.emptyLines(h.next, indent, &rest)
	wasBlank := false
	for i < len(d.src) && column == indent {
		isBlank := blank(d.src[i])
		d.join(h, wasBlank || isBlank, first, rest)
		first, rest, wasBlank = nil, nil, isBlank
		n := d.lineLen(i)
		d.copy(i, i+n)
		onlyBlanks := len(bytes.Trim(d.src[i:i+n], " \t")) == 0
		i += n
		end, d.last = i, i
		if i < len(d.src) || onlyBlanks { // the YAML library ends a last line of blanks, too
			first = pending{i}
			i += d.breakAt(i)
		}
		i, column = d.emptyLines(i, indent, &rest)
	}
	if h.chomp != '-' {
		d.emitAll(first)
	}
	if h.chomp == '+' {
		d.emitAll(rest)
		end = max(end, d.last)
	}
	return end
}

func (d *decoder) breakAt(i int) int {
	if i < len(d.src) {
		return breakLen(d.src, i)
	}
	return 0
}

// emptyLines notes the breaks of the empty lines at i and returns where the next
// text begins: after indent spaces of its line, or fewer.
func (d *decoder) emptyLines(i, indent int, breaks *pending) (next, column int) {
	for {
		column = d.spaces(i, indent)
		i += column
		switch {
		case i == len(d.src):
			if column > 0 { // the YAML library counts a last line of spaces
				*breaks = append(*breaks, i)
			}
			return i, column
		case breakLen(d.src, i) == 0:
			return i, column
		}
		*breaks = append(*breaks, i)
		i += breakLen(d.src, i)
	}
}

// join adds the breaks between two lines: folded they are a space, unless one of
// the lines is indented deeper or empty lines stand between.
func (d *decoder) join(h header, keep bool, first, rest pending) {
	folds := !h.literal && !keep && len(first) > 0 && d.breakAt(first[0]) != 3
	if folds && len(rest) == 0 {
		d.emit(" ", first[0], first[0]+d.breakAt(first[0]))
	}
	if !folds {
		d.emitAll(first)
	}
	d.emitAll(rest)
}

func (d *decoder) emitAll(breaks pending) {
	for _, i := range breaks {
		if i == len(d.src) {
			d.emit("\n", i, i)
		} else {
			d.emitBreak(i)
		}
		d.last = i + d.breakAt(i)
	}
}

// parentIndent is the indentation of the block collection that holds the block
// scalar whose header is at i, -1 where none does. It is read off the text before
// the header: the innermost of "- ", "? ", ": " and the key on its line, or, where
// only an anchor or tag stands before it, on a line above.
func (d *decoder) parentIndent(i int) int {
	for stop := i; ; {
		start := lineStart(d.src, stop)
		indent, found := d.lineIndent(start, i)
		if found || start == 0 {
			return indent
		}
		stop = start - 1
		for stop > 0 && breakLen(d.src, stop) == 0 {
			stop--
		}
	}
}

// lineIndent is the column of the innermost block collection that the line from
// start opens or continues before end, and whether it does.
func (d *decoder) lineIndent(start, end int) (indent int, found bool) {
	if bytes.HasPrefix(d.src[start:], []byte("---")) && (start+3 >= len(d.src) || isSpace(d.src, start+3)) {
		return -1, true
	}
	indent = -1
	end = min(end, start+d.lineLen(start))
	i := skipBlanks(d.src, start, end)
	for i < end && bytes.IndexByte([]byte("-?:"), d.src[i]) >= 0 && (i+1 == end || isSpace(d.src, i+1)) {
		indent, found = d.column(start, i), true
		i = skipBlanks(d.src, i+1, end)
	}
	key := i
	for i < end && (d.src[i] == '!' || d.src[i] == '&') {
		for i < end && !blank(d.src[i]) {
			i++
		}
		i = skipBlanks(d.src, i, end)
	}
	if i < end && d.src[i] != '#' {
		return d.column(start, key), true
	}
	return indent, found
}

// column is the number of characters between the start of a line and an offset.
func (d *decoder) column(start, i int) int {
	if start == 0 {
		start = len(d.src[:i]) - len(bytes.TrimPrefix(d.src[:i], bom))
	}
	return len([]rune(string(d.src[start:i])))
}

func skipBlanks(src []byte, i, end int) int {
	for i < end && blank(src[i]) {
		i++
	}
	return i
}

// isSpace reports whether white space is at i.
func isSpace(src []byte, i int) bool { return blank(src[i]) || breakLen(src, i) > 0 }
