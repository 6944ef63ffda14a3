package wire

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// withoutTimes compares events without their times.
var withoutTimes = cmp.Options{
	cmpopts.IgnoreFields(Frame{}, "First", "Last"),
	cmpopts.IgnoreFields(Message{}, "First", "Last"),
	cmpopts.IgnoreFields(Violation{}, "At", "Text"),
	cmpopts.IgnoreFields(Excess{}, "At"),
	cmpopts.IgnoreFields(End{}, "At", "Err"),
	cmpopts.EquateEmpty(),
}

func frameOf(fin bool, op Opcode, payload string) *Frame {
	return &Frame{Fin: fin, Opcode: op, LengthForm: minimalForm(uint64(len(payload))), Payload: []byte(payload)}
}

func TestConversation(t *testing.T) {
	server, client := certificate(t)
	for _, secure := range []bool{false, true} {
		name, d := "ws", Dialer{}
		cfg := server
		if secure {
			name, d = "wss", Dialer{TLS: client}
		} else {
			cfg = nil
		}
		t.Run(name, func(t *testing.T) {
			d.URL = listen(t, cfg, func(p *peer) {
				p.accept("")
				p.expect(OpText, "hello")
				p.write(frameOctets(true, OpText, "hello"))
				p.write(frameOctets(false, OpBinary, "ab"))
				p.write(frameOctets(true, OpPing, "?"))
				p.write(frameOctets(true, OpContinuation, "cd"))
				p.expect(OpPong, "?")
				p.expect(OpClose, "\x03\xe8bye")
				p.write(frameOctets(true, OpClose, "\x03\xe8"))
				if p.tc != nil {
					_ = p.tc.CloseWrite()
				}
			})
			c := dial(t, d)
			if _, err := c.Send(context.Background(), OpText, []byte("hello"), SendOptions{}); err != nil {
				t.Fatalf("Send() = %v", err)
			}
			var got []Event
			for len(got) < 6 {
				got = append(got, c.Next())
			}
			if _, err := c.SendClose(context.Background(), 1000, "bye"); err != nil {
				t.Fatalf("SendClose() = %v", err)
			}
			got = append(got, all(c)...)
			want := []Event{
				frameOf(true, OpText, "hello"),
				&Message{Data: []byte("hello"), Fragments: 1},
				frameOf(false, OpBinary, "ab"),
				frameOf(true, OpPing, "?"),
				frameOf(true, OpContinuation, "cd"),
				&Message{Binary: true, Data: []byte("abcd"), Fragments: 2},
				frameOf(true, OpClose, "\x03\xe8"),
				&End{Code: 1000, Clean: true, By: Us, TCP: TCPFin, TCPBy: Peer, TLS: secure, CloseNotify: secure},
			}
			if diff := cmp.Diff(want, got, withoutTimes); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if c.Next() != got[7] {
				t.Errorf("Next() after the End is another event")
			}
			if s := c.State(); s != StateClosed {
				t.Errorf("State() = %q, want %q", s, StateClosed)
			}
		})
	}
}

func TestPeerCloses(t *testing.T) {
	d := Dialer{URL: listen(t, nil, func(p *peer) {
		p.accept("")
		p.write(frameOctets(true, OpClose, "\x0f\xa0over"))
		p.expect(OpClose, "\x0f\xa0")
	})}
	got := lastEvent(dial(t, d))
	want := &End{Code: 4000, Reason: "over", Clean: true, By: Peer, TCP: TCPFin, TCPBy: Peer}
	if diff := cmp.Diff(want, got, withoutTimes); diff != "" {
		t.Errorf("end (-want +got):\n%s", diff)
	}
}
