package runner_test

import (
	"strings"
	"testing"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

// What was computed from a secret, in whatever way, does not follow a redirect to
// another host; what was not does, and so does all of it on the same host or if the
// suite asks for it.
func TestRedirectsTakeNoSecrets(t *testing.T) {
	const secret, short = "s3cr3t-s3cr3t", "s3c-s3c8"
	here, there := startPeers(t, nil), startPeers(t, nil)
	dir := t.TempDir()
	secure := startPeers(t, authority(t, dir))
	header := func(value string) (connect, line string) { return `headers: {X-Key: "` + value + `"}`, "X-Key: " }
	type row struct{ name, connect, line, before string }
	rows := []row{}
	for name, value := range map[string]string{
		"the secret": "${env.TOKEN}", "a part of it": "${env.TOKEN[0:4]}", "more than it": "key ${env.TOKEN}", "a short one": "${env.SHORT}",
		"a hash": "${hex(sha256(env.TOKEN))}", "a variable": "${vars.key}", "a hash of a variable": "${hex(sha256(vars.key))}",
		"all of env": "${len(json(env))}",
	} {
		connect, line := header(value)
		rows = append(rows, row{name, connect, line, ""})
	}
	connect, line := header("${vars.later}")
	rows = append(rows, row{"a variable that was set", connect, line, `- set: {later: "${hex(hmac_sha256(env.TOKEN, 'x'))}"}`})
	connect, line = header("${hex(sha256(vars.later))}")
	rows = append(rows, row{"a hash of a variable that was set", connect, line, `- set: {later: "${env.TOKEN}"}`})
	connect, line = header("${hex(sha256(sent.data))}")
	rows = append(rows, row{"a hash of a message that held it", connect, line, "- {connect: {url: /echo}, on: other}\n  - {send: \"x ${env.TOKEN} y\", on: other, as: sent}\n  - {expect: message, on: other}"})
	rows = append(rows,
		row{"one of two lines", `headers: {X-Key: [plain, "${env.TOKEN}"]}`, "X-Key: ", ""},
		row{"a subprotocol", `protocols: ["token.${env.SHORT}", v1]`, "Sec-WebSocket-Protocol: ", ""},
		row{"the origin", `origin: "https://${env.SHORT}.example"`, "Origin: ", ""},
		row{"a bearer", `auth: {bearer: "${env.TOKEN}"}`, "Authorization: ", ""},
		row{"a bearer that is no secret", `auth: {bearer: open}`, "Authorization: ", ""},
		row{"a signature", `auth: {twilio: "12345"}`, "X-Twilio-Signature: ", ""},
		row{"a cookie", `headers: {cookie: a=b}`, "cookie: ", ""},
	)
	run := func(t *testing.T, r row, target, to, redirects, step string) *trace.Scenario {
		t.Helper()
		text := "secrets: [TOKEN, SHORT, NONE]\nvars: {key: \"${env.TOKEN}\", later: nothing}\nscenarios:\n- name: it\n  unexpected: ignore\n  steps:\n"
		if r.before != "" {
			text += "  " + r.before + "\n"
		}
		text += "  - connect: {url: '" + target + "/to?at=" + to + "', tls: {ca: ca.pem}, redirects: " + redirects + ", " + r.connect + "}\n  - " + step + "\n"
		env := func(name string) (string, bool) {
			return map[string]string{"TOKEN": secret, "SHORT": short, "NONE": "unused-unused"}[name], true
		}
		run := performText(t, dir, text, suitetest.Options{Planning: plan.Options{Target: "ws://" + here, LookupEnv: env}})
		return &run.Suites[0].Scenarios[0]
	}
	has := func(line string) string { return `expect: {message: {text: {$contains: "\n` + line + `"}}}` }
	lacks := func(line string) string { return `expect: {message: {text: {$not: {$contains: "\n` + line + `"}}}}` }
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			for _, tt := range []struct{ what, target, to, redirects, step string }{
				{"another port", "ws://" + here, "ws://" + there + "/request", "1", lacks(r.line)},
				{"in a mapping", "ws://" + here, "ws://" + there + "/request", "{max: 1}", lacks(r.line)},
				{"the same host", "ws://" + here, "/request", "1", has(r.line)},
				{"from wss to ws", "wss://" + secure, "ws://" + there + "/request", "1", lacks(r.line)},
				{"carried", "ws://" + here, "ws://" + there + "/request", "{max: 1, secrets: keep}", has(r.line)},
				{"dropped", "ws://" + here, "ws://" + there + "/request", "{max: 1, secrets: drop}", lacks(r.line)},
			} {
				if sc := run(t, r, tt.target, tt.to, tt.redirects, tt.step); sc.Verdict != trace.Passed {
					t.Errorf("%s: %s, %v", tt.what, verdict(sc), sc.Problems)
				}
			}
		})
	}
	for _, r := range []row{
		{"a plain header", `headers: {X-Key: plain}`, "X-Key: plain", ""},
		{"a computed one", `headers: {X-Key: "${1 + 2} ${vars.later}"}`, "X-Key: 3 nothing", ""},
		{"a plain subprotocol", `protocols: [v1]`, "Sec-WebSocket-Protocol: v1", ""},
		{"a plain change", `handshake: {lines: ["X-Key: plain"]}`, "X-Key: plain", ""},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			if sc := run(t, r, "ws://"+here, "ws://"+there+"/request", "1", has(r.line)); sc.Verdict != trace.Passed {
				t.Errorf("%s, %v", verdict(sc), sc.Problems)
			}
		})
	}
	for _, change := range []string{`lines: ["X: ${env.TOKEN}"]`, `lines: ["X: ${hex(sha256(vars.key))}"]`, `line: "GET /to?at=ws://` + there + `/request&key=${env.TOKEN} HTTP/1.1"`,
		`lines: ["Cookie: a=b"]`, `then: "${env.SHORT}"`, `then: {json: {key: "${env.SHORT}"}}`, `then: {repeat: "${env.SHORT}", size: 8}`} {
		t.Run(change, func(t *testing.T) {
			t.Parallel()
			r := row{connect: "handshake: {" + change + "}"}
			if sc := run(t, r, "ws://"+here, "ws://"+there+"/request", "1", "expect: {error: {status: 302, text: {$contains: must not go to another host}}}"); sc.Verdict != trace.Passed {
				t.Errorf("%s, %v", verdict(sc), sc.Problems)
			}
		})
	}
}

// Whoever wonders why the other host refuses reads what it was not told.
func TestRedirectsTellWhatTheyTookNotAlong(t *testing.T) {
	here, there := startPeers(t, nil), startPeers(t, nil)
	for _, to := range []string{"/request", "/nowhere"} {
		run := performText(t, t.TempDir(), `
secrets: [TOKEN]
scenarios:
- name: it
  unexpected: ignore
  steps: [{connect: {url: "/to?at=ws://`+there+to+`", redirects: 2, headers: {X-Key: "${env.TOKEN}", X-Other: a, cookie: a=b}}}]
`, suitetest.Options{Planning: plan.Options{Target: "ws://" + here, LookupEnv: func(string) (string, bool) { return "s3cr3t-s3cr3t", true }}, Performing: runner.Options{Events: true}})
		var told []string
		for _, ev := range run.Suites[0].Scenarios[0].Connections[0].Events {
			if ev.Decides() {
				told = append(told, ev.Line())
			}
		}
		if all := strings.Join(told, "\n"); !strings.Contains(all, "not sent to this host: X-Key, cookie") && !strings.Contains(all, "/nowhere, without X-Key, cookie") {
			t.Errorf("to %s: %s", to, all)
		}
	}
}

// A secret's name in an error that follows no redirect is masked as everywhere.
func TestRefusedRedirectIsMasked(t *testing.T) {
	here := startPeers(t, nil)
	run := performText(t, t.TempDir(), `
secrets: [TOKEN]
scenarios:
- name: it
  steps: [{connect: {url: "/to?at=ws://x.test/${env.TOKEN}", redirects: 1, handshake: {lines: ["X: ${env.TOKEN}"]}}}]
`, suitetest.Options{Planning: plan.Options{Target: "ws://" + here, LookupEnv: func(string) (string, bool) { return "s3cr3t-s3cr3t", true }}})
	for _, d := range run.Suites[0].Scenarios[0].Problems[0].Diagnostic.Details {
		if strings.Contains(d.Text, "s3cr3t") {
			t.Errorf("%s: %s", d.Label, d.Text)
		}
	}
}
