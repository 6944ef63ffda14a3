package diag

import (
	"fmt"
	"strings"
	"unicode/utf8"
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
	word = strings.ToLower(word)
	for _, v := range valid {
		if apart := len(v) - len(word); max(apart, -apart) > limit*utf8.UTFMax {
			continue
		}
		if d := distance([]rune(word), []rune(strings.ToLower(v))); d <= limit {
			best, limit = v, d-1
		}
	}
	return best, best != ""
}

// maxWord is how many runes of a word are compared; a longer one is like none.
const maxWord = 64

// distance is the optimal string alignment distance.
func distance(x, y []rune) int {
	if len(x) > maxWord || len(y) > maxWord {
		return maxWord
	}
	var rows [maxWord + 1][maxWord + 1]int8
	for i := range len(x) + 1 {
		rows[i][0] = int8(i)
	}
	for j := range len(y) + 1 {
		rows[0][j] = int8(j)
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := int8(1)
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return int(rows[len(x)][len(y)])
}
