package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// overPipe dials script over net.Pipe inside a bubble of fake time, and waits for script after test.
func overPipe(t *testing.T, d Dialer, script func(p *peer), test func(t *testing.T, c *Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		netDial, wait := pipeDialer(t, func(p *peer) { p.accept(""); script(p) })
		d.URL, d.NetDial = "ws://peer.test/", netDial
		test(t, dial(t, d))
		wait()
	})
}

func TestPolicyOff(t *testing.T) {
	d := Dialer{Policy: Policy{Pong: AutoOff, CloseReply: AutoOff}}
	overPipe(t, d, func(p *peer) {
		p.write(frameOctets(true, OpPing, "?"))
		p.write(frameOctets(true, OpClose, "\x03\xe8"))
		p.expect(OpClose, "\x0f\xa0later")
	}, func(t *testing.T, c *Conn) {
		c.Next()
		c.Next()
		if s := c.State(); s != StateClosing {
			t.Errorf("State() after the peer's Close = %q, want %q", s, StateClosing)
		}
		if _, err := c.SendClose(context.Background(), 4000, "later"); err != nil {
			t.Errorf("SendClose() = %v", err)
		}
		want := &End{Code: 1000, Clean: true, By: Peer, TCP: TCPFin, TCPBy: Peer}
		if diff := cmp.Diff(want, lastEvent(c), withoutTimes); diff != "" {
			t.Errorf("end (-want +got):\n%s", diff)
		}
	})
}

// TestNoReply never answers the peer's Close, so the closing handshake is not complete.
func TestNoReply(t *testing.T) {
	d := Dialer{Policy: Policy{CloseReply: AutoOff}}
	overPipe(t, d, func(p *peer) {
		p.write(frameOctets(true, OpClose, "\x03\xe8"))
		<-time.After(time.Hour)
	}, func(t *testing.T, c *Conn) {
		start := time.Now()
		want := &End{Code: 1000, By: Peer, TCP: TCPFin, TCPBy: Peer}
		if diff := cmp.Diff(want, lastEvent(c), withoutTimes); diff != "" {
			t.Errorf("end (-want +got):\n%s", diff)
		}
		if took := time.Since(start); took != time.Hour {
			t.Errorf("it took %v, want no deadline of ours in an hour", took)
		}
	})
}

func TestCloseWait(t *testing.T) {
	bye := frameOctets(true, OpClose, "\x03\xe8")
	tests := []struct {
		name   string
		script func(p *peer)
		want   End
	}{
		{"the peer closes first", func(p *peer) { p.write(bye); p.frame(); p.drain() },
			End{Code: 1000, Clean: true, By: Peer, TCP: TCPTimeout, TCPBy: Us}},
		{"the peer goes on talking", func(p *peer) {
			p.write(bye)
			p.frame()
			for {
				if _, err := p.nc.Write([]byte{0x82, 0x00}); err != nil {
					return
				}
				<-time.After(10 * time.Millisecond)
			}
		}, End{Code: 1000, By: Peer, TCP: TCPTimeout, TCPBy: Us}},
		{"the peer does not read our reply", func(p *peer) { p.write(bye); <-time.After(time.Minute) },
			End{Code: 1000, By: Peer, TCP: TCPTimeout, TCPBy: Us}},
		{"the peer breaks a rule and stays", func(p *peer) { p.write([]byte{0x83, 0}); p.expect(OpClose, "\x03\xea"); p.drain() },
			End{Code: NoClose, By: Us, TCP: TCPTimeout, TCPBy: Us}},
		{"the peer breaks a rule and does not read", func(p *peer) { p.write([]byte{0x83, 0}); <-time.After(time.Minute) },
			End{Code: NoClose, By: Us, TCP: TCPTimeout, TCPBy: Us}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			overPipe(t, Dialer{Limits: Limits{CloseWait: 3 * time.Second}}, tt.script, func(t *testing.T, c *Conn) {
				start := time.Now()
				if diff := cmp.Diff(&tt.want, lastEvent(c), withoutTimes); diff != "" {
					t.Errorf("end (-want +got):\n%s", diff)
				}
				if took := time.Since(start); took != 3*time.Second {
					t.Errorf("it took %v, want 3s", took)
				}
			})
		})
	}
}

// TestOurCloseWaits closes first: nothing bounds the wait for the peer's Close, CloseWait bounds what follows.
func TestOurCloseWaits(t *testing.T) {
	overPipe(t, Dialer{}, func(p *peer) {
		p.expect(OpClose, "")
		<-time.After(time.Minute)
		p.write(frameOctets(true, OpText, "still here"))
		p.write(frameOctets(true, OpClose, "\x03\xe8"))
		p.drain()
	}, func(t *testing.T, c *Conn) {
		if s := c.State(); s != StateOpen {
			t.Errorf("State() = %q, want %q", s, StateOpen)
		}
		start := time.Now()
		if _, err := c.SendClose(context.Background(), NoCode, "ignored"); err != nil {
			t.Errorf("SendClose() = %v", err)
		}
		if s := c.State(); s != StateClosing {
			t.Errorf("State() = %q, want %q", s, StateClosing)
		}
		evs := all(c)
		if m, ok := evs[1].(*Message); !ok || string(m.Data) != "still here" {
			t.Errorf("events = %v, want the message after our Close", evs)
		}
		want := &End{Code: 1000, Clean: true, By: Us, TCP: TCPTimeout, TCPBy: Us}
		if diff := cmp.Diff(want, evs[len(evs)-1], withoutTimes); diff != "" {
			t.Errorf("end (-want +got):\n%s", diff)
		}
		if took := time.Since(start); took != time.Minute+time.Second {
			t.Errorf("it took %v, want 1m1s", took)
		}
	})
}

// silent wants nothing more from the client until it ends its stream.
func (p *peer) silent() {
	p.t.Helper()
	if h, payload, err := readFrame(p.br); err == nil {
		p.t.Errorf("server: got %s %q, want nothing", h.opcode, payload)
	}
}

// TestOneClose wants a single Close from us, whatever comes after it.
func TestOneClose(t *testing.T) {
	for name, octets := range map[string][]byte{"the peer answers": frameOctets(true, OpClose, "\x03\xe8"), "the peer breaks a rule": {0x83, 0}} {
		t.Run(name, func(t *testing.T) {
			overPipe(t, Dialer{}, func(p *peer) {
				p.expect(OpClose, "\x03\xe8")
				p.write(octets)
				p.silent()
			}, func(t *testing.T, c *Conn) {
				if _, err := c.SendClose(context.Background(), 1000, ""); err != nil {
					t.Errorf("SendClose() = %v", err)
				}
				if end := lastEvent(c); end.By != Us || end.TCP != TCPTimeout {
					t.Errorf("end = %+v, want by us, timeout", end)
				}
			})
		})
	}
}

// TestNoPong observes pings that RFC 6455 gives no answer to: one that is too long, and one after the Close.
func TestNoPong(t *testing.T) {
	overPipe(t, Dialer{Policy: Policy{OnViolation: Observe}}, func(p *peer) {
		p.write(frameOctets(true, OpPing, strings.Repeat("x", 126)))
		p.write(frameOctets(true, OpClose, "\x03\xe8"))
		p.expect(OpClose, "\x03\xe8")
		p.write(frameOctets(true, OpPing, "?"))
		p.silent()
	}, func(t *testing.T, c *Conn) { lastEvent(c) })
}

// TestLateClose answers the peer's Close by hand, to a peer that then stays.
func TestLateClose(t *testing.T) {
	overPipe(t, Dialer{Policy: Policy{CloseReply: AutoOff}}, func(p *peer) {
		p.write(frameOctets(true, OpClose, "\x03\xe8"))
		p.expect(OpClose, "\x03\xe8")
		p.silent()
	}, func(t *testing.T, c *Conn) {
		c.Next()
		if _, err := c.SendClose(context.Background(), 1000, ""); err != nil {
			t.Errorf("SendClose() = %v", err)
		}
		want := &End{Code: 1000, Clean: true, By: Peer, TCP: TCPTimeout, TCPBy: Us}
		if diff := cmp.Diff(want, lastEvent(c), withoutTimes); diff != "" {
			t.Errorf("end (-want +got):\n%s", diff)
		}
	})
}

// TestCloseNotSent cancels a Close before it is written: the connection is as before, and answers the peer's.
func TestCloseNotSent(t *testing.T) {
	overPipe(t, Dialer{}, func(p *peer) {
		p.write(frameOctets(true, OpClose, "\x0f\xa0"))
		p.expect(OpClose, "\x0f\xa0")
	}, func(t *testing.T, c *Conn) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := c.SendClose(ctx, 1000, ""); !errors.Is(err, context.Canceled) || c.State() != StateOpen {
			t.Errorf("SendClose() = %v in state %s, want cancelled and open", err, c.State())
		}
		want := &End{Code: 4000, Clean: true, By: Peer, TCP: TCPFin, TCPBy: Peer}
		if diff := cmp.Diff(want, lastEvent(c), withoutTimes); diff != "" {
			t.Errorf("end (-want +got):\n%s", diff)
		}
	})
}

func TestAnyCloseCode(t *testing.T) {
	long := strings.Repeat("r", 200)
	for _, tt := range []struct {
		code    int
		reason  string
		payload string
	}{{0, "", "\x00\x00"}, {1006, "\xff", "\x03\xee\xff"}, {65535, "", "\xff\xff"}, {1000, long, "\x03\xe8" + long}, {NoCode, "x", ""}} {
		overPipe(t, Dialer{}, func(p *peer) { p.expect(OpClose, tt.payload) }, func(t *testing.T, c *Conn) {
			if _, err := c.SendClose(context.Background(), tt.code, tt.reason); err != nil {
				t.Errorf("SendClose(%d) = %v", tt.code, err)
			}
			lastEvent(c)
		})
	}
	overPipe(t, Dialer{}, func(p *peer) {}, func(t *testing.T, c *Conn) {
		for _, code := range []int{-1, 65536} {
			if _, err := c.SendClose(context.Background(), code, ""); err == nil {
				t.Errorf("SendClose(%d) = nil, want an error", code)
			}
		}
		lastEvent(c)
	})
}

// TestObserve reads on after each violation, to a Close that is answered.
func TestObserve(t *testing.T) {
	for _, tt := range violations {
		if strings.Contains(tt.name, "close") || tt.name == "most significant bit" {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			octets := tt.octets
			if h, size, _ := parseHeader([]byte(octets)); int(h.length) > len(octets)-size {
				octets += strings.Repeat("x", int(h.length)-(len(octets)-size))
			}
			overPipe(t, Dialer{Policy: Policy{OnViolation: Observe}}, func(p *peer) {
				p.write([]byte(octets))
				p.write(frameOctets(true, OpClose, "\x03\xe8"))
				for h, _ := p.frame(); h.opcode != OpClose; h, _ = p.frame() {
				}
			}, func(t *testing.T, c *Conn) {
				evs := all(c)
				if !slices.ContainsFunc(evs, func(ev Event) bool { v, ok := ev.(*Violation); return ok && v.Rule == tt.rule }) {
					t.Errorf("events = %v, want a violation of %s", evs, tt.rule)
				}
				want := &End{Code: 1000, By: Peer, TCP: TCPFin, TCPBy: Peer}
				if diff := cmp.Diff(want, evs[len(evs)-1], withoutTimes); diff != "" {
					t.Errorf("end (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestObserveClose(t *testing.T) {
	for _, tt := range []struct {
		name, payload, answer string
		code                  int
	}{
		{"one octet", "\x03", "\x03\xea", NoCode},
		{"code 1005", "\x03\xed", "\x03\xea", 1005},
		{"code 999", "\x03\xe7", "\x03\xea", 999},
		{"bad reason", "\x03\xe8\xff", "\x03\xe8", 1000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			overPipe(t, Dialer{Policy: Policy{OnViolation: Observe}}, func(p *peer) {
				p.write(frameOctets(true, OpClose, tt.payload))
				p.expect(OpClose, tt.answer)
			}, func(t *testing.T, c *Conn) {
				if end := lastEvent(c); end.Code != tt.code || end.Clean || end.By != Peer {
					t.Errorf("end = %+v, want code %d, not clean, by the peer", end, tt.code)
				}
			})
		})
	}
}

// TestSecondClose observes a second Close: the first counts, and the peer gains no time.
func TestSecondClose(t *testing.T) {
	overPipe(t, Dialer{Policy: Policy{OnViolation: Observe}, Limits: Limits{CloseWait: 2 * time.Second}}, func(p *peer) {
		p.write(frameOctets(true, OpClose, "\x03\xe8first"))
		p.expect(OpClose, "\x03\xe8")
		<-time.After(time.Second)
		p.write(frameOctets(true, OpClose, "\x0f\xa0second"))
		p.silent()
	}, func(t *testing.T, c *Conn) {
		start := time.Now()
		want := &End{Code: 1000, Reason: "first", By: Peer, TCP: TCPTimeout, TCPBy: Us}
		if diff := cmp.Diff(want, lastEvent(c), withoutTimes); diff != "" {
			t.Errorf("end (-want +got):\n%s", diff)
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("it took %v, want 2s", took)
		}
	})
}

// TestCloseAfterFailure has a Close of ours wait to be sent to a peer that closed and then broke a rule: the peer gains
// no time by it.
func TestCloseAfterFailure(t *testing.T) {
	overPipe(t, Dialer{Policy: Policy{CloseReply: AutoOff}, Limits: Limits{CloseWait: 2 * time.Second}}, func(p *peer) {
		p.write(frameOctets(true, OpClose, "\x03\xe8"))
		p.write([]byte{0x83, 0})
		<-time.After(time.Second)
		p.drain()
	}, func(t *testing.T, c *Conn) {
		start := time.Now()
		sent := make(chan error, 2)
		go func() {
			_, err := c.Send(context.Background(), OpBinary, make([]byte, 1<<20), SendOptions{})
			sent <- err
		}()
		synctest.Wait() // the message is being written
		for violated := false; !violated; {
			_, violated = c.Next().(*Violation)
		}
		go func() {
			_, err := c.SendClose(context.Background(), 1000, "")
			sent <- err
		}()
		lastEvent(c)
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("it took %v, want 2s", took)
		}
		if err := errors.Join(<-sent, <-sent); err != nil {
			t.Errorf("Send() and SendClose() = %v", err)
		}
	})
}

// TestFailureOutlivesClose gives up a Close of ours after the peer has broken a rule: the connection stays failed.
func TestFailureOutlivesClose(t *testing.T) {
	overPipe(t, Dialer{}, func(p *peer) {
		p.write([]byte{0x83, 0})
		<-time.After(time.Minute) // it reads nothing
	}, func(t *testing.T, c *Conn) {
		ctx, cancel := context.WithCancel(context.Background())
		sent := make(chan error)
		go func() {
			_, err := c.SendClose(ctx, 1000, "")
			sent <- err
		}()
		synctest.Wait() // the Close has begun
		c.Next()
		cancel()
		if err := <-sent; err == nil {
			t.Error("SendClose() to a peer that reads nothing = nil, want an error")
		}
		if s := c.State(); s != StateClosing {
			t.Errorf("State() = %q, want %q", s, StateClosing)
		}
		lastEvent(c)
	})
}

// TestFail wants our Close to carry the violation's code, and nothing more to be told of what the peer sends.
func TestFail(t *testing.T) {
	for _, tt := range violations {
		t.Run(tt.name, func(t *testing.T) {
			overPipe(t, Dialer{}, func(p *peer) {
				done := make(chan struct{})
				go func() {
					defer close(done)
					_, _ = p.nc.Write(append([]byte(tt.octets), frameOctets(true, OpText, "more")...))
				}()
				for {
					h, payload := p.frame()
					if h.opcode == OpClose {
						if want := string(closeCode(tt.code)); string(payload) != want && tt.name != "text after close" {
							t.Errorf("server: got Close %x, want %x", payload, want)
						}
						break
					}
				}
				<-done
			}, func(t *testing.T, c *Conn) {
				evs := all(c)
				if v, ok := evs[len(evs)-2].(*Violation); !ok || v.Rule != tt.rule {
					t.Errorf("last event but one = %+v, want violation of %s", evs[len(evs)-2], tt.rule)
				}
				if end := evs[len(evs)-1].(*End); end.Clean {
					t.Errorf("end = %+v, want it unclean", end)
				}
			})
		})
	}
}

// TestPingFlood meets a peer that pings and does not read for a while: that is its right. The last of its pings is answered,
// as are the first (RFC 6455 section 5.5.3), and no more of them are kept than the limit says.
func TestPingFlood(t *testing.T) {
	const most, pings = 20, 1000
	var got []string
	overPipe(t, Dialer{Limits: Limits{Replies: most}}, func(p *peer) {
		for n := range pings {
			p.write(frameOctets(true, OpPing, fmt.Sprint(n)))
		}
		<-time.After(time.Second) // until all is read
		for range most {
			_, payload := p.frame()
			got = append(got, string(payload))
		}
		p.write(frameOctets(true, OpClose, "\x03\xe8"))
		p.expect(OpClose, "\x03\xe8")
	}, func(t *testing.T, c *Conn) {
		evs := all(c)
		for _, ev := range evs {
			if e, ok := ev.(*Excess); ok {
				t.Errorf("excess %v, want none", e)
			}
		}
		if end := evs[len(evs)-1].(*End); !end.Clean || end.By != Peer {
			t.Errorf("end = %+v, want it clean, by the peer", end)
		}
	})
	var want []string
	for n := range most - 1 {
		want = append(want, fmt.Sprint(n))
	}
	if diff := cmp.Diff(append(want, fmt.Sprint(pings-1)), got); diff != "" {
		t.Errorf("pongs (-want +got):\n%s", diff)
	}
}

// TestReaderNeverWaits meets a peer that does not read while a Send of ours is under way.
func TestReaderNeverWaits(t *testing.T) {
	const messages = 1000
	overPipe(t, Dialer{}, func(p *peer) {
		for i := range messages {
			if i == messages/2 {
				p.write(frameOctets(true, OpPing, "?"))
			}
			p.write(frameOctets(true, OpBinary, "m"))
		}
	}, func(t *testing.T, c *Conn) {
		sent := make(chan error)
		go func() {
			_, err := c.Send(context.Background(), OpBinary, make([]byte, 1<<20), SendOptions{})
			sent <- err
		}()
		got := 0
		for {
			ev := c.Next()
			if _, ok := ev.(*Message); ok {
				got++
			}
			if _, ok := ev.(*End); ok {
				break
			}
		}
		if got != messages {
			t.Errorf("%d messages, want %d", got, messages)
		}
		if err := <-sent; err == nil {
			t.Error("Send() to a peer that never read = nil, want an error")
		}
	})
}

// A socket that is full takes a part of a reply, or none. The rest follows, and no frame is damaged: pongs come in the
// order of the pings, and the last of these has one (RFC 6455 section 5.5.3).
func TestPingFloodOverTCP(t *testing.T) {
	const pings = 50_000
	ping := func(n int) string { return fmt.Sprintf("%06d", n) + strings.Repeat("p", n%119) }
	url := listen(t, nil, func(p *peer) {
		_ = p.nc.(*net.TCPConn).SetReadBuffer(8192)
		p.accept("")
		for n := range pings {
			p.write(frameOctets(true, OpPing, ping(n)))
		}
		for last, answered := -1, 0; last < pings-1; answered++ {
			h, payload := p.frame()
			n, err := strconv.Atoi(string(payload[:min(6, len(payload))]))
			if h.opcode != OpPong || err != nil || n <= last || string(payload) != ping(n) {
				t.Errorf("pong %d: %s %q after that of ping %d", answered, h.opcode, payload, last)
				return
			}
			last = n
		}
		p.write(frameOctets(true, OpClose, "\x03\xe8"))
		p.expect(OpClose, "\x03\xe8")
	})
	c := dial(t, Dialer{URL: url})
	_ = c.transport.raw.Conn.(*net.TCPConn).SetWriteBuffer(8192)
	if end := lastEvent(c); !end.Clean || end.By != Peer {
		t.Errorf("end = %+v, want it clean, by the peer", end)
	}
}
