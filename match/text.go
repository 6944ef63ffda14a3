package match

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"strings"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// part is $contains, $starts_with and $ends_with.
type part struct {
	says  string
	holds func(whole, part []byte, step int) bool
}

func startsWithPart(whole, part []byte, _ int) bool { return bytes.HasPrefix(whole, part) }
func endsWithPart(whole, part []byte, _ int) bool   { return bytes.HasSuffix(whole, part) }

// containsPart looks for a part that has a multiple of step octets before it.
func containsPart(whole, part []byte, step int) bool {
	for from := 0; ; {
		i := bytes.Index(whole[from:], part)
		if i < 0 {
			return false
		}
		if (from+i)%max(step, 1) == 0 {
			return true
		}
		from += i + 1
	}
}

func (part) read(r reader, m *Matcher, v *yamldoc.Node) {
	m.at = r.at
	switch {
	case m.row.of&List != 0 && r.at.canBe(List):
		value.NoMatchers(v, r.out)
		r.in(r.at.inner()).operand(m, v)
	case v.Kind != yamldoc.Scalar || v.IsEmpty():
		yamldoc.Expected(v, "text", r.out)
	case r.at.Of == Text:
		r.operand(m, v)
	default:
		m.Data = value.Read(v, textScalar, r.out)
	}
}

func (p part) ask(m *Matcher, v any, _ *place, _ *asking) answer {
	want := m.Data.Value()
	if lines, ok := v.(expr.Lines); ok {
		if part, ok := want.(string); ok {
			return answerOf(lines.Contains(part))
		}
		v = expr.Settle(v)
	}
	if list, ok := v.([]any); ok {
		a := no
		for _, item := range list {
			a = a.or(equal(want, item))
		}
		return a
	}
	whole, _ := octetsOf(v)
	piece, ok := octetsOf(want)
	if !ok || KindOf(v) == Text && KindOf(want) == Octets {
		return cannot(KindOf(want).String() + " cannot be a part of " + KindOf(v).String())
	}
	return answerOf(p.holds(whole, piece, m.at.Step))
}

func (p part) describe(m *Matcher) string { return p.says + " " + Show(m.Data.Value()) }

// octetsOf gives the octets of text, or octets as they are.
func octetsOf(v any) ([]byte, bool) {
	switch v := v.(type) {
	case string:
		return []byte(v), true
	case []byte:
		return v, true
	}
	return nil, false
}

// maxRegexp is the longest regular expression, in octets. The compiled form can
// be large.
const maxRegexp = 1 << 10

// pattern is $matches.
type pattern struct{}

func (pattern) read(r reader, m *Matcher, v *yamldoc.Node) {
	var err error
	switch {
	case v.Kind != yamldoc.Scalar || v.IsEmpty():
		yamldoc.Expected(v, "text", r.out)
	case strings.Contains(v.Text, "${"):
		r.out.Hintf(v.Pos, "a $ before a brace is written \\$", "a regular expression is not computed from ${…}")
	case len(v.Text) > maxRegexp:
		r.out.Addf(v.Pos, "a regular expression has at most %d octets", maxRegexp)
	default:
		m.Data = value.Read(v, textScalar, r.out)
		if m.regexp, err = regexp.Compile(v.Text); err != nil {
			r.out.Hintf(v.Pos, "the syntax is RE2's, as in Go", "%v", err)
		}
	}
}

func (pattern) ask(m *Matcher, v any, _ *place, to *asking) answer {
	text, why := textOf(v)
	if why != nil {
		return cannot(why.Error())
	}
	if len(text) <= m.longText() {
		return answerOf(m.regexp.MatchString(text))
	}
	r := runes{ctx: to.ctx, text: strings.NewReader(text)}
	found := m.regexp.MatchReader(&r)
	if to.ctx.Err() != nil {
		return cannot("it took too long")
	}
	return answerOf(found)
}

// longText is the most octets of text that are matched without checking the
// context, which is faster. It keeps that to a few seconds at worst: a program
// may be as long as its expression, and a hundred times as long with counted
// repetitions.
func (m *Matcher) longText() int {
	if strings.Contains(m.regexp.String(), "{") {
		return 1 << 10
	}
	return 32 << 10
}

// runes reads text until ctx ends. A match may take a microsecond for each octet
// of the text and each octet of the expression.
type runes struct {
	ctx  context.Context
	text *strings.Reader
	read int
}

// ReadRune gives the next rune, and io.EOF after ctx has ended.
func (r *runes) ReadRune() (rune, int, error) {
	if r.read++; r.read%64 == 0 && r.ctx.Err() != nil {
		return 0, 0, io.EOF
	}
	return r.text.ReadRune()
}

func (pattern) describe(m *Matcher) string { return "text that matches " + Show(m.Data.Value()) }

// asText is $text: a matcher of the text that octets are in UTF-8.
type asText struct{}

func (asText) read(r reader, m *Matcher, v *yamldoc.Node) {
	m.Items = []Matcher{r.in(Textual).matcher(v)}
}

func (asText) ask(m *Matcher, v any, at *place, to *asking) answer {
	text, why := textOf(v)
	if why != nil {
		return cannot(why.Error())
	}
	return m.Items[0].ask(text, at.then(".text"), to)
}

func (asText) describe(m *Matcher) string { return "text: " + Describe(m.Items[0]) }

// textOf gives text, or the text that octets are in UTF-8.
func textOf(v any) (string, error) {
	if data, ok := v.([]byte); ok {
		return string(data), WhyNoText(data)
	}
	return v.(string), nil
}
