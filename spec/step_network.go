package spec

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Network makes the line of a connection bad, or good again. It says all of the
// line: what it does not name is as on a good line.
type Network struct {
	Pos  diag.Pos
	Word string // none, half_open or reset; "" if it is a mapping
	Way         // of both directions
	Up   *Way   // nil: as Way says, like each field that it does not set
	Down *Way
	Idle Value[time.Duration]

	Media *Disturbance
	Usual bool // it stands in the defaults of the suite
}

// Way is one direction of a line.
type Way struct {
	Latency   Value[time.Duration]
	Jitter    Value[time.Duration]
	Bandwidth Value[int] // octets a second
	Stall     Value[time.Duration]
}

// Disturbance says what becomes of the chunks of media that we send.
type Disturbance struct {
	Pos       diag.Pos
	Gap       Spell
	Burst     Spell
	Loss      Value[Percent]
	Duplicate Value[Percent]
	Reorder   Value[Percent]
	Drift     Value[PPM]
}

// Spell is a stretch of time, once or again and again.
type Spell struct {
	Length Value[time.Duration]
	Every  Value[time.Duration]
}

func (s *Network) shape() yamldoc.Shape { return lineShape(s, "none", "half_open", "reset") }

// lineOfStart is the line of a connection from its beginning on.
func lineOfStart(s *Network) yamldoc.Shape { return lineShape(s, "none", "half_open") }

// lineShape takes one of some words, or a mapping.
func lineShape(s *Network, words ...string) yamldoc.Shape {
	word, keyed := yamldoc.Word(&s.Word, words...), yamldoc.Map(s)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		s.Pos = n.Pos
		switch {
		case n.Kind == yamldoc.Mapping && len(n.Fields) == 0:
			out.Hintf(n.Pos, "such as network: {latency: 200ms}; network: none ends it", "say what the line is like")
		case n.Kind == yamldoc.Mapping:
			keyed.Decode(n, out)
		case n.Kind == yamldoc.Scalar && !n.IsEmpty():
			word.Decode(n, out)
		default:
			yamldoc.Expected(n, "a mapping such as {latency: 200ms}, or "+strings.Join(words, ", "), out)
		}
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{word.Describe(d), keyed.Describe(d)}}
	})
}

// Names gives nothing.
func (s *Network) Names() Names { return Names{} }

// Computed is a value that may hold ${…}.
type Computed interface {
	Template() *expr.Template
	Uses() value.Uses
}

// Values gives all values that can hold ${…}.
func (s *Network) Values() []Computed {
	var out []Computed
	for _, w := range []*Way{&s.Way, s.Up, s.Down} {
		if w != nil {
			out = append(out, &w.Latency, &w.Jitter, &w.Bandwidth, &w.Stall)
		}
	}
	out = append(out, &s.Idle)
	if d := s.Media; d != nil {
		out = append(out, &d.Gap.Length, &d.Gap.Every, &d.Burst.Length, &d.Burst.Every, &d.Loss, &d.Duplicate, &d.Reorder, &d.Drift)
	}
	return out
}

// Uses gives what the ${…} name.
func (s *Network) Uses() value.Uses {
	var out value.Uses
	for _, v := range s.Values() {
		u := v.Uses()
		out.Refs, out.Calls = append(out.Refs, u.Refs...), append(out.Calls, u.Calls...)
	}
	return out
}

// Keys names the keys of `network`.
func (s *Network) Keys(k *yamldoc.Keys) {
	s.Way.Keys(k)
	k.Key("up", yamldoc.Optional(&s.Up, wayShape), "The same, of what we send.")
	k.Key("down", yamldoc.Optional(&s.Down, wayShape), "The same, of what comes.")
	k.Key("idle_timeout", Duration(&s.Idle), "The line is cut after so long without an octet in either direction.")
	k.Key("media", yamldoc.Optional(&s.Media, yamldoc.Map[Disturbance]), "What becomes of the chunks of media that we send.")
}

// Keys names the keys of a direction.
func (w *Way) Keys(k *yamldoc.Keys) {
	k.Key("latency", Duration(&w.Latency), "How long an octet takes to arrive.")
	k.Key("jitter", Duration(&w.Jitter), "How much longer it takes at most, by chance.")
	k.Key("bandwidth", valueShape(&w.Bandwidth, rateUnit), "How many octets pass in a second.")
	k.Key("stall", Duration(&w.Stall), "Nothing arrives for so long, from now on.")
}

// wayShape takes a direction that says something.
func wayShape(w *Way) yamldoc.Shape {
	return yamldoc.Whole(yamldoc.Map(w), func(n *yamldoc.Node, out *diag.List) { notEmpty(n, out, "such as {latency: 200ms}") })
}

func notEmpty(n *yamldoc.Node, out *diag.List, hint string) {
	if len(n.Fields) == 0 {
		out.Hintf(n.Pos, hint, "an empty mapping says nothing")
	}
}

// Keys names the keys of `media`.
func (d *Disturbance) Keys(k *yamldoc.Keys) {
	if n := k.Node(); n != nil {
		d.Pos = n.Pos
	}
	k.Key("gap", spellShape(&d.Gap), "Chunks are lost for so long.")
	k.Key("burst", spellShape(&d.Burst), "Chunks are held up for so long, and then leave together.")
	k.Key("loss", valueShape(&d.Loss, percentUnit), "The share of chunks that are lost, by chance.")
	k.Key("duplicate", valueShape(&d.Duplicate, percentUnit), "The share of chunks that are sent twice, by chance.")
	k.Key("reorder", valueShape(&d.Reorder, percentUnit), "The share of chunks that leave behind the one after them, by chance.")
	k.Key("drift", valueShape(&d.Drift, ppmUnit), "How much too fast our clock is, or, below 0, too slow.")
	k.Whole(func(n *yamldoc.Node, out *diag.List) { notEmpty(n, out, "such as {loss: 1%}") })
}

// spellShape takes a length, or a mapping with a length.
func spellShape(s *Spell) yamldoc.Shape {
	length, keyed := Duration(&s.Length), yamldoc.Map(s)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Mapping {
			keyed.Decode(n, out)
			return
		}
		length.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{length.Describe(d), keyed.Describe(d)}}
	})
}

// Keys names the keys of a stretch of time.
func (s *Spell) Keys(k *yamldoc.Keys) {
	k.Key("length", Duration(&s.Length), "How long it is.", yamldoc.Required)
	k.Key("every", Duration(&s.Every), "The time from one beginning to the next; default: there is only one.")
}

var rateUnit = unit[int]{"a bandwidth, such as 64KiB/s or 256kbit/s", readRate}

// readRate reads octets a second. Bits are told apart, as lines are sold by them.
func readRate(s string) (int, error) {
	bad := diag.Hinted("such as 64KiB/s, 1MB/s or 256kbit/s, at most 1GiB/s", "%q is no bandwidth", s)
	number, ok := strings.CutSuffix(s, "/s")
	if !ok {
		return 0, bad
	}
	scale := 1.0
	for _, u := range []struct {
		suffix string
		octets float64
	}{{"kbit", 125}, {"Mbit", 125_000}, {"Gbit", 125_000_000}, {"bit", 0.125}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
		{"kB", 1000}, {"MB", 1_000_000}, {"GB", 1_000_000_000}, {"B", 1}} {
		if n, ok := strings.CutSuffix(number, u.suffix); ok {
			number, scale = n, u.octets
			break
		}
	}
	v, err := strconv.ParseFloat(number, 64)
	if octets := v * scale; err == nil && strings.Trim(number, "0123456789.") == "" && octets >= 1 && octets <= 1<<30 {
		return int(math.Round(octets)), nil
	}
	return 0, bad
}
