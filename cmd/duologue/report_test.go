package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// inFolder makes a folder with files, and works in it.
func inFolder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// done performs a command line and gives its exit code and what it printed.
func done(t *testing.T, line string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	args := strings.Fields(line)
	if args[0] == "run" {
		args = append(args, "--max-lateness", "1h")
	}
	code := run(t.Context(), args, nil, &out, &out)
	return code, out.String()
}

// contents reads files.
func contents(t *testing.T, names ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(name)] = string(text)
	}
	return out
}

// Every report that is drawn of a trace is what the run wrote: attachments, retries, figures, secrets and all.
func TestReportOfATrace(t *testing.T) {
	const flaky = `suite: Again
target: builtin://echo
secrets: [DUOLOGUE_TEST_WORD]
scenarios:
  - name: never
    retries: 1
    steps: [connect, {send: "${env.DUOLOGUE_TEST_WORD}"}, {log: "said ${env.DUOLOGUE_TEST_WORD}"}, {expect: {message: goodbye}}]
  - {name: not now, skip: later, steps: [connect]}
  - name: measured
    steps: [connect, {send: a, as: asked}, {expect: message, as: answer}, {assert: {answer.at - asked.at: {$lt: 60s}}}]
`
	inFolder(t, map[string]string{"two.yaml": twoVerdicts, "spoken.yaml": spoken, "again.yaml": flaky})
	t.Setenv("DUOLOGUE_TEST_WORD", "open sesame")
	code, said := done(t, "run two.yaml spoken.yaml again.yaml --repeat 2 --artifacts out --junit now/junit.xml --ctrf now/ctrf.json --trace now/trace.json")
	if code != exitFailed {
		t.Fatalf("run ends with %d:\n%s", code, said)
	}
	code, later := done(t, "report now/trace.json --junit later/junit.xml --ctrf later/ctrf.json --json later/trace.json")
	if code != exitFailed {
		t.Errorf("report ends with %d:\n%s", code, later)
	}
	now, then := contents(t, "now/junit.xml", "now/ctrf.json", "now/trace.json"), contents(t, "later/junit.xml", "later/ctrf.json", "later/trace.json")
	for name, text := range now {
		if then[name] != text || strings.Contains(text, "sesame") {
			t.Errorf("%s was\n%.3000s\nand is\n%.3000s", name, text, then[name])
		}
	}
	for _, want := range []string{"[[ATTACHMENT|", "<failure", "<skipped", "2 runs: 2 failed", "said ***"} {
		if !strings.Contains(now["junit.xml"], want) {
			t.Errorf("the run has nothing to tell of %q", want)
		}
	}
	_, summary, _ := strings.Cut(said, "\nFAIL  Again › never  again.yaml")
	if summary == "" || !strings.HasSuffix(later, summary) {
		t.Errorf("the run ends with\n%s, and the report with\n%s", summary, later[max(0, len(later)-len(summary)):])
	}
	for _, line := range []string{"pass  Two verdicts › right (", "FAIL  Two verdicts › wrong (", "two.yaml:13:27: this is not the message that came", "skip  Again › not now: later"} {
		if strings.Count(later, line) != 1 {
			t.Errorf("the report does not say %q once:\n%s", line, later)
		}
	}
}

// Traces of several machines become one report, and its exit code is that of all.
func TestReportOfSeveralTraces(t *testing.T) {
	inFolder(t, map[string]string{"two.yaml": twoVerdicts})
	for _, line := range []string{
		"run two.yaml --name right --trace right.json", "run two.yaml --name wrong --trace wrong.json",
		"run two.yaml --name wrong --var x=1 --trace none.json", "run two.yaml --name wrong --target builtin://echo --trace again.json",
	} {
		done(t, line)
	}
	if err := os.WriteFile("two.yaml", []byte(strings.Replace(twoVerdicts, "goodbye", "hello", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	done(t, "run two.yaml --name wrong --trace mended.json")
	for _, tt := range []struct {
		line string
		code int
		says string
	}{
		{"report right.json", exitPassed, "\n1 passed in"},
		{"report right.json wrong.json", exitFailed, "\n1 passed, 1 failed in"},
		{"report wrong.json right.json --junit merged.xml --ctrf merged.json --trace merged-trace.json", exitFailed, "\n1 passed, 1 failed in"},
		{"report merged-trace.json", exitFailed, "\n1 passed, 1 failed in"},
		{"report wrong.json again.json", exitUsage, `a scenario was performed twice: "wrong" of "Two verdicts", in wrong.json and in again.json; with --attempts the later one is another attempt`},
		{"report wrong.json again.json right.json --attempts", exitFailed, "attempt 1: failed after"},
		{"report wrong.json mended.json --attempts", exitUsage, "mended.json has another text of two.yaml"},
		{"report", exitUsage, "no trace named"},
		{"report none.json", exitUsage, "none.json"},
		{"report nowhere.json", exitUsage, "no such file"},
		{"report .", exitUsage, "."},
		{"report two.yaml", exitUsage, "two.yaml: read trace: no trace: invalid character 's'"},
		{"report merged.json", exitUsage, `merged.json: read trace: no trace: the key "format" is missing`},
		{"report right.json right.json", exitUsage, "right.json is named twice"},
		{"report right.json --junit right.json", exitUsage, "right.json is read by this command, and would be overwritten"},
		{"report right.json --junit x --json x", exitUsage, "--trace: x is what --junit writes"},
		{"report right.json --bogus", exitUsage, "flag provided but not defined"},
		{"report newer.json", exitUsage, "newer.json: read trace: version 2 is newer than version 1, which this duologue reads"},
	} {
		if err := os.WriteFile("newer.json", []byte(`{"format":"duologue-trace","version":2}`), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out := done(t, tt.line); code != tt.code || !strings.Contains(out, tt.says) {
			t.Errorf("%s ends with %d, want %d and %q:\n%s", tt.line, code, tt.code, tt.says, out)
		}
	}
	if text := contents(t, "merged.xml")["merged.xml"]; strings.Count(text, "<testsuite ") != 1 || strings.Count(text, "<testcase ") != 2 {
		t.Errorf("the merged JUnit has not two cases in a suite:\n%s", text)
	}
}

// A report on GitHub Actions tells it what a run would.
func TestReportOnGitHub(t *testing.T) {
	inFolder(t, map[string]string{"two.yaml": twoVerdicts})
	done(t, "run two.yaml --trace trace.json")
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GITHUB_WORKSPACE", ".")
	t.Setenv("GITHUB_STEP_SUMMARY", "summary.md")
	if _, out := done(t, "report trace.json"); !strings.Contains(out, "\n::error file=two.yaml,line=13,col=27,") {
		t.Errorf("it says\n%s", out)
	}
	if text := contents(t, "summary.md")["summary.md"]; !strings.Contains(text, "1 passed, 1 failed") {
		t.Errorf("the summary is\n%s", text)
	}
	if _, out := done(t, "report trace.json --no-github"); strings.Contains(out, "::error") {
		t.Errorf("it says\n%s", out)
	}
}
