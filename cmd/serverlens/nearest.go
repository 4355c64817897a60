package main

import "fmt"

// didYouMean is a question with the nearest of some names, "" if none is near.
func didYouMean(word string, names []string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, n := range names {
		if d := distance(word, n); d < least {
			best, least = n, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}

// distance is how many letters have to be put in, taken out or changed to make b
// of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		above := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := above
			if a[i] != b[j] {
				d++
			}
			above = row[j+1]
			row[j+1] = min(d, row[j]+1, above+1)
		}
	}
	return row[len(b)]
}
