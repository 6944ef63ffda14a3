package lateness

import (
	"fmt"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// Lateness of ours excuses what it can have caused, and nothing else:
//
//   - What came after its time is excused if it came no later after it than we
//     were late.
//   - What never came is waited for as much longer as we were late, at most
//     5 s more. Then it has failed, or is inconclusive if we were late all the
//     while.
//   - Another failure by time, for which nobody can wait longer, such as a
//     difference of moments, is excused if we were late around its end, for 1 %
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

// Excuses say what the lateness of this process can have caused. Most is the greatest
// lateness that is allowed.
type Excuses struct {
	*Probe
	Most time.Duration
}

// Standstill is the lateness of something that we owed a peer beyond which a failure that
// has nothing to do with time is excused: the peer may have given us up. It is at most 250
// ms or Most, since peers have timers of a second. With 50 ms allowed and a standstill of
// 2.5 s, a starved machine blamed its own endpoint in 10 of 738,000 cases.
func (e Excuses) Standstill() time.Duration {
	return min(50*e.Most, max(e.Most, 250*time.Millisecond))
}

// Stills gives the standstills since an offset.
func (e Excuses) Stills(since time.Duration) []Window { return e.Longer(e.Standstill(), since) }

// By says that this process was late by so much, at a time that the words tell, or
// gives "" if that is allowed.
func (e Excuses) By(late time.Duration, when string) string {
	if late <= e.Most {
		return ""
	}
	return fmt.Sprintf("this machine was late by %s %s, more than %s", diag.Round(late), when, e.Most)
}

// In says how we were late in a window in which something was to happen, or gives "". now
// is an offset, and woken is the lateness of the scenario's chunks until then.
func (e Excuses) In(w Window, now time.Duration, woken trace.Quantiles) string {
	over, near := e.Between(w.From, w.To), e.Between(w.To-10*Beat, now)
	switch {
	case over.P99 > e.Most:
		return fmt.Sprintf("this machine read late: p99 %s, more than %s", diag.Round(over.P99), e.Most)
	case near.Max > e.Most:
		return e.aroundDeadline(near.Max)
	case woken.P99 > e.Most:
		return fmt.Sprintf("this machine sent late: p99 %s, more than %s", diag.Round(woken.P99), e.Most)
	case max(over.Max, woken.Max) > e.Standstill():
		return fmt.Sprintf("this machine stood still for %s meanwhile", diag.Round(max(over.Max, woken.Max)))
	}
	return ""
}

func (e Excuses) aroundDeadline(late time.Duration) string {
	return fmt.Sprintf("this machine read late around the deadline: by %s, more than %s", diag.Round(late), e.Most)
}

// Unheard says why a silence proves nothing, or gives "". The silence was listened to from
// an offset on for as long as within says; now is an offset too. If this machine read late
// across the end of the silence, it may have stamped events as too late that came in time.
// If it stood still for a tenth of the silence, a peer on the same machine could do
// nothing meanwhile.
func (e Excuses) Unheard(from, within, now time.Duration) string {
	near, all := e.Between(from+within-Beat, now), e.Between(from, now)
	switch {
	case near.Max > e.Most:
		return e.aroundDeadline(near.Max)
	case all.Max > max(e.Most, within/10):
		return fmt.Sprintf("this machine stood still for %s of the %s", diag.Round(all.Max), diag.Round(within))
	}
	return ""
}

// Chunk says that a chunk left later than by a standstill, or gives "". woken is the
// lateness of the chunks.
func (e Excuses) Chunk(woken trace.Quantiles) string {
	if woken.Max <= e.Standstill() {
		return ""
	}
	return fmt.Sprintf("a chunk of a stream left %s late", diag.Round(woken.Max))
}

// InAll is how far our lateness may have moved two moments since an offset apart or
// together. Each exchange is late for itself, so every lateness beyond Most counts. The
// probe is a sample: reading is a thread of its own, which a busy machine may hold up when
// it does not hold up the probe. Hence it is twice that, and ten times Most.
func (e Excuses) InAll(since time.Duration, woken trace.Quantiles) time.Duration {
	all := e.Total(e.Most, since)
	if woken.Max > e.Most {
		all += woken.Max
	}
	return 10*e.Most + 2*all
}
