package network

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/duologue/duologue/internal/pipenet"
)

const ms = time.Millisecond

// side is what a test does with the two ends of a connection over a bad line.
type side struct {
	*testing.T
	line  *Line
	ours  *Conn
	peer  net.Conn
	begin time.Time
	also  sync.WaitGroup // what runs beside the test
}

// over runs a test in fake time over a line like this.
func over(t *testing.T, is Conditions, test func(s *side)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ours, peer := pipenet.Pipe()
		l := New(rand.NewPCG(1, 2))
		if err := l.Set(is); err != nil {
			t.Fatal(err)
		}
		s := &side{T: t, line: l, ours: l.Join(ours), peer: peer, begin: time.Now()}
		test(s)
		_ = peer.Close()
		_ = s.ours.Close()
		l.End(ended())
		s.also.Wait()
	})
}

// ended is a context that has ended.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// at holds the time since the beginning.
func (s *side) at(want time.Duration) {
	s.Helper()
	if got := time.Since(s.begin); got != want {
		s.Errorf("it is %s, want %s", got, want)
	}
}

func (s *side) write(to io.Writer, text string) {
	s.Helper()
	if n, err := io.WriteString(to, text); n != len(text) || err != nil {
		s.Errorf("write %d octets: %d, %v", len(text), n, err)
	}
}

// reads reads a text at once.
func (s *side) reads(from io.Reader, want string) {
	s.Helper()
	got := make([]byte, len(want)+1)
	n, err := from.Read(got)
	if string(got[:n]) != want || err != nil {
		s.Errorf("read %q, %v, want %q", got[:n], err, want)
	}
}

// ends reads until an end.
func (s *side) ends(from io.Reader, octets int, want error) {
	s.Helper()
	n, err := io.Copy(io.Discard, struct{ io.Reader }{from})
	if err == nil {
		err = io.EOF
	}
	if int(n) != octets || !errors.Is(err, want) {
		s.Errorf("read %d octets until %v, want %d until %v", n, err, octets, want)
	}
}

func (s *side) set(to Conditions) {
	s.Helper()
	if err := s.line.Set(to); err != nil {
		s.Error(err)
	}
}

// A good line takes no time, and its writes wait until the socket has the octets.
func TestGoodLine(t *testing.T) {
	over(t, Conditions{}, func(s *side) {
		s.also.Go(func() {
			time.Sleep(time.Second)
			s.reads(s.peer, "hello")
			s.write(s.peer, "answer")
		})
		s.write(s.ours, "hello")
		s.at(time.Second)
		s.reads(s.ours, "answer")
		s.at(time.Second)
		if w := s.line.Waited(); w != 0 {
			s.Errorf("the line held writes up for %s", w)
		}
	})
}

// What is sent later than something else arrives as much later, in both directions.
func TestLatency(t *testing.T) {
	over(t, Conditions{Up: Way{Latency: 200 * ms}, Down: Way{Latency: 300 * ms}}, func(s *side) {
		s.write(s.ours, "a")
		time.Sleep(50 * ms)
		s.write(s.ours, "b")
		s.at(50 * ms)
		s.reads(s.peer, "a")
		s.at(200 * ms)
		s.reads(s.peer, "b")
		s.at(250 * ms)
		s.write(s.peer, "c")
		time.Sleep(20 * ms)
		s.write(s.peer, "d")
		s.reads(s.ours, "c")
		s.at(550 * ms)
		s.reads(s.ours, "d")
		s.at(570 * ms)
		if w := s.line.Waited(); w != 0 {
			s.Errorf("the line held writes up for %s", w)
		}
	})
}

// Jitter neither loses nor overtakes, and is as great as was said.
func TestJitter(t *testing.T) {
	var first []time.Duration
	for range 2 {
		var came []time.Duration
		over(t, Conditions{Up: Way{Latency: 10 * ms, Jitter: 30 * ms}}, func(s *side) {
			s.also.Go(func() {
				for i := range 200 {
					s.write(s.ours, string(rune('a'+i%26)))
					time.Sleep(100 * ms)
				}
			})
			for i := range 200 {
				s.reads(s.peer, string(rune('a'+i%26)))
				came = append(came, time.Since(s.begin)-time.Duration(i)*100*ms)
			}
		})
		least, most := time.Hour, time.Duration(0)
		for _, d := range came {
			least, most = min(least, d), max(most, d)
		}
		if least < 10*ms || least > 12*ms || most > 40*ms || most < 38*ms {
			t.Errorf("octets took %s to %s, want 10ms to 40ms", least, most)
		}
		if first == nil {
			first = came
		}
		for i := range came {
			if came[i] != first[i] {
				t.Fatalf("octet %d took %s, and with the same seed %s", i, first[i], came[i])
			}
		}
	}
}

// A bandwidth lets octets through evenly, however they were written.
func TestBandwidth(t *testing.T) {
	over(t, Conditions{Up: Way{Latency: 100 * ms, Bandwidth: 1000}}, func(s *side) {
		s.write(s.ours, string(make([]byte, 3000)))
		s.at(0)
		got, buf := 0, make([]byte, 4096)
		for got < 3000 {
			n, err := s.peer.Read(buf)
			if err != nil {
				s.Fatal(err)
			}
			got += n
			if want := 100*ms + time.Duration(got)*ms; time.Since(s.begin) != want {
				s.Fatalf("%d octets after %s, want %s", got, time.Since(s.begin), want)
			}
		}
		s.at(3100 * ms)
	})
	over(t, Conditions{Down: Way{Bandwidth: 3}}, func(s *side) {
		s.write(s.peer, "hello")
		s.reads(s.ours, "h")
		s.at(time.Second / 3)
	})
}

// In a stall nothing arrives, and then everything at once.
func TestStall(t *testing.T) {
	over(t, Conditions{}, func(s *side) {
		s.set(Conditions{Up: Way{Stall: 2 * time.Second}, Down: Way{Stall: time.Second}})
		s.write(s.ours, "a")
		s.write(s.ours, "b")
		s.write(s.peer, "c")
		s.at(0)
		s.reads(s.ours, "c")
		s.at(time.Second)
		s.reads(s.peer, "a")
		s.reads(s.peer, "b")
		s.at(2 * time.Second)
		s.write(s.peer, "d")
		s.reads(s.ours, "d")
		s.at(2 * time.Second)
	})
}

// A change applies to what is on its way, as far as that makes it faster.
func TestChanges(t *testing.T) {
	over(t, Conditions{Up: Way{Latency: 10 * time.Second}}, func(s *side) {
		s.write(s.ours, "a")
		time.Sleep(time.Second)
		s.set(Conditions{Up: Way{Latency: time.Second}})
		s.write(s.ours, "b")
		s.reads(s.peer, "a")
		s.reads(s.peer, "b")
		s.at(2 * time.Second)
		s.write(s.ours, "c")
		s.set(Conditions{Up: Way{Latency: 5 * time.Second}})
		s.write(s.ours, "d")
		s.reads(s.peer, "c")
		s.at(3 * time.Second)
		s.reads(s.peer, "d")
		s.at(7 * time.Second)
		s.set(Conditions{Up: Way{Bandwidth: 1}})
		s.write(s.ours, "hello")
		s.reads(s.peer, "h")
		s.at(8 * time.Second)
		s.set(Conditions{})
		s.reads(s.peer, "ello")
		s.at(8 * time.Second)
		s.set(Conditions{Up: Way{Stall: time.Hour}})
		s.write(s.ours, "e")
		time.Sleep(time.Second)
		s.set(Conditions{})
		s.reads(s.peer, "e")
		s.at(9 * time.Second)
	})
}

// No more is on its way than is allowed. Then writers wait, and that is put down to the line.
func TestBounds(t *testing.T) {
	over(t, Conditions{Up: Way{Latency: 2 * time.Second}}, func(s *side) {
		s.also.Go(func() { _, _ = io.Copy(io.Discard, s.peer) })
		s.write(s.ours, string(make([]byte, Most)))
		s.at(0)
		s.write(s.ours, "more")
		s.at(2 * time.Second)
		if w := s.line.Waited(); w != 2*time.Second {
			s.Errorf("the line held writes up for %s, want 2s", w)
		}
	})
	over(t, Conditions{Down: Way{Latency: 2 * time.Second}}, func(s *side) {
		s.also.Go(func() {
			got := make([]byte, 8*Most)
			time.Sleep(time.Minute)
			_, _ = io.ReadFull(s.ours, got)
		})
		chunk, sent := make([]byte, 4096), 0
		for time.Since(s.begin) < time.Minute {
			_ = s.peer.SetWriteDeadline(s.begin.Add(time.Minute))
			n, err := s.peer.Write(chunk)
			if sent += n; err != nil {
				break
			}
		}
		if sent < Most || sent > Most+16<<10 {
			s.Errorf("%d octets were taken of which nobody read any, want %d", sent, Most)
		}
	})
}

// Time that the peer takes is not put down to the line.
func TestPeerThatDoesNotRead(t *testing.T) {
	over(t, Conditions{Up: Way{Latency: 100 * ms}}, func(s *side) {
		s.also.Go(func() {
			time.Sleep(10 * time.Second)
			_, _ = io.Copy(io.Discard, s.peer)
		})
		s.write(s.ours, string(make([]byte, Most)))
		s.write(s.ours, "more")
		s.at(10 * time.Second)
		if w := s.line.Waited(); w != 100*ms {
			s.Errorf("the line held writes up for %s, want 100ms", w)
		}
	})
	over(t, Conditions{}, func(s *side) {
		_ = s.ours.SetWriteDeadline(s.begin.Add(time.Second))
		n, err := s.ours.Write(make([]byte, Most+1))
		if n != Most || !errors.Is(err, os.ErrDeadlineExceeded) { // the socket has been handed these
			s.Errorf("written: %d, %v", n, err)
		}
		s.at(time.Second)
		s.also.Go(func() {
			time.Sleep(time.Second)
			_ = s.ours.Close()
		})
		_ = s.ours.SetWriteDeadline(time.Time{})
		if n, err := s.ours.Write([]byte("more")); n != 0 || !errors.Is(err, net.ErrClosed) {
			s.Errorf("written: %d, %v", n, err)
		}
		s.at(2 * time.Second)
	})
}

// A deadline ends what waits, and nothing else.
func TestDeadlines(t *testing.T) {
	over(t, Conditions{Up: Way{Latency: time.Second}, Down: Way{Latency: time.Second}}, func(s *side) {
		s.write(s.peer, "late")
		_ = s.ours.SetReadDeadline(s.begin.Add(500 * ms))
		if n, err := s.ours.Read(make([]byte, 8)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			s.Errorf("read: %d, %v", n, err)
		}
		s.at(500 * ms)
		_ = s.ours.SetDeadline(time.Unix(1, 0))
		if n, err := s.ours.Write([]byte("never")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			s.Errorf("written: %d, %v", n, err)
		}
		_ = s.ours.SetDeadline(time.Time{})
		s.write(s.ours, "hello")
		s.reads(s.ours, "late")
		s.at(time.Second)
		s.reads(s.peer, "hello")
		s.at(1500 * ms)
	})
}

// What was written before an end arrives before it, and the end takes as long.
func TestEnds(t *testing.T) {
	over(t, Conditions{Up: Way{Latency: time.Second}, Down: Way{Latency: 2 * time.Second}}, func(s *side) {
		s.write(s.ours, "last words")
		time.Sleep(100 * ms)
		if err := s.ours.CloseWrite(); err != nil {
			s.Error(err)
		}
		if _, err := s.ours.Write([]byte("more")); !errors.Is(err, syscall.EPIPE) {
			s.Errorf("after the end of our stream: %v", err)
		}
		s.ends(s.peer, 10, io.EOF)
		s.at(1100 * ms)
		s.write(s.peer, "theirs")
		if err := s.peer.(halves).CloseWrite(); err != nil {
			s.Error(err)
		}
		s.ends(s.ours, 6, io.EOF)
		s.at(3100 * ms)
		if cut := s.line.WasCut(); cut != nil {
			s.Errorf("the peer's end is %v", cut)
		}
	})
	over(t, Conditions{Up: Way{Latency: time.Second}}, func(s *side) {
		s.write(s.ours, "last words")
		if err := s.ours.Close(); err != nil {
			s.Error(err)
		}
		if _, err := s.ours.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			s.Errorf("read after the close: %v", err)
		}
		if err := s.ours.Close(); !errors.Is(err, net.ErrClosed) {
			s.Errorf("closed twice: %v", err)
		}
		s.at(0)
		s.ends(s.peer, 10, io.EOF)
		s.at(time.Second)
	})
	over(t, Conditions{}, func(s *side) {
		if err := s.ours.CloseWrite(); err != nil {
			s.Error(err)
		}
		if err := s.ours.Close(); err != nil {
			s.Error(err)
		}
		s.ends(s.peer, 0, io.EOF)
	})
}

// On a half-open line nothing arrives any more, ends included, until the line ends.
func TestHalfOpen(t *testing.T) {
	over(t, Conditions{Up: Way{Latency: time.Second}, Down: Way{Latency: time.Second}}, func(s *side) {
		s.write(s.ours, "on its way")
		s.write(s.peer, "as well")
		s.set(Conditions{HalfOpen: true})
		s.write(s.ours, string(make([]byte, 4*Most)))
		_ = s.ours.SetReadDeadline(s.begin.Add(time.Minute))
		if _, err := s.ours.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			s.Errorf("read: %v", err)
		}
		if err := s.line.Set(Conditions{}); !errors.Is(err, ErrHalfOpen) {
			s.Errorf("made good again: %v", err)
		}
		if err := s.ours.CloseWrite(); err != nil {
			s.Error(err)
		}
		if err := s.ours.Close(); err != nil {
			s.Error(err)
		}
		_ = s.peer.SetReadDeadline(s.begin.Add(time.Hour))
		if n, err := s.peer.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			s.Errorf("the peer read %d octets, %v", n, err)
		}
		s.at(time.Hour)
		_ = s.peer.SetReadDeadline(time.Time{})
		s.also.Go(func() { s.line.End(context.Background()) })
		s.ends(s.peer, 0, io.EOF)
		s.at(time.Hour)
	})
}

// A reset ends both sides at once, whatever is on its way.
func TestReset(t *testing.T) {
	over(t, Conditions{Up: Way{Latency: time.Second}, Down: Way{Stall: time.Minute}}, func(s *side) {
		s.write(s.ours, "on its way")
		s.write(s.peer, "as well")
		time.Sleep(100 * ms)
		s.line.Reset()
		s.ends(s.ours, 0, syscall.ECONNRESET)
		s.ends(s.peer, 0, io.EOF) // a pipe knows no reset
		var cut *Cut
		if _, err := s.ours.Write([]byte("more")); !errors.As(err, &cut) || !errors.Is(err, syscall.ECONNRESET) {
			s.Errorf("write: %v", err)
		}
		s.at(100 * ms)
		if cut := s.line.WasCut(); cut == nil || cut.Idle != 0 || cut.At.Sub(s.begin) != 100*ms {
			s.Errorf("the cut is %v", cut)
		}
	})
	over(t, Conditions{}, func(s *side) { // a half-open connection can be reset
		s.set(Conditions{HalfOpen: true})
		s.line.Reset()
		s.ends(s.ours, 0, syscall.ECONNRESET)
		s.ends(s.peer, 0, io.EOF)
	})
}

// A line that is idle for too long is cut, in order, and octets in either direction put that off.
func TestIdle(t *testing.T) {
	over(t, Conditions{Idle: time.Second}, func(s *side) {
		s.also.Go(func() {
			time.Sleep(900 * ms)
			s.write(s.peer, "a")
			s.reads(s.peer, "b")
			s.ends(s.peer, 0, io.EOF)
		})
		s.reads(s.ours, "a")
		time.Sleep(800 * ms)
		s.write(s.ours, "b")
		s.ends(s.ours, 0, io.EOF)
		s.at(2700 * ms)
		if cut := s.line.WasCut(); cut == nil || cut.Idle != time.Second {
			s.Errorf("the cut is %v", cut)
		}
	})
	over(t, Conditions{Idle: time.Second}, func(s *side) { // what nobody reads yet counts
		for range 5 {
			time.Sleep(900 * ms)
			s.write(s.peer, "a")
		}
		s.ends(s.ours, 5, io.EOF)
		s.at(5500 * ms)
	})
	over(t, Conditions{Idle: time.Second}, func(s *side) {
		time.Sleep(900 * ms)
		s.set(Conditions{})
		time.Sleep(time.Hour)
		s.also.Go(func() { s.write(s.peer, "a") })
		s.reads(s.ours, "a")
	})
}

// After a standstill there may be octets that nobody has seen yet, so the line is not cut at once.
func TestIdleAfterAStandstill(t *testing.T) {
	for _, more := range []bool{false, true} {
		over(t, Conditions{Idle: time.Second}, func(s *side) {
			s.ours.mu.Lock()
			s.ours.alarm.Stop() // it does not ring while this machine stands still
			s.ours.mu.Unlock()
			time.Sleep(3 * time.Second)
			s.ours.lookIdle()
			if more {
				s.write(s.peer, "a")
			}
			octets, end := 0, 3050*ms
			if more {
				octets, end = 1, 4*time.Second
			}
			s.ends(s.ours, octets, io.EOF)
			s.at(end)
		})
	}
}

// Whatever a line is like and becomes, all octets arrive, in order.
func TestNothingIsLost(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		way := func() Way {
			return Way{
				Latency: time.Duration(r.IntN(3)) * 100 * ms, Jitter: time.Duration(r.IntN(3)) * 50 * ms,
				Bandwidth: r.IntN(2) * (1000 + r.IntN(100_000)), Stall: time.Duration(r.IntN(2)) * time.Second,
			}
		}
		sent := make([]byte, 1+r.IntN(600_000))
		for i := range sent {
			sent[i] = byte(r.Uint32())
		}
		over(t, Conditions{Up: way(), Down: way()}, func(s *side) {
			done := make(chan struct{}, 4)
			send := func(to io.Writer, seed uint64) {
				r := rand.New(rand.NewPCG(seed, 2))
				for left := sent; len(left) > 0; {
					n := min(len(left), 1+r.IntN(100_000))
					s.write(to, string(left[:n]))
					left = left[n:]
					time.Sleep(time.Duration(r.IntN(50)) * ms)
				}
				done <- struct{}{}
			}
			receive := func(from io.Reader) {
				got := make([]byte, len(sent))
				if _, err := io.ReadFull(from, got); err != nil || !bytes.Equal(got, sent) {
					s.Errorf("seed %d: %d octets came as others, %v", seed, len(got), err)
				}
				done <- struct{}{}
			}
			s.also.Go(func() { send(s.ours, seed) })
			s.also.Go(func() { send(s.peer, seed+1000) })
			s.also.Go(func() { receive(s.ours) })
			s.also.Go(func() { receive(s.peer) })
			for left := 4; left > 0; {
				select {
				case <-done:
					left--
				case <-time.After(time.Duration(r.IntN(3000)) * ms):
					s.set(Conditions{Up: way(), Down: way()})
				}
			}
		})
	}
}

// The handshake of TCP takes a round trip, and gives up with its context.
func TestThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		listener, err := n.Listen("tcp", "127.0.0.1:80")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = listener.Close() }()
		go func() {
			c, err := listener.Accept()
			if err == nil {
				_ = c.Close()
			}
		}()
		l := New(rand.NewPCG(1, 2))
		defer l.End(t.Context())
		_ = l.Set(Conditions{Up: Way{Latency: time.Second}, Down: Way{Latency: 2 * time.Second}})
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := l.Through(n.Dial)(ctx, "tcp", "127.0.0.1:80"); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		c, err := l.Through(n.Dial)(t.Context(), "tcp", "127.0.0.1:80")
		if err != nil || time.Since(begin) != 4*time.Second {
			t.Fatalf("dialled after %s: %v", time.Since(begin), err)
		}
		if _, err := c.Read(make([]byte, 1)); err != io.EOF || time.Since(begin) != 6*time.Second {
			t.Errorf("read after %s: %v", time.Since(begin), err)
		}
		_ = c.Close()
		if _, err := l.Through(n.Dial)(t.Context(), "tcp", "127.0.0.1:81"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Error(err)
		}
	})
}

// Slack is how much later an answer comes.
func TestSlack(t *testing.T) {
	tests := []struct {
		is   Conditions
		want time.Duration
	}{
		{Conditions{}, 0},
		{Conditions{Up: Way{Latency: 100 * ms, Jitter: 10 * ms}, Down: Way{Latency: 200 * ms}}, 310 * ms},
		{Conditions{Up: Way{Latency: 100 * ms}, Down: Way{Latency: 200 * ms, Stall: time.Second}}, time.Second},
		{Conditions{Up: Way{Stall: time.Second}, Down: Way{Latency: 200 * ms}}, 1200 * ms},
		{Conditions{Up: Way{Bandwidth: 1000}}, 500 * ms},
	}
	for _, tt := range tests {
		over(t, tt.is, func(s *side) {
			s.also.Go(func() { _, _ = io.Copy(io.Discard, s.peer) })
			s.write(s.ours, string(make([]byte, 500)))
			if got := s.ours.Slack(); got != tt.want {
				s.Errorf("%+v: %s, want %s", tt.is, got, tt.want)
			}
		})
	}
}
