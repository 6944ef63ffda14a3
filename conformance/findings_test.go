package conformance

import (
	"strings"
	"testing"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
	"github.com/google/go-cmp/cmp"
)

// cause is a scenario that failed, or was allowed, because of what came.
func cause(name string, v trace.Verdict, o trace.Outcome, message, came string) trace.Scenario {
	s := trace.Scenario{Name: name, Verdict: v, Outcome: o}
	if v == trace.Passed {
		s.Reason, s.Came = message, came
		return s
	}
	s.Problems = []trace.Problem{{Verdict: v, Diagnostic: diag.Diagnostic{Message: message, Details: []diag.Detail{{Label: "came", Text: came + " at 0.123s"}}}}}
	return s
}

// A cause is told once, however many cases have it; what came last in order is no cause of its own.
func TestFindings(t *testing.T) {
	const refused, echo = "refused with another code", "this is not the message that came"
	run := &trace.Run{Suites: []trace.Suite{
		{Name: "7 Closing", Scenarios: []trace.Scenario{
			cause("7.7.2 b", trace.Failed, "", "no Close answers ours", "1006, not clean, by us, tcp fin"),
			cause("7.7.1 a", trace.Failed, "", "no Close answers ours", "1006, not clean, by us, tcp reset"),
			cause("7.7.3 c", trace.Failed, "", "no Close answers ours", "1006, not clean, by us, tcp fin"),
			cause("7.7.5 e", trace.Failed, "", "no Close answers ours", "1006, not clean, by us, tcp fin"),
		}},
		{Name: "6 UTF-8", Scenarios: []trace.Scenario{
			cause("6.1.1 m", trace.Failed, "", echo, "one"), cause("6.1.2 n", trace.Failed, "", echo, "2000, two by you"),
			cause("6.3.1 o", trace.Passed, trace.NonStrict, refused, "close 1002, clean, by peer, tcp fin"),
			cause("6.3.2 p", trace.Passed, trace.NonStrict, refused, "close 1011, clean, by peer, tcp fin"),
			cause("6.4.1 q", trace.Passed, trace.Informational, "late", "nothing"),
			cause("6.4.2 r", trace.Passed, "", "", ""),
			{Name: "6.4.3 s", Verdict: trace.Errored, Reason: "the client did not ask for it"},
			{Name: "6.4.4 t", Verdict: trace.Skipped, Reason: "no compression"},
		}},
	}}
	var b strings.Builder
	for _, f := range Findings(run) {
		if err := f.Write(&b, diag.Palette{}, 80); err != nil {
			t.Fatal(err)
		}
		b.WriteString("  first " + f.Suite + " › " + f.First.Name + "\n")
	}
	want := `failed 4 cases: no Close answers ours: 7.7.1-3 7.7.5
  first 7 Closing › 7.7.1 a
failed 2 cases: this is not the message that came: 6.1.1 6.1.2
  first 6 UTF-8 › 6.1.1 m
error 6.4.3 s: the client did not ask for it
  first 6 UTF-8 › 6.4.3 s
non_strict 2 cases: refused with another code: 1002, 1011: 6.3.1 6.3.2
  first 6 UTF-8 › 6.3.1 o
informational 6.4.1 q: late
  first 6 UTF-8 › 6.4.1 q
unimplemented 6.4.4 t: no compression
  first 6 UTF-8 › 6.4.4 t
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// Numbers that are too many for a line go into several, and what a file says is made fit to print.
func TestFindingWrite(t *testing.T) {
	f := Finding{Outcome: NonStrict, Message: "because\x1b[2J"}
	for _, id := range []string{"1.1.1", "1.1.2", "1.1.4", "1.2.4", "1.2.5", "1.2.6", "2.1", "X1", "X2", "X3", "X4", "X11.1"} {
		f.Cases = append(f.Cases, Case{ID: id})
	}
	var b strings.Builder
	if err := f.Write(&b, diag.Palette{}, 40); err != nil {
		t.Fatal(err)
	}
	want := "non_strict 12 cases: because\\x1b[2J\n    1.1.1 1.1.2 1.1.4 1.2.4-6 2.1 X1-4\n    X11.1\n"
	if got := b.String(); got != want {
		t.Errorf("Write() = %q, want %q", got, want)
	}
}
