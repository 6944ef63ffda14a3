// Package trace is what happened in a run, as plain data in its own words.
//
// A [Run] holds suites, a [Suite] scenarios, a [Scenario] its steps, checks,
// connections and streams. Nothing here refers to what was asked but by place
// ([diag.Pos]); nothing is changed once it is published. Reports are functions
// over a Run.
//
// All times are offsets from the start of the run.
package trace

import (
	"time"

	"github.com/duologue/duologue/diag"
)

// Verdict is how a scenario, a step or a check ended.
type Verdict string

// The verdicts. Only Passed and Flaky are good; Skipped says nothing.
const (
	Passed       Verdict = "passed"
	Failed       Verdict = "failed"
	Errored      Verdict = "error"        // the scenario could not be performed
	Inconclusive Verdict = "inconclusive" // this machine was too late to judge
	Skipped      Verdict = "skipped"
	Flaky        Verdict = "flaky" // passed on a retry
)

// Run is one performance of everything that was selected.
type Run struct {
	Tool     string // name and version
	Started  time.Time
	Duration time.Duration
	Seed     uint64
	Suites   []Suite
	Lateness Lateness
	Warnings []diag.Diagnostic // about the files, such as a truncated WAV
	Notices  []string          // what every report must say, such as that certificates were not verified
	Sources  diag.Sources      // the texts of the suites, for excerpts
}

// Suite is one file.
type Suite struct {
	Name      string
	File      string
	Scenarios []Scenario
}

// Scenario is one scenario, or one row of its matrix.
type Scenario struct {
	Name        string // unique in the suite
	Pos         diag.Pos
	Tags        []string
	Requirement string
	Verdict     Verdict
	Reason      string // why it was skipped, or what stood in the way
	Start       time.Duration
	Duration    time.Duration
	Attempts    int
	Steps       []Step
	Problems    []Problem // why it did not pass; the first is the cause
	Connections []Connection
	Lateness    Lateness
}

// Step is one step as it was carried out.
type Step struct {
	Pos     diag.Pos
	Verb    string
	Name    string
	Start   time.Duration
	End     time.Duration
	Verdict Verdict
	Checks  []Check
}

// Check is one comparison that was made, good or bad.
type Check struct {
	Pos      diag.Pos
	Subject  string // what was looked at, such as "close.code"
	Verdict  Verdict
	Expected string
	Actual   string
}

// Problem is one reason why a scenario did not pass, ready to be shown.
type Problem struct {
	Verdict    Verdict
	Diagnostic diag.Diagnostic
	Recent     []Event // the last events of the connection concerned
}

// Connection is one WebSocket connection, or an attempt at one.
type Connection struct {
	Name    string
	URL     string
	Events  []Event
	Streams []Stream
}

// Count gives the number of scenarios with a verdict.
func (r *Run) Count(v Verdict) int {
	n := 0
	for _, s := range r.Suites {
		for _, c := range s.Scenarios {
			if c.Verdict == v {
				n++
			}
		}
	}
	return n
}
