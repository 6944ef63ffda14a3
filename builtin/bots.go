package builtin

import (
	"context"
	"time"
)

// bot is an application. It answers what it hears on the line, and knows nothing
// of wires.
type bot interface {
	hear(ctx context.Context, l *line, h heard)
}

// echo sends everything back as it came, including streams.
type echo struct{ chunks int }

func newEcho(settings) bot { return &echo{} }

func (e *echo) hear(ctx context.Context, l *line, h heard) {
	c := cue{at: time.Now(), stream: h.stream, octets: h.octets, text: h.text}
	switch h.kind {
	case heardStart:
		c.kind = cueBegin
	case heardAudio:
		c.kind, c.number = cueChunk, e.chunks
		e.chunks++
	case heardStop:
		c.kind = cueEnd
	case heardMessage:
		c.kind = cueMessage
	default:
		return
	}
	l.soon(ctx, c)
}

// slow echoes every message after a delay.
type slow struct{ delay time.Duration }

func newSlow(s settings) bot { return slow{s.delay} }

func (s slow) hear(ctx context.Context, l *line, h heard) {
	if h.kind != heardMessage {
		return
	}
	l.later(ctx, cue{kind: cueMessage, at: time.Now().Add(s.delay), octets: h.octets, text: h.text})
}

// closer says hello and closes.
type closer struct{ settings settings }

func newCloser(s settings) bot { return closer{s} }

func (c closer) hear(ctx context.Context, l *line, h heard) {
	if h.kind != heardOpen {
		return
	}
	l.say(ctx, cue{kind: cueMessage, octets: []byte("hello"), text: true},
		cue{kind: cueClose, code: c.settings.code, reason: c.settings.reason})
}
