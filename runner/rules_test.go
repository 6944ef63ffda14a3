package runner_test

import (
	"strings"
	"testing"
	"time"
)

const ms = time.Millisecond

// Every row is a rule of how steps read, with a peer and what comes of it. The
// first line of the steps is line 4.
func TestRulesOfReading(t *testing.T) {
	tests := []struct {
		name  string
		play  func(p *peer)
		steps string
		want  string
	}{
		{"in time", func(p *peer) { p.pause(99 * ms); p.say("a") }, "- connect\n- expect: {message: a}\n  within: 100ms", "passed"},
		{"at the deadline", func(p *peer) { p.pause(100 * ms); p.say("a") }, "- connect\n- expect: {message: a}\n  within: 100ms", "passed"},
		{"too late", func(p *peer) { p.pause(101 * ms); p.say("a") }, "- connect\n- expect: {message: a}\n  within: 100ms",
			"failed 6: a message came after 101ms, not within 100ms"},
		{"never", func(*peer) {}, "- connect\n- expect: {message: a}\n  within: 100ms", "failed 6: no message came within 100ms"},
		{"held against its arrival", func(p *peer) { p.pause(50 * ms); p.say("a") },
			"- connect:\n  as: c\n- wait: 1s\n- expect: {message: a}\n  after: c.at\n  within: 60ms", "passed"},
		{"held against its arrival, too late", func(p *peer) { p.pause(70 * ms); p.say("a") },
			"- connect:\n  as: c\n- wait: 1s\n- expect: {message: a}\n  after: c.at\n  within: 60ms",
			"failed 9: a message came after 70ms, not within 60ms"},
		{"after", func(p *peer) { p.pause(30 * ms); p.say("a") },
			"- connect:\n  as: c\n- expect: {message: a}\n  after: c.at + 30ms", "passed"},
		{"before after", func(p *peer) { p.pause(29 * ms); p.say("a") },
			"- connect:\n  as: c\n- expect: {message: a}\n  after: c.at + 30ms", "failed 6: this message came 1ms too early"},
		{"absent", func(p *peer) { p.pause(101 * ms); p.say("a") },
			"- connect\n- absent: message\n  within: 100ms\n- expect: {message: a}", "passed"},
		{"absent but it comes", func(p *peer) { p.pause(100 * ms); p.say("a") },
			"- connect\n- absent: message\n  within: 100ms", "failed 5: a message came that must not come"},
		{"absent ends before the close", func(p *peer) { p.pause(101 * ms); p.close(1000) },
			"- connect\n- absent: message\n  within: 100ms\n- expect: {close: {by: peer}}", "passed"},
		{"absent is ended by a close", func(p *peer) { p.pause(99 * ms); p.close(1000) },
			"- connect\n- absent: message\n  within: 100ms", "failed 5: the connection had a close before the time of absent message was over"},
		{"absent on what is closed", func(p *peer) { p.close(1000) },
			"- connect\n- expect: close\n- absent: message\n  within: 100ms", `failed 6: connection "main" is closed`},
		{"absent on what is about to be found closed", func(p *peer) { p.close(1000) },
			"- connect\n- wait: 1s\n- absent: message\n  within: 100ms", "failed 6: the connection had a close before the time of absent message was over"},
		{"absent on what was never opened", func(p *peer) { p.pause(10 * ms) },
			"- {connect: {}, if: 1 == 2}\n- absent: message\n  within: 100ms", `error 5: there is no connection "main"`},
		{"never opened, and nobody noticed", func(*peer) {}, "- connect: {url: /mute, wait: false}",
			"failed 4: the connection had not opened by the end, and no step abandoned it"},
		{"given up on purpose", func(*peer) {}, "- connect: {url: /mute, wait: false}\n- close", "passed"},
		{"a label of when a step was done", func(*peer) {},
			"- connect\n- wait: 1s\n  as: waited\n- absent: message\n  within: 1s\n  as: quiet\n- assert: {quiet.at - waited.at: {$gte: 1s}}", "passed"},
		{"events of a connection that is not made yet", func(*peer) {},
			"- connect\n- assert: {\"len(events('b', 'message'))\": 0}\n- connect:\n  on: b", "failed 5: len(events('b', 'message')) is not as asked"},
		{"a close ends the waiting", func(p *peer) { p.pause(50 * ms); p.close(1001) },
			"- connect\n- expect: message\n  within: 10s", "failed 5: the connection closed before a message came"},
		{"what came before the close is read", func(p *peer) { p.say("a"); p.close(1001) },
			"- connect\n- wait: 1s\n- expect: {message: a}\n- expect: {close: {code: 1001, by: peer}}", "passed"},
		{"nothing is lost between steps", func(p *peer) { p.say("a", "b", "c") },
			"- connect\n- wait: 1s\n- expect: {message: a}\n- wait: 1s\n- expect: {message: b}\n- expect: {message: c}", "passed"},
		{"out of order", func(p *peer) { p.say("a"); p.write(opPing, nil); p.say("b") },
			"- connect\n- await: {message: b}\n- expect: ping", "failed 6: this ping came before an event that an earlier step has read"},
		{"per kind", func(p *peer) { p.say("a"); p.write(opPing, nil); p.say("b") },
			"- connect\n- await: {message: b}\n- expect: ping\n  order: per_kind", "passed"},
		{"unread", func(p *peer) { p.say("a") }, "- connect\n- wait: 10ms", "failed 2: a message came that no step expected"},
		{"unread, after our Close", func(p *peer) { <-p.left; p.say("late"); p.close(1000) },
			"- connect: {url: /rude}", "passed"},
		{"its Close after our Close", func(p *peer) { <-p.left; p.close(1000) }, "- connect: {url: /rude}", "passed"},
		{"a close by the peer that no step read", func(p *peer) { p.close(1001) },
			"- connect\n- wait: 10ms", "failed 2: a close came that no step expected"},
		{"a close by us need not be read", func(*peer) {}, "- connect\n- close: {code: 1000}", "passed"},
		{"a peer that answers no Close", func(*peer) {}, "- connect: {url: /rude}", "passed"},
		{"a wait for no Close", func(*peer) {},
			"- connect: {url: /rude}\n- close: {code: 1000}\n- expect: close\n  within: 700ms", "failed 7: no close came within 700ms"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake(t, tt.play, func(s *stage) {
				extra := ""
				steps := tt.steps
				if body, ok := strings.CutSuffix(steps, "\n  order: per_kind"); ok {
					steps, extra = body, "  order: per_kind\n"
				}
				run := s.run("scenarios:\n- name: it\n  steps:\n" + indent(steps) + extra)
				sc := &run.Suites[0].Scenarios[0]
				if got := verdict(sc); got != tt.want {
					t.Errorf("%s\ngot  %s\nwant %s", tt.steps, got, tt.want)
				}
				if sc.Duration > 12*time.Second {
					t.Errorf("it took %s", sc.Duration)
				}
			})
		})
	}
}
