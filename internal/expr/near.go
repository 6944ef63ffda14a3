package expr

import (
	"fmt"
	"slices"
	"strings"
)

// didYouMean gives a hint for an unknown name: the nearest known one; all of
// them if none is near and there are at most ten; otherwise "".
func didYouMean(name string, known []string) string {
	if near := nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(known) == 0 || len(known) > 10 {
		return ""
	}
	sorted := slices.Sorted(slices.Values(known))
	return "there is " + strings.Join(sorted, ", ")
}

// nearest gives the known name within edit distance 2 (1 if one of them has at
// most three letters), or "".
func nearest(name string, known []string) string {
	best, bestDistance := "", 3
	for _, k := range slices.Sorted(slices.Values(known)) {
		limit := bestDistance
		if min(len(name), len(k)) <= 3 {
			limit = min(limit, 2)
		}
		if d := distance(name, k, limit); d < limit {
			best, bestDistance = k, d
		}
	}
	return best
}

// distance gives the Levenshtein distance of a and b in runes. It gives limit if
// the lengths alone make that the least possible distance.
func distance(a, b string, limit int) int {
	s, t := []rune(a), []rune(b)
	if len(s)-len(t) >= limit || len(t)-len(s) >= limit {
		return limit
	}
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j, u := range t {
			above := row[j+1]
			cost := diagonal
			if r != u {
				cost++
			}
			row[j+1] = min(cost, above+1, row[j]+1)
			diagonal = above
		}
	}
	return row[len(t)]
}
