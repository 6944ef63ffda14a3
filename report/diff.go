package report

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode"

	"github.com/aymanbagabas/go-udiff"

	"github.com/duologue/duologue/diag"
)

const (
	minDiff = 40      // octets of a text from which a difference helps
	maxDiff = 8 << 10 // octets of the longest texts that are compared
	around  = 30      // octets of equal text shown around a changed word
)

// difference shows how the two values of a check differ: JSON and texts of
// several lines by lines, other text by words. It gives "" if both are short, or
// if one of them is not a value ("more than 7" is not one).
func difference(expected, actual string) string {
	if len(expected) < minDiff || len(actual) < minDiff || max(len(expected), len(actual)) > maxDiff {
		return ""
	}
	a, ok1 := pretty(expected)
	b, ok2 := pretty(actual)
	if ok1 && ok2 {
		return byLines(a, b)
	}
	a, err1 := strconv.Unquote(expected)
	b, err2 := strconv.Unquote(actual)
	switch {
	case err1 != nil || err2 != nil:
		return ""
	case strings.Contains(a, "\n") && strings.Contains(b, "\n"):
		return byLines(a, b)
	}
	return byWords(a, b)
}

// pretty gives a JSON object or list on several lines.
func pretty(text string) (string, bool) {
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return "", false
	}
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", "  ") != nil {
		return "", false
	}
	return b.String(), true
}

// byLines gives a unified difference without its head.
func byLines(a, b string) string {
	a, b = strings.TrimSuffix(a, "\n")+"\n", strings.TrimSuffix(b, "\n")+"\n"
	text, err := udiff.ToUnified("", "", a, udiff.Lines(a, b), 2)
	if err != nil || text == "" {
		return ""
	}
	var out strings.Builder
	out.WriteString("- expected, + actual")
	hunk := 0
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		switch {
		case i < 2: // the names of the files
			continue
		case strings.HasPrefix(line, "@@"):
			if hunk++; hunk == 1 {
				continue
			}
			line = "…"
		}
		out.WriteString("\n" + line)
	}
	return out.String()
}

// byWords gives the text once, with removed words in [-…-] and added ones in
// {+…+}.
func byWords(a, b string) string {
	a, b = words(a), words(b)
	var out strings.Builder
	out.WriteString("[-expected-] {+actual+}\n")
	last := 0
	for _, e := range udiff.Lines(a, b) {
		out.WriteString(same(unwords(a[last:e.Start]), last == 0, false))
		if e.Start < e.End {
			out.WriteString("[-" + unwords(a[e.Start:e.End]) + "-]")
		}
		if e.New != "" {
			out.WriteString("{+" + unwords(e.New) + "+}")
		}
		last = e.End
	}
	out.WriteString(same(unwords(a[last:]), last == 0, true))
	return out.String()
}

// same shortens equal text between two changes, before the first change, or
// after the last one.
func same(text string, first, end bool) string {
	if len(text) <= 2*around+len("…") {
		return text
	}
	head, tail := diag.Clip(text, around), text[len(text)-around:]
	for len(tail) > 0 && tail[0]&0xc0 == 0x80 { // the rest of a character
		tail = tail[1:]
	}
	switch {
	case first:
		return "…" + tail
	case end:
		return head
	}
	return head + tail
}

// words puts every word and every space on a line of its own, so that a
// comparison by lines compares words. A newline of the text becomes \n.
func words(text string) string {
	text = strings.ReplaceAll(text, "\n", `\n`)
	var b strings.Builder
	var before rune
	for i, r := range text {
		if i > 0 && (boundary(r) || boundary(before)) {
			b.WriteByte('\n')
		}
		b.WriteRune(r)
		before = r
	}
	b.WriteByte('\n')
	return b.String()
}

func boundary(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func unwords(text string) string { return strings.ReplaceAll(text, "\n", "") }
