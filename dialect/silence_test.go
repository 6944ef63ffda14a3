package dialect_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/duologue/duologue/dialect"
)

// Each row is what an app sends to the platform, and what it becomes on the
// platform's playback clock.
func TestPlayback(t *testing.T) {
	type step struct {
		at      time.Duration
		seconds float64 // of audio
		octets  func(int) []byte
		stop    bool
	}
	tests := []struct {
		name  string
		steps []step
		until time.Duration
		want  []string
	}{
		{"ended by silence of nothing", []step{{at: 0, seconds: 2, octets: loud}}, 10 * time.Second, []string{
			`0s started "" ULAW`, `0s chunk "" of 16000, plays 0s to 2s`, `3s ended "" by silence after 2s`}},
		{"ended by silent audio", []step{{at: 0, seconds: 1, octets: loud}, {at: 0, seconds: 4, octets: quiet}}, 10 * time.Second, []string{
			`0s started "" ULAW`, `0s chunk "" of 8000, plays 0s to 1s`, `0s chunk "" of 32000, plays 1s to 5s`, `2s ended "" by silence after 1s`}},
		{"a pause of less than a second", []step{{at: 0, seconds: 1, octets: loud}, {at: 1900 * ms, seconds: 1, octets: loud}}, 10 * time.Second, []string{
			`0s started "" ULAW`, `0s chunk "" of 8000, plays 0s to 1s`, `1.9s chunk "" of 8000, plays 1.9s to 2.9s`, `3.9s ended "" by silence after 2.9s`}},
		{"speaks again after silence", []step{{at: 0, seconds: 1, octets: loud}, {at: 5 * time.Second, seconds: 1, octets: loud}}, 10 * time.Second, []string{
			`0s started "" ULAW`, `0s chunk "" of 8000, plays 0s to 1s`, `2s ended "" by silence after 1s`,
			`5s started "" ULAW`, `5s chunk "" of 8000, plays 5s to 6s`, `7s ended "" by silence after 1s`}},
		{"speaks again later in what waits", []step{{at: 0, seconds: 1, octets: loud}, {at: 0, seconds: 3, octets: quiet}, {at: 0, seconds: 1, octets: loud}}, 10 * time.Second, []string{
			`0s started "" ULAW`, `0s chunk "" of 8000, plays 0s to 1s`, `0s chunk "" of 24000, plays 1s to 4s`, `0s chunk "" of 8000, plays 4s to 5s`,
			`2s ended "" by silence after 1s`, `4s started "" ULAW`, `6s ended "" by silence after 1s`}},
		{"nothing but silence", []step{{at: 0, seconds: 3, octets: quiet}, {at: 3 * time.Second, seconds: 3, octets: quiet}}, 10 * time.Second, []string{
			`0s started "" ULAW`, `0s chunk "" of 24000, plays 0s to 3s`, `1s ended "" by silence after 0s`, `3s chunk "" of 24000, plays 3s to 6s`}},
		{"stop after silence ended it", []step{{at: 0, seconds: 1, octets: loud}, {at: 3 * time.Second, stop: true}}, 10 * time.Second, []string{
			`0s started "" ULAW`, `0s chunk "" of 8000, plays 0s to 1s`, `2s ended "" by silence after 1s`}},
		{"stop while it plays", []step{{at: 0, seconds: 3, octets: loud}, {at: 1 * time.Second, stop: true}}, 10 * time.Second, []string{
			`0s started "" ULAW`, `0s chunk "" of 24000, plays 0s to 3s`, `1s ended "" by stop after 3s`}},
		{"more than ten seconds at once", []step{{at: 0, seconds: 9, octets: loud}, {at: 0, seconds: 3, octets: loud}, {at: 0, seconds: 1, octets: loud}, {at: 1 * time.Second, seconds: 1, octets: loud}}, 20 * time.Second, []string{
			`0s started "" ULAW`, `0s chunk "" of 72000, plays 0s to 9s`,
			`0s voximplant: buffer: 2s of the stream found no room: the platform keeps at most 10s`,
			`0s chunk "" of 24000, plays 9s to 10s`, `0s chunk "" of 8000, plays 10s to 10s`, `1s chunk "" of 8000, plays 10s to 11s`, `12s ended "" by silence after 11s`}},
		{"a pause of just a second", []step{{at: 0, seconds: 1, octets: loud}, {at: 0, seconds: 1, octets: quiet}, {at: 0, seconds: 1, octets: loud}}, 10 * time.Second, []string{
			`0s started "" ULAW`, `0s chunk "" of 8000, plays 0s to 1s`, `0s chunk "" of 8000, plays 1s to 2s`, `0s chunk "" of 8000, plays 2s to 3s`,
			`2s ended "" by silence after 1s`, `2s started "" ULAW`, `4s ended "" by silence after 1s`}},
		{"less than a window", []step{{at: 0, seconds: 0.03, octets: loud}}, 10 * time.Second, []string{
			`0s started "" ULAW`, `0s chunk "" of 240, plays 0s to 30ms`, `1.03s ended "" by silence after 30ms`}},
		{"start and nothing", nil, 10 * time.Second, []string{`0s started "" ULAW`}},
		{"start, stop and nothing", []step{{at: 3 * time.Second, stop: true}}, 10 * time.Second, []string{`0s started "" ULAW`, `3s ended "" by stop after 0s`}},
		{"start, close and nothing", nil, 2 * time.Second, []string{`0s started "" ULAW`, `2s ended "" by close after 0s`}},
		{"close while it plays", []step{{at: 0, seconds: 3, octets: loud}}, 2 * time.Second, []string{
			`0s started "" ULAW`, `0s chunk "" of 24000, plays 0s to 3s`, `2s ended "" by close after 2s`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			app, f := flow(t, "voximplant", dialect.App, dialect.Options{}), flow(t, "voximplant", dialect.Platform, dialect.Options{})
			s, sent, err := app.Start(dialect.StreamOptions{Encoding: "ULAW"})
			if err != nil {
				t.Fatal(err)
			}
			events := f.Receive(0, sent[0]).Events
			for _, st := range tt.steps {
				var m dialect.Message
				if st.stop {
					m = s.Stop()[0]
				} else {
					m = s.Chunk(st.octets(int(st.seconds * 8000)))
				}
				events = append(events, f.Receive(st.at, m).Events...)
			}
			for due, ok := f.Due(); ok && due < tt.until; due, ok = f.Due() {
				events = append(events, f.Advance(due).Events...)
			}
			if tt.until < 10*time.Second {
				events = append(events, f.Closing(tt.until).Events...)
			}
			diff(t, "events", tt.want, brief(events))
		})
	}
}

// What a stop says of its stream is told with what came, however little it says.
// It may come before the end of what is heard, after an end by silence, and
// while sound waits. Sound that waits begins with the stop at the latest.
func TestAnnouncements(t *testing.T) {
	const none = "nothing"
	tests := []struct {
		name, info string
		octets     [][]byte
		at         time.Duration
		want       string
		events     []string
	}{
		{"both", `{"bytesSent":8000,"duration":1000}`, [][]byte{loud(8000)}, time.Second, "8000 1s of 8000 1s", []string{`1s ended "" by stop after 1s`}},
		{"as text", `{"bytesSent":"7","duration":"2"}`, [][]byte{loud(8000)}, time.Second, "7 2ms of 8000 1s", []string{`1s ended "" by stop after 1s`}},
		{"octets alone", `{"bytesSent":0}`, nil, 0, "0 nothing of 0 0s", []string{`0s ended "" by stop after 0s`}},
		{"longer than can be", `{"duration":9223372036854775807}`, nil, 0, "nothing 2562047h47m16.854s of 0 0s", []string{`0s ended "" by stop after 0s`}},
		{"nothing", `{}`, [][]byte{loud(8000)}, time.Second, none, []string{`1s ended "" by stop after 1s`}},
		{"after silence", `{"bytesSent":8000}`, [][]byte{loud(8000)}, 5 * time.Second, "8000 nothing of 8000 1s", []string{`2s ended "" by silence after 1s`}},
		{"while sound waits", `{"bytesSent":3}`, [][]byte{loud(8000), quiet(24000), loud(8000)}, 3 * time.Second, "3 nothing of 40000 5s",
			[]string{`2s ended "" by silence after 1s`, `3s started "" ULAW`, `3s ended "" by stop after 1s`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			app, f := flow(t, "voximplant", dialect.App, dialect.Options{}), flow(t, "voximplant", dialect.Platform, dialect.Options{})
			s, sent, err := app.Start(dialect.StreamOptions{Encoding: "ULAW"})
			if err != nil {
				t.Fatal(err)
			}
			f.Receive(0, sent[0])
			for _, octets := range tt.octets {
				f.Receive(0, s.Chunk(octets))
			}
			stop := fmt.Sprintf(`{"event":"stop","sequenceNumber":%d,"stop":{"mediaInfo":%s}}`, len(tt.octets)+1, tt.info)
			events, got := f.Receive(tt.at, text(stop)).Events, none
			for _, e := range events {
				if a, ok := e.(*dialect.Announcement); ok {
					got = fmt.Sprintf("%s %s of %d %s", orNothing(a.Octets), orNothing(a.Duration), a.Came.Octets, a.Came.Duration)
				}
			}
			if got != tt.want {
				t.Errorf("announced %s, want %s", got, tt.want)
			}
			diff(t, "events", tt.events, brief(events))
		})
	}
}

func orNothing[T any](v *T) string {
	if v == nil {
		return "nothing"
	}
	return fmt.Sprint(*v)
}

// The clock of a tag continues from stream to stream. Audio that waits from the
// stream before is no part of the next.
func TestNextStreamWaitsForTheLast(t *testing.T) {
	app, f := flow(t, "voximplant", dialect.App, dialect.Options{}), flow(t, "voximplant", dialect.Platform, dialect.Options{})
	var events []dialect.Event
	for _, seconds := range []int{3, 0, 2} {
		s, sent, err := app.Start(dialect.StreamOptions{Encoding: "ULAW"})
		if err != nil {
			t.Fatal(err)
		}
		if seconds > 0 {
			sent = append(sent, s.Chunk(loud(seconds*8000)))
		}
		if seconds != 2 {
			sent = append(sent, s.Stop()...)
		}
		for _, m := range sent {
			events = append(events, f.Receive(0, m).Events...)
		}
	}
	events = append(events, f.Closing(time.Second).Events...)
	diff(t, "events", []string{
		`0s started "" ULAW`, `0s chunk "" of 24000, plays 0s to 3s`, `0s ended "" by stop after 3s`,
		`0s started "" ULAW`, `0s ended "" by stop after 0s`,
		`0s started "" ULAW`, `0s chunk "" of 16000, plays 3s to 5s`, `1s ended "" by close after 0s`,
	}, brief(events))
}

// Audio that the buffer drops is told with the end of the stream. It does not
// count again when the stream is heard again. The app has no such buffer.
func TestDiscarded(t *testing.T) {
	for role, want := range map[dialect.Role][]time.Duration{dialect.Platform: {5 * time.Second, 0}, dialect.App: {0, 0}} {
		other, f := flow(t, "voximplant", role.Peer(), dialect.Options{}), flow(t, "voximplant", role, dialect.Options{})
		s, sent, err := other.Start(dialect.StreamOptions{Encoding: "ULAW"})
		if err != nil {
			t.Fatal(err)
		}
		f.Receive(0, sent[0])
		for range 3 {
			f.Receive(0, s.Chunk(loud(5*8000)))
		}
		events := f.Advance(30 * time.Second).Events
		f.Receive(40*time.Second, s.Chunk(loud(8000)))
		events = append(events, f.Closing(60*time.Second).Events...)
		var got []time.Duration
		for _, e := range events {
			if e, ok := e.(*dialect.MediaEnded); ok {
				got = append(got, e.Discarded)
			}
		}
		if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("%s: discarded = %v, want %v", role, got, want)
		}
	}
}
