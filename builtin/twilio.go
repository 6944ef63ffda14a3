package builtin

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/media"
)

// twilioMessage is a message from Twilio. All its counters are text; reading
// them into strings refuses numbers.
type twilioMessage struct {
	Event    string `json:"event"`
	Sequence string `json:"sequenceNumber"`
	SID      string `json:"streamSid"`
	Start    *struct {
		SID    string `json:"streamSid"`
		Format struct {
			Encoding string `json:"encoding"`
			Rate     int    `json:"sampleRate"`
			Channels int    `json:"channels"`
		} `json:"mediaFormat"`
	} `json:"start"`
	Media *struct {
		Track     string `json:"track"`
		Chunk     string `json:"chunk"`
		Timestamp string `json:"timestamp"`
		Payload   []byte `json:"payload"`
	} `json:"media"`
	DTMF *struct {
		Digit string `json:"digit"`
	} `json:"dtmf"`
}

// twilioReply is a message from an application. It has no counters.
type twilioReply struct {
	Event string       `json:"event"`
	SID   string       `json:"streamSid"`
	Media *twilioMedia `json:"media,omitempty"`
	Mark  *twilioMark  `json:"mark,omitempty"`
}

type twilioMedia struct {
	Payload []byte `json:"payload"`
}

type twilioMark struct {
	Name string `json:"name"`
}

// twilio is the wire of bidirectional Media Streams.
type twilio struct{ call stream }

func newTwilio() wire { return &twilio{} }

func (t *twilio) hear(kind websocket.MessageType, data []byte) (heard, error) {
	var event struct {
		Event string `json:"event"`
	}
	if kind != websocket.MessageText || json.Unmarshal(data, &event) != nil {
		return ownMessage(kind, data), nil
	}
	switch event.Event {
	case "start", "media", "dtmf", "mark", "stop":
	case "connected":
		return heard{}, nil
	default:
		return ownMessage(kind, data), nil
	}
	var m twilioMessage
	if err := json.Unmarshal(data, &m); err != nil {
		return heard{}, fmt.Errorf("read %s: %w", event.Event, err)
	}
	if m.Event == "start" {
		return t.start(m)
	}
	if t.call.tag == "" {
		return heard{}, fmt.Errorf("%s before start", m.Event)
	}
	if m.SID != t.call.tag {
		return heard{}, fmt.Errorf("%s of stream %q", m.Event, m.SID)
	}
	switch {
	case m.Event == "media" && m.Media != nil:
		return heard{kind: heardAudio, stream: t.call, octets: m.Media.Payload}, nil
	case m.Event == "dtmf" && m.DTMF != nil:
		return heard{kind: heardDigit, stream: t.call, digit: m.DTMF.Digit}, nil
	case m.Event == "stop":
		return heard{kind: heardStop, stream: t.call}, nil
	case m.Event == "mark":
		return heard{}, nil
	}
	return heard{}, fmt.Errorf("%s without its body", m.Event)
}

func (t *twilio) start(m twilioMessage) (heard, error) {
	if m.Start == nil || m.SID == "" || m.Start.SID != m.SID {
		return heard{}, errors.New("start without a stream")
	}
	if f := m.Start.Format; f.Encoding != "audio/x-mulaw" || f.Rate != 8000 || f.Channels != 1 {
		return heard{}, fmt.Errorf("encoding %q at %d", f.Encoding, f.Rate)
	}
	t.call = stream{tag: m.SID, encoding: "audio/x-mulaw", format: media.Format{Codec: media.ULaw, Rate: 8000}}
	return heard{kind: heardStart, stream: t.call}, nil
}

func (t *twilio) say(c cue) (message, bool) {
	m := twilioReply{SID: c.stream.tag}
	switch c.kind {
	case cueChunk:
		m.Event, m.Media = "media", &twilioMedia{Payload: c.octets}
	case cueMark:
		m.Event, m.Mark = "mark", &twilioMark{Name: c.name}
	case cueClear:
		m.Event = "clear"
	case cueMessage:
		return asItIs(c), true
	default:
		return message{}, false
	}
	return message{cue: c, kind: websocket.MessageText, data: encode(m)}, true
}
