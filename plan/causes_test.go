package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/duologue/duologue/diag"
)

// Each row is a suite and what is complained of in it: each mistake once, and
// mistakes that have nothing to do with each other all at once.
func TestOneCauseOneComplaint(t *testing.T) {
	steps := func(lines string) string {
		return "target: ws://localhost\nscenarios:\n- name: it\n  steps:\n  " + strings.ReplaceAll(lines, "\n", "\n  ")
	}
	tests := []struct {
		name, suite string
		want        []string
	}{
		{"a verb that would have made the connection", steps("- conect\n- send: a\n- expect: {message: a}"), []string{`5: unknown verb "conect"`}},
		{"one that is named", steps("- {conect: , on: agent, as: opened}\n- {send: a, on: agent}\n- assert: {opened.status: 101}"), []string{`5: unknown verb "conect"`}},
		{"a verb that would have used a sequence",
			"target: ws://localhost\nsequences: {dial: {steps: [{connect: , on: a, as: opened}]}}\n" +
				"scenarios: [{name: it, steps: [{uze: dial}, {send: \"${opened.status}\", on: a}]}]", []string{`3: unknown verb "uze"`}},
		{"a missing unit", steps("- wait: 3"), []string{`5: "3" is neither a duration nor a label`}},
		{"an unknown content", steps("- connect\n- send: {txt: a}"), []string{`6: unknown key "txt"`}},
		{"a label under a misspelled key", steps("- connect\n- {send: a, sa: asked}\n- assert: {asked.text: a}\n- expect: {message: \"${asked.text}\"}"), []string{`6: unknown key "sa"`}},
		{"a label that is none", steps("- connect\n- {send: a, as: {}}\n- assert: {asked.text: a}"), []string{"6: expected text, found a mapping"}},
		{"a label that steps name and none has", steps("- connect\n- assert: {asked.text: a}\n- assert: {asked.text: b}\n- expect: {message: \"${asked.text}\"}"),
			[]string{`6: no step before this one has the label "asked" (also 7, 8)`}},
		{"a connection that steps name and none makes", steps("- connect\n- {send: a, on: b}\n- {send: a, on: b}\n- {send: a, on: c}"),
			[]string{`6: no step makes a connection "b" (also 7)`, `8: no step makes a connection "c"`}},
		{"steps under a misspelled key", steps("- repeat: {times: 2, stepz: [{connect: , as: opened}]}\n- send: \"${opened.status}\""), []string{`5: unknown key "stepz"`}},
		{"a branch whose connection is in doubt", steps("- connect\n- parallel:\n  - onn: a\n    steps: [{send: x}, {expect: close}]\n  - steps: [{expect: message}]"),
			[]string{`7: unknown key "onn"`}},
		{"an import that is not there",
			"import: nowhere.yaml\ntarget: ws://localhost\nscenarios: [{name: it, steps: [{use: dial}, {send: \"${opened.status}\", on: a}]}]",
			[]string{`1: import "nowhere.yaml": file does not exist`}},
		{"a sequence that is not there",
			"target: ws://localhost\nsequences: {dail: {steps: [connect]}}\nscenarios: [{name: it, steps: [{use: dial}, {send: \"${opened.status}\"}]}, {name: too, steps: [{use: dial}]},\n" +
				" {name: three, steps: [{use: dial}]}]", []string{`3: there is no sequence "dial" (also 4)`}},
		{"a sequence of another form",
			"target: ws://localhost\nsequences: {dial: []}\nscenarios: [{name: it, steps: [{use: dial, with: {a: 1}}, {send: \"${opened.status}\"}]}]",
			[]string{"2: expected a mapping, found an empty list"}},
		{"arguments of another form",
			"target: ws://localhost\nsequences: {say: {args: text, steps: [{wait: \"${args.text}\"}]}}\nscenarios: [{name: it, steps: [{use: say, with: {text: 1s}}]}]",
			[]string{`2: expected a mapping, found "text"`}},
		{"an argument that the sequence does not have",
			"target: ws://localhost\nsequences: {say: {steps: [{wait: \"${args.text}\"}]}}\nscenarios: [{name: it, steps: [{use: say, with: {text: 1s}}]}]",
			[]string{"2: there is no args.text (also 3)"}},
		{"arguments that are not given",
			"target: ws://localhost\nsequences: {say: {args: {a: null, b: null}, steps: [{wait: \"${args.a}${args.b}\"}]}}\nscenarios: [{name: it, steps: [{use: say}]}]",
			[]string{`3: the sequence "say" needs the arguments "a", "b"`}},
		{"a default that names nothing",
			"target: ws://localhost\nsequences: {say: {args: {a: \"${vars.b}\"}, steps: [{wait: \"${args.a}\"}]}}\nscenarios: [{name: it, steps: [{use: say, with: {a: 1s}}, {use: say}]}]",
			[]string{"2: there is no vars.b"}},
		{"a dialect without a name inside another", "dialect: twilio\ntarget: ws://localhost\nscenarios:\n- name: it\n  dialect: {role: app}\n  steps: [connect, {send_media: {from: {silence: 1s}, encoding: PCM8}}]\n" +
			"- name: too\n  steps: [{connect: {dialect: \"\"}}, {send_media: {from: {silence: 1s}, encoding: PCM8}}]",
			[]string{`5: key "name" is missing`, "8: a name must not be empty"}},
		{"what is computed of a suite", "defaults: {within: \"${vars.a}\", timeout: \"${vars.a}\"}\ndialect: {name: twilio, streamSid: \"${vars.a}\"}\ntarget: ws://localhost\n" +
			"scenarios: [{name: it, timeout: \"${vars.a}\", steps: [connect]}]", []string{"1: there is no vars.a (also 2, 4)"}},
		{"variables of another form",
			"vars: text\ntarget: \"${vars.url}\"\nscenarios: [{name: it, steps: [connect, {send: \"${vars.text}\"}]}]",
			[]string{`1: expected a mapping, found "text"`}},
		{"a variable that cannot be computed",
			"vars: {url: \"${nope}\"}\ntarget: \"${vars.url}\"\nscenarios: [{name: \"it ${vars.url}\", steps: [connect, {send: \"${vars.url}\"}]}]",
			[]string{`1: unknown name "nope"`}},
		{"a variable that names one after it",
			"vars: {a: \"${vars.b}\", b: 1}\ntarget: ws://localhost\nscenarios: [{name: it, steps: [connect]}]",
			[]string{"1: vars.b stands after the variable that names it"}},
		{"a variable that names itself",
			"vars: {a: \"${vars.a}\"}\ntarget: ws://localhost\nscenarios: [{name: it, vars: {b: \"${vars.b}\", a: \"${vars.a} too\"}, steps: [connect, {send: \"${vars.a} ${vars.b}\"}]}]",
			[]string{"1: vars.a names itself", "3: vars.b names itself"}},
		{"a variable of the suite that names one of a scenario",
			"vars: {a: \"${vars.b}\"}\ntarget: ws://localhost\nscenarios: [{name: it, vars: {b: 1}, steps: [connect, {send: \"${vars.a}\"}]}]",
			[]string{"1: vars.b is a variable of a scenario, and those of the suite are computed before"}},
		{"no variables at all",
			"target: ws://localhost\nscenarios: [{name: it, steps: [{send: \"${vars.a}\"}, connect,\n{send: \"${vars.b}\"}]}]",
			[]string{"2: there is no vars.a (also 3)"}},
		{"a matrix of another form",
			"target: ws://localhost\nscenarios: [{name: \"it ${matrix.a}\", matrix: a, steps: [connect, {send: \"${matrix.a}\"}]}]",
			[]string{`2: expected axes, a list of rows, or {file: rows.csv}, found "a"`}},
		{"a file of rows that is not there",
			"target: ws://localhost\nscenarios: [{name: \"it ${matrix.a}\", matrix: {file: a.csv}, steps: [connect, {send: \"${matrix.a}\"}]}]",
			[]string{`2: read "a.csv": file does not exist`}},
		{"a cell that names a variable which needs the row",
			"vars: {a: \"${matrix.n}\"}\ntarget: ws://localhost\nscenarios: [{name: it, matrix: {n: [1], m: [\"${vars.a}\"]}, steps: [connect]}]",
			[]string{"3: vars.a depends on a cell of the matrix, or on what no cell can name, so it is computed after the rows"}},
		{"cells that name variables of chance", "vars: {a: \"${uuid()}\", b: \"x${vars.a}\", c: known, d: \"${unix()}\"}\ntarget: ws://localhost\n" +
			"scenarios: [{name: it, matrix: {m: [\"${vars.a}\"]}, steps: [connect]},\n{name: that, matrix: {m: [\"${vars.b}\"]}, steps: [connect]},\n" +
			"{name: of its own, vars: {c: \"${random_int(1, 6)}\", a: 1, b: \"${vars.a}\"}, matrix: {m: [\"${vars.c}\", \"${vars.b}\"]}, steps: [connect]},\n{name: it too, matrix: [{m: \"${vars.d}\"}], steps: [connect]}]",
			[]string{"3: vars.a is random, or a time of the clock, and a row of a matrix is the same in every run",
				"4: vars.b depends on a cell of the matrix, or on what no cell can name, so it is computed after the rows",
				"5: vars.c is random, or a time of the clock, and a row of a matrix is the same in every run",
				"6: vars.d is random, or a time of the clock, and a row of a matrix is the same in every run"}},
		{"a cell that names a variable which cannot be computed",
			"vars: {a: \"${1 + 'x'}\"}\ntarget: ws://localhost\nscenarios: [{name: it, matrix: {m: [\"${vars.a}\"]}, steps: [connect]}]",
			[]string{`1: cannot add the text "x" to the number 1`}},
		{"an endpoint of another form",
			"endpoints: {here: {tls: {cert: a.pem}}}\nscenarios: [{name: it, steps: [{accept: {endpoint: here}}, {connect: {url: \"${endpoints.here.url}\"}, on: b}]}]",
			[]string{`1: key "key" is missing`}},
		{"no endpoints at all",
			"scenarios:\n- name: it\n  steps:\n  - accept\n  - {accept: {endpoint: here}, on: a}\n  - {connect: {url: \"${endpoints.here.url}\"}, on: b}",
			[]string{"4: there is no endpoint to accept on (also 5, 6)"}},
		{"a target of another form", "target: []\nscenarios: [{name: it, steps: [connect, {connect: {url: /a}, on: b}]}]", []string{"1: expected text, found an empty list"}},
		{"a target that is none", "target: http://localhost\nscenarios: [{name: it, steps: [connect, {connect: {url: /a}, on: b}]}]",
			[]string{`1: "http://localhost" is no address of a WebSocket server`}},
		{"no target", "scenarios:\n- name: it\n  steps:\n  - connect\n  - {connect: {url: /a}, on: b}", []string{"4: there is nothing to connect to (also 5)"}},
		{"a key that is missing, and one that is not known", "scenarios:\n- nmae: it\n  steps: [{wait: 1s}]", []string{`2: unknown key "nmae"`}},
		{"keys that are missing", steps("- add_listener: {}"), []string{`5: the keys "name", "when" are missing`}},
		{"a load under a misspelled key",
			"target: ws://localhost\nscenarios: [{name: it, laod: {times: 3}, steps: [connect, {send: \"${index}\"}]}]", []string{`2: unknown key "laod"`}},
		{"a load of no number of runs", "target: ws://localhost\nscenarios: [{name: it, load: {times: some}, steps: [connect]}]", []string{`2: "some" is not a whole number`}},
		{"branches that read the same", steps("- connect\n- parallel:\n  - steps: [{expect: message}]\n  - steps:\n    - expect: message\n    - expect: close"),
			[]string{`9: an earlier branch reads message events of connection "main" too (also 10)`}},
		{"a listener that nobody adds", steps("- connect\n- remove_listener: beat"), []string{`6: no step before this one adds a listener "beat"`}},
		{"a sequence that nobody uses", "target: ws://localhost\nsequences: {say: {args: {a: 1}, steps: [{send: \"${args.b} ${asked.text}\"}, {send: {file: none.bin}}]}}\n" +
			"scenarios: [{name: it, steps: [connect]}]", []string{`2: there is no args.b`, `2: read "none.bin": file does not exist`}},

		{"mistakes that have nothing to do with each other",
			steps("- connect\n- {send: a, wihtin: 5s}\n- assert: {aksed.text: a}\n- {send: b, on: agnet}\n- {dance: {}, as: danced}\n- assert: {danced.at - danse.at: 1s}"),
			[]string{`6: unknown key "wihtin"`, `7: no step before this one has the label "aksed"`, `8: no step makes a connection "agnet"`, `9: unknown verb "dance"`,
				`10: no step before this one has the label "danse"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var problems diag.List
			Prepare([]Selection{{File: "s.yaml"}}, Options{Files: fstest.MapFS{"s.yaml": {Data: []byte(tt.suite)}}}, &problems)
			if got := briefly(problems.Sorted()); !slices.Equal(got, tt.want) {
				t.Errorf("complaints\n%s\nwant\n%s\nabout\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"), tt.suite)
			}
		})
	}
}

// An environment variable that is not set may be a misspelled one.
func TestUnsetVariableIsOneMistake(t *testing.T) {
	suite := "env: [TOKNE, URL]\ntarget: \"${env.URL}\"\nscenarios: [{name: it, steps: [connect, {send: \"${env.TOKEN}\"}]}]"
	var problems diag.List
	o := Options{Files: fstest.MapFS{"s.yaml": {Data: []byte(suite)}}, LookupEnv: func(name string) (string, bool) { return "ws://localhost", name == "URL" }}
	Prepare([]Selection{{File: "s.yaml"}}, o, &problems)
	if got, want := briefly(problems.Sorted()), []string{"1: the environment variable TOKNE is not set"}; !slices.Equal(got, want) {
		t.Errorf("complaints %q, want %q", got, want)
	}
}

// briefly gives complaints by their lines.
func briefly(all []diag.Diagnostic) []string {
	var out []string
	for _, d := range all {
		line := fmt.Sprintf("%d: %s", d.Pos.Line, d.Message)
		for _, detail := range d.Details {
			line += fmt.Sprintf(" (also %s)", detail.Text)
		}
		out = append(out, line)
	}
	return out
}
