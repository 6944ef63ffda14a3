package runner_test

import (
	"testing"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

// An endpoint with a certificate answers https, and takes wss on the same port.
func TestRoutesOverTLS(t *testing.T) {
	dir := t.TempDir()
	authority(t, dir)
	run := performText(t, dir, `
endpoints: {here: {tls: {cert: ca.pem, key: key.pem}, routes: [{path: /a, text: "${event.method}"}]}}
scenarios:
- name: it
  steps:
  - http: {url: "${endpoints.here.http}/a", tls: {ca: ca.pem}}
    as: it
  - assert: {it.text: GET, "endpoints.here.http": {$starts_with: "https://"}}
  - expect: {request: /a}
  - parallel:
    - on: client
      steps: [{connect: {url: "${endpoints.here.url}", tls: {ca: ca.pem}}}, {send: hello}, {expect: close}]
    - steps: [accept, {expect: {message: hello}}, {close: {code: 1000}}, {expect: {close: {clean: true, tls: close_notify}}}]
`, suitetest.Options{Performing: runner.Options{Events: true}})
	sc := &run.Suites[0].Scenarios[0]
	if sc.Verdict != trace.Passed {
		t.Fatalf("%s: %v", verdict(sc), sc.Problems)
	}
	var told []string
	for _, ev := range sc.Requests {
		told = append(told, ev.Kind())
	}
	if len(told) != 4 || len(sc.Dials) != 1 {
		t.Errorf("the trace has %v and %d dials, want a request and an answer from both sides, and one dial", told, len(sc.Dials))
	}
}

// A body beyond the limit is refused, and its request is an event without it.
func TestEndlessBodyOfARequest(t *testing.T) {
	run := performText(t, t.TempDir(), `
endpoints: {here: {routes: [{path: /a}]}}
scenarios:
- name: it
  steps:
  - http: {url: "${endpoints.here.http}/a", multipart: {a: {repeat: a, size: 64MiB}}, status: 413}
    within: 60s
  - expect: {request: {path: /a, size: 0}}
`, suitetest.Options{})
	if got := verdict(&run.Suites[0].Scenarios[0]); got != "passed" {
		t.Error(got)
	}
}
