package match

import (
	"bytes"
	"fmt"
	"math"
	"time"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// plain is a matcher that is a value, written or computed.
type plain struct{}

func (plain) read(r reader, m *Matcher, v *yamldoc.Node) { r.compared(m, v) }
func (plain) describe(m *Matcher) string                 { return Show(m.Data.Value()) }

// ask compares. A computed object or list counts as if it were written there: an object matches
// as a subset.
func (plain) ask(m *Matcher, v any, at *place, to *asking) answer {
	return like(m, m.Data.Value(), v, at, to)
}

// like is equality, except for objects: the value may have more members than want, at any
// depth.
func like(m *Matcher, want, v any, at *place, to *asking) answer {
	if lines, ok := v.(expr.Lines); ok && KindOf(want) == List {
		v = lines.List()
	}
	object, ok := want.(*expr.Mapping)
	list, isList := want.([]any)
	switch {
	case ok && KindOf(v) == Object:
		a := yes
		for name, item := range object.All() {
			a = a.and(like(m, item, member(v, name), at.key(name), to))
		}
		return a
	case isList && KindOf(v) == List && len(list) == len(v.([]any)):
		a := yes
		for i, item := range v.([]any) {
			a = a.and(like(m, list[i], item, at.item(i), to))
		}
		return a
	}
	a := equal(want, v)
	if a.is != is {
		why := a.why
		if w, ok := want.([]byte); ok && KindOf(v) == KindOf(want) {
			why = Unlike(w, v.([]byte))
		}
		to.tell(m, at, Show(want), Show(v), why)
	}
	return a
}

// compared reads an operand that values are compared with.
func (r reader) compared(m *Matcher, n *yamldoc.Node) {
	value.NoMatchers(n, r.out)
	if r.operand(m, n) {
		r.constant(m.Data)
	}
}

// equality is $eq and $exact.
type equality struct{}

func (equality) read(r reader, m *Matcher, v *yamldoc.Node)        { r.compared(m, v) }
func (equality) ask(m *Matcher, v any, _ *place, _ *asking) answer { return equal(m.Data.Value(), v) }
func (equality) describe(m *Matcher) string {
	if m.row.word == "$exact" {
		return "exact " + Show(m.Data.Value())
	}
	return Show(m.Data.Value())
}

// inequality is $ne. It also holds for a missing value.
type inequality struct{ equality }

func (inequality) ask(m *Matcher, v any, _ *place, _ *asking) answer {
	return equal(m.Data.Value(), v).opposite()
}
func (inequality) describe(m *Matcher) string { return "anything but " + Show(m.Data.Value()) }

// among is $in.
type among struct{}

func (among) read(r reader, m *Matcher, v *yamldoc.Node) {
	value.NoMatchers(v, r.out)
	if !r.operand(m, v) {
		return
	}
	items, ok := m.Data.Items()
	if !ok && m.Data.Computed() == nil {
		yamldoc.Expected(v, "a list", r.out)
	}
	for _, item := range items {
		r.constant(item)
	}
}

func (among) ask(m *Matcher, v any, _ *place, _ *asking) answer {
	list, ok := m.Data.Value().([]any) // a computed value need not be a list
	if !ok {
		return cannot("$in takes a list, not " + KindOf(m.Data.Value()).String())
	}
	a := no
	for _, item := range list {
		a = a.or(equal(item, v))
	}
	return a
}

func (among) describe(m *Matcher) string { return "one of " + Show(m.Data.Value()) }

// existence is $exists.
type existence struct{}

func (existence) read(r reader, m *Matcher, v *yamldoc.Node) {
	if _, ok := yamldoc.Bool(v); !ok {
		yamldoc.Expected(v, "true or false", r.out)
		return
	}
	m.Data = value.Read(v, value.Literal, r.out)
}

func (existence) ask(m *Matcher, v any, _ *place, _ *asking) answer {
	return answerOf(m.Data.Value() == (KindOf(v) != Missing))
}

func (existence) describe(m *Matcher) string {
	if m.Data.Value() == true {
		return "that it is there"
	}
	return "that it is not there"
}

// equal compares values. A number never equals text. A duration equals text only if the operand
// is that text: text from a peer is no duration.
func equal(want, v any) answer {
	want = expr.Settle(want)
	if lines, ok := v.(expr.Lines); ok {
		return equalLines(want, lines)
	}
	if KindOf(want) == Named || KindOf(v) == Named {
		return cannot("an object that is no JSON is compared by its members")
	}
	if x, ok := decimalOf(want); ok {
		y, ok := decimalOf(v)
		return answerOf(ok && x.compare(y) == 0)
	}
	switch w := want.(type) {
	case time.Duration:
		return equalDuration(w, v)
	case string:
		if d, ok := v.(time.Duration); ok {
			wanted, err := expr.ParseDuration(w)
			return answerOf(err == nil && wanted == d)
		}
		return answerOf(v == want)
	case []byte:
		got, ok := v.([]byte)
		return answerOf(ok && bytes.Equal(w, got))
	case []any:
		return equalLists(w, v)
	case *expr.Mapping:
		return equalObjects(w, v)
	case *expr.Tag:
		got, ok := v.(*expr.Tag)
		if !ok || got.Number != w.Number {
			return no
		}
		return equal(w.Content, got.Content)
	case expr.Simple:
		return answerOf(v == want)
	case float64: // it is no decimal, so it is NaN or an infinity
		got, _ := v.(float64)
		return answerOf(got == w || math.IsNaN(got) && math.IsNaN(w))
	}
	return answerOf(want == nil && v == nil || want == true && v == true || want == false && v == false)
}

// equalLines compares a list with all lines, and any other value with the one text that they
// stand for. If they stand for none, they cannot be compared with one.
func equalLines(want any, lines expr.Lines) answer {
	if KindOf(want) == List {
		return equal(want, lines.List())
	}
	text, ok := lines.Text()
	if !ok {
		return cannot(fmt.Sprintf("it came %d times, and is compared with a list", len(lines.Each)))
	}
	return equal(want, text)
}

func equalDuration(want time.Duration, v any) answer {
	if _, ok := v.(string); ok {
		return cannot("a duration is not compared with text; quoted, it is text")
	}
	return answerOf(v == any(want))
}

func equalLists(want []any, v any) answer {
	got, ok := v.([]any)
	if !ok || len(got) != len(want) {
		return no
	}
	a := yes
	for i := range want {
		a = a.and(equal(want[i], got[i]))
	}
	return a
}

func equalObjects(want *expr.Mapping, v any) answer {
	got, ok := v.(*expr.Mapping)
	if !ok || got.Len() != want.Len() {
		return no
	}
	a := yes
	for name, item := range want.All() {
		other, ok := got.Get(name)
		if !ok {
			return no
		}
		a = a.and(equal(item, other))
	}
	return a
}
