package dialect_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/dialect"
)

// Each row asks for something that the dialect or the role does not have, or
// gives something wrong. The error names it.
func TestComplaintsOfUse(t *testing.T) {
	start := func(o dialect.StreamOptions) func(*dialect.Flow) error {
		return func(f *dialect.Flow) error { _, _, err := f.Start(o); return err }
	}
	tests := []struct {
		name, dialect string
		role          dialect.Role
		do            func(*dialect.Flow) error
		want          string
	}{
		{"mark", "voximplant", dialect.App, func(f *dialect.Flow) error { _, err := f.Mark("x"); return err }, "dialect voximplant has no mark message from the app"},
		{"mark by the platform", "twilio", dialect.Platform, func(f *dialect.Flow) error { _, err := f.Mark("x"); return err }, "in dialect twilio the platform returns marks and sets none"},
		{"clear", "voximplant", dialect.App, func(f *dialect.Flow) error { _, err := f.Clear(0, ""); return err }, "dialect voximplant has no clear message from the app"},
		{"dtmf", "voximplant", dialect.Platform, func(f *dialect.Flow) error { _, err := f.DTMF("1"); return err }, "dialect voximplant has no dtmf message from the platform"},
		{"dtmf by the app", "twilio", dialect.App, func(f *dialect.Flow) error { _, err := f.DTMF("1"); return err }, "dialect twilio has no dtmf message from the app"},
		{"no such key", "twilio", dialect.Platform, func(f *dialect.Flow) error { _, err := f.DTMF("1x"); return err }, `'x' is no DTMF key; valid: 0 to 9, *, #, A to D`},
		{"encoding", "voximplant", dialect.App, start(dialect.StreamOptions{Encoding: "MP3"}), `dialect voximplant has no encoding "MP3"; valid: PCM8, PCM16, ULAW, ALAW, OPUS`},
		{"encoding of another", "vonage", dialect.Platform, start(dialect.StreamOptions{Encoding: "PCM8"}), "this connection speaks audio/l16;rate=16000, not audio/l16;rate=8000"},
		{"tag", "twilio", dialect.Platform, start(dialect.StreamOptions{Tag: "a"}), "dialect twilio has one stream in each direction and no tags"},
		{"customParameters", "twilio", dialect.Platform, start(dialect.StreamOptions{Custom: map[string]any{}}), "dialect twilio tells customParameters when the connection opens, not with a stream"},
		{"customParameters are no mapping", "voximplant", dialect.App, start(dialect.StreamOptions{Custom: "x"}), `customParameters must be a mapping, found the text "x"`},
		{"before the platform's start", "vonage", dialect.App, start(dialect.StreamOptions{}), "the platform's start has not come yet"},
		{"start after stop", "twilio", dialect.Platform, func(f *dialect.Flow) error {
			s, _, err := f.Start(dialect.StreamOptions{})
			if err != nil {
				return err
			}
			s.Stop()
			_, _, err = f.Start(dialect.StreamOptions{})
			return err
		}, "the stream of this connection was stopped"},
		{"tag twice", "voximplant", dialect.App, func(f *dialect.Flow) error {
			_, _, _ = f.Start(dialect.StreamOptions{})
			_, _, err := f.Start(dialect.StreamOptions{})
			return err
		}, `stream "" has started already`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.do(flow(t, tt.dialect, tt.role, dialect.Options{}))
			if err == nil || err.Error() != tt.want {
				t.Errorf("error = %v, want %s", err, tt.want)
			}
		})
	}
}

func TestComplaintsAboutVars(t *testing.T) {
	tests := []struct {
		name, dialect string
		role          dialect.Role
		vars          map[string]any
		want          string
	}{
		{"unknown", "twilio", dialect.Platform, map[string]any{"callsid": "x"}, `dialect twilio has no value "callsid"; did you mean "callSid"?`},
		{"no text", "twilio", dialect.Platform, map[string]any{"callSid": 1}, `callSid of dialect twilio must be text`},
		{"not the app's", "twilio", dialect.App, map[string]any{"callSid": "x"}, `in dialect twilio the platform says callSid, not the app`},
		{"encoding is not the app's", "vonage", dialect.App, map[string]any{"encoding": "PCM8"}, `in dialect vonage the platform says encoding, not the app`},
		{"encoding", "raw", dialect.App, map[string]any{"encoding": "x"}, `dialect raw has no encoding "x"; valid: l16_16000, l16_8000, l16_24000, l16_48000, l16be_8000, l16be_16000, ulaw_8000, alaw_8000`},
		{"numbers", "voximplant", dialect.App, map[string]any{"numbers": "float"}, `numbers of dialect voximplant is "float"; valid: int, string`},
		{"numbers where the dialect has them as text", "twilio", dialect.App, map[string]any{"numbers": "int"}, `dialect twilio has no value "numbers"; valid: encoding, customParameters, accountSid, callSid, streamSid`},
		{"customParameters without an opening", "voximplant", dialect.Platform, map[string]any{"customParameters": map[string]any{}}, `dialect voximplant has no value "customParameters"; valid: encoding, numbers`},
		{"role", "voximplant", "caller", nil, `unknown role "caller"; valid: platform, app`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := dialect.Builtin(tt.dialect)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = d.Flow(tt.role, dialect.Options{Vars: tt.vars}); err == nil || err.Error() != tt.want {
				t.Errorf("error = %v, want %s", err, tt.want)
			}
		})
	}
}

func TestBuiltins(t *testing.T) {
	for _, name := range dialect.Names() {
		d, err := dialect.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		if d.Description() == "" || len(d.Encodings()) == 0 {
			t.Errorf("%s has no description or no encodings", name)
		}
		if got := d.Role(true); got != dialect.Platform {
			t.Errorf("%s: Role(true) = %s, want platform", name, got)
		}
		if got := d.Role(false); got != dialect.App {
			t.Errorf("%s: Role(false) = %s, want app", name, got)
		}
	}
	d, err := dialect.Builtin("voximplant")
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "protocols", []string{"chat"}, d.Protocols())
	if _, err := dialect.Builtin("twillio"); err == nil || err.Error() != `unknown dialect "twillio"; did you mean "twilio"?` {
		t.Errorf("Builtin(twillio) = %v, want a hint", err)
	}
}

// Streams under different tags have a clock each. Clearing takes one tag or all
// of them.
func TestParallelStreams(t *testing.T) {
	app, f := flow(t, "voximplant", dialect.App, dialect.Options{}), flow(t, "voximplant", dialect.Platform, dialect.Options{})
	var events []dialect.Event
	for _, tag := range []string{"a", "b"} {
		s, sent, err := app.Start(dialect.StreamOptions{Tag: tag, Encoding: "ALAW"})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range append(sent, s.Chunk([]byte(strings.Repeat("\xaa\x2a", 16000)))) {
			events = append(events, f.Receive(0, m).Events...)
		}
	}
	if _, err := f.Clear(time.Second, "b"); err != nil {
		t.Fatal(err)
	}
	events = append(events, f.Advance(10*time.Second).Events...)
	diff(t, "events", []string{
		`0s started "a" ALAW`, `0s chunk "a" of 32000, plays 0s to 4s`, `0s started "b" ALAW`, `0s chunk "b" of 32000, plays 0s to 4s`,
		`2s ended "b" by silence after 1s`, `5s ended "a" by silence after 4s`,
	}, brief(events))
}

// The other side tells the gap that a skipped chunk leaves.
func TestSkip(t *testing.T) {
	app, f := flow(t, "voximplant", dialect.App, dialect.Options{}), flow(t, "voximplant", dialect.Platform, dialect.Options{})
	s, sent, err := app.Start(dialect.StreamOptions{Encoding: "ULAW"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Tag() != "" || s.Encoding() != "ULAW" {
		t.Errorf("stream = %q of %s, want no tag and ULAW", s.Tag(), s.Encoding())
	}
	sent = append(sent, s.Chunk(loud(160)))
	s.Skip(loud(160))
	var got []string
	for _, m := range append(sent, s.Chunk(loud(160))) {
		for _, e := range f.Receive(0, m).Events {
			if c, ok := e.(*dialect.Chunk); ok && c.Number == 2 && (c.Sequence != 3 || c.Timestamp != 320) {
				t.Errorf("chunk = %+v, want sequence 3 and timestamp 320", c)
			}
			if v, ok := e.(*dialect.Violation); ok {
				got = append(got, v.Text)
			}
		}
	}
	diff(t, "violations", []string{"sequenceNumber is 3, expected 2", "chunk is 2, expected 1"}, got)
}

// The playback clock of a stream decides when the app has fallen silent. A
// longer silence can be demanded.
func TestEndedAfter(t *testing.T) {
	f := flow(t, "raw", dialect.App, dialect.Options{EndedAfter: 3 * time.Second, Vars: map[string]any{"encoding": "ulaw_8000"}})
	f.Receive(0, dialect.Message{Binary: true, Data: loud(8000)})
	if due, ok := f.Due(); !ok || due != 4*time.Second {
		t.Errorf("Due = %v, %v, want 4s", due, ok)
	}
}

// Audio that waits behind a stopped stream of the same tag, and is cleared
// before it sounds, still gets an end.
func TestClearBeforeItSounds(t *testing.T) {
	app, f := flow(t, "voximplant", dialect.App, dialect.Options{}), flow(t, "voximplant", dialect.Platform, dialect.Options{})
	var events []dialect.Event
	for range 2 {
		s, sent, err := app.Start(dialect.StreamOptions{Encoding: "ULAW"})
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, s.Chunk(loud(16000)))
		if len(events) == 0 {
			sent = append(sent, s.Stop()...)
		}
		for _, m := range sent {
			events = append(events, f.Receive(0, m).Events...)
		}
	}
	if _, err := f.Clear(time.Second, ""); err != nil {
		t.Fatal(err)
	}
	events = append(events, f.Advance(10*time.Second).Events...)
	diff(t, "events", []string{
		`0s started "" ULAW`, `0s chunk "" of 16000, plays 0s to 2s`, `0s ended "" by stop after 2s`,
		`0s started "" ULAW`, `0s chunk "" of 16000, plays 2s to 4s`, `2s ended "" by silence after 0s`,
	}, brief(events))
}

// A second start under the tag of an open stream ends that stream.
func TestStartTwice(t *testing.T) {
	f := flow(t, "voximplant", dialect.App, dialect.Options{})
	var events []dialect.Event
	for i := range 2 {
		events = append(events, f.Receive(0, text(fmt.Sprintf(`{"event":"start","sequenceNumber":%d,"start":{"mediaFormat":{"encoding":"ULAW","sampleRate":8000}}}`, i))).Events...)
	}
	diff(t, "events", []string{`0s started "" ULAW`, "0s voximplant: order: the stream has started already", `0s ended "" by stop after 0s`, `0s started "" ULAW`}, brief(events))
}

// After the close nothing is due.
func TestNothingIsDueAfterClosing(t *testing.T) {
	f := flow(t, "twilio", dialect.Platform, dialect.Options{Vars: twilioVars})
	for i := range 2 {
		f.Receive(0, text(markAfterAudio("m")(i)))
	}
	f.Closing(10 * ms)
	if due, ok := f.Due(); ok {
		t.Errorf("Due = %v after Closing, want nothing", due)
	}
}

// A message belongs to its receiver: later changes of the audio do not change
// it.
func TestChunkKeepsNoAudio(t *testing.T) {
	f := flow(t, "raw", dialect.App, dialect.Options{})
	s, _, err := f.Start(dialect.StreamOptions{})
	if err != nil {
		t.Fatal(err)
	}
	audio := []byte{1, 2}
	m := s.Chunk(audio)
	audio[0] = 9
	if m.Data[0] != 1 {
		t.Error("a change of the audio reached the message")
	}
}

func TestStopTellsTheDuration(t *testing.T) {
	f := flow(t, "voximplant", dialect.App, dialect.Options{})
	s, sent, err := f.Start(dialect.StreamOptions{Custom: map[string]any{"a": "<&>"}})
	if err != nil {
		t.Fatal(err)
	}
	s.Chunk(make([]byte, 640))
	diff(t, "messages", []string{
		`{"event":"start","sequenceNumber":0,"start":{"mediaFormat":{"encoding":"PCM8","sampleRate":8000},"customParameters":"{\"a\":\"<&>\"}"}}`,
		`{"event":"stop","sequenceNumber":2,"stop":{"mediaInfo":{"bytesSent":640,"duration":40}}}`,
	}, texts(append(sent, s.Stop()...)))
}
