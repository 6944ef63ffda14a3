package conformance_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
	"github.com/google/go-cmp/cmp"
)

// What --alive and --greeting put into the suites can be prepared, and stands where it belongs.
func TestAliveFiles(t *testing.T) {
	steps := "# log in\n\n  - send: a\n  - expect:\n      message: b\n"
	for name, tt := range map[string]struct {
		alive conformance.Alive
		want  map[string]string
	}{
		"echo":   {conformance.Alive{}, map[string]string{"data/alive.yaml": "- send: \"are you there? ${index}\"\n", "suites/01-framing.yaml": "suite: 1 Framing"}},
		"ping":   {conformance.Alive{Mode: conformance.AlivePing}, map[string]string{"data/alive.yaml": "- send_ping: ", "suites/02-pings.yaml": "    unexpected: [message]\n"}},
		"binary": {conformance.Alive{Mode: conformance.AliveBinary}, map[string]string{"data/alive.yaml": "- send: {hex: "}},
		"steps": {conformance.Alive{Mode: conformance.AliveSteps, Steps: steps}, map[string]string{
			"data/alive.yaml": "    steps:\n# log in\n\n      - send: a\n      - expect:\n          message: b\n", "data/answers.yaml": "goes_on: {nothing: {}"}},
		"a greeting": {conformance.Alive{Greeting: "- message: welcome\n- message:\n    json: {type: notice}\n"}, map[string]string{
			"suites/01-framing.yaml": "    listeners: &greeting\n      - name: greeting 1\n        when:\n          message: welcome\n" +
				"      - name: greeting 2\n        when:\n          message:\n            json: {type: notice}\n",
			"suites/02-pings.yaml": "    listeners: *greeting\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			files, err := tt.alive.Files()
			if err != nil {
				t.Fatal(err)
			}
			for file, want := range tt.want {
				if text, err := fs.ReadFile(files, file); err != nil || !strings.Contains(strings.ReplaceAll(string(text), "      # log in", "# log in"), want) {
					t.Errorf("%s lacks %q, %v:\n%s", file, want, err, text)
				}
			}
			var selected []plan.Selection
			for _, file := range append(conformance.Suites(), conformance.Probe) {
				selected = append(selected, plan.Selection{File: file})
			}
			var problems diag.List
			plan.Prepare(selected, plan.Options{Files: files, Target: "ws://localhost"}, &problems)
			if !problems.Empty() {
				t.Errorf("prepare: %v", problems.Err())
			}
		})
	}
}

func TestAliveRefuses(t *testing.T) {
	for _, text := range []string{"", "send: a\n", "  - send: a\n- send: b\n", "just text"} {
		if _, err := (conformance.Alive{Mode: conformance.AliveSteps, Steps: text}).Files(); err == nil {
			t.Errorf("the steps %q are taken", text)
		}
	}
	if _, err := (conformance.Alive{Greeting: "message: a"}).Files(); err == nil {
		t.Error("a greeting that is no list is taken")
	}
	if _, err := (conformance.Alive{Mode: "gong"}).Files(); err == nil {
		t.Error("an unknown way to be alive is taken")
	}
}

// A case is left out only if the server lacks what it needs.
func TestAliveNeeds(t *testing.T) {
	c := func(tags ...string) conformance.Case { return conformance.Case{ID: "X1", Tags: tags} }
	all := map[string]conformance.Case{"nothing": c(), "echo": c(conformance.TagEcho), "binary": c(conformance.TagEcho, conformance.TagBinary),
		"text": c(conformance.TagText), "unasked": c(conformance.TagAsks)}
	for name, tt := range map[string]struct {
		alive conformance.Alive
		want  []string // cases that can be performed
	}{
		"an echo":       {conformance.Alive{}, []string{"binary", "echo", "nothing", "text", "unasked"}},
		"pings":         {conformance.Alive{Mode: conformance.AlivePing}, []string{"nothing", "text", "unasked"}},
		"steps":         {conformance.Alive{Mode: conformance.AliveSteps}, []string{"nothing", "text", "unasked"}},
		"binary":        {conformance.Alive{Mode: conformance.AliveBinary}, []string{"binary", "nothing", "unasked"}},
		"a subprotocol": {conformance.Alive{Asks: true}, []string{"binary", "echo", "nothing", "text"}},
	} {
		var got []string
		for _, what := range []string{"binary", "echo", "nothing", "text", "unasked"} {
			switch why := tt.alive.Needs(all[what]); {
			case why == "":
				got = append(got, what)
			case !strings.HasPrefix(why, conformance.Lacks):
				t.Errorf("%s: the reason is %q", name, why)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A server to which steps send binary messages alone may hang up when text comes.
func TestAliveSaw(t *testing.T) {
	text, binary := &trace.Message{Data: []byte("a")}, &trace.Message{Binary: true, Data: []byte{1}}
	sent := func(details ...trace.Detail) *trace.Scenario {
		c := trace.Connection{}
		for _, d := range details {
			c.Events = append(c.Events, trace.Event{Sent: true, Detail: d})
		}
		return &trace.Scenario{Connections: []trace.Connection{c}}
	}
	came := &trace.Scenario{Connections: []trace.Connection{{Events: []trace.Event{{Detail: binary}}}}}
	for name, tt := range map[string]struct {
		mode  string
		probe *trace.Scenario
		takes bool
	}{
		"binary alone":            {conformance.AliveSteps, sent(binary, binary), false},
		"text":                    {conformance.AliveSteps, sent(text), true},
		"text behind binary":      {conformance.AliveSteps, sent(binary, text), true},
		"nothing":                 {conformance.AliveSteps, sent(), true},
		"a ping":                  {conformance.AliveSteps, sent(&trace.Ping{}), true},
		"binary of the peer's":    {conformance.AliveSteps, came, true},
		"binary without any step": {conformance.AlivePing, sent(binary), true},
	} {
		why := conformance.Alive{Mode: tt.mode}.Saw(tt.probe).Needs(conformance.Case{ID: "6.4.1", Tags: []string{conformance.TagText}})
		if (why == "") != tt.takes {
			t.Errorf("%s: a case of text is left out for the reason %q", name, why)
		}
	}
}
