package scene

import (
	"fmt"
	"sync"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// excuses say what the lateness of this process can have caused in a scenario.
type excuses struct {
	lateness.Excuses
	desk  *desk
	begin time.Duration // of the scenario

	mu    sync.Mutex        // guards what follows
	again []lateness.Window // in which steps have listened once more to a silence
}

// repeats notes that a step listens once more from an offset on, for so long, because we
// were late.
func (e *excuses) repeats(from, long time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.again = append(e.again, lateness.Window{From: from, To: from + long})
}

// repeated is for how long steps have done so since an offset.
func (e *excuses) repeated(since time.Duration) (all time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, w := range e.again {
		if w.From >= since {
			all += w.To - w.From
		}
	}
	return all
}

// excuse turns a failure into inconclusive if our own lateness may be its cause.
func (e *excuses) excuse(p *problem) {
	if p.verdict != trace.Failed {
		return
	}
	if p.excuse == "" && p.timing != nil {
		p.excuse = e.In(*p.timing, e.desk.now(), e.ours().Woken)
	}
	if p.excuse == "" {
		p.excuse = e.owed()
	}
	if p.excuse == "" {
		return
	}
	p.verdict = trace.Inconclusive
	p.detail("but", p.excuse)
}

// owed names something that we owed a peer and that was late by more than a standstill, or
// gives "".
func (e *excuses) owed() string {
	if late := e.Chunk(e.ours().Woken); late != "" {
		return late
	}
	if d, still, ok := e.desk.owed(e.Stills(e.begin)); ok {
		return fmt.Sprintf("%s at %s was up to %s late", d.what, trace.Stamp(d.at), diag.Round(still.To-still.From))
	}
	return ""
}

// apart is how far our lateness may have moved two moments of the scenario.
func (e *excuses) apart() time.Duration { return e.InAll(e.begin, e.ours().Woken) }

// ours is the lateness of the scenario until now.
func (e *excuses) ours() trace.Lateness {
	var connections []trace.Connection
	for _, c := range e.desk.connections() {
		connections = append(connections, trace.Connection{Streams: c.Streams()})
	}
	return lateness.Of(connections, e.Between(e.begin, e.desk.now()))
}

// audible gives by how much this process was late in a window to read or to send, and says
// so. It gives "" if the process kept within the bound.
func (e *excuses) audible(w lateness.Window) (time.Duration, string) {
	late := max(e.Between(w.From, w.To).Max, e.ours().Woken.Max)
	if excuse := e.By(late, "while the audio came"); excuse != "" {
		return late, excuse
	}
	return 0, ""
}

// departed is how late chunks of our streams left from an offset on.
func departed(conns []*session.Conn, from time.Duration) time.Duration {
	var most time.Duration
	for _, c := range conns {
		for _, s := range c.Streams() {
			if !s.Sent {
				continue
			}
			for k, late := range s.Woken() {
				if s.Chunks[k].At >= from {
					most = max(most, late)
				}
			}
		}
	}
	return most
}
