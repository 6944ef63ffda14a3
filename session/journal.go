package session

import (
	"time"

	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// journal writes the events of one connection into the log of its scenario. It
// decides which of them are put down to our end: see [ending].
type journal struct {
	name   string // of the connection
	log    *Log
	ending *ending
}

// now is the present as an offset from the start of the log.
func (j *journal) now() time.Duration { return j.log.Offset(time.Now()) }

// add logs an event of the connection. It calls change under the log's lock, so
// that whoever sees the event also sees the change, and the other way round.
func (j *journal) add(ev trace.Event, change func()) trace.Event {
	ev.Connection = j.name
	return j.log.add(ev, change)
}

// nothing is a change for [journal.add].
func nothing() {}

// sending logs what we are about to send.
func (j *journal) sending(d trace.Detail) trace.Event {
	return j.add(trace.Event{At: j.now(), Sent: true, AfterEnd: j.ending.begun.Load(), Detail: d}, nothing)
}

// came logs what the peer did at an offset.
func (j *journal) came(at time.Duration, d trace.Detail) { j.cameWith(at, d, nothing) }

// cameWith is came with a change, see [journal.add].
func (j *journal) cameWith(at time.Duration, d trace.Detail, change func()) {
	j.add(trace.Event{At: at, AfterEnd: j.ending.after(at), Detail: d}, change)
}

// broken logs a rule that the peer broke.
func (j *journal) broken(v *wire.Violation) { j.brokenWith(v, nothing) }

// brokenWith is broken with a change, see [journal.add].
func (j *journal) brokenWith(v *wire.Violation, change func()) {
	j.cameWith(j.log.Offset(v.At), &trace.Error{Problem: "protocol", Rule: v.Rule, Text: v.Text}, change)
}

// notOpened logs why an attempt has failed, together with a change. A failure is
// put down to our end only if it is we who gave up. A failure of this machine is
// an event that we sent.
func (j *journal) notOpened(e *trace.Error, change func()) {
	at := j.now()
	j.add(trace.Event{At: at, Sent: e.Ours(), AfterEnd: e.Problem == trace.Abandoned && j.ending.after(at), Detail: e}, change)
}

// ping logs a Ping of the peer. If another connection of the scenario is the peer,
// it may be the last Ping of that connection, and is put down to our end.
func (j *journal) ping(at time.Duration, d *trace.Ping) {
	j.add(trace.Event{At: at, AfterEnd: j.ending.after(at) || j.log.lastPingOf(d.Data) != nil, Detail: d}, nothing)
}

// pong logs a Pong of the peer. From the Pong for our last Ping on, all that comes
// is put down to our end. An unsolicited Pong has another payload (RFC 6455
// section 5.5.3).
func (j *journal) pong(at time.Duration, d *trace.Pong) {
	if j.log.lastPingOf(d.Data) == j.ending {
		j.ending.pong(at)
	}
	j.came(at, d)
}

// closed logs how the connection has ended. If the peer's Close came before our
// end, the event is not put down to it, however late TCP ends.
func (j *journal) closed(at time.Duration, d *trace.Close) {
	j.add(trace.Event{At: at, AfterEnd: j.ending.after(at) && !j.ending.closedBefore, Detail: d}, nothing)
}
