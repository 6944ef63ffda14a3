package builtin

import (
	"context"
	"encoding/json"

	"github.com/coder/websocket"
)

// voximplantMessage is what Voximplant's platform and an application say to
// each other. It is written from the vendor's samples, apart from package
// dialect, so that a mistake in one shows in the other.
type voximplantMessage struct {
	Event    string           `json:"event"`
	Sequence int64            `json:"sequenceNumber"`
	Start    *voximplantStart `json:"start,omitempty"`
	Media    *voximplantMedia `json:"media,omitempty"`
	Stop     *voximplantStop  `json:"stop,omitempty"`
}

type voximplantStart struct {
	Tag    string `json:"tag,omitempty"`
	Format struct {
		Encoding   string `json:"encoding"`
		SampleRate int    `json:"sampleRate"`
	} `json:"mediaFormat"`
	Custom json.RawMessage `json:"customParameters,omitempty"`
}

type voximplantMedia struct {
	Tag       string `json:"tag,omitempty"`
	Chunk     int64  `json:"chunk"`
	Timestamp int64  `json:"timestamp"`
	Payload   string `json:"payload"`
}

type voximplantStop struct {
	Tag  string `json:"tag,omitempty"`
	Info struct {
		Bytes    int64 `json:"bytesSent"`
		Duration int64 `json:"duration"`
	} `json:"mediaInfo"`
}

// voximplantEcho sends the caller's audio back, message by message, with
// counters of its own.
func voximplantEcho(ctx context.Context, c *websocket.Conn) error {
	var sequence int64
	for {
		kind, data, err := c.Read(ctx)
		if err != nil {
			return err
		}
		var m voximplantMessage
		if kind != websocket.MessageText || json.Unmarshal(data, &m) != nil || m.Event == "" {
			if err := c.Write(ctx, kind, data); err != nil {
				return err
			}
			continue
		}
		m.Sequence = sequence
		sequence++
		out, err := json.Marshal(m)
		if err != nil {
			return err
		}
		if err := c.Write(ctx, websocket.MessageText, out); err != nil {
			return err
		}
	}
}
