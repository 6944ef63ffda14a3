package wire

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestObserveAssembles goes on after each violation, in both roles: what follows is assembled as if the frame that
// broke the rule had been right, or had not been, and nothing is mixed up.
func TestObserveAssembles(t *testing.T) {
	raw := func(fin bool, rsv byte, op Opcode, payload string) RawFrame {
		return RawFrame{Fin: fin, RSV: rsv, Opcode: op, Parts: Payload([]byte(payload))}
	}
	after := raw(true, 0, OpText, "after")
	hello := "\xf2\x48\xcd\xc9\xc9\x07\x00" // RFC 7692 section 7.2.3.1
	tests := []struct {
		name    string
		frames  []RawFrame
		deflate bool
		want    []string // messages and rules
	}{
		{"reserved bits", []RawFrame{raw(true, 3, OpText, "a"), after}, false, []string{"!RFC6455#5.2", "text a", "text after"}},
		{"reserved data opcode between messages", []RawFrame{raw(true, 0, 3, "a"), after}, false, []string{"!RFC6455#5.2", "text after"}},
		{"reserved data opcode inside a message", []RawFrame{raw(false, 0, OpText, "a"), raw(true, 0, 4, "x"), raw(true, 0, 0, "b"), after}, false,
			[]string{"!RFC6455#5.2", "text ab", "text after"}},
		{"reserved control opcode inside a message", []RawFrame{raw(false, 0, OpText, "a"), raw(true, 0, 11, "x"), raw(true, 0, 0, "b")}, false,
			[]string{"!RFC6455#5.2", "text ab"}},
		{"fragmented ping and its continuation", []RawFrame{raw(false, 0, OpPing, "a"), raw(true, 0, 0, "b"), after}, false,
			[]string{"!RFC6455#5.5", "!RFC6455#5.4", "text after"}},
		{"fragmented ping inside a message", []RawFrame{raw(false, 0, OpText, "a"), raw(false, 0, OpPing, "x"), raw(true, 0, 0, "b")}, false,
			[]string{"!RFC6455#5.5", "text ab"}},
		{"continuations of nothing", []RawFrame{raw(false, 0, 0, "a"), raw(true, 0, 0, "b"), after}, false,
			[]string{"!RFC6455#5.4", "!RFC6455#5.4", "text after"}},
		{"message inside a message", []RawFrame{raw(false, 0, OpText, "a"), raw(true, 0, OpBinary, "b"), after}, false,
			[]string{"!RFC6455#5.4", "binary b", "text after"}},
		{"fragmented message inside another", []RawFrame{raw(false, 0, OpText, "\xe2"), raw(false, 0, OpText, "b"), raw(true, 0, 0, "c"), raw(true, 0, 0, "d")}, false,
			[]string{"!RFC6455#5.4", "text bc", "!RFC6455#5.4"}},
		{"bad text, then good", []RawFrame{raw(false, 0, OpText, "\xff"), raw(true, 0, 0, "\xff"), after}, false,
			[]string{"!RFC6455#8.1", "text \xff\xff", "text after"}},
		{"bad octet inside a character", []RawFrame{raw(true, 0, OpText, "\xe2("), after}, false, []string{"!RFC6455#8.1", "text \xe2(", "text after"}},
		{"text that ends inside a character, then its end", []RawFrame{raw(true, 0, OpText, "\xe2\x82"), raw(true, 0, OpText, "\xac")}, false,
			[]string{"!RFC6455#8.1", "text \xe2\x82", "!RFC6455#8.1", "text \xac"}},
		{"lengths that are not the shortest", []RawFrame{{Fin: true, Opcode: OpText, Form: 64, Parts: Payload([]byte("a"))}, {Fin: true, Opcode: OpPing, Form: 16}, after}, false,
			[]string{"!RFC6455#5.2", "text a", "!RFC6455#5.2", "text after"}},
		{"long ping", []RawFrame{raw(true, 0, OpPing, string(make([]byte, 126))), after}, false, []string{"!RFC6455#5.5", "text after"}},
		{"after a Close", []RawFrame{CloseFrame(1000, ""), raw(false, 0, OpText, "a"), raw(true, 0, 0, "b")}, false,
			[]string{"!RFC6455#5.5.1", "!RFC6455#5.5.1", "text ab"}},
		{"compressed without the extension", []RawFrame{raw(true, 4, OpBinary, hello), after}, false, []string{"!RFC6455#5.2", "binary " + hello, "text after"}},
		{"compressed without RSV1", []RawFrame{raw(true, 0, OpBinary, hello), raw(true, 4, OpText, hello)}, true, []string{"binary " + hello, "text Hello"}},
		{"RSV1 on a continuation", []RawFrame{raw(false, 4, OpText, hello[:3]), raw(true, 4, 0, hello[3:]), raw(true, 4, OpText, hello)}, true,
			[]string{"!RFC7692#6.1", "text Hello", "text Hello"}},
		{"RSV1 on a ping inside a compressed message", []RawFrame{raw(false, 4, OpText, hello[:3]), raw(true, 4, OpPing, "x"), raw(true, 0, 0, hello[3:])}, true,
			[]string{"!RFC7692#6.1", "text Hello"}},
		{"RSV1 without compression", []RawFrame{raw(true, 4, OpText, "\xff\xff"), after}, true, []string{"!RFC7692#7.2.2", "text after"}},
	}
	for _, tt := range tests {
		for _, fromClient := range []bool{false, true} {
			for _, wrongMask := range []bool{false, true} {
				t.Run(fmt.Sprint(tt.name, ", from client ", fromClient, ", wrong mask ", wrongMask), func(t *testing.T) {
					var octets []byte
					for i := range tt.frames {
						octets, _ = appendFrame(octets, nil, &tt.frames[i], fromClient != wrongMask)
					}
					for size := 1; size <= len(octets); size += 3 {
						r := &reader{fromClient: fromClient, observe: true, limits: Limits{}.withDefaults()}
						if tt.deflate {
							r.inflate = newInflater(false, 15)
						}
						got, masks := toldOf(events(r, octets, size))
						if diff := cmp.Diff(tt.want, got); diff != "" {
							t.Fatalf("cut by %d (-want +got):\n%s", size, diff)
						}
						if wrongMask != (masks == len(tt.frames)) || !wrongMask && masks > 0 {
							t.Errorf("cut by %d: %d violations of masking in %d frames", size, masks, len(tt.frames))
						}
					}
				})
			}
		}
	}
}

// toldOf is what events say of messages and broken rules, those of masking counted apart.
func toldOf(evs []Event) (told []string, masks int) {
	for _, ev := range evs {
		switch ev := ev.(type) {
		case *Message:
			kind := "text "
			if ev.Binary {
				kind = "binary "
			}
			told = append(told, kind+string(ev.Data))
		case *Violation:
			if ev.Rule == "RFC6455#5.1" {
				masks++
				continue
			}
			told = append(told, "!"+ev.Rule)
		case *Excess:
			told = append(told, "excess of "+ev.Limit)
		}
	}
	return told, masks
}

// TestServerPolicy holds the policy in the server's role: no pong, no reply to a Close, and all that follows is seen.
func TestServerPolicy(t *testing.T) {
	off := Policy{Pong: AutoOff, CloseReply: AutoOff, OnViolation: Observe}
	for _, policy := range []Policy{off, {OnViolation: Observe}} {
		evs := recorded(t, opening{server: true, policy: policy}, func(t *testing.T, c *Conn, r *recorder) {
			r.in <- frameOctets(true, OpPing, "?")
			r.in <- maskedOctets(true, OpClose, "\x03\xe8")
			r.in <- maskedOctets(true, OpPing, "after the Close")
			r.in <- maskedOctets(true, OpText, "still here")
			<-time.After(time.Second)
			want := []written{{0, "\x8a\x01?"}, {0, "\x88\x02\x03\xe8"}}
			if policy == off {
				want = nil
			}
			if diff := cmp.Diff(want, r.taken()); diff != "" {
				t.Errorf("writes (-want +got):\n%s", diff)
			}
		})
		got, masks := toldOf(evs)
		if diff := cmp.Diff([]string{"!RFC6455#5.5.1", "!RFC6455#5.5.1", "text still here"}, got); diff != "" || masks != 1 {
			t.Errorf("told (-want +got):\n%s, %d violations of masking", diff, masks)
		}
	}
}
