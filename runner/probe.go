package runner

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// beat is how often the probe wants to be woken.
const beat = 5 * time.Millisecond

// probe measures how late this process notices things: a goroutine that wants
// to be woken on a beat and records how late it was. A process that wakes late
// also reads late, and must not blame its peers for that.
type probe struct {
	start  time.Time
	cancel context.CancelFunc
	done   chan struct{}

	mu   sync.Mutex
	late []time.Duration // late[k] belongs to beat k
}

func startProbe(wait session.Wait, start time.Time) *probe {
	ctx, cancel := context.WithCancel(context.Background())
	p := &probe{start: start, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		for {
			p.mu.Lock()
			due := start.Add(time.Duration(len(p.late)) * beat)
			p.mu.Unlock()
			if wait(ctx, due) != nil {
				return
			}
			// Beats that were slept through were late too, each by what was
			// left of the gap.
			late := time.Since(due)
			p.mu.Lock()
			for ; late >= 0; late -= beat {
				p.late = append(p.late, late)
			}
			p.mu.Unlock()
		}
	}()
	return p
}

func (p *probe) stop() {
	p.cancel()
	<-p.done
}

// between sums up the beats between two offsets.
func (p *probe) between(from, to time.Duration) trace.Quantiles {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := min(len(p.late), max(0, int(from/beat)))
	last := min(len(p.late), int(to/beat)+1)
	late := slices.Clone(p.late[first:max(first, last)])
	// After a standstill others may ask before the probe has been woken: the
	// beats that it missed are late, too.
	now := time.Since(p.start)
	for due := time.Duration(len(p.late)) * beat; due < now && due <= to; due += beat {
		if due >= from {
			late = append(late, now-due)
		}
	}
	return trace.QuantilesOf(late)
}

// lates gathers how late chunks left in a whole run.
type lates struct {
	mu             sync.Mutex
	woken, blocked []time.Duration
	series         trace.Lateness
}

// add takes those of a scenario. Of a series not every chunk is known, so the
// greatest figures of its runs count.
func (l *lates) add(sc *trace.Scenario) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if sc.Series != nil {
		l.series = l.series.Worst(sc.Lateness)
		return
	}
	woken, blocked := departures(sc.Connections)
	l.woken, l.blocked = append(l.woken, woken...), append(l.blocked, blocked...)
}

// sum sums them up, beside how late the process read.
func (l *lates) sum(read trace.Quantiles) trace.Lateness {
	all := trace.Lateness{Woken: trace.QuantilesOf(l.woken), Blocked: trace.QuantilesOf(l.blocked)}.Worst(l.series)
	all.Read = read
	return all
}

func latenessOf(connections []trace.Connection, p *probe, from, to time.Duration) trace.Lateness {
	woken, blocked := departures(connections)
	return trace.Lateness{Woken: trace.QuantilesOf(woken), Blocked: trace.QuantilesOf(blocked), Read: p.between(from, to)}
}

// departures says of each chunk that was sent how late we were, and how long its
// write took.
func departures(connections []trace.Connection) (woken, blocked []time.Duration) {
	for _, c := range connections {
		for _, s := range c.Streams {
			if !s.Sent {
				continue
			}
			for k, chunk := range s.Chunks {
				woken = append(woken, s.Woken(k))
				blocked = append(blocked, chunk.After-chunk.At)
			}
		}
	}
	return woken, blocked
}

// sum is how long, since an offset, this process was doing nothing for longer than
// most at a time.
func (p *probe) sum(most, since time.Duration) (all time.Duration) {
	for _, w := range p.longer(most, since) {
		all += w.to - w.from
	}
	return all
}

// longer gives the stretches since an offset in which this process did nothing for
// longer than most. One that goes on is a stretch until now.
func (p *probe) longer(most, since time.Duration) []window {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []window
	k := max(0, int(since/beat))
	for ; k < len(p.late); k++ {
		if p.late[k] > most {
			due := time.Duration(k) * beat
			out = append(out, window{due, due + p.late[k]})
			k += int(p.late[k] / beat) // the beats that it covers tell of the same
		}
	}
	if due, now := time.Duration(k)*beat, time.Since(p.start); now-due > most {
		out = append(out, window{due, now})
	}
	return out
}
