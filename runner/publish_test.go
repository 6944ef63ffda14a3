package runner_test

import (
	"path/filepath"
	"testing"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/trace"
)

// A scenario whose audio was checked lets go of it at its end, unless it is to
// be written as a file. Then its chunks stay as well, which say when it was heard.
func TestAudioIsLetGoOf(t *testing.T) {
	for _, wanted := range []bool{false, true} {
		var run *trace.Run
		suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
			o.Root, o.Audio = "..", wanted
			run = suitetest.Plan(t, o, filepath.Join("..", "examples", "02-voice-echo.yaml")).Run(t.Context())
		})
		sc := &run.Suites[0].Scenarios[0]
		if sc.Verdict != trace.Passed {
			t.Fatalf("the scenario is %s", sc.Verdict)
		}
		received := 0
		for _, s := range sc.Connections[0].Streams {
			if s.Sent {
				continue
			}
			received++
			if kept := len(s.Octets) > 0; kept != wanted || len(s.Chunks) > 0 != wanted {
				t.Errorf("%d octets and %d chunks are kept where audio is wanted: %v", len(s.Octets), len(s.Chunks), wanted)
			}
		}
		if received == 0 {
			t.Error("nothing was received")
		}
	}
}
