package spec

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
)

// unit says how one sort of scalar is written.
type unit[T any] struct {
	want string // the expected value, for complaints
	read func(text string) (T, error)
}

// The units of the language. Every quantity is written with its unit.
var (
	textUnit     = unit[string]{"text", func(s string) (string, error) { return s, nil }}
	durationUnit = unit[time.Duration]{"a duration, such as 900ms", readDuration}
	spanUnit     = unit[time.Duration]{"a duration, such as 900ms or -20ms", readSpan}
	levelUnit    = unit[float64]{"a level, such as -20dB", readSuffixed("dB", 1, "-20dB")}
	frequency    = unit[float64]{"a frequency, such as 440Hz", readSuffixed("Hz", 1, "440Hz")}
	digitsUnit   = unit[string]{"DTMF digits, such as 12#", readDigits}
	hexUnit      = unit[string]{"hexadecimal digits", readHex}
	countUnit    = unit[int]{"a whole number", readCount}
	codeUnit     = unit[int]{"a close code", readCode}
	octetsUnit   = unit[int]{"a number of octets, such as 300 or 64KiB", readOctets}
)

func readDuration(s string) (time.Duration, error) {
	d, err := expr.ParseDuration(s)
	if err == nil {
		return d, nil
	}
	return 0, diag.Hinted("a number and its unit, such as 900ms, 1.5s or 2m", "%q is not a duration", s)
}

// readSpan reads a difference of times, which can be negative.
func readSpan(s string) (time.Duration, error) {
	text, negative := strings.CutPrefix(s, "-")
	d, err := readDuration(text)
	if negative {
		d = -d
	}
	return d, err
}

func readSuffixed(suffix string, scale float64, example string) func(string) (float64, error) {
	return func(s string) (float64, error) {
		number, ok := strings.CutSuffix(s, suffix)
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if !ok || err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, diag.Hinted("such as "+example, "%q is not a number with the unit %s", s, suffix)
		}
		return v * scale, nil
	}
}

// readDigits reads the keys of a telephone (ITU-T Q.23). It gives letters in
// upper case, as they are in digits that are heard.
func readDigits(s string) (string, error) {
	s = strings.ToUpper(s)
	if strings.Trim(s, "0123456789*#ABCD") != "" {
		return s, diag.Hinted("0 to 9, *, # and A to D", "%q has a character that is not a DTMF digit", s)
	}
	return s, nil
}

// readHex gives hexadecimal digits in lower case, as events give theirs.
func readHex(s string) (string, error) {
	_, err := octets("hex", s)
	return strings.ToLower(s), err
}

func readCount(s string) (int, error) {
	v, err := strconv.Atoi(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", s)
	}
	return v, nil
}

// readCode reads a close code: any number of 16 bits (RFC 6455 5.5.1).
func readCode(s string) (int, error) {
	v, err := readCount(s)
	if v < 0 || v > 65535 {
		return 0, diag.Hinted("a code has 16 bits: 0 to 65535", "%d is no close code", v)
	}
	return v, err
}

// readOctets reads a number of octets, 0 to 1 GiB.
func readOctets(s string) (int, error) {
	return ParseOctets(s, 1<<30)
}

// ParseOctets reads a number of octets such as 300, 64KiB or 4MiB, from 0 to
// most.
func ParseOctets(s string, most int) (int, error) {
	number, scale := s, 1
	for _, u := range []struct {
		suffix string
		scale  int
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}} {
		if n, ok := strings.CutSuffix(s, u.suffix); ok {
			number, scale = n, u.scale
			break
		}
	}
	v, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || v < 0 || v > most/scale {
		return 0, diag.Hinted(fmt.Sprintf("such as 300, 64KiB or 4MiB, at most %dMiB", most>>20), "%q is not a number of octets", s)
	}
	return v * scale, nil
}
