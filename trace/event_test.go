package trace

import (
	"testing"
	"time"
)

// A line says whether the event belongs to the end of the scenario.
func TestLine(t *testing.T) {
	for _, tt := range []struct {
		ev   Event
		want string
	}{
		{Event{Detail: &Message{Data: []byte("so:")}}, "   1.500s <- message so:"},
		{Event{Sent: true, Detail: &Clear{}}, "   1.500s -> clear"},
		{Event{AfterEnd: true, Detail: &Message{Data: []byte("one has left: ")}}, "   1.500s <- message after our end: one has left:"},
		{Event{AfterEnd: true, Detail: &Clear{}}, "   1.500s <- clear after our end"},
		{Event{AfterEnd: true, Sent: true, Detail: &Close{Code: 1000}}, "   1.500s -> close at our end: 1000"},
	} {
		tt.ev.At = 1500 * time.Millisecond
		if got := tt.ev.Line(); got != tt.want {
			t.Errorf("Line() = %q, want %q", got, tt.want)
		}
	}
}

// The summary of an error says each thing once.
func TestErrorSummary(t *testing.T) {
	tests := []struct {
		e    Error
		want string
	}{
		{Error{Problem: "refused", Text: "127.0.0.1:1 does not accept connections"}, "refused: 127.0.0.1:1 does not accept connections"},
		{Error{Problem: "handshake", Status: 403, Text: "server answered 403 Forbidden"}, "handshake: server answered 403 Forbidden"},
		{Error{Problem: "protocol", Status: 101, Rule: "RFC6455#4.1", Text: "no Upgrade"}, "protocol, status 101, RFC6455#4.1: no Upgrade"},
		{Error{Problem: "protocol", Rule: "RFC6455#5.1", Text: "RFC6455#5.1: a masked frame"}, "protocol: RFC6455#5.1: a masked frame"},
		{Error{Problem: "limit"}, "limit"},
	}
	for _, tt := range tests {
		if got := tt.e.Summary(); got != tt.want {
			t.Errorf("Summary of %+v = %q, want %q", tt.e, got, tt.want)
		}
	}
}
