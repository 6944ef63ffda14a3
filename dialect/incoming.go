package dialect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/duologue/duologue/media"
)

// incoming is the streams that come under one tag, one after the other.
type incoming struct {
	tag       string
	encoding  *Encoding
	custom    any
	open      bool // a start came and no stop; or, without start messages, a chunk came
	refused   bool // its start was wrong or missing, which was told
	sounding  bool // a MediaStarted was told, and its MediaEnded not yet
	came      bool // a chunk came since the start
	full      bool // the chunk before found no room in the buffer
	counts    []int64
	chunks    int // how many came since the start, not counting the one that is being read; so are octets and samples
	octets    int64
	samples   int64
	base      int64 // timestamp of sample 0, computed from the last timestamp
	latest    int64 // the last timestamp
	untimed   bool  // the chunk before was broken, so the next timestamp is not checked
	clock     media.Playout
	runs      runs
	discarded time.Duration // audio that was dropped since MediaStarted
	marks     int           // octets of the marks that wait on the clock
}

// Limits of what a peer can make a flow remember.
const (
	maxStreams = 256     // tags of one connection
	maxTag     = 1 << 10 // octets of a tag
	maxMarks   = 1 << 20 // octets of the marks that wait under one tag
	markRoom   = 64      // octets that a mark takes in addition to its name
)

// stream gives the streams under a tag, or nil.
func (f *Flow) stream(tag string) *incoming {
	for _, in := range f.in {
		if in.tag == tag {
			return in
		}
	}
	return nil
}

// newStream makes room for a tag. If there is none, it tells a violation and
// gives nil.
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

// deleteIdle forgets the tags without an open stream and without audio or marks
// that wait.
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

// drained gives the time at which everything that came until now is played.
func (in *incoming) drained(at time.Duration) time.Duration {
	end, _ := in.clock.PlayedEnd()
	return max(at, end)
}

// begin begins a stream.
func (in *incoming) begin(at time.Duration, e *Encoding, custom any, counts []int64, r *Received) {
	in.encoding, in.custom, in.counts = e, custom, counts
	in.open, in.refused, in.came, in.full = true, false, false, false
	in.chunks, in.octets, in.samples, in.base, in.latest, in.untimed, in.runs = 0, 0, 0, 0, 0, false, nil
	in.sound(at, r)
}

// sound tells that the stream is heard from now on.
func (in *incoming) sound(at time.Duration, r *Received) {
	in.sounding, in.discarded = true, 0
	ev := &MediaStarted{At: at, Tag: in.tag, Encoding: in.encoding.Name, Format: in.encoding.Format, Custom: in.custom}
	if len(in.runs) > 0 {
		ev.Again, ev.First = true, in.runs[0].chunk
	}
	r.Events = append(r.Events, ev)
}

// end tells the end of what is heard. It played from the start of the first run
// until played.
func (in *incoming) end(at time.Duration, by Ending, played time.Duration, r *Received) {
	if !in.sounding {
		return
	}
	start := min(at, played)
	if len(in.runs) > 0 {
		start = min(in.runs[0].start, played)
	}
	if !in.came {
		start, played = at, at
	}
	in.sounding = false
	r.Events = append(r.Events, &MediaEnded{At: at, Tag: in.tag, By: by,
		Duration: played - start, PlayedStart: start, PlayedEnd: played, Discarded: in.discarded})
}

// Waiting gives the number of the first chunk under a tag that will be told as
// the beginning of a stream, because the one before it has ended by silence.
// Numbers count from the start message. False says that there is none.
func (f *Flow) Waiting(tag string) (chunk int, waits bool) {
	in := f.stream(tag)
	if in == nil || in.sounding || len(in.runs) == 0 {
		return 0, false
	}
	return in.runs[0].chunk, true
}

// finish ends the stream for good, by its stop or by the end of the connection.
func (in *incoming) finish(at time.Duration, by Ending, played time.Duration, r *Received) {
	in.end(at, by, played, r)
	in.open, in.runs = false, nil
}

// due gives the time at which time alone brings the next event or reply of this
// tag.
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

// Due gives the offset at which Advance has something to tell, if no message
// comes before. False says that it never has.
func (f *Flow) Due() (time.Duration, bool) {
	in, due := f.next()
	return due, in != nil
}

// next gives the tag to which time brings something first, and when.
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

// Advance tells what time alone has brought up to an offset: streams that ended
// or began to sound again, and marks that are played.
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

// empty drops what waits in the platform's buffer, of one tag or, for "", of
// all.
func (f *Flow) empty(at time.Duration, tag string, r *Received) {
	for _, in := range f.in {
		if tag != "" && in.tag != tag {
			continue
		}
		_, dropped := in.clock.Clear(at)
		in.runs = in.runs.cut(at)
		if in.sounding && in.came && len(in.runs) == 0 {
			in.runs = runs{{start: at, end: at}} // so that silence ends it
		}
		if f.d.playout.returnsMarks {
			f.returnMarks(in, dropped, r)
		}
		in.marks = 0
	}
}

// Closing ends the streams that are still heard, because the connection ends.
func (f *Flow) Closing(at time.Duration) Received {
	r := f.Advance(at)
	for _, in := range f.in {
		in.finish(at, ByClose, min(at, in.drained(0)), &r)
		in.clock.Clear(at)
	}
	return r
}

// customTree gives customParameters as a tree with json.Number, or nil.
func customTree(raw []byte) (tree any) {
	if raw == nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	_ = dec.Decode(&tree) // the matcher has seen that it is valid
	return tree
}
