package trace_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/duologue/duologue/trace"
)

// Everything that a peer can make long is counted, wherever it stands in an
// event.
func TestWeight(t *testing.T) {
	const long = 100_000
	text := strings.Repeat("x", long)
	for _, d := range []trace.Detail{
		&trace.Message{Data: []byte(text)}, &trace.Frame{Data: []byte(text)}, &trace.Mark{Name: text}, &trace.Clear{Tag: text},
		&trace.DTMF{Digit: text}, &trace.Close{Reason: text}, &trace.Error{Text: text}, &trace.Error{Body: []byte(text)},
		&trace.Open{Headers: []trace.Header{{Name: "X", Value: text}}},
		&trace.MediaStarted{Custom: map[string]any{"list": []any{1, text}}},
	} {
		if got := (trace.Event{Detail: d}).Weight(); got < long || got > long*5/4 {
			t.Errorf("a %s with %d octets weighs %d", d.Kind(), long, got)
		}
		if got := (trace.Event{Detail: d, Sent: true}).Weight(); got > 1000 {
			t.Errorf("a %s that we sent weighs %d", d.Kind(), got)
		}
	}
}

// A brief event has the same line, and little else.
func TestBrief(t *testing.T) {
	long := []byte(strings.Repeat("añ€😀", 20_000))
	binary := bytes.Repeat([]byte{0xff, 0, 1}, 20_000)
	for _, d := range []trace.Detail{
		&trace.Message{Data: long}, &trace.Message{Data: long[1:]}, &trace.Message{Data: long[2:]}, &trace.Message{Data: binary},
		&trace.Message{Data: long, Binary: true}, &trace.Frame{Data: long}, &trace.Frame{Data: binary}, &trace.Octets{Data: binary},
		&trace.Message{Data: []byte("short")}, &trace.Mark{Name: "mark"},
	} {
		whole := trace.Event{Detail: d}
		short := whole.Brief()
		if whole.Line() != short.Line() {
			t.Errorf("in brief %q became %q", whole.Line(), short.Line())
		}
		if short.Weight() > 5000 {
			t.Errorf("%s in brief weighs %d", d.Kind(), short.Weight())
		}
	}
}
