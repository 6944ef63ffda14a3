package report

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// verdicts are all verdicts, in the order in which they are counted.
var verdicts = []trace.Verdict{trace.Passed, trace.Flaky, trace.Failed, trace.Errored, trace.Inconclusive, trace.Skipped}

// runsOf tells how the runs of a series ended, such as "20 runs: 19 passed, 1 failed".
func runsOf(s *trace.Series) string {
	var parts []string
	for _, v := range verdicts {
		if n := s.Verdicts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return fmt.Sprintf("%d runs: %s", s.Runs, strings.Join(parts, ", "))
}

// maxFigures is how many figures of a scenario are shown. The trace has all of them.
const maxFigures = 50

// spreads draws the figures of a series as a table.
func spreads(s *trace.Series) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n", runsOf(s))
	if len(s.Figures) > 0 {
		fmt.Fprint(w, "\tp50\tp95\tmax\n")
	}
	for i, f := range s.Figures {
		if i == maxFigures {
			fmt.Fprintf(w, "… and %d more\n", len(s.Figures)-i)
			break
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s", shown(f.Name, maxName), amount(f.P50, f.Unit), amount(f.P95, f.Unit), amount(f.Max, f.Unit))
		if f.Missing > 0 {
			fmt.Fprintf(w, "\tnot in %d runs", f.Missing)
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush() // writing to memory does not fail
	return b.String()
}

// amount writes a figure with its unit, in a few digits.
func amount(value float64, unit string) string {
	if unit == "ns" {
		return diag.Round(time.Duration(value))
	}
	return diag.Number(value) + shown(unit, maxName)
}

// series shows the results of a scenario that was performed several times.
func (t *Terminal) series(b *strings.Builder, s *trace.Scenario) {
	if s.Series == nil {
		return
	}
	for line := range strings.Lines(spreads(s.Series)) {
		fmt.Fprintf(b, "      %s\n", t.Palette.Paint(t.Palette.Dim, strings.TrimRight(line, " \n")))
	}
}

// percentiles tells how a figure was spread, in one line.
func percentiles(f trace.Spread) string {
	line := fmt.Sprintf("p50 %s, p95 %s, max %s", amount(f.P50, f.Unit), amount(f.P95, f.Unit), amount(f.Max, f.Unit))
	if f.Missing > 0 {
		line += fmt.Sprintf(", not in %d runs", f.Missing)
	}
	return line
}

// seriesProperties are the figures of scenarios that were performed several times. They are
// properties of the suite, because a case of JUnit has none.
func seriesProperties(s *trace.Suite) []junitProperty {
	var out []junitProperty
	for i := range s.Scenarios {
		sc := &s.Scenarios[i]
		if sc.Series == nil {
			continue
		}
		name := shown(sc.Name, maxName)
		out = append(out, junitProperty{"runs: " + name, runsOf(sc.Series)})
		for _, f := range sc.Series.Figures[:min(len(sc.Series.Figures), maxFigures)] {
			out = append(out, junitProperty{"figure: " + name + ": " + shown(f.Name, maxName), percentiles(f)})
		}
	}
	return out
}
