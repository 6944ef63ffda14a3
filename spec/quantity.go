package spec

import (
	"strconv"
	"strings"
	"time"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/match"
)

// The quantities of audio checks.
type (
	Decibels float64 // a level or a ratio of levels
	LUFS     float64 // a loudness (ITU-R BS.1770)
	Percent  float64 // a share: 100 is all
	Hertz    float64 // a frequency
	PPM      float64 // a deviation, in parts per million
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

func number(v match.Amount) string { return strconv.FormatFloat(v.Number(), 'f', -1, 64) }

// Quantity is a matcher for a measured value that has one unit. The zero value
// checks nothing.
type Quantity struct{ match.Matcher }

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

// readDifference reads a duration that may be negative.
func readDifference(s string) (time.Duration, error) {
	positive, negative := strings.CutPrefix(s, "-")
	d, err := readDuration(positive)
	if negative {
		d = -d
	}
	return d, err
}

func inDuration(q *Quantity) yamldoc.Shape   { return quantity(q, spanUnit, match.Duration) }
func inDifference(q *Quantity) yamldoc.Shape { return quantity(q, differenceUnit, match.Duration) }
func inDecibels(q *Quantity) yamldoc.Shape   { return quantity(q, decibelUnit, match.Quantity) }
func inLoudness(q *Quantity) yamldoc.Shape   { return quantity(q, loudnessUnit, match.Quantity) }
func inHertz(q *Quantity) yamldoc.Shape      { return quantity(q, hertzUnit, match.Quantity) }
func inPPM(q *Quantity) yamldoc.Shape        { return quantity(q, ppmUnit, match.Quantity) }
func inPercent(q *Quantity) yamldoc.Shape    { return quantity(q, percentUnit, match.Quantity) }
func inCount(q *Quantity) yamldoc.Shape      { return quantity(q, countUnit, match.Number) }
func inWords(q *Quantity) yamldoc.Shape      { return quantity(q, textUnit, match.Text) }

func decibels(v *Value[Decibels]) yamldoc.Shape { return valueShape(v, decibelUnit) }

func quantity[T any](q *Quantity, u unit[T], of match.Kind) yamldoc.Shape {
	return match.Shape(&q.Matcher, inUnit(u, of))
}

// inUnit is the position of a value that is never missing. It is written or
// computed in a unit.
func inUnit[T any](u unit[T], of match.Kind) *match.Position {
	return &match.Position{Of: of, Want: u.want, Always: true, Read: scalarIn(u), Computed: func(v any) (any, error) {
		if t, ok := v.(T); ok {
			return t, nil
		}
		return readText(u, v)
	}}
}

// scalarIn reads a scalar in a unit.
func scalarIn[T any](u unit[T]) func(*yamldoc.Node) (any, error) {
	return func(n *yamldoc.Node) (any, error) { return u.read(n.Text) }
}

// bind computes every ${…}.
func (q *Quantity) bind(env expr.Env) error {
	if !q.IsSet() {
		return nil
	}
	var err error
	q.Matcher, err = q.Matcher.Bind(env)
	return err
}
