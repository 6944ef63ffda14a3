package trace

import (
	"testing"
	"time"
)

const ms = time.Millisecond

// The summary of an event repeats nothing. For an end without a Close, it says
// whose Close is missing.
func TestSummaries(t *testing.T) {
	for want, d := range map[string]Detail{
		"dialect, voximplant: chunk is 10, expected 11":           &Error{Problem: "dialect", Rule: "voximplant: chunk", Text: "chunk is 10, expected 11"},
		"dialect, voximplant: order: media came before start":     &Error{Problem: "dialect", Rule: "voximplant: order", Text: "media came before start"},
		"protocol, RFC6455#5.2: a reserved opcode":                &Error{Problem: "protocol", Rule: "RFC6455#5.2", Text: "a reserved opcode"},
		"1006, not clean, by us, tcp fin: no Close answered ours": &Close{Code: 1006, By: "us", TCP: "fin"},
		"1006, not clean, by peer, tcp reset: no Close came":      &Close{Code: 1006, By: "peer", TCP: "reset"},
		"1000, clean, by peer, tcp fin":                           &Close{Code: 1000, By: "peer", TCP: "fin", Clean: true},
		`tag "a" 400ms, by stop`: &MediaEnded{Tag: "a", Duration: 400 * time.Millisecond, By: "stop",
			Announced: &Announced{Duration: new(420 * time.Millisecond), Came: Amount{Duration: 400 * time.Millisecond}}},
		`tag "a" 400ms, by stop, which announced 5s of audio; 400ms came`: &MediaEnded{Tag: "a", Duration: 400 * time.Millisecond, By: "stop",
			Announced: &Announced{Duration: new(5 * time.Second), Came: Amount{Duration: 400 * time.Millisecond}}},
		"1000": &Close{Code: 1000},
		"1006, not clean, by network, tcp fin: the line cut it": &Close{Code: 1006, By: ByNetwork, TCP: "fin"},
		"latency 200ms, jitter 50ms both ways":                  &Network{State: LineBad, Up: Way{Latency: 200 * ms, Jitter: 50 * ms}, Down: Way{Latency: 200 * ms, Jitter: 50 * ms}},
		"stalled for 2s up; latency 200ms, bandwidth 64KiB/s down; idle timeout 30s": &Network{State: LineBad, Up: Way{Stall: 2 * time.Second},
			Down: Way{Latency: 200 * ms, Bandwidth: 64 << 10}, Idle: 30 * time.Second},
		"bandwidth 125kB/s up":  &Network{State: LineBad, Up: Way{Bandwidth: 125_000}},
		"bandwidth 1MiB/s down": &Network{State: LineBad, Down: Way{Bandwidth: 1 << 20}},
		"bandwidth 7B/s down":   &Network{State: LineBad, Down: Way{Bandwidth: 7}},
		"media: gap of 100ms every 1s, burst of 2s, loss 0.5%, duplicate 1%, reorder 12%, drift -100ppm": &Network{State: LineBad,
			Media: Disturbance{Gap: Spell{100 * ms, time.Second}, Burst: Spell{Length: 2 * time.Second}, Loss: 0.005, Duplicate: 0.01, Reorder: 0.12, Drift: -100}},
		"good again":                     &Network{State: LineGood},
		"half-open":                      &Network{State: LineHalfOpen},
		"reset":                          &Network{State: LineReset},
		"cut after 30s without an octet": &Network{State: LineCut, Idle: 30 * time.Second},
	} {
		if got := d.Summary(); got != want {
			t.Errorf("Summary() = %q, want %q", got, want)
		}
	}
}

func TestSameMessage(t *testing.T) {
	text := func(s string) Event { return Event{Detail: &Message{Data: []byte(s)}} }
	if !SameMessage(text("a"), text("a")) || SameMessage(text("a"), text("b")) ||
		SameMessage(text("a"), Event{Detail: &Message{Data: []byte("a"), Binary: true}}) ||
		SameMessage(text("a"), Event{Sent: true, Detail: &Message{Data: []byte("a")}}) || SameMessage(Event{}, text("a")) {
		t.Error("messages are the same where kind, direction and payload are, and not else")
	}
	long := text(string(make([]byte, brief+1)))
	if SameMessage(long.Brief(), long.Brief()) {
		t.Error("of messages in brief it is not known")
	}
}
