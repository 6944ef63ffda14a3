package match

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// decimal is a number as a sign, digits and an exponent: ±0.DIGITS ×
// 10^exponent. Decimals of any size compare exactly, without computing a power
// of ten.
type decimal struct {
	negative bool
	digits   string // without leading and trailing zeros; "" is zero
	exponent int64
}

// decimalOf reads any type of number that a matcher can meet.
func decimalOf(v any) (decimal, bool) {
	switch v := v.(type) {
	case json.Number:
		return parseDecimal(string(v))
	case int:
		return parseDecimal(strconv.Itoa(v))
	case int64:
		return parseDecimal(strconv.FormatInt(v, 10))
	case Amount:
		return decimalOf(v.Number())
	case float64:
		return parseDecimal(strconv.FormatFloat(v, 'e', -1, 64))
	}
	return decimal{}, false
}

// isEndless reports whether a number is NaN or an infinity, which has no decimal and no order.
func isEndless(v any) bool {
	f, ok := v.(float64)
	return ok && (math.IsNaN(f) || math.IsInf(f, 0))
}

func parseDecimal(s string) (decimal, bool) {
	var d decimal
	s, d.negative = strings.CutPrefix(s, "-")
	mantissa, exp, found := strings.Cut(strings.ToLower(s), "e")
	if found {
		e, err := strconv.ParseInt(exp, 10, 62)
		if err != nil {
			return decimal{}, false
		}
		d.exponent = e
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return decimal{}, false
	}
	d.exponent += int64(len(whole))
	all := whole + fraction
	d.digits = strings.TrimLeft(all, "0")
	d.exponent -= int64(len(all) - len(d.digits))
	d.digits = strings.TrimRight(d.digits, "0")
	if d.digits == "" {
		return decimal{}, true
	}
	return d, true
}

// compare gives -1, 0 or 1 if d is less than, equal to or greater than o.
func (d decimal) compare(o decimal) int {
	if d.negative != o.negative {
		if d.negative {
			return -1
		}
		return 1
	}
	c := d.compareMagnitude(o)
	if d.negative {
		return -c
	}
	return c
}

func (d decimal) compareMagnitude(o decimal) int {
	switch {
	case d.digits == "" || o.digits == "":
		return len(d.digits) - len(o.digits)
	case d.exponent != o.exponent:
		if d.exponent < o.exponent {
			return -1
		}
		return 1
	}
	return strings.Compare(d.digits, o.digits)
}

// maxSpan is the most digits of a computed difference. A peer may write numbers
// whose difference no memory could hold.
const maxSpan = 100_000

// distance gives how far apart two numbers are, exactly. If that would have more
// digits than [maxSpan], it gives the greater magnitude of the two.
func (d decimal) distance(o decimal) decimal {
	last := min(d.exponent-int64(len(d.digits)), o.exponent-int64(len(o.digits)))
	if max(d.exponent, o.exponent)-last > maxSpan {
		if d.compareMagnitude(o) < 0 {
			d = o
		}
		d.negative = false
		return d
	}
	a, b := d.scaled(last), o.scaled(last)
	out, _ := parseDecimal(a.Sub(a, b).Abs(a).String())
	out.exponent += last
	return out
}

// scaled gives the number in units of 10^last. The number must be a multiple of
// that.
func (d decimal) scaled(last int64) *big.Int {
	out, _ := new(big.Int).SetString("0"+d.digits+strings.Repeat("0", int(d.exponent-int64(len(d.digits))-last)), 10)
	if d.negative {
		out.Neg(out)
	}
	return out
}

// isInteger reports whether the number has no fraction, in whatever form it was
// written.
func (d decimal) isInteger() bool { return int64(len(d.digits)) <= d.exponent }

// String writes equal numbers in the same form.
func (d decimal) String() string {
	sign, n := "", int64(len(d.digits))
	if d.negative {
		sign = "-"
	}
	switch {
	case n == 0:
		return "0"
	case n <= d.exponent && d.exponent <= maxExact:
		return sign + d.digits + strings.Repeat("0", int(d.exponent-n))
	case 0 < d.exponent && d.exponent < n:
		return sign + d.digits[:d.exponent] + "." + d.digits[d.exponent:]
	case -5 < d.exponent && d.exponent <= 0:
		return sign + "0." + strings.Repeat("0", int(-d.exponent)) + d.digits
	}
	return sign + d.digits + "e" + strconv.FormatInt(d.exponent-n, 10)
}
