package source

import (
	"fmt"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	long := strings.Repeat("é", 100)
	for _, c := range []struct {
		text       string
		start, end int
		want       string
	}{
		{"ab\ncd", 3, 5, "2:1-2:3"},
		{"ab\r\ncd\re", 0, 8, "1:1-3:2"},
		{"\ufeffab", 3, 4, "1:1-1:2"},
		{"日本\nü: x", 7, 9, "2:1-2:2"},
		{long + "\n" + long + "x", 401, 402, "2:101-2:102"},
		{"", 0, 0, "1:1-1:1"},
		{"a", -5, 99, "1:1-1:2"},
	} {
		l := NewFile("t", []byte(c.text)).Region(c.start, c.end)
		if got := fmt.Sprintf("%d:%d-%d:%d", l.Line(), l.Column(), l.EndLine(), l.EndColumn()); got != c.want {
			t.Errorf("%d to %d of %.20q: %s, want %s", c.start, c.end, c.text, got, c.want)
		}
	}
}

func TestNowhere(t *testing.T) {
	file := NewFile("a", []byte("xyz"))
	for _, c := range []struct {
		at     Location
		want   string
		isZero bool
	}{
		{Location{}, "", true},
		{InFile("a"), "a", true},
		{InFile("a").Called("b"), "b", true},
		{file.Region(1, 2), "a:1:2", false},
		{file.Region(1, 2).Called("b"), "b:1:2", false},
		{file.Region(0, 1).To(Location{}), "a:1:1", false},
		{Location{}.Part(1, 2), "", true},
	} {
		if c.at.String() != c.want || c.at.IsZero() != c.isZero {
			t.Errorf("%q, nowhere: %v; want %q, %v", c.at, c.at.IsZero(), c.want, c.isZero)
		}
	}
	if file.Region(0, 1).To(file.Region(2, 3)) != file.Region(0, 3) {
		t.Error("a region does not reach to the end of another one")
	}
}
