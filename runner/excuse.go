package runner

import (
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/trace"
)

// excuse turns a failure into inconclusive where our own lateness may be its cause.
func (s *scene) excuse(p *problem) {
	if p.verdict != trace.Failed {
		return
	}
	if p.excuse == "" && p.timing != nil {
		p.excuse = s.lateIn(*p.timing)
	}
	if p.excuse == "" {
		p.excuse = s.owed()
	}
	if p.excuse == "" {
		return
	}
	p.verdict = trace.Inconclusive
	p.diagnostic.Details = append(p.diagnostic.Details, diag.Detail{Label: "but", Text: p.excuse})
}

// lateIn says how we were late where something was to happen in time, or "".
func (s *scene) lateIn(w lateness.Window) string {
	return s.excuses.In(w, s.now(), s.lateness().Woken)
}

// lateInAll is how far our lateness may have moved two moments of the scenario.
func (s *scene) lateInAll() time.Duration { return s.excuses.InAll(s.begin, s.lateness().Woken) }

// owed names something that we owed a peer and that was late by more than a
// standstill, or gives "". A standstill delays what was due while it lasted: that
// leaves right after it. What leaves later was not due yet.
func (s *scene) owed() string {
	if late := s.excuses.Chunk(s.lateness().Woken); late != "" {
		return late
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if d, still, ok := s.inbox.past.owed(s.excuses.Stills(s.begin)); ok {
		return fmt.Sprintf("%s at %s was up to %s late", d.what, trace.Stamp(d.at), diag.Round(still.To-still.From))
	}
	return ""
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
	return lateness.Of(connections, s.excuses.Between(s.begin, s.now()))
}
