package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every row is a command line, with its exit code and a part of what it prints.
// DIR stands for a folder with the suites below.
func TestCommandLine(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"two.yaml":           twoVerdicts,
		"in/right.yaml":      "suite: Right\ntarget: builtin://echo\nvars: {greeting: hi}\nscenarios:\n  - name: it\n    steps: [connect, {send: \"${vars.greeting}\"}, {expect: {message: hi}}]\n",
		"skipped.yaml":       "target: builtin://echo\nscenarios:\n  - {name: it, skip: not now, steps: [connect]}\n",
		"broken.yaml":        "target: builtin://echo\nscenarios:\n  - {name: it, steps: [connect, {set: {n: 0}}, {send: \"${1 / vars.n}\"}]}\n",
		"empty.yaml":         "",
		"none.yaml":          "suite: none\nscenarios: []\n",
		"mistyped.yaml":      "target: builtin://echo\nscenarios:\n  - {name: it, stesp: [connect]}\n",
		"nothing/a.txt":      "",
		"keeps.yaml":         "suite: keeps\ntarget: builtin://echo\nscenarios:\n  - {name: hears, steps: [{connect: {url: \"builtin://echo\", dialect: voximplant}}, {expect: media_started, as: heard}]}\n  - {name: lists, steps: [connect, {assert: {\"len(events('main', 'pong'))\": 0}}]}\n  - {name: neither, steps: [connect]}\n",
		"mixed/right.yaml":   "target: builtin://echo\nscenarios:\n  - name: it\n    steps: [connect, {send: hi}, {expect: {message: hi}}]\n",
		"mixed/compose.yml":  "services: {bot: {image: bot}}\nsecrets: {token: {file: t}}\n",
		"mixed/ci/work.yaml": "name: ci\non: [push]\nenv: {A: b}\njobs: {}\n",
		"others/compose.yml": "services: {}\n",
		"typo/it.yaml":       "target: builtin://echo\nscenaros:\n  - {name: it, steps: [connect]}\n",
		"blank/it.yaml":      "# nothing yet\n",
		"env.yaml":           "target: builtin://echo\nsecrets: [DUOLOGUE_TEST_UNSET]\nscenarios:\n  - {name: it, steps: [connect, {send: \"${env.DUOLOGUE_TEST_UNSET}\"}]}\n  - {name: none, steps: [connect]}\n",
		"vars.yaml":          "greeting: hi\n",
		"vars-list.yaml":     "greeting: [hi]\n",
		"vars-payload.json":  `{"greeting": {"text": "hi", "fragments": [1]}}`,
		"vars-trap.yaml":     "greeting: 012\n",
		"typed.yaml":         "target: builtin://echo\nvars: {n: 5, more: {a: [5, null, true], $$b: \"$${x}\"}}\nscenarios:\n  - {name: it, steps: [connect, {assert: {vars.n: 5, vars.more: {$exact: {a: [5, null, true], $$b: \"$${x}\"}}}}, {send: hello}, {expect: {message: {size: \"${vars.n}\"}}}]}\n",
		"typed-vars.yaml":    "n: 5\nmore: {a: [5, null, true], $b: '${x}'}\n",
		"list.json":          "[]",
		"broken.json":        "{",
		"wrong.env":          "A=1\nsecret\n",
		"right.env":          "DUOLOGUE_TEST_FILED='long $enough'\nDUOLOGUE_TEST_SET=of the file\n",
		"filed.yaml":         "target: builtin://echo\nenv: [DUOLOGUE_TEST_SET]\nsecrets: [DUOLOGUE_TEST_FILED]\nscenarios:\n  - {name: it, steps: [connect, {send: \"${env.DUOLOGUE_TEST_SET}\"}, {expect: {message: before}}, {send: \"${env.DUOLOGUE_TEST_FILED}\"}, {expect: {message: long $enough}}]}\n",
		"file-as-folder":     "",
		"baseline.json":      "{}",
		"bad-target.yaml":    "target: http://x\nscenarios:\n  - {name: it, steps: [connect]}\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("DUOLOGUE_TEST_SET", "before")
	unset(t, "DUOLOGUE_TEST_FILED")
	tests := []struct {
		line string
		code int
		says string
	}{
		{"", exitPassed, "COMMANDS"},
		{"--version", exitPassed, "duologue version"},
		{"rnu DIR/two.yaml", exitUsage, `unknown command "rnu"; did you mean "run"?`},
		{"run", exitUsage, "no suite named"},
		{"run DIR/nowhere.yaml", exitUsage, "no such file"},
		{"run DIR/nothing", exitUsage, "no .yaml file below"},
		{"run DIR/mixed", exitPassed, "1 passed"},
		{"run DIR/mixed", exitPassed, "2 other files are no suite"},
		{"check DIR/mixed", exitPassed, "1 scenario, no problems\n2 other files are no suite\n"},
		{"check DIR/mixed -v", exitPassed, "DIR/mixed/ci/work.yaml"},
		{"check DIR/keeps.yaml -v", exitPassed, "keeps › hears: keeps the audio that comes\n  keeps › lists: keeps each pong\n  keeps › neither: keeps nothing\n"},
		{"check DIR/mixed DIR/mixed/compose.yml", exitUsage, "compose.yml:1:1"},
		{"check DIR/others", exitUsage, "1 YAML file has none of the keys of a suite, such as scenarios"},
		{"check DIR/typo", exitUsage, `unknown key "scenaros"`},
		{"check DIR/blank", exitUsage, "the file is empty"},
		{"check DIR/env.yaml", exitUsage, "env.yaml:2:11: the environment variable DUOLOGUE_TEST_UNSET is not set"},
		{"check DIR/env.yaml --no-env", exitPassed, "2 scenarios, no problems"},
		{"run DIR/env.yaml --name none", exitPassed, "1 passed"},
		{"run DIR/env.yaml --no-env", exitUsage, "no-env"},
		{"run DIR/empty.yaml", exitUsage, "empty.yaml:1:1: the file is empty"},
		{"run DIR/none.yaml", exitUsage, "none.yaml:1:1: the suite has no scenarios"},
		{"run DIR/mistyped.yaml", exitUsage, `mistyped.yaml:3:16: unknown key "stesp"`},
		{"run DIR/bad-target.yaml", exitUsage, `bad-target.yaml:1:9: "http://x" is no address of a WebSocket server`},
		{"run DIR/in", exitPassed, "1 passed"},
		{"run DIR/in DIR/in/right.yaml DIR/in/../in/right.yaml DIR/in/right.yaml:5", exitPassed, "1 passed in"},
		{"run DIR/two.yaml", exitFailed, "1 passed, 1 failed"},
		{"run DIR/two.yaml:4", exitPassed, "1 passed in"},
		{"run DIR/two.yaml:9", exitFailed, "1 failed"},
		{"run DIR/two.yaml:1", exitUsage, "two.yaml:1: no scenario stands at this line"},
		{"run DIR/two.yaml:99", exitUsage, "there is no line 99"},
		{"run DIR/two.yaml:x", exitUsage, "no such file"},
		{"run DIR/skipped.yaml", exitUsage, "1 skipped"},
		{"run DIR/broken.yaml", exitError, "broken.yaml:3:58"},
		{"run DIR/in --var greeting", exitUsage, "is not NAME=VALUE"},
		{"run DIR/in --var greetings=hi", exitUsage, `did you mean "greeting"?`},
		{"run DIR/in --var greeting=yo", exitFailed, "this is not the message that came"},
		{"run DIR/in --vars-file DIR/vars.yaml", exitPassed, "1 passed"},
		{"run DIR/in --vars-file DIR/vars-list.yaml", exitUsage, "a list of 1 cannot stand in text"},
		{"run DIR/in --vars-file DIR/vars-payload.json", exitPassed, "1 passed"},
		{"run DIR/in --vars-file DIR/vars-trap.yaml", exitUsage, `vars-trap.yaml:1:11: "012" is a number to some YAML readers`},
		{"run DIR/in --vars-file DIR/broken.json", exitUsage, "read DIR/broken.json: it ends too early"},
		{"run DIR/in --vars-file DIR/list.json", exitUsage, "read DIR/list.json: expected an object of variables"},
		{"run DIR/in --vars-file DIR/file-as-folder", exitUsage, "file-as-folder:1:1: the file is empty"},
		{"run DIR/in --var-json greeting=\"hi\"", exitPassed, "1 passed"},
		{"run DIR/in --var-json greeting={\"text\":\"hi\",\"fragments\":[1]}", exitPassed, "1 passed"},
		{"run DIR/in --var-json greeting={\"txet\":\"hi\"}", exitUsage, "a mapping cannot stand in text"},
		{"run DIR/in --var-json greeting=5", exitFailed, "this is not the message that came"},
		{"run DIR/typed.yaml --var-json n=5", exitPassed, "1 passed"},
		{"run DIR/typed.yaml --var n=5", exitUsage, `message.size is a number, never "5"`},
		{"run DIR/typed.yaml --var n=5", exitUsage, "--var gives text, and --var-json other values"},
		{"run DIR/typed.yaml --vars-file DIR/typed-vars.yaml", exitPassed, "1 passed"},
		{"run DIR/typed.yaml --vars-file DIR/typed-vars.yaml --var-json n=6", exitFailed, "vars.n is not as asked"},
		{"run DIR/typed.yaml --vars-file DIR/typed-vars.yaml --var-json more={\"${a}\":5}", exitFailed, "vars.more is not as asked"},
		{"run DIR/in --var-json greeting=hi", exitUsage, "--var-json greeting: it is no JSON"},
		{"run DIR/in --var-json greeting", exitUsage, "is not NAME=JSON"},
		{"run DIR/in --var-json greeting=\"a\" --var greeting=b", exitUsage, "--var gives it a value too"},
		{"run DIR/in --var-json greetings=1", exitUsage, `did you mean "greeting"?`},
		{"run DIR/in --env-file DIR/nowhere.env", exitUsage, "no such file"},
		{"run DIR/in --env-file DIR/wrong.env", exitUsage, "--env-file: DIR/wrong.env:2: expected NAME=VALUE"},
		{"check DIR/filed.yaml --env-file DIR/right.env", exitPassed, "1 scenario"},
		{"run DIR/filed.yaml --env-file DIR/right.env", exitPassed, "1 passed"},
		{"run DIR/filed.yaml --env-file DIR/right.env --junit DIR/right.env", exitUsage, "DIR/right.env is read by this command"},
		{"run DIR/in --vars-file DIR/nowhere.yaml", exitUsage, "no such file"},
		{"run DIR/in --target http://x", exitUsage, `duologue: --target "http://x" is no address of a WebSocket server; did you mean "ws://x"?`},
		{"check DIR/in --target localhost:80/a", exitUsage, `did you mean "ws://localhost:80/a"?`},
		{"run DIR/in --target foo://x", exitUsage, `--target "foo://x" is no address of a WebSocket server; such as`},
		{"conformance https://x", exitUsage, `duologue: "https://x" is no address of a WebSocket server; did you mean "wss://x"?`},
		{"run DIR/in --target builtin://ehco", exitUsage, `did you mean "echo"?`},
		{"run DIR/in --target builtin://echo --target=builtin://slow", exitUsage, "--target is given twice"},
		{"run DIR/two.yaml --name right --tags !slow", exitPassed, "1 passed in"},
		{"run DIR/two.yaml --name (", exitUsage, "--name: error parsing regexp"},
		{"run DIR/two.yaml --name nobody", exitUsage, "no scenario is selected"},
		{"run DIR/two.yaml --tags slow", exitUsage, "no scenario is selected"},
		{"run DIR/in --tags !", exitUsage, "empty tag"},
		{"run DIR/in --jobs 0", exitUsage, "--jobs 0"},
		{"run DIR/in --jobs x", exitUsage, `invalid value "x" for flag -jobs`},
		{"run DIR/in --repeat 0", exitUsage, "--repeat 0 is not between"},
		{"run DIR/in --max-lateness 5", exitUsage, `invalid value "5" for flag -max-lateness`},
		{"run DIR/in --max-lateness 0s", exitUsage, "--max-lateness 0s"},
		{"run DIR/in --memory much", exitUsage, `--memory: "much" is not a number of octets`},
		{"run DIR/in --memory 1000KiB", exitUsage, "--memory: 1024000 octets are too few"},
		{"run DIR/in --memory 2GiB", exitPassed, ""},
		{"conformance ws://127.0.0.1:1 --memory -1MiB", exitUsage, `--memory: "-1MiB" is not a number of octets`},
		{"run DIR/in --root DIR/nowhere", exitUsage, "open root"},
		{"run DIR/in --bogus", exitUsage, "flag provided but not defined: -bogus"},
		{"run DIR/in --junit DIR/file-as-folder/x.xml", exitUsage, "--junit: write DIR/file-as-folder/x.xml: "},
		{"run DIR/in --trace DIR/in", exitUsage, "--trace: write DIR/in: it is a folder"},
		{"run DIR/in --artifacts DIR/file-as-folder", exitUsage, "--artifacts: write DIR/file-as-folder: "},
		{"run DIR/in --junit DIR/in/right.yaml", exitUsage, "--junit: DIR/in/right.yaml is read by this command, and would be overwritten"},
		{"run DIR/in --vars-file DIR/vars.yaml --trace DIR/vars.yaml", exitUsage, "DIR/vars.yaml is read by this command"},
		{"run DIR/in --junit DIR/x --trace DIR/in/../x", exitUsage, "--trace: DIR/in/../x is what --junit writes"},
		{"conformance builtin://protocol --case 1.1.1 --junit DIR/x --json DIR/x", exitUsage, "--json: DIR/x is what --junit writes"},
		{"conformance builtin://protocol --case 1.1.1 --json DIR", exitUsage, "--json: write DIR: it is a folder"},
		{"run DIR/in --baseline DIR/nowhere.json", exitUsage, "no such file"},
		{"run DIR/two.yaml --shard 1/2", exitPassed, "1 passed in"},
		{"run DIR/two.yaml --shard 2/2", exitFailed, ", shard 2 of 2\n"},
		{"run DIR/two.yaml --shard 3/3", exitPassed, "nothing to perform: none of the 2 scenarios is in this shard in"},
		{"run DIR/two.yaml --shard 1/1 --name right", exitPassed, "1 passed in"},
		{"run DIR/two.yaml --shard 0/3", exitUsage, "--shard 0/3: the first of 3 is 1/3"},
		{"run DIR/two.yaml --shard 4/3", exitUsage, "--shard 4/3: the last of 3 is 3/3"},
		{"run DIR/two.yaml --shard 1/0", exitUsage, "the number of shards is not between 1 and 10000"},
		{"run DIR/two.yaml --shard 1/99999", exitUsage, "the number of shards is not between 1 and 10000"},
		{"run DIR/two.yaml --shard 1", exitUsage, `--shard "1" is not I/N, such as 1/3`},
		{"run DIR/two.yaml --shard -1/3", exitUsage, "is not I/N"},
		{"run DIR/two.yaml --shard=", exitUsage, `--shard "" is not I/N`},
		{"run DIR/two.yaml --shard /3", exitUsage, "is not I/N"},
		{"run DIR/two.yaml --shard 1/3x", exitUsage, "is not I/N"},
		{"run DIR/two.yaml --shard 2/2 --name nobody", exitUsage, "no scenario is selected"},
		{"run DIR/skipped.yaml --shard 1/2", exitUsage, "1 skipped"},
		{"run DIR/skipped.yaml --shard 2/2", exitUsage, "nothing to perform"},
		{"run DIR/skipped.yaml DIR/in --shard 1/2", exitPassed, "1 skipped in"},
		{"run DIR/skipped.yaml DIR/in --shard 2/2", exitPassed, "1 passed in"},
		{"run DIR/two.yaml --fail-fast --jobs 1", exitFailed, "1 passed, 1 failed"},
		{"run DIR/two.yaml:9 DIR/in --fail-fast --jobs 1", exitFailed, "1 failed, 1 skipped in"},
		{"run DIR/two.yaml:9 DIR/in --max-failures 1 --jobs 1", exitFailed, "note: not performed, since 1 had failed: 1 of 2 scenarios\n"},
		{"run DIR/two.yaml:9 DIR/in --max-failures 2 --jobs 1", exitFailed, "1 passed, 1 failed in"},
		{"run DIR/two.yaml --max-failures 0", exitUsage, "--max-failures 0: at least one has to fail"},
		{"run DIR/two.yaml --max-failures 2 --fail-fast", exitUsage, "--fail-fast is --max-failures 1"},
		{"run DIR/two.yaml --list", exitPassed, "DIR/two.yaml:4  Two verdicts › right\nDIR/two.yaml:9  Two verdicts › wrong\n2 scenarios\n"},
		{"run DIR/two.yaml --list --name wrong", exitPassed, "DIR/two.yaml:9  Two verdicts › wrong\n1 scenario\n"},
		{"run DIR/two.yaml --list --shard 2/3", exitPassed, "DIR/two.yaml:9  Two verdicts › wrong\n1 of 2 scenarios, shard 2 of 3\n"},
		{"run DIR/two.yaml --list --shard 3/3", exitPassed, "0 of 2 scenarios, shard 3 of 3\n"},
		{"run DIR/skipped.yaml --list", exitPassed, "DIR/skipped.yaml:3  skipped.yaml › it  skip: not now\n1 scenario\n"},
		{"run DIR/two.yaml --list --shard 4/3", exitUsage, "the last of 3 is 3/3"},
		{"run DIR/mistyped.yaml --list", exitUsage, `unknown key "stesp"`},
		{"run DIR/two.yaml --list --name nobody", exitUsage, "no scenario is selected"},
		{"run DIR/two.yaml --list --jobs 0", exitUsage, "--jobs 0"},
		{"check DIR/in", exitPassed, "1 scenario, no problems"},
		{"check DIR/mistyped.yaml", exitUsage, `did you mean "steps"?`},
		{"schema", exitPassed, "$defs"},
		{"schema x", exitUsage, "takes no arguments"},
		{"dialects", exitPassed, "voximplant"},
		{"dialects twillio", exitUsage, `did you mean "twilio"?`},
		{"serve x", exitUsage, "takes no arguments"},
		{"serve --listen 999", exitError, "missing port in address"},
		{"audio DIR/vars.yaml", exitUsage, "this is not a WAV file"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			args := strings.Fields(strings.ReplaceAll(tt.line, "DIR", dir))
			if len(args) > 0 && args[0] == "run" && !strings.Contains(tt.line, "--root") {
				args = append(args, "--root", dir)
				if !strings.Contains(tt.line, "--max-lateness") {
					args = append(args, "--max-lateness", "1h")
				}
			}
			var out bytes.Buffer
			if code := run(t.Context(), args, nil, &out, &out); code != tt.code || !strings.Contains(out.String(), strings.ReplaceAll(tt.says, "DIR", dir)) {
				t.Errorf("exit code %d, want %d and %q:\n%s", code, tt.code, tt.says, out.String())
			}
		})
	}
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
