package session

import (
	"errors"
	"slices"

	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/trace"
)

// Outgoing is one utterance that is being sent, or was sent. If the dialect's
// streams have a start and a stop, it is a stream of its own. Otherwise it is a part
// of the one stream of the connection. It is sent in the background.
type Outgoing struct {
	talk   *talk
	bridge *arrivals // what a bridge brings; nil if the audio is known
	loop   bool
	done   chan struct{}

	// talk.mu guards what follows.
	record     trace.Stream // without its chunks
	departures departures   // its chunks
	octets     []byte       // the audio; of a bridge, what was not sent yet
	pad        []byte       // makes the last chunk whole
	next       int          // where the next chunk begins in octets
	sent       int          // octets that were sent, padding and repetitions included
	disturbed  trace.Disturbed
	again      []byte // what was sent of audio that is repeated; made when it is asked for
	ended      bool
}

// fill gives the utterance its audio.
func (o *Outgoing) fill(opts StreamOptions, format media.Format, cut chunking) error {
	if o.bridge != nil {
		return opts.From.passOn(o.bridge, format)
	}
	var err error
	if o.octets, err = opts.Source(format); err != nil {
		return err
	}
	if len(o.octets) == 0 {
		return errors.New("there is no audio to send")
	}
	o.pad = cut.padding(len(o.octets))
	return nil
}

// nextHeld returns the next chunk. It is nil if there is none: then over says
// whether there will be none any more.
func (o *Outgoing) nextHeld(size int) (chunk []byte, over bool) {
	if o.next >= len(o.octets) && o.loop {
		o.next = 0
	}
	if o.bridge != nil {
		o.octets = o.bridge.appendTo(o.octets[:copy(o.octets, o.octets[o.next:])])
		o.next = 0
	}
	rest := o.octets[min(o.next, len(o.octets)):]
	switch {
	case len(rest) >= size:
		o.next += size
		return rest[:size:size], false
	case o.bridge != nil:
		return nil, o.ended
	case len(rest) == 0:
		return nil, true
	}
	o.next = len(o.octets)
	return append(slices.Clip(rest), o.pad...), false
}

// sentHeld records a chunk.
func (o *Outgoing) sentHeld(d departure, chunk []byte) {
	o.departures.add(d)
	o.sent += len(chunk)
	if o.bridge != nil {
		o.record.Octets = append(o.record.Octets, chunk...)
	}
}

// closeRecordHeld records that all of the utterance was sent, and what ended it.
func (o *Outgoing) closeRecordHeld(by string) {
	if !o.record.Ended {
		o.record.Ended, o.record.By, o.record.End = true, by, o.talk.journal.now()
	}
}

// endHeld ends the utterance: it closes the record, and done.
func (o *Outgoing) endHeld(by string) {
	if o.ended {
		return
	}
	o.closeRecordHeld(by)
	o.ended = true
	close(o.done)
}

// Done is closed when the utterance has ended.
func (o *Outgoing) Done() <-chan struct{} { return o.done }

// Record is the utterance as it was sent until now, with its octets.
func (o *Outgoing) Record() trace.Stream {
	o.talk.mu.Lock()
	defer o.talk.mu.Unlock()
	return o.recordHeld()
}

// recordHeld is Record.
func (o *Outgoing) recordHeld() trace.Stream {
	record := o.shownHeld()
	if o.bridge == nil {
		record.Octets = o.carriedHeld()
	}
	return record
}

// shownHeld is the record with its chunks. It has octets only if the utterance is a
// bridge.
func (o *Outgoing) shownHeld() trace.Stream {
	record := o.record
	record.Chunks = o.departures.chunks()
	if o.disturbed != (trace.Disturbed{}) {
		counts := o.disturbed
		record.Disturbed = &counts
	}
	return record
}

// carriedHeld is the octets that were sent of known audio. It copies only if these
// are more than the audio has: if the audio was padded or repeated.
func (o *Outgoing) carriedHeld() []byte {
	if o.sent <= len(o.octets) {
		return o.octets[:o.sent:o.sent]
	}
	for len(o.again) < o.sent {
		o.again = append(append(o.again, o.octets...), o.pad...)
	}
	return o.again[:o.sent:o.sent]
}
