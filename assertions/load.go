package assertions

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Measured is the values of one figure over the runs of a load.
type Measured struct {
	Values  []float64
	Unit    string
	Missing int // runs without a value
	// Excuse is the verdict of a check that only the runs without a value keep from holding. It is inconclusive, or
	// error if some of them ended in error. It is "" if one of them failed.
	Excuse trace.Verdict
}

// Load holds a figure over all runs ($p50, $p95, $p99, $mean, $max) against a matcher. A run without a value could have
// had any value, so it is counted once as the least and once as the greatest, and the matcher must hold both times. A
// percentile can hold in spite of a few such runs, mean and maximum cannot. A duration that fails by not more than late
// is inconclusive.
func Load(pos diag.Pos, subject, word string, m match.Matcher, v Measured, late time.Duration) trace.Check {
	c := trace.Check{Pos: pos, Subject: subject + " " + word, Verdict: trace.Failed, Expected: match.Describe(m)}
	low, high, ok := v.over(word)
	if !ok {
		c.Actual = fmt.Sprintf("not measurable: %d of %d runs have no such figure", v.Missing, v.Missing+len(v.Values))
		c.Verdict = cmp.Or(v.Excuse, c.Verdict)
		return c
	}
	least, greatest := v.value(low), v.value(high)
	c.Figure = figure(greatest, m)
	c.Actual = v.shown(m, high)
	if low != high {
		c.Actual = fmt.Sprintf("%s to %s, as %d runs have no such figure", v.shown(m, low), v.shown(m, high), v.Missing)
	}
	holdsLeast, holdsGreatest := len(match.Match(m, least, "")) == 0, len(match.Match(m, greatest, "")) == 0
	if d, _ := v.value(slices.Min(v.Values)).(time.Duration); d < 0 && !m.HasLowerBound() {
		c.Actual += fmt.Sprintf(", and %s in one run (the wrong way round, and no lower bound allows that)", diag.Round(d))
		return c
	}
	d, timed := greatest.(time.Duration)
	switch {
	case holdsLeast && holdsGreatest:
		c.Verdict = trace.Passed
	case holdsLeast || holdsGreatest:
		c.Verdict = cmp.Or(v.Excuse, c.Verdict)
	case timed && low == high && nearly(d, late, spans(m)):
		c.Verdict = trace.Inconclusive
	}
	return c
}

// over gives one figure over all runs: low counts the missing ones as the least, high as the greatest. ok is false if
// the figure could be one of the missing values.
func (v Measured) over(word string) (low, high float64, ok bool) {
	if len(v.Values) == 0 {
		return 0, 0, false
	}
	slices.Sort(v.Values)
	percent := map[string]int{"$p50": 50, "$p95": 95, "$p99": 99, "$max": 100}[word]
	if word == "$mean" {
		mean := trace.SpreadOf(v.Values).Mean
		return mean, mean, v.Missing == 0
	}
	all := len(v.Values) + v.Missing
	i := max((all*percent+99)/100, 1) - 1
	if i >= len(v.Values) || i < v.Missing {
		return 0, 0, false
	}
	return v.Values[i-v.Missing], v.Values[i], true
}

// shown gives a value with its unit.
func (v Measured) shown(m match.Matcher, f float64) string {
	if v.Unit == "ns" {
		return shown(m, time.Duration(f))
	}
	short := diag.Number(f)
	if r, err := strconv.ParseFloat(short, 64); err != nil || fits(m, r) != fits(m, f) {
		short = strconv.FormatFloat(f, 'f', -1, 64)
	}
	return short + v.Unit
}

func (v Measured) value(f float64) any {
	if v.Unit == "ns" {
		return time.Duration(f)
	}
	return f
}

// Passed holds the share of runs that passed against a matcher. If it is not set, all must pass. An inconclusive run has
// not passed. If the check would hold with the inconclusive runs, it is inconclusive; if it would hold with those that
// ended in error, or if no run failed, it is an error.
func Passed(pos diag.Pos, q *spec.Quantity, s *trace.Series) trace.Check {
	c := trace.Check{Pos: pos, Subject: "passed", Verdict: trace.Passed, Expected: "100%"}
	if q.IsSet() {
		c.Pos, c.Expected = q.Pos, match.Describe(q.Matcher)
	}
	good := s.Verdicts[trace.Passed] + s.Verdicts[trace.Flaky]
	holds := func(n int) bool {
		if !q.IsSet() {
			return n == s.Runs
		}
		return len(match.Match(q.Matcher, shareOf(n, s.Runs), "passed")) == 0
	}
	share := shareOf(good, s.Runs)
	c.Actual = fmt.Sprintf("%s (%d of %d runs)", shownShare(share), good, s.Runs)
	c.Figure = figure(share, q.Matcher)
	if !q.IsSet() {
		c.Figure.Worse = "less"
	}
	switch {
	case holds(good):
	case holds(good + s.Verdicts[trace.Inconclusive]):
		c.Verdict = trace.Inconclusive
	case s.Verdicts[trace.Errored] > 0 && (s.Verdicts[trace.Failed] == 0 || holds(good+s.Verdicts[trace.Inconclusive]+s.Verdicts[trace.Errored])):
		c.Verdict = trace.Errored
	default:
		c.Verdict = trace.Failed
	}
	return c
}

// shareOf does not round: one run of 100000 is not 0 %.
func shareOf(n, of int) spec.Percent { return spec.Percent(100 * float64(n) / float64(of)) }
