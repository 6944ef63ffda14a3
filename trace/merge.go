package trace

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
)

// Named is a run with the name of the file that holds it, for complaints.
type Named struct {
	File string
	*Run
}

// ErrTwice says that two runs performed the same scenario, and nobody said that they are attempts.
var ErrTwice = errors.New("a scenario was performed twice")

// Merge joins runs into one, such as those of several machines that shared the scenarios. A single run stays as
// it is. Of a suite that several runs have, all scenarios stand in one. If two runs performed one scenario,
// that is [ErrTwice], unless they are attempts: then the later run decides, and what did not pass before stands
// in Earlier. It is an error if attempts overlap in time, or if the runs have different texts of one suite.
//
// The times of a scenario stay as they were, since texts name them too: its Started says what they count from.
func Merge(runs []Named, attempts bool) (*Run, error) {
	if len(runs) == 1 {
		return runs[0].Run, nil
	}
	runs = slices.Clone(runs)
	slices.SortStableFunc(runs, func(a, b Named) int { return a.Started.Compare(b.Started) })
	m := merging{runs: runs, attempts: attempts, out: &Run{Started: runs[0].Started, Seed: runs[0].Seed, Sources: diag.Sources{}}, known: map[identity]place{}}
	for i := range runs {
		if err := m.add(i); err != nil {
			return nil, err
		}
	}
	m.facts()
	if err := m.shares(); err != nil {
		return nil, err
	}
	for i := range m.out.Suites {
		slices.SortStableFunc(m.out.Suites[i].Scenarios, func(a, b Scenario) int {
			return cmp.Or(rank(a.Part)-rank(b.Part), cmp.Compare(numbered(&a), numbered(&b)))
		})
	}
	return m.out, nil
}

// merging is the state of a merge.
type merging struct {
	runs     []Named // in the order in which they began
	attempts bool
	out      *Run
	known    map[identity]place
	parts    []partly
}

// identity tells a scenario from all others of its run.
type identity struct {
	file, suite, name string
	pos               diag.Pos
	nth               int // among those that are otherwise the same, such as names of which a secret was masked
}

// place is where a scenario stands in the merged run.
type place struct {
	suite, scenario int
	from            []int // the runs that have it
}

// partly is where a part of a suite stands that did not do what it should.
type partly struct {
	place
	part Part
	name string
	pos  diag.Pos
}

// add adds the suites of one run.
func (m *merging) add(i int) error {
	r := m.runs[i]
	for file, text := range r.Sources {
		if before, ok := m.out.Sources[file]; ok && before != text {
			return fmt.Errorf("%s has another text of %s than a run before it, so these are no parts of one run", r.File, file)
		}
		m.out.Sources[file] = text
	}
	seen := map[identity]int{}
	for k := range r.Suites {
		s := &r.Suites[k]
		if len(s.Scenarios) > 0 && s.Scenarios[0].Part == ShardPart { // what is missing now is told at the end
			continue
		}
		at := m.suite(s)
		again := map[int]bool{} // the runs of which this one performed scenarios of the suite again
		var parts []Scenario
		for _, sc := range s.Scenarios {
			if sc.Started.IsZero() && !r.Started.Equal(m.out.Started) {
				sc.Started = r.Started
			}
			if sc.Part != "" {
				parts = append(parts, sc)
				continue
			}
			id := identity{file: s.File, suite: s.Name, name: sc.Name, pos: sc.Pos}
			seen[id]++
			id.nth = seen[id] - 1
			if err := m.scenario(i, at, id, sc, again); err != nil {
				return err
			}
		}
		m.partsOf(i, at, parts, again)
		for _, p := range s.Programs {
			m.out.Suites[at].Programs = append(m.out.Suites[at].Programs, p.later(r.Started.Sub(m.out.Started)))
		}
	}
	return nil
}

// suite gives the place of a suite in the merged run, and makes it if it is not there.
func (m *merging) suite(s *Suite) int {
	at := slices.IndexFunc(m.out.Suites, func(o Suite) bool { return o.File == s.File && o.Name == s.Name })
	if at < 0 {
		at = len(m.out.Suites)
		m.out.Suites = append(m.out.Suites, Suite{Name: s.Name, File: s.File})
	}
	return at
}

// append adds a scenario of run i to a suite.
func (m *merging) append(i, suite int, sc Scenario) place {
	to := &m.out.Suites[suite]
	to.Scenarios = append(to.Scenarios, sc)
	return place{suite, len(to.Scenarios) - 1, []int{i}}
}

// scenario adds a scenario of run i to a suite, as another attempt if it is there. Then it notes the runs that had it.
func (m *merging) scenario(i, suite int, id identity, sc Scenario, again map[int]bool) error {
	there, ok := m.known[id]
	if !ok {
		m.known[id] = m.append(i, suite, sc)
		return nil
	}
	last := m.runs[there.from[len(there.from)-1]]
	switch r := m.runs[i]; {
	case !m.attempts:
		return fmt.Errorf("%w: %q of %q, in %s and in %s", ErrTwice, sc.Name, id.suite, last.File, r.File)
	case r.Started.Before(last.Started.Add(last.Duration)):
		return fmt.Errorf("%q of %q was performed in %s and in %s at the same time, so these are no attempts", sc.Name, id.suite, last.File, r.File)
	}
	if sc.Verdict != Skipped {
		for _, run := range there.from {
			again[run] = true
		}
	}
	m.again(&there, i, &sc)
	m.known[id] = there
	return nil
}

// again adds an attempt of run i at what stands somewhere.
func (m *merging) again(there *place, i int, sc *Scenario) {
	was := &m.out.Suites[there.suite].Scenarios[there.scenario]
	*was = again(was, sc, m.out.Started)
	there.from = append(there.from, i)
}

// partsOf adds the parts of a suite that did not do what they should in run i, each as another attempt if that run
// performed scenarios again of one that has the part. A part that is not in run i passed there.
func (m *merging) partsOf(i, suite int, parts []Scenario, performed map[int]bool) {
	for k := range m.parts {
		p := &m.parts[k]
		if p.suite != suite || !slices.ContainsFunc(p.from, func(run int) bool { return performed[run] }) {
			continue
		}
		sc := Scenario{Name: p.name, Pos: p.pos, Part: p.part, Verdict: Passed, Attempts: 1, Started: m.runs[i].Started}
		if n := slices.IndexFunc(parts, func(s Scenario) bool { return s.Name == p.name && s.Pos == p.pos && s.Part == p.part }); n >= 0 {
			sc = parts[n]
			parts = slices.Delete(parts, n, n+1)
		}
		m.again(&p.place, i, &sc)
	}
	for _, sc := range parts {
		m.parts = append(m.parts, partly{m.append(i, suite, sc), sc.Part, sc.Name, sc.Pos})
	}
}

// again gives a scenario that was performed once more. The later performance decides. One that was skipped says
// nothing. origin is when the merged run began.
func again(before, after *Scenario, origin time.Time) Scenario {
	switch {
	case after.Verdict == Skipped:
		return *before
	case before.Verdict == Skipped:
		out := *after
		out.Number = cmp.Or(after.Number, before.Number)
		return out
	}
	shift := clockOf(before, origin).Sub(clockOf(after, origin))
	var earlier []Attempt
	for _, a := range before.Earlier {
		a.Start += shift
		earlier = append(earlier, a)
	}
	last := Attempt{Verdict: before.Verdict, Start: before.Start + shift, Duration: before.Duration, Problems: before.Problems}
	if last.Verdict == Flaky {
		last.Verdict = Passed // it is the verdict of all attempts together
	}
	earlier = append(append(earlier, last), after.Earlier...)
	out := *after
	out.Number = cmp.Or(after.Number, before.Number)
	out.Earlier, out.Attempts = earlier, len(earlier)+1
	if out.Verdict == Passed && slices.ContainsFunc(earlier, func(a Attempt) bool { return a.Verdict != Passed }) {
		out.Verdict = Flaky
	}
	if out.Verdict == Passed { // and so it did before
		out.Earlier, out.Attempts = nil, 1
	}
	return out
}

// shares finds out which shares of one run there are. All of them are the whole run.
func (m *merging) shares() error {
	var first *Named
	here := map[int]bool{}
	elsewhere := 0
	for i := range m.runs {
		r := &m.runs[i]
		switch {
		case r.Shard == nil:
			continue
		case first == nil:
			first = r
		case first.Shard.Of != r.Shard.Of:
			return fmt.Errorf("%s is one of %d shards and %s one of %d, so these are no parts of one run", first.File, first.Shard.Of, r.File, r.Shard.Of)
		case first.Shard.Total != r.Shard.Total && !m.attempts:
			return fmt.Errorf("%s is a shard of %d scenarios and %s one of %d, so these are no parts of one run", first.File, first.Shard.Total, r.File, r.Shard.Total)
		}
		for k := 1; k <= r.Shard.Of; k++ {
			here[k] = here[k] || !slices.Contains(r.Shard.Absent(), k)
		}
		elsewhere = r.Shard.Elsewhere
	}
	if first == nil {
		return nil
	}
	out := Shard{Of: first.Shard.Of, Total: first.Shard.Total, Elsewhere: elsewhere}
	for k := 1; k <= out.Of; k++ {
		if !here[k] {
			out.Missing = append(out.Missing, k)
		}
	}
	if out.Missing != nil {
		m.out.Shard = &out
		m.out.Suites = append(m.out.Suites, out.lost())
	}
	return nil
}

// lost tells of each missing share as an error, so that no report looks as if it were whole.
func (s *Shard) lost() Suite {
	out := Suite{Name: lostName}
	for _, i := range s.Missing {
		out.Scenarios = append(out.Scenarios, Scenario{Name: fmt.Sprintf("shard %d of %d", i, s.Of), Part: ShardPart, Verdict: Errored, Reason: "it is not among the traces"})
	}
	return out
}

// lostName is the name of the suite of shares that are missing.
const lostName = "shards"

// numbered orders scenarios by their place in the whole run. Those of which it is not known come last.
func numbered(s *Scenario) int { return cmp.Or(s.Number, math.MaxInt) }

// rank orders the parts of a suite around its scenarios.
func rank(p Part) int {
	switch p {
	case ServicesPart:
		return -2
	case SetupPart:
		return -1
	case TeardownPart:
		return 1
	}
	return 0
}

// facts sums up what is known of the runs as a whole.
func (m *merging) facts() {
	var tools, waiting, seeds, warned, noted []string
	for _, r := range m.runs {
		m.out.Duration = max(m.out.Duration, r.Started.Sub(m.out.Started)+r.Duration)
		m.out.Lateness = m.out.Lateness.Worst(r.Lateness)
		tools, waiting = distinct(tools, r.Tool), distinct(waiting, r.Waiting)
		for _, d := range r.Warnings {
			if n := len(warned); len(distinct(warned, d.Error())) > n {
				warned = append(warned, d.Error())
				m.out.Warnings = append(m.out.Warnings, d)
			}
		}
		for _, n := range r.Notices {
			noted = distinct(noted, n)
		}
		seeds = append(seeds, fmt.Sprintf("%d of %s", r.Seed, r.File))
		if r.Seed != m.runs[0].Seed {
			m.out.Seed = 0
		}
	}
	if m.out.Seed != m.runs[0].Seed && m.out.Count(Passed)+m.out.Count(Skipped) < m.out.scenarios() {
		noted = append(noted, "the seeds are "+strings.Join(seeds, ", "))
	}
	m.out.Tool, m.out.Waiting, m.out.Notices = strings.Join(tools, ", "), strings.Join(waiting, ", "), noted
}

// scenarios counts all scenarios.
func (r *Run) scenarios() int {
	n := 0
	for range r.All() {
		n++
	}
	return n
}

// distinct adds a text to a list that does not have it.
func distinct(list []string, text string) []string {
	if text == "" || slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

// Clock gives the point in time that the times of a scenario of the run count from.
func (r *Run) Clock(s *Scenario) time.Time { return clockOf(s, r.Started) }

func clockOf(s *Scenario, origin time.Time) time.Time {
	if s.Started.IsZero() {
		return origin
	}
	return s.Started
}

// later gives a program whose times count from an earlier point.
func (p Program) later(by time.Duration) Program {
	p.Started += by
	for _, at := range []*time.Duration{&p.Ready, &p.Ended} {
		if *at != 0 {
			*at += by
		}
	}
	p.Output = slices.Clone(p.Output)
	for i := range p.Output {
		p.Output[i].At += by
	}
	return p
}
