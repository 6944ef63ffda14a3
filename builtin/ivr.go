package builtin

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/fixtures"
	"github.com/duologue/duologue/media"
)

// chunkTime is how much audio the ivr sends in a chunk.
const chunkTime = 20 * time.Millisecond

// ivr greets its caller, answers when the caller has spoken, and stops when the
// caller talks over it.
type ivr struct {
	turn      turn
	interrupt time.Duration // how much speech interrupts it
	goesOn    bool          // it says that it stops, but goes on
	hasty     bool          // it answers before the caller has finished
	greeting  string        // the fixture that it begins with; "" after that
	reply     string        // the fixture that it answers with
	free      time.Time     // when everything that it says will have been said
	speaking  stream
}

func newIVR(s settings) bot {
	b := &ivr{turn: turn{pause: 400 * time.Millisecond}, interrupt: enoughSpeech, greeting: "answer", reply: "goodbye"}
	if s.silent {
		b.greeting = ""
	}
	if s.defect.ivr != nil {
		s.defect.ivr(b)
	}
	return b
}

func (b *ivr) hear(ctx context.Context, l *line, h heard) {
	switch h.kind {
	case heardStart:
		if h.stream.format.Codec == media.Opaque {
			l.say(ctx, cue{kind: cueClose, code: websocket.StatusUnsupportedData, reason: "cannot decode " + h.stream.encoding})
			return
		}
		b.speak(ctx, l, h.stream, b.greeting, cue{kind: cueMark, name: "greeting"})
		b.greeting = ""
	case heardAudio:
		b.listen(ctx, l, h)
	case heardStop:
		if b.turn.end() {
			b.speak(ctx, l, h.stream, b.reply)
		}
	case heardDigit:
		b.digit(ctx, l, h.digit)
	case heardMessage:
		b.message(ctx, l, h)
	}
}

// listen follows the caller's voice in steps of at most one chunk.
func (b *ivr) listen(ctx context.Context, l *line, h heard) {
	clip, err := h.stream.format.Decode(h.octets)
	if err != nil {
		l.say(ctx, cue{kind: cueClose, code: websocket.StatusPolicyViolation, reason: reason(err)})
		return
	}
	for at := time.Duration(0); at < clip.Duration(); at += chunkTime {
		over := b.turn.hear(clip.Slice(at, at+chunkTime))
		if b.turn.speech >= b.interrupt && time.Now().Before(b.free) {
			b.stop(ctx, l)
		}
		if b.hasty && b.turn.speech >= enoughSpeech {
			b.hasty, over = false, true
		}
		if over {
			b.speak(ctx, l, h.stream, b.reply)
		}
	}
}

// stop ends what is being said, and tells the platform to drop it.
func (b *ivr) stop(ctx context.Context, l *line) {
	if b.goesOn {
		b.interrupt = never
	} else {
		b.free = time.Time{}
		l.hush()
		l.say(ctx, cue{kind: cueEnd, stream: b.speaking})
	}
	l.say(ctx, cue{kind: cueClear, stream: b.speaking})
}

// speak says a prompt in real time, and then the other cues. It does nothing if
// the prompt has no name.
func (b *ivr) speak(ctx context.Context, l *line, s stream, name string, then ...cue) {
	if name == "" {
		return
	}
	octets, err := prompt(name, s.format)
	if err != nil {
		l.say(ctx, cue{kind: cueClose, code: websocket.StatusInternalError, reason: reason(err)})
		return
	}
	b.speaking = stream{tag: s.tag, encoding: s.encoding, format: s.format}
	at := time.Now()
	if at.Before(b.free) {
		at = b.free
	}
	size := s.format.Octets(chunkTime)
	count := len(octets) / size
	l.later(ctx, cue{kind: cueBegin, at: at, stream: b.speaking})
	for i := range count {
		l.later(ctx, cue{kind: cueChunk, at: at, stream: b.speaking, number: i, of: count, octets: octets[i*size : (i+1)*size]})
		at = at.Add(chunkTime)
	}
	for _, c := range append([]cue{{kind: cueEnd}}, then...) {
		c.at, c.stream = at, b.speaking
		l.later(ctx, c)
	}
	b.free = at
}

// prompt gives a fixture in whole chunks of a format. It adds silence to fill
// the last chunk.
func prompt(name string, f media.Format) ([]byte, error) {
	clip, err := fixture(name, f.Rate)
	if err != nil {
		return nil, err
	}
	size := f.Rate.Samples(chunkTime)
	whole := make([]float32, (len(clip.Samples)+size-1)/size*size)
	copy(whole, clip.Samples)
	return f.Encode(media.Clip{Rate: f.Rate, Samples: whole})
}

// fixture gives a fixture at a rate. Nobody may change its samples.
func fixture(name string, rate media.Rate) (media.Clip, error) {
	source := name + "-16k.wav"
	if rate == 8000 {
		source = name + "-8k.wav"
	}
	clip, err := decoded(source)
	if err != nil {
		return media.Clip{}, err
	}
	return media.Resample(clip, rate), nil
}

var fixtureClips sync.Map // the decoded ones, by file

// decoded gives the samples of a fixture's file. It decodes each file once.
func decoded(source string) (media.Clip, error) {
	if clip, ok := fixtureClips.Load(source); ok {
		return clip.(media.Clip), nil
	}
	data, err := fixtures.FS.ReadFile(source)
	if err != nil {
		return media.Clip{}, fmt.Errorf("read a prompt: %w", err)
	}
	clip, _, err := media.ReadWAV(data)
	if err != nil {
		return media.Clip{}, fmt.Errorf("read prompt %s: %w", source, err)
	}
	fixtureClips.Store(source, clip)
	return clip, nil
}

func (b *ivr) digit(ctx context.Context, l *line, digit string) {
	if digit == "#" {
		l.say(ctx, cue{kind: cueClose, code: websocket.StatusNormalClosure, reason: "bye"})
	}
}

// message answers messages of the caller's scenario. A digit is one of them for
// Voximplant, which has no message for it.
func (b *ivr) message(ctx context.Context, l *line, h heard) {
	var m struct {
		Type   string          `json:"type"`
		Custom string          `json:"customEvent"`
		ID     json.RawMessage `json:"id"`
		Digit  string          `json:"digit"`
	}
	if !h.text || json.Unmarshal(h.octets, &m) != nil {
		return
	}
	id := m.ID
	if id == nil {
		id = json.RawMessage("null")
	}
	switch {
	case m.Type == "ping":
		l.say(ctx, ownText(`{"type":"pong","id":%s}`, bytes.TrimSpace(id)))
	case m.Custom == "hello":
		l.say(ctx, ownText(`{"type":"ready","id":%s,"session":"s-%s"}`, bytes.TrimSpace(id), rand.Text()[:8]))
	case m.Custom == "dtmf":
		b.digit(ctx, l, m.Digit)
	}
}

func ownText(format string, args ...any) cue {
	return cue{kind: cueMessage, text: true, octets: fmt.Appendf(nil, format, args...)}
}
