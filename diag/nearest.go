package diag

import (
	"fmt"
	"strings"
)

// maxListed is how many valid words a hint names before it only says how to
// find them.
const maxListed = 10

// DidYouMean gives a hint for a word that is not among the valid ones: the
// nearest within an edit distance of 2, else the valid words if they are few.
func DidYouMean(word string, valid []string) string {
	if near, ok := Nearest(word, valid); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(valid) == 0 || len(valid) > maxListed {
		return ""
	}
	return "valid: " + strings.Join(valid, ", ")
}

// Nearest gives the valid word that differs from word by at most two
// insertions, deletions, substitutions or swaps of neighbours, and by fewer
// than a word of that length allows.
func Nearest(word string, valid []string) (string, bool) {
	best, limit := "", min(2, max(1, len(word)/3))
	for _, v := range valid {
		if d := distance(strings.ToLower(word), strings.ToLower(v)); d <= limit {
			best, limit = v, d-1
		}
	}
	return best, best != ""
}

// distance is the optimal string alignment distance.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return 64
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}
