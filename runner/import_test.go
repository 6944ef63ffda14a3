package runner_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
)

// imported performs a suite that imports others, and gives a line for each of its scenarios.
func imported(t *testing.T, files map[string]string, change func(*suitetest.Options)) ([]string, *trace.Run) {
	t.Helper()
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	var run *trace.Run
	suitetest.Fake(t, func(t *testing.T, o suitetest.Options) {
		o.Files, o.LookupEnv = tree, func(name string) (string, bool) { return "of " + name, strings.HasPrefix(name, "SET") }
		if change != nil {
			change(&o)
		}
		var problems diag.List
		p := suitetest.Prepare([]plan.Selection{{File: "s/main.yaml"}}, o, &problems)
		if !problems.Empty() {
			t.Errorf("%v", problems.Err())
			return
		}
		run = p.Run(context.Background())
	})
	if run == nil {
		t.FailNow()
	}
	var out []string
	for _, s := range run.Suites {
		for _, sc := range s.Scenarios {
			line := fmt.Sprintf("%s › %s %v: %s", s.Name, sc.Name, sc.Tags, sc.Verdict)
			for _, p := range sc.Problems {
				line += fmt.Sprintf(", %s:%d: %s", p.Diagnostic.Pos.File, p.Diagnostic.Pos.Line, p.Diagnostic.Message)
			}
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return out, run
}

// A suite performs the scenarios of others, each time against another target. A scenario that
// has a target of its own keeps it.
func TestImportScenarios(t *testing.T) {
	const chat = `
suite: Chat
target: builtin://close?code=4000
tags: chat
vars: {word: hello, other: "${vars.word}!"}
sequences:
  say: {args: {what: null}, steps: [{send: "${args.what}"}, {expect: {message: "${args.what}"}}]}
scenarios:
  - name: it answers
    tags: [a]
    steps: [connect, {use: say, with: {what: "${vars.other}"}}, {assert: {vars.other: "%s!"}}]
  - name: it refuses
    target: builtin://reject?status=401
    steps: [connect, {expect: {error: {status: 401}}}]
`
	const main = `
suite: All
tags: all
target: builtin://echo
sequences:
  say: {steps: [{skip: another sequence of this name}]}
  said: {args: {what: null}, steps: [{send: "${args.what}"}, {expect: {message: "${args.what}"}}]}
`
	for _, tt := range []struct {
		name, main, chat string
		want             []string
	}{
		{"against targets of their own", main + `
import:
  - {scenarios: ../c/chat.yaml, target: builtin://echo, name: echo}
  - {scenarios: ../c/chat.yaml, target: "builtin://slow?delay=${vars.delay}", name: "slow for ${vars.delay}"}
vars: {delay: 10ms}
scenarios: [{name: mine, steps: [connect, {use: said, with: {what: x}}]}]
`, fmt.Sprintf(chat, "hello"), []string{
			"All › echo: it answers [all chat a]: passed", "All › echo: it refuses [all chat]: passed", "All › mine [all]: passed",
			"All › slow for 10ms: it answers [all chat a]: passed", "All › slow for 10ms: it refuses [all chat]: passed",
		}},
		{"against the target of their suite", main + "import: {scenarios: ../c/chat.yaml}\n", fmt.Sprintf(chat, "hello"), []string{
			"All › it answers [all chat a]: failed, c/chat.yaml:7: this is not the message that came", "All › it refuses [all chat]: passed",
		}},
		{"against that of the suite that imports them", main + "import: [scenarios: ../c/chat.yaml]\n", strings.Replace(fmt.Sprintf(chat, "hello"), "target: builtin://close?code=4000\n", "", 1), []string{
			"All › it answers [all chat a]: passed", "All › it refuses [all chat]: passed",
		}},
		{"with other variables", main + "vars: {word: bye}\nimport: [{scenarios: ../c/chat.yaml, target: builtin://echo}]\n", fmt.Sprintf(chat, "bye"), []string{
			"All › it answers [all chat a]: passed", "All › it refuses [all chat]: passed",
		}},
		{"with a server that is wrong", main + "import: [{scenarios: ../c/chat.yaml, target: \"builtin://echo?defect=echo-corrupt\"}]\n", fmt.Sprintf(chat, "hello"), []string{
			"All › it answers [all chat a]: failed, c/chat.yaml:7: this is not the message that came", "All › it refuses [all chat]: passed",
		}},
		{"with a sequence of the suite that imports them", main + "import: [{scenarios: ../c/chat.yaml, target: builtin://echo}]\n",
			"suite: c\nsequences: {late: {steps: [{use: said, with: {what: z}}]}}\nscenarios: [{name: it, steps: [connect, {use: late}]}]", []string{"All › it [all]: passed"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := imported(t, map[string]string{"s/main.yaml": tt.main, "c/chat.yaml": tt.chat}, nil)
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// Scenarios that are imported keep what their file says: its defaults, endpoints, dialect and
// the paths in it. What it does not say, they have from the suite that imports them. They do
// not see what the setup of that has left.
func TestImportKeeps(t *testing.T) {
	got, run := imported(t, map[string]string{
		"s/main.yaml": `
suite: All
target: builtin://echo
env: [SET_MAIN]
vars: {word: hi}
setup: [{set: {word: changed}}, {log: set}]
import: {scenarios: ../c/chat.yaml}
endpoints: {here: {}}
defaults:
  within: 1s
  order: per_kind
  unexpected: ignore
  listeners: [{name: hum, when: {message: hum}}, {name: mine, when: {message: mine}}]
  connect: {headers: {X-Main: m, X-Both: m}, protocols: [v1]}
scenarios: [{name: mine, steps: [{assert: {vars.word: changed}}]}]
`,
		"c/said.txt": "from the file",
		"c/chat.yaml": `
env: [SET_CHAT]
dialect: voximplant
endpoints: {own: {}}
defaults:
  unexpected: fail
  listeners: [{name: hum, when: {message: other}}]
  connect: {headers: {X-Both: c}}
scenarios:
  - name: what it says
    steps:
      - parallel:
          - on: client
            steps:
              - connect: {url: "${endpoints.own.url}"}
              - expect: {close: 1000}
          - steps:
              - accept: {endpoint: own, protocol: v1}
                as: asked
              - assert: {"asked.headers['x-main']": m, "asked.headers['x-both']": [c], asked.protocols: [v1], vars.word: hi, env.SET_MAIN: of SET_MAIN, env.SET_CHAT: of SET_CHAT}
              - close: {code: 1000}
              - expect: {close: {by: us}}
  - name: what it does not say
    steps:
      - connect: {protocols: []}
      - send: {file: said.txt}
      - send_ping: a
      - expect: {pong: a}
      - expect: {message: from the file}
      - send: mine
      - send: hum
      - expect: {message: hum}
  - name: what may not come
    steps:
      - connect: {protocols: []}
      - send: x
      - wait: 50ms
`,
	}, nil)
	want := []string{
		"All › mine []: passed",
		"All › what it does not say []: passed",
		"All › what it says []: passed",
		"All › what may not come []: failed, c/chat.yaml:33: a message came that no step expected",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if text := run.Sources["c/chat.yaml"]; !strings.Contains(text, "what it says") {
		t.Error("the text of the suite that is imported is not there for excerpts")
	}
}

// Scenarios that are imported have the line that the suite which imports them says, unless their
// file says one.
func TestImportedNetwork(t *testing.T) {
	const (
		chat = "scenarios:\n- {name: it, steps: [connect, {send: a, as: asked}, {expect: {message: a}, as: answer}, {assert: {answer.at - asked.at: {$lt: 1ms}}}]}\n"
		late = "failed, s/c.yaml:3: answer.at - asked.at is not as asked"
	)
	for _, tt := range []struct{ main, chat, want string }{
		{"", "", "passed"},
		{"defaults: {network: {latency: 1ms}}", "", late},
		{"defaults: {network: {latency: 1ms}}", "defaults: {within: 1s, network: none}", "passed"},
		{"defaults: {network: none}", "defaults: {network: {latency: 1ms}}", late},
		{"", "defaults: {network: {latency: 1ms}}", late},
	} {
		got, _ := imported(t, map[string]string{"s/main.yaml": "target: builtin://echo\nimport: {scenarios: c.yaml}\n" + tt.main, "s/c.yaml": tt.chat + "\n" + chat}, nil)
		if want := "main.yaml › it []: " + tt.want; len(got) != 1 || got[0] != want {
			t.Errorf("%s and %s: got %v, want %s", tt.main, tt.chat, got, want)
		}
	}
}

// The secrets of a suite that is imported are masked.
func TestImportedSecrets(t *testing.T) {
	got, run := imported(t, map[string]string{
		"s/main.yaml": "target: builtin://echo\nimport: {scenarios: c.yaml}\n",
		"s/c.yaml":    "secrets: [SET_SECRET]\nscenarios: [{name: it, steps: [connect, {send: \"${env.SET_SECRET}\"}, {expect: {message: \"x ${env.SET_SECRET}\"}}]}]\n",
	}, nil)
	if len(got) != 1 || !strings.Contains(got[0], "failed") {
		t.Fatalf("got %v", got)
	}
	shown := fmt.Sprintf("%+v", run.Suites)
	if strings.Contains(shown, "of SET_SECRET") || !strings.Contains(shown, "***") {
		t.Errorf("a secret shows: %s", shown)
	}
}

// Scenarios that are imported can be selected as any others can, and by the line that imports
// them.
func TestSelectImported(t *testing.T) {
	tree := fstest.MapFS{
		"main.yaml": {Data: []byte("target: ws://localhost\nimport:\n  - {scenarios: a.yaml, name: a}\n  - scenarios: b.yaml\nscenarios:\n  - {name: mine, steps: [wait: 1ms]}\n")},
		"a.yaml":    {Data: []byte("scenarios:\n  - {name: one, tags: [x], steps: [wait: 1ms]}\n  - {name: two, steps: [wait: 1ms]}\n")},
		"b.yaml":    {Data: []byte("scenarios:\n  - {name: three, tags: [x], steps: [wait: 1ms]}\n")},
	}
	for _, tt := range []struct {
		line int
		tags []string
		want string
	}{
		{0, nil, "mine, a: one, a: two, three"}, {3, nil, "a: one, a: two"}, {4, nil, "three"}, {6, nil, "mine"}, {0, []string{"x"}, "a: one, three"},
		{0, []string{"!x"}, "mine, a: two"}, {3, []string{"x"}, "a: one"},
	} {
		var problems diag.List
		p := suitetest.Prepare([]plan.Selection{{File: "main.yaml", Line: tt.line}}, suitetest.Options{Planning: plan.Options{Files: tree, Tags: tt.tags}}, &problems)
		var got []string
		for _, c := range p.Cases() {
			got = append(got, c.Name)
		}
		if strings.Join(got, ", ") != tt.want || !problems.Empty() {
			t.Errorf("line %d with %v selects %v, want %s (%v)", tt.line, tt.tags, got, tt.want, problems.Err())
		}
	}
}

// What cannot be imported is a complaint where it is imported, and what is wrong in a suite
// that is imported is one there.
func TestImportComplaints(t *testing.T) {
	files := map[string]string{
		"setup.yaml": "setup: [wait: 1ms]\nscenarios: [{name: it, steps: [wait: 1ms]}]", "teardown.yaml": "teardown: [wait: 1ms]\nscenarios: [{name: it, steps: [wait: 1ms]}]",
		"services.yaml": "services: {a: {command: [x]}}\nscenarios: [{name: it, steps: [wait: 1ms]}]", "nested.yaml": "import: {scenarios: ok.yaml}",
		"serial.yaml": "serial: true\nscenarios: [{name: it, steps: [wait: 1ms]}]", "none.yaml": "sequences: {a: {steps: [wait: 1ms]}}", "ok.yaml": "scenarios: [{name: it, steps: [wait: 1ms]}]",
		"wrong.yaml": "scenarios:\n- {name: it, steps: [wiat: 1ms]}\n- {name: that, steps: [{send: \"${vars.x}\"}]}", "names.yaml": "target: ws://a\nscenarios: [{name: it, steps: [connect: {url: \"${vars.mine}\"}]}]",
		"late.yaml": "scenarios: [{name: it, steps: [{log: \"${of.at}\"}]}]",
	}
	for _, tt := range []struct{ main, want string }{
		{"import: {scenarios: ok.yaml}", ""},
		{"import: [{scenarios: ok.yaml, name: a}, {scenarios: ok.yaml, name: b}, none.yaml]", ""},
		{"import: {scenarios: lost.yaml}", `main.yaml:1: import "lost.yaml": file does not exist`},
		{"import: {scenarios: ../ok.yaml}", `main.yaml:1: import "../ok.yaml": `},
		{"import: {scenarios: setup.yaml}", `main.yaml:1: the scenarios of "setup.yaml" cannot be performed here: it has a setup or a teardown`},
		{"import: {scenarios: teardown.yaml}", `main.yaml:1: the scenarios of "teardown.yaml" cannot be performed here: it has a setup or a teardown`},
		{"import: {scenarios: services.yaml}", `main.yaml:1: the scenarios of "services.yaml" cannot be performed here: it has services`},
		{"import: {scenarios: nested.yaml}", `main.yaml:1: the scenarios of "nested.yaml" cannot be performed here: it has scenarios of other suites`},
		{"import: {scenarios: main.yaml}", `main.yaml:1: the scenarios of "main.yaml" cannot be performed here: it has scenarios of other suites`},
		{"import: {scenarios: serial.yaml}", `main.yaml:1: the scenarios of "serial.yaml" cannot be performed here: it has serial: true`},
		{"serial: true\nimport: {scenarios: serial.yaml}", ""},
		{"import: {scenarios: none.yaml}", `main.yaml:1: the scenarios of "none.yaml" cannot be performed here: it has no scenarios`},
		{"import: [{scenarios: ok.yaml}, {scenarios: serial.yaml}]\nserial: true", `main.yaml:1: scenario "it" would be there twice`},
		{"import: {scenarios: ok.yaml}\nscenarios: [{name: it, steps: [wait: 1ms]}]", `main.yaml:1: scenario "it" would be there twice`},
		{"import: {scenarios: wrong.yaml}", "wrong.yaml:2: unknown verb \"wiat\"; wrong.yaml:3: no step makes a connection \"main\"; wrong.yaml:3: there is no vars.x"},
		{"import: {scenarios: names.yaml}", "names.yaml:2: there is no vars.mine"},
		{"vars: {mine: ws://b}\nimport: {scenarios: names.yaml}", ""},
		{"setup: [{wait: 1ms, as: of}]\nimport: {scenarios: late.yaml}", `late.yaml:1: no step before this one has the label "of"`},
		{"import: {scenarios: ok.yaml, target: http://a}", `main.yaml:1: "http://a" is no address of a WebSocket server`},
		{"import: {scenarios: ok.yaml, target: \"ws://${vars.lost}\"}", "main.yaml:1: there is no vars.lost"},
		{"import: {scenarios: ok.yaml, taget: ws://a}", `main.yaml:1: unknown key "taget"`},
		{"import: {target: ws://a}", `main.yaml:1: key "scenarios" is missing`},
		{"import: {scenarios: \"\"}", "main.yaml:1: a name must not be empty"},
		{"import: {scenarios: ok.yaml, name: \"\"}", "main.yaml:1: a name must not be empty"},
		{"import: [[ok.yaml]]", "main.yaml:1: expected text, found a list"},
		{"services: {bot: {command: [x], ready: started}}\nimport: {scenarios: ok.yaml, target: \"ws://127.0.0.1:${services.bot.port}\"}", ""},
		{"services: {bot: {command: [x], ready: started, per: scenario}}\nimport: {scenarios: ok.yaml, target: \"ws://127.0.0.1:${services.bot.port}\"}", `main.yaml:2: the target names the service "bot", which only scenarios of this suite have`},
		{"target: \"ws://127.0.0.1:${services.bot.port}\"\nservices: {bot: {command: [x], ready: started, per: scenario}}\nimport: {scenarios: ok.yaml}", `main.yaml:3: the target names the service "bot", which only scenarios of this suite have`},
		{"target: \"ws://127.0.0.1:${services.bot.port}\"\nservices: {bot: {command: [x], ready: started, per: scenario}}\nimport: {scenarios: ok.yaml, target: ws://a}", ""},
		{"defaults: {listeners: [{name: a, on: agnet, when: message}]}\nimport: {scenarios: ok.yaml}", ""},
	} {
		tree := fstest.MapFS{"main.yaml": {Data: []byte(tt.main)}}
		for name, text := range files {
			tree[name] = &fstest.MapFile{Data: []byte(text)}
		}
		var problems diag.List
		suitetest.Prepare([]plan.Selection{{File: "main.yaml"}}, suitetest.Options{Planning: plan.Options{Files: tree, AllowRun: true}}, &problems)
		var got []string
		for _, d := range problems.Sorted() {
			got = append(got, fmt.Sprintf("%s:%d: %s", d.Pos.File, d.Pos.Line, d.Message))
		}
		if text := strings.Join(got, "; "); !strings.HasPrefix(text, tt.want) || tt.want == "" && text != "" {
			t.Errorf("%s\ngot  %s\nwant %s", tt.main, text, tt.want)
		}
	}
}

// Scenarios that are imported have the services that a suite shares.
func TestImportWithServices(t *testing.T) {
	run := serve(t, "services: {bot: {command: @bot, ready: tcp}}\nimport: {scenarios: sub/chat.yaml, target: 'ws://127.0.0.1:${services.bot.port}'}\nscenarios: []\n", func(o *suitetest.Options) {
		text := "scenarios:" + echoScenario + "\n- {name: the port, steps: [{assert: {services.bot.port: {$gt: 0}}}]}\n"
		if err := os.WriteFile(filepath.Join(o.Root, "sub", "chat.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	if got, want := tellings(run), "passed echo\npassed the port\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Paths in the defaults of the suite that imports others are relative to it, all others to the
// suite in which they stand.
func TestImportedPaths(t *testing.T) {
	tree := fstest.MapFS{
		"s/main.yaml": {Data: []byte("defaults: {connect: {tls: {ca: ca.pem}}}\nimport: {scenarios: ../c/chat.yaml, target: wss://a}\n")}, "s/ca.pem": {Data: []byte("no certificate")},
		"c/chat.yaml": {Data: []byte("scenarios:\n- {name: usual, steps: [connect]}\n- {name: own, steps: [{connect: {tls: {ca: own.pem}}}]}\n- {name: not there, steps: [{connect: {tls: {ca: ca.pem}}}]}\n")},
		"c/own.pem":   {Data: []byte("none either")},
	}
	var problems diag.List
	suitetest.Prepare([]plan.Selection{{File: "s/main.yaml"}}, suitetest.Options{Planning: plan.Options{Files: tree}}, &problems)
	var got []string
	for _, d := range problems.Sorted() {
		got = append(got, fmt.Sprintf("%s:%d: %s", d.Pos.File, d.Pos.Line, d.Message))
	}
	want := []string{"c/chat.yaml:3: there is no certificate in this file", `c/chat.yaml:4: read "ca.pem": file does not exist`, "s/main.yaml:1: there is no certificate in this file"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
