package report

import (
	"strings"
	"unicode/utf8"

	"github.com/duologue/duologue/diag"
)

// The most octets of texts that are shown, before hostile ones are escaped.
const (
	maxName    = 200
	maxMessage = 600
)

// shown makes text of unknown origin and length safe to print.
func shown(text string, most int) string { return diag.Visible(diag.Clip(text, most)) }

// fit shortens a line to a number of columns. 0 or less is no limit.
func fit(line string, columns int) string {
	if columns <= 0 {
		return line
	}
	used, cut := 0, 0
	for i, r := range line {
		// The sign for "more" needs a column itself.
		if used += cells(r); used < columns {
			cut = i + utf8.RuneLen(r)
		}
		if used > columns {
			return line[:cut] + "…"
		}
	}
	return line
}

// cells gives how many columns a rune takes on a terminal. It rather gives one
// too many than one too few, because a line that wraps cannot be redrawn in
// place.
func cells(r rune) int {
	switch {
	case r < 0x1100:
		return 1
	case r <= 0x115f, r >= 0x2600 && r <= 0x27bf, r >= 0x2b00 && r <= 0x2bff, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60,
		r >= 0xffe0 && r <= 0xffe6, r >= 0x1f000:
		return 2
	}
	return 1
}

func indent(s, by string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(by+l, " ")
	}
	return strings.Join(lines, "\n")
}
