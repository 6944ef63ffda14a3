package runner_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/trace"
)

var soak = flag.Duration("soak", 90*time.Second, "how long the streams of TestSoak run, in fake time")

// A call that goes on needs no more memory than one that began: ten streams each
// way, with marks, pings and messages that are read.
func TestSoak(t *testing.T) {
	file := filepath.Join(t.TempDir(), "soak.yaml")
	text := fmt.Sprintf(`suite: Soak
target: builtin://voximplant/echo
dialect: voximplant
defaults: {timeout: %[1]dms}
scenarios:
  - name: "call ${matrix.n}"
    matrix: {n: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}
    unexpected: ignore
    steps:
      - connect: {protocols: [chat]}
      - send_media: {from: {noise: white, level: -20dB, duration: 4s}, encoding: ULAW, tag: caller, loop: true}
      - expect: media_started
      - repeat:
          times: %[2]d
          steps:
            - send_ping: now
            - expect: {pong: now}
            - send: "this is no media"
            - expect: {message: "this is no media"}
            - wait: 500ms
`, 2*soak.Milliseconds(), *soak/(500*time.Millisecond))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	heap := func() int {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	var early, late int
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Root = filepath.Dir(file)
		prepared := suitetest.Plan(t, o, file)
		done := make(chan *trace.Run)
		go func() { done <- prepared.Run(t.Context()) }()
		time.Sleep(*soak / 3)
		early = heap()
		time.Sleep(*soak / 3)
		late = heap()
		if run := <-done; run.Count(trace.Passed) != 10 {
			t.Errorf("%d of 10 calls passed: %v", run.Count(trace.Passed), run.Suites[0].Scenarios[0].Problems)
		}
	})
	// How late each chunk left takes a few octets; the audio that came would take 240 for each.
	chunks := 10 * int(*soak/3/(20*time.Millisecond))
	t.Logf("%d KiB, then %d KiB: %.1f octets for a chunk that was sent and came back", early>>10, late>>10, float64(late-early)/float64(chunks))
	if late-early > 60*chunks {
		t.Errorf("the heap grew from %d to %d KiB", early>>10, late>>10)
	}
}
