package builtin

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"slices"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/media"
)

// vonageReply is a text message from an application to Vonage. Its audio is
// binary.
type vonageReply struct {
	Action  string      `json:"action"`
	Payload *vonageMark `json:"payload,omitempty"`
}

// vonageMark is the payload of our notify. It comes back as it is.
type vonageMark struct {
	Name string `json:"name"`
}

// vonage is the wire of the Voice API's WebSocket endpoint.
type vonage struct{ call stream }

func newVonage() wire { return &vonage{} }

func (v *vonage) hear(kind websocket.MessageType, data []byte) (heard, error) {
	if kind == websocket.MessageBinary {
		if v.call.encoding == "" {
			return heard{}, errors.New("audio before websocket:connected")
		}
		return heard{kind: heardAudio, stream: v.call, octets: data}, nil
	}
	var m struct {
		Event string `json:"event"`
		Type  string `json:"content-type"`
		Digit string `json:"digit"`
	}
	if json.Unmarshal(data, &m) != nil {
		return ownMessage(kind, data), nil
	}
	switch m.Event {
	case "websocket:connected":
		return v.start(m.Type)
	case "websocket:dtmf":
		return heard{kind: heardDigit, stream: v.call, digit: m.Digit}, nil
	case "websocket:notify", "websocket:cleared":
		return heard{}, nil
	}
	return ownMessage(kind, data), nil
}

func (v *vonage) start(contentType string) (heard, error) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "audio/l16" {
		return heard{}, fmt.Errorf("content-type %q", contentType)
	}
	i := slices.IndexFunc(vonageRates, func(r media.Rate) bool { return parameters["rate"] == fmt.Sprint(int(r)) })
	if i < 0 {
		return heard{}, fmt.Errorf("content-type %q", contentType)
	}
	v.call = stream{encoding: contentType, format: media.Format{Codec: media.L16LE, Rate: vonageRates[i]}}
	return heard{kind: heardStart, stream: v.call}, nil
}

var vonageRates = []media.Rate{8000, 16000, 24000}

func (v *vonage) say(c cue) (message, bool) {
	switch c.kind {
	case cueChunk:
		return message{cue: c, kind: websocket.MessageBinary, data: c.octets}, true
	case cueMark:
		return message{cue: c, kind: websocket.MessageText,
			data: encode(vonageReply{Action: "notify", Payload: &vonageMark{Name: c.name}})}, true
	case cueClear:
		return message{cue: c, kind: websocket.MessageText, data: encode(vonageReply{Action: "clear"})}, true
	case cueMessage:
		return asItIs(c), true
	}
	return message{}, false
}
