package assertions_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// load reads a load as a scenario would write it.
func load(t *testing.T, assert string) *spec.Load {
	t.Helper()
	var out diag.List
	s := spec.Parse("t.yaml", "scenarios: [{name: n, load: {times: 2, assert: {"+assert+"}}, steps: [connect]}]", &out)
	if !out.Empty() {
		t.Fatalf("%s: %v", assert, out.Err())
	}
	l, err := s.Scenarios[0].Load.Bind(expr.Env{Names: expr.Map{}})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// hundred gives the durations from 1 to 100 ms, in nanoseconds.
func hundred() []float64 {
	var out []float64
	for k := 100; k > 0; k-- {
		out = append(out, float64(time.Duration(k)*ms))
	}
	return out
}

func TestLoad(t *testing.T) {
	for _, tt := range []struct {
		name   string
		check  string
		values []float64
		lost   int // runs without a value
		late   time.Duration
		want   trace.Verdict
		actual string
	}{
		{"p50", "$p50: 50ms", hundred(), 0, 0, trace.Passed, "50ms"},
		{"p95", "$p95: 95ms", hundred(), 0, 0, trace.Passed, "95ms"},
		{"p99", "$p99: {$lt: 100ms}", hundred(), 0, 0, trace.Passed, "99ms"},
		{"mean", "$mean: 50.5ms", hundred(), 0, 0, trace.Passed, "50.5ms"},
		{"max", "$max: 100ms", hundred(), 0, 0, trace.Passed, "100ms"},
		{"too much", "$p95: {$lt: 90ms}", hundred(), 0, 0, trace.Failed, "95ms"},
		{"too little", "$p50: {$gt: 60ms}", hundred(), 0, 0, trace.Failed, "50ms"},
		{"a p95 without some", "$p95: {$lt: 100ms}", hundred(), 4, 0, trace.Passed, "95ms to 99ms, as 4 runs have no such figure"},
		{"they may be the slow ones", "$p95: {$lt: 97ms}", hundred(), 4, 0, trace.Failed, "95ms to 99ms"},
		{"they may be the quick ones", "$p50: {$gt: 50ms}", hundred(), 4, 0, trace.Failed, "48ms to 52ms"},
		{"late, but they may be the slow ones", "$p95: {$lt: 97ms}", hundred(), 4, 6 * ms, trace.Failed, "95ms to 99ms"},
		{"no runs at all", "$p50: {$lt: 9s}", nil, 0, 0, trace.Failed, "not measurable: 0 of 0 runs"},
		{"a mean of no runs", "$mean: {$lt: 9s}", nil, 0, 0, trace.Failed, "not measurable: 0 of 0 runs"},
		{"a p95 without too many", "$p95: {$lt: 9s}", hundred(), 6, 0, trace.Failed, "not measurable: 6 of 106 runs"},
		{"a maximum without one", "$max: {$lt: 9s}", hundred(), 1, 0, trace.Failed, "not measurable: 1 of 101 runs"},
		{"a mean without one", "$mean: {$lt: 9s}", hundred(), 1, 0, trace.Failed, "not measurable: 1 of 101 runs"},
		{"a median without half of them", "$p50: {$lt: 9s}", hundred(), 100, 0, trace.Failed, "not measurable: 100 of 200 runs"},
		{"nothing measured", "$p50: {$lt: 9s}", nil, 5, 0, trace.Failed, "not measurable: 5 of 5 runs"},
		{"we were late", "$p95: {$lt: 90ms}", hundred(), 0, 6 * ms, trace.Inconclusive, "95ms"},
		{"not that late", "$p95: {$lt: 80ms}", hundred(), 0, 6 * ms, trace.Failed, "95ms"},
		{"the wrong way round", "$max: {$lt: 9s}", []float64{-5e6, 1e6}, 0, 0, trace.Failed, "1ms, and -5ms in one run"},
		{"a lower bound allows it", "$max: {$gt: -9s, $lt: 9s}", []float64{-5e6, 1e6}, 0, 0, trace.Passed, "1ms"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := load(t, "a.at - b.at: {"+tt.check+"}")
			of := l.Checks[0].Of[0]
			c := assertions.Load(of.Pos, "a.at - b.at", of.Name, of.Value, assertions.Measured{Values: tt.values, Unit: "ns", Missing: tt.lost}, tt.late)
			if c.Verdict != tt.want || !strings.HasPrefix(c.Actual, tt.actual) {
				t.Errorf("%s is %s with %q, want %s with %q", tt.check, c.Verdict, c.Actual, tt.want, tt.actual)
			}
		})
	}
	// If only the runs without a value keep a check from passing, their excuse is its verdict.
	for check, want := range map[string]trace.Verdict{"$max: {$lt: 1s}": "", "$p95: {$lt: 97ms}": "", "$p95: {$lt: 9s}": trace.Passed, "$p50: {$lt: 9ms}": trace.Failed} {
		of := load(t, "a.at - b.at: {"+check+"}").Checks[0].Of[0]
		for _, excuse := range []trace.Verdict{trace.Inconclusive, trace.Errored} {
			c := assertions.Load(of.Pos, "a", of.Name, of.Value, assertions.Measured{Values: hundred(), Unit: "ns", Missing: 4, Excuse: excuse}, 0)
			if c.Verdict != want && (want != "" || c.Verdict != excuse) {
				t.Errorf("%s, without runs that were %s: %s", check, excuse, c.Verdict)
			}
		}
	}
}

func TestPassed(t *testing.T) {
	for _, tt := range []struct {
		assert   string
		verdicts map[trace.Verdict]int
		want     trace.Verdict
	}{
		{"passed: {$gte: 99%}", map[trace.Verdict]int{trace.Passed: 99, trace.Failed: 1}, trace.Passed},
		{"passed: {$gte: 99%}", map[trace.Verdict]int{trace.Passed: 98, trace.Failed: 2}, trace.Failed},
		{"passed: {$gte: 99%}", map[trace.Verdict]int{trace.Passed: 98, trace.Inconclusive: 2}, trace.Inconclusive},
		{"passed: {$gte: 99%}", map[trace.Verdict]int{trace.Passed: 97, trace.Failed: 1, trace.Inconclusive: 2}, trace.Inconclusive},
		{"passed: {$gte: 99%}", map[trace.Verdict]int{trace.Passed: 97, trace.Failed: 2, trace.Inconclusive: 1}, trace.Failed},
		{"passed: {$gte: 99%}", map[trace.Verdict]int{trace.Passed: 98, trace.Errored: 2}, trace.Errored},
		{"passed: {$gte: 99%}", map[trace.Verdict]int{trace.Passed: 97, trace.Failed: 1, trace.Errored: 2}, trace.Errored},
		{"passed: {$gte: 99%}", map[trace.Verdict]int{trace.Passed: 97, trace.Failed: 2, trace.Errored: 1}, trace.Failed},
		{"passed: {$gte: 99%}", map[trace.Verdict]int{trace.Passed: 97, trace.Failed: 1, trace.Errored: 1, trace.Inconclusive: 1}, trace.Errored},
		{"passed: {$lt: 50%}", map[trace.Verdict]int{trace.Passed: 60, trace.Errored: 40}, trace.Errored},
		{"passed: {$gte: 99%}", map[trace.Verdict]int{trace.Passed: 98, trace.Skipped: 2}, trace.Failed},
		{"passed: {$lt: 50%}", map[trace.Verdict]int{trace.Passed: 10, trace.Failed: 90}, trace.Passed},
		{"passed: 100%", map[trace.Verdict]int{trace.Passed: 99999, trace.Failed: 1}, trace.Failed},
		{"a: {$max: 1}", map[trace.Verdict]int{trace.Passed: 100}, trace.Passed},
		{"a: {$max: 1}", map[trace.Verdict]int{trace.Passed: 99999, trace.Failed: 1}, trace.Failed},
	} {
		s := &trace.Series{Verdicts: tt.verdicts}
		for _, n := range tt.verdicts {
			s.Runs += n
		}
		if c := assertions.Passed(diag.Pos{}, &load(t, tt.assert).Passed, s); c.Verdict != tt.want {
			t.Errorf("%s of %v is %s (%s), want %s", tt.assert, tt.verdicts, c.Verdict, c.Actual, tt.want)
		}
	}
}

// The check stands at `passed` if it is written, and at the load otherwise. A smaller share is worse.
func TestPassedSays(t *testing.T) {
	here := diag.Pos{File: "t.yaml", Line: 9}
	for assert, want := range map[string]trace.Check{
		"passed: {$lt: 50%}": {Pos: diag.Pos{File: "t.yaml", Line: 1, Col: 57, Len: 1}, Expected: "less than 50%", Figure: &trace.Figure{Value: 25, Unit: "%", Worse: "more"}},
		"a: {$max: 1}":       {Pos: here, Expected: "100%", Figure: &trace.Figure{Value: 25, Unit: "%", Worse: "less"}},
	} {
		s := &trace.Series{Runs: 4, Verdicts: map[trace.Verdict]int{trace.Passed: 1, trace.Failed: 3}}
		c := assertions.Passed(here, &load(t, assert).Passed, s)
		got := trace.Check{Pos: c.Pos, Expected: c.Expected, Figure: c.Figure}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the check of %s (-want +got):\n%s", assert, diff)
		}
	}
}

// A share is told in a few digits, but a little is not told as 0 %, and all but a little is not told as 100 %. So is a
// mean, with its unit.
func TestLoadIsToldInFewDigits(t *testing.T) {
	for _, tt := range []struct {
		good, of int
		want     string
	}{{2, 3, "66.67% (2 of 3 runs)"}, {3, 3, "100% (3 of 3 runs)"}, {99999, 100000, "99.999% (99999 of 100000 runs)"}, {1, 100000, "0.001% (1 of 100000 runs)"}} {
		s := &trace.Series{Runs: tt.of, Verdicts: map[trace.Verdict]int{trace.Passed: tt.good, trace.Failed: tt.of - tt.good}}
		if c := assertions.Passed(diag.Pos{}, &load(t, "a: {$max: 1}").Passed, s); c.Actual != tt.want {
			t.Errorf("%d of %d is %s, want %s", tt.good, tt.of, c.Actual, tt.want)
		}
	}
	for check, want := range map[string]string{"$mean: {$gt: 9}": "6.667dB", "$mean: {$lte: 6.667}": "6.667dB", "$mean: {$lt: 6.667}": "6.666666666666667dB"} {
		of := load(t, "vars.x: {"+check+"}").Checks[0].Of[0]
		c := assertions.Load(of.Pos, "x", of.Name, of.Value, assertions.Measured{Values: []float64{6, 7, 7}, Unit: "dB"}, 0)
		if c.Actual != want {
			t.Errorf("%s is told as %s, want %s", check, c.Actual, want)
		}
	}
}

// Figures need not be durations. Our lateness does not excuse plain numbers.
func TestLoadOfNumbers(t *testing.T) {
	for _, tt := range []struct {
		check string
		want  trace.Verdict
	}{{"$max: {$lt: 3}", trace.Passed}, {"$max: 2.5", trace.Passed}, {"$max: {$gt: 3}", trace.Failed}, {"$max: {$ne: 2.5}", trace.Failed}} {
		of := load(t, "vars.x: {"+tt.check+"}").Checks[0].Of[0]
		c := assertions.Load(of.Pos, "x", of.Name, of.Value, assertions.Measured{Values: []float64{2.5, -1}}, 6*ms)
		if c.Verdict != tt.want || c.Actual != "2.5" {
			t.Errorf("%s is %s with %q, want %s with 2.5", tt.check, c.Verdict, c.Actual, tt.want)
		}
	}
	for _, tt := range []struct {
		value any
		want  float64 // 0: none
	}{{json.Number("5"), 5}, {json.Number("1e999"), 0}, {5, 5}, {int64(5), 5}, {0.5, 0.5}, {5 * time.Nanosecond, 5}, {"5", 0}} {
		f := assertions.Figure(tt.value)
		if (f != nil) != (tt.want != 0) || f != nil && (f.Value != tt.want || f.Worse != "more") {
			t.Errorf("Figure(%T %v) = %+v, want %v", tt.value, tt.value, f, tt.want)
		}
	}
}
