package patterns

import (
	"slices"
	"strings"
	"unicode"
)

// The beginnings of words for work that takes back what was done, and of words for
// what did not succeed.
var (
	undoing = []string{
		"undo", "cancel", "refund", "release", "rollback", "compensat", "revert", "restor", "revers", "unreserv", "restock",
		"void", "unbook", "dealloc", "chargeback",
	}
	failing = []string{"fail", "reject", "declin", "denied", "error", "expir", "abort", "timeout", "timedout", "unavailable", "cancel", "compensat", "rollback"}
)

// saysUndo reports whether a name says that something is undone.
func saysUndo(names ...string) bool { return says(undoing, names) }

// saysFailure reports whether a name says that something failed.
func saysFailure(names ...string) bool { return says(failing, names) }

func says(stems, names []string) bool {
	for _, name := range names {
		list := words(name)
		for i := range list {
			rest := strings.Join(list[i:], "")
			if slices.ContainsFunc(stems, func(stem string) bool { return strings.HasPrefix(list[i], stem) || isJoined(stem, rest, list[i]) }) {
				return true
			}
		}
	}
	return false
}

// isJoined reports whether a stem is written as several words, as in "roll back".
func isJoined(stem, rest, first string) bool {
	return len(first) > 2 && strings.HasPrefix(stem, first) && strings.HasPrefix(rest, stem)
}

// words splits a name into its words, in small letters: at capitals and at
// everything that is no letter.
func words(name string) []string {
	var out []string
	start := true
	previous := ' '
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r):
			start = true
		case start || unicode.IsUpper(r) && !unicode.IsUpper(previous):
			out, start = append(out, string(unicode.ToLower(r))), false
		default:
			out[len(out)-1] += string(unicode.ToLower(r))
		}
		previous = r
	}
	return out
}
