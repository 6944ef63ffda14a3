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

// Whatever the length of a pause and wherever it falls: a wrong answer is the
// peer's, unless the pause delayed what it was the answer to by more than a
// standstill. The message is due at 500 ms.
func TestPausesExcuseWhatTheyDelay(t *testing.T) {
	const due = 500 * ms
	for _, allowed := range []time.Duration{ms, 50 * ms, 300 * ms} {
		still := standstillOf(allowed)
		for _, stood := range []time.Duration{still / 2, still - 10*ms, still + 10*ms, 2 * still} {
			for from := time.Duration(0); from < time.Second; from += 35 * ms {
				to := from + stood
				if to <= due && to > due-60*ms || from > due && from <= due+10*ms {
					continue // whether it was delayed cannot be told to the millisecond
				}
				want := "failed 7"
				if from <= due && to > due && stood > still {
					want = "inconclusive 7"
				}
				fake(t, func(p *peer) { <-p.heard; p.pause(700 * ms); p.say("b") }, func(s *stage) {
					s.options.MaxLateness = allowed
					s.options.Clock.Wait = lateWait(time.Now(), from, to)
					sc := s.steps("- connect\n- wait: 500ms\n- send: x\n- expect: {message: a}\n  within: 3s")
					if got, _, _ := strings.Cut(verdict(sc), ":"); got != want {
						t.Errorf("with %s allowed, a wrong answer after a pause from %s to %s: %s, want %s", allowed, from, to, verdict(sc), want)
					}
				})
			}
		}
	}
}

// standstillOf is the bound that docs/language.md names.
func standstillOf(allowed time.Duration) time.Duration {
	return min(50*allowed, max(allowed, 250*ms))
}

// Whatever the length of a pause and wherever it falls: what never comes has
// failed once this machine was in time, and what comes after its time is excused by
// no more than the pause.
func TestPausesExcuseWhatComesLate(t *testing.T) {
	for _, stood := range []time.Duration{4 * ms, 10 * ms, 100 * ms, 400 * ms} {
		for from := time.Duration(0); from < 1300*ms; from += 65 * ms {
			for _, comes := range []time.Duration{0, 990 * ms, 1005 * ms, 1000*ms + stood - 2*ms, 1000*ms + stood + 20*ms} {
				want := "failed 6"
				switch {
				case comes > 0 && comes < time.Second:
					want = "passed"
				case comes > time.Second && stood > 5*ms && from < time.Second && comes <= time.Second+stood:
					want = "inconclusive 6"
				}
				fake(t, func(p *peer) {
					if comes > 0 {
						p.pause(comes)
						p.say("a")
					}
				}, func(s *stage) {
					s.options.Clock.Wait = lateWait(time.Now(), from, from+stood)
					sc := s.steps("- connect\n- expect: message\n  within: 1s")
					if got, _, _ := strings.Cut(verdict(sc), ":"); got != want && comes != 1005*ms {
						t.Errorf("a pause from %s of %s, and a message at %s: %s, want %s", from, stood, comes, verdict(sc), want)
					}
				})
			}
		}
	}
}

// A difference of times that is as asked is not believed if it would not be, had what
// came while this machine stood still come before. The peer says a at 100 ms and b at
// 200 ms, which is read as it comes; the probe was late all the same.
func TestLatenessProvesNoLeastTime(t *testing.T) {
	for _, tt := range []struct {
		name     string
		from, to time.Duration
		assert   string
		want     string
	}{
		{"in time", 0, 0, "b.at - a.at: {$gte: 90ms}", "passed"},
		{"late before both", 10 * ms, 60 * ms, "b.at - a.at: {$gte: 90ms}", "passed"},
		{"late for b", 130 * ms, 205 * ms, "b.at - a.at: {$gte: 90ms}", "inconclusive 8"},
		{"late for b, and enough all the same", 130 * ms, 205 * ms, "b.at - a.at: {$gte: 20ms}", "passed"},
		{"late for b, that is to be soon", 130 * ms, 205 * ms, "b.at - a.at: {$lt: 110ms}", "passed"},
		{"late for a, after which b is to be soon", 30 * ms, 105 * ms, "b.at - a.at: {$lt: 110ms}", "inconclusive 8"},
		{"late for a", 30 * ms, 105 * ms, "b.at - a.at: {$gte: 90ms}", "passed"},
		{"late for both, of which the order is known", 30 * ms, 205 * ms, "b.at - a.at: {$gte: 0ms}", "passed"},
		{"late for what we sent", 5 * ms, 30 * ms, "a.at - asked.at: {$lt: 110ms}", "passed"},
		{"late, and wrong", 130 * ms, 205 * ms, "b.at - a.at: {$gte: 400ms}", "failed 8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fake(t, func(p *peer) { p.pause(100 * ms); p.say("a"); p.pause(100 * ms); p.say("b") }, func(s *stage) {
				s.options.Clock.Wait = lateWait(time.Now(), tt.from, tt.to)
				got, _, _ := strings.Cut(verdict(s.steps("- connect\n- {send: x, as: asked}\n- {expect: {message: a}, as: a}\n- {expect: {message: b}, as: b}\n- assert: {"+tt.assert+"}")), ":")
				if got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
			})
		})
	}
}

// A difference of times is excused only if it would do after our lateness is
// taken out of it, all of it together: each answer of ours was late. Twice what was
// measured counts, and 50 ms. The peer says a at 100 ms, and b and c when it is asked
// and 300 ms have passed.
func TestLatenessExcusesDifferences(t *testing.T) {
	type pause = [2]time.Duration
	one := func(d time.Duration) []pause { return []pause{{90 * ms, 90*ms + d}} }
	tests := []struct {
		name   string
		pauses []pause // nobody is woken in them
		assert string
		want   string
	}{
		{"too soon, in time", nil, "b.at - a.at: {$gte: 310ms}", "failed 11"},
		{"too soon, and late by less", one(60 * ms), "b.at - a.at: {$gte: 500ms}", "failed 11"},
		{"too soon, and late by more", one(80 * ms), "b.at - a.at: {$gte: 500ms}", "inconclusive 11"},
		{"too late, in time", nil, "b.at - a.at: {$lte: 290ms}", "failed 11"},
		{"too late, and late by less", one(60 * ms), "b.at - a.at: {$lte: 100ms}", "failed 11"},
		{"too late, and late by more", one(80 * ms), "b.at - a.at: {$lte: 100ms}", "inconclusive 11"},
		{"too late, and late by less, twice", []pause{{90 * ms, 130 * ms}, {200 * ms, 240 * ms}}, "c.at - a.at: {$lte: 400ms}", "inconclusive 11"},
		{"the wrong way round, and late by less", one(80 * ms), "a.at - b.at: {$lt: 1s}", "failed 11"},
		{"the wrong way round, and late by more", one(130 * ms), "a.at - b.at: {$lt: 1s}", "inconclusive 11"},
		{"beside what no lateness makes", one(80 * ms), "{b.at - a.at: {$gte: 500ms}, a.text: x}", "failed 11"},
		{"a moment that has not come", one(80 * ms), "b.at - d.at: {$gte: 500ms}", "inconclusive 11"},
		{"right, however late", one(80 * ms), "b.at - a.at: {$gte: 10ms}", "passed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake(t, func(p *peer) {
				p.pause(100 * ms)
				p.say("a")
				for _, answer := range []string{"b", "c"} {
					<-p.heard
					p.pause(300 * ms)
					p.say(answer)
				}
			}, func(s *stage) {
				start := time.Now()
				s.options.Clock.Wait = func(ctx context.Context, until time.Time) error {
					for _, p := range tt.pauses {
						if at := until.Sub(start); at >= p[0] && at < p[1] {
							until = start.Add(p[1])
						}
					}
					return session.Timer(ctx, until)
				}
				assert := tt.assert
				if !strings.HasPrefix(assert, "{") {
					assert = "{" + assert + "}"
				}
				sc := s.steps("- connect\n- {expect: message, as: a}\n- {send: x, as: d, if: \"false\"}\n- send: x\n- {expect: message, as: b}\n- send: x\n- {expect: message, as: c}\n- assert: " + assert)
				if got, _, _ := strings.Cut(verdict(sc), ":"); got != tt.want {
					t.Errorf("got %s, want %s", verdict(sc), tt.want)
				}
			})
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
		{"late at the deadline, and nothing comes", 995 * ms, 1002 * ms, func(*peer) {}, byTime, "failed 6", ""},
		{"late at the deadline, and it comes as much later", 995 * ms, 1002 * ms, func(p *peer) { p.pause(1005 * ms); p.say("a") }, byTime, "inconclusive 6", "was late by 7ms meanwhile"},
		{"late at the deadline, and it comes later than that", 995 * ms, 1002 * ms, func(p *peer) { p.pause(1009 * ms); p.say("a") }, byTime, "failed 6", ""},
		{"late, but no more than is allowed", 996 * ms, 1001 * ms, func(*peer) {}, byTime, "failed 6", ""},
		{"late for 1 % of the time", 300 * ms, 320 * ms, func(*peer) {}, byTime, "failed 6", ""},
		{"late long before", 0, 0, func(*peer) {}, "- connect\n- wait: 3s\n- expect: message\n  within: 100ms", "failed 7", ""},
		{"late, but before the step", 300 * ms, 310 * ms, func(*peer) {}, "- connect\n- wait: 3s\n- expect: message\n  within: 100ms", "failed 7", ""},
		{"a wrong answer from a machine that is late", 100 * ms, 120 * ms, func(p *peer) { p.pause(500 * ms); p.say("b") }, byContent, "failed 5", ""},
		{"a wrong answer after a standstill in which we owed nothing", 100 * ms, 400 * ms, func(p *peer) { p.pause(500 * ms); p.say("b") }, byContent, "failed 5", ""},
		{"a wrong answer to what left late", 100 * ms, 400 * ms, func(p *peer) { <-p.heard; p.say("b") }, "- connect\n- wait: 200ms\n- send: x\n- expect: {message: a}", "inconclusive 7", "our message at 0.400s was up to 300ms late"},
		{"a wrong answer to a Pong that left late", 100 * ms, 400 * ms, func(p *peer) { p.pause(410 * ms); p.write(9, nil); p.say("b") }, byContent, "inconclusive 5", "our Pong to the ping at 0.410s was up to 300ms late"},
		{"something unread, and a standstill at our end", 100 * ms, 400 * ms, func(p *peer) { p.pause(50 * ms); p.say("b") }, "- connect\n- wait: 200ms", "failed 2", ""},
		{"a right answer after a standstill", 100 * ms, 400 * ms, func(p *peer) { p.pause(500 * ms); p.say("a") }, byContent, "passed", ""},
		{"a standstill that lasts", 700 * ms, time.Hour, func(*peer) {}, byTime, "inconclusive 6", "late all the while"},
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
		{"the whole time after a standstill", 100 * ms, 400 * ms, func(*peer) {}, "- connect\n- expect: message\n  within: 90s", "failed 5", ""},
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
