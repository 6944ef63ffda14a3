package runner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/trace"
)

// told gives the notes and events of a scenario in the order in which they happened.
func told(sc *trace.Scenario) []string {
	var out []string
	notes := sc.Notes
	var events []trace.Event
	for _, c := range sc.Connections {
		events = append(events, c.Events...)
	}
	slices.SortFunc(events, func(a, b trace.Event) int { return a.Seq - b.Seq })
	for _, ev := range events {
		for len(notes) > 0 && notes[0].Seq <= ev.Seq {
			out = append(out, fmt.Sprintf("%d %s %s", notes[0].Pos.Line, notes[0].At, notes[0].Text))
			notes = notes[1:]
		}
		if !ev.AfterEnd {
			out = append(out, ev.Kind())
		}
	}
	for _, n := range notes {
		out = append(out, fmt.Sprintf("%d %s %s", n.Pos.Line, n.At, n.Text))
	}
	return out
}

// A note has the place of its step, its time, and its place among events, also where
// several things happen at one instant. It stands in the trace whatever came of the
// scenario.
func TestNotesHaveTheirPlace(t *testing.T) {
	fakeShown(t, func(p *peer) { p.pause(100 * ms); p.say("a"); p.pause(100 * ms); p.say("b") }, func(s *stage) {
		sc := s.steps(`
- log: before
- connect
- log: opened
- expect: {message: a}
  as: first
- log: "${first.text} came"
- send: y
- log: sent
- expect: {message: c}
- log: never
`)
		if sc.Verdict != trace.Failed {
			t.Errorf("the scenario is %s, want failed", sc.Verdict)
		}
		want := []string{"4 0s before", "open", "6 0s opened", "message", "9 100ms a came", "message", "11 100ms sent", "message"}
		if got := told(sc); !slices.Equal(got, want) {
			t.Errorf("it told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// A scenario that logs in a loop keeps its first and its last notes, and says how many
// there were between. A note is cut, and does not hold on to what it is a part of.
func TestNotesAreBounded(t *testing.T) {
	fake(t, func(*peer) {}, func(s *stage) {
		sc := s.steps(`
- connect
- repeat: {times: 1000, steps: [{log: "round ${index}"}]}
- parallel:
  - steps: [{repeat: {times: 300, steps: [{log: left}]}}]
  - steps: [{repeat: {times: 300, steps: [{log: right}]}}]
- log: ` + strings.Repeat("x", 5000) + `
`)
		if sc.Verdict != trace.Passed {
			t.Fatalf("it is %s: %v", sc.Verdict, sc.Problems)
		}
		left := 0
		for i, n := range sc.Notes {
			if n.LeftOut > 0 && i != 50 {
				t.Errorf("before note %d, %d are left out", i, n.LeftOut)
			}
			left += n.LeftOut
		}
		if len(sc.Notes) != 100 || len(sc.Notes)+left != 1601 {
			t.Errorf("%d notes are kept and %d left out, want 100 of 1601", len(sc.Notes), left)
		}
		if got := sc.Notes[49].Text; got != "round 49" {
			t.Errorf("the last of the first notes is %q", got)
		}
		if last := sc.Notes[99].Text; len(last) != 4096+len("…") || !strings.HasSuffix(last, "…") {
			t.Errorf("a long note has %d octets and ends in %q", len(last), last[max(0, len(last)-8):])
		}
	})
}

// A secret in a note is masked before the note is cut, and so is one that a peer sends.
func TestNotesAreMasked(t *testing.T) {
	const secret = "canary-4711-secret-canary-4711"
	fake(t, func(p *peer) { p.say("it is " + secret) }, func(s *stage) {
		s.options.LookupEnv = func(string) (string, bool) { return secret, true }
		sc := &s.run(`
secrets: [TOKEN]
scenarios:
- name: it
  steps:
  - connect
  - expect: message
    as: heard
  - log: "${heard.text}"
  - log: "${base64(env.TOKEN)}"
  - log: ` + strings.Repeat("x", 4093) + `${env.TOKEN}
  - log: ` + strings.Repeat("x", 4080) + `${env.TOKEN}
  - log: ` + strings.Repeat("x", 4060) + `${env.TOKEN}
`).Suites[0].Scenarios[0]
		if sc.Verdict != trace.Passed || len(sc.Notes) != 5 {
			t.Fatalf("it is %s with %d notes: %v", sc.Verdict, len(sc.Notes), sc.Problems)
		}
		for _, n := range sc.Notes {
			if strings.Contains(n.Text, "cana") || !strings.Contains(n.Text, "***") {
				t.Errorf("a note ends in %q", n.Text[max(0, len(n.Text)-40):])
			}
		}
		if got := sc.Notes[0].Text; got != "it is ***" {
			t.Errorf("what the peer sent is noted as %q", got)
		}
	})
}

// A note waits for its moment, and its label is when it was left.
func TestNotesInTime(t *testing.T) {
	fake(t, func(*peer) {}, func(s *stage) {
		sc := s.steps("- connect:\n  as: c\n- log: a\n  after: c.at + 70ms\n  as: noted\n- assert: {noted.at - c.at: 70ms}")
		if sc.Verdict != trace.Passed || len(sc.Notes) != 1 || sc.Notes[0].At != 70*time.Millisecond {
			t.Errorf("it is %s with %v: %v", sc.Verdict, sc.Notes, sc.Problems)
		}
	})
}
