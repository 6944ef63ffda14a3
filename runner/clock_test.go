package runner_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/duologue/duologue/internal/suitetest"
)

// A variable with the time of the wall clock has that of its attempt: the second one begins after
// the first has waited, and still gets as far.
func TestAnAttemptHasItsOwnTime(t *testing.T) {
	const suite = `suite: Times
target: builtin://echo
vars: {began: "${unix()}", again: "${vars.began}"}
scenarios:
  - name: later
    retries: 1
    steps:
      - connect
      - assert: {vars.began == vars.again and unix() - vars.began < 2: true}
      - wait: 2s
      - assert: {unix() - vars.again >= 2: true}
      - assert: {false: true}
`
	file := filepath.Join(t.TempDir(), "s.yaml")
	if err := os.WriteFile(file, []byte(suite), 0o600); err != nil {
		t.Fatal(err)
	}
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Root = filepath.Dir(file)
		sc := suitetest.Plan(t, o, file).Run(t.Context()).Suites[0].Scenarios[0]
		if sc.Attempts != 2 || len(sc.Problems) == 0 {
			t.Fatalf("%d attempts with %d problems, want 2 with one", sc.Attempts, len(sc.Problems))
		}
		if d := sc.Problems[0].Diagnostic; d.Pos.Line != 12 {
			t.Errorf("the second attempt ended in line %d: %s, want line 12", d.Pos.Line, d.Message)
		}
	})
}
