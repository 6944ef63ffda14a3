package session

import (
	"slices"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/network"
)

// disturbance is what becomes of the chunks of all streams of a connection. The zero
// value leaves them alone.
type disturbance struct {
	network.Media
	since time.Duration
	seed  uint64
	turn  int // how often it has been changed
	fates map[string]*network.Fates
}

// disturb says what becomes of chunks from now on.
func (s *streams) disturb(m network.Media, since time.Duration, seed uint64) {
	s.talk.mu.Lock()
	defer s.talk.mu.Unlock()
	s.bad = disturbance{m, since, seed, s.bad.turn + 1, map[string]*network.Fates{}}
}

// untouched leaves all chunks alone.
var untouched network.Fates

// fatesHeld decides what becomes of the chunks of a tag. Its streams follow one another,
// so the second does not meet what the first did.
func (d *disturbance) fatesHeld(tag string) *network.Fates {
	switch {
	case d.Media == network.Media{}:
		return &untouched
	case d.fates[tag] == nil:
		f := network.NewFates(d.Media, d.since, d.seed, tag)
		d.fates[tag] = &f
	}
	return d.fates[tag]
}

// message is that of a chunk.
type message struct {
	dialect.Message
	chunk []byte
	out   *Outgoing // the utterance to which it belongs; nil for silence, and if it has been sent before
}

// kept is the message in memory of its own, so that it can wait.
func (m message) kept() *message {
	m.Data, m.chunk = slices.Clone(m.Data), slices.Clone(m.chunk)
	return &m
}

// leavingHeld gives what is sent in place of the message of a chunk, in order.
func (s *sender) leavingHeld(m message, fate network.Fate) []message {
	leaving := s.room[:0]
	switch {
	case fate.Lost:
		m.countHeld(func(o *Outgoing) { o.disturbed.Lost++ })
		if m.out != nil {
			m.out.sentHeld(s.pace.lost(len(m.chunk)), m.chunk)
		}
	case fate.Swapped && s.behind == nil:
		m.countHeld(func(o *Outgoing) { o.disturbed.Swapped++ })
		s.behind = m.kept()
		return leaving
	default:
		leaving = append(leaving, m)
	}
	if fate.Twice {
		m.countHeld(func(o *Outgoing) { o.disturbed.Twice++ })
		m.out = nil
		leaving = append(leaving, m)
	}
	if s.behind != nil {
		leaving = append(leaving, *s.behind)
		s.behind = nil
	}
	return leaving
}

// countHeld counts something in the record of the utterance.
func (m *message) countHeld(count func(*Outgoing)) {
	if m.out != nil {
		count(m.out)
	}
}
