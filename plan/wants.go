package plan

import (
	"maps"
	"slices"

	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Wants is what a scenario can ask for of what its peers say. All of it is known
// before anything is dialled, so nothing else needs to be kept.
type Wants struct {
	Kinds  map[string]bool // of events that a step, a listener or `unexpected` looks at
	Listed map[string]bool // of events that events() lists
	Ignore bool            // messages that no step reads are allowed
	Turns  bool            // measures of a turn
	Media  bool            // what streams carry
	Legible

	Network bool // lines that are bad at times
}

func newWants(sc *spec.Scenario) Wants {
	return Wants{Kinds: map[string]bool{}, Listed: map[string]bool{}, Ignore: sc.Unexpected.Ignore}
}

// calls notes what a function looks at.
func (w *Wants) calls(call value.Call) {
	switch call.Name {
	case "audio":
		w.Media = true
	case "events":
		w.Listed[call.Args[1]] = true
	}
}

// step notes what a step looks at beside events.
func (w *Wants) step(step *spec.Step) {
	switch a := step.Action.(type) {
	case *spec.Network:
		w.Network = true
	case *spec.Assert:
		w.Media = w.Media || a.Audio != nil || a.Turn != nil
		w.Turns = w.Turns || a.Turn != nil
	case *spec.Expect:
		w.Media = w.Media || slices.ContainsFunc(a.Items, func(it spec.Item) bool {
			stream := it.Pattern.Kind == "media_started" || it.Pattern.Kind == "media_ended"
			return stream && (step.As != "" || it.As != "")
		})
	}
}

// Reads reports whether a step may read an event, or misses to read it.
func (w *Wants) Reads(ev trace.Event) bool {
	switch kind := ev.Kind(); kind {
	case "close", "error":
		return true
	case "answer": // its step has it
		return false
	case "message", "dial", "request":
		return !w.Ignore || w.Kinds[kind]
	default:
		return w.Kinds[kind]
	}
}

// Kept names what is kept until the scenario ends because something may look back at it.
func (w *Wants) Kept() []string {
	var kept []string
	if w.Media {
		kept = append(kept, "the audio that comes")
	}
	if w.Turns {
		kept = append(kept, "what measures turns")
	}
	for _, kind := range slices.Sorted(maps.Keys(w.Listed)) {
		kept = append(kept, "each "+kind)
	}
	return kept
}

// Keeps reports whether something may look back at an event, read or not.
func (w *Wants) Keeps(ev trace.Event) bool {
	turn := ev.Kind() == "clear" || ev.Kind() == "media_ended"
	return ev.Decides() || w.Listed[ev.Kind()] && !ev.Sent || w.Turns && turn
}
