package dialect

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Receive reads a message of the other side. It first tells what time has
// brought until then.
func (f *Flow) Receive(at time.Duration, msg Message) Received {
	r := f.Advance(at)
	if msg.Binary {
		m := f.d.find(f.role.Peer(), KindMedia)
		if m == nil || !m.binary {
			return r
		}
		r.Plumbing = true
		clear(f.values)
		f.values[slotAudio] = octetsValue(msg.Data)
		f.takeMedia(at, m, &r)
		return r
	}
	m := f.recognise(at, msg.Data, &r)
	if m == nil {
		return r
	}
	r.Plumbing = true
	clear(f.values)
	if !f.d.opens(m) {
		f.blank() // what the opening told must be the same in every later message
	}
	reader := matcher{values: f.values, counters: len(f.d.counters)}
	if reader.match(&m.body, msg.Data[skipSpace(msg.Data, 0):]); reader.problem != "" {
		f.violation(at, f.values[slotTag].text, string(m.kind), reader.problem, &r)
		f.passOver(at, m, &r)
		return r
	}
	f.countConnection(at, m, &r)
	f.act(at, m, &r)
	return r
}

// recognise finds the definition of a text message. It gives nil if the message
// is one for the script.
func (f *Flow) recognise(at time.Duration, data []byte, r *Received) *message {
	if !isObject(data) {
		return nil
	}
	for _, k := range f.words {
		v := findMember(data, k.key)
		if v == nil || v[0] != '"' {
			continue
		}
		if m := k.find(v); m != nil {
			return m
		}
	}
	if f.d.reserved == "" {
		return nil
	}
	if v := findMember(data, f.d.reserved); v != nil {
		f.violation(at, "", f.d.reserved, fmt.Sprintf("%s is %s, but the key belongs to the dialect (%s)",
			f.d.reserved, show(v), strings.Join(f.known(f.d.reserved), ", ")), r)
	}
	return nil
}

// find gives the message that a valid JSON string stands for, or nil.
func (k *keyword) find(raw []byte) *message {
	if inner := raw[1 : len(raw)-1]; isPlain(inner) {
		return k.byWord[string(inner)]
	}
	return k.byWord[unquote(raw)]
}

// known lists the words of a key in the messages of the other side.
func (f *Flow) known(key string) []string {
	var words []string
	for _, m := range f.d.messages {
		if m.by(f.role.Peer()) && m.key == key {
			words = append(words, m.word)
		}
	}
	return words
}

// act does what a message asks for. The message is valid.
func (f *Flow) act(at time.Duration, m *message, r *Received) {
	tag := f.values[slotTag].text
	switch m.kind {
	case KindStart, KindConnected:
		f.learn(m)
		if m.kind == KindStart {
			f.takeStart(at, m, r)
		}
	case KindMedia:
		f.takeMedia(at, m, r)
	case KindStop:
		f.takeStop(at, m, r)
	case KindMark:
		f.takeMark(at, r)
	case KindClear:
		r.Events = append(r.Events, &Clear{At: at, Tag: tag})
		if f.role == Platform {
			f.empty(at, tag, r)
			f.confirmClear(tag, r)
		}
	case KindDTMF:
		r.Events = append(r.Events, &DTMF{At: at, Digit: f.values[slotDigit].text})
	}
}

// learn keeps the variables of the opening.
func (f *Flow) learn(m *message) {
	if f.d.opens(m) {
		copy(f.vars, f.values[f.d.varSlot(0):])
	}
}

func (f *Flow) takeStart(at time.Duration, m *message, r *Received) {
	tag := f.values[slotTag].text
	in := f.stream(tag)
	if in != nil && in.open {
		f.violation(at, tag, "order", fmt.Sprintf("%s has started already", streamName(tag)), r)
		in.finish(at, ByStop, in.drained(at), r)
	}
	if in == nil {
		if in = f.newStream(at, tag, r); in == nil {
			return
		}
	}
	e, problem := f.startEncoding()
	if problem != "" {
		f.violation(at, tag, "encoding", problem, r)
		in.refused = true
		return
	}
	if f.d.opens(m) {
		f.encoding = e
	}
	in.begin(at, e, customTree(f.values[slotCustom].octets), f.d.firstCounts(), r)
	f.countStream(at, m, in, r)
}

// startEncoding gives the encoding that a start names, or what is wrong with it.
func (f *Flow) startEncoding() (*Encoding, string) {
	name := f.values[slotEncoding].text
	e, ok := f.d.onWire(name)
	if !ok {
		return nil, fmt.Sprintf("encoding is %q, expected one of %s", name, strings.Join(f.d.Encodings(), ", "))
	}
	if rate := f.values[slotRate]; rate.kind == kindNumber && rate.number != int64(e.Format.Rate) {
		return nil, fmt.Sprintf("sampleRate is %d, expected %d for %s", rate.number, e.Format.Rate, name)
	}
	return e, ""
}

func (f *Flow) takeStop(at time.Duration, m *message, r *Received) {
	tag := f.values[slotTag].text
	in := f.stream(tag)
	switch {
	case in == nil || !in.open && !in.refused:
		f.violation(at, tag, "order", fmt.Sprintf("stop came, but %s", in.state(tag)), r)
	case in.open:
		f.countStream(at, m, in, r)
		if !in.sounding && len(in.runs) > 0 {
			in.sound(at, r) // the stop makes the waiting audio a stream
		}
		f.takeAnnouncement(at, in, r)
		in.finish(at, ByStop, in.drained(at), r)
	}
	if in != nil {
		in.refused = false
	}
}

// takeAnnouncement tells what a stop says of its stream, if it says anything.
func (f *Flow) takeAnnouncement(at time.Duration, in *incoming, r *Received) {
	a := &Announcement{At: at, Tag: in.tag, Came: Amount{in.octets, in.encoding.Format.Rate.Duration(int(in.samples))}}
	if v := f.values[slotOctets]; v.kind == kindNumber {
		a.Octets = &v.number
	}
	if v := f.values[slotDuration]; v.kind == kindNumber {
		said := time.Duration(min(v.number, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
		a.Duration = &said
	}
	if a.Octets != nil || a.Duration != nil {
		r.Events = append(r.Events, a)
	}
}

func (f *Flow) takeMark(at time.Duration, r *Received) {
	tag, name := f.values[slotTag].text, f.values[slotMark].text
	r.Events = append(r.Events, &Mark{At: at, Tag: tag, Name: name})
	if f.role != Platform {
		return
	}
	in := f.stream(tag)
	if in == nil {
		f.replyMark(tag, name, r)
		return
	}
	if in.marks += markRoom + len(name); in.marks > maxMarks {
		in.marks -= markRoom + len(name)
		f.violation(at, tag, "marks", "too many marks wait to be returned", r)
		return
	}
	in.clock.Mark(at, name)
	f.returnMarks(in, in.clock.Advance(at), r)
}

func (f *Flow) confirmClear(tag string, r *Received) {
	if m := f.d.find(Platform, KindClear); m != nil {
		f.blank()
		f.setTag(tag)
		r.Replies = append(r.Replies, f.render(m, nil))
	}
}

func (f *Flow) violation(at time.Duration, tag, rule, text string, r *Received) {
	r.Events = append(r.Events, &Violation{At: at, Tag: tag, Rule: f.d.name + ": " + rule, Text: text})
}

// state says why no media can come under a tag. in may be nil.
func (in *incoming) state(tag string) string {
	if in != nil && in.encoding != nil {
		return streamName(tag) + " was stopped"
	}
	return streamName(tag) + " has not started"
}

func streamName(tag string) string {
	if tag == "" {
		return "the stream"
	}
	return fmt.Sprintf("stream %q", tag)
}
