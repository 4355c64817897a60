package document

import "github.com/serverlens/serverlens/parsers/source"

// decode is the text of the scalar (or key) at a place of a file, and for each of
// its bytes, and for its end, the offset in src that it comes from. It reports
// false where no scalar can be at that place.
func decode(src []byte, at source.Location) (text string, offsets []int, ok bool) {
	s, ok := Open(src, at)
	if !ok {
		return "", nil, false
	}
	for i := range len(s.Text) {
		from, _ := s.runs.written(i)
		offsets = append(offsets, from)
	}
	return s.Text, append(offsets, s.end), true
}

// region is the place in the file of the bytes from start to end of the decoded
// text of the scalar at a place; the whole scalar where it cannot be decoded.
func region(src []byte, at source.Location, start, end int) source.Location {
	s, ok := Open(src, at)
	if !ok {
		return at
	}
	return s.Region(start, end)
}
