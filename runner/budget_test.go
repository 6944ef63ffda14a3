package runner_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/trace"
)

// The memory that a run has is for what can still be asked for. A peer that makes
// a scenario hold more than that ends this scenario, and no other.
func TestMemory(t *testing.T) {
	const memory = 1 << 20
	big := strings.Repeat("x", 10_000)
	many := func(p *peer) {
		for k := range 5_000 { // 1.2 MiB with what an event takes
			p.say("x")
			if k%50 == 0 {
				p.pause(time.Millisecond)
			}
		}
	}
	heavy := func(p *peer) {
		for range 120 { // 1.3 MiB
			p.say(big)
			p.pause(time.Millisecond)
		}
	}
	pongs := func(p *peer) {
		for k := range 5_000 {
			p.pong(nil)
			if k%50 == 0 {
				p.pause(time.Millisecond)
			}
		}
	}
	endless := func(p *peer) {
		p.pause(10 * ms) // until the answer to the handshake was read
		_, _ = p.conn.Write([]byte{opText, 0})
		for range 120 {
			part := frameOf(0, []byte(big))
			part[0] = 0 // more follows
			_, _ = p.conn.Write(part)
		}
	}
	stream := func(p *peer) {
		p.say(`{"event":"start","sequenceNumber":0,"start":{"tag":"t","mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`)
		for k := range 6_000 { // 1.4 MiB with what a chunk takes
			p.say(strings.NewReplacer("#", strconv.Itoa(k+1), "%", strconv.Itoa(k), "@", strconv.Itoa(k*160)).Replace(
				`{"event":"media","sequenceNumber":#,"media":{"tag":"t","chunk":%,"timestamp":@,"payload":"` + strings.Repeat("A", 212) + `AA=="}}`))
			p.pause(20 * ms)
		}
	}
	const (
		unread = `peers sent \d\.\d MiB that no step has read, which is too much`
		kept   = `the scenario keeps \d\.\d MiB of what peers sent, which is too much`
	)
	tests := []struct {
		name   string
		play   func(p *peer)
		events bool
		steps  string
		want   string
	}{
		{"unread, while a step waits", many, false, "- connect\n- expect: mark\n  within: 50s", "failed 4: " + unread},
		{"unread, while nothing is read", many, false, "- connect\n- wait: 50s", "failed 4: " + unread},
		{"unread, and every event is to be shown", many, true, "- connect\n- wait: 50s", "failed 4: " + unread},
		{"unread, of which a listener takes none", many, false, "- connect\n- add_listener: {name: a, when: {message: other}}\n- wait: 50s", "failed 4: " + unread},
		{"few and big", heavy, false, "- connect\n- wait: 50s", "failed 4: " + unread},
		{"a message that does not end", endless, false, "- connect\n- wait: 50s", "failed 4: " + unread},
		{"ignored", many, false, "- connect\n- wait: 50s\nunexpected: ignore", "passed"},
		{"read one by one", many, false, "- connect\n- repeat: {times: 5000, steps: [{expect: message}]}", "passed"},
		{"read over", many, false, "- connect\n- await: {message: y}\n  within: 1s", "failed 8: no message came within 1s"},
		{"big and read", heavy, false, "- connect\n- repeat: {times: 120, steps: [{expect: message}]}", "passed"},
		{"found for a group that waits", heavy, false, "- connect\n- expect: {unordered: [{message: {size: 10000}, exactly: 200}]}\n  within: 50s", "error 4: " + kept},
		{"found for a group", heavy, false, "- connect\n- repeat: {times: 2, steps: [{expect: {unordered: [{message: {size: 10000}, exactly: 60}]}}]}", "passed"},
		{"taken by a listener", many, false, "- add_listener: {name: a, when: message}\n- connect\n- wait: 50s", "passed"},
		{"a piece of a stream that does not end", heavy, false, "- connect\n- expect: {stream: {until: y}}\n  within: 50s", "failed 4: " + unread},
		{"pieces of a stream", heavy, false, "- connect\n- repeat: {times: 400, steps: [{expect: {stream: {size: 3000}}, as: it}]}", "passed"},
		{"pieces of a stream that are read over", heavy, false, "- connect\n- await: {stream: {size: 30000, text: y}}\n  within: 1s", "failed 8: no piece of the stream came within 1s"},
		{"of a kind that no step reads", pongs, false, "- connect\n- wait: 50s", "passed"},
		{"of a kind that a step reads", pongs, false, "- connect\n- wait: 50s\n- expect: pong", "failed 4: " + unread},
		{"read, and every event is to be shown", many, true, "- connect\n- repeat: {times: 5000, steps: [{expect: message}]}", "error 4: " + kept},
		{"read, and counted afterwards", many, false,
			"- connect\n- repeat: {times: 5000, steps: [{expect: message}]}\n- assert: {\"len(events('main', 'message'))\": 5000}", "error 4: " + kept},
		{"read, and others counted afterwards", many, false,
			"- connect\n- repeat: {times: 5000, steps: [{expect: message}]}\n- assert: {\"len(events('main', 'pong'))\": 0}", "passed"},
		{"labelled anew each time", heavy, false, "- connect\n- repeat: {times: 120, steps: [{expect: message, as: it}]}", "passed"},
		{"media that is checked", stream, false, "- connect\n- expect: media_started\n  as: it\n- wait: 130s", "error 4: " + kept},
		{"media that nothing asks for", stream, false, "- connect\n- expect: media_started\n- wait: 130s", "passed"},
		{"media that nothing asks for, and every event is to be shown", stream, true, "- connect\n- expect: media_started\n- wait: 130s", "error 4: " + kept},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake(t, tt.play, func(s *stage) {
				s.options.Memory, s.options.Events = memory, tt.events
				begin := time.Now()
				run := s.run("dialect: voximplant\ndefaults: {timeout: 200s}\nscenarios:\n- name: it\n  steps:\n" + indent(tt.steps))
				sc := &run.Suites[0].Scenarios[0]
				if got := verdict(sc); !regexp.MustCompile("^" + tt.want + "$").MatchString(got) {
					t.Errorf("got %s, want %s", got, tt.want)
				}
				if took := time.Since(begin); strings.Contains(tt.want, unread) && took > 5*time.Second {
					t.Errorf("it ended after %s", took)
				}
			})
		})
	}
}

// Whoever holds most ends, and the others go on.
func TestMemoryIsForAll(t *testing.T) {
	play := func(p *peer) {
		n := 3_000 // three quarters of what there is
		if p.path == "/quiet" {
			p.pause(100 * ms)
			n = 1_500
		}
		for range n {
			p.say("x")
		}
	}
	fake(t, play, func(s *stage) {
		s.options.Memory = 1 << 20
		run := s.run(`scenarios:
- {name: one, steps: [{connect: {url: ws://stage.test/quiet}}, {wait: 1s}, {repeat: {times: 1500, steps: [expect: message]}}]}
- {name: two, steps: [{connect: {url: ws://stage.test/loud}}, {wait: 1s}]}
`)
		got := []trace.Verdict{run.Suites[0].Scenarios[0].Verdict, run.Suites[0].Scenarios[1].Verdict}
		if got[0] != trace.Passed || got[1] != trace.Failed {
			t.Fatalf("got %v, want that the loud one has failed: %v", got, verdict(&run.Suites[0].Scenarios[0]))
		}
		details := run.Suites[0].Scenarios[1].Problems[0].Diagnostic.Details
		if len(details) != 3 || !strings.HasPrefix(details[2].Text, "1.0 MiB for all scenarios of a run together") {
			t.Errorf("the figures are %v", details)
		}
	})
}
