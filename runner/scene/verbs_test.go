package scene

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/duologue/duologue/builtin"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/memory"
	"github.com/duologue/duologue/internal/pipenet"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
)

// verbSample is what a verb is tried with, in a scenario of its own.
type verbSample struct {
	verb    string
	says    string // what stands behind it; @ is the name of the connection
	file    string // the same, with a file or dialect that is not there; "" if the verb names none
	inside  string // the same, with an unknown label in a step inside; "" if the verb is no block
	before  string // a step before it
	without bool   // a connection is not made before it
	ends    bool   // no step follows it
	itself  bool   // what stands behind it names the connection
	apart   string // what stands behind it where it speaks of no connection but main, though it could
	dialect string // "" is voximplant
	target  string // the same; an embedded endpoint
}

var verbSamples = []verbSample{
	{verb: "connect", says: "{}", file: "{dialect: none}", without: true},
	{verb: "accept", says: "{}", file: "{body: {file: none.bin}}", before: `{connect: {url: "${endpoints.here.url}", wait: false}, on: client}`, without: true},
	{verb: "http", says: "{url: '?', status: 426}", file: "{url: '?', multipart: {a: {file: none.bin}}}", without: true},
	{verb: "send", says: "a", file: "{file: none.bin}"},
	{verb: "send_ping", says: "a", file: "{file: none.bin}"},
	{verb: "send_frame", says: "{payload: a}", file: "{payload: [a, {file: none.bin}]}"},
	{verb: "send_bytes", says: "{hex: '818000000000'}", file: "{file: none.bin}"},
	{verb: "close", says: "{code: 1000}", file: "{code: 1000, reason: {file: none.bin}}"},
	{verb: "drop", says: "fin"},
	{verb: "reading", says: "'on'"},
	{verb: "network", says: "{latency: 1ms}"},
	{verb: "expect", says: "{message: a}", file: "{message: {json: {$schema: none.json}}}", before: "send: a", apart: "{unordered: [{message: a, on: main}]}"},
	{verb: "await", says: "{message: b}", file: "{message: {json: {$schema: none.json}}}", before: "send: b", apart: "{unordered: [{message: a, on: main}]}"},
	{verb: "absent", says: "dtmf", file: "{message: {json: {$schema: none.json}}}", apart: "{unordered: [{message: a, on: main}]}"},
	{verb: "send_media", says: "{from: {tone: 440Hz, duration: 40ms}}", file: "{from: [{silence: 1s}, none.wav]}"},
	{verb: "stop_media", says: "{tag: ''}", before: "send_media: {from: {tone: 440Hz, duration: 40ms}, loop: true}"},
	{verb: "clear_media", says: "{}"},
	{verb: "send_mark", says: "m", dialect: "{name: vonage, role: app}", target: "vonage/echo"},
	{verb: "send_dtmf", says: "'1'", dialect: "twilio", target: "twilio/echo"},
	{verb: "assert", says: "{audio: {tag: '', duration: {$gt: 0ms}}}", file: "{audio: {tag: a, similar_to: {source: none.wav, score: 1%}}}",
		before: "send_media: {from: {tone: 440Hz, duration: 40ms}, wait: true}", apart: "{1 == 1: true}"},
	{verb: "wait", says: "1ms"},
	{verb: "set", says: "{a: 1}"},
	{verb: "log", says: "a note"},
	{verb: "skip", says: "enough", ends: true},
	{verb: "run", says: "{command: ['true']}"},
	{verb: "stop", says: "it", before: "{run: {command: [sleep, '1000'], background: true}, as: it}"},
	{verb: "add_listener", says: "{name: l, on: '@', when: mark}", itself: true, apart: "{name: l, when: mark}", file: "{name: l, when: {message: {json: {$schema: none.json}}}}"},
	{verb: "remove_listener", says: "l", before: "add_listener: {name: l, when: mark}"},
	{verb: "repeat", says: "{times: 1, steps: [{wait: 1ms}]}", inside: "{times: 1, steps: [{wait: nowhere}]}"},
	{verb: "parallel", says: "[{steps: [{wait: 1ms}]}]", inside: "[{steps: [{wait: nowhere}]}]"},
	{verb: "use", says: "nothing", inside: "wrong"},
}

// suite gives the suite in which a verb is tried: what stands behind it, and
// further keys of the step.
func (v *verbSample) suite(says string, keys ...string) string {
	steps := []string{}
	if !v.without {
		steps = append(steps, "connect")
	}
	if v.before != "" {
		steps = append(steps, v.before)
	}
	on := "main"
	for _, key := range keys {
		if name, ok := strings.CutPrefix(key, "on: "); ok {
			on = name
		}
	}
	says = strings.ReplaceAll(says, "@", on)
	steps = append(steps, strings.Join(append([]string{v.verb + ": " + says}, keys...), "\n    "))
	return fmt.Sprintf(`
target: builtin://%s
dialect: %s
endpoints: {here: {}}
sequences: {nothing: {steps: [{wait: 1ms}]}, wrong: {steps: [{wait: nowhere}]}}
scenarios:
- name: it
  unexpected: ignore
  steps:
  - %s
`, cmp.Or(v.target, "voximplant/echo"), cmp.Or(v.dialect, "voximplant"), strings.Join(steps, "\n  - "))
}

// complaintsOf gives the messages of what is complained of in a suite.
func complaintsOf(text string) []string {
	var problems diag.List
	plan.Prepare([]plan.Selection{{File: "s.yaml"}}, plan.Options{Files: fstest.MapFS{"s.yaml": {Data: []byte(text)}}, AllowRun: true}, &problems)
	var out []string
	for _, d := range problems.Sorted() {
		out = append(out, d.Message)
	}
	return out
}

func TestSamplesAreOfAllVerbs(t *testing.T) {
	var names []string
	for _, v := range verbSamples {
		names = append(names, v.verb)
	}
	slices.Sort(names)
	if !slices.Equal(names, spec.Verbs()) {
		t.Errorf("samples of %v, want %v", names, spec.Verbs())
	}
}

// A verb is checked as its row says, and what it names is looked for before
// anything is dialled.
func TestVerbsAreCheckedByTheirRows(t *testing.T) {
	for _, v := range verbSamples {
		t.Run(v.verb, func(t *testing.T) {
			f := spec.FactsOf(v.verb)
			complains := func(want bool, says, message string, keys ...string) {
				t.Helper()
				text := v.suite(says, keys...)
				got := complaintsOf(text)
				if !want && len(got) > 0 || want && (len(got) != 1 || !strings.Contains(got[0], message)) {
					t.Errorf("complaints are %q, want %q: %v\n%s", got, message, want, text)
				}
			}
			complains(false, v.says, "")
			complains(!f.Within, v.says, "`within` means nothing to "+v.verb, "within: 1s")
			complains(!f.Write, v.says, "`write` does not stand beside "+v.verb, "write: batch")
			complains(f.Link == spec.Uses || f.Link == spec.Says, v.says, `no step makes a connection "nowhere"`, "on: nowhere")
			if got := v.apart != ""; got != (f.Link == spec.Says) {
				t.Errorf("it says itself of which connections it speaks: %v, and its row says %v", got, f.Link)
			} else if got {
				complains(false, v.apart, "", "on: nowhere")
			}
			complains(true, v.says, `no step before this one has the label "nowhere"`, "after: nowhere.at")
			complains(true, v.says, "there is no vars.x", "if: vars.x")
			if v.file != "" {
				complains(true, v.file, "none")
			}
			if got := v.inside != ""; got != (f.Manner == spec.Around) {
				t.Errorf("it is a block: %v, and its row says %v", got, f.Manner)
			} else if got {
				complains(true, v.inside, `no step before this one has the label "nowhere"`)
			}
		})
	}
}

// A connection that a verb makes, also inside a block, is one that later steps can use.
func TestVerbsMakeConnections(t *testing.T) {
	for _, v := range verbSamples {
		makes := spec.FactsOf(v.verb).Link == spec.Makes
		text := v.suite(v.says, "on: made") + "  - {send: a, on: made}\n"
		if got := slices.Contains(complaintsOf(text), `no step makes a connection "made"`); got == makes {
			t.Errorf("%s: is a connection unknown after it? %v", v.verb, got)
		}
	}
	for block, text := range map[string]string{
		"repeat": "{times: 1, steps: [{connect: , on: made}]}", "parallel": "[{on: made, steps: [connect]}]", "use": "dials",
	} {
		suite := (&verbSample{verb: block}).suite(text) + "  - {send: a, on: made}\n"
		suite = strings.Replace(suite, "sequences: {", "sequences: {dials: {steps: [{connect: , on: made}]}, ", 1)
		if got := complaintsOf(suite); got != nil {
			t.Errorf("after a connect in %s: %q", block, got)
		}
	}
}

// only prepares a suite and gives its only scenario.
func only(t *testing.T, text string, server *builtin.Server) *plan.Scenario {
	t.Helper()
	var problems diag.List
	o := plan.Options{Resolve: server.Resolve, AllowRun: true, Files: fstest.MapFS{"s.yaml": {Data: []byte(text)}}}
	p := plan.Prepare([]plan.Selection{{File: "s.yaml"}}, o, &problems)
	if !problems.Empty() {
		t.Fatalf("%v\n%s", problems.Err(), text)
	}
	return p.Suites[0].Cases[0]
}

// stageFor gives what scenarios of a run share, over a network in memory if there is one.
func stageFor(t *testing.T, n *pipenet.Network) *Stage {
	t.Helper()
	clock := session.Timers()
	g := &Stage{Start: time.Now(), Clock: clock, Listen: net.Listen, Measuring: NewMeasuring(), Budget: memory.New(1 << 30)}
	if n != nil {
		g.Dial, g.Listen = n.Dial, n.Listen
	}
	probe := lateness.Start(clock.Wait, g.Start)
	t.Cleanup(probe.Stop)
	g.Lateness = lateness.Excuses{Probe: probe, Most: time.Hour}
	return g
}

// A stage for one step: a scenario that has got as far as it.
type verbStage struct {
	*thread
	step spec.Step
}

// perform carries out a verb, labelled, as the switch over verbs does: without
// what is done for every step. What is given is tried upon its step before.
func (v *verbSample) perform(t *testing.T, change func(*spec.Step)) (verbStage, *problem) {
	t.Helper()
	n := pipenet.New()
	server, err := builtin.StartOn(n.Listen, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}()
	text := v.suite(v.says, "as: it")
	b := only(t, text, server)
	s := stageFor(t, n).scene(b, plan.Turn{}, nil)
	main := s.main()
	declared, err := b.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.endpoints.open(declared, n.Listen); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	before, last := b.Spec.Steps[:len(b.Spec.Steps)-1], b.Spec.Steps[len(b.Spec.Steps)-1]
	if p := performAll(ctx, main, before); p != nil {
		t.Fatalf("%v\n%s", p.diagnostic, text)
	}
	last.On = spec.MainConnection
	change(&last)
	p := act(ctx, &task{thread: main, step: &last})
	s.endpoints.close(ctx, b.Spec.Pos)
	s.desk.shutdown(ctx)
	s.programs.stop()
	return verbStage{main, last}, p
}

// What the performer of a verb does is what its row says: whether it labels its
// step, looks at the step's connection, computes `within`, and how to write.
func TestVerbsAreAsTheirRowsSay(t *testing.T) {
	given := func(t *testing.T, keys string) spec.Step {
		t.Helper()
		var out diag.List
		s := spec.Parse("s.yaml", "scenarios: [{name: it, steps: [{send: a, "+keys+"}]}]", &out)
		if !out.Empty() {
			t.Fatal(out.Err())
		}
		return s.Scenarios[0].Steps[0]
	}
	for _, v := range verbSamples {
		t.Run(v.verb, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := spec.FactsOf(v.verb)
				s, p := v.perform(t, func(*spec.Step) {})
				if (p != nil) != v.ends {
					t.Fatalf("it did not pass: %v", p.diagnostic)
				}
				if _, labelled := s.names.labelled("it"); labelled != f.Label {
					t.Errorf("it labels its step: %v, want %v", labelled, f.Label)
				}
				computes := func(key string, want bool) {
					t.Helper()
					_, p := v.perform(t, func(step *spec.Step) {
						other := given(t, key+": "+`"${nowhere.at}"`)
						step.Within, step.Write = other.Within, other.Write
					})
					if got := p != nil && strings.Contains(p.diagnostic.Message, "nowhere"); got != want {
						t.Errorf("it computes `%s`: %v, want %v", key, got, want)
					}
				}
				computes("within", f.Within)
				computes("write", f.Write)
				s, p = v.perform(t, func(step *spec.Step) { step.On = "nowhere" })
				if made := s.desk.find("nowhere") != nil; made != (f.Link == spec.Makes) {
					t.Errorf("it makes the connection: %v", made)
				}
				if needs := p != nil && !v.ends; needs != (f.Link == spec.Uses || f.Link == spec.Says && !v.itself) {
					t.Errorf("it needs the connection: %v, and its row says %v", needs, f.Link)
				}
			})
		})
	}
}
