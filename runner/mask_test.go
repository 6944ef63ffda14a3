package runner_test

import (
	"bytes"
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

// A secret, and what is computed from it, is nowhere in what a run publishes.
func TestSecretsAreMasked(t *testing.T) {
	const canary = "canary-4711-secret"
	suite := `
suite: Secrets
target: builtin://echo
secrets: [TOKEN]
vars: {bearer: "Bearer ${env.TOKEN}"}
scenarios:
  - name: everywhere
    steps:
      - connect: {headers: {X-Token: "${vars.bearer}"}}
        as: opened
      - send: "token ${env.TOKEN}"
      - expect: {message: "token ${env.TOKEN}"}
      - send: {json: {signed: "${hex(sha256(env.TOKEN))}", plain: "${base64(env.TOKEN)}"}}
        as: signed
      - expect: {message: {json: {signed: "no ${signed.json.signed}"}}}
`
	file := filepath.Join(t.TempDir(), "s.yaml")
	if err := os.WriteFile(file, []byte(suite), 0o600); err != nil {
		t.Fatal(err)
	}
	var run *trace.Run
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Root, o.Events, o.LookupEnv = filepath.Dir(file), true, func(name string) (string, bool) { return canary, name == "TOKEN" }
		run = suitetest.Plan(t, o, file).Run(t.Context())
	})
	sc := run.Suites[0].Scenarios[0]
	if sc.Verdict != trace.Failed {
		t.Fatalf("the scenario is %s, want failed so that there is something to show", sc.Verdict)
	}
	hash := sha256.Sum256([]byte(canary))
	forms := map[string]string{
		"plain":  canary,
		"base64": base64.StdEncoding.EncodeToString([]byte(canary)),
		"hash":   hex.EncodeToString(hash[:]),
	}
	published, err := json.Marshal(run)
	if err != nil {
		t.Fatal(err)
	}
	shown := [][]byte{published}
	for _, ev := range sc.Connections[0].Events {
		if m, ok := ev.Detail.(*trace.Message); ok { // base64 in the JSON above
			shown = append(shown, m.Data)
			if !bytes.Contains(m.Data, []byte("***")) {
				t.Errorf("nothing is masked in %s", m.Data)
			}
		}
	}
	for name, form := range forms {
		for _, text := range shown {
			if bytes.Contains(text, []byte(form)) {
				t.Errorf("the secret is shown (%s): %s", name, text)
			}
		}
	}
	if len(shown) != 5 {
		t.Errorf("%d messages were looked at, want 4", len(shown)-1)
	}
}
