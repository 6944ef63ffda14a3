package wire

import (
	"context"
	"crypto/tls"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// receive runs script for the request of each connection to a socket of its own and returns its URL. The test waits
// for the scripts.
func receive(t *testing.T, a Acceptor, script func(r *Request)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			r, err := a.Receive(context.Background(), nc)
			if err != nil {
				t.Errorf("Receive() = %v", err)
				continue
			}
			script(r)
		}
	}()
	t.Cleanup(func() { _ = ln.Close(); <-done })
	if a.TLS != nil {
		return "wss://" + ln.Addr().String() + "/"
	}
	return "ws://" + ln.Addr().String() + "/"
}

// accept accepts a request that must be a right one.
func accept(t *testing.T, r *Request, a Answer) *Conn {
	t.Helper()
	if len(r.Violations) > 0 {
		t.Errorf("violations of a right request: %v", r.Violations[0])
	}
	c, err := r.Accept(context.Background(), a)
	if err != nil {
		t.Errorf("Accept() = %v", err)
		_ = r.Drop(DropRST)
	}
	return c
}

// TestBothRoles lets our client and our server talk with each other.
func TestBothRoles(t *testing.T) {
	server, client := certificate(t)
	for _, cfg := range []*tls.Config{nil, server} {
		secure := cfg != nil
		atServer := make(chan []Event, 1)
		url := receive(t, Acceptor{TLS: cfg}, func(r *Request) {
			offers := r.Deflate()
			c := accept(t, r, Answer{Subprotocol: r.Protocols()[1], Deflate: offers[0].Grant()})
			if h := c.Response(); *h.Deflate != (Deflate{true, false, 15, 9}) {
				t.Errorf("server: Deflate = %+v", h.Deflate)
			}
			if _, err := c.Send(context.Background(), OpText, []byte("who is there?"), SendOptions{Fragments: []int{2}}); err != nil {
				t.Errorf("server: Send() = %v", err)
			}
			atServer <- all(c)
		})
		c := dial(t, Dialer{URL: url, TLS: client, Protocols: []string{"a", "b"}, Deflate: &DeflateOffer{ClientMaxWindowBits: 9, ServerNoContextTakeover: true}})
		if h := c.Response(); h.Subprotocol != "b" || *h.Deflate != (Deflate{true, false, 15, 9}) {
			t.Errorf("Response() = %+v", h)
		}
		for range 3 {
			c.Next()
		}
		for range 2 {
			if _, err := c.Send(context.Background(), OpBinary, []byte("it is I"), SendOptions{}); err != nil {
				t.Errorf("Send() = %v", err)
			}
		}
		if _, err := c.SendClose(context.Background(), 1000, "bye"); err != nil {
			t.Errorf("SendClose() = %v", err)
		}
		want := &End{Code: 1000, Clean: true, By: Us, TCP: TCPFin, TCPBy: Peer, TLS: secure, CloseNotify: secure}
		if diff := cmp.Diff(want, lastEvent(c), withoutTimes); diff != "" {
			t.Errorf("client: end (-want +got):\n%s", diff)
		}
		var got []Event
		for _, ev := range <-atServer {
			if _, ok := ev.(*Frame); !ok {
				got = append(got, ev)
			}
		}
		m := &Message{Binary: true, Data: []byte("it is I"), Fragments: 1, Compressed: true}
		wantEvents := []Event{m, m, &End{Code: 1000, Reason: "bye", Clean: true, By: Peer, TCP: TCPFin, TCPBy: Us, TLS: secure, CloseNotify: secure}}
		if diff := cmp.Diff(wantEvents, got, withoutTimes); diff != "" {
			t.Errorf("server: events (-want +got):\n%s", diff)
		}
	}
}
