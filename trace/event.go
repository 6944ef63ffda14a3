package trace

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/duologue/duologue/diag"
)

// Event is one thing that happened on a connection.
type Event struct {
	Seq        int // order within a scenario, over all its connections
	At         time.Duration
	Connection string
	Sent       bool   // by us; false if it came from the peer
	AfterEnd   bool   // done to end the scenario, or came after that; no verdict depends on it
	Listener   string // the listener that took it or sent it, or ""
	Detail     Detail
}

// Kind gives the name of the event in the scenario language.
func (e Event) Kind() string { return e.Detail.Kind() }

// Decides reports whether an event says how a connection began or ended.
func (e Event) Decides() bool {
	switch e.Kind() {
	case "open", "close", "error":
		return true
	}
	return false
}

// Detail is the content of an event: *Open, *Message, *MediaStarted, *MediaEnded, *Media, *Mark, *Clear, *DTMF, *Error,
// *Close, *Ping, *Pong, *Frame, *Octets, *Dial, *Request, *Answer or *Network. A step may also read a *Piece, which is in no log.
type Detail interface {
	Kind() string
	// Summary gives one short line for a person. It may contain hostile text.
	Summary() string
}

// Header is one line of an HTTP head.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Open is a completed handshake.
type Open struct {
	Status     int      `json:"status"`
	Protocol   string   `json:"protocol,omitempty"`
	Extensions []string `json:"extensions,omitempty"`
	TLS        string   `json:"tls,omitempty"` // its version, such as "TLS 1.3"; empty without TLS
	Headers    []Header `json:"headers,omitempty"`
	Path       string   `json:"path,omitempty"`      // accepted: the path of the request
	Query      string   `json:"query,omitempty"`     // accepted: the query of the request, as written
	Protocols  []string `json:"protocols,omitempty"` // accepted: the subprotocols that were offered
	Withheld   []string `json:"withheld,omitempty"`  // the names of our headers that a redirect did not take to another host
}

// Message is a whole text or binary message.
type Message struct {
	Binary     bool          `json:"binary"`
	Data       []byte        `json:"data"`
	Fragments  int           `json:"fragments,omitempty"`
	Compressed bool          `json:"compressed,omitempty"`
	First      time.Duration `json:"first,omitempty"` // when its first octet arrived
	Holds      string        `json:"holds,omitempty"` // of a binary one: what its octets are to the scenario, for people, such as `CBOR {"a":1}`

	omitted int // octets left out by [Event.Brief]
}

// MediaStarted is the beginning of an incoming stream.
type MediaStarted struct {
	Tag      string `json:"tag"`
	Encoding string `json:"encoding"`
	Custom   any    `json:"custom,omitempty"` // customParameters as JSON
	Stream   int    `json:"stream"`           // index into the connection's streams
}

// MediaEnded is the end of an incoming stream.
type MediaEnded struct {
	Tag       string        `json:"tag"`
	Duration  time.Duration `json:"duration"`
	By        string        `json:"by"`                  // stop, silence, close
	Announced *Announced    `json:"announced,omitempty"` // what its stop said; nil if it said nothing
	Stream    int           `json:"stream"`
}

// Media is one chunk of an incoming stream.
type Media struct {
	Tag       string `json:"tag"`
	Size      int    `json:"size"`
	Sequence  int64  `json:"sequence,omitempty"`  // -1 if the dialect has none
	Timestamp int64  `json:"timestamp,omitempty"` // -1 if the dialect has none
}

// Mark is a named point of a stream. It is an order to the platform, or its confirmation to the app.
type Mark struct {
	Name string `json:"name"`
}

// Clear is an order to the platform to empty its playback buffer, or its confirmation.
type Clear struct {
	Tag string `json:"tag"`
}

// Dial is a TCP connection to an endpoint, of which nothing was read yet. It belongs to no connection of the scenario.
type Dial struct {
	Endpoint string `json:"endpoint"`
}

// DTMF is a pressed key.
type DTMF struct {
	Digit string `json:"digit"`
}

// The problems of an [Error] that the program compares with.
const (
	Abandoned = "abandoned" // we gave up the attempt to connect
	Limit     = "limit"     // the peer exceeded a limit of ours, which Rule names
	Local     = "local"     // this machine was not able to; says nothing about a peer
	Invalid   = "invalid"   // the target cannot be dialled at all; says nothing about a peer
)

// Error is a refused or broken connection.
type Error struct {
	Problem string   `json:"problem"`        // refused, dns, tls, timeout, handshake, protocol, dialect, limit, abandoned, or one of ours
	Rule    string   `json:"rule,omitempty"` // such as RFC6455#5.1, or the name of a limit
	Text    string   `json:"text,omitempty"`
	Status  int      `json:"status,omitempty"`
	Headers []Header `json:"headers,omitempty"`
	Body    []byte   `json:"body,omitempty"`
}

// ByNetwork says of a close that the line cut the connection, as the suite had it do.
const ByNetwork = "network"

// Ours reports whether this machine or the suite caused the problem. No step can expect such an event.
func (e *Error) Ours() bool { return e.Problem == Local || e.Problem == Invalid }

// Close is the end of a connection. If it was sent, it is our Close frame and has only a code and a reason. Code is 1005
// for a Close without a code, and 1006 if no Close came (RFC 6455 7.1.5).
type Close struct {
	Code   int    `json:"code"`
	Reason string `json:"reason,omitempty"`
	Clean  bool   `json:"clean"`
	By     string `json:"by,omitempty"`  // us, peer, network
	TCP    string `json:"tcp,omitempty"` // fin, reset, timeout, truncated, local
	TLS    string `json:"tls,omitempty"` // close_notify, none, or "" without TLS
}

// Ping is a Ping frame.
type Ping struct {
	Data []byte    `json:"data"`
	Head FrameHead `json:"head,omitzero"` // of a received one
}

// Pong is a Pong frame.
type Pong struct {
	Data []byte    `json:"data"`
	Head FrameHead `json:"head,omitzero"` // of a received one
}

// The names of the events in the language.
func (*Open) Kind() string         { return "open" }
func (*Message) Kind() string      { return "message" }
func (*MediaStarted) Kind() string { return "media_started" }
func (*MediaEnded) Kind() string   { return "media_ended" }
func (*Media) Kind() string        { return "media" }
func (*Mark) Kind() string         { return "mark" }
func (*Clear) Kind() string        { return "clear" }
func (*DTMF) Kind() string         { return "dtmf" }
func (*Dial) Kind() string         { return "dial" }
func (*Error) Kind() string        { return "error" }
func (*Close) Kind() string        { return "close" }
func (*Ping) Kind() string         { return "ping" }
func (*Pong) Kind() string         { return "pong" }

// Summary names the subprotocol, the requested path, and the headers that were left out.
func (o *Open) Summary() string {
	s := fmt.Sprintf("status %d", o.Status)
	if o.Protocol != "" {
		s += ", protocol " + o.Protocol
	}
	if o.Path != "" {
		s += ", asked for " + diag.Clip(o.Path, 100)
	}
	if len(o.Withheld) > 0 {
		s += ", not sent to this host: " + diag.Clip(strings.Join(o.Withheld, ", "), 100)
	}
	return s
}

// Summary gives the text, or the first octets.
func (m *Message) Summary() string {
	if m.Binary || !utf8.Valid(m.Data) {
		kind := "binary"
		if !m.Binary {
			kind = "text that is not UTF-8"
		}
		holds := ""
		if m.Holds != "" {
			holds = diag.Clip(m.Holds, 200) + "; hex "
		}
		return fmt.Sprintf("%s, %d octets: %s%s", kind, len(m.Data)+m.omitted, holds, diag.Octets(m.Data))
	}
	return diag.Clip(string(m.Data), 200)
}

// Summary names tag and encoding.
func (m *MediaStarted) Summary() string { return strings.TrimSpace(tagged(m.Tag) + " " + m.Encoding) }

// Summary names tag, length and cause. If the stop announced another length, it names that, too.
func (m *MediaEnded) Summary() string {
	s := strings.TrimSpace(fmt.Sprintf("%s %s, by %s", tagged(m.Tag), diag.Round(m.Duration), m.By))
	if a := m.Announced; a != nil && a.Duration != nil && (*a.Duration-a.Came.Duration).Abs() > announcedOff {
		s += fmt.Sprintf(", which announced %s of audio; %s came", diag.Round(*a.Duration), diag.Round(a.Came.Duration))
	}
	return s
}

// announcedOff is the difference between the announced length and the real one that a summary ignores, because sides may
// count in different ways.
const announcedOff = 50 * time.Millisecond

// Summary gives the size, and the sequence number if there is one.
func (m *Media) Summary() string {
	s := strings.TrimSpace(fmt.Sprintf("%s %d octets", tagged(m.Tag), m.Size))
	if m.Sequence >= 0 {
		s += fmt.Sprintf(", sequence %d", m.Sequence)
	}
	return s
}

// Summary gives the name.
func (m *Mark) Summary() string { return m.Name }

// Summary gives the tag.
func (c *Clear) Summary() string { return tagged(c.Tag) }

// Summary names the endpoint.
func (d *Dial) Summary() string { return fmt.Sprintf("on endpoint %q", d.Endpoint) }

// Summary gives the key.
func (d *DTMF) Summary() string { return d.Digit }

// Summary says what went wrong.
func (e *Error) Summary() string {
	var b strings.Builder
	b.WriteString(e.Problem)
	if e.Status != 0 && !strings.Contains(e.Text, strconv.Itoa(e.Status)) {
		fmt.Fprintf(&b, ", status %d", e.Status)
	}
	if rule := e.ruleBesideText(); rule != "" {
		fmt.Fprintf(&b, ", %s", rule)
	}
	if e.Text != "" {
		fmt.Fprintf(&b, ": %s", diag.Clip(e.Text, 200))
	}
	return b.String()
}

// ruleBesideText gives the part of the rule that the text does not name: "voximplant" of "voximplant: chunk" beside
// "chunk is 10, expected 11".
func (e *Error) ruleBesideText() string {
	if strings.Contains(e.Text, e.Rule) {
		return ""
	}
	if from, name, ok := strings.Cut(e.Rule, ": "); ok && strings.HasPrefix(e.Text, name+" ") {
		return from
	}
	return e.Rule
}

// Summary gives code and reason, and how the connection ended.
func (c *Close) Summary() string {
	s := fmt.Sprint(c.Code)
	if c.Reason != "" {
		s += fmt.Sprintf(" %q", diag.Clip(c.Reason, 125))
	}
	if c.TCP == "" { // our frame, not the end of the connection
		return s
	}
	clean := "not clean"
	if c.Clean {
		clean = "clean"
	}
	s = fmt.Sprintf("%s, %s, by %s, tcp %s", s, clean, c.By, c.TCP)
	if c.Code == 1006 {
		s += map[string]string{"us": ": no Close answered ours", "peer": ": no Close came", ByNetwork: ": the line cut it"}[c.By]
	}
	return s
}

// Summary gives the payload.
func (p *Ping) Summary() string { return payload(p.Data) }

// Summary gives the payload.
func (p *Pong) Summary() string { return payload(p.Data) }

func payload(data []byte) string {
	if utf8.Valid(data) {
		return fmt.Sprintf("%q", data)
	}
	return diag.Octets(data)
}

func tagged(tag string) string {
	if tag == "" {
		return ""
	}
	return fmt.Sprintf("tag %q", tag)
}

// Line gives an event as one line for a person: time, direction, kind, summary, whether it belongs to the end of the
// scenario, and its listener. It is safe to print.
func (e Event) Line() string {
	arrow, end := "<-", " after our end"
	if e.Sent {
		arrow, end = "->", " at our end"
	}
	summary := e.Detail.Summary()
	if summary != "" {
		end += ":"
	}
	if !e.AfterEnd {
		end = ""
	}
	line := strings.TrimRight(fmt.Sprintf("%9s %s %s%s %s", Stamp(e.At), arrow, e.Kind(), end, summary), " ")
	if e.Listener != "" {
		line += fmt.Sprintf(" (listener %q)", e.Listener)
	}
	return diag.Visible(line)
}

// Came gives an event for the middle of a sentence: its summary and its time.
func (e Event) Came() string {
	summary := e.Detail.Summary()
	if _, bad := e.Detail.(*Error); bad {
		summary += "," // the summary is a sentence itself
	}
	return strings.TrimSpace(summary + " at " + Stamp(e.At))
}

// Stamp gives an offset in seconds with milliseconds, such as 3.120s.
func Stamp(d time.Duration) string { return fmt.Sprintf("%.3fs", d.Seconds()) }

// SameLine reports whether two successive events are shown as one line: chunks of one stream, or what listeners took and
// sent.
func SameLine(a, b Event) bool {
	if a.Sent == b.Sent {
		x, ok1 := a.Detail.(*Media)
		y, ok2 := b.Detail.(*Media)
		if ok1 && ok2 && x.Tag == y.Tag && a.AfterEnd == b.AfterEnd && a.Connection == b.Connection {
			return true
		}
	}
	return SameChatter(a, b)
}

// SameChatter reports whether two events are what listeners took and sent on one connection.
func SameChatter(a, b Event) bool {
	return a.Listener != "" && b.Listener != "" && a.AfterEnd == b.AfterEnd && a.Connection == b.Connection
}

// SameMessage reports whether two events are messages in the same direction with the same payload. It is false if a part
// of the first was left out.
func SameMessage(a, b Event) bool {
	x, ok := a.Detail.(*Message)
	y, also := b.Detail.(*Message)
	return ok && also && a.Sent == b.Sent && x.Binary == y.Binary && x.omitted == 0 && bytes.Equal(x.Data, y.Data)
}
