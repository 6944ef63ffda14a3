package wire

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recorder is a connection that keeps each write with its time, and from which nothing is read but what is put in.
type recorder struct {
	net.Conn
	start  time.Time
	in     chan []byte
	ended  chan struct{} // closed with the peer's stream
	once   sync.Once
	mu     sync.Mutex
	writes []written
	fail   error // of every write and of Close
}

type written struct {
	After  time.Duration
	Octets string
}

func (r *recorder) Read(p []byte) (int, error) {
	select {
	case b := <-r.in:
		return copy(p, b), nil
	case <-r.ended:
		return 0, io.EOF
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return 0, r.fail
	}
	r.writes = append(r.writes, written{time.Since(r.start), string(p)})
	return len(p), nil
}

func (r *recorder) end() { r.once.Do(func() { close(r.ended) }) }

func (r *recorder) taken() []written {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.writes
}

func (r *recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fail
}

func (r *recorder) SetReadDeadline(time.Time) error  { return nil }
func (r *recorder) SetWriteDeadline(time.Time) error { return nil }

// recorded runs test in fake time with a connection over a recorder. Every event is read meanwhile; what test puts in
// is what the peer sends.
func recorded(t *testing.T, o opening, test func(t *testing.T, c *Conn, r *recorder)) []Event {
	t.Helper()
	var evs []Event
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{start: time.Now(), in: make(chan []byte), ended: make(chan struct{})}
		tapped := &tap{Conn: r}
		o.transport, o.limits = transport{Conn: tapped, raw: tapped}, o.limits.withDefaults()
		c := newConn(o)
		done := make(chan struct{})
		go func() { defer close(done); evs = all(c) }()
		test(t, c, r)
		r.end()
		<-done
	})
	return evs
}

func TestRawOctets(t *testing.T) {
	key := [4]byte{1, 2, 3, 4}
	tests := []struct {
		name  string
		frame RawFrame
		want  string
	}{
		{"text", RawFrame{Fin: true, Opcode: OpText, Parts: Payload([]byte("Hello"))}, "810548656c6c6f"},
		{"no payload", RawFrame{Fin: true, Opcode: OpPing}, "8900"},
		{"not final, every reserved bit, opcode 15", RawFrame{RSV: 7, Opcode: 15}, "7f00"},
		{"RSV1", RawFrame{Fin: true, RSV: 4, Opcode: OpText}, "c100"},
		{"RSV3", RawFrame{Fin: true, RSV: 1, Opcode: OpText}, "9100"},
		{"key", RawFrame{Fin: true, Opcode: OpText, Mask: MaskKey, Key: key, Parts: Payload([]byte("Hello"))}, "818501020304" + "49676f686e"},
		{"key of zeros", RawFrame{Fin: true, Opcode: OpText, Mask: MaskKey, Parts: Payload([]byte("Hello"))}, "818500000000" + "48656c6c6f"},
		{"key without masking", RawFrame{Fin: true, Opcode: OpText, Mask: MaskNone, Key: key, Parts: Payload([]byte("Hello"))}, "810548656c6c6f"},
		{"mask goes on over parts", RawFrame{Fin: true, Opcode: OpText, Mask: MaskKey, Key: key, Parts: []Part{{Data: []byte("H")}, {}, {Data: []byte("ell")}, {Data: []byte("o")}}},
			"818501020304" + "49676f686e"},
		{"16 bits", RawFrame{Fin: true, Opcode: OpText, Form: 16, Parts: Payload([]byte("Hello"))}, "817e000548656c6c6f"},
		{"64 bits", RawFrame{Fin: true, Opcode: OpText, Form: 64, Parts: Payload([]byte("Hello"))}, "817f000000000000000548656c6c6f"},
		{"claims more", RawFrame{Fin: true, Opcode: OpText, Length: Claim(9), Parts: Payload([]byte("Hello"))}, "810948656c6c6f"},
		{"claims less", RawFrame{Fin: true, Opcode: OpText, Length: Claim(0), Parts: Payload([]byte("Hello"))}, "810048656c6c6f"},
		{"shortest form of the claim", RawFrame{Fin: true, Opcode: OpText, Length: Claim(126)}, "817e007e"},
		{"claims all bits", RawFrame{Fin: true, Opcode: OpBinary, Length: Claim(1<<64 - 1)}, "827fffffffffffffffff"},
		{"127 in 7 bits", RawFrame{Fin: true, Opcode: OpBinary, Form: 7, Length: Claim(127)}, "827f"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			recorded(t, opening{server: true}, func(t *testing.T, c *Conn, r *recorder) {
				if _, err := c.SendFrames(t.Context(), []RawFrame{tt.frame}, Delivery{}); err != nil {
					t.Errorf("SendFrames() = %v", err)
				}
				want, err := hex.DecodeString(tt.want)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]written{{0, string(want)}}, r.taken()); diff != "" {
					t.Errorf("octets (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestMaskingByRole holds the zero Masking and the random one against both roles.
func TestMaskingByRole(t *testing.T) {
	for _, server := range []bool{false, true} {
		for _, mask := range []Masking{MaskAuto, MaskRandom} {
			recorded(t, opening{server: server}, func(t *testing.T, c *Conn, r *recorder) {
				keys := map[[4]byte]bool{}
				for range 20 {
					if _, err := c.SendFrames(t.Context(), []RawFrame{{Fin: true, Opcode: OpText, Mask: mask, Parts: Payload([]byte("Hello"))}}, Delivery{}); err != nil {
						t.Errorf("SendFrames() = %v", err)
					}
				}
				masked := !server || mask == MaskRandom
				for _, w := range r.taken() {
					h, payload, err := readFrame(strings.NewReader(w.Octets))
					if err != nil || h.masked != masked || string(payload) != "Hello" {
						t.Errorf("server %v, masking %d: frame %+v %q, %v", server, mask, h, payload, err)
					}
					keys[h.mask] = true
				}
				if masked && len(keys) < 19 {
					t.Errorf("%d keys for 20 frames", len(keys))
				}
			})
		}
	}
}

func TestRawRefuses(t *testing.T) {
	good := RawFrame{Fin: true, Opcode: OpText}
	for name, bad := range map[string]RawFrame{
		"RSV 8": {RSV: 8}, "opcode 16": {Opcode: 16}, "masking 4": {Mask: 4}, "form 8": {Form: 8}, "form -1": {Form: -1},
		"128 in 7 bits":    {Form: 7, Length: Claim(128)},
		"65536 in 16 bits": {Form: 16, Length: Claim(65536)},
		"payload of 128":   {Form: 7, Parts: []Part{{Data: make([]byte, 100)}, {Data: make([]byte, 28)}}},
	} {
		recorded(t, opening{}, func(t *testing.T, c *Conn, r *recorder) {
			if _, err := c.SendFrames(t.Context(), []RawFrame{good, bad}, Delivery{}); err == nil || len(r.taken()) > 0 {
				t.Errorf("%s: SendFrames() = %v after %d writes, want an error before any", name, err, len(r.taken()))
			}
		})
	}
}

func TestDelivery(t *testing.T) {
	ab := RawFrame{Fin: true, Opcode: OpText, Parts: Payload([]byte("ab"))}
	c := RawFrame{Fin: true, Opcode: OpPing, Parts: Payload([]byte("c"))}
	const s, ms = time.Second, time.Millisecond
	tests := []struct {
		name   string
		frames []RawFrame
		d      Delivery
		want   []written
	}{
		{"nothing", nil, Delivery{}, nil},
		{"batch", []RawFrame{ab, c}, Delivery{Delay: s}, []written{{0, "\x81\x02ab\x89\x01c"}}},
		{"per frame", []RawFrame{ab, c}, Delivery{PerFrame: true}, []written{{0, "\x81\x02ab"}, {0, "\x89\x01c"}}},
		{"per frame with a delay", []RawFrame{ab, c, c}, Delivery{PerFrame: true, Delay: s},
			[]written{{0, "\x81\x02ab"}, {s, "\x89\x01c"}, {2 * s, "\x89\x01c"}}},
		{"chop over frames", []RawFrame{ab, c}, Delivery{Chop: 3}, []written{{0, "\x81\x02a"}, {0, "b\x89\x01"}, {0, "c"}}},
		{"chop with a delay", []RawFrame{c, c}, Delivery{Chop: 3, Delay: ms}, []written{{0, "\x89\x01c"}, {ms, "\x89\x01c"}}},
		{"chop inside each frame", []RawFrame{ab, c}, Delivery{PerFrame: true, Chop: 3, Delay: ms},
			[]written{{0, "\x81\x02a"}, {ms, "b"}, {2 * ms, "\x89\x01c"}}},
		{"parts that wait", []RawFrame{{Fin: true, Opcode: OpText, Parts: []Part{{s, []byte("a")}, {0, []byte("b")}, {2 * s, []byte("c")}, {s, nil}}}, c},
			Delivery{}, []written{{0, "\x81\x03"}, {s, "ab"}, {3 * s, "c"}, {4 * s, "\x89\x01c"}}},
		{"parts that wait, chopped", []RawFrame{{Fin: true, Opcode: OpText, Parts: []Part{{s, []byte("abc")}}}},
			Delivery{Chop: 2, Delay: ms}, []written{{0, "\x81\x03"}, {s, "ab"}, {s + ms, "c"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			recorded(t, opening{server: true}, func(t *testing.T, c *Conn, r *recorder) {
				start := time.Now()
				stamp, err := c.SendFrames(t.Context(), tt.frames, tt.d)
				if err != nil {
					t.Errorf("SendFrames() = %v", err)
				}
				if diff := cmp.Diff(tt.want, r.taken()); diff != "" {
					t.Errorf("writes (-want +got):\n%s", diff)
				}
				if n := len(tt.want); n > 0 && (!stamp.Before.Equal(start.Add(tt.want[0].After)) || !stamp.After.Equal(start.Add(tt.want[n-1].After))) {
					t.Errorf("stamp = %v to %v after the start", stamp.Before.Sub(start), stamp.After.Sub(start))
				}
			})
		})
	}
}

// TestDeliveryOfMessages chops what is not raw.
func TestDeliveryOfMessages(t *testing.T) {
	recorded(t, opening{server: true}, func(t *testing.T, c *Conn, r *recorder) {
		ctx := t.Context()
		for _, err := range []error{
			second(c.Send(ctx, OpText, []byte("abc"), SendOptions{Fragments: []int{1}})),
			second(c.Send(ctx, OpText, []byte("abc"), SendOptions{Fragments: []int{1}, Delivery: Delivery{PerFrame: true}})),
			second(c.Send(ctx, OpPing, []byte("?"), SendOptions{Delivery: Delivery{Chop: 2}})),
			second(c.SendBytes(ctx, []byte("\x81\x00\x81\x00"), Delivery{PerFrame: true, Chop: 3, Delay: time.Second})),
		} {
			if err != nil {
				t.Errorf("send = %v", err)
			}
		}
		want := []written{{0, "\x01\x01a\x80\x02bc"}, {0, "\x01\x01a"}, {0, "\x80\x02bc"}, {0, "\x89\x01"}, {0, "?"}, {0, "\x81\x00\x81"}, {time.Second, "\x00"}}
		if diff := cmp.Diff(want, r.taken()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
	})
}

// maskedOctets is a frame of a client.
func maskedOctets(fin bool, op Opcode, payload string) []byte {
	f := RawFrame{Fin: fin, Opcode: op, Parts: Payload([]byte(payload))}
	octets, _ := appendFrame(nil, nil, &f, true)
	return octets
}

// TestRepliesKeepOut pings while something of ours is under way: the pong never lands inside a frame.
func TestRepliesKeepOut(t *testing.T) {
	const s = time.Second
	slow := RawFrame{Fin: true, Opcode: OpText, Parts: []Part{{4 * s, []byte("ab")}}}
	tests := []struct {
		name string
		send func(t *testing.T, c *Conn) error
		want []written
	}{
		{"part that waits", func(t *testing.T, c *Conn) error {
			return second(c.SendFrames(t.Context(), []RawFrame{slow}, Delivery{}))
		}, []written{{0, "\x81\x02"}, {4 * s, "ab"}, {4 * s, "\x8a\x01?"}}},
		{"chopped batch", func(t *testing.T, c *Conn) error {
			return second(c.SendFrames(t.Context(), []RawFrame{{Opcode: OpText}, {Fin: true}}, Delivery{Chop: 2, Delay: 4 * s}))
		}, []written{{0, "\x01\x00"}, {4 * s, "\x80\x00"}, {4 * s, "\x8a\x01?"}}},
		{"between frames", func(t *testing.T, c *Conn) error {
			return second(c.SendFrames(t.Context(), []RawFrame{{Opcode: OpText}, {Fin: true}}, Delivery{PerFrame: true, Delay: 4 * s}))
		}, []written{{0, "\x01\x00"}, {2 * s, "\x8a\x01?"}, {4 * s, "\x80\x00"}}},
		{"between fragments of a message", func(t *testing.T, c *Conn) error {
			return second(c.Send(t.Context(), OpText, []byte("ab"), SendOptions{Fragments: []int{1}, Delivery: Delivery{PerFrame: true, Delay: 4 * s}}))
		}, []written{{0, "\x01\x01a"}, {2 * s, "\x8a\x01?"}, {4 * s, "\x80\x01b"}}},
		{"frame finished by hand", func(t *testing.T, c *Conn) error {
			err := second(c.SendBytes(t.Context(), []byte("\x81\x02a"), Delivery{}))
			<-time.After(4 * s)
			return errors.Join(err, second(c.SendBytes(t.Context(), []byte("b"), Delivery{})))
		}, []written{{0, "\x81\x02a"}, {4 * s, "b"}, {4 * s, "\x8a\x01?"}}},
		{"frame finished by a message", func(t *testing.T, c *Conn) error {
			err := second(c.SendFrames(t.Context(), []RawFrame{{Fin: true, Opcode: OpText, Length: Claim(3)}}, Delivery{}))
			<-time.After(4 * s)
			return errors.Join(err, second(c.Send(t.Context(), OpText, []byte("a"), SendOptions{})))
		}, []written{{0, "\x81\x03"}, {4 * s, "\x81\x01a"}, {4 * s, "\x8a\x01?"}}},
		{"frame never finished", func(t *testing.T, c *Conn) error {
			return second(c.SendFrames(t.Context(), []RawFrame{{Fin: true, Opcode: OpText, Length: Claim(3)}}, Delivery{}))
		}, []written{{0, "\x81\x03"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			recorded(t, opening{server: true}, func(t *testing.T, c *Conn, r *recorder) {
				time.AfterFunc(2*s, func() { r.in <- maskedOctets(true, OpPing, "?") })
				if err := tt.send(t, c); err != nil {
					t.Errorf("send = %v", err)
				}
				<-time.After(10 * s)
				if diff := cmp.Diff(tt.want, r.taken()); diff != "" {
					t.Errorf("writes (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestRawClose makes Closes by hand in every way: each counts as ours, and only one is sent.
func TestRawClose(t *testing.T) {
	const s = time.Second
	bye := "\x88\x02\x03\xe8"
	tests := []struct {
		name  string
		sent  string // behind the handshake
		send  func(t *testing.T, c *Conn)
		want  string // octets sent
		by    Side
		clean bool
	}{
		{"frame", "", func(t *testing.T, c *Conn) {
			_, _ = c.SendFrames(t.Context(), []RawFrame{CloseFrame(1000, "")}, Delivery{})
		}, bye, Us, true},
		{"frame without a code", "", func(t *testing.T, c *Conn) {
			_, _ = c.SendFrames(t.Context(), []RawFrame{CloseFrame(NoCode, "ignored")}, Delivery{PerFrame: true})
		}, "\x88\x00", Us, true},
		{"frame with reserved bits, dribbled past the peer's", "", func(t *testing.T, c *Conn) {
			_, _ = c.SendFrames(t.Context(), []RawFrame{{Fin: true, RSV: 7, Opcode: OpClose, Parts: []Part{{4 * s, []byte("\x03\xe8")}}}}, Delivery{})
		}, "\xf8\x02\x03\xe8", Us, true},
		{"octets", "", func(t *testing.T, c *Conn) { _, _ = c.SendBytes(t.Context(), []byte("\x81\x00"+bye), Delivery{}) }, "\x81\x00" + bye, Us, true},
		{"octets in two sends", "", func(t *testing.T, c *Conn) {
			_, _ = c.SendBytes(t.Context(), []byte(bye[:3]), Delivery{})
			_, _ = c.SendBytes(t.Context(), []byte(bye[3:]), Delivery{})
		}, bye, Us, true},
		{"behind the handshake", bye, func(t *testing.T, c *Conn) {}, "", Us, true},
		{"half a Close behind the handshake", bye[:2], func(t *testing.T, c *Conn) { _, _ = c.SendBytes(t.Context(), []byte(bye[2:]), Delivery{}) }, bye[2:], Us, true},
		{"finished after the peer's", "", func(t *testing.T, c *Conn) {
			_, _ = c.SendBytes(t.Context(), []byte(bye[:1]), Delivery{})
			<-time.After(4 * s)
			_, _ = c.SendBytes(t.Context(), []byte(bye[1:]), Delivery{})
		}, bye + "\x88\x02\x0f\xa0", Peer, true},
		{"never finished", "", func(t *testing.T, c *Conn) { _, _ = c.SendBytes(t.Context(), []byte(bye[:3]), Delivery{}) }, bye[:3], Peer, false},
		{"swallowed by a claim", "", func(t *testing.T, c *Conn) {
			_, _ = c.SendFrames(t.Context(), []RawFrame{{Fin: true, Opcode: OpText, Length: Claim(9)}, {Fin: true, Opcode: OpClose}}, Delivery{})
		}, "\x81\x09\x88\x00", Peer, false},
		{"none", "", func(t *testing.T, c *Conn) { _, _ = c.SendBytes(t.Context(), []byte("\x81\x00"), Delivery{}) }, "\x81\x00\x88\x02\x0f\xa0", Peer, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			evs := recorded(t, opening{server: true, sent: []byte(tt.sent)}, func(t *testing.T, c *Conn, r *recorder) {
				go func() {
					<-time.After(2 * s)
					r.in <- maskedOctets(true, OpClose, "\x0f\xa0")
				}()
				tt.send(t, c)
				<-time.After(10 * s)
				var got strings.Builder
				for _, w := range r.taken() {
					got.WriteString(w.Octets)
				}
				if got.String() != tt.want {
					t.Errorf("sent %q, want %q", got.String(), tt.want)
				}
			})
			if end := evs[len(evs)-1].(*End); end.By != tt.by || end.Clean != tt.clean || end.Code != 4000 {
				t.Errorf("end = %+v, want by %s, clean %v", end, tt.by, tt.clean)
			}
		})
	}
}

// TestRawCloseNotSent fails to write a Close: it does not count.
func TestRawCloseNotSent(t *testing.T) {
	evs := recorded(t, opening{server: true, policy: Policy{CloseReply: AutoOff}}, func(t *testing.T, c *Conn, r *recorder) {
		r.fail = io.ErrClosedPipe
		_, err := c.SendFrames(t.Context(), []RawFrame{{Fin: true, Opcode: OpClose}}, Delivery{})
		if !errors.Is(err, io.ErrClosedPipe) || c.State() != StateOpen {
			t.Errorf("SendFrames() = %v in state %s, want an error and an open connection", err, c.State())
		}
		r.in <- maskedOctets(true, OpClose, "\x0f\xa0")
	})
	if end := evs[len(evs)-1].(*End); end.By != Peer || end.Clean {
		t.Errorf("end = %+v, want unclean by the peer", end)
	}
}

// TestRawInterrupted ends ctx inside a raw frame, which may be finished by hand, and inside an ordinary one, after which
// only raw octets go.
func TestRawInterrupted(t *testing.T) {
	slowly := Delivery{Chop: 2, Delay: 3 * time.Second}
	evs := recorded(t, opening{server: true, limits: Limits{Replies: 2}}, func(t *testing.T, c *Conn, r *recorder) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.SendFrames(ctx, []RawFrame{{Fin: true, Opcode: OpText, Parts: Payload([]byte("abc"))}}, slowly)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("SendFrames() = %v, want deadline exceeded", err)
		}
		if _, err := c.Send(t.Context(), OpText, []byte("z"), SendOptions{}); err != nil {
			t.Errorf("Send() into an unfinished raw frame = %v", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Send(ctx, OpText, []byte("abc"), SendOptions{Delivery: slowly}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Send() = %v, want deadline exceeded", err)
		}
		if _, err := c.Send(t.Context(), OpText, []byte("z"), SendOptions{}); !errors.Is(err, ErrUnusable) {
			t.Errorf("Send() after a broken message = %v, want %v", err, ErrUnusable)
		}
		if _, err := c.Send(t.Context(), OpPing, nil, SendOptions{}); !errors.Is(err, ErrUnusable) {
			t.Errorf("Send(ping) inside a broken message = %v, want %v", err, ErrUnusable)
		}
		for range 3 {
			r.in <- maskedOctets(true, OpPing, "?") // unanswered, and not kept either: see the limit
			<-time.After(time.Millisecond)
		}
		if _, err := c.SendBytes(t.Context(), []byte("!"), Delivery{}); err != nil {
			t.Errorf("SendBytes() after a broken message = %v", err)
		}
		if _, err := c.SendFrames(t.Context(), []RawFrame{{Opcode: OpText}}, Delivery{}); err != nil {
			t.Errorf("SendFrames() after a broken message = %v", err)
		}
		want := []written{{0, "\x81\x03"}, {time.Second, "\x81\x01z"}, {time.Second, "\x81\x03"}, {2*time.Second + 3*time.Millisecond, "!"}, {2*time.Second + 3*time.Millisecond, "\x01\x00"}}
		if diff := cmp.Diff(want, r.taken()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
	})
	if told, _ := toldOf(evs); len(told) > 0 {
		t.Errorf("told %v, want nothing", told)
	}
}

// TestWaitsEnd breaks waits inside a send off, by ctx and by the end of the connection.
func TestWaitsEnd(t *testing.T) {
	frame := RawFrame{Fin: true, Opcode: OpText, Parts: []Part{{time.Hour, []byte("a")}}}
	for name, send := range map[string]func(ctx context.Context, c *Conn) error{
		"part": func(ctx context.Context, c *Conn) error {
			return second(c.SendFrames(ctx, []RawFrame{frame}, Delivery{}))
		},
		"chop": func(ctx context.Context, c *Conn) error {
			return second(c.SendBytes(ctx, []byte("\x81\x00\x81"), Delivery{Chop: 2, Delay: time.Hour}))
		},
		"frames": func(ctx context.Context, c *Conn) error {
			return second(c.SendFrames(ctx, []RawFrame{{Opcode: OpText}, {}}, Delivery{PerFrame: true, Delay: time.Hour}))
		},
	} {
		for _, want := range []error{context.DeadlineExceeded, net.ErrClosed} {
			recorded(t, opening{server: true}, func(t *testing.T, c *Conn, r *recorder) {
				ctx := t.Context()
				if want == context.DeadlineExceeded {
					deadline, cancel := context.WithTimeout(ctx, time.Second)
					defer cancel()
					ctx = deadline
				} else {
					time.AfterFunc(time.Second, r.end)
				}
				start := time.Now()
				if err := send(ctx, c); !errors.Is(err, want) || time.Since(start) != time.Second || len(r.taken()) != 1 {
					t.Errorf("%s: send = %v after %v and %d writes, want %v after 1s and one", name, err, time.Since(start), len(r.taken()), want)
				}
			})
		}
	}
}

// TestRawTakesTurns holds a message back until a raw send is over.
func TestRawTakesTurns(t *testing.T) {
	recorded(t, opening{server: true}, func(t *testing.T, c *Conn, r *recorder) {
		done := make(chan error, 1)
		time.AfterFunc(time.Second, func() { done <- second(c.Send(t.Context(), OpText, []byte("z"), SendOptions{})) })
		_, err := c.SendFrames(t.Context(), []RawFrame{{Opcode: OpText}, {Fin: true}}, Delivery{PerFrame: true, Delay: 2 * time.Second})
		if err := errors.Join(err, <-done); err != nil {
			t.Errorf("send = %v", err)
		}
		want := []written{{0, "\x01\x00"}, {2 * time.Second, "\x80\x00"}, {2 * time.Second, "\x81\x01z"}}
		if diff := cmp.Diff(want, r.taken()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
	})
}

// TestDeflateByHand puts compressed payloads into frames by hand; the peer's inflater follows the window.
func TestDeflateByHand(t *testing.T) {
	h := Handshake{Deflate: Deflate{}.whole()}
	recorded(t, opening{server: true, handshake: h}, func(t *testing.T, c *Conn, r *recorder) {
		in := newInflater(true, 15)
		var payloads [][]byte
		for range 3 {
			payload, err := c.Deflate(t.Context(), []byte("again and again"))
			if err != nil {
				t.Fatalf("Deflate() = %v", err)
			}
			payloads = append(payloads, payload)
		}
		for _, payload := range payloads {
			if got, err := in.message(payload, 100); err != nil || string(got) != "again and again" {
				t.Errorf("inflated to %q, %v", got, err)
			}
		}
		if len(r.taken()) > 0 {
			t.Errorf("Deflate wrote %q", r.taken())
		}
	})
	recorded(t, opening{}, func(t *testing.T, c *Conn, r *recorder) {
		if _, err := c.Deflate(t.Context(), nil); !errors.Is(err, ErrNoDeflate) {
			t.Errorf("Deflate() = %v, want %v", err, ErrNoDeflate)
		}
	})
	far := append(bytes.Repeat([]byte("0123456789abcdef"), 1), bytes.Repeat([]byte("x"), 600)...)
	far = append(far, far[:16]...)
	if _, err := newInflater(false, 15).message(Deflated(far), 1000); err != nil {
		t.Errorf("inflating Deflated() in 15 bits = %v", err)
	}
	if _, err := newInflater(false, 9).message(Deflated(far), 1000); !errors.Is(err, errWindow) {
		t.Errorf("inflating Deflated() in 9 bits = %v, want %v", err, errWindow)
	}
	for fromClient, rule := range map[bool]string{false: "RFC7692#7.1.2.1", true: "RFC7692#7.1.2.2"} {
		r := newTestReader()
		r.fromClient, r.inflate = fromClient, newInflater(false, 9)
		octets, _ := appendFrame(nil, nil, &RawFrame{Fin: true, RSV: rsv1, Opcode: OpText, Parts: Payload(Deflated(far))}, fromClient)
		evs := events(r, octets, len(octets))
		if v, ok := evs[len(evs)-1].(*Violation); !ok || v.Rule != rule {
			t.Errorf("from client %v: %+v, want violation of %s", fromClient, evs[len(evs)-1], rule)
		}
	}
}

// FuzzTracker wants the same state however octets are cut, and that of a reader that takes what a peer does.
func FuzzTracker(f *testing.F) {
	f.Add([]byte("\x81\x03abc\x88\x02\x03\xe8\x81"), byte(1))
	f.Add([]byte("\x88\xfe\x00\x7e\x01\x02\x03\x04"), byte(2))
	f.Add([]byte("\x88\x00\x88\x7f\x80\x00\x00\x00\x00\x00\x00\x00"), byte(3))
	f.Fuzz(func(t *testing.T, octets []byte, cut byte) {
		var whole, parts tracker
		closes := whole.closes(octets)
		whole.feed(octets)
		if whole.closed != closes {
			t.Fatalf("closes() = %v, then closed %v", closes, whole.closed)
		}
		for rest := octets; len(rest) > 0; {
			n := min(len(rest), 1+int(cut))
			parts.feed(rest[:n])
			rest = rest[n:]
		}
		if parts.inside() != whole.inside() || parts.closed != whole.closed || parts.left != whole.left || parts.inHead != whole.inHead {
			t.Fatalf("cut: %+v, whole: %+v", parts, whole)
		}
		r := &reader{limits: Limits{Message: 1 << 40, Fragments: 1 << 30}.withDefaults(), observe: true}
		closed := false
		for _, ev := range events(r, octets, len(octets)+1) {
			frame, ok := ev.(*Frame)
			closed = closed || ok && frame.Opcode == OpClose
		}
		if !r.failed && (r.inHead > 0 || r.frame != nil) != whole.inside() || !r.failed && closed != whole.closed {
			t.Fatalf("reader: in head %d, frame %v, closed %v; tracker: %+v", r.inHead, r.frame, closed, whole)
		}
	})
}
