package dialect

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
)

// Options are the choices for one connection. The zero value is useful.
type Options struct {
	// Vars are the values that a suite gives beside the name and the role of a
	// dialect: "encoding", "customParameters", "numbers", and the dialect's own
	// variables. "numbers" is int or string: how counters and timestamps are
	// written if the dialect leaves that open. They are read either way. A variable
	// that is not given is generated.
	Vars map[string]any
	// NewID gives 32 lower-case hexadecimal digits for a variable. If it is nil,
	// they are computed from the name, and are the same each time.
	NewID func(kind string) string
	// EndedAfter is how much silence ends a stream. 0 is [DefaultEndedAfter].
	EndedAfter time.Duration
}

// DefaultEndedAfter is how much silence ends a stream by default.
const DefaultEndedAfter = time.Second

// ErrNotStarted says that the app cannot speak yet, because the platform's
// opening has not come. The call may be tried again later.
var ErrNotStarted = errors.New("the platform's start has not come yet")

// Flow is one side of one connection. It is not safe for concurrent use. Offsets
// must not go back from call to call.
type Flow struct {
	d              *Dialect
	role           Role
	o              Options
	encoding       *Encoding // of a connection that is itself a stream; nil until it is known
	custom         []byte    // the customParameters of the opening
	countersAsText bool
	vars           []value
	sent           []int64 // by counter of the connection: the next value to send
	expected       []int64 // by counter of the connection: the next value expected
	values         []value // scratch: the values of the message that is being written or read
	words          []keyword
	in             []*incoming
	out            []*Stream
}

// keyword finds a message of the other side by the text of its key.
type keyword struct {
	key    string
	byWord map[string]*message
}

// Flow begins one side of a connection. It is an error if the role is unknown,
// or if Vars do not fit the dialect and the role.
func (d *Dialect) Flow(role Role, o Options) (*Flow, error) {
	if role != Platform && role != App {
		return nil, fmt.Errorf("unknown role %q; valid: platform, app", role)
	}
	if o.EndedAfter <= 0 {
		o.EndedAfter = DefaultEndedAfter
	}
	if o.NewID == nil {
		o.NewID = idOfName
	}
	f := &Flow{d: d, role: role, o: o, custom: []byte("{}"),
		vars: make([]value, len(d.vars)), values: make([]value, d.slots()),
		sent: d.firstCounts(), expected: d.firstCounts(), words: d.keywords(role.Peer())}
	if err := f.takeVars(); err != nil {
		return nil, err
	}
	if role == App && d.opens(d.find(Platform, KindStart)) {
		f.encoding = nil // the platform's start will give it
	}
	return f, nil
}

func idOfName(kind string) string {
	sum := sha256.Sum256([]byte(kind))
	return hex.EncodeToString(sum[:16])
}

// firstCounts gives the first value of each counter.
func (d *Dialect) firstCounts() []int64 {
	counts := make([]int64, len(d.counters))
	for i, c := range d.counters {
		counts[i] = c.from
	}
	return counts
}

// opens reports whether a message is part of the opening.
func (d *Dialect) opens(m *message) bool { return m != nil && slices.Contains(d.opening, m) }

func (d *Dialect) keywords(from Role) []keyword {
	var words []keyword
	for _, m := range d.messages {
		if !m.by(from) || m.binary {
			continue
		}
		i := slices.IndexFunc(words, func(k keyword) bool { return k.key == m.key })
		if i < 0 {
			i = len(words)
			words = append(words, keyword{m.key, map[string]*message{}})
		}
		words[i].byWord[m.word] = m
	}
	return words
}

// Values gives the names that [Options.Vars] may have.
func (d *Dialect) Values() []string {
	names := []string{"encoding"}
	if d.leavesNumbersOpen() {
		names = append(names, "numbers")
	}
	if len(d.opening) > 0 {
		names = append(names, "customParameters")
	}
	for _, v := range d.vars {
		names = append(names, v.name)
	}
	return names
}

// leavesNumbersOpen reports whether the dialect has a counter or timestamp that
// may be written as a number or as text.
func (d *Dialect) leavesNumbersOpen() bool {
	open := false
	for _, m := range d.messages {
		m.body.holes(func(h *holeSpec) {
			open = open || h.filter == plain && (h.slot == slotTimestamp || h.slot >= slotOwn && h.slot < d.varSlot(0))
		})
	}
	return open
}

// takeVars reads the values that a suite gives.
func (f *Flow) takeVars() error {
	f.encoding, _ = f.d.encoding("")
	for i, v := range f.d.vars {
		if f.role == Platform {
			f.vars[i] = textValue(v.prefix + f.o.NewID(v.name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.o.Vars)) {
		if err := f.takeVar(name, f.o.Vars[name]); err != nil {
			return err
		}
	}
	return nil
}

func (f *Flow) takeVar(name string, given any) (err error) {
	if valid := f.d.Values(); !slices.Contains(valid, name) {
		return fmt.Errorf("dialect %s has no value %q; %s", f.d.name, name, diag.DidYouMean(name, valid))
	}
	if name != "numbers" && f.role == App && (name != "encoding" || f.d.opens(f.d.find(Platform, KindStart))) {
		return fmt.Errorf("in dialect %s the platform says %s, not the app", f.d.name, name)
	}
	if name == "customParameters" {
		f.custom, err = customJSON(given)
		return err
	}
	text, ok := given.(string)
	if !ok {
		return fmt.Errorf("%s of dialect %s must be text", name, f.d.name)
	}
	switch name {
	case "encoding":
		f.encoding, err = f.findEncoding(text)
		return err
	case "numbers":
		f.countersAsText = text == "string"
		if text != "int" && text != "string" {
			return fmt.Errorf("numbers of dialect %s is %q; valid: int, string", f.d.name, text)
		}
		return nil
	}
	i := slices.IndexFunc(f.d.vars, func(v variable) bool { return v.name == name })
	f.vars[i] = textValue(text)
	return nil
}

func (f *Flow) findEncoding(name string) (*Encoding, error) {
	e, ok := f.d.encoding(name)
	if !ok {
		return nil, fmt.Errorf("dialect %s has no encoding %q; valid: %s", f.d.name, name, strings.Join(f.d.Encodings(), ", "))
	}
	return e, nil
}

// customJSON gives custom parameters as JSON, and nil for nil. It is an error if
// they are no mapping.
func customJSON(tree any) ([]byte, error) {
	if tree == nil {
		return nil, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(tree); err != nil {
		return nil, fmt.Errorf("write customParameters: %w", err)
	}
	b := bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	if b[0] != '{' {
		return nil, fmt.Errorf("customParameters must be a mapping, found %s", show(b))
	}
	return b, nil
}

// Opening gives the messages that this side sends when the connection opens. It
// is called once, before anything else.
func (f *Flow) Opening() []Message {
	if f.role != Platform {
		return nil
	}
	var out []Message
	for _, m := range f.d.opening {
		f.blank()
		f.setFormat(f.encoding)
		f.setCustom(f.custom)
		var counts []int64
		if m.kind == KindStart {
			counts = f.connectionStream().counts
		}
		out = append(out, f.render(m, counts))
	}
	return out
}

// blank empties the scratch values, and sets those of the connection's
// variables.
func (f *Flow) blank() {
	clear(f.values)
	copy(f.values[f.d.varSlot(0):], f.vars)
}

func (f *Flow) setFormat(e *Encoding) {
	f.values[slotEncoding] = textValue(e.Name)
	f.values[slotRate] = numberValue(int64(e.Format.Rate))
}

func (f *Flow) setCustom(custom []byte) {
	if custom != nil {
		f.values[slotCustom] = jsonValue(custom)
	}
}

func (f *Flow) setTag(tag string) {
	if tag != "" {
		f.values[slotTag] = textValue(tag)
	}
}

// render writes a message with the scratch values and counts it. The counters of
// a stream come from counts; nil uses those of the connection.
func (f *Flow) render(m *message, counts []int64) Message {
	if m.binary {
		return Message{Binary: true, Data: slices.Clone(f.values[slotAudio].octets)}
	}
	size := m.size + len(f.values[slotAudio].octets)*4/3
	return Message{Data: f.append(make([]byte, 0, size), m, counts)}
}

// append writes a text message as render does, but into memory of the caller.
func (f *Flow) append(b []byte, m *message, counts []int64) []byte {
	for _, i := range m.counts {
		next := f.sent
		if f.d.counters[i].perStream && counts != nil {
			next = counts
		}
		f.values[f.d.counterSlot(i)] = numberValue(next[i])
		next[i]++
	}
	r := renderer{values: f.values, counters: len(f.d.counters), countersAsText: f.countersAsText}
	return r.append(b, &m.body)
}

// ready reports whether the variables that a message needs are known.
func (f *Flow) ready(m *message) bool {
	ok := true
	m.body.holes(func(h *holeSpec) {
		if i := h.slot - f.d.varSlot(0); i >= 0 && !h.optional && f.vars[i].kind == unset {
			ok = false
		}
	})
	return ok
}
