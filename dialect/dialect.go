// Package dialect knows how live media travels inside WebSocket messages.
//
// A dialect is data: a YAML file that gives each message once. The same
// definition is rendered to send and inverted to receive, so both roles, the
// telephony platform and the application behind it, come from one place.
// [Builtin] gives the dialects that come with the program, [Parse] reads a
// user's own, and [Dialect.Flow] plays one side of one connection.
//
// Nothing here does I/O, starts a goroutine or looks at a clock: messages are
// handed in and out, and times are offsets that the caller keeps. The file
// format is described in FORMAT.md.
package dialect

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/media"
)

// Role is a side of a connection.
type Role string

// The two roles.
const (
	Platform Role = "platform" // telephony: sends the caller's audio, plays what comes
	App      Role = "app"      // the application: hears the caller, speaks to it
)

// Peer gives the other side.
func (r Role) Peer() Role {
	if r == Platform {
		return App
	}
	return Platform
}

// Kind is what a message means, in every dialect the same.
type Kind string

// The kinds.
const (
	KindConnected Kind = "connected" // a greeting without meaning for media
	KindStart     Kind = "start"     // a stream begins
	KindMedia     Kind = "media"     // a chunk of audio
	KindStop      Kind = "stop"      // a stream ends
	KindMark      Kind = "mark"      // by the app: tell me when this is played; by the platform: it is
	KindClear     Kind = "clear"     // by the app: drop what is not played; by the platform: dropped
	KindDTMF      Kind = "dtmf"      // a key was pressed
	KindOther     Kind = "other"     // plumbing that says nothing
)

var kinds = []string{"connected", "start", "media", "stop", "mark", "clear", "dtmf", "other"}

// Message is one WebSocket message.
type Message struct {
	Binary bool
	Data   []byte
}

// Encoding is a name for a form of audio.
type Encoding struct {
	Name   string
	Format media.Format
	also   []string // other names on the wire, understood but not written
	alias  []string // other names in a suite
}

// Dialect is a compiled dialect file. It is not changed after it is made, and
// may be shared.
type Dialect struct {
	name        string
	description string
	source      string
	dial        Role
	protocols   []string
	chunk       time.Duration
	exact       bool
	encodings   []Encoding
	counters    []counter
	timestamp   timestamp
	vars        []variable
	reserved    string
	messages    []*message
	opening     []*message
	playout     playout
}

// counter is a number that a dialect counts up in its messages.
type counter struct {
	name      string
	perStream bool
	from      int64
}

// timestamp says how a dialect tells the time of a chunk.
type timestamp struct {
	samples bool // else milliseconds
	exact   bool // else it must only not go back
}

// variable is a value that the opening sets for the whole connection.
type variable struct {
	name   string
	prefix string // before the digits of a generated id
}

// playout is the platform's playback buffer.
type playout struct {
	limit        time.Duration // 0: none
	messages     int           // 0: none
	returnsMarks bool          // when cleared
}

// String gives what the buffer holds at most.
func (p playout) String() string {
	if p.limit > 0 {
		return p.limit.String()
	}
	return fmt.Sprintf("%d messages", p.messages)
}

// message is one definition.
type message struct {
	name   string
	from   Role // "": both
	kind   Kind
	binary bool
	body   template
	key    string // the member that tells it from others, with its value
	word   string
	counts []int // counters in it, by index
	size   int   // octets of it without its audio, about
}

func (m *message) by(r Role) bool { return m.from == "" || m.from == r }

//go:embed vendors/*.yaml
var vendors embed.FS

// Names gives the names of the dialects that come with the program, sorted.
func Names() []string {
	entries, _ := vendors.ReadDir("vendors") // embedded: it is there
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".yaml")
	}
	slices.Sort(names)
	return names
}

// Builtin gives a dialect that comes with the program. It is read once, since
// every scenario of a run may name it.
func Builtin(name string) (*Dialect, error) {
	if d, ok := builtins.Load(name); ok {
		return d.(*Dialect), nil
	}
	d, err := readBuiltin(name)
	if err == nil {
		builtins.Store(name, d)
	}
	return d, err
}

// builtins are the dialects that were read, by name. A dialect never changes.
var builtins sync.Map

func readBuiltin(name string) (*Dialect, error) {
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("unknown dialect %q; %s", name, diag.DidYouMean(name, Names()))
	}
	text, err := vendors.ReadFile("vendors/" + name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("read dialect %s: %w", name, err)
	}
	var out diag.List
	d := Parse(name+".yaml", string(text), &out)
	return d, out.Err()
}

// Name is the word that the file gives itself.
func (d *Dialect) Name() string { return d.name }

// Description is one or two sentences about the dialect.
func (d *Dialect) Description() string { return d.description }

// Source is the text of the dialect's file.
func (d *Dialect) Source() string { return d.source }

// Role gives the side that one is, unless told otherwise, when one dials or is
// dialled. Where either side may dial, who dials is the platform.
func (d *Dialect) Role(dials bool) Role {
	dialer := d.dial
	if dialer == "" {
		dialer = Platform
	}
	if dials {
		return dialer
	}
	return dialer.Peer()
}

// Protocols gives the subprotocols that the dialer offers unless told
// otherwise.
func (d *Dialect) Protocols() []string { return slices.Clone(d.protocols) }

// Encodings gives the names of the encodings; the first is used where none is
// said.
func (d *Dialect) Encodings() []string {
	names := make([]string, len(d.encodings))
	for i, e := range d.encodings {
		names[i] = e.Name
	}
	return names
}

// Can tells why a role cannot do one of these of its own accord, or gives nil:
// [KindMedia], [KindMark], [KindClear], [KindDTMF].
func (d *Dialect) Can(r Role, k Kind) error {
	switch {
	case k == KindMark && r == Platform:
		return fmt.Errorf("in dialect %s the platform returns marks and sets none", d.name)
	case k == KindClear && r == Platform:
		return nil // it owns the buffer
	case d.find(r, k) == nil:
		return fmt.Errorf("dialect %s has no %s message from the %s", d.name, k, r)
	}
	return nil
}

// find gives the message by which a role says something, or nil.
func (d *Dialect) find(r Role, k Kind) *message {
	for _, m := range d.messages {
		if m.kind == k && m.by(r) {
			return m
		}
	}
	return nil
}

// Speaks reports whether a stream can be sent in an encoding of that name, or
// another name of it.
func (d *Dialect) Speaks(encoding string) bool {
	_, ok := d.encoding(encoding)
	return ok
}

// encoding finds an encoding by a name that a suite may use; "" is the first.
func (d *Dialect) encoding(name string) (*Encoding, bool) {
	for i := range d.encodings {
		if e := &d.encodings[i]; name == "" || e.hears(name) || slices.Contains(e.alias, name) {
			return e, true
		}
	}
	return nil, false
}

// onWire finds an encoding by a name on the wire.
func (d *Dialect) onWire(name string) (*Encoding, bool) {
	for i := range d.encodings {
		if e := &d.encodings[i]; e.hears(name) {
			return e, true
		}
	}
	return nil, false
}

// hears reports whether a name on the wire means this encoding.
func (e *Encoding) hears(name string) bool {
	return name == e.Name || slices.Contains(e.also, name)
}

// Slots of the dialect's own values.
func (d *Dialect) counterSlot(i int) int { return slotOwn + i }
func (d *Dialect) varSlot(i int) int     { return slotOwn + len(d.counters) + i }
func (d *Dialect) slots() int            { return slotOwn + len(d.counters) + len(d.vars) }
