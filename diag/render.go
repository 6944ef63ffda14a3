package diag

import (
	"cmp"
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

// Screen is what complaints are drawn for.
type Screen struct {
	Palette
	Columns int // that a line of an excerpt may take, with its number; 0 is 80
}

// ordinary is how many columns a screen has of which nothing is known.
const ordinary = 80

// Render draws one complaint: its place and message, the line with a caret,
// details and a hint. A line that is too long for the screen is cut around what the
// caret points at. Control characters of the file are shown, not obeyed, and
// no line is a command to a CI service (see [Inert]).
func Render(w io.Writer, d Diagnostic, src Sources, screen Screen) error {
	var b strings.Builder
	p := screen.Palette
	place := d.Pos.String()
	if place != "" {
		place += ": "
	}
	fmt.Fprintf(&b, "%s%s\n", p.Paint(p.Bold, Visible(place)), p.Paint(p.Red, Visible(d.Message)))

	number := fmt.Sprint(d.Pos.Line)
	gutter := strings.Repeat(" ", len(number)) + " " + p.Paint(p.Blue, "|")
	writeExcerpt(&b, d, src, screen, gutter)
	writeDetails(&b, d.Details, gutter)
	if d.Hint != "" {
		fmt.Fprintf(&b, "%s %s\n", strings.Repeat(" ", len(number))+" "+p.Paint(p.Blue, "="), p.Paint(p.Green, "hint: ")+Visible(d.Hint))
	}
	_, err := io.WriteString(w, Inert(b.String()))
	return err
}

// writeExcerpt shows the line of a complaint, and the earlier one that it belongs to.
func writeExcerpt(b *strings.Builder, d Diagnostic, src Sources, screen Screen, gutter string) {
	text, ok := src.line(d.Pos.File, d.Pos.Line)
	if !ok {
		return
	}
	p, number := screen.Palette, fmt.Sprint(d.Pos.Line)
	columns := cmp.Or(screen.Columns, ordinary) - len(number) - len(" | ")
	fmt.Fprintf(b, "%s\n", gutter)
	if line, above := contextOf(d, src); above {
		shown, _ := excerpt(line, Pos{}, columns)
		fmt.Fprintf(b, "%s %s\n", p.Paint(p.Blue, fmt.Sprintf("%*d |", len(number), d.Context.Line)), shown)
		if d.Context.Line < d.Pos.Line-1 {
			fmt.Fprintf(b, "%s ...\n", gutter)
		}
	}
	shown, caret := excerpt(text, d.Pos, columns)
	fmt.Fprintf(b, "%s %s\n", p.Paint(p.Blue, number+" |"), shown)
	if caret != "" {
		fmt.Fprintf(b, "%s %s\n", gutter, p.Paint(p.Red, caret))
	}
}

// writeDetails shows labelled lines, their texts one below the other.
func writeDetails(b *strings.Builder, details []Detail, gutter string) {
	width := 0
	for _, det := range details {
		width = max(width, utf8.RuneCountInString(Visible(det.Label)))
	}
	for _, det := range details {
		for i, line := range strings.Split(strings.TrimRight(det.Text, "\n"), "\n") {
			label := ""
			if i == 0 && det.Label != "" {
				label = Visible(det.Label) + ":"
			}
			fmt.Fprintf(b, "%s\n", strings.TrimRight(fmt.Sprintf("%s   %-*s %s", gutter, width+1, label, Visible(line)), " "))
		}
	}
}

// contextOf gives the earlier line that a complaint belongs to, if there is one.
func contextOf(d Diagnostic, src Sources) (string, bool) {
	if d.Context.File != d.Pos.File || d.Context.Line >= d.Pos.Line {
		return "", false
	}
	return src.line(d.Context.File, d.Context.Line)
}
