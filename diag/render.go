package diag

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Sources gives the text of the files that complaints speak of.
type Sources map[string]string

// line gives line n of a file, without its end.
func (s Sources) line(file string, n int) (string, bool) {
	text, ok := s[file]
	if !ok || n < 1 {
		return "", false
	}
	for ; n > 1; n-- {
		_, rest, found := strings.Cut(text, "\n")
		if !found {
			return "", false
		}
		text = rest
	}
	text, _, _ = strings.Cut(text, "\n")
	return strings.TrimSuffix(text, "\r"), true
}

// Palette colours parts of a rendering; the zero Palette leaves them plain.
type Palette struct {
	Bold, Red, Yellow, Blue, Green, Dim, Reset string
}

// Colours is the palette for a terminal.
var Colours = Palette{
	Bold: "\x1b[1m", Red: "\x1b[31m", Yellow: "\x1b[33m", Blue: "\x1b[34m", Green: "\x1b[32m", Dim: "\x1b[2m", Reset: "\x1b[0m",
}

// Paint wraps text in a colour of the palette.
func (p Palette) Paint(colour, text string) string {
	if colour == "" {
		return text
	}
	return colour + text + p.Reset
}

// maxExcerpt bounds a shown line, in runes: one line of a hostile file must
// not fill the screen.
const maxExcerpt = 160

// Render draws one complaint: its place and message, the line with a caret,
// details and a hint. Control characters of the file are shown, not obeyed, and
// no line is a command to a CI service (see [Inert]).
func Render(w io.Writer, d Diagnostic, src Sources, p Palette) error {
	var b strings.Builder
	place := d.Pos.String()
	if place != "" {
		place += ": "
	}
	fmt.Fprintf(&b, "%s%s\n", p.Paint(p.Bold, Visible(place)), p.Paint(p.Red, Visible(d.Message)))

	number := fmt.Sprint(d.Pos.Line)
	gutter := strings.Repeat(" ", len(number)) + " " + p.Paint(p.Blue, "|")
	text, ok := src.line(d.Pos.File, d.Pos.Line)
	if ok {
		fmt.Fprintf(&b, "%s\n", gutter)
		writeContext(&b, d, src, p, gutter, len(number))
		shown, caret := excerpt(text, d.Pos)
		fmt.Fprintf(&b, "%s %s\n", p.Paint(p.Blue, number+" |"), shown)
		if caret != "" {
			fmt.Fprintf(&b, "%s %s\n", gutter, p.Paint(p.Red, caret))
		}
	}
	width := 0
	for _, det := range d.Details {
		width = max(width, utf8.RuneCountInString(Visible(det.Label)))
	}
	for _, det := range d.Details {
		for i, line := range strings.Split(strings.TrimRight(det.Text, "\n"), "\n") {
			label := ""
			if i == 0 && det.Label != "" {
				label = Visible(det.Label) + ":"
			}
			fmt.Fprintf(&b, "%s\n", strings.TrimRight(fmt.Sprintf("%s   %-*s %s", gutter, width+1, label, Visible(line)), " "))
		}
	}
	if d.Hint != "" {
		fmt.Fprintf(&b, "%s %s\n", strings.Repeat(" ", len(number))+" "+p.Paint(p.Blue, "="), p.Paint(p.Green, "hint: ")+Visible(d.Hint))
	}
	_, err := io.WriteString(w, Inert(b.String()))
	return err
}

// writeContext shows the earlier line that a complaint belongs to.
func writeContext(b *strings.Builder, d Diagnostic, src Sources, p Palette, gutter string, width int) {
	if d.Context.File != d.Pos.File || d.Context.Line >= d.Pos.Line {
		return
	}
	text, ok := src.line(d.Context.File, d.Context.Line)
	if !ok {
		return
	}
	shown, _ := excerpt(text, Pos{})
	fmt.Fprintf(b, "%s %s\n", p.Paint(p.Blue, fmt.Sprintf("%*d |", width, d.Context.Line)), shown)
	if d.Context.Line < d.Pos.Line-1 {
		fmt.Fprintf(b, "%s ...\n", gutter)
	}
}

// excerpt gives a line as shown and the caret line below it.
func excerpt(text string, pos Pos) (shown, caret string) {
	runes := []rune(text)
	start := 0
	if pos.Col > maxExcerpt-20 {
		start = min(pos.Col-20, len(runes))
	}
	end := min(len(runes), start+maxExcerpt)
	var line, under strings.Builder
	if start > 0 {
		line.WriteString("…")
		under.WriteString(" ")
	}
	for i := start; i < end; i++ {
		cell := visibleRune(runes[i])
		if runes[i] == '\t' {
			cell = "    "
		}
		line.WriteString(cell)
		mark := " "
		switch {
		case i+1 == pos.Col:
			mark = "^"
		case i+1 > pos.Col && i+1 < pos.Col+pos.Len:
			mark = "~"
		}
		pad := " "
		if mark == "~" || mark == "^" && pos.Len > 1 {
			pad = "~"
		}
		under.WriteString(mark + strings.Repeat(pad, max(0, len([]rune(cell))-1)))
	}
	if end < len(runes) {
		line.WriteString("…")
	}
	if pos.Col == len(runes)+1 {
		under.WriteString("^")
	}
	return line.String(), strings.TrimRight(under.String(), " ")
}
