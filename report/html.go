package report

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/report/page"
	"github.com/duologue/duologue/trace"
)

// HTML writes a run as one page that needs no other file and no network: an overview of all
// scenarios and, for each, its steps, its events on one clock and the audio of its streams.
//
// Nothing of the run becomes markup or code. The overview is JSON in which < is escaped.
// What a scenario holds is deflated and in base64, so that a page with many scenarios opens
// at once. The policy of the page allows one script and one style, by their digests, and no
// address at all. The script shows texts as texts.
func HTML(w io.Writer, r *trace.Run) error {
	z, _ := flate.NewWriter(nil, flate.DefaultCompression) // that level exists
	p := pageWriter{w: w, z: z}
	p.head(r)
	index := indexOf(r)
	p.json("index", index)
	p.text("<script>" + page.Script + "</script>\n")
	p.packed("common", commonOf(r))
	i := 0
	for s := range r.All() {
		detail, audio := detailOf(s)
		p.packed(fmt.Sprintf("s%d", i), detail)
		if len(audio) > 0 {
			p.deflated(fmt.Sprintf("a%d", i), audio)
		}
		i++
	}
	p.text("</body>\n</html>\n")
	if p.err != nil {
		return fmt.Errorf("write HTML: %w", p.err)
	}
	return nil
}

// pageWriter writes the parts of a page. After an error it writes nothing more.
type pageWriter struct {
	w   io.Writer
	z   *flate.Writer // used again, since a new one takes most of a megabyte
	err error
}

func (p *pageWriter) text(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, s)
	}
}

// head writes all that comes before the data.
func (p *pageWriter) head(r *trace.Run) {
	policy := fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; img-src data: blob:; media-src data: blob:; base-uri 'none'; form-action 'none'",
		digest(page.Script), digest(page.Style))
	p.text("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
	p.text("<meta http-equiv=\"Content-Security-Policy\" content=\"" + policy + "\">\n")
	p.text("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n")
	p.text("<meta name=\"referrer\" content=\"no-referrer\">\n<link rel=\"icon\" href=\"data:,\">\n")
	p.text("<title>" + html.EscapeString(shown(titleOf(r), maxName)) + "</title>\n<style>" + page.Style + "</style>\n</head>\n<body>\n")
	p.text("<noscript>This page needs JavaScript. The JSON trace (--trace) has the same content.</noscript>\n<div id=\"app\"></div>\n")
}

// digest names a script or style in a Content-Security-Policy (CSP3, 2.3.1).
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func titleOf(r *trace.Run) string {
	bad := r.Count(trace.Failed) + r.Count(trace.Errored) + r.Count(trace.Inconclusive)
	name := fmt.Sprintf("%d suites", len(r.Suites))
	if len(r.Suites) == 1 {
		name = r.Suites[0].Name
	}
	if bad > 0 {
		return fmt.Sprintf("%d not passed – %s", bad, name)
	}
	return "Passed – " + name
}

// json writes a value that the page reads at once.
func (p *pageWriter) json(id string, v any) {
	text, err := json.Marshal(v) // escapes <, > and &
	if err != nil {
		p.fail(err)
		return
	}
	p.text("<script type=\"application/json\" id=\"" + id + "\">")
	p.text(string(text))
	p.text("</script>\n")
}

// packed writes a value that the page reads when somebody wants to see it.
func (p *pageWriter) packed(id string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		p.fail(err)
		return
	}
	p.deflated(id, text)
}

func (p *pageWriter) deflated(id string, octets []byte) {
	var b bytes.Buffer
	p.z.Reset(&b)
	_, _ = p.z.Write(octets) // memory takes all
	_ = p.z.Close()
	p.text("<script type=\"application/octet-stream\" id=\"" + id + "\">")
	p.text(base64.StdEncoding.EncodeToString(b.Bytes()))
	p.text("</script>\n")
}

func (p *pageWriter) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// The types below are what the page reads; report/page/src/data.ts has the same.
type (
	pageIndex struct {
		Tool      string            `json:"tool"`
		Title     string            `json:"title"`
		Started   time.Time         `json:"started"`
		Duration  time.Duration     `json:"duration"`
		Seed      uint64            `json:"seed,string,omitempty"`
		Waiting   string            `json:"waiting,omitempty"`
		Lateness  trace.Lateness    `json:"lateness"`
		Warnings  []diag.Diagnostic `json:"warnings,omitempty"`
		Notices   []string          `json:"notices,omitempty"`
		Suites    []pageSuite       `json:"suites"`
		Scenarios []pageRow         `json:"scenarios"`
		Bounds    []time.Duration   `json:"bounds"` // of histograms
		Counts    []pageCount       `json:"counts"`
	}
	pageCount struct {
		Verdict trace.Verdict `json:"verdict"`
		Count   int           `json:"count"`
	}
	pageSuite struct {
		Name string `json:"name"`
		File string `json:"file"`
	}
	// pageRow is a scenario in the overview.
	pageRow struct {
		Suite    int           `json:"suite"`
		Name     string        `json:"name"`
		Verdict  trace.Verdict `json:"verdict"`
		Outcome  trace.Outcome `json:"outcome,omitempty"`
		Duration time.Duration `json:"duration"`
		Line     int           `json:"line,omitempty"`
		Attempts int           `json:"attempts,omitempty"`
		Runs     int           `json:"runs,omitempty"`
		Tags     []string      `json:"tags,omitempty"`
		Why      string        `json:"why,omitempty"` // the first problem, or the reason
		Audio    bool          `json:"audio,omitempty"`
	}
	// pageCommon is what several scenarios share.
	pageCommon struct {
		Sources  diag.Sources      `json:"sources"`
		Programs [][]trace.Program `json:"programs"` // of each suite
	}
	// pageDetail is a scenario, with some of its parts in the words of the page.
	pageDetail struct {
		*trace.Scenario
		Earlier     []pageAttempt    `json:"earlier,omitempty"`
		Problems    []pageProblem    `json:"problems,omitempty"`
		Connections []pageConnection `json:"connections,omitempty"`
		Requests    []pageEvent      `json:"requests,omitempty"`
		Dials       []pageEvent      `json:"dials,omitempty"`
		Voices      []pageVoice      `json:"voices,omitempty"`
	}
	pageAttempt struct {
		Verdict  trace.Verdict `json:"verdict"`
		Start    time.Duration `json:"start"`
		Duration time.Duration `json:"duration"`
		Problems []pageProblem `json:"problems,omitempty"`
	}
	pageProblem struct {
		Verdict    trace.Verdict   `json:"verdict"`
		Diagnostic diag.Diagnostic `json:"diagnostic"`
		Recent     []string        `json:"recent,omitempty"` // lines
		Output     []trace.Output  `json:"output,omitempty"`
		Step       int             `json:"step"` // the step that failed, or -1
	}
	pageConnection struct {
		Name     string         `json:"name"`
		URL      string         `json:"url"`
		Role     string         `json:"role,omitempty"`
		Dialled  time.Duration  `json:"dialled,omitempty"`
		Attempts int            `json:"attempts,omitempty"`
		Events   []pageEvent    `json:"events,omitempty"`
		Streams  []trace.Stream `json:"streams,omitempty"`
	}
	// pageEvent is an event with its line for a person. Of what a peer sent it has the first
	// 4 KiB.
	pageEvent struct {
		Seq      int           `json:"seq"`
		At       time.Duration `json:"at"`
		Sent     bool          `json:"sent,omitempty"`
		AfterEnd bool          `json:"after_end,omitempty"`
		Listener string        `json:"listener,omitempty"`
		Kind     string        `json:"kind"`
		Summary  string        `json:"summary,omitempty"`
		Detail   trace.Detail  `json:"detail"`
	}
)

func indexOf(r *trace.Run) pageIndex {
	out := pageIndex{
		Tool: r.Tool, Title: titleOf(r), Started: r.Started, Duration: r.Duration, Seed: r.Seed, Waiting: r.Waiting, Lateness: r.Lateness,
		Warnings: r.Warnings, Notices: r.Notices, Suites: []pageSuite{}, Scenarios: []pageRow{}, Bounds: trace.HistogramBounds,
	}
	for _, v := range verdicts {
		if n := r.Count(v); n > 0 {
			out.Counts = append(out.Counts, pageCount{v, n})
		}
	}
	for i, suite := range r.Suites {
		out.Suites = append(out.Suites, pageSuite{suite.Name, suite.File})
		for k := range suite.Scenarios {
			out.Scenarios = append(out.Scenarios, rowOf(i, &suite.Scenarios[k]))
		}
	}
	return out
}

func rowOf(suite int, s *trace.Scenario) pageRow {
	row := pageRow{
		Suite: suite, Name: diag.Clip(s.Name, maxName), Verdict: s.Verdict, Outcome: s.Outcome, Duration: s.Duration, Line: s.Pos.Line,
		Attempts: s.Attempts, Tags: s.Tags, Why: diag.Clip(s.Reason, maxMessage),
	}
	if len(s.Problems) > 0 {
		row.Why = summary(s.Problems[0].Diagnostic)
	}
	if s.Series != nil {
		row.Runs = s.Series.Runs
	}
	for _, c := range s.Connections {
		row.Audio = row.Audio || slices.ContainsFunc(c.Streams, func(s trace.Stream) bool { return len(s.Octets) > 0 })
	}
	return row
}

func commonOf(r *trace.Run) pageCommon {
	out := pageCommon{Sources: r.Sources, Programs: [][]trace.Program{}}
	for _, s := range r.Suites {
		out.Programs = append(out.Programs, s.Programs)
	}
	return out
}

// detailOf gives all of a scenario, and its audio as 8-bit µ-law at 8 kHz, one stream after
// the other.
func detailOf(s *trace.Scenario) (pageDetail, []byte) {
	out := pageDetail{Scenario: s, Requests: pageEvents(s.Requests, true), Dials: pageEvents(s.Dials, true)}
	for _, a := range s.Earlier {
		out.Earlier = append(out.Earlier, pageAttempt{a.Verdict, a.Start, a.Duration, pageProblems(a.Problems, nil, nil)})
	}
	out.Problems = pageProblems(s.Problems, s.Steps, s.Notes)
	var audio []byte
	for i, c := range s.Connections {
		out.Connections = append(out.Connections, pageConnection{
			c.Name, c.URL, c.Role, c.Dialled, c.Attempts, pageEvents(c.Events, len(c.Streams) == 0), c.Streams})
		for k := range c.Streams {
			v, octets := voiceOf(&c.Streams[k])
			if len(octets) == 0 {
				continue
			}
			v.Connection, v.Stream, v.Offset, v.Size = i, k, len(audio), len(octets)
			audio = append(audio, octets...)
			out.Voices = append(out.Voices, v)
		}
	}
	return out, audio
}

// pageEvents gives events for the page. Each chunk of media stands in its stream, so it is left
// out unless chunks are wanted.
func pageEvents(events []trace.Event, chunks bool) []pageEvent {
	var out []pageEvent
	for _, e := range events {
		if e.Kind() == "media" && !chunks {
			continue
		}
		summary := diag.Clip(e.Detail.Summary(), maxLine)
		out = append(out, pageEvent{e.Seq, e.At, e.Sent, e.AfterEnd, e.Listener, e.Kind(), summary, e.Brief().Detail})
	}
	return out
}

func pageProblems(all []trace.Problem, steps []trace.Step, notes []trace.Note) []pageProblem {
	var out []pageProblem
	for _, p := range all {
		out = append(out, pageProblem{p.Verdict, p.Diagnostic, lastEvents(p, notes, maxRecent), p.Output, stepOf(p.Diagnostic, steps)})
		notes = nil
	}
	return out
}

// stepOf finds the step to which a complaint belongs: the last one that did not pass and
// stands, or has a check, at its place. It gives -1 if there is none.
func stepOf(d diag.Diagnostic, steps []trace.Step) int {
	for i := len(steps) - 1; i >= 0; i-- {
		s := steps[i]
		if s.Verdict == trace.Passed || s.Verdict == trace.Skipped {
			continue
		}
		if s.Pos == d.Pos || s.Pos == d.Context || slices.ContainsFunc(s.Checks, func(c trace.Check) bool { return c.Pos == d.Pos }) {
			return i
		}
	}
	return slices.IndexFunc(steps, func(s trace.Step) bool { return s.Verdict != trace.Passed && s.Verdict != trace.Skipped })
}
