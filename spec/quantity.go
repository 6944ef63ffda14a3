package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Amount is a number that has a unit of its own.
type Amount interface {
	Number() float64
	String() string // with the unit
}

// The amounts of audio checks.
type (
	Decibels float64 // a level or a ratio of levels
	LUFS     float64 // a loudness (ITU-R BS.1770)
	Percent  float64 // a share: 100 is all
	Hertz    float64 // a frequency
	PPM      float64 // a deviation, in millionths
)

// Number gives the number without the unit.
func (v Decibels) Number() float64 { return float64(v) }

// Number gives the number without the unit.
func (v LUFS) Number() float64 { return float64(v) }

// Number gives the number without the unit.
func (v Percent) Number() float64 { return float64(v) }

// Number gives the number without the unit.
func (v Hertz) Number() float64 { return float64(v) }

// Number gives the number without the unit.
func (v PPM) Number() float64 { return float64(v) }

func (v Decibels) String() string { return number(v) + "dB" }
func (v LUFS) String() string     { return number(v) + "LUFS" }
func (v Percent) String() string  { return number(v) + "%" }
func (v Hertz) String() string    { return number(v) + "Hz" }
func (v PPM) String() string      { return number(v) + "ppm" }

func number(v Amount) string { return strconv.FormatFloat(v.Number(), 'f', -1, 64) }

// Quantity is a matcher for what is measured in one unit. The zero value asks
// for nothing.
type Quantity struct {
	Matcher
	read func(value any) (any, error) // what an operand stands for in the unit
}

// IsSet reports whether anything is asked.
func (q *Quantity) IsSet() bool { return q.Op != "" }

var (
	decibelUnit    = amountUnit[Decibels]("a level", "dB", "-20dB")
	loudnessUnit   = amountUnit[LUFS]("a loudness", "LUFS", "-23LUFS")
	percentUnit    = amountUnit[Percent]("a share", "%", "95%")
	hertzUnit      = amountUnit[Hertz]("a frequency", "Hz", "440Hz")
	ppmUnit        = amountUnit[PPM]("a deviation", "ppm", "50ppm")
	differenceUnit = unit[time.Duration]{"a duration, such as 900ms or -5ms", readDifference}
)

func amountUnit[T ~float64](what, suffix, example string) unit[T] {
	return unit[T]{what + ", such as " + example, func(s string) (T, error) {
		v, err := readSuffixed(suffix, 1, example)(s)
		return T(v), err
	}}
}

// readDifference reads a duration that may be below zero.
func readDifference(s string) (time.Duration, error) {
	positive, negative := strings.CutPrefix(s, "-")
	d, err := readDuration(positive)
	if negative {
		d = -d
	}
	return d, err
}

func inDuration(q *Quantity) yamldoc.Shape { return quantity(q, spanUnit, amounts) }
func inDifference(q *Quantity) yamldoc.Shape {
	return quantity(q, differenceUnit, amounts)
}
func inDecibels(q *Quantity) yamldoc.Shape { return quantity(q, decibelUnit, amounts) }
func inLoudness(q *Quantity) yamldoc.Shape { return quantity(q, loudnessUnit, amounts) }
func inHertz(q *Quantity) yamldoc.Shape    { return quantity(q, hertzUnit, amounts) }
func inPPM(q *Quantity) yamldoc.Shape      { return quantity(q, ppmUnit, amounts) }
func inPercent(q *Quantity) yamldoc.Shape  { return quantity(q, percentUnit, amounts) }
func inCount(q *Quantity) yamldoc.Shape    { return quantity(q, countUnit, amounts) }
func inWords(q *Quantity) yamldoc.Shape    { return quantity(q, textUnit, texts) }

func decibels(v *Value[Decibels]) yamldoc.Shape { return valueShape(v, decibelUnit) }

// The words that an amount, and that text, can be held against. Any other would
// never match, so that its $not always would.
var (
	amounts = []string{"$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$between", "$approx", "$in", "$not", "all"}
	texts   = []string{"$eq", "$ne", "$in", "$contains", "$starts_with", "$ends_with", "$not", "all"}
)

func quantity[T any](q *Quantity, u unit[T], ops []string) yamldoc.Shape {
	shape := matchShape(&q.Matcher, inUnit(u))
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		q.read = func(v any) (any, error) {
			if t, ok := v.(T); ok {
				return t, nil
			}
			return u.read(fmt.Sprint(v))
		}
		shape.Decode(n, out)
		if m := q.find(func(m *Matcher) bool { return !slices.Contains(ops, m.Op) || m.nested() }); m != nil && m.known() {
			out.Hintf(m.Pos, "a plain value, or one of "+strings.Join(ops[:len(ops)-1], ", "), "%s cannot be held against %s", m.name(), u.want)
		}
	}, shape.Describe)
}

// nested reports whether a word that takes one value was given several.
func (m *Matcher) nested() bool {
	return m.Op != "$between" && m.Op != "$approx" && m.Op != "$in" && m.Data.kind != yamldoc.Scalar
}

// known reports whether readMatcher has not complained about the word already.
func (m *Matcher) known() bool {
	_, ok := matchWords[m.Op]
	return ok || !strings.HasPrefix(m.Op, "$")
}

// name is what a person calls the matcher.
func (m *Matcher) name() string {
	switch m.Op {
	case "object":
		return "a mapping"
	case "list":
		return "a list"
	}
	return m.Op
}

// find gives the first matcher, from the outside in, for which f holds.
func (m *Matcher) find(f func(*Matcher) bool) *Matcher {
	if f(m) {
		return m
	}
	for i := range m.Items {
		if found := m.Items[i].find(f); found != nil {
			return found
		}
	}
	return nil
}

// bind computes every ${…} and reads what came of it in the unit.
func (q *Quantity) bind(env expr.Env) error {
	var err error
	if q.Matcher, err = q.Matcher.Bind(env); err != nil {
		return err
	}
	q.find(func(m *Matcher) bool {
		m.Data, err = m.Data.inUnit(q.read)
		return err != nil
	})
	return err
}

// inUnit reads every scalar of bound data in a unit.
func (d Data) inUnit(read func(any) (any, error)) (Data, error) {
	var err error
	switch {
	case d.node == nil:
		return d, nil
	case d.kind == yamldoc.Sequence:
		d.list = slices.Clone(d.list)
		for i := range d.list {
			if d.list[i], err = d.list[i].inUnit(read); err != nil {
				return d, err
			}
		}
		return d, nil
	}
	if d.literal, err = read(d.literal); err != nil {
		return d, diag.At(d.Pos, err)
	}
	return d, nil
}
