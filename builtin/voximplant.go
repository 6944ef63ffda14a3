package builtin

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/media"
)

// voximplantMessage is a message between Voximplant's platform and an
// application. start, media and stop are the same in both directions. A platform
// may write its 64-bit counters as text; we write numbers.
type voximplantMessage struct {
	Event    string           `json:"event"`
	Sequence json.Number      `json:"sequenceNumber"`
	Start    *voximplantStart `json:"start,omitempty"`
	Media    *voximplantMedia `json:"media,omitempty"`
	Stop     *voximplantStop  `json:"stop,omitempty"`
}

type voximplantStart struct {
	Tag    string           `json:"tag,omitempty"`
	Format voximplantFormat `json:"mediaFormat"`
	Custom json.RawMessage  `json:"customParameters,omitempty"`
}

type voximplantFormat struct {
	Encoding string      `json:"encoding"`
	Rate     json.Number `json:"sampleRate"`
}

type voximplantMedia struct {
	Tag       string      `json:"tag,omitempty"`
	Chunk     json.Number `json:"chunk"`
	Timestamp json.Number `json:"timestamp"`
	Payload   []byte      `json:"payload"`
}

type voximplantStop struct {
	Tag  string         `json:"tag,omitempty"`
	Info voximplantInfo `json:"mediaInfo"`
}

type voximplantInfo struct {
	Bytes    json.Number `json:"bytesSent"`
	Duration json.Number `json:"duration"` // milliseconds
}

// voximplantFormats gives every encoding with the one rate that it has.
var voximplantFormats = map[string]media.Format{
	"PCM8":          {Codec: media.L16LE, Rate: 8000},
	"PCM16":         {Codec: media.L16LE, Rate: 16000},
	"ULAW":          {Codec: media.ULaw, Rate: 8000},
	"audio/x-mulaw": {Codec: media.ULaw, Rate: 8000},
	"ALAW":          {Codec: media.ALaw, Rate: 8000},
	"OPUS":          {Codec: media.Opaque, Rate: 48000},
}

// maxStreams is the most streams that a caller may have at once.
const maxStreams = 64

// voximplant is the wire of VoxEngine's WebSocket.
type voximplant struct {
	sequence int
	callers  map[string]stream
	ours     map[string]*counters
}

// counters counts what a stream of ours has sent.
type counters struct{ chunks, samples, octets int }

func newVoximplant() wire {
	return &voximplant{callers: map[string]stream{}, ours: map[string]*counters{}}
}

func (v *voximplant) hear(kind websocket.MessageType, data []byte) (heard, error) {
	var event struct {
		Event string `json:"event"`
	}
	if kind != websocket.MessageText || json.Unmarshal(data, &event) != nil {
		return ownMessage(kind, data), nil
	}
	switch event.Event {
	case "start", "media", "stop":
	default:
		return ownMessage(kind, data), nil
	}
	var m voximplantMessage
	if err := json.Unmarshal(data, &m); err != nil {
		return heard{}, fmt.Errorf("read %s: %w", event.Event, err)
	}
	switch {
	case m.Event == "start" && m.Start != nil:
		return v.start(*m.Start)
	case m.Event == "media" && m.Media != nil:
		s, ok := v.callers[m.Media.Tag]
		if !ok {
			return heard{}, errors.New("media before start")
		}
		return heard{kind: heardAudio, stream: s, octets: m.Media.Payload}, nil
	case m.Event == "stop" && m.Stop != nil:
		s, ok := v.callers[m.Stop.Tag]
		if !ok {
			return heard{}, errors.New("stop before start")
		}
		delete(v.callers, m.Stop.Tag)
		return heard{kind: heardStop, stream: s}, nil
	}
	return heard{}, fmt.Errorf("%s without its body", m.Event)
}

func (v *voximplant) start(m voximplantStart) (heard, error) {
	format, ok := voximplantFormats[m.Format.Encoding]
	if !ok || m.Format.Rate.String() != fmt.Sprint(int(format.Rate)) {
		return heard{}, fmt.Errorf("encoding %q at %q", m.Format.Encoding, m.Format.Rate)
	}
	if _, known := v.callers[m.Tag]; !known && len(v.callers) == maxStreams {
		return heard{}, errors.New("too many streams")
	}
	s := stream{tag: m.Tag, encoding: m.Format.Encoding, format: format, custom: m.Custom}
	v.callers[m.Tag] = s
	return heard{kind: heardStart, stream: s}, nil
}

func (v *voximplant) say(c cue) (message, bool) {
	var m voximplantMessage
	switch c.kind {
	case cueBegin:
		v.counters(c.stream.tag)
		m = voximplantMessage{Event: "start", Start: &voximplantStart{Tag: c.stream.tag, Custom: c.stream.custom,
			Format: voximplantFormat{Encoding: c.stream.encoding, Rate: number(int(c.stream.format.Rate))}}}
	case cueChunk:
		m = voximplantMessage{Event: "media", Media: v.count(c)}
	case cueEnd:
		n := v.ours[c.stream.tag]
		if n == nil {
			return message{}, false // the stream was cut off before it began
		}
		delete(v.ours, c.stream.tag)
		played := n.samples * 1000 / int(c.stream.format.Rate)
		m = voximplantMessage{Event: "stop", Stop: &voximplantStop{Tag: c.stream.tag,
			Info: voximplantInfo{Bytes: number(n.octets), Duration: number(played)}}}
	case cueClear:
		// The scenario empties the platform's buffer, so it must be told.
		return message{cue: c, kind: websocket.MessageText, data: []byte(`{"customEvent":"interrupted"}`)}, true
	case cueMessage:
		return asItIs(c), true
	default:
		return message{}, false
	}
	m.Sequence = number(v.sequence)
	v.sequence++
	return message{cue: c, kind: websocket.MessageText, data: encode(m)}, true
}

// count writes a chunk with the counters of its stream.
func (v *voximplant) count(c cue) *voximplantMedia {
	n := v.counters(c.stream.tag)
	m := &voximplantMedia{Tag: c.stream.tag, Chunk: number(n.chunks), Timestamp: number(n.samples), Payload: c.octets}
	n.chunks++
	n.octets += len(c.octets)
	n.samples += samples(c.stream.format, len(c.octets))
	return m
}

// counters gives the counters of a stream. They begin at 0.
func (v *voximplant) counters(tag string) *counters {
	if v.ours[tag] == nil {
		if len(v.ours) > 2*maxStreams {
			clear(v.ours) // it must not grow for a defect that never stops a stream
		}
		v.ours[tag] = &counters{}
	}
	return v.ours[tag]
}

// samples gives the number of samples in octets. A packet of Opus counts as the
// usual 20 ms.
func samples(f media.Format, octets int) int {
	switch f.Codec {
	case media.Opaque:
		return int(f.Rate) / 50
	case media.L16LE, media.L16BE:
		return octets / 2
	}
	return octets
}

func number(n int) json.Number { return json.Number(fmt.Sprint(n)) }
