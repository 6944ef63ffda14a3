package runner_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/trace"
)

// The trace says when we began to dial, also if nobody answers. Of a client that we
// accepted it says when we read its request, not when we answered it. Of a client that
// never came it says nothing.
func TestWhenAConnectionWasDialled(t *testing.T) {
	const suite = `
endpoints: {server: {}}
scenarios:
  - name: accepted
    steps:
      - wait: 300ms
      - {on: client, connect: {url: "${endpoints.server.url}", wait: false}}
      - wait: 100ms
      - {on: server, accept: {delay: 250ms}}
      - {on: client, expect: open}
  - name: refused
    steps:
      - wait: 200ms
      - connect: {url: "ws://127.0.0.1:1/"}
      - expect: {error: {kind: refused}}
  - name: nobody comes
    steps:
      - {on: server, accept: {}, within: 100ms}
`
	var run *trace.Run
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Events = true
		run = performText(t, t.TempDir(), suite, o)
	})
	got := map[string]time.Duration{}
	for _, sc := range run.Suites[0].Scenarios {
		for _, c := range sc.Connections {
			got[sc.Name+"/"+c.Name] = c.Dialled
			if c.Dialled > 0 {
				got[sc.Name+"/"+c.Name] -= sc.Start
			}
			for _, ev := range c.Events {
				if ev.Kind() == "open" {
					got[sc.Name+"/"+c.Name+"/open"] = ev.At - sc.Start
				}
			}
		}
	}
	const ms = time.Millisecond
	want := map[string]time.Duration{
		"accepted/client": 300 * ms, "accepted/client/open": 650 * ms,
		"accepted/server": 400 * ms, "accepted/server/open": 650 * ms,
		"refused/main": 200 * ms, "nobody comes/server": 0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("when connections were dialled and opened (-want +got):\n%s", diff)
	}
}
