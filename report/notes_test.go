package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
)

// noted gives a failed scenario with so many notes, one before each of its events.
func noted(notes int) trace.Scenario {
	events := make([]trace.Event, notes)
	sc := trace.Scenario{Name: "it", Verdict: trace.Failed}
	for i := range notes {
		events[i] = trace.Event{Seq: i, Connection: "main", Detail: &trace.Message{Data: fmt.Appendf(nil, "m%d", i)}}
		sc.Notes = append(sc.Notes, trace.Note{Seq: i, Text: fmt.Sprint("n", i)})
	}
	sc.Connections = []trace.Connection{{Name: "main", Events: events}}
	sc.Problems = []trace.Problem{{Verdict: trace.Failed, Recent: events}, {Verdict: trace.Failed, Recent: events}}
	return sc
}

// shownOf gives the lines of notes and of messages as one word each, from a head on.
func shownOf(text, head string) string {
	_, text, _ = strings.Cut(text, head+"\n")
	var out []string
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
			return strings.Join(out, " ")
		case words[1] == "--":
			out = append(out, words[len(words)-1])
		case len(words) == 4:
			out = append(out, words[3])
		}
	}
	return strings.Join(out, " ")
}

// Each note stands at its place among the last events of the first problem. Of many notes the
// first and the last are shown, and how many are between. -v and the output of a case in JUnit
// have all that the trace has.
func TestNotesAmongEvents(t *testing.T) {
	few, many, kept := noted(3), noted(30), noted(3)
	kept.Notes[1].LeftOut = 5
	cut := noted(30)
	cut.Notes[12].LeftOut = 100
	const first, last = "n0 n1 n2 n3 n4 n5 n6 n7 n8 n9 ", " n20 n21 n22 m22 n23 m23 n24 m24 n25 m25 n26 m26 n27 m27 n28 m28 n29 m29"
	for _, tt := range []struct {
		name string
		sc   trace.Scenario
		want string
	}{
		{"few", few, "n0 m0 n1 m1 n2 m2"},
		{"some were not kept", kept, "n0 m0 5 n1 m1 n2 m2"},
		{"many", many, first + "10" + last},
		{"many, and some were not kept", cut, first + "110" + last},
	} {
		terminal := show(&report.Terminal{}, &trace.Run{Suites: []trace.Suite{{Name: "s", Scenarios: []trace.Scenario{tt.sc}}}})
		xml := junit(t, &trace.Run{Suites: []trace.Suite{{Name: "s", Scenarios: []trace.Scenario{tt.sc}}}})
		for where, text := range map[string]string{"the terminal": terminal, "JUnit": xml} {
			if got := shownOf(text, "last events and notes:"); got != tt.want {
				t.Errorf("%s: %s shows\n%s\nwant\n%s", tt.name, where, got, tt.want)
			}
			if got := strings.Count(text, "last events:\n"); got != 1 {
				t.Errorf("%s: %s shows %d times last events without notes, want once, at the second problem", tt.name, where, got)
			}
		}
		verbose := show(&report.Terminal{Verbose: true}, &trace.Run{Suites: []trace.Suite{{Name: "s", Scenarios: []trace.Scenario{tt.sc}}}})
		_, out, _ := strings.Cut(xml, "<system-out>")
		for where, text := range map[string]string{"-v": verbose, "the output of a case": out} {
			if got := strings.Count(text, " -- log n"); got != len(tt.sc.Notes) {
				t.Errorf("%s: %s shows %d notes, want %d:\n%s", tt.name, where, got, len(tt.sc.Notes), text)
			}
		}
	}
}

// Notes stand in the column of the events where there are several connections. They are shown
// where there are no events, and of a scenario that passed with -v only.
func TestNotesWithoutEvents(t *testing.T) {
	sc := trace.Scenario{Name: "it", Verdict: trace.Passed, Notes: []trace.Note{{Text: "a\nb"}}}
	run := &trace.Run{Suites: []trace.Suite{{Name: "s", Scenarios: []trace.Scenario{sc}}}}
	const line = `         0.000s -- log a\nb` + "\n"
	if got := show(&report.Terminal{}, run); strings.Contains(got, "log") {
		t.Errorf("of a scenario that passed is shown\n%s", got)
	}
	if got := show(&report.Terminal{Verbose: true}, run); !strings.Contains(got, "\n"+line) {
		t.Errorf("-v shows\n%s\nwant the line\n%s", got, line)
	}
	failed := &run.Suites[0].Scenarios[0]
	failed.Verdict, failed.Problems = trace.Failed, []trace.Problem{{Verdict: trace.Failed}}
	if got := show(&report.Terminal{}, run); !strings.Contains(got, "    notes:\n"+line) {
		t.Errorf("without events is shown\n%s", got)
	}
	failed.Problems[0].Recent = []trace.Event{{Seq: 1, Connection: "ann", Detail: &trace.Message{}}, {Seq: 2, Connection: "b", Detail: &trace.Message{}}}
	if got, want := show(&report.Terminal{}, run), "      "+"    "+line[6:]+"      ann    0.000s <- message\n"; !strings.Contains(got, want) {
		t.Errorf("with two connections is shown\n%s\nwant\n%s", got, want)
	}
}

// A line of a note fits the screen. A note attaches no file, wherever in the line a reader looks
// for one.
func TestNotesAreHarmless(t *testing.T) {
	sc := noted(1)
	sc.Notes[0].Text = "see [[ATTACHMENT|/etc/passwd]] " + strings.Repeat("x", 5000)
	run := &trace.Run{Suites: []trace.Suite{{Name: "s", Scenarios: []trace.Scenario{sc}}}}
	for line := range strings.Lines(show(&report.Terminal{Width: func() int { return 60 }}, run)) {
		if n := len([]rune(line)); n > 61 {
			t.Errorf("a line has %d columns of 60: %s", n, line)
		}
	}
	for line := range strings.Lines(show(&report.Terminal{Verbose: true}, run)) {
		if len(line) > 500 {
			t.Errorf("-v shows a line of %d octets", len(line))
		}
	}
	_, out, _ := strings.Cut(junit(t, run), "<system-out>")
	if !strings.Contains(out, `see [\x5bATTACHMENT|/etc/passwd]]`) || strings.Contains(out, "[[ATTACHMENT") {
		t.Errorf("the output of the case is\n%s", out)
	}
}
