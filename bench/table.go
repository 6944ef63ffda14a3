package main

import (
	"fmt"
	"io"
	"slices"
)

// table collects the turns of one row.
type table struct {
	plan  plan
	names []string
	turns map[string][]result
}

func (t *table) add(name string, r result) {
	if t.turns == nil {
		t.turns = map[string][]result{}
	}
	t.turns[name] = append(t.turns[name], r)
}

// measures are what is compared.
var measures = []struct {
	name string
	unit string
	of   func(result) float64
}{
	{"lateness p50", "ms", func(r result) float64 { return r.P50.Seconds() * 1e3 }},
	{"lateness p99", "ms", func(r result) float64 { return r.P99.Seconds() * 1e3 }},
	{"CPU a message", "µs", func(r result) float64 { return r.CPU.Seconds() * 1e6 }},
	{"memory a stream", "KiB", func(r result) float64 { return float64(r.RSS) / 1024 }},
}

// print shows for each measure the median of the first sender, and for every
// other one its median and that of the ratios of the rounds, with the least
// and the greatest.
func (t *table) print(w io.Writer) {
	fmt.Fprintf(w, "\n%s, %d rounds\n", t.plan, len(t.turns[t.names[0]]))
	for _, m := range measures {
		base := values(t.turns[t.names[0]], m.of)
		fmt.Fprintf(w, "  %-16s %s %.3g %s", m.name, t.names[0], median(base), m.unit)
		for _, name := range t.names[1:] {
			own := values(t.turns[name], m.of)
			ratios := make([]float64, len(own))
			for i := range own {
				ratios[i] = own[i] / base[i]
			}
			fmt.Fprintf(w, "   %s %.3g %s, %.2fx (%.2f to %.2f)", name, median(own), m.unit, median(ratios), slices.Min(ratios), slices.Max(ratios))
		}
		fmt.Fprintln(w)
	}
}

func values(turns []result, of func(result) float64) (out []float64) {
	for _, r := range turns {
		out = append(out, of(r))
	}
	return out
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	n := len(v)
	return (v[(n-1)/2] + v[n/2]) / 2
}
