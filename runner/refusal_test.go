package runner_test

import (
	"strings"
	"testing"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
)

// Wherever a refusal ends a scenario, its failure shows where it came from and
// what was answered.
func TestRefusalIsShown(t *testing.T) {
	target := "ws://" + startPeers(t, nil)
	for _, tt := range []struct{ name, steps, message, came, url, location, body string }{
		{"nobody reads it", "[{connect: {url: /token}}]", "the connection did not open, and no step expected that",
			"handshake: server answered 401 Unauthorized", "/token", "", "no token"},
		{"a step needs the connection", "[{connect: {url: /token}}, {send: a}]", `connection "main" did not open`,
			"handshake: server answered 401 Unauthorized", "/token", "", "no token"},
		{"a step waits for something else", "[{connect: {url: /token}}, {expect: message}]", "the connection did not open, so no message came",
			"handshake: server answered 401 Unauthorized", "/token", "", "no token"},
		{"another one is expected", "[{connect: {url: /token}}, {expect: {error: {status: 403}}}]", "this is not the error that came",
			"handshake: server answered 401 Unauthorized", "/token", "", "no token"},
		{"a redirect", "[{connect: {url: /moved}}]", "no step expected that", "handshake: server answered 302 Found", "/moved", "/fin", ""},
		{"redirects without end", "[{connect: {url: /loop, redirects: 2}}]", "no step expected that",
			"handshake: server answered 302 Found, after 2 redirects", "/loop", "/loop", ""},
		{"behind a redirect", "[{connect: {url: /to-token, redirects: 1}}]", "no step expected that",
			"handshake: server answered 401 Unauthorized, after a redirect", "/token", "", "no token"},
		{"a hostile body", "[{connect: {url: /hostile}}]", "no step expected that",
			"handshake: server answered 500 Internal Server Error", "/hostile", "", "\x1b]0;x\u202e " + strings.Repeat("a", 291) + "…"},
		{"no answer", "[{connect: {url: 'ws://127.0.0.1:1/x'}}]", "no step expected that", "refused: 127.0.0.1:1 does not accept connections", "ws://127.0.0.1:1/x", "", ""},
		{"an open connection that breaks a rule", "[{connect: {url: /masked}}]", "an error came that no step expected", "protocol, RFC6455#5.1: ", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run := performText(t, t.TempDir(), "scenarios: [{name: a, steps: "+tt.steps+"}]", suitetest.Options{Planning: plan.Options{Target: target}})
			p := run.Suites[0].Scenarios[0].Problems
			if len(p) != 1 || !strings.Contains(p[0].Diagnostic.Message, tt.message) {
				t.Fatalf("problems = %v, want %q", p, tt.message)
			}
			shown := map[string]string{}
			for _, d := range p[0].Diagnostic.Details {
				shown[d.Label] = d.Text
			}
			if came := shown["came"] + shown["error"]; !strings.HasPrefix(came, tt.came) {
				t.Errorf("came %q, want %q", came, tt.came)
			}
			url := tt.url
			if strings.HasPrefix(url, "/") {
				url = target + url
			}
			if shown["url"] != url || shown["location"] != tt.location || shown["body"] != tt.body {
				t.Errorf("details = %q, want url %q, location %q, body %q", shown, url, tt.location, tt.body)
			}
		})
	}
}

// A secret that a server repeats is masked before its answer is cut.
func TestRefusalIsMasked(t *testing.T) {
	env := func(string) (string, bool) { return "s3cr3t-s3cr3t-s3cr3t", true }
	run := performText(t, t.TempDir(), `
secrets: [TOKEN]
scenarios:
- name: a
  steps: [{connect: {url: "/repeats?${env.TOKEN}"}}]
`, suitetest.Options{Planning: plan.Options{Target: "ws://" + startPeers(t, nil), LookupEnv: env}})
	var all []string
	for _, d := range run.Suites[0].Scenarios[0].Problems[0].Diagnostic.Details {
		all = append(all, d.Text)
	}
	if text := strings.Join(all, "\n"); strings.Contains(text, "s3cr3t") || !strings.Contains(text, "***\n") || !strings.Contains(text, strings.Repeat("x", 290)+"***") {
		t.Errorf("details = %s", text)
	}
	if got := run.Suites[0].Scenarios[0].Verdict; got != trace.Failed {
		t.Errorf("verdict %s", got)
	}
}

// What a label of a refused handshake does not know, it says with the reason.
func TestRefusedLabelSays(t *testing.T) {
	target := "ws://" + startPeers(t, nil)
	for _, tt := range []struct{ connect, asks, says string }{
		{"{url: /token, protocols: [v2]}", "o.protocol: v2", "the connection did not open: 401 Unauthorized: no token"},
		{"{url: /to-token, redirects: 1}", "o.protocol: v2", "the connection did not open: 401 Unauthorized, after a redirect: " + target + "/to-token -> /token: no token"},
		{"{url: /moved}", "o.path: /x", "the connection did not open: 302 Found"},
		{"{url: /badaccept}", "o.path: /x", "the connection did not open: RFC6455#4.1: Sec-WebSocket-Accept is"},
		{"{url: 'ws://127.0.0.1:1'}", "o.status: 403", "the connection did not open: refused: 127.0.0.1:1 does not accept connections"},
		{"{url: /silent, wait: false}", "o.status: 403", "the connection is still connecting"},
		{"{url: /token}", "o.stauts: 403", `o has no "stauts"`},
	} {
		t.Run(tt.connect, func(t *testing.T) {
			run := performText(t, t.TempDir(), "scenarios: [{name: a, steps: [{connect: "+tt.connect+", as: o}, {assert: {"+tt.asks+"}}]}]", suitetest.Options{Planning: plan.Options{Target: target}})
			p := run.Suites[0].Scenarios[0].Problems
			if len(p) != 1 || len(p[0].Diagnostic.Details) != 1 || !strings.Contains(p[0].Diagnostic.Details[0].Text, "\nactual   "+tt.says) {
				t.Errorf("problems = %+v, want %q", p, tt.says)
			}
		})
	}
}
