package diag

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// A line that is too long is cut around the word, with the caret under it.
func TestExcerpt(t *testing.T) {
	long := `  - {name: a long one, steps: [{connect: {url: /here}}, {expect: {message: hello}}, {send: bye}]}`
	col := strings.Index(long, "message") + 1
	for _, tt := range []struct {
		name, line       string
		col, len, screen int
		shown, caret     string
	}{
		{"fits", "a: bc", 4, 2, 20, "a: bc", "   ^~"},
		{"the word stands at the beginning", "steps: [{send: hello}, {send: world}]", 1, 5, 24, "steps: [{send: hello}, …", "^~~~~"},
		{"the word stands in the middle", long, col, 7, 40, "…e}}, {expect: {message: hello}}, {send…", "                ^~~~~~~"},
		{"the word stands at the end", "steps: [{send: hello}, {send: world}]", 31, 5, 24, "… hello}, {send: world}]", "                 ^~~~~"},
		{"the word is longer than the screen", "a: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 4, 37, 20, "a: bbbbbbbbbbbbbbbb…", "   ^~~~~~~~~~~~~~~~"},
		{"behind the line", "steps: [{send: hello}", 22, 1, 24, "steps: [{send: hello}", "                     ^"},
		{"tabs", "\t\ta: bc", 6, 2, 20, "        a: bc", "           ^~"},
		{"wide characters", "中文: bc", 5, 2, 20, "中文: bc", "      ^~"},
		{"a wide word", "a: 中文", 4, 2, 20, "a: 中文", "   ^~~~"},
		{"marks take no column", "e\u0301a: bc", 6, 2, 20, "e\u0301a: bc", "    ^~"},
		{"controls are spelled out", "\x07: bc", 4, 2, 20, `\x07: bc`, "      ^~"},
		{"no place", "a: bc", 0, 0, 20, "a: bc", ""},
	} {
		shown, caret := excerpt(tt.line, Pos{Col: tt.col, Len: tt.len}, tt.screen)
		if shown != tt.shown || caret != tt.caret {
			t.Errorf("%s: excerpt =\n%s|\n%s|\nwant\n%s|\n%s|", tt.name, shown, caret, tt.shown, tt.caret)
		}
	}
}

// Whatever a line holds: it fits, and the caret stands under the word.
func TestExcerptOfAnyLine(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		line := make([]rune, 1+r.IntN([]int{200, 3000}[r.IntN(2)]))
		for i := range line {
			line[i] = []rune("ab \t中é\u0301\x01{")[r.IntN(9)]
		}
		at := r.IntN(len(line))
		line[at] = 'X'
		screen := 20 + r.IntN(100)
		shown, caret := excerpt(string(line), Pos{Col: at + 1, Len: 1}, screen)
		if n := wide(shown); n > screen {
			t.Fatalf("%q in %d columns: %q has %d", string(line), screen, shown, n)
		}
		before, _, found := strings.Cut(shown, "X")
		if !found || wide(before) != len(caret)-1 || caret[len(caret)-1] != '^' {
			t.Fatalf("%q in %d columns:\n%s\n%s", string(line), screen, shown, caret)
		}
	}
}

func wide(s string) int {
	n := 0
	for _, r := range s {
		n += Columns(r)
	}
	return n
}
