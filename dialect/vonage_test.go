package dialect_test

import (
	"testing"

	"github.com/duologue/duologue/dialect"
)

func TestVonageOpening(t *testing.T) {
	f := flow(t, "vonage", dialect.Platform, dialect.Options{Vars: map[string]any{
		"encoding": "PCM8", "customParameters": map[string]any{"caller": "ann", "n": 1}}})
	diff(t, "opening", []string{`{"event":"websocket:connected","content-type":"audio/l16;rate=8000","caller":"ann","n":1}`}, texts(f.Opening()))
	s, sent, err := f.Start(dialect.StreamOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if length, exact := s.ChunkLength(); length != 20*ms || !exact || s.Format().Octets(length) != 320 {
		t.Errorf("ChunkLength = %v, %v of %v, want exactly 20ms of 320 octets", length, exact, s.Format())
	}
	dtmf, err := f.DTMF("5#")
	if err != nil {
		t.Fatal(err)
	}
	sent = append(append(sent, s.Chunk(make([]byte, 320))), dtmf...)
	diff(t, "messages", []string{"binary of 320", `{"event":"websocket:dtmf","digit":"5","duration":250}`, `{"event":"websocket:dtmf","digit":"#","duration":250}`},
		texts(append(sent, s.Stop()...)))

	app := flow(t, "vonage", dialect.App, dialect.Options{})
	r := app.Receive(0, f.Opening()[0])
	if e := r.Events[0].(*dialect.MediaStarted); e.Format.Rate != 8000 || e.Custom.(map[string]any)["caller"] != "ann" {
		t.Errorf("started = %+v, want 8000 Hz and the caller's name", e)
	}
	if s, _, err := app.Start(dialect.StreamOptions{}); err != nil || s.Format().Rate != 8000 {
		t.Errorf("Start of the app = %v, %v, want what the platform said", s, err)
	}
}

// A notification comes when everything that was sent before it has played.
// Clearing is confirmed, and returns no notifications.
func TestVonageNotifyAndClear(t *testing.T) {
	f := flow(t, "vonage", dialect.Platform, dialect.Options{})
	f.Opening()
	frame := dialect.Message{Binary: true, Data: make([]byte, 640)}
	notify := text(`{"action":"notify","payload":{"id": 1, "of": [2]}}`)
	f.Receive(0, frame)
	if r := f.Receive(0, notify); r.Replies != nil || !r.Plumbing {
		t.Errorf("notify behind audio = %v, want no reply yet", texts(r.Replies))
	}
	if due, ok := f.Due(); !ok || due != 20*ms {
		t.Errorf("Due = %v, %v, want 20ms", due, ok)
	}
	diff(t, "played", []string{`{"event":"websocket:notify","payload":{"id":1,"of":[2]}}`}, texts(f.Advance(20*ms).Replies))

	f.Receive(30*ms, frame)
	f.Receive(30*ms, notify)
	r := f.Receive(31*ms, text(`{"action":"clear"}`))
	diff(t, "cleared", []string{`{"event":"websocket:cleared"}`}, texts(r.Replies))
	diff(t, "events", []string{`31ms clear ""`}, brief(r.Events))
	if r := f.Advance(60 * ms); r.Replies != nil {
		t.Errorf("after clear came %v, want nothing", texts(r.Replies))
	}
}

// Marks are names. If the wire wants an object, the name stands in one.
func TestVonageMarkNames(t *testing.T) {
	app := flow(t, "vonage", dialect.App, dialect.Options{})
	app.Receive(0, text(`{"event":"websocket:connected","content-type":"audio/l16;rate=16000"}`))
	for name, want := range map[string]string{
		"hello":                `{"action":"notify","payload":{"name":"hello"}}`,
		`{"customKey":"x"}`:    `{"action":"notify","payload":{"customKey":"x"}}`,
		`{"name":"a","id":12}`: `{"action":"notify","payload":{"name":"a","id":12}}`,
	} {
		sent, err := app.Mark(name)
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "mark", []string{want}, texts(sent))
		platform := flow(t, "vonage", dialect.Platform, dialect.Options{})
		r := platform.Receive(0, sent[0])
		diff(t, "events", []string{"0s mark " + name}, brief(r.Events))
		back := app.Receive(0, r.Replies[0])
		diff(t, "returned", []string{"0s mark " + name}, brief(back.Events))
	}
}

func TestRaw(t *testing.T) {
	f := flow(t, "raw", dialect.App, dialect.Options{Vars: map[string]any{"encoding": "ulaw_8000"}})
	s, sent, err := f.Start(dialect.StreamOptions{})
	if err != nil || sent != nil {
		t.Fatalf("Start = %v, %v, want a stream without a message", sent, err)
	}
	diff(t, "messages", []string{"binary of 160"}, texts(append([]dialect.Message{s.Chunk(loud(160))}, s.Stop()...)))
	r := f.Receive(0, dialect.Message{Binary: true, Data: loud(160)})
	diff(t, "events", []string{`0s started "" ulaw_8000`, `0s chunk "" of 160, plays 0s to 20ms`}, brief(r.Events))
	diff(t, "closing", []string{`15ms ended "" by close after 15ms`}, brief(f.Closing(15*ms).Events))
}
