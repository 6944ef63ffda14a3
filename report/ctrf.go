package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// ctrfVersion is the version of the specification of CTRF. Its schema calls itself 0.0.0 until 1.0.0 is
// published.
const ctrfVersion = "0.0.0"

// The objects of CTRF, with those of its properties that are written here.
type (
	ctrfReport struct {
		Format      string      `json:"reportFormat"`
		Version     string      `json:"specVersion"`
		GeneratedBy string      `json:"generatedBy"`
		Results     ctrfResults `json:"results"`
	}
	ctrfResults struct {
		Tool    ctrfTool    `json:"tool"`
		Summary ctrfSummary `json:"summary"`
		Tests   []ctrfTest  `json:"tests"`
		Extra   ctrfExtra   `json:"extra"`
	}
	ctrfTool struct {
		Name    string `json:"name"`
		Version string `json:"version,omitempty"`
	}
	ctrfSummary struct {
		Tests    int   `json:"tests"`
		Passed   int   `json:"passed"`
		Failed   int   `json:"failed"`
		Skipped  int   `json:"skipped"`
		Pending  int   `json:"pending"` // there are none
		Other    int   `json:"other"`
		Flaky    int   `json:"flaky"`
		Suites   int   `json:"suites"`
		Start    int64 `json:"start"`
		Stop     int64 `json:"stop"`
		Duration int64 `json:"duration"`
	}
	ctrfTest struct {
		Name        string           `json:"name"`
		Status      string           `json:"status"`
		Duration    int64            `json:"duration"`
		Start       int64            `json:"start"`
		Stop        int64            `json:"stop"`
		Suite       []string         `json:"suite"`
		Message     string           `json:"message,omitempty"`
		Trace       string           `json:"trace,omitempty"`
		Line        int              `json:"line,omitempty"`
		RawStatus   string           `json:"rawStatus"`
		Tags        []string         `json:"tags,omitempty"`
		FilePath    string           `json:"filePath,omitempty"`
		Retries     int              `json:"retries"`
		Attempts    []ctrfAttempt    `json:"retryAttempts,omitempty"`
		Flaky       bool             `json:"flaky"`
		Stdout      []string         `json:"stdout,omitempty"`
		Attachments []ctrfAttachment `json:"attachments,omitempty"`
		Extra       *ctrfExtra       `json:"extra,omitempty"`
	}
	ctrfAttempt struct {
		Attempt  int    `json:"attempt"` // from 1
		Status   string `json:"status"`
		Duration int64  `json:"duration"`
		Message  string `json:"message,omitempty"`
		Trace    string `json:"trace,omitempty"`
		Line     int    `json:"line,omitempty"`
		Start    int64  `json:"start"`
		Stop     int64  `json:"stop"`
	}
	ctrfAttachment struct {
		Name        string `json:"name"`
		ContentType string `json:"contentType"`
		Path        string `json:"path"`
	}
	// ctrfExtra is the only place for what the format has no property for. Its key is a namespace.
	ctrfExtra struct {
		Own map[string]any `json:"duologue"`
	}
)

// CTRF writes a run in the Common Test Report Format, as JSON. Times are milliseconds, points in time since
// 1970. Inconclusive and error are other; rawStatus tells them apart. docs/reports.md has the whole table.
// Texts are limited and escaped as in [JUnit], and scenarios have the same names.
func CTRF(w io.Writer, r *trace.Run) error {
	name, version, _ := strings.Cut(r.Tool, " ")
	doc := ctrfReport{Format: "CTRF", Version: ctrfVersion, GeneratedBy: shown(r.Tool, maxName)}
	res := &doc.Results
	res.Tool = ctrfTool{cmp.Or(shown(name, maxName), "unnamed"), shown(version, maxName)}
	res.Extra = ctrfExtra{ctrfFacts(r)}
	res.Summary = ctrfSummary{Suites: len(r.Suites), Duration: r.Duration.Milliseconds()}
	res.Summary.Start, res.Summary.Stop = span(r.Started, 0, r.Duration)
	res.Tests = []ctrfTest{}
	suites := map[string]bool{}
	for i := range r.Suites {
		s := &r.Suites[i]
		suite, names := unique(suites, shown(s.Name, maxName)), map[string]bool{}
		for k := range s.Scenarios {
			t := ctrfTestOf(r, s, &s.Scenarios[k])
			t.Suite, t.Name = []string{suite}, unique(names, t.Name)
			res.Summary.add(&t)
			res.Tests = append(res.Tests, t)
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("write CTRF: %w", err)
	}
	return nil
}

// add counts a test.
func (s *ctrfSummary) add(t *ctrfTest) {
	s.Tests++
	switch t.Status {
	case "passed":
		s.Passed++
	case "failed":
		s.Failed++
	case "skipped":
		s.Skipped++
	default:
		s.Other++
	}
	if t.Flaky {
		s.Flaky++
	}
}

func ctrfTestOf(r *trace.Run, s *trace.Suite, sc *trace.Scenario) ctrfTest {
	t := ctrfTest{
		Name: shown(sc.Name, maxName), Status: ctrfStatus(sc.Verdict), Duration: sc.Duration.Milliseconds(), Line: sc.Pos.Line,
		RawStatus: shown(string(sc.Verdict), maxName), FilePath: shown(s.File, maxMessage), Retries: len(sc.Earlier),
		Message: shown(sc.Reason, maxMessage), Extra: ctrfExtraOf(sc),
	}
	t.Start, t.Stop = span(r.Clock(sc), sc.Start, sc.Duration)
	if sc.Pos.File != "" { // it may be imported from another
		t.FilePath = shown(sc.Pos.File, maxMessage)
	}
	if len(sc.Problems) > 0 {
		t.Message, t.Trace = summary(sc.Problems[0].Diagnostic), problemsText(r, sc)
	}
	for _, tag := range sc.Tags {
		t.Tags = append(t.Tags, shown(tag, maxName))
	}
	for i, a := range sc.Earlier {
		t.Attempts = append(t.Attempts, ctrfAttemptOf(r, r.Clock(sc), i, a))
		t.Flaky = t.Flaky || sc.Verdict == trace.Flaky && a.Verdict == trace.Failed
	}
	for line := range strings.Lines(notesText(sc.Notes)) {
		t.Stdout = append(t.Stdout, strings.TrimSuffix(line, "\n"))
	}
	for _, path := range sc.Artifacts {
		t.Attachments = append(t.Attachments, ctrfAttachment{diag.Visible(filepath.Base(path)), contentType(path), diag.Visible(path)})
	}
	return t
}

// ctrfAttemptOf gives the attempt i, counted from 0, before the last.
func ctrfAttemptOf(r *trace.Run, clock time.Time, i int, a trace.Attempt) ctrfAttempt {
	out := ctrfAttempt{Attempt: i + 1, Status: ctrfStatus(a.Verdict), Duration: a.Duration.Milliseconds()}
	out.Start, out.Stop = span(clock, a.Start, a.Duration)
	if len(a.Problems) > 0 {
		out.Message, out.Line = summary(a.Problems[0].Diagnostic), a.Problems[0].Diagnostic.Pos.Line
		out.Trace = problemsText(r, &trace.Scenario{Problems: a.Problems})
	}
	return out
}

// ctrfStatus gives the status of a verdict. An unknown one must not look better than an error.
func ctrfStatus(v trace.Verdict) string {
	switch v {
	case trace.Passed, trace.Flaky:
		return "passed"
	case trace.Failed:
		return "failed"
	case trace.Skipped:
		return "skipped"
	}
	return "other"
}

// ctrfExtraOf gives what the format has no property for; nil if there is nothing.
func ctrfExtraOf(sc *trace.Scenario) *ctrfExtra {
	own := map[string]any{}
	for key, text := range map[string]string{"outcome": string(sc.Outcome), "requirement": sc.Requirement} {
		if text != "" {
			own[key] = shown(text, maxMessage)
		}
	}
	if sc.Series != nil {
		own["runs"] = runsOf(sc.Series)
		figures := map[string]string{}
		for _, f := range sc.Series.Figures[:min(len(sc.Series.Figures), maxFigures)] {
			figures[shown(f.Name, maxName)] = percentiles(f)
		}
		own["figures"] = figures
	}
	if len(own) == 0 {
		return nil
	}
	return &ctrfExtra{own}
}

// ctrfFacts gives what is known of the whole run.
func ctrfFacts(r *trace.Run) map[string]any {
	out := map[string]any{"seed": fmt.Sprint(r.Seed)}
	if share := shareOf(r); share != "" {
		out["shard"] = share
	}
	for _, p := range latenessProperties(r) {
		out[p.Name] = p.Value
	}
	warnings, notices := []string{}, []string{}
	for _, d := range r.Warnings {
		warnings = append(warnings, shown(d.Error(), maxMessage))
	}
	for _, n := range r.Notices {
		notices = append(notices, shown(n, maxMessage))
	}
	out["warnings"], out["notices"] = warnings, notices
	return out
}

// span gives the first and the last millisecond of something, since 1970.
func span(clock time.Time, start, duration time.Duration) (first, last int64) {
	return clock.Add(start).UnixMilli(), clock.Add(start + duration).UnixMilli()
}

// contentType names the kind of a file that was kept. It asks nobody else, so that a report is the same on
// every machine.
func contentType(path string) string {
	if strings.EqualFold(filepath.Ext(path), ".wav") {
		return "audio/wav"
	}
	return "application/octet-stream"
}
