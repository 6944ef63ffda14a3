package runner_test

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/internal/pipenet"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// never is a point of time that does not come while a scenario is performed.
const never = time.Hour

// A waiting is a step that waits for what a peer does at a point of time, for 1 s from the
// beginning of the scenario.
type waiting struct {
	name string
	at   func(s *stage, comes time.Duration) // how the peer does it then; never: not at all
	text string                              // the scenario without its name
}

var waitings = []waiting{
	{"expect", speaks, "steps: [connect, {expect: message, within: 1s}]"},
	{"accept", clientDials("9999", 0), "steps: [{accept: {endpoint: here}, within: 1s}]"},
	{"accept, routes", clientDials("9998", 0), "steps: [{accept: {endpoint: routed}, within: 1s}]"},
	{"accept, and the request", clientDials("9999", 5*ms), "steps: [{accept: {endpoint: here}, within: 1s}]"},
	{"connect as a server", isDialled, "steps: [{connect: {}, within: 1s}]"},
	{"connect", greets, "steps: [{connect: {}, within: 1s}]"},
	{"connect, not waited for", greets, "steps: [{connect: {wait: false}, within: 1s}, {expect: open, within: 30s}]"},
	{"connect, retried", comesUp, "steps: [{connect: {retry: {until: 1s, every: 90ms}}}]"},
	{"connect after a connection that ends", leaves, "steps: [{connect: {url: /rude}}, {close: {code: 1000}}, {connect: {}, within: 1s}], unexpected: ignore"},
	{"send", reads, "steps: [{connect: {url: /deaf}}, {send: x, within: 1s}]"},
	{"send_ping", reads, "steps: [{connect: {url: /deaf}}, {send_ping: x, within: 1s}]"},
	{"send_bytes", reads, "steps: [{connect: {url: /deaf}}, {send_bytes: {hex: 8a8000000000}, within: 1s}]"},
	{"close", reads, "steps: [{connect: {url: /deaf}}, {close: {code: 1000}, within: 1s}], unexpected: ignore"},
	{"http", answers, "steps: [{http: /slow, within: 1s}]"},
	{"http, until", answers, "steps: [{http: {url: /a, until: {text: ready}, every: 100ms}, within: 1s}]"},
	{"the timeout in a step", speaks, "timeout: 1s, steps: [connect, {expect: message, within: 1h}]"},
	{"the timeout in a request", answers, "timeout: 1s, steps: [{http: /slow, within: 1h}]"},
}

// speaks has the peer say something.
func speaks(s *stage, comes time.Duration) {
	s.play = func(p *peer) {
		if p.pause(comes); comes != never {
			p.say("a")
		}
	}
}

// clientDials has a client dial, or send its request so long after it dialled.
func clientDials(port string, first time.Duration) func(*stage, time.Duration) {
	return func(s *stage, comes time.Duration) {
		n := pipenet.New()
		s.options.Listen = n.Listen
		dial, ask := comes, time.Duration(0)
		if first > 0 {
			dial, ask = first, comes-first
		}
		s.peers.Go(func() { client(n, "127.0.0.1:"+port, dial, ask) })
	}
}

// client is one that answers a Close.
func client(n *pipenet.Network, address string, dial, ask time.Duration) {
	if dial == never {
		return
	}
	time.Sleep(dial)
	nc, err := n.Dial(context.Background(), "tcp", address)
	if err != nil {
		return // the scenario is over
	}
	speak(nc, ask)
}

// speak is a client over a connection. It says nothing at first.
func speak(nc net.Conn, ask time.Duration) {
	if ask > time.Minute {
		_, _ = io.Copy(io.Discard, nc)
		return
	}
	time.Sleep(ask)
	d := wire.Dialer{URL: "ws://here.test/", NetDial: func(context.Context, string, string) (net.Conn, error) { return nc, nil }}
	c, err := d.Dial(context.Background())
	if err != nil {
		_ = nc.Close()
		return
	}
	for {
		if _, ended := c.Next().(*wire.End); ended {
			return
		}
	}
}

// isDialled has a client dial us who are a server.
func isDialled(s *stage, comes time.Duration) {
	s.options.Accepting = true
	s.options.Inbound = func(ctx context.Context) (net.Conn, error) {
		timer := time.NewTimer(comes)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		ours, theirs := pipenet.Pipe()
		s.peers.Go(func() { speak(theirs, 0) })
		return ours, nil
	}
}

// greets has the server answer the handshake.
func greets(s *stage, comes time.Duration) {
	s.greets = func(p *peer) {
		if comes == never {
			_, _ = io.Copy(io.Discard, p.in) // until the client gives up
			return
		}
		p.pause(comes)
	}
}

// comesUp has the server be there.
func comesUp(s *stage, comes time.Duration) { s.absent = time.Now().Add(comes) }

// leaves has a peer end a connection that was closed.
func leaves(s *stage, comes time.Duration) {
	s.play = func(p *peer) {
		if p.path != "/rude" {
			return
		}
		select {
		case <-time.After(comes):
		case <-time.After(time.Minute): // it is over
		}
		_ = p.conn.Close()
	}
}

// reads has the peer read.
func reads(s *stage, comes time.Duration) {
	s.play = func(p *peer) {
		p.pause(min(comes, time.Minute))
		p.listen()
	}
}

// answers has the server answer: at /slow only then, else otherwise until then.
func answers(s *stage, comes time.Duration) {
	start := time.Now()
	s.answerHTTP(func(path string) string {
		if path == "/slow" && comes == never {
			return ""
		}
		if path == "/slow" {
			time.Sleep(time.Until(start.Add(comes)))
		}
		if time.Since(start) < comes {
			return "not yet"
		}
		return "ready"
	})
}

// Whatever a step waits for: what never comes has failed, though this machine was late, and
// what comes after its time is excused by no more than that. The time is over at 1 s.
func TestWaitingInVain(t *testing.T) {
	const long = 40 * ms // of a pause; 5 ms are allowed
	for _, tt := range []struct {
		name     string
		comes    time.Duration
		from, to time.Duration // nobody is woken
		want     string
		but      string // what is said beside
	}{
		{"in time", 890 * ms, 0, 0, "passed", ""},
		{"late", 1020 * ms, 0, 0, "failed", ""},
		{"a little late", 1004 * ms, 0, 0, "failed", ""},
		{"never", never, 0, 0, "failed", ""},
		{"in time, and we were late", 890 * ms, 300 * ms, 300*ms + long, "passed", ""},
		{"never, and we were late", never, 300 * ms, 300*ms + long, "failed", ""},
		{"never, and we were late at the end", never, 990 * ms, 990*ms + long, "failed", ""},
		{"never, and we stood still", never, 300 * ms, 540 * ms, "failed", ""},
		{"late by less than we were", 1020 * ms, 300 * ms, 300*ms + long, "inconclusive", "this machine was late by 40ms meanwhile"},
		{"late by less than we are", 1020 * ms, 990 * ms, 990*ms + long, "inconclusive", "this machine was late by"},
		{"late by more than we were", 1060 * ms, 300 * ms, 300*ms + long, "failed", ""},
		{"late by a little more than we were", 1045 * ms, 300 * ms, 300*ms + long, "failed", ""},
		{"late by less than is allowed", 1004 * ms, 300 * ms, 304 * ms, "failed", ""},
		{"never, and we are late all the while", never, 700 * ms, never, "inconclusive", "this machine was late all the while"},
	} {
		for _, w := range waitings {
			t.Run(tt.name+"/"+w.name, func(t *testing.T) {
				fake(t, nil, func(s *stage) {
					s.play = func(*peer) {}
					s.options.Clock.Wait = lateWait(time.Now(), tt.from, tt.to)
					s.options.Listen = pipenet.New().Listen
					w.at(s, tt.comes)
					run := s.run("endpoints: {here: {listen: '127.0.0.1:9999'}, routed: {listen: '127.0.0.1:9998', routes: [{path: /none}]}}\n" +
						"scenarios:\n- {name: it, " + w.text + "}\n")
					sc := &run.Suites[0].Scenarios[0]
					if got, _, _ := strings.Cut(verdict(sc), " "); got != tt.want {
						t.Errorf("got %s, want %s", verdict(sc), tt.want)
					}
					if said := excuseOf(sc); !strings.HasPrefix(said, tt.but) || tt.but == "" && said != "" {
						t.Errorf("%s, and said %q, want %q", verdict(sc), said, tt.but)
					}
				})
			})
		}
	}
}

// excuseOf is what the first problem of a scenario says of our lateness.
func excuseOf(sc *trace.Scenario) string {
	if len(sc.Problems) == 0 {
		return ""
	}
	for _, d := range sc.Problems[0].Diagnostic.Details {
		if d.Label == "but" {
			return d.Text
		}
	}
	return ""
}

// What would have been asked at another moment, had we been in time, is asked once more. The
// answer changes from a point of time on; requests go out at 0 and 600 ms, and then at 1200.
func TestAskedOnceMore(t *testing.T) {
	for _, tt := range []struct {
		name     string
		comes    time.Duration
		from, to time.Duration
		want     string
	}{
		{"asked too early, in time", 610 * ms, 0, 0, "failed"},
		{"asked too early, and late, but not by so much that it matters", 610 * ms, 100 * ms, 104 * ms, "failed"},
		{"perhaps asked in time", 700 * ms, 590 * ms, 630 * ms, "inconclusive"},
		{"late by as much as we were", 1040 * ms, 590 * ms, 630 * ms, "inconclusive"},
		{"late by more", 1060 * ms, 590 * ms, 630 * ms, "failed"},
		{"never", never, 590 * ms, 630 * ms, "failed"},
		{"never, and late all the while", never, 590 * ms, never, "inconclusive"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fake(t, nil, func(s *stage) {
				s.options.Clock.Wait = lateWait(time.Now(), tt.from, tt.to)
				answers(s, tt.comes)
				sc := s.steps("- http: {url: /a, until: {text: ready}, every: 600ms}\n  within: 1s")
				if got, _, _ := strings.Cut(verdict(sc), " "); got != tt.want {
					t.Errorf("got %s, want %s", verdict(sc), tt.want)
				}
			})
		})
	}
}

// A stream that never ends is waited for until the scenario's time is over, and however late
// we were, that has failed.
func TestWaitInVainForALabel(t *testing.T) {
	for to, want := range map[time.Duration]string{300 * ms: "failed", 340 * ms: "failed", never: "inconclusive"} {
		fake(t, func(*peer) {}, func(s *stage) {
			s.options.Clock.Wait = lateWait(time.Now(), 300*ms, to)
			run := s.run("scenarios:\n- {name: it, timeout: 1s, steps: [{connect: {dialect: twilio}}, {send_media: {from: {tone: 300Hz, duration: 60ms}, loop: true}, as: s}, {wait: s}]}\n")
			sc := &run.Suites[0].Scenarios[0]
			if got := verdict(sc); got != want+" 2: the scenario ran out of time in this step" {
				t.Errorf("late from 300ms to %s: got %s, want %s", to, got, want)
			}
		})
	}
}

// A silence that is listened to once more, because we were late at its end, takes its time
// from nobody. It is over at 2 s, the scenario at 1.5 s.
func TestRepeatedSilenceTakesNoTime(t *testing.T) {
	for _, tt := range []struct {
		name     string
		from, to time.Duration
		then     string // a step
		want     string
	}{
		{"in time", 0, 0, "{wait: 100ms}", "passed"},
		{"late", 995 * ms, 1010 * ms, "{wait: 100ms}", "inconclusive"},
		{"late, and then for ever", 995 * ms, 1010 * ms, "{wait: 1h}", "failed"},
		{"late, and then something wrong", 995 * ms, 1010 * ms, "{expect: {message: x}}", "failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fake(t, func(p *peer) { p.pause(2100 * ms); p.say("y") }, func(s *stage) {
				s.options.Clock.Wait = lateWait(time.Now(), tt.from, tt.to)
				run := s.run("scenarios:\n- {name: it, timeout: 1500ms, unexpected: ignore, steps: [connect, {absent: message, within: 1s}, " + tt.then + "]}\n")
				if got, _, _ := strings.Cut(verdict(&run.Suites[0].Scenarios[0]), " "); got != tt.want {
					t.Errorf("got %s, want %s", verdict(&run.Suites[0].Scenarios[0]), tt.want)
				}
			})
		})
	}
}

// Many latenesses together can use up the time of a scenario whose peer is right. Each of ten
// rounds has an answer and 20 ms; we are late in the last third of 120 ms, until 1 s.
func TestManyLatenesses(t *testing.T) {
	for _, tt := range []struct {
		name string
		each time.Duration // that an answer takes
		late bool
		want string
	}{
		{"in time", 70 * ms, false, "passed"},
		{"in time, had we been", 70 * ms, true, "inconclusive"},
		{"late", 90 * ms, false, "failed"},
		{"late, whatever we had been", 300 * ms, true, "failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fake(t, func(p *peer) {
				for text := range p.heard {
					p.pause(tt.each)
					p.say(text)
				}
			}, func(s *stage) {
				start := time.Now()
				s.options.Clock.Wait = func(ctx context.Context, until time.Time) error {
					const round = 120 * ms
					if at := until.Sub(start); tt.late && at < time.Second && at%round >= 2*round/3 {
						until = start.Add(at.Truncate(round) + round)
					}
					return session.Timer(ctx, until)
				}
				run := s.run("scenarios:\n- {name: it, timeout: 1s, steps: [connect, {repeat: {times: 10, steps: [{send: x}, {expect: message}, {wait: 20ms}]}}]}\n")
				if got, _, _ := strings.Cut(verdict(&run.Suites[0].Scenarios[0]), " "); got != tt.want {
					t.Errorf("got %s, want %s", verdict(&run.Suites[0].Scenarios[0]), tt.want)
				}
			})
		})
	}
}

// The time of `finally` is longer by as much as we were late, too.
func TestFinallyInVain(t *testing.T) {
	for _, tt := range []struct {
		comes, to time.Duration // we are late from 300 ms on
		want      string
	}{
		{29 * time.Second, 340 * ms, "passed"},
		{30*time.Second + 20*ms, 340 * ms, "inconclusive"},
		{30*time.Second + 20*ms, 300 * ms, "failed"},
		{30*time.Second + 60*ms, 340 * ms, "failed"},
		{never, 340 * ms, "failed"},
		{never, never, "inconclusive"},
	} {
		fake(t, nil, func(s *stage) {
			s.options.Clock.Wait = lateWait(time.Now(), 300*ms, tt.to)
			speaks(s, tt.comes)
			sc := s.steps("- connect\n- send: x\nfinally:\n- expect: message\n  within: 1h")
			if got, _, _ := strings.Cut(verdict(sc), " "); got != tt.want {
				t.Errorf("what comes at %s, late from 300ms to %s: got %s, want %s", tt.comes, tt.to, verdict(sc), tt.want)
			}
		})
	}
}

// That nobody answers can be what is asked. It is so if we were late by less than we waited
// longer for it, and nobody knows if we were late all the while.
func TestExpectedSilenceOfHandshakes(t *testing.T) {
	for name, steps := range map[string]string{
		"a server":                 "- connect: {}\n  within: 1s\n- expect: {error: {kind: timeout}}",
		"a server, not waited for": "- connect: {wait: false}\n  within: 1s\n- expect: {error: {kind: timeout}}\n  within: 30s",
		"no server":                "- connect: {retry: {until: 1s}}\n- expect: {error: {kind: refused}}",
		"a client":                 "- accept: {}\n  within: 1s\n- expect: {error: {kind: timeout}}",
	} {
		for to, want := range map[time.Duration]string{300 * ms: "passed", 340 * ms: "passed", never: "inconclusive"} {
			fake(t, nil, func(s *stage) {
				s.options.Listen = pipenet.New().Listen
				s.options.Clock.Wait = lateWait(time.Now(), 300*ms, to)
				endpoints := ""
				switch name {
				case "no server":
					comesUp(s, never)
				case "a client":
					endpoints = "endpoints: {here: {listen: '127.0.0.1:9999'}}\n"
					clientDials("9999", 5*ms)(s, never)
				default:
					greets(s, never)
				}
				sc := &s.run(endpoints + "scenarios:\n- name: it\n  steps:\n" + indent(steps)).Suites[0].Scenarios[0]
				if got, _, _ := strings.Cut(verdict(sc), " "); got != want {
					t.Errorf("%s, late from 300ms to %s: got %s, want %s", name, to, verdict(sc), want)
				}
			})
		}
	}
}
