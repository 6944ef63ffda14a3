package runner

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/diag"
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

// lateness sums up one window of a run. Of a series not every chunk is known,
// so the greatest figures of its runs count.
func lateness(suites []trace.Suite, p *probe, from, to time.Duration) trace.Lateness {
	var connections []trace.Connection
	var series trace.Lateness
	for _, s := range suites {
		for _, sc := range s.Scenarios {
			if sc.Series != nil {
				series = series.Worst(sc.Lateness)
				continue
			}
			connections = append(connections, sc.Connections...)
		}
	}
	all := latenessOf(connections, p, from, to)
	read := all.Read // of the whole window already
	all = all.Worst(series)
	all.Read = read
	return all
}

func latenessOf(connections []trace.Connection, p *probe, from, to time.Duration) trace.Lateness {
	var woken, blocked []time.Duration
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
	return trace.Lateness{Woken: trace.QuantilesOf(woken), Blocked: trace.QuantilesOf(blocked), Read: p.between(from, to)}
}

// window is a stretch of time in which something was to happen.
type window struct{ from, to time.Duration }

// standstill is the lateness of ours after which a scenario proves nothing,
// where most is the greatest allowed: a pause of that length in what we send, or
// in how soon we answer, may itself be why the peer did what it did. However
// much is allowed, peers have timers of a second: with 50 ms and a standstill of
// 2.5 s, a machine that starved blamed its own endpoint in 10 of 738,000 cases.
func standstill(most time.Duration) time.Duration {
	return min(50*most, max(most, 250*time.Millisecond))
}

// excuse turns a failure into inconclusive where our own lateness may be its
// cause: a failure by time, when this process was late around its deadline or
// for 1 % of the time; any failure, after a standstill.
func (s *scene) excuse(p *problem) {
	if p.verdict != trace.Failed {
		return
	}
	most := s.options.MaxLateness
	late := s.lateness()
	var excuse string
	if w := p.timing; w != nil {
		over, near := s.probe.between(w.from, w.to), s.probe.between(w.to-10*beat, s.now())
		switch {
		case over.P99 > most:
			excuse = fmt.Sprintf("this machine read late: p99 %s, more than %s", diag.Round(over.P99), most)
		case near.Max > most:
			excuse = fmt.Sprintf("this machine read late around the deadline: by %s, more than %s", diag.Round(near.Max), most)
		case late.Woken.P99 > most:
			excuse = fmt.Sprintf("this machine sent late: p99 %s, more than %s", diag.Round(late.Woken.P99), most)
		}
	}
	if worst := max(late.Woken.Max, late.Read.Max); excuse == "" && worst > standstill(most) {
		excuse = fmt.Sprintf("this machine stood still for %s meanwhile", diag.Round(worst))
	}
	if excuse == "" {
		return
	}
	p.verdict = trace.Inconclusive
	p.diagnostic.Details = append(p.diagnostic.Details, diag.Detail{Label: "but", Text: excuse})
}

// lateness is that of the scenario until now.
func (s *scene) lateness() trace.Lateness {
	var connections []trace.Connection
	s.mu.Lock()
	conns := slices.Clone(s.conns)
	s.mu.Unlock()
	for _, c := range conns {
		connections = append(connections, trace.Connection{Streams: c.Streams()})
	}
	return latenessOf(connections, s.probe, s.begin, s.now())
}
