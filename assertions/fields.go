// Package assertions gives verdicts as pure functions of what was asked ([spec]) and what has
// happened ([trace]): whether an event matches, which event a step reads next, what a stream
// sounds like. It waits for nothing and opens nothing.
package assertions

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Field gives a field of an event by its name in the language. ok is false if the event does
// not have the field, which is not the same as an empty one. The value is then an error if
// there is a reason that a report should tell, and nil otherwise.
func Field(d trace.Detail, name string) (value any, ok bool) {
	switch d := d.(type) {
	case *trace.Open:
		return openField(d, name)
	case *trace.Message:
		return messageField(d, name)
	case *trace.Piece:
		return pieceField(d, name)
	case *trace.MediaStarted:
		return lookup(name, pair{"tag", d.Tag}, pair{"encoding", d.Encoding}, pair{"customParameters", expr.Ordered(d.Custom)})
	case *trace.MediaEnded:
		if name == "announced" || name == "received" {
			return Announced(d.Announced, name)
		}
		return lookup(name, pair{"tag", d.Tag}, pair{"duration", d.Duration}, pair{"by", d.By})
	case *trace.Media:
		return mediaField(d, name)
	case *trace.Mark:
		return lookup(name, pair{"name", d.Name})
	case *trace.Clear:
		return lookup(name, pair{"tag", d.Tag})
	case *trace.Dial:
		return lookup(name, pair{"endpoint", d.Endpoint})
	case *trace.DTMF:
		return lookup(name, pair{"digit", d.Digit})
	case *trace.Error:
		return errorField(d, name)
	case *trace.Close:
		return lookup(name, pair{"code", d.Code}, pair{"reason", d.Reason}, pair{"clean", d.Clean},
			pair{"by", d.By}, pair{"tcp", d.TCP}, pair{"tls", d.TLS})
	case *trace.Ping:
		return frameField(d.Head, d.Data, name)
	case *trace.Pong:
		return frameField(d.Head, d.Data, name)
	case *trace.Frame:
		if name == "opcode" {
			return opcodeField(d.Opcode), true
		}
		return frameField(d.Head, d.Data, name)
	case *trace.Octets:
		return payloadField(d.Data, name)
	case *trace.Request:
		return requestField(d, name)
	case *trace.Answer:
		return answerField(d, name)
	}
	return nil, false
}

// requestField gives a field of a request over plain HTTP.
func requestField(r *trace.Request, name string) (any, bool) {
	path, query, _ := strings.Cut(r.URL, "?")
	switch name {
	case "path":
		if u, err := url.ParseRequestURI(r.URL); err == nil {
			path = u.Path
		}
		return path, true
	case "query":
		return queryObject(query), true
	case "form":
		kind, _, _ := strings.Cut(lineOf(r.Headers, "Content-Type"), ";")
		return queryObject(string(r.Body)), strings.EqualFold(strings.TrimSpace(kind), "application/x-www-form-urlencoded")
	case "endpoint", "method", "headers":
		return lookup(name, pair{"endpoint", r.Endpoint}, pair{"method", r.Method}, pair{"headers", headerObject(r.Headers)})
	}
	return payloadField(r.Body, name)
}

// answerField gives a field of an answer over plain HTTP. An answer that did not come has only
// the time.
func answerField(a *trace.Answer, name string) (any, bool) {
	switch {
	case name == "took":
		return a.Took, true
	case a.Status == 0:
		return nil, false
	case name == "status":
		return a.Status, true
	case name == "headers":
		return headerObject(a.Headers), true
	}
	return payloadField(a.Body, name)
}

// lineOf gives the first line of a name, or "".
func lineOf(headers []trace.Header, name string) string {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// mediaField gives a field of a chunk. A number that the dialect does not have is missing.
func mediaField(m *trace.Media, name string) (any, bool) {
	switch name {
	case "sequence":
		return m.Sequence, m.Sequence >= 0
	case "timestamp":
		return m.Timestamp, m.Timestamp >= 0
	}
	return lookup(name, pair{"tag", m.Tag}, pair{"size", m.Size})
}

// Announced gives what the stop of a stream said of it (`announced`), or what had come until
// then (`received`). Both are missing if the stop said nothing.
func Announced(a *trace.Announced, name string) (any, bool) {
	switch {
	case a == nil:
		return nil, false
	case name == "received":
		return figures{&a.Came.Octets, &a.Came.Duration}, true
	}
	return figures{a.Octets, a.Duration}, name == "announced"
}

// figures is an amount of audio. A figure that is not known is nil.
type figures struct {
	octets   *int64
	duration *time.Duration
}

// Member gives a figure.
func (f figures) Member(name string) (any, bool) {
	switch {
	case name == "octets" && f.octets != nil:
		return *f.octets, true
	case name == "duration" && f.duration != nil:
		return *f.duration, true
	}
	return nil, false
}

// CanLack reports that a figure may be missing.
func (f figures) CanLack(name string) bool { return name == "octets" || name == "duration" }

// Members lists the figures that are known.
func (f figures) Members() []string {
	var names []string
	for _, name := range []string{"duration", "octets"} {
		if _, ok := f.Member(name); ok {
			names = append(names, name)
		}
	}
	return names
}

// frameField gives a field of a frame. The head of a ping that we sent is not known.
func frameField(h trace.FrameHead, data []byte, name string) (any, bool) {
	switch name {
	case "fin", "rsv", "masked":
		return map[string]any{"fin": h.Fin, "rsv": h.RSV, "masked": h.Masked}[name], h != trace.FrameHead{}
	case "mask":
		return h.Mask, h.Mask != ""
	case "length_form":
		return h.LengthForm, h.LengthForm != 0
	}
	return payloadField(data, name)
}

// opcodeField gives the name of an opcode, or the number of a reserved one.
func opcodeField(opcode int) any {
	if name := trace.OpcodeName(opcode); name != "" {
		return name
	}
	return opcode
}

func payloadField(data []byte, name string) (any, bool) {
	switch name {
	case "text":
		return string(data), true
	case "hex":
		return hex.EncodeToString(data), true
	case "size":
		return len(data), true
	case "json":
		return jsonField(data)
	}
	return nil, false
}

// pieceField gives a field of a piece of a stream.
func pieceField(p *trace.Piece, name string) (any, bool) {
	switch name {
	case "type":
		if p.Type == "" {
			return errBothTypes, false
		}
		return p.Type, true
	case "binary":
		return p.Data, true
	case "base64":
		return base64.StdEncoding.EncodeToString(p.Data), true
	case "text":
		if err := match.WhyNoText(p.Data); err != nil {
			return err, false
		}
	}
	return payloadField(p.Data, name)
}

// jsonField gives the value of JSON text. If only some readers would take the text for JSON, it
// gives the reason why the field is missing.
func jsonField(data []byte) (any, bool) {
	v, err := expr.DecodeJSON(data)
	switch {
	case errors.Is(err, expr.ErrAmbiguous):
		return err, false
	case err != nil:
		return nil, false
	}
	return v, true
}

// whyNoJSON says why an event has no JSON. It gives nil for JSON, and for events without a
// field json.
func whyNoJSON(d trace.Detail) error {
	data, ok := payloadOf(d)
	if !ok {
		return nil
	}
	if isBinary(d) {
		return errBinary
	}
	_, err := expr.DecodeJSON(data)
	if err == nil {
		return nil
	}
	return fmt.Errorf("it is no JSON: %w", err)
}

func isBinary(d trace.Detail) bool {
	m, ok := d.(*trace.Message)
	return ok && m.Binary
}

var errBothTypes = errors.New("it came in text and in binary messages")

// Why a binary message has no JSON and no text.
var (
	errBinary = errors.New("it is binary, and json is asked of text; of octets ask for binary: {$json: …}")
	errNoText = errors.New("it is binary, and text is asked of text; of octets ask for binary: {$text: …}")
)

// payloadOf gives the octets of an event that has a field json.
func payloadOf(d trace.Detail) ([]byte, bool) {
	switch d := d.(type) {
	case *trace.Message:
		return d.Data, true
	case *trace.Frame:
		return d.Data, true
	case *trace.Ping:
		return d.Data, true
	case *trace.Pong:
		return d.Data, true
	case *trace.Piece:
		return d.Data, true
	case *trace.Request:
		return d.Body, true
	case *trace.Answer:
		return d.Body, d.Status != 0
	}
	return nil, false
}

type pair struct {
	name  string
	value any
}

func lookup(name string, pairs ...pair) (any, bool) {
	for _, p := range pairs {
		if p.name == name {
			return p.value, true
		}
	}
	return nil, false
}

func openField(o *trace.Open, name string) (any, bool) {
	extensions := make([]any, len(o.Extensions))
	for i, e := range o.Extensions {
		extensions[i] = e
	}
	if o.Path == "" && (name == "path" || name == "query" || name == "protocols") {
		return nil, false
	}
	protocols := make([]any, len(o.Protocols))
	for i, p := range o.Protocols {
		protocols[i] = p
	}
	return lookup(name, pair{"path", o.Path}, pair{"query", queryObject(o.Query)}, pair{"protocols", protocols},
		pair{"status", o.Status}, pair{"protocol", o.Protocol}, pair{"tls", o.TLS},
		pair{"extensions", extensions}, pair{"headers", headerObject(o.Headers)})
}

// queryObject gives the values of a query by key, in their order.
func queryObject(raw string) *expr.Mapping {
	values, _ := url.ParseQuery(raw) // pairs that cannot be read are left out
	out := expr.NewMapping(len(values))
	for part := range strings.SplitSeq(raw, "&") {
		key, _, _ := strings.Cut(part, "=")
		key, _ = url.QueryUnescape(key)
		if each, ok := values[key]; ok {
			out.Set(key, expr.Lines{Each: each})
		}
	}
	return out
}

func errorField(e *trace.Error, name string) (any, bool) {
	if name == "status" && e.Status == 0 {
		return nil, false
	}
	return lookup(name, pair{"kind", e.Problem}, pair{"rule", e.Rule}, pair{"text", e.Text},
		pair{"status", e.Status}, pair{"headers", headerObject(e.Headers)}, pair{"body", string(e.Body)})
}

// headerObject gives header lines by name; upper and lower case are the same. Several lines
// with one name mean the same as one line with ", " between the values (RFC 9110 5.2).
// Set-Cookie is the exception (5.3): it is always a list.
type headerObject []trace.Header

func (h headerObject) Member(name string) (any, bool) {
	cookie := strings.EqualFold(name, "Set-Cookie")
	lines := expr.Lines{Joined: !cookie, Listed: cookie}
	for _, line := range h {
		if strings.EqualFold(line.Name, name) {
			lines.Each = append(lines.Each, line.Value)
		}
	}
	return lines, lines.Each != nil
}

// CanLack reports that any line may be missing.
func (h headerObject) CanLack(string) bool { return true }

// Members lists the names of the lines, each once.
func (h headerObject) Members() []string {
	var names []string
	for _, line := range h {
		same := func(name string) bool { return strings.EqualFold(name, line.Name) }
		if !slices.ContainsFunc(names, same) {
			names = append(names, line.Name)
		}
	}
	return names
}

// readings are the fields that read octets as what a suite takes them for. The same octets may be read in
// several ways, so nothing is read unless it is asked for.
var readings = []string{"msgpack", "cbor", "protobuf"}

// errText says why text has no such field.
var errText = errors.New("it is text, and this is asked of binary messages")

// unpacked gives what a binary message holds in a format, or the reason why it holds nothing.
func unpacked(m *trace.Message, format string, decode func([]byte) (any, error)) (any, bool) {
	if !m.Binary {
		return nil, false
	}
	v, err := decode(m.Data)
	if err != nil {
		return fmt.Errorf("it is no %s: %w", format, err), false
	}
	return v, true
}

// Fields lists the fields that an event has, without its readings.
func Fields(d trace.Detail) []string {
	var out []string
	for _, name := range spec.EventFields(d.Kind()) {
		if slices.Contains(readings, name) {
			continue
		}
		if _, ok := Field(d, name); ok {
			out = append(out, name)
		}
	}
	return out
}

func messageField(m *trace.Message, name string) (any, bool) {
	switch name {
	case "size":
		return len(m.Data), true
	case "data":
		if m.Binary {
			return m.Data, true
		}
		return string(m.Data), true
	case "text":
		return string(m.Data), !m.Binary
	case "binary":
		return m.Data, m.Binary
	case "hex":
		return hex.EncodeToString(m.Data), m.Binary
	case "base64":
		return base64.StdEncoding.EncodeToString(m.Data), m.Binary
	case "msgpack":
		return unpacked(m, "MessagePack", expr.DecodeMsgpack)
	case "cbor":
		return unpacked(m, "CBOR", expr.DecodeCBOR)
	case "protobuf": // a matcher of it knows the message
		return m.Data, m.Binary
	case "json":
		if m.Binary { // `send: {json}` sends text, so an answer in binary is different
			return nil, false
		}
		return jsonField(m.Data)
	}
	return nil, false
}
