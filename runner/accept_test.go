package runner_test

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// A dial that no step accepts is refused, and the report tells of it.
func TestDialThatNobodyAccepts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "suite.yaml")
	write(t, file, []byte(`
endpoints: {here: {}}
scenarios:
- name: it
  steps:
  - connect: {url: "${endpoints.here.url}/lost", wait: false}
  - wait: 50ms
  unexpected: [dial, {error: {status: 503}}]
`))
	var run *trace.Run
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Root = filepath.Dir(file)
		dial := o.Dial
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			nc, err := dial(ctx, network, address)
			return lagging{nc}, err
		}
		run = suitetest.Plan(t, o, file).Run(context.Background())
	})
	var notes []string
	for _, s := range run.Suites[0].Scenarios[0].Steps {
		if s.Verb == "accept" {
			notes = append(notes, s.Name)
		}
	}
	if got := verdict(&run.Suites[0].Scenarios[0]); got != "passed" {
		t.Errorf("got %s", got)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], `the client that asked for /lost on endpoint "here"; it was answered 503`) {
		t.Errorf("notes = %q", notes)
	}
}

// lagging is a connection that takes a while to be let go.
type lagging struct{ net.Conn }

func (l lagging) Close() error {
	err := l.Conn.Close()
	time.Sleep(100 * time.Millisecond)
	return err
}

// With Inbound a suite for servers judges a client: right, and wrong.
func TestInbound(t *testing.T) {
	for _, test := range []struct {
		name, answer, want string
	}{
		{"a client that echoes", "hello", "passed"},
		{"a client that does not", "hullo", "failed 6: this is not the message that came"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			file := filepath.Join(t.TempDir(), "suite.yaml")
			write(t, file, []byte("scenarios:\n- name: it\n  steps:\n  - connect\n  - send: hello\n  - expect: {message: hello}\n"))
			done := make(chan error, 1)
			go func() { done <- answerOnce(l.Addr().String(), test.answer) }()
			run := suitetest.Plan(t, suitetest.Options{Planning: plan.Options{Root: filepath.Dir(file), Accepting: true}, Performing: runner.Options{Inbound: func(context.Context) (net.Conn, error) { return l.Accept() }}}, file).Run(context.Background())
			if err := <-done; err != nil {
				t.Error(err)
			}
			if got := verdict(&run.Suites[0].Scenarios[0]); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// answerOnce is a client that answers one message and goes with its server.
func answerOnce(addr, answer string) error {
	ctx := context.Background()
	c, _, err := websocket.Dial(ctx, "ws://"+addr, nil)
	if err != nil {
		return err
	}
	defer func() { _ = c.CloseNow() }()
	if _, _, err := c.Read(ctx); err != nil {
		return err
	}
	if err := c.Write(ctx, websocket.MessageText, []byte(answer)); err != nil {
		return err
	}
	_, _, _ = c.Read(ctx) // until the server closes
	return nil
}

// An endpoint with a certificate speaks TLS; a client that does not trust it is
// seen by both sides.
func TestAcceptTLS(t *testing.T) {
	dir := t.TempDir()
	authority(t, dir)
	run := performText(t, dir, `
endpoints: {here: {tls: {cert: ca.pem, key: key.pem}}}
scenarios:
- name: trusted
  steps:
  - parallel:
    - on: client
      steps: [{connect: {url: "${endpoints.here.url}", tls: {ca: ca.pem}}, as: opened}, {assert: {opened.tls: TLS 1.3}}, {send: hello}, {close: {code: 1000}}, {expect: close}]
    - steps: [{accept: {}, as: dialled}, {assert: {dialled.tls: TLS 1.3}}, {expect: {message: hello}}, {expect: {close: {clean: true, tls: close_notify}}}]
- name: distrusted
  steps:
  - parallel:
    - on: client
      steps: [{connect: {url: "${endpoints.here.url}"}}, {expect: {error: {kind: tls}}}]
    - on: server
      steps: [accept, {expect: {error: {kind: tls}}}]
`, suitetest.Options{})
	for _, s := range run.Suites[0].Scenarios {
		if got := verdict(&s); got != "passed" {
			t.Errorf("%s: %s", s.Name, got)
		}
	}
}

// A dial is an event as a message is: a step can read it, and one that no accept
// takes is unexpected, unless the end of the scenario can have brought it about.
func TestDials(t *testing.T) {
	twice := func(t *testing.T, dial dialing) {
		for _, path := range []string{"first", "second"} {
			c, err := dial(path, func() {})
			if err != nil {
				continue // it is refused at the end
			}
			go func() {
				for c.Next() != nil && c.State() != wire.StateClosed {
				}
			}()
			time.Sleep(10 * ms)
		}
	}
	again := func(t *testing.T, dial dialing) {
		c, err := dial("first", func() {})
		if err != nil {
			t.Error(err)
			return
		}
		for c.State() != wire.StateClosed {
			if f, ok := c.Next().(*wire.Frame); ok && f.Opcode == wire.OpClose {
				_, _ = c.SendClose(t.Context(), 1000, "")
			}
		}
		_, _ = dial("second", func() {})
	}
	for _, tt := range []struct {
		name, steps, want string
		client            func(*testing.T, dialing)
	}{
		{"two, of which one is accepted", "[accept, {wait: 50ms}]", `failed 1: a client connected, and no step accepted it`, twice},
		{"both accepted", "[{accept: {}, on: one}, {accept: {}, on: two}, {wait: 50ms}]", "passed", twice},
		{"the second allowed", "[accept, {wait: 50ms}]\n  unexpected: [{dial: {endpoint: here}}]", "passed", twice},
		{"another endpoint's allowed", "[{accept: {endpoint: here}}, {wait: 50ms}]\n  endpoints: {there: {listen: '127.0.0.1:9998'}}\n  unexpected: [{dial: there}]", "failed 1: a client connected, and no step accepted it", twice},
		{"all ignored", "[accept, {wait: 50ms}]\n  unexpected: ignore", "passed", twice},
		{"the second read", "[accept, {expect: dial, as: d}, {assert: {d.endpoint: here, d.at: {$gt: 10ms}}}]", "passed", twice},
		{"the second read and accepted", "[{accept: {}, on: one}, {expect: {dial: here}}, {accept: {}, on: two}]", "passed", twice},
		{"none may come", "[accept, {absent: dial, within: 50ms}]", "failed 4: a dial came that must not come", twice},
		{"none does", "[{accept: {}, on: one}, {accept: {}, on: two}, {absent: dial, within: 50ms}]", "passed", twice},
		{"none comes that should", "[{accept: {}, on: one}, {accept: {}, on: two}, {expect: dial, within: 50ms}]", "failed 4: no dial came within 50ms", twice},
		{"at another endpoint", "[{accept: {endpoint: here}}, {expect: {dial: there}, within: 50ms}]\n  endpoints: {there: {listen: '127.0.0.1:9998'}}", "failed 4: this is not the dial that came", twice},
		{"after our end", "[accept, {wait: 50ms}]", "passed", again},
		{"after our close", "[accept, {wait: 50ms}, {close: {code: 1000}}, {expect: close}, {wait: 50ms}]", "failed 1: a client connected, and no step accepted it", again},
		{"after our close, expected", "[accept, {wait: 50ms}, {close: {code: 1000}}, {expect: close}, {expect: dial}]", "passed", again},
		{"or a message", "[accept, {expect: {one_of: {message: message, dial: dial}}}]", "passed", twice},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sc := clientOf(t, tt.steps, tt.client)
			if got := verdict(sc); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if want := 2; tt.name != "after our end" && len(sc.Dials) != want { // then nobody listens
				t.Errorf("the trace has %d dials, want %d", len(sc.Dials), want)
			}
		})
	}
}

// What a step causes never comes before the time of the step, which would be the wrong way
// round and fail whoever measures it.
func TestCausesComeFirst(t *testing.T) {
	run := performText(t, t.TempDir(), `
endpoints: {here: {}}
scenarios:
- name: a refusal
  steps:
  - repeat:
      times: 40
      steps:
      - parallel:
        - {on: client, steps: [{connect: {url: "${endpoints.here.url}"}}, {expect: {error: {status: 403}}, as: told}]}
        - steps: [{accept: {status: 403}, as: refused}]
      - assert: {told.at - refused.at: {$lt: 5s}}
- name: a broken line
  matrix: {how: [fin, rst]}
  steps:
  - repeat:
      times: 40
      steps:
      - parallel:
        - {on: client, steps: [{connect: {url: "${endpoints.here.url}"}}, {expect: close, as: ended}]}
        - steps: [accept, {if: matrix.how == 'fin', drop: fin, as: dropped}, {if: matrix.how == 'rst', drop: rst, as: dropped}, {expect: close}]
      - assert: {ended.at - dropped.at: {$lt: 5s}}
- name: a Close
  steps:
  - repeat:
      times: 40
      steps:
      - parallel:
        - {on: client, steps: [{connect: {url: "${endpoints.here.url}"}}, {expect: close, as: ended}]}
        - steps: [accept, {close: {code: 1000}, as: closed}, {expect: close}]
      - assert: {ended.at - closed.at: {$lt: 5s}}
`, suitetest.Options{})
	for _, s := range run.Suites[0].Scenarios {
		if s.Verdict != trace.Passed {
			t.Errorf("%s: %s: %v", s.Name, s.Verdict, s.Problems)
		}
	}
}
