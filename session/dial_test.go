package session

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/duologue/duologue/wire"
)

// A connection knows when it was dialled: before it opened on our side, and on the
// other side when the request was read.
func TestDialledAt(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	log := NewLog(time.Now(), nil)
	asked := make(chan time.Duration, 1)
	served, err := Accept(t.Context(), Config{Name: "server", Log: log, Clock: Timers()}, l.Addr().String(), func(ctx context.Context) (*wire.Conn, error) {
		nc, err := l.Accept()
		if err != nil {
			return nil, err
		}
		var a wire.Acceptor
		r, err := a.Receive(ctx, nc)
		if err != nil {
			return nil, err
		}
		asked <- log.Offset(r.First)
		return r.Accept(ctx, wire.Answer{})
	})
	if err != nil {
		t.Fatal(err)
	}
	if at := served.DialledAt(); at != 0 {
		t.Errorf("DialledAt() = %s before a client came, want 0", at)
	}
	before := log.Offset(time.Now())
	client, err := Dial(t.Context(), Config{Name: "client", Log: log, Clock: Timers(), Dialer: &wire.Dialer{URL: "ws://" + l.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	after := log.Offset(time.Now())
	if at := client.DialledAt(); at < before || at > after {
		t.Errorf("DialledAt() = %s of the client, want from %s to %s", at, before, after)
	}
	<-served.Opened()
	if got, want := served.DialledAt(), <-asked; got != want {
		t.Errorf("DialledAt() = %s of the server, want %s", got, want)
	}
	<-client.Opened()
	client.Shutdown(t.Context(), time.Second)
	served.Shutdown(t.Context(), time.Second)
}
