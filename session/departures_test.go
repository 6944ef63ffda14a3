package session

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/duologue/duologue/trace"
)

// The chunks are those that were added. Adding more does not change chunks that were
// returned before.
func TestDepartures(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var d departures
	var want []trace.Chunk
	at := time.Duration(0)
	for k := range 1_000 {
		at += []time.Duration{20 * time.Millisecond, 0, time.Duration(r.Int64N(int64(time.Hour)))}[r.IntN(3)]
		one := departure{due: at, woke: at + time.Duration(r.Int64N(1e12)-1e6), size: r.IntN(1 << 20)}
		one.after = one.woke + time.Duration(r.Int64N(1e10))
		before := d.chunks()
		d.add(one)
		if !slices.Equal(before, want) {
			t.Fatalf("after %d the chunks are others than were added", k)
		}
		want = append(want, trace.Chunk{Due: one.due, At: one.woke, After: one.after, Size: one.size})
	}
	if !slices.Equal(d.chunks(), want) {
		t.Error("the chunks are others than were added")
	}
}

// An hour of a stream that is a little late takes at most ten octets a chunk.
func TestDeparturesAreSmall(t *testing.T) {
	var d departures
	const chunks = 180_000
	for k := range time.Duration(chunks) {
		due := k * 20 * time.Millisecond
		d.add(departure{due, due + 70*time.Microsecond + k%7*time.Microsecond, due + 90*time.Microsecond + k%11*time.Microsecond, 160})
	}
	size := 0
	for _, block := range d.blocks {
		size += cap(block)
	}
	if size > 10*chunks {
		t.Errorf("%d octets for %d chunks", size, chunks)
	}
}
