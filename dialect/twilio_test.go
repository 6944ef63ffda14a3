package dialect_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/dialect"
)

var twilioVars = map[string]any{
	"accountSid": "AC1", "callSid": "CA1", "streamSid": "MZ1", "customParameters": map[string]any{"FirstName": "Jane"},
}

func TestTwilioOpening(t *testing.T) {
	f := flow(t, "twilio", dialect.Platform, dialect.Options{Vars: twilioVars})
	diff(t, "opening", []string{
		`{"event":"connected","protocol":"Call","version":"1.0.0"}`,
		`{"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"FirstName":"Jane"}},"streamSid":"MZ1"}`,
	}, texts(f.Opening()))
	s, sent, err := f.Start(dialect.StreamOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sent = append(sent, s.Chunk(quiet(160)[:2]), s.Chunk(quiet(160)[:2]))
	dtmf, err := f.DTMF("1")
	if err != nil {
		t.Fatal(err)
	}
	sent = append(sent, dtmf...)
	diff(t, "messages", []string{
		`{"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1","timestamp":"0","payload":"//8="},"streamSid":"MZ1"}`,
		`{"event":"media","sequenceNumber":"3","media":{"track":"inbound","chunk":"2","timestamp":"0","payload":"//8="},"streamSid":"MZ1"}`,
		`{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"4","dtmf":{"track":"inbound_track","digit":"1"}}`,
		`{"event":"stop","sequenceNumber":"5","stop":{"accountSid":"AC1","callSid":"CA1"},"streamSid":"MZ1"}`,
	}, texts(append(sent, s.Stop()...)))
}

func TestTwilioMakesUpIDs(t *testing.T) {
	f := flow(t, "twilio", dialect.Platform, dialect.Options{NewID: func(kind string) string { return strings.Repeat("0", 31) + kind[:1] }})
	got := string(f.Opening()[1].Data)
	for _, want := range []string{`"streamSid":"MZ0000000000000000000000000000000s"`, `"callSid":"CA0000000000000000000000000000000c"`, `"customParameters":{}`} {
		if !strings.Contains(got, want) {
			t.Errorf("opening = %s, want %s in it", got, want)
		}
	}
}

// The app speaks only when it knows the stream's name, and uses that name.
func TestTwilioAppLearnsTheStream(t *testing.T) {
	platform := flow(t, "twilio", dialect.Platform, dialect.Options{Vars: twilioVars})
	f := flow(t, "twilio", dialect.App, dialect.Options{})
	if _, _, err := f.Start(dialect.StreamOptions{}); !errors.Is(err, dialect.ErrNotStarted) {
		t.Errorf("Start before the platform's = %v, want ErrNotStarted", err)
	}
	if _, err := f.Mark("x"); !errors.Is(err, dialect.ErrNotStarted) {
		t.Errorf("Mark before the platform's start = %v, want ErrNotStarted", err)
	}
	var got []string
	for _, m := range platform.Opening() {
		got = append(got, brief(f.Receive(0, m).Events)...)
	}
	diff(t, "events", []string{`0s started "" audio/x-mulaw`}, got)
	s, sent, err := f.Start(dialect.StreamOptions{Encoding: "ULAW"})
	if err != nil {
		t.Fatal(err)
	}
	sent = append(sent, s.Chunk([]byte{255}))
	mark, err := f.Mark("m1")
	if err != nil {
		t.Fatal(err)
	}
	cleared, err := f.Clear(0, "")
	if err != nil {
		t.Fatal(err)
	}
	sent = append(append(sent, mark...), cleared.Replies...)
	diff(t, "messages", []string{
		`{"event":"media","streamSid":"MZ1","media":{"payload":"/w=="}}`,
		`{"event":"mark","streamSid":"MZ1","mark":{"name":"m1"}}`,
		`{"event":"clear","streamSid":"MZ1"}`,
	}, texts(append(sent, s.Stop()...)))
}

// Marks come back when everything that was sent before them is played. They come
// at once if the buffer is empty or cleared.
func TestTwilioMarks(t *testing.T) {
	f := flow(t, "twilio", dialect.Platform, dialect.Options{Vars: twilioVars})
	f.Opening()
	mark := func(name string) dialect.Message {
		return text(`{"event":"mark","streamSid":"MZ1","mark":{"name":"` + name + `"}}`)
	}
	play := text(`{"event":"media","streamSid":"MZ1","media":{"payload":"` + strings.Repeat("gACA", 8000/3) + `"}}`)
	clearing := text(`{"event":"clear","streamSid":"MZ1"}`)
	type step struct {
		at time.Duration
		m  dialect.Message
	}
	var got []string
	note := func(at time.Duration, r dialect.Received) {
		for _, m := range r.Replies {
			got = append(got, at.String()+" "+string(m.Data))
		}
	}
	for _, s := range []step{{0, mark("empty")}, {0, play}, {0, mark("a")}, {0, mark("b")}, {100 * ms, play}, {100 * ms, mark("c")},
		{1500 * ms, play}, {1500 * ms, mark("d")}, {1600 * ms, clearing}, {1600 * ms, mark("e")}} {
		for due, ok := f.Due(); ok && due <= s.at; due, ok = f.Due() {
			note(due, f.Advance(due))
		}
		note(s.at, f.Receive(s.at, s.m))
	}
	reply := func(seq, name string) string {
		return `{"event":"mark","sequenceNumber":"` + seq + `","streamSid":"MZ1","mark":{"name":"` + name + `"}}`
	}
	diff(t, "replies", []string{
		"0s " + reply("2", "empty"), "999.75ms " + reply("3", "a"), "999.75ms " + reply("4", "b"),
		"1.6s " + reply("5", "c"), "1.6s " + reply("6", "d"), "1.6s " + reply("7", "e"),
	}, got)
}
