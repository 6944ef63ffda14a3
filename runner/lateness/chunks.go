package lateness

import (
	"sync"
	"time"

	"github.com/duologue/duologue/trace"
)

// Chunks gathers how late chunks left in a whole run. The zero value is ready, and
// safe to share.
type Chunks struct {
	mu             sync.Mutex
	woken, blocked []time.Duration
	series         trace.Lateness
}

// Add adds the chunks of a scenario. Not every chunk of a series is known, so the greatest
// figures of its runs count.
func (l *Chunks) Add(sc *trace.Scenario) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if sc.Series != nil {
		l.series = l.series.Worst(sc.Lateness)
		return
	}
	woken, blocked := departures(sc.Connections)
	l.woken, l.blocked = append(l.woken, woken...), append(l.blocked, blocked...)
}

// Sum gives the lateness of all chunks, beside how late the process read.
func (l *Chunks) Sum(read trace.Quantiles) trace.Lateness {
	all := trace.Lateness{Woken: trace.QuantilesOf(l.woken), Blocked: trace.QuantilesOf(l.blocked)}.Worst(l.series)
	all.Read = read
	return all
}

// Of is the lateness of connections, beside how late the process read.
func Of(connections []trace.Connection, read trace.Quantiles) trace.Lateness {
	woken, blocked := departures(connections)
	return trace.Lateness{Woken: trace.QuantilesOf(woken), Blocked: trace.QuantilesOf(blocked), Read: read}
}

// departures says of each chunk that was sent how late we were, and how long its
// write took.
func departures(connections []trace.Connection) (woken, blocked []time.Duration) {
	for _, c := range connections {
		for _, s := range c.Streams {
			if !s.Sent {
				continue
			}
			woken = append(woken, s.Woken()...)
			for _, chunk := range s.Chunks {
				blocked = append(blocked, chunk.After-chunk.At)
			}
		}
	}
	return woken, blocked
}
