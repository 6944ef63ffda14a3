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
	Seq        int // order within a scenario, across its connections
	At         time.Duration
	Connection string
	Sent       bool   // by us; otherwise it came from the peer
	AfterEnd   bool   // done to end the scenario, or come after that: no verdict rests on it
	Listener   string // of which it is: one that took it, or sent it; "" of no listener
	Detail     Detail
}

// Kind is the name of an event in the scenario language.
func (e Event) Kind() string { return e.Detail.Kind() }

// Decides reports whether an event says what became of a connection.
func (e Event) Decides() bool {
	switch e.Kind() {
	case "open", "close", "error":
		return true
	}
	return false
}

// Detail is what an event tells: *Open, *Message, *MediaStarted, *MediaEnded,
// *Media, *Mark, *Clear, *DTMF, *Error, *Close, *Ping, *Pong, *Frame, *Octets or
// *Dial.
type Detail interface {
	Kind() string
	// Summary is one short line for a person; it may hold hostile text.
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
	Headers    []Header `json:"headers,omitempty"`
	Path       string   `json:"path,omitempty"`      // accepted: what was asked for
	Query      string   `json:"query,omitempty"`     // accepted: as it stood behind the path
	Protocols  []string `json:"protocols,omitempty"` // accepted: what was offered
	Withheld   []string `json:"withheld,omitempty"`  // names of our lines that a redirect did not take to another host
}

// Message is a whole text or binary message.
type Message struct {
	Binary     bool          `json:"binary"`
	Data       []byte        `json:"data"`
	Fragments  int           `json:"fragments,omitempty"`
	Compressed bool          `json:"compressed,omitempty"`
	First      time.Duration `json:"first,omitempty"` // when its first octet arrived

	omitted int // octets, of one in brief
}

// MediaStarted is the begin of an incoming stream.
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
	Announced *Announced    `json:"announced,omitempty"` // by a stop that said something
	Stream    int           `json:"stream"`
}

// Media is one chunk of an incoming stream.
type Media struct {
	Tag       string `json:"tag"`
	Size      int    `json:"size"`
	Sequence  int64  `json:"sequence,omitempty"`  // -1 where the dialect has none
	Timestamp int64  `json:"timestamp,omitempty"` // -1 where the dialect has none
}

// Mark is a named point of a stream: an order to the platform, or its
// confirmation to the app.
type Mark struct {
	Name string `json:"name"`
}

// Clear is an order to empty the playback buffer, or its confirmation.
type Clear struct {
	Tag string `json:"tag"`
}

// Dial is somebody who dialled an endpoint: a TCP connection, of which nothing was
// read yet. It belongs to no connection of the scenario.
type Dial struct {
	Endpoint string `json:"endpoint"`
}

// DTMF is a pressed key.
type DTMF struct {
	Digit string `json:"digit"`
}

// The problems of an [Error] that the program asks for.
const (
	Abandoned = "abandoned" // an attempt to connect that we gave up ourselves
	Limit     = "limit"     // the peer went beyond a limit of ours, which Rule names
	Local     = "local"     // this machine could not: it tells nothing of a peer
	Invalid   = "invalid"   // what was to be dialled cannot be: likewise
)

// Error is a refused or broken connection.
type Error struct {
	Problem string   `json:"problem"`        // refused, dns, tls, timeout, handshake, protocol, dialect, limit, abandoned, or ours
	Rule    string   `json:"rule,omitempty"` // such as RFC6455#5.1, or the name of a limit
	Text    string   `json:"text,omitempty"`
	Status  int      `json:"status,omitempty"`
	Headers []Header `json:"headers,omitempty"`
	Body    []byte   `json:"body,omitempty"`
}

// Ours reports whether the trouble is this machine's or the suite's. Such an event counts as ours, so nobody expects it.
func (e *Error) Ours() bool { return e.Problem == Local || e.Problem == Invalid }

// Close is the end of a connection; sent, it is our Close frame and holds just
// code and reason. Code is 1005 for a Close without a code,
// 1006 for none at all (RFC 6455 7.1.5).
type Close struct {
	Code   int    `json:"code"`
	Reason string `json:"reason,omitempty"`
	Clean  bool   `json:"clean"`
	By     string `json:"by,omitempty"`  // us, peer
	TCP    string `json:"tcp,omitempty"` // fin, reset, timeout, truncated, local
	TLS    string `json:"tls,omitempty"` // close_notify, none, or "" without TLS
}

// Ping is a Ping frame.
type Ping struct {
	Data []byte    `json:"data"`
	Head FrameHead `json:"head,omitzero"` // of one that came
}

// Pong is a Pong frame.
type Pong struct {
	Data []byte    `json:"data"`
	Head FrameHead `json:"head,omitzero"` // of one that came
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

// Summary of an Open names the subprotocol, what was asked for, and what was left out.
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

// Summary of a Message is its text, or its first octets.
func (m *Message) Summary() string {
	if m.Binary || !utf8.Valid(m.Data) {
		kind := "binary"
		if !m.Binary {
			kind = "text that is not UTF-8"
		}
		return fmt.Sprintf("%s, %d octets: %s", kind, len(m.Data)+m.omitted, diag.Octets(m.Data))
	}
	return diag.Clip(string(m.Data), 200)
}

// Summary of a MediaStarted names tag and encoding.
func (m *MediaStarted) Summary() string { return strings.TrimSpace(tagged(m.Tag) + " " + m.Encoding) }

// Summary of a MediaEnded names tag, length and cause, and a length that its stop
// announced where that is another.
func (m *MediaEnded) Summary() string {
	s := strings.TrimSpace(fmt.Sprintf("%s %s, by %s", tagged(m.Tag), diag.Round(m.Duration), m.By))
	if a := m.Announced; a != nil && a.Duration != nil && (*a.Duration-a.Came.Duration).Abs() > announcedOff {
		s += fmt.Sprintf(", which announced %s of audio; %s came", diag.Round(*a.Duration), diag.Round(a.Came.Duration))
	}
	return s
}

// announcedOff is by how much what a stop announces may differ from what came, and
// not be told in the summary: sides count in different ways.
const announcedOff = 50 * time.Millisecond

// Summary of a Media gives its size and, if it has one, its sequence number.
func (m *Media) Summary() string {
	s := strings.TrimSpace(fmt.Sprintf("%s %d octets", tagged(m.Tag), m.Size))
	if m.Sequence >= 0 {
		s += fmt.Sprintf(", sequence %d", m.Sequence)
	}
	return s
}

// Summary of a Mark is its name.
func (m *Mark) Summary() string { return m.Name }

// Summary of a Clear is its tag.
func (c *Clear) Summary() string { return tagged(c.Tag) }

// Summary of a Dial names the endpoint.
func (d *Dial) Summary() string { return fmt.Sprintf("on endpoint %q", d.Endpoint) }

// Summary of a DTMF is the key.
func (d *DTMF) Summary() string { return d.Digit }

// Summary of an Error says what went wrong.
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

// ruleBesideText is the rule, as far as the text does not name it: "voximplant" of
// "voximplant: chunk" beside "chunk is 10, expected 11".
func (e *Error) ruleBesideText() string {
	if strings.Contains(e.Text, e.Rule) {
		return ""
	}
	if from, name, ok := strings.Cut(e.Rule, ": "); ok && strings.HasPrefix(e.Text, name+" ") {
		return from
	}
	return e.Rule
}

// Summary of a Close gives code, reason and manner.
func (c *Close) Summary() string {
	s := fmt.Sprint(c.Code)
	if c.Reason != "" {
		s += fmt.Sprintf(" %q", diag.Clip(c.Reason, 125))
	}
	if c.TCP == "" { // our own frame, not the end of the connection
		return s
	}
	clean := "not clean"
	if c.Clean {
		clean = "clean"
	}
	s = fmt.Sprintf("%s, %s, by %s, tcp %s", s, clean, c.By, c.TCP)
	if c.Code == 1006 {
		s += map[string]string{"us": ": no Close answered ours", "peer": ": no Close came"}[c.By]
	}
	return s
}

// Summary of a Ping is its payload.
func (p *Ping) Summary() string { return payload(p.Data) }

// Summary of a Pong is its payload.
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

// Line is an event as one line for a person: time, direction, kind, summary,
// whether it belongs to the end of the scenario, and to which listener. It is safe
// to print.
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

// Came is an event in the place of a sentence: its summary, and when it was.
func (e Event) Came() string {
	summary := e.Detail.Summary()
	if _, bad := e.Detail.(*Error); bad {
		summary += "," // it is a sentence itself
	}
	return strings.TrimSpace(summary + " at " + Stamp(e.At))
}

// Stamp gives an offset in seconds with milliseconds, such as 3.120s.
func Stamp(d time.Duration) string { return fmt.Sprintf("%.3fs", d.Seconds()) }

// SameLine reports whether two events that follow one another are shown as one
// line: chunks of one stream, or what listeners took and sent.
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

// SameChatter reports whether two events are what listeners took and sent on one
// connection.
func SameChatter(a, b Event) bool {
	return a.Listener != "" && b.Listener != "" && a.AfterEnd == b.AfterEnd && a.Connection == b.Connection
}

// SameMessage reports whether two events are messages with the same payload, as far as
// all of it is there.
func SameMessage(a, b Event) bool {
	x, ok := a.Detail.(*Message)
	y, also := b.Detail.(*Message)
	return ok && also && a.Sent == b.Sent && x.Binary == y.Binary && x.omitted == 0 && bytes.Equal(x.Data, y.Data)
}
