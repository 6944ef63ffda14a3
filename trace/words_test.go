package trace

import (
	"testing"
	"time"
)

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
