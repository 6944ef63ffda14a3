package report

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// histograms draws a table of lateness. It has a row for each cause, and a
// column for each bound that is needed.
func histograms(l trace.Lateness) string {
	rows := []struct {
		name string
		of   trace.Quantiles
	}{{"woken", l.Woken}, {"blocked", l.Blocked}, {"read", l.Read}}
	columns := 0
	for _, r := range rows {
		columns = max(columns, len(r.of.Histogram))
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\tp50\tp99\tmax\t")
	for k := range columns {
		fmt.Fprintf(w, "%s\t", bound(k))
	}
	for _, r := range rows {
		fmt.Fprintf(w, "\n  %s\t%s\t%s\t%s\t", r.name, diag.Round(r.of.P50), diag.Round(r.of.P99), diag.Round(r.of.Max))
		for k := range columns {
			count := 0
			if k < len(r.of.Histogram) {
				count = r.of.Histogram[k]
			}
			fmt.Fprintf(w, "%d\t", count)
		}
	}
	_ = w.Flush() // writing to memory does not fail
	return b.String()
}

// bound names a column of a histogram.
func bound(k int) string {
	if k < len(trace.HistogramBounds) {
		return "≤" + trace.HistogramBounds[k].String()
	}
	return "more"
}

// latenessProperties are the figures of the whole run. Each suite has them.
func latenessProperties(r *trace.Run) []junitProperty {
	l := r.Lateness
	if l.Woken.Count+l.Read.Count == 0 {
		return nil
	}
	var out []junitProperty
	for _, q := range []struct {
		name string
		of   trace.Quantiles
	}{{"woken", l.Woken}, {"blocked", l.Blocked}, {"read", l.Read}} {
		out = append(out,
			junitProperty{"lateness." + q.name + ".p50", diag.Round(q.of.P50)},
			junitProperty{"lateness." + q.name + ".p99", diag.Round(q.of.P99)},
			junitProperty{"lateness." + q.name + ".max", diag.Round(q.of.Max)})
	}
	return append(out, junitProperty{"waiting", shown(r.Waiting, maxName)})
}
