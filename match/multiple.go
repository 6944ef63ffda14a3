package match

import (
	"math/big"
	"time"

	"github.com/duologue/duologue/internal/yamldoc"
)

// multiple is $multiple_of: the value is a whole multiple of another. Zero and
// negative values can be one, too.
type multiple struct{}

// tooLittle says why something cannot be the operand of $multiple_of.
const tooLittle = "$multiple_of takes what is above zero, not "

func (multiple) read(r reader, m *Matcher, v *yamldoc.Node) {
	if !r.operand(m, v) || !r.measure(m, v, m.Data) {
		return
	}
	if of, _ := m.Data.Written(); !isAboveZero(of) {
		r.out.Hintf(v.Pos, "zero is a multiple of everything, so ask for what the value counts, such as 20", "%s%s", tooLittle, exactly(of))
	}
}

func (multiple) ask(m *Matcher, v any, at *place, to *asking) answer {
	of := m.Data.Value()
	if !isAboveZero(of) { // it is computed; the opposite would hold of almost everything
		return cannot(tooLittle + exactly(of))
	}
	a := isMultiple(v, of)
	if a.is == isNot {
		to.tell(m, at, Describe(*m), exactly(v), "") // rounded it could look like a multiple
	}
	return a
}

func (multiple) describe(m *Matcher) string { return "a multiple of " + exactly(m.Data.Value()) }

// isAboveZero reports whether an operand is more than zero. What is not known yet and
// what cannot be compared is, as far as anybody knows.
func isAboveZero(v any) bool {
	if d, ok := durationOf(v); ok {
		return d > 0
	}
	d, ok := decimalOf(v)
	return !ok || !d.negative && d.digits != ""
}

// isMultiple answers whether a value is a whole multiple of an operand above zero.
func isMultiple(v, operand any) answer {
	if d, ok := v.(time.Duration); ok {
		of, ok := durationOf(operand)
		if !ok {
			return cannot("a duration is compared only with a duration")
		}
		return answerOf(d%of == 0)
	}
	d, ok1 := decimalOf(v)
	of, ok2 := decimalOf(operand)
	switch {
	case !ok1 || !ok2:
		return cannot("a number is compared only with a number")
	case len(d.digits)+len(of.digits) > maxSpan:
		return cannot("with so many digits it would take too long")
	}
	return answerOf(d.isMultipleOf(of))
}

// isMultipleOf reports whether d is a whole multiple of o, which must not be zero.
// It is exact, and no number becomes larger than the digits of both.
func (d decimal) isMultipleOf(o decimal) bool {
	if d.digits == "" {
		return true
	}
	// A number is its digits, of which the last is no zero, times a power of ten.
	power := (d.exponent - int64(len(d.digits))) - (o.exponent - int64(len(o.digits)))
	if power < 0 { // a multiple of o would have a zero where d has its last digit
		return false
	}
	number, of := d.whole(), o.whole()
	rest := new(big.Int).Exp(big.NewInt(10), big.NewInt(power), of)
	return rest.Mul(rest, number).Mod(rest, of).Sign() == 0
}

// whole gives the digits as a whole number.
func (d decimal) whole() *big.Int {
	out, _ := new(big.Int).SetString(d.digits, 10)
	return out
}

// exactly gives a value with all its digits.
func exactly(v any) string {
	if d, ok := v.(time.Duration); ok {
		return d.String()
	}
	return Show(v)
}
