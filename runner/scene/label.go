package scene

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// label is what a step with `as` did or saw. Expressions can name its members, of which
// some are points in time.
type label interface {
	expr.Object
	// stream gives the stream that the label stands for.
	stream() (trace.Stream, bool)
}

// pointOf gives a point of time of a label.
func pointOf(l label, name string) (time.Duration, error) {
	v, ok := l.Member(name)
	if !ok {
		return 0, fmt.Errorf("it has no point %q", name)
	}
	if err, ok := v.(error); ok {
		return 0, err
	}
	d, ok := v.(time.Duration)
	if !ok {
		return 0, fmt.Errorf("%q is no point in time", name)
	}
	return d, nil
}

// eventLabel is an event that was read, or a message that was sent.
type eventLabel struct {
	event   trace.Event
	live    func() trace.Stream // of media_started and media_ended: their stream as it is now
	message match.Decoder       // of a message of Protocol Buffers: what reads it, if its step says which it is
}

func (l eventLabel) stream() (trace.Stream, bool) {
	if l.live == nil {
		return trace.Stream{}, false
	}
	return l.live(), true
}

// Member gives a field of the event, or a point of its stream.
func (l eventLabel) Member(name string) (any, bool) {
	switch {
	case name == "at":
		return l.event.At, true
	case name == "kind" && l.event.Kind() != "error":
		return l.event.Kind(), true
	case name == "protobuf":
		return l.protobuf()
	}
	v, ok := assertions.Field(l.event.Detail, name)
	if _, told := v.(error); ok || told {
		return v, true
	}
	if name == "first" {
		return l.first()
	}
	if s, ok := l.stream(); ok {
		return streamMember(s, name)
	}
	return nil, false
}

// protobuf reads a message of Protocol Buffers.
func (l eventLabel) protobuf() (any, bool) {
	m, ok := l.event.Detail.(*trace.Message)
	switch {
	case !ok || !m.Binary:
		return nil, false
	case l.message == nil:
		return errors.New("its step does not say which message it is; write unprotobuf('NAME', LABEL.data)"), true
	}
	v, err := l.message.Decode(m.Data)
	if err != nil {
		return fmt.Errorf("it is not that message: %w", err), true
	}
	return v, true
}

// CanLack reports whether this event lacks a field that other events of its kind may have.
func (l eventLabel) CanLack(name string) bool {
	return slices.Contains(spec.EventFields(l.event.Kind()), name) || l.live != nil && slices.Contains(spec.EventFields("media_ended"), name)
}

// first is when the first octet of a message or frame arrived.
func (l eventLabel) first() (any, bool) {
	switch d := l.event.Detail.(type) {
	case *trace.Message:
		return d.First, !l.event.Sent
	case *trace.Frame:
		return d.First, !l.event.Sent
	}
	return nil, false
}

// Members lists what Member knows.
func (l eventLabel) Members() []string {
	names := append([]string{"at", "kind"}, assertions.Fields(l.event.Detail)...)
	if _, ok := l.first(); ok {
		names = append(names, "first")
	}
	if l.live != nil {
		names = append(append(names, announced(l.event.Detail, l.live())...), expr.Points()...)
	}
	return names
}

// announced gives the names of what a stop said of a stream. The event of the stream
// cannot tell it if the stop came later.
func announced(d trace.Detail, s trace.Stream) []string {
	if s.Announced == nil || slices.Contains(assertions.Fields(d), "announced") {
		return nil
	}
	return []string{"announced", "received"}
}

// streamLabel is a stream that is sent.
type streamLabel struct {
	at   time.Duration
	live func() trace.Stream
}

func (l streamLabel) stream() (trace.Stream, bool) { return l.live(), true }

// Member gives a point or a property of the stream.
func (l streamLabel) Member(name string) (any, bool) {
	s := l.live()
	switch name {
	case "at":
		return l.at, true
	case "tag":
		return s.Tag, true
	case "encoding":
		return s.Encoding, true
	}
	return streamMember(s, name)
}

// Members lists what Member knows.
func (l streamLabel) Members() []string {
	return append([]string{"at", "tag", "encoding"}, expr.Points()...)
}

// choiceLabel is the alternative of a one_of that came.
type choiceLabel struct {
	label
	name string
}

// Member gives the name of the alternative, or a member of its event.
func (l choiceLabel) Member(name string) (any, bool) {
	if name == "name" {
		return l.name, true
	}
	if l.label == nil {
		return nil, false
	}
	return l.label.Member(name)
}

// CanLack reports whether a member of the event may be missing.
func (l choiceLabel) CanLack(name string) bool {
	of, ok := l.label.(expr.Optional)
	return ok && of.CanLack(name)
}

// Members lists what Member knows.
func (l choiceLabel) Members() []string {
	if l.label == nil {
		return []string{"name"}
	}
	return append([]string{"name"}, l.label.Members()...)
}

func (l choiceLabel) stream() (trace.Stream, bool) {
	if l.label == nil {
		return trace.Stream{}, false
	}
	return l.label.stream()
}

// streamMember gives a point of a stream, or what its stop announced. A point that has not
// come yet is an error, which fails the expression that names it.
func streamMember(s trace.Stream, name string) (any, bool) {
	if v, ok := assertions.Announced(s.Announced, name); ok {
		return v, true
	}
	at, err := assertions.Point(s, name)
	switch {
	case errors.Is(err, assertions.ErrNoPoint):
		return nil, false
	case err != nil:
		return err, true
	}
	return at, true
}

// momentLabel is a step of which only the time is known.
type momentLabel time.Duration

// Member gives the time.
func (l momentLabel) Member(name string) (any, bool) { return time.Duration(l), name == "at" }

// Members lists what Member knows.
func (l momentLabel) Members() []string { return []string{"at"} }

func (l momentLabel) stream() (trace.Stream, bool) { return trace.Stream{}, false }

// eventOf gives the event that a label stands for.
func eventOf(l label) (trace.Event, bool) {
	switch l := l.(type) {
	case eventLabel:
		return l.event, true
	case choiceLabel:
		return eventOf(l.label)
	}
	return trace.Event{}, false
}
