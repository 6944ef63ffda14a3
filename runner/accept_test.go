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
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
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
  unexpected: [{error: {status: 503}}]
`))
	var run *trace.Run
	suitetest.Fake(t, func(t *testing.T, o runner.Options) {
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
	if len(notes) != 1 || !strings.Contains(notes[0], `the dial of /lost on endpoint "here"; it was refused with 503`) {
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
			run := suitetest.Plan(t, runner.Options{Root: filepath.Dir(file),
				Inbound: func(context.Context) (net.Conn, error) { return l.Accept() }}, file).Run(context.Background())
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
      steps: [{connect: {url: "${endpoints.here.url}", tls: {ca: ca.pem}}}, {send: hello}, {close: {code: 1000}}, {expect: close}]
    - steps: [accept, {expect: {message: hello}}, {expect: {close: {clean: true, tls: close_notify}}}]
- name: distrusted
  steps:
  - parallel:
    - on: client
      steps: [{connect: {url: "${endpoints.here.url}"}}, {expect: {error: {kind: tls}}}]
    - on: server
      steps: [accept, {expect: {error: {kind: tls}}}]
`, runner.Options{})
	for _, s := range run.Suites[0].Scenarios {
		if got := verdict(&s); got != "passed" {
			t.Errorf("%s: %s", s.Name, got)
		}
	}
}
