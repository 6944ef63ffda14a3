package trace

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/duologue/duologue/diag"
)

// Figure is the number that a check compared.
type Figure struct {
	Value float64 `json:"value"`          // a duration in nanoseconds, a share in percent
	Unit  string  `json:"unit,omitempty"` // ns, dB, % or another; "" for a plain number
	Worse string  `json:"worse"`          // the direction in which the check can fail: more, less or either
}

// Series sums up a scenario that was performed several times.
type Series struct {
	Load     bool            `json:"load,omitempty"` // the runs were one load, which is judged as a whole, and not repetitions
	Runs     int             `json:"runs"`
	Verdicts map[Verdict]int `json:"verdicts"`           // the number of runs with each verdict
	Outcomes map[Outcome]int `json:"outcomes,omitempty"` // the number of passed runs with each outcome
	Figures  []Spread        `json:"figures,omitempty"`
}

// Spread sums up one figure over several runs. Percentiles are by nearest rank:
// p95 is the least value that 95 % of all do not exceed. No value is NaN: runs
// without a value are counted by Missing.
type Spread struct {
	Name    string  `json:"name"` // the subject of the check; at a second place in the scenario it is "name #2"
	Unit    string  `json:"unit,omitempty"`
	Worse   string  `json:"worse"`
	Count   int     `json:"count"`
	Missing int     `json:"missing,omitempty"` // runs without such a figure
	Mean    float64 `json:"mean"`
	Min     float64 `json:"min"`
	P50     float64 `json:"p50"`
	P95     float64 `json:"p95"`
	P99     float64 `json:"p99"`
	Max     float64 `json:"max"`
	Bins    []int   `json:"bins,omitempty"` // how many values lie in each of 20 equal parts of min to max; nil if these are equal
}

// SpreadOf sums up values. It sorts them in place.
func SpreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	slices.Sort(values)
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return Spread{Count: len(values), Mean: sum / float64(len(values)), Min: values[0], Max: values[len(values)-1],
		P50: Rank(values, 50), P95: Rank(values, 95), P99: Rank(values, 99), Bins: binsOf(values)}
}

// binCount is how many parts a distribution has.
const binCount = 20

// binsOf counts sorted values by equal parts of the range that they have. A value between two
// parts belongs to the higher one.
func binsOf(sorted []float64) []int {
	low, width := sorted[0], (sorted[len(sorted)-1]-sorted[0])/binCount
	if width <= 0 || math.IsInf(width, 0) {
		return nil
	}
	bins := make([]int, binCount)
	for _, v := range sorted {
		bins[min(binCount-1, int((v-low)/width))]++
	}
	return bins
}

// Rank gives a percentile of sorted values by nearest rank. There must be at
// least one value.
func Rank(sorted []float64, percent int) float64 {
	n := (len(sorted)*percent + 99) / 100
	return sorted[max(n, 1)-1]
}

// Tally sums up a scenario run by run. It keeps the figures of runs, but not the
// runs. The zero value is ready.
type Tally struct {
	series  Series
	figures []*sample
}

// sample is one figure of every run that has it.
type sample struct {
	place  diag.Pos // of the step
	figure Figure
	name   string
	values []float64
	runs   int // how many have it
	last   int // the last run that has it
}

// Add counts one run.
func (t *Tally) Add(s *Scenario) {
	if t.series.Verdicts == nil {
		t.series.Verdicts = map[Verdict]int{}
	}
	t.series.Runs++
	t.series.Verdicts[s.Verdict]++
	if s.Outcome != "" {
		if t.series.Outcomes == nil {
			t.series.Outcomes = map[Outcome]int{}
		}
		t.series.Outcomes[s.Outcome]++
	}
	for _, step := range s.Steps {
		for _, c := range step.Checks {
			if c.Figure != nil && !math.IsNaN(c.Figure.Value) && !math.IsInf(c.Figure.Value, 0) {
				t.Note(step.Pos, c.Subject, *c.Figure)
			}
		}
	}
}

// Note adds one more figure of the run that was added last. A figure is
// identified by place and name.
func (t *Tally) Note(place diag.Pos, name string, f Figure) {
	i := slices.IndexFunc(t.figures, func(s *sample) bool { return s.place == place && s.name == name })
	if i < 0 {
		i = len(t.figures)
		t.figures = append(t.figures, &sample{place: place, name: name, figure: f})
	}
	s := t.figures[i]
	s.values = append(s.values, f.Value)
	if s.last != t.series.Runs {
		s.last = t.series.Runs
		s.runs++
	}
}

// Series gives the sum of all runs that were added.
func (t *Tally) Series() *Series {
	out := t.series
	slices.SortStableFunc(t.figures, func(a, b *sample) int {
		return cmp.Or(cmp.Compare(a.place.File, b.place.File), cmp.Compare(a.place.Line, b.place.Line), cmp.Compare(a.place.Col, b.place.Col))
	})
	seen := map[string]int{}
	for _, s := range t.figures {
		spread := SpreadOf(s.values)
		spread.Name, spread.Unit, spread.Worse, spread.Missing = s.name, s.figure.Unit, s.figure.Worse, out.Runs-s.runs
		if seen[s.name]++; seen[s.name] > 1 {
			spread.Name = fmt.Sprintf("%s #%d", s.name, seen[s.name])
		}
		out.Figures = append(out.Figures, spread)
	}
	return &out
}

// Spreads gives the figures of the scenario's series, or of its only run.
func (s *Scenario) Spreads() []Spread {
	if s.Series != nil {
		return s.Series.Figures
	}
	var t Tally
	t.Add(s)
	return t.Series().Figures
}
