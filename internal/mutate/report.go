package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// tried is a mutant and its verdict.
type tried struct {
	mutant
	verdict verdict
}

// results is everything that was found out.
type results struct {
	known []mutant // including those that are not in the sample
	tried []tried
}

// counts are the numbers of mutants of one file.
type counts struct{ killed, timedOut, survived, excused int }

// report lists the survivors, the stale excuses, and then the numbers. It
// reports whether there are neither survivors nor stale excuses.
func (r *results) report(w io.Writer, o options, excuses []excuse, took time.Duration) bool {
	slices.SortStableFunc(r.tried, func(a, b tried) int {
		return cmp.Or(cmp.Compare(a.pos.Filename, b.pos.Filename), a.pos.Line-b.pos.Line, a.pos.Column-b.pos.Column)
	})
	files := map[string]*counts{"all": {}}
	used := map[excuse]bool{}
	for _, t := range r.tried {
		if files[t.pos.Filename] == nil {
			files[t.pos.Filename] = &counts{}
		}
		i := slices.IndexFunc(excuses, func(e excuse) bool { return e.covers(t.mutant) })
		for _, c := range []*counts{files[t.pos.Filename], files["all"]} {
			switch {
			case t.verdict >= killed:
				c.killed++
				if t.verdict == timedOut {
					c.timedOut++
				}
			case i >= 0:
				c.excused++
			default:
				c.survived++
			}
		}
		if t.verdict < killed && i >= 0 {
			used[excuses[i]] = true
			continue
		}
		if word := [...]string{"not reached", "survived", "killed", "timed out"}[t.verdict]; t.verdict < killed || o.verbose {
			fmt.Fprintf(w, "%s (%s)\n", t.mutant, word)
		}
	}
	stale := r.stale(excuses, used, o.sample > 0)
	for _, e := range stale {
		fmt.Fprintf(w, "%s:%d: stale excuse: no such mutant survives: %s\n", o.excuses, e.line, e.what)
	}
	table(w, files, took)
	return files["all"].survived == 0 && len(stale) == 0
}

// stale gives the excuses that excused no mutant, if their file was looked at or
// no longer exists. If only a sample was tried, it gives only those that fit no
// known mutant.
func (r *results) stale(excuses []excuse, used map[excuse]bool, sample bool) []excuse {
	var out []excuse
	for _, e := range excuses {
		looked := slices.ContainsFunc(r.known, func(m mutant) bool { return m.pos.Filename == e.file })
		if _, err := os.Stat(e.file); errors.Is(err, fs.ErrNotExist) {
			looked = true
		}
		there := slices.ContainsFunc(r.known, e.covers)
		if looked && !used[e] && (!sample || !there) {
			out = append(out, e)
		}
	}
	return out
}

func table(w io.Writer, files map[string]*counts, took time.Duration) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "mutants\tkilled\t(by time)\tsurvived\texcused\t  file")
	names := slices.Sorted(maps.Keys(files))
	names = append(slices.DeleteFunc(names, func(n string) bool { return n == "all" }), "all")
	for _, name := range names {
		c := files[name]
		fmt.Fprintf(t, "%d\t%d\t%d\t%d\t%d\t  %s\n", c.killed+c.survived+c.excused, c.killed, c.timedOut, c.survived, c.excused, name)
	}
	_ = t.Flush()
	fmt.Fprintf(w, "in %s\n", took.Round(time.Second))
}
