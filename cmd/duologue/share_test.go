package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The list as JSON is for programs: what can be performed by file and line, and nothing besides.
func TestListAsJSON(t *testing.T) {
	inFolder(t, map[string]string{"a.yaml": "suite: A\ntags: [x]\nsecrets: [DUOLOGUE_TEST_WORD]\ntarget: builtin://echo\nscenarios:\n" +
		"- {name: 'row ${matrix.n} <b>', matrix: {n: [1, 2]}, tags: [y], steps: [connect]}\n- {name: 'the ${env.DUOLOGUE_TEST_WORD}', skip: not now, steps: [connect]}\n"})
	t.Setenv("DUOLOGUE_TEST_WORD", "open sesame")
	type entry struct {
		Suite, Name, File string
		Line              int
		Tags              []string
		Skip              string
	}
	want := []entry{
		{"A", "row 1 <b>", "a.yaml", 6, []string{"x", "y"}, ""}, {"A", "row 2 <b>", "a.yaml", 6, []string{"x", "y"}, ""}, {"A", "the ***", "a.yaml", 7, []string{"x"}, "not now"},
	}
	for line, want := range map[string][]entry{"run a.yaml --list-json": want, "run a.yaml --list --list-json --shard 2/2": want[1:2], "run a.yaml --list-json --shard 9/9": {}} {
		code, out := done(t, line)
		var got []entry
		if err := json.Unmarshal([]byte(out), &got); code != exitPassed || err != nil {
			t.Errorf("%s ends with %d: %v\n%s", line, code, err, out)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
	}
	if _, out := done(t, "run a.yaml --list"); strings.Contains(out, "sesame") {
		t.Errorf("the list tells a secret:\n%s", out)
	}
}

// A list performs and writes nothing, whatever else is asked for.
func TestListWritesNothing(t *testing.T) {
	inFolder(t, map[string]string{"two.yaml": twoVerdicts, "duologue.yaml": "trace: out/trace.json\nartifacts: kept\nwait_for: x\n"})
	if err := os.WriteFile("duologue.yaml", []byte("trace: out/trace.json\nartifacts: kept\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := done(t, "run two.yaml --list --junit out/junit.xml --wait-for tcp://127.0.0.1:1 --target ws://127.0.0.1:1"); code != exitPassed {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	left, err := os.ReadDir(".")
	if err != nil || len(left) != 2 {
		t.Errorf("%d files are there, want 2: %v", len(left), err)
	}
}

// The shares of a run, performed on as many machines, are merged into the whole run: its reports have the same scenarios
// in the same order. A share that is missing is told, and is no pass.
func TestSharesAreTheWhole(t *testing.T) {
	files := map[string]string{"b.yaml": strings.Replace(twoVerdicts, "goodbye", "hello", 1)}
	var many strings.Builder
	many.WriteString("suite: Many\ntarget: builtin://echo\nserial: true\nscenarios:\n")
	for i := range 5 {
		fmt.Fprintf(&many, "- {name: number %d, steps: [connect, {send: a}, {expect: {message: a}}]}\n", i)
	}
	files["c.yaml"] = many.String()
	files["a.yaml"] = strings.Replace(strings.Replace(many.String(), "serial: true\n", "", 1), "Many", "Others", 1)
	inFolder(t, files)
	if code, out := done(t, "run . --trace whole.json --seed 7"); code != exitPassed {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	for i := 1; i <= 3; i++ {
		if code, out := done(t, fmt.Sprintf("run . --shard %d/3 --trace shard%d.json --seed 7", i, i)); code != exitPassed {
			t.Fatalf("shard %d ends with %d\n%s", i, code, out)
		}
	}
	names := func(line string) (int, []string, string) {
		code, out := done(t, line)
		var list []string
		for text := range strings.Lines(out) {
			if verdict, rest, ok := strings.Cut(text, "  "); ok && verdict == "pass" {
				name, _, _ := strings.Cut(rest, " (")
				list = append(list, name)
			}
		}
		return code, list, out
	}
	_, want, _ := names("report whole.json")
	for _, order := range []string{"shard1.json shard2.json shard3.json", "shard3.json shard1.json shard2.json"} {
		if code, got, out := names("report " + order); code != exitPassed || !cmp.Equal(want, got) || len(got) != 12 {
			t.Errorf("exit code %d, (-whole +merged):\n%s\n%s", code, cmp.Diff(want, got), out)
		}
	}
	for _, tt := range []struct{ line, says string }{
		{"report shard1.json shard3.json --junit some.xml --ctrf some.json", "ERROR shards › shard 2 of 3: it is not among the traces"},
		{"report shard2.json", "duologue: shards 1, 3 of 3 are not among the traces"},
	} {
		if code, out := done(t, tt.line); code != exitError || !strings.Contains(out, tt.says) {
			t.Errorf("%s ends with %d, want %d and %q:\n%s", tt.line, code, exitError, tt.says, out)
		}
	}
	some := contents(t, "some.xml", "some.json")
	if !strings.Contains(some["some.xml"], `<error message="it is not among the traces"`) || !strings.Contains(some["some.json"], `"shard": "without shard 2 of 3"`) {
		t.Errorf("the reports do not tell of the missing share:\n%s\n%s", some["some.xml"], some["some.json"])
	}
	if code, out := done(t, "report shard1.json whole.json"); code != exitUsage || !strings.Contains(out, "performed twice") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GITHUB_STEP_SUMMARY", "")
	if code, out := done(t, "report shard1.json shard3.json"); code != exitError || !strings.Contains(out, "\n::error title=shards › shard 2 of 3 (error)::it is not among the traces\n") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// A share of which no figure stands in the baseline is no error, as another has them. A whole run without any is.
func TestShareAgainstABaseline(t *testing.T) {
	inFolder(t, map[string]string{"measured.yaml": measured + "  - {name: says nothing, steps: [connect, {send: a}, {expect: {message: a}}]}\n"})
	if code, out := done(t, "run measured.yaml --trace main.json"); code != exitPassed {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	for line, want := range map[string]int{
		"run measured.yaml --baseline main.json --baseline-guard 1s --shard 1/3": exitPassed,
		"run measured.yaml --baseline main.json --baseline-guard 1s --shard 2/3": exitPassed,
		"run measured.yaml --baseline main.json --baseline-guard 1s --shard 3/3": exitPassed,
		"run measured.yaml --baseline main.json --name nothing":                  exitError,
	} {
		if code, out := done(t, line); code != want {
			t.Errorf("%s ends with %d, want %d\n%s", line, code, want, out)
		}
	}
}
