package dialect_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/google/go-cmp/cmp"
)

const ms = time.Millisecond

// flow begins one side of a connection in a built-in dialect.
func flow(t *testing.T, name string, role dialect.Role, o dialect.Options) *dialect.Flow {
	t.Helper()
	d, err := dialect.Builtin(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := d.Flow(role, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func text(s string) dialect.Message { return dialect.Message{Data: []byte(s)} }

// brief writes events for a table: chunks by size and number, others by what
// identifies them.
func brief(events []dialect.Event) []string {
	var out []string
	for _, e := range events {
		switch e := e.(type) {
		case *dialect.MediaStarted:
			out = append(out, fmt.Sprintf("%v started %q %s", e.At, e.Tag, e.Encoding))
		case *dialect.MediaEnded:
			out = append(out, fmt.Sprintf("%v ended %q by %s after %v", e.At, e.Tag, e.By, e.Duration))
		case *dialect.Chunk:
			out = append(out, fmt.Sprintf("%v chunk %q of %d, plays %v to %v", e.At, e.Tag, e.Size(), e.PlayedStart, e.PlayedEnd))
		case *dialect.Mark:
			out = append(out, fmt.Sprintf("%v mark %s", e.At, e.Name))
		case *dialect.Clear:
			out = append(out, fmt.Sprintf("%v clear %q", e.At, e.Tag))
		case *dialect.DTMF:
			out = append(out, fmt.Sprintf("%v dtmf %s", e.At, e.Digit))
		case *dialect.Violation:
			out = append(out, fmt.Sprintf("%v %s: %s", e.At, e.Rule, e.Text))
		}
	}
	return out
}

func texts(messages []dialect.Message) []string {
	var out []string
	for _, m := range messages {
		if m.Binary {
			out = append(out, fmt.Sprintf("binary of %d", len(m.Data)))
			continue
		}
		out = append(out, string(m.Data))
	}
	return out
}

func diff(t *testing.T, what string, want, got []string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestVoximplantRendersAStream(t *testing.T) {
	f := flow(t, "voximplant", dialect.App, dialect.Options{})
	if got := f.Opening(); got != nil {
		t.Errorf("Opening = %s, want nothing", texts(got))
	}
	custom := map[string]any{"test": "123"}
	s, sent, err := f.Start(dialect.StreamOptions{Tag: "bot", Encoding: "PCM16", Custom: custom})
	if err != nil {
		t.Fatal(err)
	}
	sent = append(sent, s.Chunk(make([]byte, 640)[:4]), s.Chunk([]byte{1, 2}))
	sent = append(sent, s.Stop()...)
	sent = append(sent, s.Stop()...)
	diff(t, "messages", []string{
		`{"event":"start","sequenceNumber":0,"start":{"tag":"bot","mediaFormat":{"encoding":"PCM16","sampleRate":16000},"customParameters":"{\"test\":\"123\"}"}}`,
		`{"event":"media","sequenceNumber":1,"media":{"tag":"bot","chunk":0,"timestamp":0,"payload":"AAAAAA=="}}`,
		`{"event":"media","sequenceNumber":2,"media":{"tag":"bot","chunk":1,"timestamp":2,"payload":"AQI="}}`,
		`{"event":"stop","sequenceNumber":3,"stop":{"tag":"bot","mediaInfo":{"bytesSent":6,"duration":0}}}`,
	}, texts(sent))
}

func TestVoximplantWithoutTagAndWithCountersAsText(t *testing.T) {
	f := flow(t, "voximplant", dialect.Platform, dialect.Options{Vars: map[string]any{"numbers": "string"}})
	s, sent, err := f.Start(dialect.StreamOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sent = append(sent, s.Chunk([]byte{1, 2}))
	diff(t, "messages", []string{
		`{"event":"start","sequenceNumber":"0","start":{"mediaFormat":{"encoding":"PCM8","sampleRate":8000}}}`,
		`{"event":"media","sequenceNumber":"1","media":{"chunk":"0","timestamp":"0","payload":"AQI="}}`,
	}, texts(sent))
}

// Each side understands what the other sends.
func TestVoximplantBothRolesUnderstandEachOther(t *testing.T) {
	for _, role := range []dialect.Role{dialect.Platform, dialect.App} {
		t.Run(string(role), func(t *testing.T) {
			a, b := flow(t, "voximplant", role, dialect.Options{}), flow(t, "voximplant", role.Peer(), dialect.Options{})
			s, sent, err := a.Start(dialect.StreamOptions{Tag: "x", Encoding: "ULAW"})
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				sent = append(sent, s.Chunk(loud(160)))
			}
			sent = append(sent, s.Stop()...)
			var events []dialect.Event
			for i, m := range sent {
				r := b.Receive(time.Duration(i)*20*ms, m)
				if !r.Plumbing || r.Replies != nil {
					t.Errorf("Receive(%s) = %+v, want plumbing and no replies", m.Data, r)
				}
				events = append(events, r.Events...)
			}
			diff(t, "events", []string{
				`0s started "x" ULAW`,
				`20ms chunk "x" of 160, plays 20ms to 40ms`,
				`40ms chunk "x" of 160, plays 40ms to 60ms`,
				`60ms chunk "x" of 160, plays 60ms to 80ms`,
				`80ms ended "x" by stop after 60ms`,
			}, brief(events))
		})
	}
}

// loud gives mu-law octets of full scale.
func loud(n int) []byte { return []byte(strings.Repeat("\x80\x00", n)[:n]) }

// quiet gives mu-law silence.
func quiet(n int) []byte { return []byte(strings.Repeat("\xff", n)) }

func TestOrdinaryMessagesAreTheScripts(t *testing.T) {
	f := flow(t, "voximplant", dialect.App, dialect.Options{})
	for _, m := range []dialect.Message{
		text(`{"customEvent":"hello"}`), text(`hello`), text(``), text(`[{"event":"start"}]`), text(`{"type":"event"`),
		text(`{"event`), {Binary: true, Data: []byte(`{"event":"start"}`)},
	} {
		if r := f.Receive(0, m); r.Plumbing || r.Events != nil || r.Replies != nil {
			t.Errorf("Receive(%q) = %+v, want an ordinary message", m.Data, r)
		}
	}
}
