package conformance

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
	"github.com/google/go-cmp/cmp"
)

func scenario(name string, v trace.Verdict, o trace.Outcome, message string) trace.Scenario {
	s := trace.Scenario{Name: name, Verdict: v, Outcome: o}
	if message != "" {
		s.Problems = []trace.Problem{{Diagnostic: diag.Diagnostic{Message: message}}}
	}
	return s
}

var someRun = &trace.Run{Tool: "duologue 1", Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Suites: []trace.Suite{{Scenarios: []trace.Scenario{
	scenario("6.4.2 late", trace.Passed, trace.Informational, ""),
	scenario("1.1.1 empty", trace.Passed, "", ""),
	scenario("3.2 echo", trace.Passed, trace.NonStrict, ""),
	scenario("7.5.1 reason", trace.Failed, "", "this is not the close that came"),
	scenario("D1.1 hello", trace.Skipped, "", ""),
	scenario("X1 unmasked", trace.Inconclusive, "", "late"),
	scenario("X2 other", "unheard of", "", ""),
	scenario("X3 again", trace.Flaky, "", ""),
}}}}

func TestOf(t *testing.T) {
	var got []string
	for _, c := range Of(someRun, "ws://a", "server", false).Cases {
		got = append(got, strings.Join([]string{c.ID, c.Section, c.Title, string(c.Outcome), c.Message}, "|"))
	}
	want := []string{
		"1.1.1|1|empty|ok|", "3.2|3|echo|non_strict|", "6.4.2|6|late|informational|", "7.5.1|7|reason|failed|this is not the close that came",
		"X1|X|unmasked|inconclusive|late", "X2|X|other|error|", "X3|X|again|ok|", "D1.1|D|hello|unimplemented|",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cases (-want +got):\n%s", diff)
	}
}

// A case that was performed several times counts each time, with the outcome of that run.
func TestReportOfRuns(t *testing.T) {
	often := scenario("6.4.1 late", trace.Inconclusive, "", "this machine was too late")
	often.Series = &trace.Series{Runs: 9,
		Verdicts: map[trace.Verdict]int{trace.Passed: 5, trace.Flaky: 1, trace.Inconclusive: 2, trace.Errored: 1},
		Outcomes: map[trace.Outcome]int{trace.Informational: 3, trace.NonStrict: 1}}
	never := scenario("6.4.2 late", trace.Passed, trace.Informational, "")
	never.Series = &trace.Series{Runs: 9, Verdicts: map[trace.Verdict]int{trace.Passed: 9}, Outcomes: map[trace.Outcome]int{trace.Informational: 9}}
	load := scenario("7.1 a load is one", trace.Passed, "", "")
	load.Series = &trace.Series{Load: true, Runs: 100, Verdicts: map[trace.Verdict]int{trace.Passed: 100}}
	r := Of(&trace.Run{Suites: []trace.Suite{{Scenarios: []trace.Scenario{often, never, load}}}}, "ws://a", "server", false)
	if got := r.Counts()["7"]; len(got) != 1 || got[OK] != 1 {
		t.Errorf("a load counts as %v, want it ok once", got)
	}
	want := map[Outcome]int{OK: 2, Informational: 3, NonStrict: 1, Inconclusive: 2, Errored: 1}
	if diff := cmp.Diff(want, r.Cases[0].Runs); diff != "" || r.Cases[0].Outcome != Inconclusive {
		t.Errorf("the case is %s with runs (-want +got):\n%s", r.Cases[0].Outcome, diff)
	}
	want = map[Outcome]int{Informational: 9}
	if diff := cmp.Diff(want, r.Cases[1].Runs); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	want = map[Outcome]int{OK: 2, Informational: 12, NonStrict: 1, Inconclusive: 2, Errored: 1}
	if diff := cmp.Diff(Count(want), r.Counts()["6"]); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestReportRoundTrip(t *testing.T) {
	want := Of(someRun, "ws://a", "server", true)
	var b bytes.Buffer
	if err := want.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("report (-written +read):\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		``:                             "unexpected end",
		`[]`:                           "cannot unmarshal",
		`{"format": "duologue-trace"}`: "it is no report of duologue conformance",
		`{"format": "duologue-conformance", "version": 2}`: "it has version 2, this program knows 1",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Read(%s) = %v, want an error with %q", text, err, want)
		}
	}
}

func TestSummary(t *testing.T) {
	var b strings.Builder
	if err := Summary(&b, Of(someRun, "ws://a", "server", false), diag.Palette{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"section                           ok non_strict informational unimplemented inconclusive error failed\n",
		"1   Framing                        1          .             .             .            .     .      .\n",
		"X   Frames, further                1          .             .             .            1     1      .\n",
		"all                                2          1             1             1            1     1      1\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "Opcodes") {
		t.Errorf("a section without cases is shown:\n%s", b.String())
	}
}

// Columns stay columns however often cases were performed.
func TestSummaryOfManyRuns(t *testing.T) {
	r := &Report{Cases: []Result{
		{ID: "1.1.1", Section: "1", Outcome: OK, Runs: Count{OK: 2_999, Failed: 1}},
		{ID: "6.4.1", Section: "6", Outcome: OK, Runs: Count{OK: 1_234_567}},
	}}
	var b strings.Builder
	if err := Summary(&b, r, diag.Palette{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	for _, line := range lines {
		if len(line) != len(lines[0]) {
			t.Errorf("%q is not as wide as %q", line, lines[0])
		}
	}
	if !strings.Contains(lines[len(lines)-1], " 1237566 ") {
		t.Errorf("the sum is not 1237566: %q", lines[len(lines)-1])
	}
}

// hostile is what a file from somebody else may contain.
const hostile = "<script>alert(1)</script>\x1b[2J"

func twoReports() []*Report {
	a := &Report{Tool: "duologue 1", Target: "ws://a", Cases: []Result{
		{ID: "1.1.1", Section: "1", Title: "empty", Outcome: OK}, {ID: "6.4.1", Section: "6", Title: "late", Outcome: OK}}}
	b := &Report{Tool: hostile, Target: hostile, Cases: []Result{
		{ID: "1.1.1", Section: "1", Title: "empty", Outcome: OK}, {ID: "6.4.1", Section: "6", Title: hostile, Outcome: Failed},
		{ID: "X1", Section: "X", Title: "unmasked", Outcome: "<b>unheard of"}}}
	return []*Report{a, b}
}

func TestCompare(t *testing.T) {
	const ask = "late                                        "
	for all, want := range map[bool]string{
		false: "case     what it asks                                 A             B\n6.4.1    " + ask + " ok            failed\nX1       unmasked                                     -             ?\n\n1 of 3 cases are alike in all of them\n",
		true:  "case     what it asks                                 A             B\n1.1.1    empty                                        ok            ok\n6.4.1    " + ask + " ok            failed\nX1       unmasked                                     -             ?\n",
	} {
		var b strings.Builder
		if err := Compare(&b, twoReports(), all, diag.Palette{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("Compare(all %t) lacks\n%s\nin\n%s", all, want, b.String())
		}
		if strings.Contains(b.String(), "\x1b") {
			t.Errorf("a control sequence of a file is printed: %q", b.String())
		}
	}
}

// Of many reports each case is told by its outcomes, with who has them and why.
func TestCompareMany(t *testing.T) {
	var reports []*Report
	for i, c := range []Result{{Outcome: OK}, {Outcome: OK}, {Outcome: OK}, {Outcome: Failed, Message: "no Close answers ours"}, {Outcome: NonStrict, Message: "another code"}, {}} {
		r := &Report{Name: fmt.Sprint("stack ", i+1), Target: "ws://a"}
		if c.Outcome != "" {
			c.ID, c.Section, c.Title = "7.1.1", "7", "a Close"
			r.Cases = []Result{c}
		}
		reports = append(reports, r)
	}
	var b strings.Builder
	if err := Compare(&b, reports, false, diag.Palette{}); err != nil {
		t.Fatal(err)
	}
	want := "7.1.1 a Close\n    failed        stack 4: no Close answers ours\n    non_strict    stack 5: another code\n    ok            the 3 others\n    -             stack 6\n"
	if !strings.Contains(b.String(), want) {
		t.Errorf("the comparison lacks\n%s\nin\n%s", want, b.String())
	}
}

func TestCompareHTML(t *testing.T) {
	reports := twoReports()
	reports[1].Cases[1].Message, reports[1].Cases[1].Came = "no message came", "1006"
	var b strings.Builder
	if err := CompareHTML(&b, reports); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		`content="default-src &#39;none&#39;; style-src &#39;sha256-`, `<td class="r-1 failed" tabindex="0" data-why="no message came; came: 1006">failed</td>`,
		`<tr class="same has-ok"><td class="id">1.1.1</td><td class="what">empty</td>`, `<td class="r-1 none">?</td>`,
		`&lt;script&gt;alert(1)&lt;/script&gt;`, `<th class="id">X</th><th class="what">Frames, further</th>`,
		`body:has(#s-6:not(:checked)) .s-6{display:none}`, `body:has(#o-failed:checked) tbody.cases tr:not(.has-failed){display:none}`, `body:has(#r-1:not(:checked)) .r-1{display:none}`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	for _, bad := range []string{"<script", "<b>", "ZgotmplZ", "unimpl<"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q:\n%s", bad, page)
		}
	}
}

// Only the server learns the password of a URL.
func TestReportHidesPassword(t *testing.T) {
	for url, want := range map[string]string{
		"ws://ann:s3cr3t@localhost/a": "ws://ann:xxxxx@localhost/a", "ws://localhost/": "ws://localhost/", "my client": "my client", "%zz": "%zz",
	} {
		if got := Of(&trace.Run{}, url, TagServer, false).Target; got != want {
			t.Errorf("Of(%q) is of %q, want %q", url, got, want)
		}
	}
}
