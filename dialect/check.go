package dialect

import (
	"slices"

	"github.com/duologue/duologue/diag"
)

// Limits of a file. No real dialect comes near them, and a file within them
// cannot exhaust our memory or time.
const (
	maxEntries = 64  // of messages, of encodings, of counters, of vars
	maxValues  = 256 // of one message
)

// checkSize complains about a file that is beyond the limits, and gives false.
// Such a file is not looked at further.
func (f *fileDoc) checkSize(top diag.Pos, out *diag.List) bool {
	before := out.Len()
	for _, part := range []struct {
		name string
		size int
	}{{"messages", len(f.Messages)}, {"encodings", len(f.Encodings)}, {"counters", len(f.Counters)}, {"vars", len(f.Vars)}} {
		if part.size > maxEntries {
			out.Addf(top, "%s has %d entries, more than the %d allowed", part.name, part.size, maxEntries)
		}
	}
	return out.Len() == before
}

// The placeholders that a message of a kind may and must hold. Counters and
// variables may always stand in it.
var (
	allowed = map[Kind][]int{
		KindStart: {slotTag, slotEncoding, slotRate, slotCustom},
		KindMedia: {slotAudio, slotTag, slotTimestamp},
		KindStop:  {slotTag, slotOctets, slotDuration},
		KindMark:  {slotMark, slotTag},
		KindClear: {slotTag},
		KindDTMF:  {slotDigit, slotDuration},
	}
	needed = map[Kind][]int{
		KindStart: {slotEncoding},
		KindMedia: {slotAudio},
		KindMark:  {slotMark},
		KindDTMF:  {slotDigit},
	}
)

// inStream are the kinds of messages that belong to one stream.
var inStream = []Kind{KindStart, KindMedia, KindStop}

// check compares the messages with one another.
func (f *fileDoc) check(d *Dialect, top diag.Pos, out *diag.List) {
	for i, m := range d.messages {
		pos := f.Messages[i].Pos
		if m.binary && m.kind != KindMedia {
			out.Addf(pos, "a binary message is media, not %s", m.kind)
		}
		if !m.binary && m.kind != "" {
			d.checkHoles(m, pos, f.Timestamp.Unit != "", out)
		}
		for _, o := range d.messages[:i] {
			if overlap(m, o) && m.kind == o.kind && !slices.Contains([]Kind{"", KindOther, KindConnected}, m.kind) {
				out.Addf(pos, "%q and %q are both the %s message of one side", o.name, m.name, m.kind)
			}
			if overlap(m, o) && (m.binary && o.binary || m.key != "" && m.key == o.key && m.word == o.word) {
				out.Addf(pos, "%q cannot be told from %q", m.name, o.name)
			}
		}
	}
	for i, v := range d.vars {
		if slot := d.varSlot(i); d.uses(App, slot) && !slices.ContainsFunc(d.opening, func(m *message) bool { return m.holds(slot) }) {
			out.Addf(f.Vars[i].Pos, "the app cannot learn {{%s}}: no message of the opening holds it", v.name)
		}
	}
	if f.Messages != nil && d.find(Platform, KindMedia) == nil && d.find(App, KindMedia) == nil {
		out.Addf(top, "no message of either side is media")
	}
}

// uses reports whether a side sends a message with a placeholder of this slot.
func (d *Dialect) uses(r Role, slot int) bool {
	return slices.ContainsFunc(d.messages, func(m *message) bool { return m.by(r) && m.holds(slot) })
}

// holds reports whether a message has a placeholder of this slot.
func (m *message) holds(slot int) bool {
	found := false
	m.body.holes(func(h *holeSpec) { found = found || h.slot == slot })
	return found
}

// needs reports whether a message cannot be written without the value of a slot.
func (m *message) needs(slot int) bool {
	needed := false
	m.body.holes(func(h *holeSpec) { needed = needed || h.slot == slot && !h.optional })
	return needed
}

func overlap(a, b *message) bool { return a.from == "" || b.from == "" || a.from == b.from }

func (d *Dialect) checkHoles(m *message, pos diag.Pos, timed bool, out *diag.List) {
	m.body.holes(func(h *holeSpec) {
		if h.slot < slotOwn && !slices.Contains(allowed[m.kind], h.slot) {
			out.Addf(pos, "a %s message knows no {{%s}}", m.kind, h.name)
		}
		if i := h.slot - slotOwn; i >= 0 && i < len(d.counters) && d.counters[i].perStream && !slices.Contains(inStream, m.kind) {
			out.Addf(pos, "{{%s}} counts within a stream, but a %s message belongs to none", h.name, m.kind)
		}
		if h.slot == slotTimestamp && !timed {
			out.Addf(pos, "{{timestamp}} needs the key \"timestamp\" to say what it counts")
		}
	})
	for _, slot := range needed[m.kind] {
		if !m.holds(slot) {
			out.Addf(pos, "a %s message needs {{%s}}", m.kind, commonNames[slot])
		}
	}
}
