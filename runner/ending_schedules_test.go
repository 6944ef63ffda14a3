package runner_test

import (
	"context"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/duologue/duologue/trace"
)

// lastWords is a peer that says one thing at a moment of chance, and notes
// whether that was before its Pong. All octets leave in pieces, with pauses.
type lastWords struct {
	mu     sync.Mutex // guards what follows
	chance *rand.Rand
	before int // things that were said before a Pong
	after  int // and after it
}

func (l *lastWords) draw(n int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.chance.IntN(n)
}

func (l *lastWords) some() time.Duration { return time.Duration(l.draw(8)) * ms }

// write sends a frame in pieces.
func (l *lastWords) write(p *peer, op byte, payload []byte) {
	for octets := frameOf(op, payload); len(octets) > 0; {
		n := 1 + l.draw(len(octets))
		_, _ = p.conn.Write(octets[:n])
		octets = octets[n:]
		p.pause(l.some() / 4)
	}
}

// play is for one connection. In one of five cases it says nothing, else by the
// clock, right before its Pong, right after it, or when it reads our Close.
func (l *lastWords) play(p *peer) {
	type frame struct {
		op      byte
		payload []byte
	}
	frames := make(chan frame)
	go func() {
		defer close(frames)
		for {
			op, payload, err := p.frame()
			if err != nil {
				return
			}
			frames <- frame{op, payload}
		}
	}()
	kind, ponged := l.draw(5), false
	say := func(when int) {
		if when != kind {
			return
		}
		l.mu.Lock()
		if ponged {
			l.after++
		} else {
			l.before++
		}
		l.mu.Unlock()
		l.write(p, opText, []byte("last words"))
	}
	clock := time.NewTimer(time.Duration(l.draw(120)) * ms)
	for {
		select {
		case <-clock.C:
			say(1)
		case f, ok := <-frames:
			if !ok {
				return
			}
			p.pause(l.some())
			switch f.op {
			case opPing:
				say(2)
				l.write(p, opPong, f.payload)
				ponged = true
				say(3)
			case opClose:
				say(4)
				l.write(p, opClose, f.payload)
				_ = p.conn.Close()
				return
			}
		}
	}
}

// delayed hands on what is written later, in its order.
type delayed struct {
	net.Conn
	queue chan []byte
	gone  chan struct{}
	once  sync.Once
}

func delay(nc net.Conn, pause func() time.Duration) net.Conn {
	d := &delayed{Conn: nc, queue: make(chan []byte, 100), gone: make(chan struct{})}
	go func() {
		for {
			select {
			case octets := <-d.queue:
				time.Sleep(pause())
				_, _ = nc.Write(octets)
			case <-d.gone:
				return
			}
		}
	}()
	return d
}

func (d *delayed) Write(p []byte) (int, error) {
	select {
	case d.queue <- append([]byte(nil), p...):
		return len(p), nil
	case <-d.gone:
		return 0, net.ErrClosed
	}
}

func (d *delayed) Close() error {
	d.once.Do(func() { close(d.gone) })
	return d.Conn.Close()
}

// However the octets of both sides are cut and delayed, a scenario fails if and
// only if a peer said something before its Pong; what it said after that is
// shown as such.
func TestLastWords(t *testing.T) {
	for _, connections := range []int{1, 2, 3} {
		t.Run(strings.Repeat("I", connections), func(t *testing.T) {
			t.Parallel()
			l := &lastWords{}
			failed := 0
			fakeShown(t, l.play, func(s *stage) {
				s.through = func(nc net.Conn) net.Conn { return delay(nc, func() time.Duration { return 4 * l.some() }) }
				steps := ""
				for _, name := range []string{"a", "b", "c"}[:connections] {
					steps += "- {connect: {url: /deaf}, on: " + name + "}\n"
				}
				prepared := s.prepare("scenarios:\n- name: it\n  steps:\n" + indent(steps+`- wait: "${random_int(0, 60) * 1ms}"`))
				for seed := range *runs / 3 {
					l.chance, l.before, l.after = rand.New(rand.NewPCG(uint64(seed), uint64(connections))), 0, 0
					run := prepared.Run(context.Background())
					s.peers.Wait()
					sc := &run.Suites[0].Scenarios[0]
					want := "passed"
					if l.before > 0 {
						want = "failed 2: a message came that no step expected"
						failed++
					}
					if got := verdict(sc); got != want {
						s.t.Fatalf("seed %d: got %s, want %s\n%s", seed, got, want, endings(sc))
					}
					if shown := strings.Count(endings(sc), "<- message after our end: last words"); shown != l.after {
						s.t.Fatalf("seed %d: %d messages are shown as come after our end, want %d\n%s", seed, shown, l.after, endings(sc))
					}
					if sc.Verdict == trace.Passed && sc.Duration > time.Second {
						s.t.Fatalf("seed %d took %s", seed, sc.Duration)
					}
				}
			})
			if failed == 0 || failed == *runs/3 {
				t.Errorf("%d of %d failed: this proves nothing", failed, *runs/3)
			}
		})
	}
}
