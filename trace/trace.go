// Package trace is what happened in a run, as plain data in its own words.
//
// A [Run] holds suites, a [Suite] scenarios, a [Scenario] its steps, checks,
// connections and streams. A place in a file ([diag.Pos]) is the only reference to
// what was asked. Nobody changes a run after it was published: who has something
// to add makes another one with [Run.Clone]. Reports are functions over a Run.
//
// All times are offsets from the start of the run; in a run that [Merge] made, those of a scenario may be offsets
// from its own Started.
//
// [Write] gives a run as JSON and [Read] takes it back; see docs/trace.md.
package trace

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
)

// Verdict says how a scenario, a step or a check ended.
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

// Outcome says how well a scenario passed. "" is what the rule asks for.
type Outcome string

// The outcomes.
const (
	NonStrict     Outcome = "non_strict"    // allowed, but not what the rule asks for; fails under --strict
	Informational Outcome = "informational" // the rule leaves it open
)

// Part names what is no scenario, such as what a suite does around its scenarios. It stands among them only if it did
// not do what it should.
type Part string

// The parts.
const (
	SetupPart    Part = "setup"
	TeardownPart Part = "teardown"
	ServicesPart Part = "services"
	ShardPart    Part = "shard" // of a merged run, that it lacks
)

// Run is one performance of all selected scenarios.
type Run struct {
	Tool     string            `json:"tool"` // name and version
	Started  time.Time         `json:"started"`
	Duration time.Duration     `json:"duration"`
	Seed     uint64            `json:"seed,string,omitempty"`
	Suites   []Suite           `json:"suites"`
	Lateness Lateness          `json:"lateness"`
	Waiting  string            `json:"waiting,omitempty"`  // how this machine waited: "thread", or "timer", which is less exact
	Warnings []diag.Diagnostic `json:"warnings,omitempty"` // about the files, such as a truncated WAV
	Notices  []string          `json:"notices,omitempty"`  // what every report must say, for example that certificates were not verified
	Shard    *Shard            `json:"shard,omitempty"`    // if others performed what else was selected
	Sources  diag.Sources      `json:"sources,omitempty"`  // the texts of the suites, for excerpts
}

// Shard is the share of a run: of all that is selected each of several machines performs a part.
type Shard struct {
	Index     int   `json:"index,omitempty"`   // from 1; 0: the shares that are not Missing, merged
	Of        int   `json:"of"`                // how many shares there are
	Total     int   `json:"total"`             // the scenarios that are selected, in all shares
	Elsewhere int   `json:"elsewhere"`         // those in other shares that nothing says to skip
	Missing   []int `json:"missing,omitempty"` // the shares that a merged run lacks
}

// Absent gives the shares that are not in the run. A run that is no share lacks none.
func (s *Shard) Absent() []int {
	if s == nil {
		return nil
	}
	var out []int
	for i := 1; i <= s.Of; i++ {
		if s.Index != 0 && s.Index != i || slices.Contains(s.Missing, i) {
			out = append(out, i)
		}
	}
	return out
}

// Suite is one file.
type Suite struct {
	Name      string     `json:"name"`
	File      string     `json:"file"`
	Scenarios []Scenario `json:"scenarios"`
	Programs  []Program  `json:"programs,omitempty"` // the services that its scenarios shared
}

// Scenario is one scenario, or one row of its matrix.
type Scenario struct {
	Name        string        `json:"name"`           // unique in the suite
	Part        Part          `json:"part,omitempty"` // if it is no scenario, but what its suite does around them
	Pos         diag.Pos      `json:"pos"`
	Number      int           `json:"number,omitempty"` // in a run that is one of several shares: its place among all that are selected, from 1
	Tags        []string      `json:"tags,omitempty"`
	Requirement string        `json:"requirement,omitempty"`
	Verdict     Verdict       `json:"verdict"`
	Outcome     Outcome       `json:"outcome,omitempty"` // of a passed scenario whose outcome is not what the rule asks for
	Reason      string        `json:"reason,omitempty"`  // why it was skipped, why it could not be performed, or why it has its outcome
	Came        string        `json:"came,omitempty"`    // what came, by which it has its outcome
	Started     time.Time     `json:"started,omitzero"`  // what its times count from; zero: the start of the run. See [Merge]
	Start       time.Duration `json:"start"`
	Duration    time.Duration `json:"duration"`
	Attempts    int           `json:"attempts"`
	Earlier     []Attempt     `json:"earlier,omitempty"`   // the attempts before the last one; everything else is of the last
	Artifacts   []string      `json:"artifacts,omitempty"` // paths of files that were kept, such as WAVs
	Steps       []Step        `json:"steps,omitempty"`
	Problems    []Problem     `json:"problems,omitempty"` // why it did not pass; the first is the cause
	Connections []Connection  `json:"connections,omitempty"`
	Programs    []Program     `json:"programs,omitempty"` // its services and commands
	Dials       []Event       `json:"dials,omitempty"`    // the dials that came on its endpoints
	Notes       []Note        `json:"notes,omitempty"`    // what its steps logged, in order
	Requests    []Event       `json:"requests,omitempty"` // requests over plain HTTP and their answers, with the beginning of their bodies
	Lateness    Lateness      `json:"lateness"`
	Series      *Series       `json:"series,omitempty"` // if it was performed several times; everything else is then of one of the runs
}

// Attempt is one performance of a scenario that did not pass and was tried again.
type Attempt struct {
	Verdict  Verdict       `json:"verdict"`
	Start    time.Duration `json:"start"`
	Duration time.Duration `json:"duration"`
	Problems []Problem     `json:"problems,omitempty"`
}

// Step is one step that was carried out.
type Step struct {
	Pos     diag.Pos      `json:"pos"`
	Verb    string        `json:"verb"`
	Name    string        `json:"name,omitempty"`
	Start   time.Duration `json:"start"`
	End     time.Duration `json:"end"`
	Verdict Verdict       `json:"verdict"`
	Reason  string        `json:"reason,omitempty"` // why it was skipped or cut off
	Checks  []Check       `json:"checks,omitempty"`
}

// Check is one comparison that was made, passed or not.
type Check struct {
	Pos      diag.Pos `json:"pos"`
	Subject  string   `json:"subject"` // what was compared, such as "close.code"
	Verdict  Verdict  `json:"verdict"`
	Expected string   `json:"expected"`
	Actual   string   `json:"actual"`
	Figure   *Figure  `json:"figure,omitempty"` // what was measured, if that is a number

	From  time.Duration `json:"from,omitempty"`  // when the stretch of time begins that was measured
	Until time.Duration `json:"until,omitempty"` // when it ends; 0 if no single stretch was measured
}

// Problem is one reason why a scenario did not pass, ready to be shown.
type Problem struct {
	Verdict    Verdict         `json:"verdict"`
	Diagnostic diag.Diagnostic `json:"diagnostic"`
	Recent     []Event         `json:"recent,omitempty"` // the last events of the connection
	Output     []Output        `json:"output,omitempty"` // what services and commands wrote around it
}

// Connection is one WebSocket connection, or an attempt at one.
type Connection struct {
	Name     string        `json:"name"`
	URL      string        `json:"url"`
	Role     string        `json:"role,omitempty"`     // ours in its dialect, platform or app; "": it speaks none
	Dialled  time.Duration `json:"dialled,omitempty"`  // when we began to dial, or read a client's request; 0: no client was accepted
	Attempts int           `json:"attempts,omitempty"` // how often it was dialled, if more than once; the events are of the last attempt
	Events   []Event       `json:"events,omitempty"`
	Streams  []Stream      `json:"streams,omitempty"`
}

// Note is what a step `log` said.
type Note struct {
	Seq     int           `json:"seq"` // events of the scenario with a lower number came before it
	At      time.Duration `json:"at"`
	Pos     diag.Pos      `json:"pos"`                // of the step
	Text    string        `json:"text"`               // may be hostile
	LeftOut int           `json:"left_out,omitempty"` // how many notes before this one were not kept
}

// Line gives a note as one line for a person: its time and its text. It is safe to print.
func (n Note) Line() string {
	return diag.Visible(strings.TrimRight(fmt.Sprintf("%9s -- log %s", Stamp(n.At), n.Text), " "))
}

// Clone gives a run whose scenarios can be changed while those of r stay as they
// are: their fields can be set, and their lists appended to. What stands in the
// lists belongs to both runs and must not be written to.
func (r *Run) Clone() *Run {
	out := *r
	out.Suites = slices.Clone(r.Suites)
	for i := range out.Suites {
		out.Suites[i].Scenarios = slices.Clone(out.Suites[i].Scenarios)
	}
	for s := range out.All() {
		// A list without room to grow is copied by append.
		s.Tags, s.Artifacts, s.Dials, s.Notes = slices.Clip(s.Tags), slices.Clip(s.Artifacts), slices.Clip(s.Dials), slices.Clip(s.Notes)
		s.Requests = slices.Clip(s.Requests)
		s.Earlier, s.Steps, s.Problems, s.Connections = slices.Clip(s.Earlier), slices.Clip(s.Steps), slices.Clip(s.Problems), slices.Clip(s.Connections)
		s.Programs = slices.Clip(s.Programs)
	}
	return &out
}

// All gives every scenario, suite by suite. Only the scenarios of a [Run.Clone] may
// be changed.
func (r *Run) All() iter.Seq[*Scenario] {
	return func(yield func(*Scenario) bool) {
		for _, s := range r.Suites {
			for i := range s.Scenarios {
				if !yield(&s.Scenarios[i]) {
					return
				}
			}
		}
	}
}

// Count gives the number of scenarios with a verdict.
func (r *Run) Count(v Verdict) int {
	n := 0
	for s := range r.All() {
		if s.Verdict == v {
			n++
		}
	}
	return n
}
