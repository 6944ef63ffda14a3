// Package dialect knows how live media travels inside WebSocket messages.
//
// A dialect is data: a YAML file that defines each message once. The same
// definition is rendered to send a message and inverted to receive it, so that
// both roles, the telephony platform and the application behind it, come from
// one place. [Builtin] gives the dialects that come with the program, [Parse]
// reads a user's own, and [Dialect.Flow] plays one side of one connection.
//
// The package does no I/O, starts no goroutine and looks at no clock. Messages
// are handed in and out, and times are offsets that the caller keeps. FORMAT.md
// describes the file format.
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
	Platform Role = "platform" // telephony: sends the caller's audio, plays what it receives
	App      Role = "app"      // the application: hears the caller and answers
)

// Peer gives the other side.
func (r Role) Peer() Role {
	if r == Platform {
		return App
	}
	return Platform
}

// Kind is the meaning of a message, which is the same in all dialects.
type Kind string

// The kinds.
const (
	KindConnected Kind = "connected" // a greeting, which means nothing for media
	KindStart     Kind = "start"     // a stream begins
	KindMedia     Kind = "media"     // a chunk of audio
	KindStop      Kind = "stop"      // a stream ends
	KindMark      Kind = "mark"      // from the app: say when this point is played; from the platform: it is played
	KindClear     Kind = "clear"     // from the app: drop what is not played yet; from the platform: it is dropped
	KindDTMF      Kind = "dtmf"      // a key was pressed
	KindOther     Kind = "other"     // part of the dialect, but without a meaning
)

var kinds = []string{"connected", "start", "media", "stop", "mark", "clear", "dtmf", "other"}

// Message is one WebSocket message.
type Message struct {
	Binary bool
	Data   []byte
}

// Encoding is a form of audio with its name.
type Encoding struct {
	Name   string
	Format media.Format
	also   []string // other names that are understood on the wire, but not written
	alias  []string // other names that a suite may use
}

// Dialect is a compiled dialect file. It never changes, and may be shared.
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

// counter is a number that messages of a dialect count up.
type counter struct {
	name      string
	perStream bool
	from      int64
}

// timestamp says how a dialect gives the time of a chunk.
type timestamp struct {
	samples bool // in samples; false for milliseconds
	exact   bool // it moves by exactly the audio before it; false if it must only not go back
}

// variable is a value that the opening sets for the whole connection.
type variable struct {
	name   string
	prefix string // what a generated id begins with
}

// playout is the platform's playback buffer.
type playout struct {
	limit        time.Duration // the most audio that waits; 0 for no limit
	messages     int           // the most messages that wait; 0 for no limit
	returnsMarks bool          // clearing the buffer returns the marks in it
}

// String gives the limit of the buffer.
func (p playout) String() string {
	if p.limit > 0 {
		return p.limit.String()
	}
	return fmt.Sprintf("%d messages", p.messages)
}

// message is the definition of one message.
type message struct {
	name   string
	from   Role // "" if both sides send it
	kind   Kind
	binary bool
	body   template
	key    string // the member whose value, word, tells it from other messages
	word   string
	counts []int // the counters in it, by index
	size   int   // about how many octets it has without its audio
}

func (m *message) by(r Role) bool { return m.from == "" || m.from == r }

//go:embed vendors/*.yaml
var vendors embed.FS

// Names gives the names of the dialects that come with the program, sorted.
func Names() []string {
	entries, _ := vendors.ReadDir("vendors") // embedded, so it is there
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".yaml")
	}
	slices.Sort(names)
	return names
}

// Builtin gives a dialect that comes with the program. It reads each dialect
// once, because every scenario of a run may name it.
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

// builtins are the dialects that were read, by name.
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

// Name gives the name that the file gives itself.
func (d *Dialect) Name() string { return d.name }

// Description gives one or two sentences about the dialect.
func (d *Dialect) Description() string { return d.description }

// Source gives the text of the dialect's file.
func (d *Dialect) Source() string { return d.source }

// Role gives our role if we dial or are dialled, and the suite does not say
// otherwise. If either side may dial, the one that dials is the platform.
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

// Protocols gives the subprotocols that the dialer offers by default.
func (d *Dialect) Protocols() []string { return slices.Clone(d.protocols) }

// Encodings gives the names of the encodings. The first is the default.
func (d *Dialect) Encodings() []string {
	names := make([]string, len(d.encodings))
	for i, e := range d.encodings {
		names[i] = e.Name
	}
	return names
}

// Can says why a role cannot send one of [KindMedia], [KindMark], [KindClear]
// and [KindDTMF] of its own accord. It gives nil if the role can.
func (d *Dialect) Can(r Role, k Kind) error {
	switch {
	case k == KindMark && r == Platform:
		return fmt.Errorf("in dialect %s the platform returns marks and sets none", d.name)
	case k == KindClear && r == Platform:
		return nil // the platform empties its own buffer
	case d.find(r, k) == nil:
		return fmt.Errorf("dialect %s has no %s message from the %s", d.name, k, r)
	}
	return nil
}

// find gives the message of a kind that a role sends, or nil.
func (d *Dialect) find(r Role, k Kind) *message {
	for _, m := range d.messages {
		if m.kind == k && m.by(r) {
			return m
		}
	}
	return nil
}

// Speaks reports whether a stream can be sent in the encoding that a suite gives
// this name.
func (d *Dialect) Speaks(encoding string) bool {
	_, ok := d.encoding(encoding)
	return ok
}

// encoding finds an encoding by a name that a suite may use. "" stands for the
// first.
func (d *Dialect) encoding(name string) (*Encoding, bool) {
	for i := range d.encodings {
		if e := &d.encodings[i]; name == "" || e.isNamed(name) || slices.Contains(e.alias, name) {
			return e, true
		}
	}
	return nil, false
}

// onWire finds an encoding by a name on the wire.
func (d *Dialect) onWire(name string) (*Encoding, bool) {
	for i := range d.encodings {
		if e := &d.encodings[i]; e.isNamed(name) {
			return e, true
		}
	}
	return nil, false
}

// isNamed reports whether a name on the wire means this encoding.
func (e *Encoding) isNamed(name string) bool {
	return name == e.Name || slices.Contains(e.also, name)
}

// The slots of the dialect's own values.
func (d *Dialect) counterSlot(i int) int { return slotOwn + i }
func (d *Dialect) varSlot(i int) int     { return slotOwn + len(d.counters) + i }
func (d *Dialect) slots() int            { return slotOwn + len(d.counters) + len(d.vars) }
