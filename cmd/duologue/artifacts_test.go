package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/trace"
)

// A call leaves a file for each stream, and one with both sides. Connections that were dialled
// again under the same name have files of their own.
func TestArtifactsOfCalls(t *testing.T) {
	ulaw := media.Format{Codec: media.ULaw, Rate: 8000}
	stream := func(sent bool) trace.Stream {
		octets, err := ulaw.Encode(media.Tone(440, 100*time.Millisecond, -12, 8000))
		if err != nil {
			t.Fatal(err)
		}
		return trace.Stream{Tag: "caller", Sent: sent, Format: ulaw, Octets: octets,
			Chunks: []trace.Chunk{{Size: len(octets), PlayedEnd: 100 * time.Millisecond}}}
	}
	opaque := trace.Stream{Tag: "opus", Format: media.Format{Codec: media.Opaque, Rate: 48000}, Octets: []byte("opus")}
	run := &trace.Run{Suites: []trace.Suite{{Name: "calls", Scenarios: []trace.Scenario{{Name: "one", Connections: []trace.Connection{
		{Name: "main", Role: "platform", Streams: []trace.Stream{stream(false), opaque, stream(true)}},
		{Name: "main", Role: "platform", Streams: []trace.Stream{stream(false)}},
		{Name: "other", Role: "app", Streams: []trace.Stream{stream(true), stream(true)}},
	}}}}}}
	dir := t.TempDir()
	noted, err := writeArtifacts(t.Context(), &reports{}, dir, run, func(s string) string { return s })
	if err != nil {
		t.Fatal(err)
	}
	channels := map[string]int{
		"main-1-caller.wav": 1, "main-sent-1-caller.wav": 1, "main-call.wav": 2, "main-again-2-1-caller.wav": 1,
		"other-sent-1-caller.wav": 1, "other-sent-2-caller.wav": 1,
	}
	var named []string
	for _, path := range noted.Suites[0].Scenarios[0].Artifacts {
		named = append(named, filepath.Base(path))
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := int(b[22]), channels[filepath.Base(path)]; got != want || len(b) != 44+800*2*want {
			t.Errorf("%s has %d channels and %d octets, want %d and %d", filepath.Base(path), got, len(b), want, 44+800*2*want)
		}
	}
	if slices.Sort(named); len(named) != len(channels) {
		t.Errorf("the files are %q", named)
	}
}
