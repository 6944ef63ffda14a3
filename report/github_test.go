package report_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/duologue/duologue/baseline"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
)

// inCI gives the path of the sample's files in the repository. voice.yaml is not there.
func inCI(file string) string {
	if file == "voice.yaml" || file == "" {
		return ""
	}
	return "tests/" + file
}

// compared gives a comparison with every outcome in it.
func compared() baseline.Comparison {
	row := func(o baseline.Outcome, now float64) baseline.Row {
		return baseline.Row{Suite: "Orders", Scenario: "the answer is right", Figure: "turn.response", Of: "p50", Unit: "ns", Before: 512e6, Now: now, Outcome: o}
	}
	return baseline.Comparison{Compared: 4, Rows: []baseline.Row{row(baseline.Same, 520e6), row(baseline.Unsure, 700e6), row(baseline.Better, 300e6), row(baseline.Worse, 790e6), row(baseline.Gone, math.NaN())}}
}

func annotations(t *testing.T, r *trace.Run, c baseline.Comparison) string {
	t.Helper()
	var b strings.Builder
	if err := report.Annotations(&b, r, c, inCI); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func markdown(t *testing.T, r *trace.Run, c baseline.Comparison) string {
	t.Helper()
	var b strings.Builder
	if err := report.Markdown(&b, r, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAnnotations(t *testing.T) { golden(t, "github.txt", annotations(t, sample(), compared())) }
func TestMarkdown(t *testing.T)    { golden(t, "summary.md", markdown(t, sample(), compared())) }

// order is a command of GitHub Actions, as its runner reads it.
type order struct {
	name       string
	properties map[string]string
	data       string
}

// orders reads the commands in a log as the runner does: a line that begins with two colons after white space.
func orders(log string) []order {
	var out []order
	for line := range strings.SplitSeq(log, "\n") {
		line, ok := strings.CutPrefix(strings.TrimLeft(strings.TrimSuffix(line, "\r"), " \t\v\f\u00a0\u2028"), "::")
		info, data, ends := strings.Cut(line, "::")
		if !ok || !ends {
			continue
		}
		name, list, _ := strings.Cut(info, " ")
		o := order{name: name, properties: map[string]string{}, data: unescaped(data)}
		for pair := range strings.SplitSeq(list, ",") {
			if key, value, ok := strings.Cut(pair, "="); ok && value != "" {
				o.properties[key] = unescaped(value)
			}
		}
		out = append(out, o)
	}
	return out
}

func unescaped(s string) string {
	return strings.NewReplacer("%3A", ":", "%2C", ",", "%0D", "\r", "%0A", "\n", "%25", "%").Replace(s)
}

// The runner reads back what was meant: the place, the name and the words of each finding.
func TestAnnotationsAsTheRunnerReadsThem(t *testing.T) {
	r := &trace.Run{Suites: []trace.Suite{{Name: "50%, a: b", Scenarios: []trace.Scenario{
		{Name: "x,y=z", Pos: at(4, 5, 4), Verdict: trace.Failed, Problems: []trace.Problem{{Verdict: trace.Failed, Diagnostic: diag.Diagnostic{
			Pos: diag.Pos{File: "a,b.yaml", Line: 7, Col: 9, Len: 2}, Message: "100% wrong: a,b", Hint: "look", Details: []diag.Detail{{Label: "expected", Text: "1\n2"}}}}}},
		{Name: "elsewhere", Pos: diag.Pos{File: "voice.yaml", Line: 3}, Verdict: trace.Errored, Reason: "no setup"},
		{Name: "fine", Verdict: trace.Passed}, {Name: "left out", Verdict: trace.Skipped, Reason: "later"},
	}}}}
	got := orders(annotations(t, r, baseline.Comparison{}))
	want := []order{
		{"error", map[string]string{"file": "tests/a,b.yaml", "line": "7", "col": "9", "title": "50%, a: b › x,y=z"}, "100% wrong: a,b\nexpected: 1\n  2\nhint: look"},
		{"error", map[string]string{"title": "50%, a: b › elsewhere (error)"}, "voice.yaml:3: no setup"},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the runner reads\n%q\nwant\n%q", got, want)
	}
	if text := annotations(t, &trace.Run{Suites: []trace.Suite{{Scenarios: []trace.Scenario{{Verdict: trace.Passed}, {Verdict: trace.Skipped}}}}}, baseline.Comparison{}); text != "" {
		t.Errorf("a run that passed has the annotations %q", text)
	}
}

// Whatever peers and files say, the runner reads no command but ours, none is too long, and no more of them than are shown.
func TestHostileAnnotations(t *testing.T) {
	for i, s := range hostile {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			text := annotations(t, infested(s), baseline.Comparison{Rows: []baseline.Row{{Suite: s, Scenario: s, Figure: s, Unit: s, Outcome: baseline.Worse}}})
			all := orders(text)
			if lines := strings.Count(text, "\n"); lines != len(all) || strings.ContainsAny(text, "\r\x1b\u2028\u202e") {
				t.Errorf("%d lines, %d commands:\n%.2000s", lines, len(all), text)
			}
			if strings.Contains(text, "##[") || strings.Contains(text, "##vso[") {
				t.Errorf("an old command stands in\n%.2000s", text)
			}
			count := map[string]int{}
			for _, o := range all {
				count[o.name]++
				for key := range o.properties {
					if !slices.Contains([]string{"file", "line", "col", "title"}, key) {
						t.Errorf("there is a property %q", key)
					}
				}
				if len([]rune(o.data)) > 4096 {
					t.Errorf("an annotation has %d characters", len([]rune(o.data)))
				}
			}
			if len(count) != 2 || count["error"] > 10 || count["warning"] > 10 || count["error"] == 0 || count["warning"] == 0 {
				t.Errorf("commands: %v", count)
			}
		})
	}
}

var (
	ownTags = regexp.MustCompile(`</?(?:table|tr|th|td|pre|code)>|<td colspan="4">`)
	entity  = regexp.MustCompile(`&(?:#\d+|amp|lt|gt|quot);`)
)

// Nothing of what peers and files say is markup in the summary, and its table is one block.
func TestHostileMarkdown(t *testing.T) {
	for i, s := range append(hostile, "</pre></td></table>\n\n# owned\n", "| x | [a](http://evil) ![i](http://evil/i.png) `", "@team #1 \u003cscript>") {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			text := markdown(t, infested(s), baseline.Comparison{})
			_, table, ok := strings.Cut(text, "<table>\n")
			table, rest, closed := strings.Cut(table, "</table>\n\n")
			if !ok || !closed || strings.Contains(table, "\n\n") || rest != "" {
				t.Fatalf("it is not one block:\n%.2000s", text)
			}
			for line := range strings.Lines(table) {
				if !strings.HasPrefix(line, "<tr>") || !strings.HasSuffix(line, "</tr>\n") {
					t.Errorf("a row is cut: %.200q", line)
				}
			}
			plain := ownTags.ReplaceAllString(table, "")
			if strings.ContainsAny(plain, "<>\"'\r\x1b\u2028\u202e") || strings.Contains(entity.ReplaceAllString(plain, ""), "&") {
				t.Errorf("there is markup in it:\n%.2000s", plain)
			}
			if len(text) > 512<<10 {
				t.Errorf("the summary has %d octets", len(text))
			}
		})
	}
}

// Of many failures the first are told, and the number of the others.
func TestManyFindings(t *testing.T) {
	run := func(n int) *trace.Run {
		r := &trace.Run{Suites: []trace.Suite{{Name: "s"}}}
		for i := range n {
			r.Suites[0].Scenarios = append(r.Suites[0].Scenarios, trace.Scenario{Name: fmt.Sprint("it ", i), Verdict: trace.Failed, Reason: strings.Repeat("x", 600)})
		}
		return r
	}
	if all := orders(annotations(t, run(10), baseline.Comparison{})); len(all) != 10 || all[9].properties["title"] != "s › it 9" {
		t.Errorf("ten are %d, the last %v", len(all), all[len(all)-1])
	}
	if all := orders(annotations(t, run(11), baseline.Comparison{})); len(all) != 10 || !strings.HasPrefix(all[9].data, "and 2 more;") {
		t.Errorf("eleven are %d, the last %v", len(all), all[len(all)-1])
	}
	text := markdown(t, run(5000), baseline.Comparison{})
	rows := strings.Count(text, "<tr><td><code>")
	if !strings.Contains(text, fmt.Sprintf(">and %d more</td>", 5000-rows)) || rows < 100 || len(text) > 512<<10 {
		t.Errorf("%d rows, %d octets, ending in %q", rows, len(text), text[len(text)-200:])
	}
}
