package runner

import (
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// Lateness of ours excuses what it can have caused, and nothing else:
//
//   - What came after its time is excused if it came no later after it than we
//     were late.
//   - What never came is listened for as much longer as we were late, at most
//     5 s more. Then it has failed, or is inconclusive if we were late all the
//     while.
//   - Another failure by time, such as a difference of moments or a write that
//     the peer did not take, is excused if we were late around its end, for 1 %
//     of its time, or stood still in it. A difference must also be one that would
//     do if it were as much longer or shorter as we may have been late in all.
//   - A wrong content, a wrong code, a broken order or a refusal is excused only
//     if something that we owed the peer until then was late by more than a
//     standstill: a message, a Close, the answer to a Ping, a chunk of a stream.
//     The report names it.
//   - A difference of moments that is as asked is not believed if it would not be,
//     had what came while we stood still come at any time since that began.
//
// docs/language.md says the same to users.

// window is a stretch of time in which something was to happen.
type window struct{ from, to time.Duration }

// standstill is how late something that we owed must have been before a failure
// that has nothing to do with time is excused, where most is the greatest lateness
// allowed: a peer may have given us up. However much is allowed, peers have timers
// of a second: with 50 ms and a standstill of 2.5 s, a machine that starved blamed
// its own endpoint in 10 of 738,000 cases.
func standstill(most time.Duration) time.Duration {
	return min(50*most, max(most, 250*time.Millisecond))
}

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
func (s *scene) lateIn(w window) string {
	most, late := s.options.MaxLateness, s.lateness()
	over, near := s.probe.between(w.from, w.to), s.probe.between(w.to-10*beat, s.now())
	switch {
	case over.P99 > most:
		return fmt.Sprintf("this machine read late: p99 %s, more than %s", diag.Round(over.P99), most)
	case near.Max > most:
		return fmt.Sprintf("this machine read late around the deadline: by %s, more than %s", diag.Round(near.Max), most)
	case late.Woken.P99 > most:
		return fmt.Sprintf("this machine sent late: p99 %s, more than %s", diag.Round(late.Woken.P99), most)
	case max(over.Max, late.Woken.Max) > standstill(most):
		return fmt.Sprintf("this machine stood still for %s meanwhile", diag.Round(max(over.Max, late.Woken.Max)))
	}
	return ""
}

// lateInAll is how far our lateness may have moved two moments of the scenario apart
// or closer: by every lateness that was more than is allowed, for one exchange after
// another is late by each. The probe is a sample: what reads is a thread of its own, which
// a busy machine may hold up where it did not hold up the probe. Hence twice that,
// and ten times what is allowed.
func (s *scene) lateInAll() time.Duration {
	most := s.options.MaxLateness
	all := s.probe.sum(most, s.begin)
	if woken := s.lateness().Woken.Max; woken > most {
		all += woken
	}
	return 10*most + 2*all
}

// owed names something that we owed a peer and that was late by more than a
// standstill, or gives "". A standstill delays what was due while it lasted: that
// leaves right after it. What leaves later was not due yet.
func (s *scene) owed() string {
	most := standstill(s.options.MaxLateness)
	if woken := s.lateness().Woken.Max; woken > most {
		return fmt.Sprintf("a chunk of a stream left %s late", diag.Round(woken))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if d, still, ok := s.inbox.past.owed(s.probe.longer(most, s.begin)); ok {
		return fmt.Sprintf("%s at %s was up to %s late", d.what, trace.Stamp(d.at), diag.Round(still.to-still.from))
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
	return latenessOf(connections, s.probe, s.begin, s.now())
}
