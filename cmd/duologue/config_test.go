package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Defaults of flags come from the duologue.yaml of the working directory, or from the file
// that --config names, and from nowhere else. The command line comes first.
func TestConfig(t *testing.T) {
	const (
		suite  = "target: builtin://echo\nvars: {say: hi}\nscenarios:\n- {name: it, steps: [connect, {send: '${vars.say}'}, {expect: {message: '${vars.say}'}}]}\n"
		starts = "services: {a: {command: [sleep, '1000'], ready: started}}\n" + suite
	)
	for _, tt := range []struct {
		name   string
		config string // of the working directory; "" for none
		line   string
		code   int
		says   string
	}{
		{"none", "", "run suites/starts.yaml", exitUsage, "done only with --allow-run"},
		{"allowed", "allow_run: true\n", "run suites/starts.yaml", exitPassed, "1 passed"},
		{"not allowed", "allow_run: false\n", "run suites/starts.yaml", exitUsage, "done only with --allow-run"},
		{"the command line", "allow_run: true\n", "run suites/starts.yaml --allow-run=false", exitUsage, "done only with --allow-run"},
		{"named", "", "run suites/starts.yaml --config other/duologue.yaml", exitPassed, "1 passed"},
		{"named instead", "allow_run: 1\n", "run suites/starts.yaml --config other/duologue.yaml", exitPassed, "1 passed"},
		{"named, and not there", "", "run suites/plain.yaml --config none.yaml", exitUsage, "--config: "},
		{"beside the suites", "", "run allowing", exitUsage, "done only with --allow-run"},
		{"above the suites", "", "run allowing/sub/starts.yaml", exitUsage, "done only with --allow-run"},
		{"never a suite", "jobs: 1\n", "run .", exitUsage, "suites/starts.yaml:1"},
		{"check", "allow_run: true\njobs: 1\nrepeat: 2\n", "check suites/starts.yaml", exitPassed, "1 scenario, no problems"},
		{"texts", "junit: out/junit.xml\nmax_lateness: 10s\nmemory: 1MiB\nseed: 7\n", "run suites/plain.yaml", exitPassed, "1 passed"},
		{"lists", "tags: ['!it', other]\n", "run suites/plain.yaml", exitUsage, "no scenario is selected"},
		{"one of a list", "tags: other\n", "run suites/plain.yaml", exitUsage, "no scenario is selected"},
		{"variables", "var: {say: ho}\nverbose: true\n", "run suites/plain.yaml", exitPassed, "message ho"},
		{"variables, and the command line", "var: {say: ho}\nverbose: true\n", "run suites/plain.yaml --var say=ha", exitPassed, "message ha"},
		{"a variable in JSON", "var_json: {say: {json: {a: [1, null, '${x}']}}}\nverbose: true\n", "run suites/plain.yaml", exitPassed, `message {"a":[1,null,"${x}"]}`},
		{"variables in JSON, each a text", "var_json: ['say=\"ho\"']\nverbose: true\n", "run suites/plain.yaml", exitPassed, "message ho"},
		{"a variable in JSON that readers take for another", "var_json: {say: 012}\n", "run suites/plain.yaml", exitUsage, `duologue.yaml:1:17: "012" is a number to some YAML readers`},
		{"a figure that cannot be", "repeat: 0\n", "run suites/plain.yaml", exitUsage, "--repeat 0 is not between"},
		{"misspelled", "alow_run: true\n", "run suites/plain.yaml", exitUsage, "duologue.yaml:1:1: no flag of `run` is called \"alow_run\"\n  |\n1 | alow_run: true\n  | ^~~~~~~~\n  = hint: did you mean \"allow_run\"?"},
		{"itself", "config: a.yaml\n", "run suites/plain.yaml", exitUsage, `called "config"`},
		{"no flag", "jobs: many\n", "run suites/plain.yaml", exitUsage, `duologue.yaml:1:7: expected a whole number, found "many"`},
		{"no duration", "max_lateness: 5\n", "run suites/plain.yaml", exitUsage, `duologue.yaml:1:15: expected a duration, such as 5ms, found "5"`},
		{"no truth", "strict: 'yes'\n", "run suites/plain.yaml", exitUsage, `duologue.yaml:1:9: expected true or false`},
		{"no mapping", "- jobs\n", "run suites/plain.yaml", exitUsage, "duologue.yaml:1:1: expected a mapping of flags to their defaults"},
		{"no number", "jobs: 99999999999999999999\n", "check suites/plain.yaml", exitUsage, "duologue.yaml:1:7: expected a whole number"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			for name, text := range map[string]string{
				"suites/starts.yaml": starts, "suites/plain.yaml": suite, "allowing/starts.yaml": starts, "allowing/sub/starts.yaml": starts,
				"allowing/duologue.yaml": "allow_run: true\n", "other/duologue.yaml": "allow_run: true\nroot: ..\n", "out/x": "", configFile: tt.config,
			} {
				if name == configFile && text == "" {
					continue
				}
				if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var out bytes.Buffer
			code := run(t.Context(), strings.Fields(tt.line), nil, &out, &out)
			if code != tt.code || !strings.Contains(out.String(), tt.says) {
				t.Errorf("exit code %d, want %d, and %q:\n%s", code, tt.code, tt.says, out.String())
			}
			if _, err := os.Stat("out/junit.xml"); tt.name == "texts" && err != nil {
				t.Error(err)
			}
		})
	}
}

// Paths in the file are relative to it, and its folder is the root of suites.
func TestConfigElsewhere(t *testing.T) {
	unset(t, "DUOLOGUE_TEST_FILED")
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"there/duologue.yaml": "trace: trace.json\nvars_file: vars.yaml\nenv_file: its.env\n", "there/vars.yaml": "say: ho\n", "there/its.env": "DUOLOGUE_TEST_FILED=there\n", "there/said.txt": "ho",
		"there/s/s.yaml": "target: builtin://echo\nvars: {say: hi}\nenv: [DUOLOGUE_TEST_FILED]\nscenarios:\n- {name: it, steps: [connect, {send: {file: ../said.txt}}, {expect: {message: '${vars.say}'}}, {send: '${env.DUOLOGUE_TEST_FILED}'}, {expect: {message: there}}]}\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("here", 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir("here")
	var out bytes.Buffer
	if code := run(t.Context(), []string{"run", "../there/s/s.yaml", "--config", "../there/duologue.yaml"}, nil, &out, &out); code != exitPassed {
		t.Errorf("exit code %d\n%s", code, out.String())
	}
	if _, err := os.Stat("../there/trace.json"); err != nil {
		t.Error(err)
	}
}
