package runner_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// echo says back what it hears.
func echo(p *peer) {
	for text := range p.heard {
		p.say(text)
	}
}

// Every row is a rule of how scenarios and suites end; the verdicts are those
// of all scenarios.
func TestRulesOfScenarios(t *testing.T) {
	tests := []struct {
		name  string
		play  func(p *peer)
		suite string
		want  []string
	}{
		{"no time at all", echo, `
defaults: {timeout: 0s}
scenarios:
- name: its own
  timeout: 0s
  steps: [{wait: 1s}]
- name: that of the suite
  steps: [{wait: 1s}]
- name: some
  timeout: 2s
  steps: [{wait: 1s}]
`, []string{"failed 6: the scenario ran out of time before this step", "failed 8: the scenario ran out of time before this step", "passed"}},
		{"timeout", echo, `
scenarios:
- name: it
  timeout: 1s
  steps:
  - connect
  - expect: message
  finally:
  - send: bye
  - expect: {message: bye}
`, []string{"failed 7: the scenario ran out of time in this step"}},
		{"a failure in finally after a skip", echo, `
scenarios:
- name: it
  steps:
  - connect
  - skip: enough
  finally:
  - send: bye
  - expect: {message: hi}
`, []string{"failed 9: this is not the message that came"}},
		{"a connection that nobody answers, and then something else", echo, `
scenarios:
- name: it
  steps: [{connect: {url: /mute, wait: false}}]
  finally: [{wait: 100ms}]
`, []string{"failed 4: the connection had not opened by the end, and no step abandoned it"}},
		{"known failure", echo, `
scenarios:
- name: it
  known_failure: there
  steps: [connect, {send: a}, {expect: {message: b}}]
- name: mended
  known_failure: there
  steps: [connect]
- name: skipped
  skip: not now
  steps: [connect]
`, []string{"skipped known failure: there", "failed 6: a known failure passes", "skipped not now"}},
		{"setup that fails", echo, `
setup:
- connect:
- send: a
- expect: {message: b}
scenarios:
- name: it
  steps: [connect]
`, []string{"failed 5: this is not the message that came", "error the suite's setup did not pass"}},
		{"teardown after a setup that failed, with what it left", echo, `
setup:
- connect:
- send: a
  as: made
- expect: {message: b}
  as: never
teardown:
- connect
- send: "${made.text}"
- expect: {message: c}
scenarios:
- name: it
  steps: [connect]
`, []string{"failed 6: this is not the message that came", "error the suite's setup did not pass", "failed 11: this is not the message that came"}},
		{"teardown that names what the setup never made", echo, `
setup: [connect, {send: a}, {expect: {message: b}, as: never}]
teardown: [connect, {send: "${never.text}"}]
scenarios:
- name: it
  steps: [connect]
`, []string{"failed 2: this is not the message that came", "error the suite's setup did not pass", "error 3: unknown name \"never\""}},
		{"nothing is carried out", echo, `
vars: {n: 1}
scenarios:
- name: it
  steps:
  - connect:
    if: vars.n > 1
  - send: a
    if: vars.n > 1
- name: a scenario called setup
  steps: [{connect: {}, if: vars.n == 1}]
`, []string{"skipped no step was carried out", "passed"}},
		{"nothing is carried out within blocks", echo, `
vars: {n: 1}
sequences: {never: {steps: [{connect: {}, if: vars.n > 1}]}}
scenarios:
- name: use
  steps: [{use: never}]
- name: repeat
  steps: [{repeat: {times: 2, steps: [{use: never}]}}]
- name: parallel
  steps: [{parallel: [{steps: [{use: never}]}]}]
- name: one is
  steps: [{parallel: [{steps: [{use: never}]}, {steps: [connect]}]}]
- name: only finally is
  steps: [{use: never}]
  finally: [connect]
`, []string{"skipped no step was carried out", "skipped no step was carried out", "skipped no step was carried out", "passed", "skipped no step was carried out"}},
		{"notes are no step that was carried out", echo, `
vars: {n: 1}
setup: [{log: before all}, {connect: {}, if: vars.n > 1}]
teardown: [{log: after all}]
scenarios:
- name: only a note
  steps: [{log: a}, {connect: {}, if: vars.n > 1}]
- name: a note in a block
  steps: [{repeat: {times: 2, steps: [{log: a}]}}]
- name: a note in finally
  steps: [{connect: {}, if: vars.n > 1}]
  finally: [{log: a}]
- name: a note that is left out
  steps: [{log: a, if: vars.n > 1}]
- name: a note and a variable
  steps: [{log: a}, {set: {m: 1}}]
`, []string{"skipped no step but log was carried out", "skipped no step but log was carried out", "skipped no step but log was carried out",
			"skipped no step was carried out", "passed"}},
		{"setup and teardown that have nothing to do", echo, `
vars: {n: 1}
setup: [{connect: {}, if: vars.n > 1}]
teardown: [{connect: {}, if: vars.n > 1}]
scenarios:
- name: it
  steps: [connect]
`, []string{"passed"}},
		{"setup that says it is to be skipped", echo, `
setup: [{skip: no server here}]
scenarios:
- name: it
  steps: [connect]
`, []string{"skipped no server here", "error the suite's setup did not pass"}},
		{"what the setup labels and sets in groups and blocks", echo, `
sequences: {ask: {steps: [{send: b}, {expect: message, as: second}, {set: {n: 7}}]}}
setup:
- connect
- send: a
- expect: {unordered: [{message: a, as: first}]}
- parallel: [{steps: [{use: ask}]}]
teardown: [{assert: {first.text: a}}]
scenarios:
- name: it
  steps: [connect, {assert: {first.text: a, second.text: b, vars.n: 7}}]
`, []string{"passed"}},
		{"teardown that fails", echo, `
teardown: [connect, {send: a}, {expect: {message: b}}]
scenarios:
- name: it
  steps: [connect]
`, []string{"passed", "failed 2: this is not the message that came"}},
		{"the branch that failed is shown, not the one it ended", func(p *peer) {
			if p.path == "/b" {
				p.pause(10 * ms)
				p.say("wrong")
			}
		}, `
scenarios:
- name: it
  steps:
  - connect: {url: /a}
    on: a
  - connect: {url: /b}
    on: b
  - parallel:
    - on: a
      steps: [{expect: message}]
    - on: b
      steps:
      - expect: {message: right}
`, []string{"failed 14: this is not the message that came"}},
		{"an error ends the waiting, though a message came after it", func(p *peer) {
			p.say(`{"event":"media","sequenceNumber":"x"}`, "hello")
		}, `
dialect: voximplant
scenarios:
- name: it
  order: per_kind
  steps:
  - connect
  - expect: {message: hello}
- name: later
  order: per_kind
  steps:
  - connect
  - wait: 100ms
  - expect: {message: hello}
`, []string{"failed 8: the connection had an error before a message came", "failed 14: the connection had an error before a message came"}},
		{"the close of one connection is nothing to a group that needs no more of it", func(p *peer) {
			if p.path == "/b" {
				p.say("b")
				p.close(1000)
				return
			}
			p.pause(100 * ms)
			p.say("a")
		}, `
scenarios:
- name: it
  unexpected: ignore
  steps:
  - connect: {url: /a}
  - connect: {url: /b}
    on: b
  - expect: {unordered: [{message: a}, {message: b, on: b}]}
- name: it needs more
  unexpected: ignore
  steps:
  - connect: {url: /a}
  - connect: {url: /b}
    on: b
  - expect: {unordered: [{message: a}, {message: b, on: b}, {message: c, on: b}]}
`, []string{"passed", "failed 16: the connection closed before a message came"}},
		{"in_order across connections", func(p *peer) {
			if p.path == "/b" {
				p.pause(10 * ms)
			}
			p.say("x")
		}, `
scenarios:
- name: right
  steps:
  - connect: {url: /a}
    on: a
  - connect: {url: /b}
    on: b
  - expect: {in_order: [{message: x, on: a}, {message: x, on: b}]}
- name: wrong
  steps:
  - connect: {url: /a}
    on: a
  - connect: {url: /b}
    on: b
  - expect: {in_order: [{message: x, on: b}, {message: x, on: a}]}
`, []string{"passed", "failed 16: this is not the message that came"}},
		{"media ended by silence", func(p *peer) {
			p.say(`{"event":"start","sequenceNumber":0,"start":{"tag":"t","mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`,
				`{"event":"media","sequenceNumber":1,"media":{"tag":"t","chunk":0,"timestamp":0,"payload":"`+strings.Repeat("A", 212)+`AA=="}}`)
		}, `
dialect: voximplant
scenarios:
- name: in time
  steps:
  - connect
  - expect: media_started
  - expect: {media_ended: {tag: t, by: silence, duration: 20ms}}
    within: 1020ms
- name: too late
  steps:
  - connect
  - expect: media_started
  - expect: {media_ended: {tag: t, by: silence}}
    within: 1019ms
- name: absent
  steps:
  - connect
  - expect: media_started
  - absent: media_ended
    within: 1020ms
`, []string{"passed", "failed 15: a media_ended came after 1.02s, not within 1.019s", "failed 20: a media_ended came that must not come"}},
		{"absent where no close can come", echo, `
scenarios:
- name: not yet dialled
  steps:
  - absent: close
    within: 50ms
  - connect
- name: a message neither
  steps:
  - connect
  - close: {code: 1000}
  - expect: close
  - absent: {unordered: [message, close]}
    within: 50ms
- name: no second one
  steps:
  - connect
  - close: {code: 1000}
  - expect: close
  - absent: close
    within: 50ms
`, []string{"error 5: there is no connection \"main\"", "failed 13: connection \"main\" is closed", "passed"}},
		{"nothing where nothing can come", echo, `
scenarios:
- name: its end was read
  steps:
  - connect
  - close: {code: 1000}
  - expect: close
  - expect: {one_of: {some: message, silent: nothing}}
    within: 50ms
- name: not yet dialled
  steps:
  - expect: {one_of: {some: message, silent: nothing}}
    within: 50ms
  - connect
- name: another still could
  steps:
  - connect
  - connect:
    on: b
  - close: {code: 1000}
  - expect: close
  - expect: {one_of: {some: message, other: {message: {}, on: b}, silent: nothing}}
    within: 50ms
`, []string{"failed 8: connection \"main\" is closed", "error 12: there is no connection \"main\"", "passed"}},
		{"an absent that was cut short by a close that a listener took", func(p *peer) {
			p.pause(100 * ms)
			p.close(1011)
		}, `
scenarios:
- name: within its time
  listeners: [{name: ends, when: close}]
  steps:
  - connect
  - absent: message
    within: 150ms
- name: after it
  listeners: [{name: ends, when: close}]
  steps:
  - connect
  - absent: message
    within: 50ms
- name: nothing within its time
  listeners: [{name: ends, when: close}]
  steps:
  - connect
  - expect: {one_of: {some: message, silent: nothing}}
    within: 150ms
- name: nothing after it
  listeners: [{name: ends, when: close}]
  steps:
  - connect
  - expect: {one_of: {some: message, silent: nothing}}
    within: 50ms
`, []string{"failed 7: the connection had a close before the time of absent message was over", "passed",
			"failed 19: the connection closed before a message came", "passed"}},
		{"matrix names", echo, `
scenarios:
- name: it
  matrix: {code: [1000, 3000]}
  steps: [connect, {close: {code: "${matrix.code}"}}]
`, []string{"passed", "passed"}},
		{"listeners in force take what came before another was added", func(p *peer) {
			p.say("tick")
			p.pause(500 * ms)
			p.say("ping")
		}, `
scenarios:
- name: it
  listeners: [{name: ticks, when: {message: tick}}]
  steps:
  - connect
  - add_listener: {name: pings, when: {message: ping}}
  - wait: 1s
`, []string{"passed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake(t, tt.play, func(s *stage) {
				run := s.run(tt.suite)
				var got []string
				for i := range run.Suites[0].Scenarios {
					sc := &run.Suites[0].Scenarios[i]
					got = append(got, verdict(sc))
					if sc.Duration > 5*time.Second {
						t.Errorf("%q took %s", sc.Name, sc.Duration)
					}
				}
				if fmt.Sprint(got) != fmt.Sprint(tt.want) {
					t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "))
				}
			})
		})
	}
}

// What fails the first time and passes the second is flaky.
func TestRetries(t *testing.T) {
	calls := 0
	fake(t, func(p *peer) {
		if calls++; calls%2 == 0 {
			p.say("yes")
			return
		}
		p.say("no")
	}, func(s *stage) {
		run := s.run("scenarios:\n- name: it\n  retries: 1\n  steps: [connect, {expect: {message: \"yes\"}}]\n")
		sc := run.Suites[0].Scenarios[0]
		if sc.Verdict != trace.Flaky || sc.Attempts != 2 || len(sc.Problems) > 0 {
			t.Errorf("%s after %d attempts with %d problems, want flaky after 2", sc.Verdict, sc.Attempts, len(sc.Problems))
		}
		if len(sc.Earlier) != 1 || sc.Earlier[0].Verdict != trace.Failed || sc.Earlier[0].Problems[0].Diagnostic.Message != "this is not the message that came" {
			t.Errorf("earlier attempts %+v, want the one that failed", sc.Earlier)
		}
	})
}

// A scenario is tried again after the verdicts that its retries name. Any other one stands.
func TestRetriesOn(t *testing.T) {
	for _, tt := range []struct {
		retries string
		plays   string // what comes of each attempt: f fails, e is an error, i is inconclusive, p passes, s is skipped
		want    string
	}{
		{"2", "ffp", "flaky 3"}, {"2", "eip", "flaky 3"}, {"2", "fff", "failed 3"},
		{"{times: 2}", "fep", "flaky 3"},
		{"{times: 2, on: [inconclusive]}", "iip", "flaky 3"}, {"{times: 2, on: [inconclusive]}", "p", "passed 1"},
		{"{times: 2, on: inconclusive}", "f", "failed 1"}, {"{times: 2, on: [inconclusive]}", "e", "error 1"},
		{"{times: 2, on: [inconclusive]}", "if", "failed 2"}, {"{times: 2, on: [inconclusive]}", "ie", "error 2"},
		{"{times: 2, on: [inconclusive]}", "iii", "inconclusive 3"}, {"{times: 2, on: [inconclusive]}", "is", "inconclusive 1"},
		{"{times: 2, on: [failed]}", "fi", "inconclusive 2"}, {"{times: 2, on: [failed, error]}", "fep", "flaky 3"},
		{"{times: 0, on: [failed]}", "f", "failed 1"},
	} {
		attempts := 0
		var began atomic.Pointer[time.Time] // the last attempt
		fake(t, func(p *peer) {
			play, now := "none", time.Now()
			began.Store(&now)
			if attempts++; attempts <= len(tt.plays) {
				play = tt.plays[attempts-1 : attempts]
			}
			if play == "i" {
				p.pause(1005 * ms)
			}
			p.say(play)
		}, func(s *stage) {
			s.options.Clock.Wait = func(ctx context.Context, until time.Time) error {
				if begin := began.Load(); begin != nil { // this machine is late at the deadline of each attempt
					if at := until.Sub(*begin); at >= 995*ms && at < 1004*ms {
						until = begin.Add(1004 * ms)
					}
				}
				return session.Timer(ctx, until)
			}
			run := s.run("scenarios:\n- name: it\n  retries: " + tt.retries + `
  steps:
  - connect
  - expect: message
    within: 1s
    as: play
  - skip: enough
    if: play.text == 's'
  - log: "${play.text == 'e' ? 1 / 0 : 1}"
  - assert: {play.text: p}
`)
			sc := run.Suites[0].Scenarios[0]
			if got := fmt.Sprintf("%s %d", sc.Verdict, sc.Attempts); got != tt.want || attempts != len(tt.plays) {
				t.Errorf("retries: %s with %s: %s of %d attempts, want %s", tt.retries, tt.plays, got, attempts, tt.want)
			}
		})
	}
}

// A listener of the suite's defaults that watches one connection is for the scenarios that
// make it. What it names need not be there for the others.
func TestUsualListenerOfOneConnection(t *testing.T) {
	fake(t, func(p *peer) { p.say("hum", "hello") }, func(s *stage) {
		run := s.run(`
defaults: {listeners: [{name: hum, on: agent, when: {message: "${vars.hum}"}}]}
scenarios:
- {name: with it, vars: {hum: hum}, steps: [{connect: , on: agent}, {expect: {message: hello}, on: agent}]}
- {name: beside it, vars: {hum: hum}, steps: [{connect: , on: agent}, connect, {expect: {message: hum}}, {expect: {message: hello}}, {expect: {message: hello}, on: agent}]}
- {name: without it, steps: [connect, {expect: {message: hum}}, {expect: {message: hello}}]}
`)
		for _, sc := range run.Suites[0].Scenarios {
			if sc.Verdict != trace.Passed {
				t.Errorf("%s: %s", sc.Name, verdict(&sc))
			}
		}
	})
}

// A listener of the scenario takes the place of that of the suite's defaults which has its
// name.
func TestUsualListenerIsReplaced(t *testing.T) {
	fake(t, func(p *peer) { p.say("hum", "other", "hello") }, func(s *stage) {
		run := s.run(`
defaults: {listeners: [{name: hum, when: {message: hum}}, {name: other, when: {message: other}}]}
scenarios:
- {name: usual, steps: [connect, {expect: {message: hello}}]}
- {name: replaced, listeners: [{name: hum, when: {message: never}}], steps: [connect, {expect: {message: hum}}, {expect: {message: hello}}]}
`)
		for _, sc := range run.Suites[0].Scenarios {
			if sc.Verdict != trace.Passed {
				t.Errorf("%s: %s", sc.Name, verdict(&sc))
			}
		}
	})
}

// Each attempt, run of a series and run of a load draws other random values, also in
// variables that are computed from others, and the same ones for the same seed. A
// variable of the suite is what it was in its setup.
func TestEachTurnDrawsAnew(t *testing.T) {
	for _, tt := range []struct {
		name, head, keys string
		repeat           int
		turns, different int // how many messages come, and how many of them differ
	}{
		{"attempts", "", "retries: 2", 1, 3, 3},
		{"attempts of a variable of the suite", "suite", "retries: 2", 1, 3, 3},
		{"attempts after a setup", "setup", "retries: 2", 1, 3, 1},
		{"repetitions", "", "description: x", 4, 4, 4},
		{"attempts of repetitions", "", "retries: 1", 2, 4, 4},
		{"a load", "", "load: {times: 5, at_once: 1}", 1, 5, 5},
		{"rows of a matrix", "", "matrix: {row: [1, 2, 3]}", 1, 3, 3},
		{"without chance", "fixed", "retries: 2", 1, 3, 1},
	} {
		var all [2][]string
		for i := range all {
			var mu sync.Mutex
			fake(t, func(p *peer) {
				if text, ok := <-p.heard; ok {
					mu.Lock()
					defer mu.Unlock()
					all[i] = append(all[i], text)
				}
			}, func(s *stage) {
				s.options.Repeat, s.options.Seed = tt.repeat, 5
				draw, head, own := "\"${uuid()}\"", "", ""
				switch tt.head {
				case "suite":
					head = "vars: {id: " + draw + ", path: \"/${vars.id}\"}\n"
				case "setup":
					head = "vars: {id: " + draw + ", path: \"/${vars.id}\"}\nsetup: [wait: 1ms]\n"
				case "fixed":
					own = "  vars: {id: x, path: \"/${vars.id}\"}\n"
				default:
					own = "  vars: {id: " + draw + ", path: \"/${vars.id}\"}\n"
				}
				s.run(head + "scenarios:\n- name: it\n  " + tt.keys + "\n" + own + "  steps: [connect, {send: \"${vars.id} ${vars.path}\"}, {expect: {message: no}, within: 1s}]\n")
			})
		}
		distinct := map[string]bool{}
		for _, text := range all[0] {
			distinct[text] = true
			if id, path, _ := strings.Cut(text, " "); path != "/"+id {
				t.Errorf("%s: %s: what is computed from a variable is of another turn", tt.name, text)
			}
		}
		slices.Sort(all[0])
		slices.Sort(all[1])
		if len(all[0]) != tt.turns || len(distinct) != tt.different || !slices.Equal(all[0], all[1]) {
			t.Errorf("%s: %d messages, of which %d differ, want %d and %d; the same seed gave\n%q\n%q", tt.name, len(all[0]), len(distinct), tt.turns, tt.different, all[0], all[1])
		}
	}
}

// That a second try is skipped does not take back that the first one failed.
func TestSkipTakesNoFailureBack(t *testing.T) {
	var tries atomic.Int32
	fake(t, func(p *peer) {
		if tries.Add(1) == 1 {
			p.say("no")
			return
		}
		p.say("busy")
	}, func(s *stage) {
		run := s.run("scenarios:\n- name: it\n  retries: 1\n  steps: [connect, {expect: message, as: answer}, " +
			"{skip: it is busy, if: answer.text == 'busy'}, {assert: {answer.text: \"yes\"}}]\n")
		if got := run.Suites[0].Scenarios[0].Verdict; got != trace.Failed || tries.Load() != 2 {
			t.Errorf("%s after %d tries, want failed after 2", got, tries.Load())
		}
	})
}

// Scenarios of a serial suite follow each other; others do not.
func TestSerial(t *testing.T) {
	for _, serial := range []bool{true, false} {
		fake(t, echo, func(s *stage) {
			run := s.run(fmt.Sprintf("serial: %t\nscenarios:\n- {name: a, steps: [{wait: 1s}]}\n- {name: b, steps: [{wait: 1s}]}\n", serial))
			want := time.Second
			if serial {
				want *= 2
			}
			if run.Duration != want {
				t.Errorf("serial %t: the run took %s, want %s", serial, run.Duration, want)
			}
		})
	}
}

// A seed repeats every random choice, whatever else runs.
func TestSeed(t *testing.T) {
	said := func(seed uint64) string {
		var out string
		fake(t, func(p *peer) {
			for text := range p.heard {
				out += text + "\n"
			}
		}, func(s *stage) {
			s.options.Seed = seed
			s.steps(`- connect
- send: "${uuid()} ${random_int(1, 1000000)}"
- send: "${uuid()}"`)
		})
		return out
	}
	if a, b := said(7), said(7); a != b || strings.Count(a, "\n") != 2 {
		t.Errorf("the same seed gave %q and %q", a, b)
	}
	if a, b := said(7), said(8); a == b {
		t.Errorf("two seeds gave %q", a)
	}
}

// A run that is interrupted blames nobody.
func TestInterruption(t *testing.T) {
	fake(t, echo, func(s *stage) {
		prepared := s.prepare("scenarios:\n- {name: a, steps: [connect, {expect: message}]}\n")
		run := s.interrupted(prepared)
		if got := verdict(&run.Suites[0].Scenarios[0]); got != "error 2: the run was interrupted in this step" {
			t.Errorf("got %s", got)
		}
	})
}

// A scenario that was not repeated as often as asked has not passed, though
// none of its runs was cut short.
func TestInterruptionBetweenRuns(t *testing.T) {
	fake(t, echo, func(s *stage) {
		s.options.Repeat = 3
		prepared := s.prepare("scenarios:\n- {name: a, steps: [connect], finally: [{wait: 2s}]}\n")
		run := s.interrupted(prepared)
		if got := verdict(&run.Suites[0].Scenarios[0]); got != "error the run was interrupted after 1 of 3 runs" {
			t.Errorf("got %s", got)
		}
	})
}

// An interruption while connecting is nobody's fault either, and the teardown
// still runs.
func TestInterruptionWhileConnecting(t *testing.T) {
	var left atomic.Bool
	fake(t, func(p *peer) { left.Store(p.path == "/left"); echo(p) }, func(s *stage) {
		prepared := s.prepare("teardown: [{connect: {url: /left}}]\nscenarios:\n- {name: a, steps: [{connect: {url: /mute}}]}\n")
		run := s.interrupted(prepared)
		if got := verdict(&run.Suites[0].Scenarios[0]); got != "error 3: the run was interrupted in this step" {
			t.Errorf("got %s", got)
		}
		if !left.Load() {
			t.Error("the teardown was not performed")
		}
	})
}

// What is carried out after an interruption, or is being carried out when it comes, has 5 s
// more.
func TestInterruptionOfFinally(t *testing.T) {
	fake(t, echo, func(s *stage) {
		for text, want := range map[string]time.Duration{
			"scenarios:\n- {name: a, steps: [{wait: 50s}], finally: [{wait: 20s}]}\n":                          6 * time.Second,
			"scenarios:\n- {name: a, steps: [{wait: 1ms}], finally: [{wait: 20s}]}\n":                          6 * time.Second,
			"scenarios:\n- {name: a, steps: [{wait: 1ms}], finally: [{wait: 4s}]}\n":                           4*time.Second + time.Millisecond,
			"teardown: [{wait: 20s}]\nscenarios:\n- {name: a, steps: [{wait: 50s}], finally: [{wait: 20s}]}\n": 11 * time.Second,
			"teardown: [{wait: 20s}]\nscenarios:\n- {name: a, skip: not now, steps: [connect]}\n":              6 * time.Second,
		} {
			if run := s.interrupted(s.prepare(text)); run.Duration != want {
				t.Errorf("the run took %s, want %s:\n%s", run.Duration, want, text)
			}
		}
	})
}

// Whoever runs a plan may give it a deadline of its own. That it has passed is no
// verdict about a server, in whatever a scenario waits for; that the scenario's own
// time has is one.
func TestDeadlineOfTheCaller(t *testing.T) {
	fake(t, echo, func(s *stage) {
		for _, step := range []string{"{wait: 50s}", "{expect: {message: x}, within: 50s}", "{absent: {message: x}, within: 50s}",
			"{expect: {one_of: {a: {message: x}, b: nothing}}, within: 50s}", "{connect: {url: /mute}, on: b, within: 50s}",
			"{send_bytes: {repeat: {text: x}, size: 2000}, write: {chop: 1, delay: 1s}}",
			"{parallel: [{steps: [{wait: 50s}]}, {steps: [{expect: {message: x}, within: 50s}]}]}", "{repeat: {times: 3, steps: [{wait: 20s}]}}"} {
			prepared := s.prepare("scenarios:\n- name: it\n  timeout: 2s\n  steps:\n  - connect\n  - " + step + "\n")
			if got := verdict(&s.outOfTime(prepared).Suites[0].Scenarios[0]); got != "error 6: the run was interrupted in this step" {
				t.Errorf("%s: got %s", step, got)
			}
			if got := verdict(&s.performed(prepared).Suites[0].Scenarios[0]); got != "failed 6: the scenario ran out of time in this step" {
				t.Errorf("%s: got %s with no deadline but its own", step, got)
			}
		}
	})
}

// outOfTime performs a plan of which the caller's deadline passes after a second.
func (s *stage) outOfTime(prepared *suitetest.Prepared) *trace.Run {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	run := prepared.Run(ctx)
	s.peers.Wait()
	return run
}

// performed performs a plan.
func (s *stage) performed(prepared *suitetest.Prepared) *trace.Run {
	run := prepared.Run(context.Background())
	s.peers.Wait()
	return run
}

// interrupted performs a plan that is interrupted after a second.
func (s *stage) interrupted(prepared *suitetest.Prepared) *trace.Run {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer time.AfterFunc(time.Second, cancel).Stop()
	run := prepared.Run(ctx)
	s.peers.Wait()
	return run
}
