// Package baseline compares the figures of a run with those of an earlier one.
// [Compare] says of each figure whether it became worse. A figure that only one
// run has is told, too.
package baseline

import (
	"iter"
	"maps"
	"math"
	"time"

	"github.com/duologue/duologue/trace"
)

// Outcome says how one figure changed.
type Outcome string

// The outcomes. Worse and Gone are bad. Unsure says that this machine was too
// late in one of the runs to tell.
const (
	Same   Outcome = "same"
	Better Outcome = "better"
	Worse  Outcome = "worse"
	Unsure Outcome = "inconclusive"
	Gone   Outcome = "gone" // its scenario was performed, but has no such figure any more
	New    Outcome = "new"  // the baseline has none
)

// Row is one figure of a scenario before and now.
type Row struct {
	Suite, Scenario string
	Figure          string // its name
	Of              string // p50, or p95 where both sides have enough values
	Unit            string
	Before, Now     float64
	Outcome         Outcome
}

// Comparison says how all figures changed.
type Comparison struct {
	Rows     []Row
	NotRun   []string // scenarios with figures in the baseline that this run did not perform
	Compared int      // rows with a figure on both sides
}

// Count gives the number of rows with an outcome.
func (c Comparison) Count(o Outcome) int {
	n := 0
	for _, r := range c.Rows {
		if r.Outcome == o {
			n++
		}
	}
	return n
}

// enough is how many values a p95 needs. With fewer it is the greatest of them,
// which is chance.
const enough = 20

// Compare compares the figures of a run with those of an earlier one: medians,
// and 95th percentiles if both have 20 values. Scenarios are the same if they
// and their suites have the same names. If several have the same names, for
// example because suites are named after files with one name, they are paired in
// their order.
func Compare(before, now *trace.Run, g Guard) Comparison {
	var c Comparison
	earlier := maps.Collect(scenarios(before))
	for k, sc := range scenarios(now) {
		if sc.Verdict == trace.Skipped {
			continue
		}
		c.scenario([2]string{k.suite, k.scenario}, earlier[k], sc, g)
		delete(earlier, k)
	}
	for k := range scenarios(before) { // in the order of the file
		if left := earlier[k]; left != nil && len(left.Spreads()) > 0 {
			c.NotRun = append(c.NotRun, k.suite+" › "+k.scenario)
		}
	}
	return c
}

// key identifies a scenario of a run.
type key struct {
	suite, scenario string
	nth             int // the number among scenarios with these names
}

// scenarios gives the scenarios of a run in order.
func scenarios(r *trace.Run) iter.Seq2[key, *trace.Scenario] {
	return func(yield func(key, *trace.Scenario) bool) {
		seen := map[key]int{}
		for _, suite := range r.Suites {
			for i := range suite.Scenarios {
				k := key{suite: suite.Name, scenario: suite.Scenarios[i].Name}
				nth := seen[k]
				seen[k]++
				k.nth = nth
				if !yield(k, &suite.Scenarios[i]) {
					return
				}
			}
		}
	}
}

// scenario compares the figures of one scenario. before is nil if the baseline
// does not have the scenario.
func (c *Comparison) scenario(name [2]string, before, now *trace.Scenario, g Guard) {
	old := map[string]trace.Spread{}
	var order []string
	if before != nil {
		for _, f := range before.Spreads() {
			old[f.Name] = f
			order = append(order, f.Name)
		}
	}
	row := func(f trace.Spread, of string) Row {
		return Row{Suite: name[0], Scenario: name[1], Figure: f.Name, Of: of, Unit: f.Unit}
	}
	for _, f := range now.Spreads() {
		was, ok := old[f.Name]
		delete(old, f.Name)
		if !ok || was.Unit != f.Unit {
			r := row(f, "p50")
			r.Now, r.Before, r.Outcome = f.P50, math.NaN(), New
			c.Rows = append(c.Rows, r)
			continue
		}
		r := row(f, "p50")
		r.Before, r.Now = was.P50, f.P50
		c.judge(r, f.Worse, before, now, g)
		if was.Count >= enough && f.Count >= enough {
			r := row(f, "p95")
			r.Before, r.Now = was.P95, f.P95
			c.judge(r, f.Worse, before, now, g)
		}
	}
	for _, n := range order {
		if f, ok := old[n]; ok {
			r := row(f, "p50")
			r.Before, r.Now, r.Outcome = f.P50, math.NaN(), Gone
			c.Rows = append(c.Rows, r)
		}
	}
}

// judge adds a row with the outcome of its figure.
func (c *Comparison) judge(r Row, worse string, before, now *trace.Scenario, g Guard) {
	c.Compared++
	change := r.Now - r.Before
	switch {
	case worse == "less":
		change = -change
	case worse != "more":
		change = math.Abs(change)
	}
	r.Outcome = Same
	switch {
	case g.beyond(change, r.Before, r.Unit):
		r.Outcome = Worse
		slack := 0.0
		if r.Unit == "ns" {
			slack = float64(g.late(before) + g.late(now))
		}
		uncertain := before.Verdict == trace.Inconclusive || now.Verdict == trace.Inconclusive
		if uncertain || !g.beyond(change-slack, r.Before, r.Unit) {
			r.Outcome = Unsure
		}
	case g.beyond(-change, r.Before, r.Unit):
		r.Outcome = Better
	}
	c.Rows = append(c.Rows, r)
}

// late gives how late the machine of a run was during a scenario. It gives 0
// within the bound.
func (g Guard) late(s *trace.Scenario) time.Duration {
	if worst := max(s.Lateness.Woken.Max, s.Lateness.Read.Max); worst > g.MaxLateness {
		return worst
	}
	return 0
}
