package runner_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/trace"
)

// computed are the ways in which something comes of a secret, each shown by a failure.
const computed = `
suite: Computed
target: builtin://echo
secrets: [TOKEN, ACCOUNT]
vars:
  kept: {key: "${env.TOKEN}"}
  text: "${json({sig: hex(hmac_sha256(env.TOKEN, 'x'))})}"
setup:
  - connect
  - set: {ready: "${json({sig: hex(hmac_sha256(env.TOKEN, 'x'))})}"}
sequences:
  say: {args: {what: null}, steps: [{send: "${args.what}"}, {expect: {message: no}}]}
  sign: {args: {key: null}, steps: [{use: say, with: {what: "sig ${hex(hmac_sha256(args.key, 'x'))};"}}]}
scenarios:
  - {name: a part of a text, steps: [connect, {send: "${'v1=' + hex(hmac_sha256(env.TOKEN, 'x')) + ','}"}, {expect: {message: {text: {$matches: "^$"}}}}]}
  - {name: a part of JSON, steps: [connect, {send: "${json({sig: hex(hmac_sha256(env.TOKEN, 'x'))})}"}, {expect: {message: {json: {sig: no}}}}]}
  - {name: beside what varies, steps: [connect, {send: "${json({id: uuid(), sig: hex(hmac_sha256(env.TOKEN, 'x'))})}"}, {expect: {message: {json: {sig: no}}}}]}
  - {name: of what varies, steps: [connect, {send: "${hex(hmac_sha256(env.TOKEN, uuid()))}"}, {expect: {message: {text: {$length: 1}}}}]}
  - {name: an object, steps: [connect, {send: {json: "${{sig: hex(hmac_sha256(env.TOKEN, 'x'))}}"}}, {expect: {message: {json: {sig: no}}}}]}
  - {name: octets, steps: [connect, {send: {hex: "${hex(hmac_sha256(env.TOKEN, 'x'))}"}}, {expect: {message: {hex: "00"}}}]}
  - {name: an assert, steps: [connect, {assert: {"hex(hmac_sha256(env.TOKEN, 'x'))": no}}]}
  - {name: an answer, listeners: [{name: l, when: {message: {text: x}}, send: "${json({sig: hex(hmac_sha256(env.TOKEN, event.text))})}"}], steps: [connect, {send: x}, {expect: {message: {json: {sig: no}}}}]}
  - {name: an argument, steps: [connect, {use: sign, with: {key: "${env.TOKEN}"}}]}
  - {name: an item, steps: [connect, {repeat: {each: ["${env.TOKEN}"], steps: [{send: "${hex(hmac_sha256(each, 'x'))}"}, {expect: {message: no}}]}}]}
  - {name: a cell, matrix: {key: ["${env.TOKEN}"]}, steps: [connect, {send: "${hex(hmac_sha256(matrix.key, 'x'))}"}, {expect: {message: no}}]}
  - {name: a member of a variable, steps: [connect, {send: "${hex(hmac_sha256(vars.kept.key, 'x'))}"}, {expect: {message: no}}]}
  - {name: a variable that was set, steps: [connect, {set: {key: "${env.TOKEN}"}}, {send: "${hex(hmac_sha256(vars.key, 'x'))}"}, {expect: {message: no}}]}
  - {name: a variable of the connection, steps: [connect: {vars: {key: "${env.TOKEN}"}}, {send: "${hex(hmac_sha256(conn.key, 'x'))}"}, {expect: {message: no}}]}
  - {name: one that was set, steps: [connect, {set: {conn.key: "${env.TOKEN}"}}, {send: "${hex(hmac_sha256(conn.key, 'x'))}"}, {expect: {message: no}}]}
  - {name: one in an answer, listeners: [{name: l, when: {message: go}, send: "${hex(hmac_sha256(conn.key, 'x'))}"}], steps: [connect: {vars: {key: "${env.TOKEN}"}}, {send: go}, {expect: {message: no}}]}
  - {name: inside of a variable, steps: [connect, {send: "${vars.text}"}, {expect: {message: {json: {sig: no}}}}]}
  - {name: by the setup, steps: [connect, {send: "${vars.ready}"}, {expect: {message: {json: {sig: no}}}}]}
  - {name: in a load, load: {times: 2}, steps: [connect, {send: "${json({sig: hex(hmac_sha256(env.TOKEN, 'x')), n: index})}"}, {expect: {message: {json: {sig: no}}}}]}
  - {name: JSON that is a secret, steps: [connect, {send: "${env.ACCOUNT}"}, {expect: {message: {json: {keys: [no]}}}}]}
  - {name: a member of it, steps: [connect, {send: "${json({k: unjson(env.ACCOUNT).keys[0]})}"}, {expect: {message: {json: {k: no}}}}]}
  - {name: a token, steps: [connect, {send: "${'Bearer ' + jwt('HS256', {sub: 'x'}, env.TOKEN)}"}, {expect: {message: no}}]}
  - {name: a token at a time, steps: [connect, {send: "${jwt('HS256', {exp: unix()}, env.TOKEN)}"}, {expect: {message: {text: {$length: 1}}}}]}
  - {name: what is no JSON, steps: [connect, {send: "[${env.TOKEN}]"}, {expect: {message: {json: no}}}]}
`

// Whatever comes of a secret is masked by itself, too: a server may give back no more of it.
func TestComputedSecretsAreMasked(t *testing.T) {
	const token, key = "canary-4711/secret", "canary of an account"
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("x"))
	sig := mac.Sum(nil)
	mac.Reset()
	mac.Write([]byte("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ4In0")) // {"alg":"HS256","typ":"JWT"}.{"sub":"x"}
	signed := base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	values := map[string]string{"TOKEN": token, "ACCOUNT": `{"type":"sa","keys":["` + key + `"]}`}
	file := filepath.Join(t.TempDir(), "s.yaml")
	if err := os.WriteFile(file, []byte(computed), 0o600); err != nil {
		t.Fatal(err)
	}
	var run *trace.Run
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Root, o.Events, o.LookupEnv = filepath.Dir(file), true, func(name string) (string, bool) { v, ok := values[name]; return v, ok }
		run = suitetest.Plan(t, o, file).Run(t.Context())
	})
	for _, sc := range run.Suites[0].Scenarios {
		shown, err := json.Marshal(sc)
		if err != nil || sc.Verdict != trace.Failed {
			t.Fatalf("%s: %s, %v, want failed so that there is something to show", sc.Name, sc.Verdict, err)
		}
		for _, c := range sc.Connections {
			for _, ev := range c.Events {
				if m, ok := ev.Detail.(*trace.Message); ok { // base64 in the JSON above
					shown = append(append(shown, '\n'), m.Data...)
					if (sc.Name == "of what varies" || sc.Name == "a token at a time") && string(m.Data) != "***" {
						t.Errorf("%s: %s", sc.Name, m.Data)
					}
				}
			}
		}
		for _, form := range []string{"canary", key, hex.EncodeToString(sig), base64.StdEncoding.EncodeToString(sig), string(sig), signed} {
			if bytes.Contains(shown, []byte(form)) {
				t.Errorf("%s: %q is shown in %s", sc.Name, form, shown)
			}
		}
	}
}
