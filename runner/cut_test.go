package runner_test

import (
	"strings"
	"testing"

	"github.com/duologue/duologue/trace"
)

// What waits in a branch while another branch fails is cut off, whatever it waits
// for: it has neither failed nor met an error. So is what waits while a listener
// cannot answer. The step that failed says why the scenario did.
func TestCutOff(t *testing.T) {
	const fails = "{expect: {message: x}, within: 1s}"
	for _, waits := range []string{"{wait: 50s}", "{expect: {close: {}}, on: c, within: 50s}", "{absent: {close: {}}, on: c, within: 50s}", "{connect: {url: /mute}, on: b, within: 50s}",
		"{send_bytes: {repeat: {text: x}, size: 2000}, write: {chop: 1, delay: 1s}}", "{accept: {}, on: b, within: 50s}",
		"{repeat: {times: 3, steps: [{wait: 50s}]}}", "{parallel: [{steps: [{wait: 50s}]}, {steps: [{wait: 60s}]}]}"} {
		t.Run(waits, func(t *testing.T) {
			for name, tt := range map[string]struct{ scenario, want, cause string }{
				"a branch": {"steps: [connect, {connect: {}, on: c}, {parallel: [{steps: [" + waits + "]}, {steps: [" + fails + "]}]}]",
					"failed 3: no message came within 1s", "cut off: another branch has ended: suite.yaml:3:"},
				"an error in a branch": {"steps: [connect, {connect: {}, on: c}, {parallel: [{steps: [" + waits + "]}, {steps: [{wait: 1s}, {set: {x: \"${opened.nothing}\"}}]}]}]",
					"error 3: ", "cut off: another branch has ended: suite.yaml:3:"},
				"a listener": {"listeners: [{name: l, when: {message: now}, send: \"${event.json.x}\"}], steps: [connect, {connect: {}, on: c}, {send: now}, " + waits + "]",
					"error 3: ", "cut off: a listener has ended: suite.yaml:3:"},
			} {
				fake(t, func(p *peer) { p.say(<-p.heard) }, func(s *stage) {
					s.options.Listen = undialled
					if name == "an error in a branch" {
						tt.scenario = strings.Replace(tt.scenario, "[connect,", "[{connect: {}, as: opened},", 1)
					}
					run := s.run("endpoints: {here: {listen: \"127.0.0.1:0\"}}\nscenarios:\n- {name: it, " + tt.scenario + "}\n")
					sc := &run.Suites[0].Scenarios[0]
					if got := verdict(sc); !strings.HasPrefix(got, tt.want) || len(sc.Problems) != 1 {
						t.Errorf("%s: got %s with %d problems, want %s", name, got, len(sc.Problems), tt.want)
					}
					cut := 0
					for _, step := range sc.Steps {
						if step.Verdict == trace.Skipped && strings.HasPrefix(step.Reason, tt.cause) {
							cut++
						} else if step.Reason != "" || step.Verdict == trace.Errored && tt.want[:5] != "error" {
							t.Errorf("%s: %s is %s: %s", name, step.Verb, step.Verdict, step.Reason)
						}
					}
					if cut == 0 {
						t.Errorf("%s: no step was cut off: %+v", name, sc.Steps)
					}
				})
			}
		})
	}
}
