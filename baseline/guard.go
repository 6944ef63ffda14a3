package baseline

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Guard is how much a figure may change. A figure is worse only if it exceeds
// its share and, if its unit has one, the fixed amount.
type Guard struct {
	Share       float64       // of the earlier figure; 0.2 is 20 %
	Time        time.Duration // of durations
	Decibels    float64       // of levels, for which a share means nothing
	MaxLateness time.Duration // beyond it, our own lateness may explain a change of a duration
}

// DefaultGuard is the guard if the user gives none.
const DefaultGuard = "20%,50ms,3dB"

// ParseGuard reads a guard such as 20%,50ms: at most one share, one duration and
// one level, in any order. A part that is left out is zero.
func ParseGuard(text string) (Guard, error) {
	var g Guard
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		unit := "a duration"
		var err error
		switch {
		case strings.HasSuffix(part, "%"):
			unit = "a share"
			g.Share, err = strconv.ParseFloat(strings.TrimSuffix(part, "%"), 64)
			g.Share /= 100
		case strings.HasSuffix(part, "dB"):
			unit = "a level"
			g.Decibels, err = strconv.ParseFloat(strings.TrimSuffix(part, "dB"), 64)
		default:
			g.Time, err = time.ParseDuration(part)
		}
		if err != nil || !(g.Share >= 0 && g.Decibels >= 0 && g.Time >= 0) || math.IsInf(g.Share+g.Decibels, 0) {
			return g, fmt.Errorf("%q is no share, duration or level, such as 20%%, 50ms or 3dB", part)
		}
		if seen[unit] {
			return g, fmt.Errorf("%q holds %s twice", text, unit)
		}
		seen[unit] = true
	}
	return g, nil
}

// beyond reports whether a change of a figure is more than the guard allows.
func (g Guard) beyond(change, before float64, unit string) bool {
	switch unit {
	case "dB", "LUFS":
		return change > g.Decibels
	case "ns":
		return change > float64(g.Time) && change > g.Share*math.Abs(before)
	}
	return change > g.Share*math.Abs(before)
}

// String gives the guard as it is written.
func (g Guard) String() string {
	return fmt.Sprintf("%s%%, %s, %sdB", strconv.FormatFloat(100*g.Share, 'f', -1, 64), g.Time, strconv.FormatFloat(g.Decibels, 'f', -1, 64))
}
