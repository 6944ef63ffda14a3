//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/duologue/duologue/internal/race"
)

// service is how a CI service hands the job k of three, counted from 0, its number.
type service struct {
	section string
	env     func(k int) []string // variables of the environment
	text    func(k int) []string // what the service itself replaces in a command: pairs of old and new
}

func services() []service {
	none := func(int) []string { return nil }
	return []service{
		{"GitHub Actions", none, func(k int) []string {
			return []string{"${{ matrix.shard }}", fmt.Sprint(k + 1), "${{ strategy.job-total }}", "3", "${{ github.run_id }}", "19876543210", "${{ github.run_attempt }}", "1"}
		}},
		{"GitLab", func(k int) []string {
			return []string{fmt.Sprint("CI_NODE_INDEX=", k+1), "CI_NODE_TOTAL=3", "CI_PIPELINE_ID=77"}
		}, none},
		{"Jenkins", func(k int) []string { return []string{fmt.Sprint("SHARD=", k+1), "BUILD_NUMBER=77"} }, none},
		{"CircleCI", func(k int) []string { return []string{fmt.Sprint("CIRCLE_NODE_INDEX=", k), "CIRCLE_NODE_TOTAL=3"} }, none},
		{"Azure Pipelines", none, func(k int) []string {
			return []string{"$(System.JobPositionInPhase)", fmt.Sprint(k + 1), "$(System.TotalJobsInPhase)", "3", "$(Build.BuildId)", "77", "$(System.JobAttempt)", "1", "$(Pipeline.Workspace)", "."}
		}},
	}
}

// ofCI gives the snippet of a section of docs/ci.md, and the commands in it that call us.
func ofCI(t *testing.T, page, section string) (snippet string, commands []string) {
	t.Helper()
	_, text, ok := strings.Cut(page, "\n## "+section+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	m := regexp.MustCompile("(?s)\n```(\\w+)\n(.*?)```\n").FindStringSubmatch(text)
	if !ok || m == nil {
		t.Fatalf("docs/ci.md has no snippet for %s", section)
	}
	if m[1] == "groovy" {
		for _, sh := range regexp.MustCompile(`sh '(.*)'`).FindAllStringSubmatch(m[2], -1) {
			commands = append(commands, sh[1])
		}
		return m[2], commands
	}
	var doc any
	if err := yaml.Unmarshal([]byte(m[2]), &doc); err != nil {
		t.Fatalf("the snippet for %s: %v", section, err)
	}
	return m[2], textsOf(doc, nil)
}

// textsOf collects the texts in YAML that call us, in no order.
func textsOf(v any, out []string) []string {
	switch v := v.(type) {
	case string:
		if strings.HasPrefix(v, "duologue ") {
			out = append(out, v)
		}
	case []any:
		for _, item := range v {
			out = textsOf(item, out)
		}
	case map[string]any:
		for _, item := range v {
			out = textsOf(item, out)
		}
	}
	return out
}

// The commands of the page do what it says: three jobs perform three shards, which together are everything, and what
// merges them finds all.
func TestCIPage(t *testing.T) {
	if race.Enabled {
		t.Skip("it starts many processes, which take long to start then")
	}
	text, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "duologue")); err != nil {
		t.Fatal(err)
	}
	suite := "suite: S\ntarget: builtin://echo\nscenarios:\n"
	for i := range 7 {
		suite += fmt.Sprintf("- {name: number %d, steps: [connect, {send: a}, {expect: {message: a}}]}\n", i)
	}
	shell := func(dir, command string, env []string) (int, string) {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
		cmd.Dir = dir
		cmd.Env = append(append(os.Environ(), "DUOLOGUE_TEST_MAIN=1", "PATH="+bin+":"+os.Getenv("PATH")), env...)
		out, _ := cmd.CombinedOutput() // the exit code says more
		return cmd.ProcessState.ExitCode(), string(out)
	}
	folder := func() string {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "suites"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "suites", "s.yaml"), []byte(suite), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for _, s := range services() {
		t.Run(s.section, func(t *testing.T) {
			_, commands := ofCI(t, string(text), s.section)
			runs, merged := 0, t.TempDir()
			var shards []int
			for _, command := range commands {
				if !strings.HasPrefix(command, "duologue run ") {
					continue
				}
				for k := range 3 {
					runs++
					dir := folder()
					line := strings.NewReplacer(s.text(k)...).Replace(command)
					if code, out := shell(dir, line, s.env(k)); code != exitPassed || !strings.Contains(out, fmt.Sprintf(", shard %d of 3\n", k+1)) {
						t.Errorf("%s ends with %d:\n%s", line, code, out)
					}
					traces, err := filepath.Glob(filepath.Join(dir, "*trace*.json"))
					if inner, _ := filepath.Glob(filepath.Join(dir, "results", "trace.json")); inner != nil {
						traces = append(traces, inner...)
					}
					if err != nil || len(traces) != 1 {
						t.Fatalf("%s writes the traces %v", line, traces)
					}
					r, err := readTrace(traces[0])
					if err != nil {
						t.Fatal(err)
					}
					shards = append(shards, r.Shard.Index)
					to := filepath.Join(merged, filepath.Base(traces[0]))
					if filepath.Base(to) == "trace.json" { // Azure has a folder for each
						to = filepath.Join(merged, fmt.Sprintf("trace-%d-1", k+1), "trace.json")
					}
					if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
						t.Fatal(err)
					}
					if err := os.Rename(traces[0], to); err != nil {
						t.Fatal(err)
					}
				}
			}
			if !slices.Equal(shards, []int{1, 2, 3}) {
				t.Errorf("its jobs perform the shards %v", shards)
			}
			for _, command := range commands {
				line := strings.NewReplacer(s.text(0)...).Replace(command)
				if strings.HasPrefix(command, "duologue run ") {
					continue
				}
				if code, out := shell(merged, line, s.env(0)); code != exitPassed || !strings.Contains(out, "\n7 passed in ") {
					t.Errorf("%s ends with %d:\n%s", line, code, out)
				}
			}
			if runs != 3 {
				t.Errorf("its snippet has %d commands that run suites: %q", runs/3, commands)
			}
		})
	}
	t.Run("elsewhere", func(t *testing.T) {
		_, table, _ := strings.Cut(string(text), "\n## Shards elsewhere\n")
		rows := regexp.MustCompile("(?m)^\\| .* \\| `(\"[^`]*\")` \\|$").FindAllStringSubmatch(table, -1)
		first := map[string]string{"BITBUCKET_PARALLEL_STEP": "0", "BUILDKITE_PARALLEL_JOB": "0", "JOB_COMPLETION_INDEX": "0", "SEMAPHORE_JOB_INDEX": "1"}
		dir := folder()
		for _, row := range rows {
			env := []string{"BITBUCKET_PARALLEL_STEP_COUNT=3", "BUILDKITE_PARALLEL_JOB_COUNT=3", "SEMAPHORE_JOB_COUNT=3"}
			for name, n := range first {
				env = append(env, name+"="+n)
			}
			if code, out := shell(dir, "duologue run suites --list --shard "+row[1], env); code != exitPassed || !strings.HasSuffix(out, "3 of 7 scenarios, shard 1 of 3\n") {
				t.Errorf("%s ends with %d:\n%s", row[1], code, out)
			}
		}
		if len(rows) != len(first) {
			t.Errorf("the table has %d rows, want %d", len(rows), len(first))
		}
	})
}

// actionlint, where it is installed, has nothing to say to the workflow of the page, and does see a mistake.
func TestCIWorkflow(t *testing.T) {
	lint, err := exec.LookPath("actionlint")
	if err != nil {
		t.Skip("actionlint is not installed (go install github.com/rhysd/actionlint/cmd/actionlint)")
	}
	text, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	workflow, _ := ofCI(t, string(text), "GitHub Actions")
	for name, tt := range map[string]struct {
		text string
		ok   bool
	}{"as it is": {workflow, true}, "an unknown variable": {strings.Replace(workflow, "matrix.shard", "matrix.shrad", 1), false}, "an unknown key": {strings.Replace(workflow, "needs:", "need:", 1), false}} {
		cmd := exec.CommandContext(t.Context(), lint, "-no-color", "-")
		cmd.Stdin = strings.NewReader(tt.text)
		if out, err := cmd.CombinedOutput(); (err == nil) != tt.ok {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
