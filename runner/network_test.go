package runner_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/trace"
)

// overSockets is a suite of which each scenario dials an endpoint of its own, over sockets of the system.
const overSockets = `
defaults: {within: 10s}
endpoints: {here: {}}
sequences:
  meet:
    steps:
    - {connect: {url: "${endpoints.here.url}", wait: false, compression: true}, on: client}
    - {accept: {compression: true}, on: server}
    - {expect: open, on: client}
scenarios:
- name: big messages both ways
  steps:
  - use: meet
  - {network: {latency: 30ms, jitter: 20ms, bandwidth: 8MiB/s}, on: client}
  - parallel:
    - on: client
      steps:
      - {send: {repeat: abc, size: 3MiB}, as: up}
    - on: server
      steps:
      - {send: {repeat: {hex: 00ff17}, size: 3MiB, fragments: 100KiB}, as: down}
  - {expect: {message: "${down.data}"}, on: client}
  - {expect: {message: "${up.data}"}, on: server}
- name: a Close overtakes nothing
  steps:
  - use: meet
  - {network: {latency: 100ms}, on: client}
  - repeat: {times: 50, steps: [{send: "message ${index}", on: client}]}
  - {close: {code: 1000}, on: client}
  - repeat: {times: 50, steps: [{expect: {message: "message ${index}"}, on: server}]}
  - {expect: {close: {code: 1000, by: peer, clean: true, tcp: fin}}, on: server}
  - {expect: {close: {code: 1000, by: us, clean: true, tcp: fin}}, on: client}
- name: a peer that is gone is found out
  steps:
  - use: meet
  - {send: hello, on: client}
  - {expect: {message: hello}, on: server}
  - {network: half_open, on: client}
  - {send_ping: still there, on: server}
  - {send: nobody hears that, on: client}
  - {absent: pong, on: server, within: 300ms}
  - {absent: message, on: server, within: 100ms}
  - {close: {code: 1001}, on: server}
  - {absent: close, on: server, within: 300ms}
  - {drop: fin, on: server}
  - {expect: {close: {code: 1006, by: us}}, on: server}
- name: a reset is one for both
  steps:
  - use: meet
  - {network: reset, on: client}
  - {expect: {close: {code: 1006, by: us, tcp: reset}}, on: client}
  - {expect: {close: {code: 1006, by: peer, tcp: reset}}, on: server}
- name: a cut is the end of a stream for both
  steps:
  - use: meet
  - {network: {idle_timeout: 200ms}, on: client}
  - {expect: {close: {code: 1006, by: network, tcp: fin}}, on: client}
  - {expect: {close: {code: 1006, by: peer, tcp: fin}}, on: server}
- name: octets before a reset arrive before it
  steps:
  - use: meet
  - {network: {latency: 200ms}, on: client}
  - {send: last words, on: client}
  - {drop: rst, on: client}
  - {expect: {message: last words}, on: server}
  - {expect: {close: {code: 1006, by: peer, tcp: reset}}, on: server}
  - {expect: {close: {code: 1006, by: us, tcp: local}}, on: client}
- name: a slow reader
  steps:
  - use: meet
  - {network: {down: {bandwidth: 100KiB/s}}, on: client}
  - {send: {repeat: {file: noise.bin}, size: 50KiB}, on: server, as: sent}
  - {expect: {message: "${sent.data}"}, on: client}
- name: what is stalled at the end comes, and the end of the stream behind it
  steps:
  - use: meet
  - {network: {stall: 1h}, on: client}
  - {send: at last, on: client}
  - {drop: half, on: client}
  unexpected: [{message: at last}, {close: {by: peer, tcp: fin}}]
- name: in the middle of everything
  steps:
  - use: meet
  - {network: {latency: 1s, bandwidth: 1KiB/s}, on: client}
  - {send: {repeat: {file: noise.bin}, size: 200KiB}, on: client}
  - {send: {repeat: {file: noise.bin}, size: 10KiB}, on: server}
  unexpected: ignore
`

// A line works beneath TLS as it does without, and the peer sees what it would of a real one.
func TestNetworkOverSockets(t *testing.T) {
	secured := strings.NewReplacer("endpoints: {here: {}}", "endpoints: {here: {tls: {cert: ca.pem, key: key.pem}}}",
		"wait: false", "wait: false, tls: {ca: ca.pem}")
	for name, text := range map[string]string{"ws": overSockets, "wss": secured.Replace(overSockets)} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			authority(t, dir)
			write(t, dir+"/noise.bin", noise(64<<10))
			run := performText(t, dir, text, suitetest.Options{})
			for _, s := range run.Suites[0].Scenarios {
				t.Logf("%s: %s", s.Name, s.Duration)
				if s.Verdict != trace.Passed {
					t.Errorf("%s: %s", s.Name, s.Verdict)
					explain(t, s)
				}
				if s.Duration > 8*time.Second {
					t.Errorf("%s took %s", s.Name, s.Duration)
				}
			}
		})
	}
}

// noise is octets that cannot be compressed.
func noise(n int) []byte {
	out := make([]byte, n)
	x := uint32(1)
	for i := range out {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		out[i] = byte(x)
	}
	return out
}

// An interruption does not wait for a line.
func TestInterruptionOfBadLines(t *testing.T) {
	for _, line := range []string{"{stall: 1h}", "{latency: 1m, jitter: 1m}", "{bandwidth: 1B/s}", "half_open", "{idle_timeout: 1h}", "{up: {stall: 1h}}"} {
		fake(t, echoes, func(s *stage) {
			prepared := s.prepare("scenarios:\n- name: it\n  timeout: 2h\n  steps:\n  - connect\n  - network: " + line +
				"\n  - repeat: {times: 20, steps: [{send: {repeat: a, size: 10KiB}}]}\n  - {wait: 1h}\n")
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			begin := time.Now()
			sc := prepared.Run(ctx).Suites[0].Scenarios[0]
			s.peers.Wait()
			if took := time.Since(begin); sc.Verdict != trace.Errored || took > 4*time.Second {
				t.Errorf("%s: it is %s after %s", line, sc.Verdict, took)
				explain(t, sc)
			}
		})
	}
}

// What is left to chance is the same for the same seed, whatever else runs.
func TestChanceOfLines(t *testing.T) {
	perform := func(seed uint64, more string) (times []time.Duration) {
		fakeShown(t, echoes, func(s *stage) {
			s.options.Seed = seed
			sc := s.steps("- connect\n" + more + "- network: {latency: 10ms, jitter: 100ms}\n" +
				"- repeat: {times: 20, steps: [{send: a}, {expect: {message: a}}]}\n")
			for _, ev := range sc.Connections[0].Events {
				if ev.Kind() == "message" && !ev.Sent {
					times = append(times, ev.At)
				}
			}
		})
		return times
	}
	same := func(a, b []time.Duration) bool {
		for i := range a {
			if a[i] != b[i] {
				return false
			}
		}
		return len(a) == 20 && len(b) == 20
	}
	first := perform(7, "")
	if again := perform(7, "- set: {a: \"${uuid()}\"}\n"); !same(first, again) {
		t.Errorf("answers came at %v, and with the same seed at %v", first, again)
	}
	if other := perform(8, ""); same(first, other) {
		t.Errorf("with another seed answers came at the same times: %v", first)
	}
}

// What a line takes from a stream is neither our lateness nor the peer's.
func TestStreamOverALineThatIsTooNarrow(t *testing.T) {
	var run *trace.Run
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Files = fstest.MapFS{"s.yaml": {Data: []byte(`
target: builtin://voximplant/echo
dialect: voximplant
scenarios:
- name: it
  timeout: 10m
  unexpected: ignore
  steps:
  - connect
  - network: {up: {bandwidth: 8KiB/s}}
  - send_media: {from: {tone: 440Hz, duration: 90s}, tag: a, encoding: ULAW, wait: true}
    as: sent
  - assert: {sent.end - sent.start: {$gt: 100s}}
`)}}
		o.Events = true
		run = suitetest.Plan(t, o, "s.yaml").Run(context.Background())
	})
	sc := run.Suites[0].Scenarios[0]
	if sc.Verdict != trace.Passed {
		t.Fatalf("it is %s: %v", sc.Verdict, sc.Problems)
	}
	if l := sc.Lateness; l.Woken.Count != 4500 || l.Woken.Max > time.Millisecond || l.Blocked.Max > time.Millisecond {
		t.Errorf("lateness is %+v", l)
	}
	for _, s := range sc.Connections[0].Streams {
		for k, c := range s.Chunks {
			if s.Sent && (c.At < c.Due || c.After < c.At) {
				t.Fatalf("chunk %d was due at %s, made at %s and written at %s", k, c.Due, c.At, c.After)
			}
		}
	}
}
