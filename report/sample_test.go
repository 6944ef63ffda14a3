package report_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

const ms = time.Millisecond

const suiteText = `suite: Orders
scenarios:
  - name: the answer is right
  - name: the answer is wrong
    steps:
      - expect: {message: {json: {note: "the quick brown fox jumps over the lazy dog"}}}
        within: 800ms
`

// at gives a place in the sample's file.
func at(line, col, length int) diag.Pos {
	return diag.Pos{File: "orders.yaml", Line: line, Col: col, Len: length}
}

// sample gives a run with every verdict in it.
func sample() *trace.Run {
	wrong := `{"type":"order","note":"the quick red fox jumps over the lazy dog"}`
	events := []trace.Event{
		{Seq: 0, At: 1 * ms, Connection: "main", Detail: &trace.Open{Status: 101, Protocol: "chat"}},
		{Seq: 1, At: 2 * ms, Connection: "main", Sent: true, Detail: &trace.Message{Data: []byte(`{"type":"order"}`)}},
	}
	for k := range 50 {
		events = append(events, trace.Event{Seq: 2 + k, At: time.Duration(20+20*k) * ms, Connection: "main",
			Detail: &trace.Media{Tag: "caller", Size: 160, Sequence: int64(k)}})
	}
	events = append(events, trace.Event{Seq: 52, At: 1243 * ms, Connection: "main", Detail: &trace.Message{Data: []byte(wrong)}})
	expected, actual := `"the quick brown fox jumps over the lazy dog"`, `"the quick red fox jumps over the lazy dog"`
	failed := trace.Scenario{
		Name: "the answer is wrong", Pos: at(4, 5, 4), Requirement: "RFC6455#5.4 (must)", Verdict: trace.Failed, Duration: 1243 * ms, Attempts: 1,
		Artifacts: []string{"/ci/out/answer.wav"},
		Notes: []trace.Note{{Seq: 1, At: 1 * ms, Pos: at(5, 5, 3), Text: "the customer is 4711"},
			{Seq: 52, At: 1020 * ms, Pos: at(5, 5, 3), Text: "the caller has\nspoken", LeftOut: 7}, {Seq: 53, At: 1243 * ms, Pos: at(5, 5, 3), Text: "answered"}},
		Steps: []trace.Step{{Pos: at(6, 9, 6), Verb: "expect", Verdict: trace.Failed, Checks: []trace.Check{
			{Pos: at(6, 41, 6), Subject: "message.json.note", Verdict: trace.Failed, Expected: expected, Actual: actual}}}},
		Problems: []trace.Problem{{
			Verdict: trace.Failed,
			Diagnostic: diag.Diagnostic{
				Pos: at(6, 41, 4), Message: "this is not the message that came", Context: at(4, 5, 4),
				Details: []diag.Detail{
					{Label: "message.json.note", Text: "expected " + expected + "\nactual   " + actual},
					{Label: "message.json.type", Text: "expected \"ready\"\nactual   \"order\""},
					{Label: "came", Text: wrong + " at 1.243s"},
				},
			},
			Recent: events,
			Output: []trace.Output{{At: 3 * ms, Program: "shop", Text: "listening on 127.0.0.1:9"}, {At: 1242 * ms, Program: "shop", Error: true, Text: "\x1b[31mno such order\x1b[0m"}},
		}},
		Connections: []trace.Connection{{Name: "main", URL: "ws://127.0.0.1:9/echo", Events: events}},
	}
	late := failed
	late.Name, late.Verdict, late.Requirement, late.Artifacts, late.Notes = "the machine is late", trace.Inconclusive, "", nil, failed.Notes[:1]
	late.Problems = []trace.Problem{{Verdict: trace.Inconclusive, Diagnostic: diag.Diagnostic{
		Pos: at(7, 17, 5), Message: "no message came within 800ms",
		Details: []diag.Detail{{Label: "but", Text: "this machine read late: p99 9ms, more than 5ms"}}}}}
	return &trace.Run{
		Tool: "duologue 1.0.0", Started: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), Duration: 4200 * ms, Seed: 1234567,
		Suites: []trace.Suite{
			{Name: "Orders", File: "orders.yaml", Scenarios: []trace.Scenario{
				{Name: "the answer is right", Pos: at(3, 5, 4), Verdict: trace.Passed, Duration: 1739 * time.Microsecond, Attempts: 1,
					Notes: []trace.Note{{At: 1 * ms, Pos: at(5, 5, 3), Text: "all is well"}}},
				failed, late,
				{Name: "the answer is right", Verdict: trace.Errored, Reason: "the suite's setup did not pass"},
			}},
			{Name: "Voice", File: "voice.yaml", Scenarios: []trace.Scenario{
				{Name: "not today", Verdict: trace.Skipped, Reason: "needs a trunk"},
				{Name: "again and again", Verdict: trace.Passed, Attempts: 1, Duration: 41 * time.Second, Series: &trace.Series{
					Runs: 20, Verdicts: map[trace.Verdict]int{trace.Passed: 19, trace.Flaky: 1}, Figures: []trace.Spread{
						{Name: "turn.response", Unit: "ns", Count: 20, Min: 390e6, P50: 412.5e6, P95: 431e6, P99: 440.25e6, Max: 440.25e6, Bins: []int{1, 0, 1, 2, 3, 4, 3, 2, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}},
						{Name: "similar_to.snr", Unit: "dB", Count: 18, Missing: 2, P50: 36.5, P95: 37, Max: 37.25},
						{Name: "len(events('main', 'media'))", Count: 20, P50: 100, P95: 100, Max: 101}}}},
				{Name: "twice", Verdict: trace.Flaky, Attempts: 3, Duration: 30 * ms, Artifacts: []string{"/ci/out/voice.wav"}, Earlier: []trace.Attempt{
					{Verdict: trace.Failed, Start: 100 * ms, Duration: 40 * ms, Problems: failed.Problems},
					{Verdict: trace.Errored, Start: 140 * ms, Duration: 50 * ms, Problems: []trace.Problem{{Verdict: trace.Errored, Diagnostic: diag.Diagnostic{
						Pos: at(5, 5, 4), Message: "this machine could not open the connection: too many open files"}}}}}},
				{Name: "three times", Pos: at(4, 5, 4), Verdict: trace.Failed, Attempts: 2, Duration: 20 * ms, Earlier: []trace.Attempt{{Verdict: trace.Inconclusive, Duration: 10 * ms, Problems: late.Problems}},
					Problems: []trace.Problem{{Verdict: trace.Failed, Diagnostic: diag.Diagnostic{Pos: at(7, 17, 5), Message: "no message came within 800ms"}}}},
			}},
			{Name: "Voice", File: "other/voice.yaml", Scenarios: []trace.Scenario{{Name: "twice", Verdict: trace.Passed, Attempts: 1}}},
		},
		Lateness: trace.Lateness{
			Woken: trace.Quantiles{Count: 50, P99: 1122 * time.Microsecond, Histogram: []int{0, 3, 40, 6, 0, 1}}, Blocked: trace.Quantiles{Count: 50, P99: 16 * time.Microsecond},
			Read: trace.Quantiles{Count: 840, P99: 1156 * time.Microsecond, Histogram: []int{0, 700, 139, 1}},
		},
		Waiting:  "thread",
		Warnings: []diag.Diagnostic{{Pos: at(5, 1, 0), Message: `"a.wav": the file ends early`}},
		Notices:  []string{"certificates were not verified"},
		Sources:  diag.Sources{"orders.yaml": suiteText},
	}
}

// hostile is what peers and files may contain to harm a screen, a log or a
// reader of XML.
var hostile = []string{
	"\x1b[2J\x1b]0;owned\x07", "\x1b]8;;http://evil\x1b\\link", "\u009b31m", "a\rb\x08\x7f", "line\n::error::injected", "\r\n##vso[task.complete result=Succeeded]",
	"::set-output name=x::y", " \u00a0::error::x", "##[error]x", "##teamcity[buildStatus status='SUCCESS']", "\u202eevil\u2066", "\u2028::error::x", "a\x00b",
	"\xff\xfe\xc0", "]]></failure><x y=\"&amp;", "\ufffe\uffff", "[[ATTACHMENT|/etc/passwd]]\n[[ATTACHMENT|/etc/shadow]]", "\U000e0041\u00ad\u061c",
	strings.Repeat("Z\u0335", 20_000), strings.Repeat("\n::error::", 2000), "",
}

// infested gives a run in which every text is s.
func infested(s string) *trace.Run {
	// The system limits the length of a path.
	pos := diag.Pos{File: "f\n" + s[:min(len(s), 1000)], Line: 2, Col: 3, Len: 4}
	events := []trace.Event{}
	for i, d := range []trace.Detail{
		&trace.Open{Status: 101, Protocol: s}, &trace.Message{Data: []byte(s)}, &trace.MediaStarted{Tag: s, Encoding: s}, &trace.MediaEnded{Tag: s, By: s},
		&trace.Media{Tag: s}, &trace.Mark{Name: s}, &trace.Clear{Tag: s}, &trace.DTMF{Digit: s}, &trace.Error{Problem: s, Rule: s, Text: s},
		&trace.Close{Code: 1000, Reason: s, By: s, TCP: s}, &trace.Ping{Data: []byte(s)}, &trace.Pong{Data: []byte(s)},
	} {
		events = append(events, trace.Event{Seq: i, Connection: s, AfterEnd: i%2 == 1, Detail: d})
	}
	d := diag.Diagnostic{Pos: pos, Message: s, Hint: s, Details: []diag.Detail{{Label: s, Text: s}, {Label: "check", Text: s}, {Text: s}}}
	bare := diag.Diagnostic{Message: s}
	long := `"` + strings.Repeat("x ", 30)
	run := &trace.Run{Tool: s, Notices: []string{s}, Warnings: []diag.Diagnostic{d, bare}, Sources: diag.Sources{pos.File: s + "\n" + s}, Duration: time.Second}
	for _, v := range []trace.Verdict{trace.Passed, trace.Failed, trace.Errored, trace.Inconclusive, trace.Skipped, trace.Flaky, trace.Verdict(s)} {
		sc := trace.Scenario{
			Name: s, Pos: pos, Requirement: s, Reason: s, Verdict: v, Artifacts: []string{s}, Notes: slices.Repeat([]trace.Note{{Pos: pos, Text: s, LeftOut: 1}}, 100),
			Steps:       []trace.Step{{Checks: []trace.Check{{Subject: "check", Verdict: trace.Failed, Expected: long + s + `"`, Actual: long + s + s + `"`}}}},
			Connections: []trace.Connection{{Name: s, URL: s, Events: events}, {Name: "second"}},
			Programs:    []trace.Program{{Name: s, Pos: pos, Command: []string{s, s}, Exit: new(1), Output: []trace.Output{{Text: s}}}, {}},
			Series: &trace.Series{Runs: 2, Verdicts: map[trace.Verdict]int{trace.Verdict(s): 1, v: 1},
				Figures: []trace.Spread{{Name: s, Unit: s, Worse: s, Missing: 1}}},
		}
		sc.Earlier = []trace.Attempt{{Verdict: v, Problems: []trace.Problem{{Verdict: v, Diagnostic: d, Recent: events}}}, {Verdict: trace.Failed}}
		if v != trace.Passed {
			sc.Problems = []trace.Problem{{Verdict: v, Diagnostic: d, Recent: events, Output: []trace.Output{{Program: s, Text: s}}}, {Verdict: v, Diagnostic: bare}}
		}
		run.Suites = append(run.Suites, trace.Suite{Name: s, File: s, Scenarios: []trace.Scenario{sc, sc}})
	}
	return run
}

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); -update writes it anew:\n%s", path, diff)
	}
}
