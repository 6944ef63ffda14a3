package diag

import (
	"math"
	"strconv"
	"time"
)

// Round gives a duration as a person would say it: two to five digits.
func Round(d time.Duration) string { return Rounded(d).String() }

// Rounded is the duration that [Round] shows.
func Rounded(d time.Duration) time.Duration {
	switch abs := d.Abs(); {
	case abs >= 10*time.Second:
		return d.Round(100 * time.Millisecond)
	case abs >= time.Second:
		return d.Round(time.Millisecond)
	case abs >= 10*time.Millisecond:
		return d.Round(100 * time.Microsecond)
	}
	return d.Round(time.Microsecond)
}

// Number gives a number as a person would say it: all digits before the point, and in
// all at least four.
func Number(f float64) string {
	if f == 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	places := max(0, 3-int(math.Floor(math.Log10(math.Abs(f)))))
	short, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', places, 64), 64) // what it wrote itself
	return strconv.FormatFloat(short, 'f', -1, 64)
}
