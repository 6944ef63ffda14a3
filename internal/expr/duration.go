package expr

import (
	"math/big"
	"strconv"
	"strings"
	"time"
)

const durationUnits = "us, ms, s, m or h"

var unitLength = map[string]time.Duration{
	"us": time.Microsecond,
	"ms": time.Millisecond,
	"s":  time.Second,
	"m":  time.Minute,
	"h":  time.Hour,
}

// ParseDuration reads a duration as the language writes it: one decimal number
// and one unit (us, ms, s, m, h), such as 900ms, 1.2s, 2m or 20us. It is not
// negative, and must be a whole number of nanoseconds. The error is an *Error.
func ParseDuration(s string) (time.Duration, error) {
	d, err := parseDuration(s, 0)
	if err != nil {
		return 0, err
	}
	return d, nil
}

// parseDuration is ParseDuration for text that begins at off in its source.
func parseDuration(s string, off int) (time.Duration, *Error) {
	whole := span{off, len(s)}
	digits := 0
	for digits < len(s) && (isDigit(s[digits]) || s[digits] == '.') {
		digits++
	}
	number, unit := s[:digits], s[digits:]
	if !isDecimal(number) {
		return 0, whole.errorf("%q is not a duration", brief(s)).hint("write a number and a unit, such as 900ms or 1.2s")
	}
	if unit == "" {
		return 0, whole.errorf("the duration %q has no unit", brief(s)).hint("write a unit, such as %sms", brief(number))
	}
	length, ok := unitLength[unit]
	if !ok {
		return 0, unknownUnit(s, unit, span{off + digits, len(unit)})
	}
	if digits > 30 {
		return 0, whole.errorf("the duration %q has too many digits", brief(s))
	}
	r, _ := new(big.Rat).SetString(number)
	r.Mul(r, new(big.Rat).SetInt64(int64(length)))
	if !r.IsInt() {
		return 0, whole.errorf("the duration %q is not a whole number of nanoseconds", s)
	}
	if !r.Num().IsInt64() {
		return 0, whole.errorf("the duration %q is too long", s).hint("at most 292 years")
	}
	return time.Duration(r.Num().Int64()), nil
}

func unknownUnit(s, unit string, at span) *Error {
	e := at.errorf("unknown unit %q in the duration %q", brief(unit), brief(s))
	d, err := time.ParseDuration(s)
	if err == nil && d >= 0 {
		return e.hint("write one number and one unit: %s", FormatDuration(d))
	}
	return e.hint("the units are " + durationUnits)
}

// isDecimal reports whether s is digits, perhaps followed by a point and digits,
// without superfluous leading zeros (012 is one of YAML's traps).
func isDecimal(s string) bool {
	whole, fraction, point := strings.Cut(s, ".")
	if whole == "" || point && fraction == "" || strings.Contains(fraction, ".") {
		return false
	}
	return whole == "0" || whole[0] != '0'
}

// FormatDuration writes d exactly and as ParseDuration reads it, with a minus
// sign if it is negative. The unit is us below a millisecond, ms below a second,
// and s from there on.
func FormatDuration(d time.Duration) string {
	sign, n := "", uint64(d)
	if d < 0 {
		sign, n = "-", -n
	}
	switch {
	case n == 0:
		return "0s"
	case n < uint64(time.Millisecond):
		return sign + decimal(n, uint64(time.Microsecond)) + "us"
	case n < uint64(time.Second):
		return sign + decimal(n, uint64(time.Millisecond)) + "ms"
	}
	return sign + decimal(n, uint64(time.Second)) + "s"
}

// decimal writes n / unit. The unit is a power of ten.
func decimal(n, unit uint64) string {
	s := strconv.FormatUint(n/unit, 10)
	if n%unit == 0 {
		return s
	}
	fraction := strconv.FormatUint(unit+n%unit, 10)[1:]
	return s + "." + strings.TrimRight(fraction, "0")
}
