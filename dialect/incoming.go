package dialect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/duologue/duologue/media"
)

// incoming is what comes under one tag.
type incoming struct {
	tag       string
	encoding  *Encoding
	custom    any
	open      bool // between start and stop, or heard where there is no start
	refused   bool // its start was wrong or missing, as was said once
	sounding  bool // a MediaStarted stands without its MediaEnded
	heard     bool // a chunk came since the start
	full      bool // the buffer overflowed with the chunk before
	counts    []int64
	chunks    int // before the next chunk, like what follows
	octets    int64
	samples   int64
	base      int64 // timestamp of sample 0, as the last timestamp has it
	latest    int64 // timestamp
	untimed   bool  // the chunk before was broken: the next timestamp is taken as it is
	clock     media.Playout
	runs      runs
	discarded time.Duration // since MediaStarted
	marks     int           // octets of what waits on the clock to be returned
}

// Bounds of what a peer can make a flow remember.
const (
	maxStreams = 256     // tags of one connection
	maxTag     = 1 << 10 // octets of a tag
	maxMarks   = 1 << 20 // octets of the marks that wait under one tag
	markRoom   = 64      // octets that a mark takes beside its name
)

// stream finds what comes under a tag, or nil.
func (f *Flow) stream(tag string) *incoming {
	for _, in := range f.in {
		if in.tag == tag {
			return in
		}
	}
	return nil
}

// newStream makes room for a tag, or says why there is none and gives nil.
func (f *Flow) newStream(at time.Duration, tag string, r *Received) *incoming {
	if len(tag) > maxTag {
		f.violation(at, "", "streams", fmt.Sprintf("the tag has %d octets, expected at most %d", len(tag), maxTag), r)
		return nil
	}
	if len(f.in) >= maxStreams {
		f.in = deleteIdle(f.in, at)
	}
	if len(f.in) >= maxStreams {
		f.violation(at, tag, "streams", fmt.Sprintf("more than %d streams at once", maxStreams), r)
		return nil
	}
	in := &incoming{tag: tag}
	if f.role == Platform {
		in.clock.Limit = media.Limit{Duration: f.d.playout.limit, Messages: f.d.playout.messages}
	}
	f.in = append(f.in, in)
	return in
}

// deleteIdle forgets tags under which nothing is open or waits.
func deleteIdle(all []*incoming, at time.Duration) []*incoming {
	kept := all[:0]
	for _, in := range all {
		if in.open || in.refused || in.drained(at) > at || in.marks > 0 {
			kept = append(kept, in)
		}
	}
	clear(all[len(kept):])
	return kept
}

// drained gives when all that came until now is played.
func (in *incoming) drained(at time.Duration) time.Duration {
	end, _ := in.clock.PlayedEnd()
	return max(at, end)
}

// begin opens a stream.
func (in *incoming) begin(at time.Duration, e *Encoding, custom any, counts []int64, r *Received) {
	in.encoding, in.custom, in.counts = e, custom, counts
	in.open, in.refused, in.heard, in.full = true, false, false, false
	in.chunks, in.octets, in.samples, in.base, in.latest, in.untimed, in.runs = 0, 0, 0, 0, 0, false, nil
	in.sound(at, r)
}

// sound reports that the stream is heard from now on.
func (in *incoming) sound(at time.Duration, r *Received) {
	in.sounding, in.discarded = true, 0
	ev := &MediaStarted{At: at, Tag: in.tag, Encoding: in.encoding.Name, Format: in.encoding.Format, Custom: in.custom}
	if len(in.runs) > 0 {
		ev.Again, ev.First = true, in.runs[0].chunk
	}
	r.Events = append(r.Events, ev)
}

// end reports the end of what is heard, which played from the first run on
// until played.
func (in *incoming) end(at time.Duration, by Ending, played time.Duration, r *Received) {
	if !in.sounding {
		return
	}
	start := min(at, played)
	if len(in.runs) > 0 {
		start = min(in.runs[0].start, played)
	}
	if !in.heard {
		start, played = at, at
	}
	in.sounding = false
	r.Events = append(r.Events, &MediaEnded{At: at, Tag: in.tag, By: by,
		Duration: played - start, PlayedStart: start, PlayedEnd: played, Discarded: in.discarded})
}

// Waiting gives the number of the first chunk under a tag that will be heard as
// the beginning of a stream: the one before has ended by silence. Numbers count
// from the start message. False means that none waits.
func (f *Flow) Waiting(tag string) (chunk int, waits bool) {
	in := f.stream(tag)
	if in == nil || in.sounding || len(in.runs) == 0 {
		return 0, false
	}
	return in.runs[0].chunk, true
}

// finish ends the stream for good by its stop or by the close.
func (in *incoming) finish(at time.Duration, by Ending, played time.Duration, r *Received) {
	in.end(at, by, played, r)
	in.open, in.runs = false, nil
}

// due gives when time alone brings the next event or reply of this tag.
func (in *incoming) due(endedAfter time.Duration) (time.Duration, bool) {
	due, ok := in.clock.Next()
	if len(in.runs) > 0 {
		next := in.runs[0].start
		if in.sounding {
			next = in.runs[0].end + endedAfter
		}
		if !ok || next < due {
			due, ok = next, true
		}
	}
	return due, ok
}

// Due gives the offset at which Advance has something to tell, if nothing
// else comes.
func (f *Flow) Due() (time.Duration, bool) {
	in, due := f.next()
	return due, in != nil
}

// next finds the tag that time brings something to first.
func (f *Flow) next() (*incoming, time.Duration) {
	var first *incoming
	var earliest time.Duration
	for _, in := range f.in {
		if due, ok := in.due(f.o.EndedAfter); ok && (first == nil || due < earliest) {
			first, earliest = in, due
		}
	}
	return first, earliest
}

// Advance tells what time alone has brought until an offset: streams that
// ended or began to sound again, marks that are played.
func (f *Flow) Advance(at time.Duration) Received {
	var r Received
	for {
		in, due := f.next()
		if in == nil || due > at {
			return r
		}
		passed := in.clock.Advance(due)
		f.returnMarks(in, passed, &r)
		switch {
		case len(passed) > 0:
		case in.sounding:
			in.end(due, BySilence, in.runs[0].end, &r)
			in.runs = in.runs[1:]
		default:
			in.sound(due, &r)
		}
	}
}

// returnMarks tells the app which marks of a tag are played or cleared.
func (f *Flow) returnMarks(in *incoming, passed []media.Passed, r *Received) {
	for _, p := range passed {
		in.marks -= markRoom + len(p.Name)
		f.replyMark(in.tag, p.Name, r)
	}
}

func (f *Flow) replyMark(tag, name string, r *Received) {
	m := f.d.find(Platform, KindMark)
	if m == nil {
		return
	}
	f.blank()
	f.setTag(tag)
	f.values[slotMark] = textValue(name)
	r.Replies = append(r.Replies, f.render(m, nil))
}

// empty drops what waits to be played, as the platform.
func (f *Flow) empty(at time.Duration, tag string, r *Received) {
	for _, in := range f.in {
		if tag != "" && in.tag != tag {
			continue
		}
		_, dropped := in.clock.Clear(at)
		in.runs = in.runs.cut(at)
		if in.sounding && in.heard && len(in.runs) == 0 {
			in.runs = runs{{start: at, end: at}} // so that silence still ends it
		}
		if f.d.playout.returnsMarks {
			f.returnMarks(in, dropped, r)
		}
		in.marks = 0
	}
}

// Closing ends what is still heard, because the connection ends.
func (f *Flow) Closing(at time.Duration) Received {
	r := f.Advance(at)
	for _, in := range f.in {
		in.finish(at, ByClose, min(at, in.drained(0)), &r)
		in.clock.Clear(at)
	}
	return r
}

// customTree gives customParameters as a tree with json.Number.
func customTree(raw []byte) (tree any) {
	if raw == nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	_ = dec.Decode(&tree) // valid, as the matcher knows
	return tree
}
