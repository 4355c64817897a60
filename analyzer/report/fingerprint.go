package report

import (
	"fmt"
	"strconv"
	"unicode/utf16"
)

// lineHashes is what code scanning identifies an alert by: for each line of a text
// a hash of it and of what follows, and which of the lines with the same hash it
// is. It is the algorithm of github/codeql-action (fingerprints.ts), which warns
// where a file states another one: a rolling hash over 100 UTF-16 code units,
// without blanks, with every line break as one.
func lineHashes(text []byte) []string {
	const (
		size = 100
		mod  = 37
		eof  = 65535
	)
	first := uint64(1)
	for range size {
		first *= mod
	}
	var (
		window  [size]uint64
		starts  [size]int // the line that starts here, 0 for none
		hash    uint64
		index   int
		line    int
		atStart = true
		afterCR bool
		seen    = map[uint64]int{}
		out     []string
		output  = func() {
			seen[hash]++
			for len(out) < starts[index] {
				out = append(out, "")
			}
			out[starts[index]-1] = strconv.FormatUint(hash, 16) + fmt.Sprintf(":%d", seen[hash])
			starts[index] = 0
		}
		update = func(c uint64) {
			hash = mod*hash + c - first*window[index]
			window[index] = c
			index = (index + 1) % size
		}
	)
	process := func(c uint64) {
		if c == ' ' || c == '\t' || afterCR && c == '\n' {
			afterCR = false
			return
		}
		if afterCR = c == '\r'; afterCR {
			c = '\n'
		}
		if starts[index] != 0 {
			output()
		}
		if atStart {
			line++
			starts[index], atStart = line, false
		}
		atStart = c == '\n'
		update(c)
	}
	for _, c := range utf16.Encode([]rune(string(text))) {
		process(uint64(c))
	}
	process(eof)
	for range size {
		if starts[index] != 0 {
			output()
		}
		update(0)
	}
	return out
}
