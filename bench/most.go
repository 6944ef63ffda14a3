package main

import (
	"fmt"
	"os"
	"time"
)

// bound is the lateness at which `--max-lateness` no longer blames a server.
const bound = 5 * time.Millisecond

// step is by how many streams the search goes on, and least where it begins.
const (
	least = 500
	step  = 250
)

// most finds for each sender, in each round, the most streams of which p99 of
// lateness stays under the bound. Sender and receiver share the machine.
func (b *bench) most(names []string, pairs int, window time.Duration) error {
	t := &table[int]{title: fmt.Sprintf("the most streams with p99 under %v", bound), names: names, measures: []measure[int]{
		{"streams", "", func(n int) float64 { return float64(n) }},
	}}
	for range pairs {
		for _, name := range names {
			n, err := b.climb(name, window)
			if err != nil {
				return err
			}
			t.add(name, n)
			fmt.Fprintf(os.Stderr, "%s: %d streams\n", name, n)
		}
	}
	t.print(os.Stdout)
	return nil
}

// climb adds streams until they are too late. A turn that is too late may be
// an accident of the machine, so it is taken once more.
func (b *bench) climb(name string, window time.Duration) (int, error) {
	for n := least; ; n += step {
		ok := false
		for range 2 {
			r, err := b.turn(name, plans(fmt.Sprint(n), "spread", window)[0])
			if err != nil {
				return 0, err
			}
			if ok = r.P99 < bound && r.Streams == n; ok {
				break
			}
		}
		if !ok {
			return n - step, nil
		}
	}
}
