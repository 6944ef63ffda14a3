package main

import (
	"fmt"
	"io"
	"slices"
)

// measure is a figure of a turn that is compared.
type measure[R any] struct {
	name string
	unit string
	of   func(R) float64
}

// table collects the turns of one row.
type table[R any] struct {
	title    string
	names    []string // of those who have turns; ratios are to the first
	measures []measure[R]
	turns    map[string][]R
}

func (t *table[R]) add(name string, r R) {
	if t.turns == nil {
		t.turns = map[string][]R{}
	}
	t.turns[name] = append(t.turns[name], r)
}

// print shows for each measure the median of the first name, and for every
// other one its median and that of the ratios of the rounds, with the least
// and the greatest.
func (t *table[R]) print(w io.Writer) {
	fmt.Fprintf(w, "\n%s, %d rounds\n", t.title, len(t.turns[t.names[0]]))
	for _, m := range t.measures {
		base := values(t.turns[t.names[0]], m.of)
		fmt.Fprintf(w, "  %-16s %s %.4g %s", m.name, t.names[0], median(base), m.unit)
		for _, name := range t.names[1:] {
			own := values(t.turns[name], m.of)
			ratios := make([]float64, len(own))
			for i := range own {
				ratios[i] = own[i] / base[i]
			}
			fmt.Fprintf(w, "   %s %.4g %s, %.2fx (%.2f to %.2f)", name, median(own), m.unit, median(ratios), slices.Min(ratios), slices.Max(ratios))
		}
		fmt.Fprintln(w)
	}
}

func values[R any](turns []R, of func(R) float64) (out []float64) {
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
