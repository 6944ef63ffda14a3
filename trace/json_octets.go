package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// octets is exactly what a peer sent. Its JSON is a string if it is UTF-8
// without NUL, and {"base64": "…"} otherwise.
type octets []byte

type encoded struct {
	Base64 []byte `json:"base64"`
}

func (o octets) MarshalJSON() ([]byte, error) {
	if utf8.Valid(o) && bytes.IndexByte(o, 0) < 0 {
		return marshal(string(o))
	}
	return marshal(encoded{o})
}

func (o *octets) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("{")) {
		var e encoded
		if err := json.Unmarshal(text, &e); err != nil {
			return err
		}
		*o = e.Base64
		return nil
	}
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("octets must be a string or {\"base64\": \"…\"}: %w", err)
	}
	*o = []byte(s)
	return nil
}

// The types below are the events without their methods, so that one field can be
// written differently.
type (
	plainMessage Message
	plainPing    Ping
	plainPong    Pong
	plainFrame   Frame
	plainOctets  Octets
	plainError   Error
	plainStarted MediaStarted
)

type messageJSON struct {
	*plainMessage
	Data octets `json:"data"`
}

// MarshalJSON writes the data as [Write] says.
func (m *Message) MarshalJSON() ([]byte, error) {
	return marshal(messageJSON{(*plainMessage)(m), m.Data})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Message) UnmarshalJSON(text []byte) error {
	j := messageJSON{plainMessage: (*plainMessage)(m)}
	err := json.Unmarshal(text, &j)
	m.Data = j.Data
	return err
}

type pingJSON struct {
	*plainPing
	Data octets `json:"data"`
}

// MarshalJSON writes the data as [Write] says.
func (p *Ping) MarshalJSON() ([]byte, error) { return marshal(pingJSON{(*plainPing)(p), p.Data}) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *Ping) UnmarshalJSON(text []byte) error {
	j := pingJSON{plainPing: (*plainPing)(p)}
	err := json.Unmarshal(text, &j)
	p.Data = j.Data
	return err
}

type pongJSON struct {
	*plainPong
	Data octets `json:"data"`
}

// MarshalJSON writes the data as [Write] says.
func (p *Pong) MarshalJSON() ([]byte, error) { return marshal(pongJSON{(*plainPong)(p), p.Data}) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *Pong) UnmarshalJSON(text []byte) error {
	j := pongJSON{plainPong: (*plainPong)(p)}
	err := json.Unmarshal(text, &j)
	p.Data = j.Data
	return err
}

type errorJSON struct {
	*plainError
	Body octets `json:"body,omitempty"`
}

// MarshalJSON writes the body as [Write] says.
func (e *Error) MarshalJSON() ([]byte, error) {
	return marshal(errorJSON{(*plainError)(e), e.Body})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Error) UnmarshalJSON(text []byte) error {
	j := errorJSON{plainError: (*plainError)(e)}
	err := json.Unmarshal(text, &j)
	e.Body = j.Body
	return err
}

type startedJSON struct {
	*plainStarted
	Custom tree `json:"custom,omitzero"`
}

// MarshalJSON writes the custom parameters as they were.
func (m *MediaStarted) MarshalJSON() ([]byte, error) {
	return marshal(startedJSON{(*plainStarted)(m), tree{m.Custom}})
}

// UnmarshalJSON reads what MarshalJSON wrote. Numbers keep their digits.
func (m *MediaStarted) UnmarshalJSON(text []byte) error {
	j := startedJSON{plainStarted: (*plainStarted)(m)}
	err := json.Unmarshal(text, &j)
	m.Custom = j.Custom.value
	return err
}

type frameJSON struct {
	*plainFrame
	Data octets `json:"data"`
}

// MarshalJSON writes the data as [Write] says.
func (f *Frame) MarshalJSON() ([]byte, error) {
	return marshal(frameJSON{(*plainFrame)(f), f.Data})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *Frame) UnmarshalJSON(text []byte) error {
	j := frameJSON{plainFrame: (*plainFrame)(f)}
	err := json.Unmarshal(text, &j)
	f.Data = j.Data
	return err
}

type octetsJSON struct {
	*plainOctets
	Data octets `json:"data"`
}

// MarshalJSON writes the data as [Write] says.
func (o *Octets) MarshalJSON() ([]byte, error) {
	return marshal(octetsJSON{(*plainOctets)(o), o.Data})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (o *Octets) UnmarshalJSON(text []byte) error {
	j := octetsJSON{plainOctets: (*plainOctets)(o)}
	err := json.Unmarshal(text, &j)
	o.Data = j.Data
	return err
}
