package diag

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Columns is how many columns a rune takes on a terminal: none for a mark on the
// rune before it, two for the wide ones of East Asia (UAX #11), else one.
func Columns(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// cell is a rune of a line as it is shown.
type cell struct {
	text    string
	columns int
	marked  bool // the caret points at it
}

// tabColumns is how many columns a tab takes.
const tabColumns = 4

// cellsOf spells out a line, and marks what a place names. Col may be one more than
// the line has runes: then the caret stands behind it.
func cellsOf(line string, pos Pos) []cell {
	runes := []rune(line)
	if pos.Col == len(runes)+1 {
		runes = append(runes, ' ')
	}
	out := make([]cell, len(runes))
	for i, r := range runes {
		c := cell{text: visibleRune(r), marked: pos.Col > 0 && i+1 >= pos.Col && i+1 < pos.Col+max(pos.Len, 1)}
		if r == '\t' {
			c.text = strings.Repeat(" ", tabColumns)
		}
		for _, shown := range c.text {
			c.columns += Columns(shown)
		}
		out[i] = c
	}
	return out
}

func columnsOf(cells []cell) int {
	sum := 0
	for _, c := range cells {
		sum += c.columns
	}
	return sum
}

// least is how few columns an excerpt has, however narrow the screen is.
const least = 20

// excerpt gives a line as shown in at most so many columns, cut around what a place
// names, and the line below it with the caret.
func excerpt(line string, pos Pos, columns int) (shown, caret string) {
	columns = max(columns, least)
	line, pos, before, behind := near(line, pos, columns)
	cells := cellsOf(line, pos)
	from, to := 0, len(cells)
	if columnsOf(cells) > columns {
		from, to = window(cells, columns)
	}
	var text, under strings.Builder
	if from > 0 || before {
		text.WriteString("…")
		under.WriteString(" ")
	}
	mark := "^"
	for _, c := range cells[from:to] {
		text.WriteString(c.text)
		if !c.marked {
			under.WriteString(strings.Repeat(" ", c.columns))
			continue
		}
		for range c.columns {
			under.WriteString(mark)
			mark = "~"
		}
	}
	if to < len(cells) || behind {
		text.WriteString("…")
	}
	return strings.TrimRight(text.String(), " "), strings.TrimRight(under.String(), " ")
}

// reach is how many characters beside a place are looked at, for each column: most take
// one, and some none.
const reach = 8

// near cuts a line around a place, as far as it could be shown, and tells whether anything
// was cut off before and behind it: a suite may stand on one line, and have many problems.
func near(line string, pos Pos, columns int) (cut string, at Pos, before, behind bool) {
	if len(line) <= reach*columns {
		return line, pos, false, false
	}
	runes := []rune(line)
	first := min(max(pos.Col-1-reach*columns, 0), len(runes))
	last := min(first+3*reach*columns, len(runes))
	pos.Col -= first
	return string(runes[first:last]), pos, first > 0, last < len(runes)
}

// window gives the part of a line that is shown where the whole is too long: from
// its beginning, if what is marked stands there, else with what is marked in the middle.
// A sign for what is left out takes a column on each side.
func window(cells []cell, columns int) (from, to int) {
	first, last := marked(cells)
	if columnsOf(cells[:last]) <= columns-1 {
		return 0, forward(cells, 0, columns-1)
	}
	room := columns - 2
	before := max((room-columnsOf(cells[first:last]))/2, room/5)
	from = backward(cells, first, before)
	to = forward(cells, from, room)
	switch {
	case from == 0:
		to = forward(cells, 0, columns-1)
	case to == len(cells):
		from = backward(cells, to, columns-1)
	}
	return from, to
}

// marked gives where what is marked begins and ends, both 0 where nothing is.
func marked(cells []cell) (first, last int) {
	for i, c := range cells {
		if !c.marked {
			continue
		}
		if last == 0 {
			first = i
		}
		last = i + 1
	}
	return first, last
}

// forward gives how far cells from one on fit in so many columns.
func forward(cells []cell, from, columns int) int {
	for from < len(cells) && cells[from].columns <= columns {
		columns -= cells[from].columns
		from++
	}
	return from
}

// backward is the same to the front.
func backward(cells []cell, to, columns int) int {
	for to > 0 && cells[to-1].columns <= columns {
		columns -= cells[to-1].columns
		to--
	}
	return to
}
