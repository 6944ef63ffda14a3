package runner_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/session"
)

// lateWait wakes whoever waits into a stretch of time only at its end: that of
// a machine which stood still meanwhile.
func lateWait(start time.Time, from, to time.Duration) session.Wait {
	return func(ctx context.Context, until time.Time) error {
		if at := until.Sub(start); at >= from && at < to {
			until = start.Add(to)
		}
		return session.Timer(ctx, until)
	}
}

// However much lateness is allowed, a failure after a quarter of a second in which nothing was done is nobody's.
func TestStandstillExcuses(t *testing.T) {
	for _, tt := range []struct {
		allowed, stood time.Duration
		want           string
	}{
		{ms, 60 * ms, "inconclusive 5"}, {ms, 40 * ms, "failed 5"}, {50 * ms, 260 * ms, "inconclusive 5"}, {50 * ms, 240 * ms, "failed 5"},
		{300 * ms, 290 * ms, "failed 5"}, {300 * ms, 310 * ms, "inconclusive 5"},
	} {
		fake(t, func(p *peer) { p.pause(500 * ms); p.say("b") }, func(s *stage) {
			s.options.MaxLateness = tt.allowed
			s.options.Clock.Wait = lateWait(time.Now(), 100*ms, 100*ms+tt.stood)
			sc := s.steps("- connect\n- expect: {message: a}\n  within: 1s")
			if got, _, _ := strings.Cut(verdict(sc), ":"); got != tt.want {
				t.Errorf("with %s allowed, a wrong answer after %s: %s, want %s", tt.allowed, tt.stood, verdict(sc), tt.want)
			}
		})
	}
}

// Our own lateness excuses a failure that it may have caused, and never makes
// one pass.
func TestLatenessExcuses(t *testing.T) {
	byTime := "- connect\n- expect: message\n  within: 1s"
	byContent := "- connect\n- expect: {message: a}\n  within: 1s"
	tests := []struct {
		name     string
		from, to time.Duration // no wake-up between
		play     func(p *peer)
		steps    string
		want     string
		but      string // what is said beside
	}{
		{"in time", 0, 0, func(*peer) {}, byTime, "failed 6", ""},
		{"late at the deadline", 995 * ms, 1002 * ms, func(*peer) {}, byTime, "inconclusive 6", "around the deadline"},
		{"late, but no more than is allowed", 996 * ms, 1001 * ms, func(*peer) {}, byTime, "failed 6", ""},
		{"late for 1 % of the time", 300 * ms, 320 * ms, func(*peer) {}, byTime, "inconclusive 6", "p99"},
		{"late long before", 0, 0, func(*peer) {}, "- connect\n- wait: 3s\n- expect: message\n  within: 100ms", "failed 7", ""},
		{"late, but before the step", 300 * ms, 310 * ms, func(*peer) {}, "- connect\n- wait: 3s\n- expect: message\n  within: 100ms", "failed 7", ""},
		{"a wrong answer from a machine that is late", 100 * ms, 120 * ms, func(p *peer) { p.pause(500 * ms); p.say("b") }, byContent, "failed 5", ""},
		{"a wrong answer after a standstill", 100 * ms, 400 * ms, func(p *peer) { p.pause(500 * ms); p.say("b") }, byContent, "inconclusive 5", "stood still"},
		{"a right answer after a standstill", 100 * ms, 400 * ms, func(p *peer) { p.pause(500 * ms); p.say("a") }, byContent, "passed", ""},
		{"a standstill that lasts", 700 * ms, time.Hour, func(*peer) {}, byTime, "inconclusive 6", "read late"},
		{"silence that a machine in time noticed", 0, 0, func(*peer) {}, "- connect\n- absent: message\n  within: 1s", "passed", ""},
		{"silence, but late long before its end", 300 * ms, 310 * ms, func(*peer) {}, "- connect\n- absent: message\n  within: 1s", "passed", ""},
		{"silence, but late at its end", 995 * ms, 1002 * ms, func(*peer) {}, "- connect\n- absent: message\n  within: 1s", "passed", ""},
		{"silence, but late at its end and disturbed after it", 995 * ms, 1002 * ms, func(p *peer) { p.pause(1500 * ms); p.say("a") }, "- connect\n- absent: message\n  within: 1s", "inconclusive 5", "around the deadline"},
		{"silence that a machine in time noticed, and what comes after it", 0, 0, func(p *peer) { p.pause(1500 * ms); p.say("a") }, "- connect\n- absent: message\n  within: 1s\n- expect: {message: a}", "passed", ""},
		{"silence, but the connection ends after it", 995 * ms, 1002 * ms, func(p *peer) { p.pause(1500 * ms); p.close(1000) }, "- connect\n- absent: message\n  within: 1s", "inconclusive 5", "around the deadline"},
		{"silence, but late at the end of what is too long to be repeated", 5995 * ms, 6002 * ms, func(*peer) {}, "- connect\n- absent: message\n  within: 6s", "inconclusive 5", "around the deadline"},
		{"silence, but late all the while", 300 * ms, 5500 * ms, func(*peer) {}, "- connect\n- absent: message\n  within: 1s", "inconclusive 5", "stood still"},
		{"nothing, but late at its end", 995 * ms, 1002 * ms, func(*peer) {}, "- connect\n- expect: {one_of: {some: message, none: nothing}}\n  within: 1s", "passed", ""},
		{"nothing, but late at its end and disturbed after it", 995 * ms, 1002 * ms, func(p *peer) { p.pause(1500 * ms); p.say("a") }, "- connect\n- expect: {one_of: {some: message, none: nothing}}\n  within: 1s", "inconclusive 5", "around the deadline"},
		{"silence, for more than a tenth of which the machine stood still, and disturbed after it", 300 * ms, 410 * ms, func(p *peer) { p.pause(1500 * ms); p.say("a") }, "- connect\n- absent: message\n  within: 1s", "inconclusive 5", "stood still for 110ms of the 1s"},
		{"silence, for less than a tenth of which it did", 300 * ms, 390 * ms, func(p *peer) { p.pause(1500 * ms); p.say("a") }, "- connect\n- absent: message\n  within: 1s\n- expect: {message: a}", "passed", ""},
		{"nothing, for more than a tenth of which it did", 300 * ms, 410 * ms, func(*peer) {}, "- connect\n- expect: {one_of: {some: message, none: nothing}}\n  within: 1s", "passed", ""},
		{"the whole time after a standstill", 100 * ms, 400 * ms, func(*peer) {}, "- connect\n- expect: message\n  within: 90s", "inconclusive 5", "stood still"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake(t, tt.play, func(s *stage) {
				s.options.Clock.Wait = lateWait(time.Now(), tt.from, tt.to)
				sc := s.steps(tt.steps)
				if got, _, _ := strings.Cut(verdict(sc), ":"); got != tt.want {
					t.Fatalf("got %s, want %s", verdict(sc), tt.want)
				}
				var said []string
				if len(sc.Problems) > 0 {
					for _, d := range sc.Problems[0].Diagnostic.Details {
						if d.Label == "but" {
							said = append(said, d.Text)
						}
					}
				}
				if got := strings.Join(said, "; "); (got == "") != (tt.but == "") || !strings.Contains(got, tt.but) {
					t.Errorf("said %q, want %q", got, tt.but)
				}
			})
		})
	}
}

// No further scenario starts while this machine is later than half of what is
// allowed, but not for ever.
func TestScenariosAreHeldBack(t *testing.T) {
	tests := []struct {
		name     string
		suite    string
		late     time.Duration // whoever waits, until
		until    time.Duration
		from, to time.Duration // when the second scenario starts; the first ends at 300 ms
	}{
		{"in time", "dialect: twilio\n", 0, 0, 300 * ms, 301 * ms},
		{"late by less than half", "dialect: twilio\n", 2 * ms, time.Hour, 300 * ms, 310 * ms},
		{"late for a while", "dialect: twilio\n", 4 * ms, 600 * ms, 690 * ms, 730 * ms},
		{"without media", "", 4 * ms, time.Hour, 300 * ms, 310 * ms},
		{"late for ever", "dialect: twilio\n", 4 * ms, time.Hour, 5300 * ms, 5330 * ms},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake(t, func(*peer) {}, func(s *stage) {
				start := time.Now()
				s.options.Jobs = 1
				s.options.Clock.Wait = func(ctx context.Context, until time.Time) error {
					if until.Sub(start) < tt.until {
						until = until.Add(tt.late)
					}
					return session.Timer(ctx, until)
				}
				run := s.run(tt.suite + "serial: true\nscenarios:\n- {name: a, steps: [wait: 300ms]}\n- {name: b, steps: [connect, wait: 1ms]}\n- {name: c, steps: [connect, wait: 1ms]}\n")
				scenarios := run.Suites[0].Scenarios
				if got := scenarios[1].Start; got < tt.from || got > tt.to {
					t.Errorf("the second scenario started at %s, want %s to %s", got, tt.from, tt.to)
				}
				if rest := scenarios[2].Start - scenarios[1].Start; rest > 50*ms {
					t.Errorf("the third scenario was held back for %s more", rest)
				}
			})
		})
	}
}

// A run that is interrupted holds nothing back.
func TestHoldingBackIsInterrupted(t *testing.T) {
	fake(t, func(*peer) {}, func(s *stage) {
		s.options.Jobs = 1
		s.options.Clock.Wait = func(ctx context.Context, until time.Time) error {
			return session.Timer(ctx, until.Add(4*ms))
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		start := time.Now()
		s.prepare("dialect: twilio\nserial: true\nscenarios:\n- {name: a, steps: [wait: 300ms]}\n- {name: b, steps: [connect, wait: 1ms]}\n").Run(ctx)
		if took := time.Since(start); took > 1100*ms {
			t.Errorf("the run ended %s after it began, and was interrupted after 1s", took)
		}
	})
}
