package runner_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/duologue/duologue/trace"
)

// endings are all events that a scenario shows as belonging to its end, sorted,
// since what we say and what comes may cross; of pings and pongs not what they
// carry.
func endings(sc *trace.Scenario) string {
	var all []trace.Event
	for _, c := range sc.Connections {
		all = append(all, c.Events...)
	}
	var lines []string
	for _, ev := range all {
		if !ev.AfterEnd {
			continue
		}
		_, line, _ := strings.Cut(strings.TrimSpace(ev.Line()), " ")
		if ev.Kind() == "ping" || ev.Kind() == "pong" {
			line, _, _ = strings.Cut(line, ":")
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// What our end shows where a peer has nothing more to say.
const (
	noPing   = "-> close at our end: 1000\n<- close after our end: 1000, clean, by us, tcp fin"
	quietEnd = "-> close at our end: 1000\n-> ping at our end\n<- close after our end: 1000, clean, by us, tcp fin\n<- pong after our end"
)

// also is a quiet end in which this came after it.
func also(line string) string {
	lines := append(strings.Split(quietEnd, "\n"), line)
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// What our end of a scenario brings about is held against no peer, and shown;
// what a peer had said before is.
func TestTheEndIsOurs(t *testing.T) {
	tests := []struct {
		name   string
		play   func(p *peer)
		pinged func(p *peer, payload []byte)
		steps  string
		want   string
		ending string // "" where that is not the point
	}{
		{"nothing is said", func(*peer) {}, nil, "- connect", "passed", quietEnd},
		{"a duplicate before", func(p *peer) {
			<-p.heard
			p.say("a", "a")
		}, nil, "- connect\n- send: a\n- expect: {message: a}", "failed 2: a message came that no step expected", quietEnd},
		{"a millisecond before", func(p *peer) { p.pause(9 * ms); p.say("extra") }, nil,
			"- connect\n- wait: 10ms", "failed 2: a message came that no step expected", quietEnd},
		{"right before the Pong", func(*peer) {}, func(p *peer, payload []byte) {
			p.say("extra")
			p.pong(payload)
		}, "- connect", "failed 2: a message came that no step expected", quietEnd},
		{"right after the Pong", func(*peer) {}, func(p *peer, payload []byte) {
			p.pong(payload)
			p.say("extra")
		}, "- connect", "passed", also("<- message after our end: extra")},
		{"in one write with the Pong, on both sides of it", func(*peer) {}, func(p *peer, payload []byte) {
			_, _ = p.conn.Write(slices.Concat(frameOf(opText, []byte("before")), frameOf(opPong, payload), frameOf(opText, []byte("after"))))
		}, "- connect", "failed 2: a message came that no step expected", also("<- message after our end: after")},
		{"an answer to our Close", func(p *peer) { <-p.left; p.say("bye"); p.close(1000); _ = p.conn.Close() }, nil, "- connect: {url: /rude}", "passed",
			also("<- message after our end: bye")},
		{"a rule broken after our Close", func(p *peer) { <-p.left; _, _ = p.conn.Write([]byte{0xf1, 0}) }, nil, "- connect: {url: /rude}", "passed", ""},
		{"no answer to our Close", func(*peer) {}, nil, "- connect: {url: /rude}", "passed",
			strings.Replace(quietEnd, "1000, clean, by us, tcp fin", "1006, not clean, by us, tcp local: no Close answered ours", 1)},
		{"its Close before", func(p *peer) { p.pause(9 * ms); p.close(1001) }, nil,
			"- connect\n- wait: 10ms", "failed 2: a close came that no step expected", ""},
		{"its Close in place of the Pong", func(*peer) {}, func(p *peer, _ []byte) { p.close(1001) },
			"- connect", "failed 2: a close came that no step expected", "-> ping at our end"},
		{"its Close before, and TCP ends much later", func(p *peer) { p.pause(9 * ms); p.close(1001); p.pause(600 * ms); _ = p.conn.Close() }, nil,
			"- connect: {url: /rude}\n- wait: 10ms", "failed 2: a close came that no step expected", ""},
		{"the same beside another connection", func(p *peer) {
			if p.path == "/rude" {
				p.pause(9 * ms)
				p.close(1001)
				p.pause(600 * ms)
				_ = p.conn.Close()
			}
		}, nil, "- connect: {url: /rude}\n- {connect: , on: b}\n- wait: 10ms", "failed 2: a close came that no step expected", ""},
		{"its Close after the Pong", func(*peer) {}, func(p *peer, payload []byte) { p.pong(payload); p.close(1001) },
			"- connect", "passed", ""},
		{"the end of TCP in place of the Pong", func(*peer) {}, func(p *peer, _ []byte) { _ = p.conn.Close() },
			"- connect", "failed 2: a close came that no step expected", "-> ping at our end"},
		{"no Pong, and something in its time", func(p *peer) { p.pause(249 * ms); p.say("extra") }, func(*peer, []byte) {},
			"- connect", "failed 2: a message came that no step expected", "-> close at our end: 1000\n-> ping at our end\n<- close after our end: 1000, clean, by us, tcp fin"},
		{"no Pong, and something later", func(p *peer) { p.pause(251 * ms); p.say("extra"); <-p.left; p.close(1000) }, func(*peer, []byte) {},
			"- connect: {url: /rude}", "passed", ""},
		{"a Pong that is too late", func(*peer) {}, func(p *peer, payload []byte) { p.pause(251 * ms); p.say("extra"); p.pong(payload) },
			"- connect", "passed", ""},
		{"Pongs that are not the answer", func(*peer) {}, func(p *peer, payload []byte) {
			p.pong(nil)
			p.pong([]byte("12345678"))
			p.pong(append([]byte("x"), payload...))
			p.say("extra")
			p.pong(payload)
		}, "- connect", "failed 2: a message came that no step expected", quietEnd},
		{"only the latest of several pings is answered", func(*peer) {}, func(p *peer, payload []byte) {
			if string(payload) != "one" && string(payload) != "two" {
				p.pong(payload)
			}
		}, "- connect\n- send_ping: one\n- send_ping: two", "passed", quietEnd},
		{"a masked Pong", func(*peer) {}, func(p *peer, payload []byte) {
			_, _ = p.conn.Write(append([]byte{0x8a, 0x88, 0, 0, 0, 0}, payload...))
		}, "- connect", "failed 2: an error came that no step expected", ""},
		{"a masked Pong, observed", func(*peer) {}, func(p *peer, payload []byte) {
			_, _ = p.conn.Write(append([]byte{0x8a, 0x88, 0, 0, 0, 0}, payload...))
		}, "- connect: {policy: {on_violation: observe}}", "failed 2: an error came that no step expected", strings.Replace(quietEnd, "1000, clean", "1000, not clean", 1)},
		{"a Pong in fragments", func(*peer) {}, func(p *peer, payload []byte) {
			_, _ = p.conn.Write(append([]byte{0x0a, 8}, payload...))
		}, "- connect", "failed 2: an error came that no step expected", ""},
		{"a bot that hangs up when it is told to stop", hangsUp, nil, `
- connect: {dialect: {name: voximplant, role: platform}}
- send_media: {from: {tone: 300Hz, duration: 60ms}, encoding: ULAW, tag: t, keep_alive: silence}`, "passed", ""},
		{"closed by the script, with something unread", func(p *peer) { <-p.left; p.say("extra"); p.close(1000) }, nil,
			"- connect: {url: /rude}\n- close: {code: 1000}", "failed 2: a message came that no step expected", ""},
		{"closed by the script, long after", func(p *peer) { <-p.left; p.pause(900 * ms); p.say("extra"); p.close(1000) }, nil,
			"- connect: {url: /rude}\n- close: {code: 1000}", "failed 2: a message came that no step expected", ""},
		{"closed by the script, with nothing unread", func(*peer) {}, nil, "- connect\n- close: {code: 1000}\n- expect: close", "passed", ""},
		{"a connection that has not opened", func(*peer) {}, nil,
			"- connect: {url: /mute, wait: false}", "failed 4: the connection had not opened by the end, and no step abandoned it", ""},
		{"no last Ping, and something before", func(p *peer) { p.say("extra") }, nil, "- connect: {policy: {final_ping: off}}\n- wait: 10ms",
			"failed 2: a message came that no step expected", noPing},
		{"no last Ping, and something after", func(p *peer) { <-p.left; p.say("bye"); p.close(1000); _ = p.conn.Close() }, nil,
			"- connect: {url: /rude, policy: {final_ping: off}}", "passed", noPing + "\n<- message after our end: bye"},
		{"reading is off", func(p *peer) { p.pause(5 * ms); p.say("under way", "unread") }, nil,
			"- add_listener: {name: l, when: {message: under way}}\n- connect\n- wait: 1ms\n- reading: off\n- wait: 10ms", "passed",
			"-> close at our end: 1000\n<- close after our end: 1000, clean, by us, tcp fin\n<- message after our end: unread"},
		{"a step reads Pongs", func(*peer) {}, nil, "- connect\n- send_ping: x\n- expect: {pong: x}", "passed",
			noPing},
		{"a step reads frames", func(*peer) {}, nil, "- connect\n- send_ping: x\n- expect: {frame: {opcode: pong}}", "passed",
			noPing + "\n<- frame after our end: close, 2 octets: 03e8"},
		{"a listener reads Pongs", func(*peer) {}, nil, "- add_listener: {name: l, when: pong}\n- connect", "passed",
			noPing},
		{"a frame that may be a Pong", func(*peer) {}, nil, "- connect\n- absent: {one_of: {a: {message: x}, b: frame}}\n  within: 10ms", "passed",
			noPing + "\n<- frame after our end: close, 2 octets: 03e8"},
		{"a listener answers until the Pong", func(*peer) {}, func(p *peer, payload []byte) {
			go func() {
				p.say("tick")
				if got := <-p.heard; got != "tock" {
					p.say("no tock, but " + got)
				}
				_, _ = p.conn.Write(append(frameOf(opPong, payload), frameOf(opText, []byte("tick"))...))
			}()
		}, "- add_listener: {name: l, when: {message: tick}, send: tock}\n- connect", "passed", also("<- message after our end: tick")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fakeShown(t, tt.play, func(s *stage) {
				s.pinged = tt.pinged
				sc := s.steps(tt.steps)
				if got := verdict(sc); got != tt.want {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
				if got := endings(sc); tt.ending != "" && got != tt.ending {
					t.Errorf("the end was\n%s\nwant\n%s", got, tt.ending)
				}
			})
		})
	}
}

// hangsUp is a bot that closes as soon as a stream has stopped.
func hangsUp(p *peer) {
	for text := range p.heard {
		if strings.Contains(text, `"event":"stop"`) {
			p.close(1000)
		}
	}
}

// Our stop and our Close stand in the trace, and what the bot made of them.
func TestTheStopAtTheEndIsShown(t *testing.T) {
	fakeShown(t, hangsUp, func(s *stage) {
		sc := s.steps("- connect: {dialect: voximplant}\n- send_media: {from: {tone: 300Hz, duration: 60ms}, encoding: ULAW, tag: t, keep_alive: silence}\n- wait: 50ms")
		got := endings(sc)
		for _, want := range []string{"-> ping at our end\n", "<- pong after our end", "-> message at our end: {\"event\":\"stop\"", "<- close after our end: "} {
			if !strings.Contains(got, want) {
				t.Errorf("the end was\n%s\nwhich lacks %q", got, want)
			}
		}
	})
}

// The last Ping tells what it costs: a round trip, and at most 250 ms where a
// peer answers none or floods; nothing where nothing is judged by it.
func TestWhatTheLastPingCosts(t *testing.T) {
	var pinged atomic.Int32
	count := func(answer func(p *peer, payload []byte)) func(*peer, []byte) {
		return func(p *peer, payload []byte) {
			pinged.Add(1)
			answer(p, payload)
		}
	}
	silent := func(*peer, []byte) {}
	tests := []struct {
		name   string
		play   func(p *peer)
		answer func(p *peer, payload []byte)
		text   string
		pings  int32
		took   time.Duration
	}{
		{"a round trip", func(*peer) {}, func(p *peer, payload []byte) { p.pause(20 * ms); p.pong(payload) }, "  steps: [connect]", 1, 20 * ms},
		{"no Pong", func(*peer) {}, silent, "  steps: [connect]", 1, 250 * ms},
		{"no Pong on many", func(*peer) {}, silent, "  steps: [connect: , {connect: , on: b}, {connect: , on: c}]", 3, 250 * ms},
		{"a flood", func(p *peer) {
			for {
				select {
				case <-p.left:
					return
				default:
					p.write(opPing, nil)
					p.pause(ms)
				}
			}
		}, silent, "  steps: [connect]", 1, 250 * ms},
		{"a Close in place of the Pong", func(*peer) {}, func(p *peer, _ []byte) { p.close(1000) }, "  steps: [connect]", 1, 0},
		{"a frame of ours is unfinished", func(p *peer) { _, _ = io.Copy(io.Discard, p.in) }, silent,
			"  steps: [connect: {url: /deaf}, send_frame: {length: 9, payload: x}]", 0, time.Second}, // for an answer to our Close
		{"closed by the script", func(*peer) {}, (*peer).pong, "  steps: [connect, close, expect: close]", 0, 0},
		{"closed by the peer", func(p *peer) { p.close(1000) }, (*peer).pong, "  steps: [connect, expect: close]", 0, 0},
		{"closed by the script where reading is off", func(*peer) {}, (*peer).pong, "  steps: [connect: , {connect: , on: b}, reading: off, close]", 1, 0},
		{"a step failed", func(*peer) {}, silent, "  steps: [connect, assert: {1: 2}]", 0, 0},
		{"a step was skipped", func(*peer) {}, silent, "  steps: [connect, skip: enough]", 0, 0},
		{"whatever comes is ignored", func(*peer) {}, silent, "  unexpected: ignore\n  steps: [connect]", 0, 0},
		{"a setup", func(*peer) {}, (*peer).pong, "  steps: [wait: 0s]\nsetup: [connect]\nteardown: [connect]", 2, 0},
		{"unexpected names Pongs", func(*peer) {}, silent, "  unexpected: [{message: fine}, pong]\n  steps: [connect]", 0, 0},
		{"unexpected names frames", func(*peer) {}, silent, "  unexpected: [{frame: {opcode: pong}}]\n  steps: [connect]", 0, 0},
		{"a load", func(*peer) {}, (*peer).pong, "  load: {times: 3}\n  steps: [connect]", 3, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pinged.Store(0)
			fakeShown(t, tt.play, func(s *stage) {
				s.pinged = count(tt.answer)
				run := s.run("scenarios:\n- name: it\n" + tt.text + "\n")
				if got := pinged.Load(); got != tt.pings {
					t.Errorf("%d pings were heard, want %d", got, tt.pings)
				}
				if run.Duration != tt.took {
					t.Errorf("it took %s, want %s", run.Duration, tt.took)
				}
			})
		})
	}
}

// A run that is interrupted waits for no Pong.
func TestInterruptedWhileTheEndIsAwaited(t *testing.T) {
	fakeShown(t, func(*peer) {}, func(s *stage) {
		s.pinged = func(*peer, []byte) {}
		plan := s.prepare("scenarios:\n- {name: a, steps: [connect, {wait: 900ms}]}\n")
		run := s.interrupted(plan) // after a second
		if run.Duration != time.Second {
			t.Errorf("it took %s, want 1s", run.Duration)
		}
	})
}

// While Pongs are awaited a stream goes on in its pace, so that the peer hears no
// gap; its stop follows, then the Close.
func TestStreamsGoOnUntilThePong(t *testing.T) {
	for name, steps := range map[string]string{
		"a platform's silence": "- connect: {dialect: twilio}\n- send_media: {from: {tone: 300Hz, duration: 20ms}}\n- wait: 95ms",
		"a stream that plays":  "- connect: {dialect: voximplant}\n- send_media: {from: {tone: 300Hz, duration: 10s}, encoding: ULAW, tag: t}\n- wait: 95ms",
	} {
		t.Run(name, func(t *testing.T) {
			var heard []string
			var chunks []time.Duration
			fakeShown(t, func(p *peer) {
				begin := time.Now()
				for text := range p.heard {
					switch {
					case strings.Contains(text, `"media":`):
						chunks = append(chunks, time.Since(begin))
					case strings.Contains(text, `"stop"`):
						heard = append(heard, fmt.Sprint("stop ", time.Since(begin)))
					}
				}
			}, func(s *stage) {
				s.pinged = func(p *peer, payload []byte) {
					go func() { p.pause(100 * ms); p.pong(payload) }()
				}
				if got := verdict(s.steps(steps)); got != "passed" {
					t.Errorf("got %s", got)
				}
			})
			if fmt.Sprint(heard) != "[stop 195ms]" || len(chunks) != 10 {
				t.Errorf("heard %v and %d chunks, want the stop after 195ms and 10 chunks", heard, len(chunks))
			}
			for k, at := range chunks {
				if at != time.Duration(k)*20*ms {
					t.Errorf("chunk %d came at %s", k, at)
				}
			}
		})
	}
}

// A server that tells the others when one leaves is not blamed for our leaving.
// What the script's own Close brings about is not put down to our end.
func TestTheOthersAreTold(t *testing.T) {
	for _, tt := range []struct{ name, last, want, ending string }{
		{"we leave", "", "passed", "<- message after our end: ann has left"},
		{"the script leaves", "- wait: 1ms\n- {close: {code: 1000}, on: ann}", "failed 2: a message came that no step expected", "<- pong after our end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var bob chan *peer
			var told chan struct{}
			fakeShown(t, func(p *peer) {
				if p.path == "/bob" {
					bob <- p
					return
				}
				other := <-bob
				if tt.last != "" {
					p.busy <- struct{}{} // its Close is answered later
				}
				<-p.left
				p.pause(100 * ms)
				other.say("ann has left")
				close(told)
				if tt.last != "" {
					<-p.busy
				}
			}, func(s *stage) {
				bob, told = make(chan *peer, 1), make(chan struct{})
				s.pinged = func(p *peer, payload []byte) {
					p.pong(payload)
					if p.path == "/bob" { // what else we say is read later
						<-told
					}
				}
				sc := s.steps("- {connect: {url: /ann}, on: ann}\n- {connect: {url: /bob}, on: bob}\n" + tt.last)
				if got := verdict(sc); got != tt.want || !strings.Contains(endings(sc), tt.ending) {
					t.Errorf("got %s, want %s; the end was\n%s\nwant %q", got, tt.want, endings(sc), tt.ending)
				}
			})
		})
	}
}

// No Ping goes into a frame that the script has not finished, or after its Close,
// or to a client whose request was never answered, to which nothing goes at all.
func TestTheEndSpoilsNothing(t *testing.T) {
	var octets []byte
	fakeShown(t, func(p *peer) {
		for {
			b := make([]byte, 1)
			if _, err := p.in.Read(b); err != nil {
				return
			}
			octets = append(octets, b...)
		}
	}, func(s *stage) {
		if got := verdict(s.steps("- connect: {url: /deaf}\n- send_frame: {length: 100, mask: \"00000000\", payload: unfinished}\n- wait: 10ms")); got != "passed" {
			t.Errorf("got %s", got)
		}
	})
	// What our Close makes of it is known: it has always gone there.
	if frame := "\x81\xe4\x00\x00\x00\x00unfinished"; !strings.HasPrefix(string(octets), frame) || len(octets) != len(frame)+8 {
		t.Errorf("the peer read %q, want %q and a Close", octets, frame)
	}
}

// The events that our end brings about are none of those that a load counts.
func TestALoadCountsNoEventsOfTheEnd(t *testing.T) {
	fakeShown(t, func(p *peer) { p.say("hello"); <-p.left; p.say("bye"); p.close(1000); _ = p.conn.Close() }, func(s *stage) {
		run := s.run(`scenarios:
- name: it
  load: {times: 2, assert: {"len(events('main', 'message'))": {$max: 1}, "len(events('main', 'pong'))": {$max: 0}}}
  steps: [{connect: {url: /rude}}, {expect: message}]
`)
		if got := verdict(&run.Suites[0].Scenarios[0]); got != "passed" {
			t.Errorf("got %s", got)
		}
	})
}

// A connection of the script that nobody accepts is no connection, though it is
// our end that refuses it.
func TestTheEndOpensNothing(t *testing.T) {
	sc := clientOf(t, "[{connect: {url: 'ws://127.0.0.1:9999/lost', wait: false}}, {wait: 50ms}]\n  unexpected: [dial]", func(*testing.T, dialing) {})
	if got := verdict(sc); got != "failed 4: the connection did not open, and no step expected that" {
		t.Errorf("got %s", got)
	}
}

// An attempt that our end gives up is shown so.
func TestTheEndGivesUp(t *testing.T) {
	fakeShown(t, func(*peer) {}, func(s *stage) {
		if end := endings(s.steps("- connect: {url: /mute, wait: false}")); !strings.HasPrefix(end, "<- error after our end: abandoned: ") {
			t.Errorf("the end was\n%s", end)
		}
	})
}

// Where both ends are ours, neither hears the last Ping of the other as one that
// means something.
func TestBothEndsPing(t *testing.T) {
	sc := clientOf(t, `
  - add_listener: {name: pings, when: ping, send: never}
  - parallel:
    - steps: [{connect: {url: "ws://127.0.0.1:9999/"}, on: a}]
    - steps: [{accept: {}, on: b}]`, func(*testing.T, dialing) {})
	end := endings(sc)
	if got := verdict(sc); got != "passed" || strings.Count(end, "<- ping after our end") != 2 || strings.Count(end, "<- pong after our end") != 2 {
		t.Errorf("got %s; the end was\n%s", got, end)
	}
	for _, c := range sc.Connections {
		for _, ev := range c.Events {
			if ev.Kind() == "message" {
				t.Errorf("%s: %s", c.Name, ev.Line())
			}
		}
	}
}

// What nobody expected is shown with what followed at the end, and with a hint
// where the last Ping itself may have been too much for the peer.
func TestWhatIsShownOfTheEnd(t *testing.T) {
	for _, tt := range []struct {
		name   string
		play   func(p *peer)
		pinged func(p *peer, payload []byte)
		last   string // step
		recent string
		hinted bool
	}{
		{"a Pong", func(*peer) {}, func(p *peer, payload []byte) { p.say("extra", "more"); p.pong(payload) }, "wait: 10ms",
			"open ping message pong close close", false},
		{"no Pong", func(*peer) {}, func(p *peer, _ []byte) { p.say("extra") }, "wait: 10ms", "open ping message close close", true},
		{"no Pong, but something before", func(p *peer) { p.say("extra") }, func(*peer, []byte) {}, "wait: 10ms", "open message ping close close", false},
		{"a step failed", func(p *peer) { p.say("extra") }, (*peer).pong, "expect: {message: other}", "open message", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fakeShown(t, tt.play, func(s *stage) {
				s.pinged = tt.pinged
				sc := s.steps("- connect\n- " + tt.last)
				if len(sc.Problems) != 1 {
					t.Fatalf("%d problems, want 1", len(sc.Problems))
				}
				var recent []string
				for _, ev := range sc.Problems[0].Recent {
					recent = append(recent, ev.Kind())
				}
				if got := strings.Join(recent, " "); got != tt.recent {
					t.Errorf("shown are %s, want %s", got, tt.recent)
				}
				if hint := sc.Problems[0].Diagnostic.Hint; strings.Contains(hint, "final_ping") != tt.hinted {
					t.Errorf("the hint is %q", hint)
				}
			})
		})
	}
}
