package trace

import (
	"testing"
	"time"
)

// A line says of an event whether it belongs to the end of the scenario.
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
