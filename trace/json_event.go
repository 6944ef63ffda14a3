package trace

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/duologue/duologue/diag"
)

var errNoDetail = errors.New("an event has no detail")

// eventJSON is an event as an object with its kind.
type eventJSON[D any] struct {
	Seq        int           `json:"seq"`
	At         time.Duration `json:"at"`
	Connection string        `json:"connection"`
	Sent       bool          `json:"sent"`
	AfterEnd   bool          `json:"after_end,omitempty"`
	Listener   string        `json:"listener,omitempty"`
	Kind       string        `json:"kind"`
	Detail     D             `json:"detail"`
}

// MarshalJSON writes the event with its kind and detail.
func (e Event) MarshalJSON() ([]byte, error) {
	if e.Detail == nil {
		return nil, errNoDetail
	}
	return marshal(eventJSON[Detail]{e.Seq, e.At, e.Connection, e.Sent, e.AfterEnd, e.Listener, e.Kind(), e.Detail})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Event) UnmarshalJSON(text []byte) error {
	var j eventJSON[json.RawMessage]
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	detail := newDetail(j.Kind)
	if detail == nil {
		return fmt.Errorf("unknown event %q", diag.Clip(j.Kind, 40))
	}
	if len(j.Detail) == 0 || string(j.Detail) == "null" {
		return errNoDetail
	}
	if err := json.Unmarshal(j.Detail, detail); err != nil {
		return fmt.Errorf("event %q: %w", j.Kind, err)
	}
	*e = Event{Seq: j.Seq, At: j.At, Connection: j.Connection, Sent: j.Sent, AfterEnd: j.AfterEnd, Listener: j.Listener, Detail: detail}
	return nil
}

// details is the registry of events: an empty detail of every kind.
func details() []Detail {
	return []Detail{&Open{}, &Message{}, &MediaStarted{}, &MediaEnded{}, &Media{}, &Mark{}, &Clear{}, &DTMF{},
		&Error{}, &Close{}, &Ping{}, &Pong{}, &Frame{}, &Octets{}, &Dial{}, &Request{}, &Answer{}, &Network{}}
}

func newDetail(kind string) Detail {
	for _, d := range details() {
		if d.Kind() == kind {
			return d
		}
	}
	return nil
}
