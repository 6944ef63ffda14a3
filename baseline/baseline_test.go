package baseline

import (
	"testing"
	"time"

	"github.com/duologue/duologue/trace"
)

const ms = time.Millisecond

// run gives a run of one scenario with the figures of a series, in nanoseconds.
func run(late time.Duration, v trace.Verdict, figures ...trace.Spread) *trace.Run {
	sc := trace.Scenario{Name: "n", Verdict: v, Series: &trace.Series{Figures: figures}}
	sc.Lateness.Read.Max = late
	return &trace.Run{Suites: []trace.Suite{{Name: "s", Scenarios: []trace.Scenario{sc}}}}
}

func figure(name, worse string, count int, p50, p95 time.Duration) trace.Spread {
	return trace.Spread{Name: name, Unit: "ns", Worse: worse, Count: count, P50: float64(p50), P95: float64(p95)}
}

func TestCompare(t *testing.T) {
	g := Guard{Share: 0.2, Time: 50 * ms, Decibels: 3, MaxLateness: 5 * ms}
	one := func(worse string, d time.Duration) trace.Spread { return figure("a", worse, 1, d, d) }
	db := func(v float64) trace.Spread {
		return trace.Spread{Name: "a", Unit: "dB", Worse: "less", Count: 1, P50: v}
	}
	for _, tt := range []struct {
		name        string
		before, now *trace.Run
		want        Outcome
	}{
		{"as before", run(0, trace.Passed, one("more", 400*ms)), run(0, trace.Passed, one("more", 400*ms)), Same},
		{"beyond the share alone", run(0, trace.Passed, one("more", 100*ms)), run(0, trace.Passed, one("more", 140*ms)), Same},
		{"beyond the time alone", run(0, trace.Passed, one("more", 1000*ms)), run(0, trace.Passed, one("more", 1100*ms)), Same},
		{"at the guard", run(0, trace.Passed, one("more", 1000*ms)), run(0, trace.Passed, one("more", 1200*ms)), Same},
		{"beyond both", run(0, trace.Passed, one("more", 1000*ms)), run(0, trace.Passed, one("more", 1201*ms)), Worse},
		{"less is better", run(0, trace.Passed, one("more", 1000*ms)), run(0, trace.Passed, one("more", 700*ms)), Better},
		{"less is worse", run(0, trace.Passed, one("less", 1000*ms)), run(0, trace.Passed, one("less", 700*ms)), Worse},
		{"either is worse", run(0, trace.Passed, one("either", 1000*ms)), run(0, trace.Passed, one("either", 700*ms)), Worse},
		{"from nothing", run(0, trace.Passed, one("more", 0)), run(0, trace.Passed, one("more", 51*ms)), Worse},
		{"from below zero", run(0, trace.Passed, one("more", -100*ms)), run(0, trace.Passed, one("more", 100*ms)), Worse},
		{"we were late", run(0, trace.Passed, one("more", 1000*ms)), run(30*ms, trace.Passed, one("more", 1220*ms)), Unsure},
		{"we were late then", run(30*ms, trace.Passed, one("more", 1000*ms)), run(0, trace.Passed, one("more", 1220*ms)), Unsure},
		{"late, but not so late", run(0, trace.Passed, one("more", 1000*ms)), run(30*ms, trace.Passed, one("more", 1300*ms)), Worse},
		{"late within the bound", run(0, trace.Passed, one("more", 1000*ms)), run(5*ms, trace.Passed, one("more", 1203*ms)), Worse},
		{"an inconclusive run", run(0, trace.Passed, one("more", 1000*ms)), run(0, trace.Inconclusive, one("more", 1900*ms)), Unsure},
		{"a level", run(0, trace.Passed, db(-20)), run(0, trace.Passed, db(-23.5)), Worse},
		{"a level within", run(0, trace.Passed, db(0)), run(0, trace.Passed, db(-2.5)), Same},
		{"lateness does not lower a level", run(time.Second, trace.Passed, db(-20)), run(time.Second, trace.Passed, db(-23.5)), Worse},
		{"gone", run(0, trace.Passed, one("more", 400*ms)), run(0, trace.Passed), Gone},
		{"new", run(0, trace.Passed), run(0, trace.Passed, one("more", 400*ms)), New},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Compare(tt.before, tt.now, g)
			if len(c.Rows) != 1 || c.Rows[0].Outcome != tt.want || c.Count(tt.want) != 1 || len(c.NotRun) > 0 {
				t.Errorf("Compare = %+v, want one that is %s", c, tt.want)
			}
			if compared := tt.want != Gone && tt.want != New; compared != (c.Compared == 1) {
				t.Errorf("%d compared", c.Compared)
			}
		})
	}
}

// A p95 of few values is chance and is not compared.
func TestCompareTails(t *testing.T) {
	g := Guard{Share: 0.2, Time: 50 * ms}
	few, many := figure("a", "more", 19, 400*ms, 900*ms), figure("a", "more", 20, 400*ms, 900*ms)
	was := figure("a", "more", 20, 400*ms, 450*ms)
	if c := Compare(run(0, trace.Passed, was), run(0, trace.Passed, few), g); c.Count(Worse) != 0 || c.Count(Same) != 1 {
		t.Errorf("of 19: %+v", c)
	}
	if c := Compare(run(0, trace.Passed, was), run(0, trace.Passed, many), g); c.Count(Worse) != 1 || c.Rows[1].Of != "p95" {
		t.Errorf("of 20: %+v", c)
	}
}

// A figure or scenario that only one run has is told.
func TestCompareNames(t *testing.T) {
	before, now := run(0, trace.Passed, figure("a", "more", 1, ms, ms)), run(0, trace.Skipped)
	if c := Compare(before, now, Guard{}); len(c.Rows) != 0 || len(c.NotRun) != 1 || c.NotRun[0] != "s › n" || c.Compared != 0 {
		t.Errorf("a scenario that is skipped: %+v", c)
	}
	if c := Compare(before, &trace.Run{}, Guard{}); len(c.NotRun) != 1 {
		t.Errorf("a scenario that is gone: %+v", c)
	}
}

func TestParseGuard(t *testing.T) {
	if g, err := ParseGuard("50ms, 20%"); err != nil || g != (Guard{Share: 0.2, Time: 50 * ms}) {
		t.Errorf("ParseGuard = %+v, %v", g, err)
	}
	if _, err := ParseGuard(DefaultGuard); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"", "20", "20%,30%", "-5%", "-5ms", "x%", "NaN%", "Inf%", "1dB,2dB", "20%,"} {
		if g, err := ParseGuard(text); err == nil {
			t.Errorf("ParseGuard(%q) = %+v", text, g)
		}
	}
}

// If several suites have one name, because their files do, each is compared with
// its own.
func TestSameNames(t *testing.T) {
	g := Guard{Share: 0.2, Time: 50 * ms, MaxLateness: 5 * ms}
	both := func(first, second time.Duration) *trace.Run {
		a := run(0, trace.Passed, figure("a", "more", 1, first, first))
		a.Suites = append(a.Suites, run(0, trace.Passed, figure("a", "more", 1, second, second)).Suites...)
		return a
	}
	c := Compare(both(100*ms, 900*ms), both(850*ms, 900*ms), g)
	if len(c.Rows) != 2 || c.Rows[0].Outcome != Worse || c.Rows[1].Outcome != Same {
		t.Errorf("Compare = %+v, want worse and same", c.Rows)
	}
}
