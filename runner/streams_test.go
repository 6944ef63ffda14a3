package runner_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// slowly reads frame by frame, with a pause before each, and notes the
// dialect's word of each message. It answers a Close and ends.
func slowly(pause time.Duration, heard *[]string) func(p *peer) {
	return func(p *peer) {
		for {
			p.pause(pause)
			op, payload, err := p.frame()
			if err != nil {
				*heard = append(*heard, "gone")
				return
			}
			switch op {
			case opPing:
				p.write(opPong, payload)
				continue
			case opClose:
				*heard = append(*heard, "close")
				p.write(opClose, payload)
				return
			}
			var m struct{ Event string }
			if json.Unmarshal(payload, &m) != nil {
				m.Event = string(payload)
			}
			*heard = append(*heard, m.Event)
		}
	}
}

// However slowly a peer reads, a stream ends with its stop, before whatever the
// script does next.
func TestStreamsEndWithTheirStop(t *testing.T) {
	tests := []struct{ name, steps, want string }{
		{"stopped", `
- send_media: {from: {tone: 440Hz, duration: 10s}, encoding: ULAW, tag: t}
- wait: 110ms
- stop_media: {tag: t}
- close: {code: 1000}
- expect: close`, "start media stop close"},
		{"waited for", `
- send_media: {from: {tone: 440Hz, duration: 100ms}, encoding: ULAW, tag: t, wait: true}
- send: after
- close: {code: 1000}
- expect: close`, "start media stop after close"},
		{"replaced", `
- send_media: {from: {tone: 440Hz, duration: 10s}, encoding: ULAW, tag: t}
- wait: 110ms
- send_media: {from: {tone: 440Hz, duration: 60ms}, encoding: ULAW, tag: t, wait: true}
- close: {code: 1000}
- expect: close`, "start media stop start media stop close"},
		{"left running", `
- send_media: {from: {tone: 440Hz, duration: 10s}, encoding: ULAW, tag: t}
- wait: 110ms`, "start media stop close"},
	}
	for _, tt := range tests {
		for _, pause := range []time.Duration{0, ms, 7 * ms, 19 * ms, 30 * ms, 100 * ms} {
			t.Run(tt.name+" "+pause.String(), func(t *testing.T) {
				var heard []string
				fake(t, slowly(pause, &heard), func(s *stage) {
					sc := s.steps("- connect: {url: /deaf, dialect: voximplant}\n" + strings.Trim(tt.steps, "\n"))
					if sc.Verdict != "passed" {
						t.Errorf("got %s", verdict(sc))
					}
				})
				if got := strings.Join(slices.Compact(heard), " "); got != tt.want {
					t.Errorf("the peer heard %q, want %q", got, tt.want)
				}
			})
		}
	}
}

// A peer that reads no more holds up no step for longer than its time, nor the
// end.
func TestPeerThatReadsNoMore(t *testing.T) {
	media := "- connect: {url: /deaf, dialect: voximplant}\n- send_media: {from: {tone: 440Hz, duration: 10s}, encoding: ULAW, tag: t}\n"
	tests := []struct{ name, steps, want string }{
		{"send", media + "- wait: 200ms\n- send: x\n  within: 500ms", "failed 9"},
		{"send, many", "- connect: {url: /deaf}\n- send: a\n- send: b\n- send: c\n- send: d\n  within: 500ms", "failed 10"},
		{"stop_media", media + "- wait: 200ms\n- stop_media: {tag: t}", "failed 8"},
		{"replace", media + "- wait: 200ms\n- send_media: {from: {tone: 440Hz, duration: 1s}, encoding: ULAW, tag: t}", "error 8"},
		{"just the end", media + "- wait: 30ms", "passed"},
		{"a listener", "- add_listener: {name: l, when: {message: hi}, send: ho}\n- connect: {url: /deaf}\n- wait: 100ms", "passed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake(t, func(p *peer) {
				p.say("hi")
				for range 3 {
					if _, _, err := p.frame(); err != nil {
						return
					}
				}
				p.pause(20 * time.Second)
			}, func(s *stage) {
				run := s.run("scenarios:\n- name: it\n  unexpected: ignore\n  steps:\n" + indent(tt.steps))
				sc := &run.Suites[0].Scenarios[0]
				if got, _, _ := strings.Cut(verdict(sc), ":"); got != tt.want {
					t.Errorf("got %s, want %s", verdict(sc), tt.want)
				}
				if sc.Duration > 5*time.Second {
					t.Errorf("it took %s", sc.Duration)
				}
			})
		})
	}
}

// What a listener has begun to say is said to its end, so that the steps of
// finally find a connection that can be used.
func TestListenerSpeaksToItsEnd(t *testing.T) {
	var heard []string
	fake(t, func(p *peer) {
		p.say("ping")
		slowly(200*ms, &heard)(p)
	}, func(s *stage) {
		run := s.run("scenarios:\n- name: it\n  listeners: [{name: l, when: {message: ping}, send: pong}]\n" +
			"  steps: [{connect: {url: /deaf}}, {wait: 100ms}]\n  finally: [{send: bye}]\n")
		if got := verdict(&run.Suites[0].Scenarios[0]); got != "passed" {
			t.Errorf("got %s", got)
		}
	})
	if got := strings.Join(heard, " "); got != "pong bye close" {
		t.Errorf("the peer heard %q, want %q", got, "pong bye close")
	}
}

// A platform's counters leave in order, however a reply that it owes and what
// the script says next fall together.
func TestCountersLeaveInOrder(t *testing.T) {
	for range 100 {
		var heard []int
		play := func(p *peer) {
			p.say(`{"event":"mark","streamSid":"MZ1","mark":{"name":"done"}}`)
			for text := range p.heard {
				var m struct{ SequenceNumber json.Number }
				if json.Unmarshal([]byte(text), &m) == nil && m.SequenceNumber != "" {
					n, _ := m.SequenceNumber.Int64()
					heard = append(heard, int(n))
				}
			}
		}
		fake(t, play, func(s *stage) {
			s.steps(`
- connect: {dialect: {name: twilio, streamSid: MZ1}}
- expect: {mark: done}
- send_dtmf: "5"
- send_media: {from: {tone: 440Hz, duration: 60ms}}
- wait: 30ms
- close: {code: 1000}
- expect: close`)
		})
		if len(heard) < 4 || !slices.IsSorted(heard) {
			t.Fatalf("sequence numbers left as %v", heard)
		}
	}
}

// After our Close an endpoint of ours says nothing of its own accord
// (RFC 6455 section 5.5.1): no audio, no stop, no reply.
func TestNothingFollowsOurClose(t *testing.T) {
	var heard []string
	play := func(p *peer) {
		for {
			op, payload, err := p.frame()
			if err != nil {
				return
			}
			heard = append(heard, map[byte]string{opText: "text", opClose: "close"}[op])
			if op == opClose {
				p.say(`{"event":"mark","streamSid":"MZ1","mark":{"name":"late"}}`)
				time.AfterFunc(200*ms, func() { p.write(opClose, payload) })
			}
		}
	}
	fake(t, play, func(s *stage) {
		s.steps(`
- connect: {url: /deaf, dialect: {name: twilio, streamSid: MZ1}}
- send_media: {from: {tone: 440Hz, duration: 5s}}
- wait: 50ms
- close: {code: 1000}
- wait: 500ms`)
	})
	if i := slices.Index(heard, "close"); i < 4 || i != len(heard)-1 {
		t.Errorf("the peer heard %v, want media and then the close, and nothing after it", heard)
	}
}

// Why a connection did not open stands with the step that needs it, however
// soon that step comes.
func TestWhyItDidNotOpenIsTold(t *testing.T) {
	for range 200 {
		fake(t, nil, func(s *stage) {
			sc := s.steps("- connect: {url: /mute}\n  within: 100ms\n- send: x")
			if len(sc.Problems) == 0 || !strings.Contains(sc.Problems[0].Diagnostic.Message, "did not open") {
				t.Fatalf("got %s", verdict(sc))
			}
			if d := sc.Problems[0].Diagnostic.Details; len(d) == 0 || d[0].Label != "error" {
				t.Fatalf("the reason is not told: %v", d)
			}
		})
	}
}

// Whoever has read that a connection is open can use it.
func TestWhatIsOpenCanBeUsed(t *testing.T) {
	for range 500 {
		fake(t, func(p *peer) { <-p.heard }, func(s *stage) {
			if sc := s.steps("- connect: {wait: false}\n- expect: open\n- send: x"); sc.Verdict != "passed" {
				t.Fatalf("got %s", verdict(sc))
			}
		})
	}
}
