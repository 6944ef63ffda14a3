package expr

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// points is the registry of points in time that a label may have, in the order
// of the language's reference.
var points = []string{"at", "first", "start", "end", "speech_start", "speech_end", "played_start", "played_end"}

// Points lists the points in time that a moment may name.
func Points() []string { return slices.Clone(points) }

// Moment is the point in time LABEL.POINT, moved by Offset.
type Moment struct {
	Label, Point string
	Offset       time.Duration
}

// String writes m as ParseMoment reads it.
func (m Moment) String() string {
	s := m.Label + "." + m.Point
	switch {
	case m.Offset > 0:
		return s + " + " + FormatDuration(m.Offset)
	case m.Offset < 0:
		return s + " - " + strings.TrimPrefix(FormatDuration(m.Offset), "-")
	}
	return s
}

// ParseMoment reads `LABEL.POINT`, `LABEL.POINT + DURATION` or `LABEL.POINT -
// DURATION`. The error is an *Error.
func ParseMoment(s string) (Moment, error) {
	m, err := parseMoment(s)
	if err != nil {
		return Moment{}, err
	}
	return m, nil
}

func parseMoment(s string) (Moment, *Error) {
	c := cursor{src: s}
	chain, ok := c.labelPoint()
	if !ok {
		return Moment{}, notAMoment(s, c.at)
	}
	m, err := chain.moment()
	if err != nil {
		return Moment{}, err
	}
	c.space()
	if c.done() {
		return m, nil
	}
	sign := c.sign()
	if sign == 0 {
		return Moment{}, c.rest().errorf("unexpected %q after the moment %s", brief(s[c.at:]), m).
			hint("write LABEL.POINT, or LABEL.POINT + DURATION")
	}
	c.space()
	d, err := parseDuration(strings.TrimRight(s[c.at:], " \t"), c.at)
	if err != nil {
		return Moment{}, err
	}
	m.Offset = time.Duration(sign) * d
	return m, nil
}

func notAMoment(s string, at int) *Error {
	e := span{0, len(s)}.errorf("%q is not a moment", brief(s))
	word := strings.TrimSpace(s)
	if at > 0 && CheckName(word) == nil {
		return e.hint("write a point of it, such as %s.at or %s.end", word, word)
	}
	return e.hint("write LABEL.POINT, or LABEL.POINT + DURATION, such as reply.start + 1200ms")
}

// Difference is the time from B to A, written A - B. It is negative if A came
// first.
type Difference struct{ A, B Moment }

// String writes d as ParseDifference reads it.
func (d Difference) String() string { return d.A.String() + " - " + d.B.String() }

// ParseDifference reads `LABEL.POINT - LABEL.POINT`. There are three returns: a
// difference, true, nil; the zero value, false, nil if s has another form, so
// that it is an expression; and the zero value, true, *Error if s was meant as a
// difference and is wrong. The moments take no offset, because `a.start - b.end
// - 1s` would have two meanings.
func ParseDifference(s string) (Difference, bool, error) {
	a, b, ok := splitDifference(s)
	if !ok {
		return Difference{}, false, nil
	}
	if !a.meant() && !b.meant() || reserved[a.label] || reserved[b.label] {
		return Difference{}, false, nil
	}
	var d Difference
	var err *Error
	if d.A, err = a.moment(); err != nil {
		return Difference{}, true, err
	}
	if d.B, err = b.moment(); err != nil {
		return Difference{}, true, err
	}
	if a.offset.len > 0 {
		return Difference{}, true, offsetInDifference(s, a.offset)
	}
	if b.offset.len > 0 {
		return Difference{}, true, offsetInDifference(s, b.offset)
	}
	return d, true, nil
}

func offsetInDifference(s string, at span) *Error {
	return at.errorf("a difference of moments takes no offset %q", brief(s[at.off:at.off+at.len])).
		hint("move the bound of the matcher instead")
}

// reserved are the roots that are not labels.
var reserved = map[string]bool{
	"vars": true, "env": true, "matrix": true, "each": true, "args": true,
	"target": true, "endpoints": true, "services": true, "event": true,
}

// chain is LABEL.WORD in a text, and the offset after it.
type chain struct {
	label, word string
	labelAt     span
	wordAt      span
	offset      span
}

// meant reports whether the word is a point, or nearly one.
func (c chain) meant() bool { return nearest(c.word, points) != "" }

func (c chain) moment() (Moment, *Error) {
	if !slices.Contains(points, c.word) {
		return Moment{}, c.wordAt.errorf("unknown point %q of %q", c.word, c.label).hint("%s", didYouMean(c.word, points))
	}
	if reserved[c.label] {
		return Moment{}, c.labelAt.errorf("%q is not a label", c.label)
	}
	return Moment{Label: c.label, Point: c.word}, nil
}

// splitDifference reads `CHAIN [± DURATION] - CHAIN [± DURATION]`.
func splitDifference(s string) (a, b chain, ok bool) {
	c := cursor{src: s}
	if a, ok = c.labelPoint(); !ok {
		return a, b, false
	}
	a.offset = c.offset()
	c.space()
	if c.sign() != -1 {
		return a, b, false
	}
	if b, ok = c.labelPoint(); !ok {
		return a, b, false
	}
	b.offset = c.offset()
	c.space()
	return a, b, c.done()
}

// cursor reads the small grammar of moments from left to right.
type cursor struct {
	src string
	at  int
}

func (c *cursor) done() bool { return c.at == len(c.src) }

func (c *cursor) rest() span { return span{c.at, len(c.src) - c.at} }

func (c *cursor) space() {
	for !c.done() && (c.src[c.at] == ' ' || c.src[c.at] == '\t') {
		c.at++
	}
}

// sign reads + or - and gives 1 or -1. It gives 0 if there is none.
func (c *cursor) sign() int {
	if c.done() {
		return 0
	}
	switch c.src[c.at] {
	case '+':
		c.at++
		return 1
	case '-':
		c.at++
		return -1
	}
	return 0
}

func (c *cursor) word() (string, span) {
	from := c.at
	for !c.done() {
		r, n := utf8.DecodeRuneInString(c.src[c.at:])
		if !isWordRune(r) {
			break
		}
		c.at += n
	}
	return c.src[from:c.at], span{from, c.at - from}
}

func (c *cursor) labelPoint() (chain, bool) {
	var ch chain
	c.space()
	ch.label, ch.labelAt = c.word()
	if CheckName(ch.label) != nil || c.done() || c.src[c.at] != '.' {
		return ch, false
	}
	c.at++
	ch.word, ch.wordAt = c.word()
	// a longer chain, an index or a call is not a moment
	return ch, ch.word != "" && (c.done() || !strings.ContainsRune(".[(", rune(c.src[c.at])))
}

// offset reads `± DURATION`. If there is none, it reads nothing.
func (c *cursor) offset() span {
	start := c.at
	c.space()
	from := c.at
	if c.sign() != 0 {
		c.space()
		digits := c.at
		for !c.done() && (isDigit(c.src[c.at]) || c.src[c.at] == '.') {
			c.at++
		}
		if c.at > digits {
			c.word()
			return span{from, c.at - from}
		}
	}
	c.at = start
	return span{}
}
