package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// GitHub Actions is told of failures at their place in the repository, on the log and in the summary, which keeps what
// others wrote. Nobody else is told, nor GitHub if it is not wanted.
func TestGitHub(t *testing.T) {
	repository := t.TempDir()
	for name, text := range map[string]string{"tests/two.yaml": twoVerdicts, "two.yaml": twoVerdicts, "summary": ""} {
		path := filepath.Join(repository, "work", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(filepath.Join(repository, "work"))
	const placed, bare = "\n::error file=tests/two.yaml,line=13,col=27,title=Two verdicts › wrong::this is not", "\n::error title=Two verdicts › wrong::"
	for _, tt := range []struct {
		name, actions, workspace, line string
		says                           string // "" for no command
		code                           int
	}{
		{"nobody", "", ".", "run tests/two.yaml", "", exitFailed},
		{"another service", "false", ".", "run tests/two.yaml", "", exitFailed},
		{"GitHub", "true", ".", "run tests/two.yaml", placed, exitFailed},
		{"by an absolute path", "true", filepath.Join(repository, "work"), "run " + filepath.Join(repository, "work", "tests", "two.yaml"), placed, exitFailed},
		{"a folder below", "true", "tests", "run tests/two.yaml", strings.Replace(placed, "tests/", "", 1), exitFailed},
		{"outside", "true", "tests", "run two.yaml", bare + "two.yaml:13:27: this is not", exitFailed},
		{"no workspace", "true", "", "run tests/two.yaml", bare + "tests/two.yaml:13:27: this is not", exitFailed},
		{"not wanted", "true", ".", "run tests/two.yaml --no-github", "", exitFailed},
		{"what passed", "true", ".", "run tests/two.yaml --name right", "", exitPassed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("GITHUB_ACTIONS", tt.actions)
			t.Setenv("GITHUB_WORKSPACE", tt.workspace)
			t.Setenv("GITHUB_STEP_SUMMARY", "summary")
			if err := os.WriteFile("summary", []byte("# Others"), 0o600); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			code := run(t.Context(), append(strings.Fields(tt.line), "--max-lateness", "1h"), nil, &out, &out)
			commands := strings.Count(out.String(), "\n::")
			if code != tt.code || tt.says != "" && (commands != 1 || !strings.Contains(out.String(), tt.says)) || tt.says == "" && commands > 0 {
				t.Errorf("exit code %d, want %d, and %q:\n%s", code, tt.code, tt.says, out.String())
			}
			text, err := os.ReadFile("summary")
			if err != nil {
				t.Fatal(err)
			}
			told := tt.actions == "true" && !strings.Contains(tt.line, "--no-github")
			if rest, ok := strings.CutPrefix(string(text), "# Others"); !ok || told != strings.HasPrefix(rest, "\n### Duologue: 1 passed") || !told && rest != "" {
				t.Errorf("the summary is %q", text)
			}
			if strings.Contains(string(text), "<code>failed</code>") != (told && tt.code == exitFailed) {
				t.Errorf("the summary tells of another failure: %s", text)
			}
		})
	}
}

// A summary that cannot be written is an error, but hides no failure.
func TestGitHubWithoutASummary(t *testing.T) {
	suite := filepath.Join(t.TempDir(), "two.yaml")
	if err := os.WriteFile(suite, []byte(twoVerdicts), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GITHUB_STEP_SUMMARY", filepath.Dir(suite))
	for name, want := range map[string]int{"right": exitError, "wrong": exitFailed} {
		var out bytes.Buffer
		if code := run(t.Context(), []string{"run", suite, "--root", filepath.Dir(suite), "--name", name, "--max-lateness", "1h"}, nil, &out, &out); code != want || !strings.Contains(out.String(), filepath.Dir(suite)+": is a directory") {
			t.Errorf("%s: exit code %d, want %d:\n%s", name, code, want, out.String())
		}
	}
}

// What became worse than in the baseline fails the job, so GitHub is told of it.
func TestGitHubOfABaseline(t *testing.T) {
	dir := t.TempDir()
	suite, traced := filepath.Join(dir, "measured.yaml"), filepath.Join(dir, "trace.json")
	perform := func(text string, args ...string) (int, string) {
		t.Helper()
		if err := os.WriteFile(suite, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"run", suite, "--root", dir, "--max-lateness", "1h"}, args...), nil, &out, &out)
		return code, out.String()
	}
	if code, out := perform(measured, "--trace", traced); code != exitPassed {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GITHUB_STEP_SUMMARY", "")
	slower := strings.Replace(measured, "60ms", "900ms", 1)
	if code, out := perform(slower, "--baseline", traced, "--baseline-guard", "20%,400ms"); code != exitFailed || !strings.Contains(out, "\n::error title=Measured › the answer takes its time (worse)::answer.at - asked.at p50: ") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}
