package conformance

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// Outcome is what came of a case.
type Outcome string

// The outcomes. Only OK, NonStrict and Informational are good.
const (
	OK            Outcome = "ok"
	NonStrict     Outcome = "non_strict"    // allowed, but not what the rule asks for
	Informational Outcome = "informational" // the rule leaves it open, and the peer took the less usual way
	Failed        Outcome = "failed"
	Unimplemented Outcome = "unimplemented" // the peer does not have what the case is about
	Errored       Outcome = "error"         // the case could not be performed
	Inconclusive  Outcome = "inconclusive"  // this machine was too late to judge
)

// Outcomes are all of them, the best first.
var Outcomes = []Outcome{OK, NonStrict, Informational, Unimplemented, Inconclusive, Errored, Failed}

// Result is what came of one case.
type Result struct {
	ID       string        `json:"id"`
	Section  string        `json:"section"`
	Title    string        `json:"title"`
	Outcome  Outcome       `json:"outcome"`
	Message  string        `json:"message,omitempty"` // why it is not ok
	Came     string        `json:"came,omitempty"`    // what came that the message is about
	Duration time.Duration `json:"duration"`          // nanoseconds

	Runs map[Outcome]int `json:"runs,omitempty"` // of a case that was performed several times; Outcome is the worst of them
}

// Report is what came of all cases that were selected, in order of their ids.
type Report struct {
	Format  string    `json:"format"`         // duologue-conformance
	Version int       `json:"version"`        // 1
	Tool    string    `json:"tool"`           // name and version
	Name    string    `json:"name,omitempty"` // of the target, with its version perhaps; as a person calls it
	Target  string    `json:"target"`         // the URL of the server, or the name of the client
	Role    string    `json:"role"`           // what is under test: server or client
	Date    time.Time `json:"date"`
	Strict  bool      `json:"strict,omitempty"` // non_strict counted as failed
	Cases   []Result  `json:"cases"`
}

// The format of a report as JSON.
const (
	format  = "duologue-conformance"
	version = 1
)

// Of gives the report of a run.
func Of(run *trace.Run, target, role string, strict bool) *Report {
	r := &Report{Format: format, Version: version, Tool: run.Tool, Target: withoutPassword(target), Role: role, Date: run.Started, Strict: strict}
	for s := range run.All() {
		r.Cases = append(r.Cases, ResultOf(s))
	}
	slices.SortStableFunc(r.Cases, func(a, b Result) int { return Order(a.ID, b.ID) })
	return r
}

// withoutPassword hides the password of a URL.
func withoutPassword(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.User == nil {
		return target
	}
	return u.Redacted()
}

// ResultOf reads the result of a case out of what happened.
func ResultOf(s *trace.Scenario) Result {
	c := CaseOf(s.Name, s.Tags)
	out := Result{ID: c.ID, Section: c.Section(), Title: c.Title, Outcome: outcomeOf(s.Verdict, s.Outcome), Message: s.Reason, Duration: s.Duration}
	out.Came = s.Came
	if len(s.Problems) > 0 {
		said := s.Problems[0].Diagnostic
		out.Message, out.Came = cmp.Or(s.Reason, said.Message), cameOf(said)
	}
	if s.Series != nil && !s.Series.Load {
		out.Runs = runsOf(s.Series)
	}
	return out
}

// cameOf gives what a complaint says that came, without the time at which it did.
func cameOf(d diag.Diagnostic) string {
	for _, detail := range d.Details {
		if detail.Label == "came" {
			return atTime.ReplaceAllString(detail.Text, "")
		}
	}
	return ""
}

// atTime is how [trace.Event.Came] ends.
var atTime = regexp.MustCompile(`,? at [0-9]+\.[0-9]{3}s$`)

// runsOf counts what came of each run of a series.
func runsOf(s *trace.Series) map[Outcome]int {
	runs := map[Outcome]int{}
	for verdict, n := range s.Verdicts {
		runs[outcomeOf(verdict, "")] += n
	}
	for as, n := range s.Outcomes { // which are among those that passed
		runs[OK] -= n
		runs[outcomeOf(trace.Passed, as)] += n
	}
	maps.DeleteFunc(runs, func(_ Outcome, n int) bool { return n == 0 })
	return runs
}

func outcomeOf(v trace.Verdict, as trace.Outcome) Outcome {
	switch v {
	case trace.Passed, trace.Flaky:
		switch as {
		case trace.NonStrict:
			return NonStrict
		case trace.Informational:
			return Informational
		}
		return OK
	case trace.Failed:
		return Failed
	case trace.Skipped:
		return Unimplemented
	case trace.Inconclusive:
		return Inconclusive
	}
	return Errored // never greener than that
}

// Write gives the report as JSON.
func (r *Report) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("write conformance report: %w", err)
	}
	return nil
}

// maxReport bounds a report that is read, in octets.
const maxReport = 16 << 20

// Read takes back what Write gave. A version higher than its own is an error.
func Read(rd io.Reader) (*Report, error) {
	data, err := io.ReadAll(io.LimitReader(rd, maxReport+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxReport {
		return nil, fmt.Errorf("it has more than %d MiB", maxReport>>20)
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, err
	}
	switch {
	case r.Format != format:
		return nil, errors.New("it is no report of duologue conformance --json")
	case r.Version > version:
		return nil, fmt.Errorf("it has version %d, this program knows %d", r.Version, version)
	}
	return &r, nil
}
