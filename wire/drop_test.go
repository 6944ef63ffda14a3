package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestNothingAfterDrop wants what comes after a drop not to be told.
func TestNothingAfterDrop(t *testing.T) {
	c := dial(t, Dialer{URL: listen(t, nil, func(p *peer) {
		p.accept("")
		p.drain()
		p.write(frameOctets(true, OpText, "too late"))
	})})
	if err := c.Drop(DropFIN); err != nil {
		t.Errorf("Drop() = %v", err)
	}
	if evs := all(c); len(evs) != 1 {
		t.Errorf("events = %v, want the End alone", evs)
	}
}

func TestDrop(t *testing.T) {
	server, client := certificate(t)
	for _, secure := range []bool{false, true} {
		for _, how := range []How{DropFIN, DropRST} {
			t.Run(fmt.Sprint(how, " TLS ", secure), func(t *testing.T) {
				ended := make(chan error, 1)
				script := func(p *peer) {
					p.accept("")
					p.write(frameOctets(true, OpText, "hi"))
					_, err := io.Copy(io.Discard, p.nc)
					ended <- err
				}
				d := Dialer{TLS: client, Limits: Limits{CloseWait: 50 * time.Millisecond}}
				d.URL = listen(t, nil, script)
				if secure {
					d.URL = listen(t, server, script)
				}
				c := dial(t, d)
				c.Next()
				c.Next()
				if err := c.Drop(how); err != nil || c.State() != StateClosing {
					t.Errorf("Drop() = %v in state %s, want state %s", err, c.State(), StateClosing)
				}
				if err := c.Drop(how); !errors.Is(err, net.ErrClosed) {
					t.Errorf("a second Drop() = %v, want %v", err, net.ErrClosed)
				}
				want := &End{Code: NoClose, By: Us, TCP: TCPLocal, TCPBy: Us, TLS: secure}
				if diff := cmp.Diff(want, lastEvent(c), withoutTimes); diff != "" {
					t.Errorf("end (-want +got):\n%s", diff)
				}
				if err := <-ended; isReset(err) != (how == DropRST) {
					t.Errorf("the peer's read ended with %v", err)
				}
				if err := c.Drop(how); !errors.Is(err, net.ErrClosed) {
					t.Errorf("Drop() after the end = %v, want %v", err, net.ErrClosed)
				}
			})
		}
	}
	overPipe(t, Dialer{}, func(p *peer) { p.drain() }, func(t *testing.T, c *Conn) {
		if err := c.Drop("gently"); err == nil || c.State() != StateOpen {
			t.Errorf("Drop(gently) = %v in state %s, want an error and nothing else", err, c.State())
		}
		start := time.Now()
		if err := c.Drop(DropFIN); err != nil {
			t.Errorf("Drop(fin) = %v", err)
		}
		if end := lastEvent(c); end.TCP != TCPLocal || end.By != Us || !end.At.Equal(start) {
			t.Errorf("end = %+v, want local by us, at once", end)
		}
	})
	overPipe(t, Dialer{}, func(p *peer) {}, func(t *testing.T, c *Conn) {
		lastEvent(c)
		if err := c.Drop(DropFIN); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Drop() after the peer's end = %v, want %v", err, net.ErrClosed)
		}
	})
}

// half is a transport that says that it has ended one side alone.
type half struct{ net.Conn }

func (half) CloseWrite() error { return nil }

// TestDropWaits drops a connection whose peer stays: it is let go after CloseWait.
func TestDropWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		netDial, wait := pipeDialer(t, func(p *peer) { p.accept(""); p.drain() })
		c := dial(t, Dialer{URL: "ws://peer.test/", Limits: Limits{CloseWait: 3 * time.Second},
			NetDial: func(ctx context.Context, network, address string) (net.Conn, error) {
				nc, err := netDial(ctx, network, address)
				return half{nc}, err
			}})
		start := time.Now()
		if err := c.Drop(DropFIN); err != nil {
			t.Errorf("Drop() = %v", err)
		}
		if end := lastEvent(c); end.At.Sub(start) != 3*time.Second {
			t.Errorf("it took %v, want 3s", end.At.Sub(start))
		}
		wait()
	})
}

// TestDropFails drops a transport that has one side only and cannot be closed.
func TestDropFails(t *testing.T) {
	for _, how := range []How{DropFIN, DropRST} {
		recorded(t, opening{}, func(t *testing.T, c *Conn, r *recorder) {
			r.fail = errors.New("jammed")
			if err := c.Drop(how); !errors.Is(err, r.fail) {
				t.Errorf("Drop(%s) = %v, want %v", how, err, r.fail)
			}
		})
	}
}

// TestDropHalf ends our stream alone: what the peer says after it has seen that still comes.
func TestDropHalf(t *testing.T) {
	server, client := certificate(t)
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprint("TLS ", secure), func(t *testing.T) {
			script := func(p *peer) {
				p.accept("")
				p.drain()
				p.write(frameOctets(true, OpText, "last words"))
				_ = p.nc.Close()
			}
			d := Dialer{TLS: client, Limits: Limits{CloseWait: 50 * time.Millisecond}}
			d.URL = listen(t, nil, script)
			if secure {
				d.URL = listen(t, server, script)
			}
			c := dial(t, d)
			if err := c.Drop(DropHalf); err != nil || c.State() != StateClosing {
				t.Errorf("Drop() = %v in state %s, want state %s", err, c.State(), StateClosing)
			}
			if err := c.Drop(DropHalf); !errors.Is(err, net.ErrClosed) {
				t.Errorf("a second Drop() = %v, want %v", err, net.ErrClosed)
			}
			want := []Event{
				frameOf(true, OpText, "last words"), &Message{Data: []byte("last words"), Fragments: 1},
				&End{Code: NoClose, By: Us, TCP: TCPFin, TCPBy: Us, TLS: secure},
			}
			if diff := cmp.Diff(want, all(c), withoutTimes); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
	for _, how := range []How{DropFIN, DropRST} {
		t.Run(fmt.Sprint("then ", how), func(t *testing.T) {
			d := Dialer{Limits: Limits{CloseWait: 50 * time.Millisecond}}
			d.URL = listen(t, nil, func(p *peer) { p.accept(""); p.drain() })
			c := dial(t, d)
			if err := c.Drop(DropHalf); err != nil {
				t.Errorf("Drop(half) = %v", err)
			}
			if err := c.Drop(how); err != nil {
				t.Errorf("Drop(%s) = %v", how, err)
			}
			if end := lastEvent(c); end.TCP != TCPLocal {
				t.Errorf("end = %+v, want local", end)
			}
		})
	}
	t.Run("of a closed socket", func(t *testing.T) {
		c := dial(t, Dialer{URL: listen(t, nil, func(p *peer) { p.accept(""); p.drain() })})
		_ = c.transport.raw.Close()
		if err := c.Drop(DropHalf); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Drop(half) = %v, want %v", err, net.ErrClosed)
		}
		lastEvent(c)
	})
	overPipe(t, Dialer{}, func(p *peer) { p.drain() }, func(t *testing.T, c *Conn) {
		if err := c.Drop(DropHalf); err == nil || c.State() != StateOpen {
			t.Errorf("Drop() on a pipe = %v in state %s, want an error and nothing else", err, c.State())
		}
		if err := c.Drop(DropFIN); err != nil {
			t.Errorf("Drop(fin) = %v", err)
		}
		lastEvent(c)
	})
}
