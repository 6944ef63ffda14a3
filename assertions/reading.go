package assertions

import (
	"fmt"
	"strings"

	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// MatchEvent holds an event against a bound pattern of its kind.
func MatchEvent(p spec.Pattern, ev trace.Event) []Mismatch {
	var out []Mismatch
	for _, f := range p.Fields {
		value, ok := fieldOf(ev.Detail, f.Name)
		if !ok {
			value = missing{}
		}
		path := p.Kind + "." + f.Name
		if f.Name == "data" || len(p.Fields) == 1 && f.Name == "json" {
			path = strings.TrimSuffix(path, ".data")
		}
		out = append(out, Match(f.Value, value, path)...)
	}
	return out
}

// DescribePattern says in words which event a bound pattern asks for.
func DescribePattern(p spec.Pattern) string {
	if len(p.Fields) == 0 {
		return p.Kind
	}
	parts := make([]string, len(p.Fields))
	for i, f := range p.Fields {
		parts[i] = f.Name + ": " + Describe(f.Value)
	}
	return fmt.Sprintf("%s {%s}", p.Kind, strings.Join(parts, ", "))
}

// State is how far a reading has come.
type State int

// A reading waits until it has found what it looks for, or cannot any more.
const (
	Waiting State = iota
	Found
	Refuted
)

// Reading is one step that reads events of one connection. It is fed the
// unread events of its kinds in the order in which they came, each once, and
// depends on nothing else: not on when it is fed.
type Reading struct {
	pattern spec.Pattern
	skip    bool
	state   State
	event   trace.Event
	wrong   []Mismatch
	past    int // events read past
	nearest []Mismatch
}

// NewReading begins to read for a bound expectation.
func NewReading(p spec.Pattern, skip bool) *Reading {
	return &Reading{pattern: p, skip: skip}
}

// Wants reports whether the reading looks at events of this kind.
func (r *Reading) Wants(kind string) bool { return kind == r.pattern.Kind }

// State tells how far the reading has come.
func (r *Reading) State() State { return r.state }

// Event gives the event that decided.
func (r *Reading) Event() trace.Event { return r.event }

// Mismatches gives why the reading was refuted, or how the nearest of the
// events that it read past differed.
func (r *Reading) Mismatches() []Mismatch {
	if r.wrong != nil {
		return r.wrong
	}
	return r.nearest
}

// Past is the number of events that were read past.
func (r *Reading) Past() int { return r.past }

// Offer feeds the next event and reports whether it was read.
func (r *Reading) Offer(ev trace.Event) {
	wrong := MatchEvent(r.pattern, ev)
	switch {
	case len(wrong) == 0:
		r.state, r.event = Found, ev
	case r.skip:
		r.past++
		if r.nearest == nil || len(wrong) <= len(r.nearest) {
			r.nearest, r.event = wrong, ev
		}
	default:
		r.state, r.event, r.wrong = Refuted, ev, wrong
	}
}
