package runner_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// A client that dials once more where nobody accepts, and complains elsewhere
// when it is refused, is not blamed for the endpoint's going away; neither where
// the connection that it complains on is being closed by the script.
func TestAnEndpointThatGoesAway(t *testing.T) {
	for _, steps := range []string{"[accept, {wait: 100ms}]\n  unexpected: [dial]", "[accept, {wait: 100ms}, {close: {code: 1000}}]\n  unexpected: [dial]"} {
		sc := clientOf(t, steps, complains)
		if got := verdict(sc); got != "passed" || !strings.Contains(endings(sc), "<- message after our end: I was refused") {
			t.Errorf("%s: got %s\n%s", steps, got, endings(sc))
		}
	}
}

// complains is a client that answers no Close until its second dial has been
// refused.
func complains(t *testing.T, dial dialing) {
	first, err := dial("first", func() {})
	if err != nil {
		t.Error(err)
		return
	}
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() {
		for first.Next() != nil && first.State() != wire.StateClosed {
		}
	})
	complain := func() {
		_, _ = first.Send(context.Background(), wire.OpText, []byte("I was refused"), wire.SendOptions{})
		_, _ = first.SendClose(context.Background(), 1000, "")
	}
	var refused *wire.DialError
	if _, err := dial("second", sync.OnceFunc(complain)); !errors.As(err, &refused) || refused.Status != 503 {
		t.Errorf("the second dial: %v, want a refusal", err)
	}
}

// A client that gets no answer to its handshake, or none that opens a
// connection, gets no frame in its place: TCP ends.
func TestNothingIsWrittenInPlaceOfAnAnswer(t *testing.T) {
	for _, tt := range []struct{ name, steps, last string }{
		{"no answer", "[{accept: {never: true}}, {wait: 100ms}]", ""},
		{"a wrong one", "[{accept: {handshake: {line: 'HTTP/1.1 200 OK'}}}, {wait: 100ms}]", "\r\n\r\n"},
		{"no HTTP", "[{accept: {handshake: {head: {text: 'hello'}}}}, {wait: 100ms}]", "hello"},
		{"with a voice", "[{accept: {never: true, dialect: {name: voximplant, role: platform}}}, " +
			"{send_media: {from: {tone: 300Hz, duration: 10s}, encoding: ULAW, tag: t}}, {wait: 10ms}]", `}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var octets []byte
			sc := clientOf(t, tt.steps, func(t *testing.T, dial dialing) {
				_, err := dial("first", func() {})
				var bad *wire.DialError
				if !errors.As(err, &bad) {
					t.Errorf("the dial: %v, want an error", err)
				}
			}, &octets)
			if got := verdict(sc); got != "passed" {
				t.Errorf("got %s", got)
			}
			if !strings.HasSuffix(string(octets), tt.last) || tt.last == "" && len(octets) > 0 || strings.Contains(string(octets), `"stop"`) {
				t.Errorf("the client read %q, want the last of it to be %q", octets, tt.last)
			}
		})
	}
}

// dialing dials a path; leaving is called before a connection is let go.
type dialing func(path string, leaving func()) (*wire.Conn, error)

// clientOf performs the steps of one scenario with the endpoint `here`, at which a
// client dials. What it reads is appended to octets.
func clientOf(t *testing.T, steps string, client func(t *testing.T, dial dialing), octets ...*[]byte) *trace.Scenario {
	t.Helper()
	const address = "127.0.0.1:9999"
	file := filepath.Join(t.TempDir(), "suite.yaml")
	write(t, file, []byte("endpoints: {here: {listen: '"+address+"'}}\nscenarios:\n- name: it\n  steps: "+steps+"\n"))
	var run *trace.Run
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Root, o.Events = filepath.Dir(file), true
		var all sync.WaitGroup
		all.Go(func() {
			time.Sleep(ms) // in fake time: until the endpoint is there
			client(t, func(path string, leaving func()) (*wire.Conn, error) {
				return (&wire.Dialer{URL: "ws://" + address + "/" + path, Policy: wire.Policy{CloseReply: wire.AutoOff}, NetDial: func(ctx context.Context, network, address string) (net.Conn, error) {
					nc, err := o.Dial(ctx, network, address)
					return watched{nc, octets, leaving}, err
				}}).Dial(context.Background())
			})
		})
		run = suitetest.Plan(t, o, file).Run(context.Background())
		all.Wait()
	})
	return &run.Suites[0].Scenarios[0]
}

// watched notes what is read, and when it is let go.
type watched struct {
	net.Conn
	octets  []*[]byte
	leaving func()
}

func (w watched) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	for _, to := range w.octets {
		*to = append(*to, p[:n]...)
	}
	return n, err
}

func (w watched) Close() error {
	w.leaving()
	return w.Conn.Close()
}
