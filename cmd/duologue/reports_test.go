package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/duologue/duologue/trace"
)

const twoVerdicts = `suite: Two verdicts
target: builtin://echo
scenarios:
  - name: right
    steps:
      - connect
      - send: hello
      - expect: {message: hello}
  - name: wrong
    steps:
      - connect
      - send: hello
      - expect: {message: goodbye}
`

func TestReportsOfARun(t *testing.T) {
	dir := t.TempDir()
	suite := filepath.Join(dir, "two.yaml")
	if err := os.WriteFile(suite, []byte(twoVerdicts), 0o600); err != nil {
		t.Fatal(err)
	}
	junit, traced := filepath.Join(dir, "out", "junit.xml"), filepath.Join(dir, "out", "trace.json")
	ctrf := filepath.Join(dir, "out", "ctrf.json")
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"run", suite, "--root", dir, "--junit", junit, "--ctrf", ctrf, "--trace", traced, "--seed", "7"}, nil, &stdout, &stderr)
	if code != exitFailed {
		t.Fatalf("run = %d, want %d\n%s%s", code, exitFailed, stdout.String(), stderr.String())
	}
	for _, want := range []string{"pass  Two verdicts › right (", "FAIL  Two verdicts › wrong (", "1 passed, 1 failed", "seed: 7"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("the terminal lacks %q:\n%s", want, stdout.String())
		}
	}
	if strings.Contains(stdout.String(), "\r") || strings.Contains(stdout.String(), "\x1b") {
		t.Errorf("a pipe gets control sequences: %q", stdout.String())
	}
	text, err := os.ReadFile(junit)
	if err != nil || !bytes.Contains(text, []byte(`<failure message=`)) {
		t.Errorf("JUnit has no failure: %v\n%s", err, text)
	}
	f, err := os.Open(traced)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, err := trace.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	if r.Seed != 7 || r.Count(trace.Passed) != 1 || r.Count(trace.Failed) != 1 {
		t.Errorf("the trace has seed %d, %d passed, %d failed; want 7, 1, 1", r.Seed, r.Count(trace.Passed), r.Count(trace.Failed))
	}
	if text, err := os.ReadFile(ctrf); err != nil || !bytes.Contains(text, []byte(`"rawStatus": "failed"`)) {
		t.Errorf("CTRF has no failure: %v\n%s", err, text)
	}
	left, err := os.ReadDir(filepath.Join(dir, "out"))
	if err != nil || len(left) != 3 {
		t.Errorf("%d files are left beside the reports: %v", len(left)-3, err)
	}
}

// Of thousands of mistakes the first are shown, and the number of the others.
func TestManyComplaints(t *testing.T) {
	suite := filepath.Join(t.TempDir(), "suite.yaml")
	if err := os.WriteFile(suite, []byte("target: builtin://echo\nscenarios:\n- {name: it, steps: [connect"+strings.Repeat(", {snd: a}", 3000)+"]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := run(t.Context(), []string{"check", suite}, nil, &out, &out); code != exitUsage || strings.Count(out.String(), "unknown verb") != 500 || !strings.HasSuffix(out.String(), "\nand 2500 problems more\n") {
		t.Errorf("exit code %d, %d complaints, the last:\n%s", code, strings.Count(out.String(), "unknown verb"), out.String()[max(0, out.Len()-200):])
	}
}

func TestWhoGetsColours(t *testing.T) {
	for _, tt := range []struct {
		name   string
		env    map[string]string
		screen bool
		want   bool
	}{
		{"a screen", nil, true, true},
		{"a pipe", nil, false, false},
		{"a dumb screen", map[string]string{"TERM": "dumb"}, true, false},
		{"NO_COLOR", map[string]string{"NO_COLOR": "1"}, true, false},
		{"an empty NO_COLOR", map[string]string{"NO_COLOR": ""}, true, true},
		{"FORCE_COLOR for a pipe", map[string]string{"FORCE_COLOR": "1"}, false, true},
		{"FORCE_COLOR=0", map[string]string{"FORCE_COLOR": "0"}, true, false},
		{"both", map[string]string{"NO_COLOR": "1", "FORCE_COLOR": "1"}, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			getenv := func(name string) string { return tt.env[name] }
			if got := wantsColour(getenv, tt.screen); got != tt.want {
				t.Errorf("wantsColour = %v, want %v", got, tt.want)
			}
		})
	}
	if wantsLive(func(name string) string { return map[string]string{"CI": "true"}[name] }) {
		t.Error("a CI job gets a status line")
	}
	if !wantsLive(func(string) string { return "" }) {
		t.Error("a screen gets no status line")
	}
}

func TestRepeatFlag(t *testing.T) {
	dir := t.TempDir()
	suite, junit := filepath.Join(dir, "two.yaml"), filepath.Join(dir, "junit.xml")
	if err := os.WriteFile(suite, []byte(twoVerdicts), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{"0", "-1", "100001", "many"} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), []string{"run", suite, "--root", dir, "--repeat", n}, nil, &stdout, &stderr); code != exitUsage {
			t.Errorf("run --repeat %s = %d, want %d", n, code, exitUsage)
		}
	}
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"run", suite, "--root", dir, "--repeat", "3", "--junit", junit}, nil, &stdout, &stderr)
	if code != exitFailed || !strings.Contains(stdout.String(), "3 runs: 3 passed") || !strings.Contains(stdout.String(), "3 runs: 3 failed") {
		t.Errorf("run --repeat 3 = %d\n%s%s", code, stdout.String(), stderr.String())
	}
	text, err := os.ReadFile(junit)
	if err != nil || !bytes.Contains(text, []byte(`<property name="runs: wrong" value="3 runs: 3 failed"`)) {
		t.Errorf("JUnit lacks the runs: %v\n%s", err, text)
	}
}

const measured = `suite: Measured
target: builtin://slow?delay=60ms
scenarios:
  - name: the answer takes its time
    steps:
      - connect
      - send: hello
        as: asked
      - expect: {message: hello}
        as: answer
      - assert: {answer.at - asked.at: {$lt: 60s}}
`

func TestBaseline(t *testing.T) {
	dir := t.TempDir()
	suite, traced := filepath.Join(dir, "measured.yaml"), filepath.Join(dir, "trace.json")
	perform := func(args ...string) (int, string) {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), append([]string{"run", suite, "--root", dir, "--max-lateness", "1h"}, args...), nil, &stdout, &stderr)
		return code, stdout.String() + stderr.String()
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(suite, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(measured)
	if code, out := perform("--trace", traced); code != exitPassed {
		t.Fatalf("run = %d\n%s", code, out)
	}
	if code, out := perform("--baseline", traced, "--baseline-guard", "1s"); code != exitPassed || !strings.Contains(out, "figures: 1 same") {
		t.Errorf("the same again = %d\n%s", code, out)
	}
	slower := strings.Replace(measured, "60ms", "900ms", 1)
	write(slower)
	if code, out := perform("--baseline", traced, "--baseline-guard", "20%,400ms"); code != exitFailed || !strings.Contains(out, "worse  Measured › the answer takes its time  answer.at - asked.at p50") {
		t.Errorf("a slower server = %d\n%s", code, out)
	}
	write(strings.Replace(measured, "      - assert: {answer.at - asked.at: {$lt: 60s}}\n", "", 1))
	if code, out := perform("--baseline", traced); code != exitFailed || !strings.Contains(out, "figures: 1 gone") {
		t.Errorf("a figure that is gone = %d\n%s", code, out)
	}
	write(strings.Replace(measured, "suite: Measured", "suite: Another", 1))
	if code, out := perform("--baseline", traced); code != exitError || !strings.Contains(out, "nothing could be compared") || !strings.Contains(out, "were not performed: Measured › the answer") {
		t.Errorf("another suite = %d\n%s", code, out)
	}
	for _, args := range [][]string{{"--baseline", suite}, {"--baseline", "nowhere.json"}, {"--baseline-guard", "20%"}, {"--baseline", traced, "--baseline-guard", "much"}} {
		if code, out := perform(args...); code != exitUsage {
			t.Errorf("run %v = %d, want %d\n%s", args, code, exitUsage, out)
		}
	}
}
