package trace

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
)

// Network is what a suite made of the line of a connection, or what became of it for that reason.
type Network struct {
	State string        `json:"state"` // one of the states below
	Up    Way           `json:"up,omitzero"`
	Down  Way           `json:"down,omitzero"`
	Idle  time.Duration `json:"idle_timeout,omitempty"` // the line is cut after so long without an octet, or was cut
	Media Disturbance   `json:"media,omitzero"`
}

// The states of a line.
const (
	LineBad      = "bad"       // as the other keys say
	LineGood     = "good"      // not disturbed any more
	LineHalfOpen = "half_open" // octets go nowhere
	LineReset    = "reset"     // the suite reset it
	LineCut      = "cut"       // it was idle for too long
)

// Way is one direction of a line.
type Way struct {
	Latency   time.Duration `json:"latency,omitempty"`
	Jitter    time.Duration `json:"jitter,omitempty"`
	Bandwidth int           `json:"bandwidth,omitempty"` // octets a second; 0: without limit
	Stall     time.Duration `json:"stall,omitempty"`     // nothing arrived for so long, from then on
}

// Disturbance is what becomes of the chunks of media that we send. Shares are 0 to 1.
type Disturbance struct {
	Gap       Spell   `json:"gap,omitzero"`
	Burst     Spell   `json:"burst,omitzero"`
	Loss      float64 `json:"loss,omitempty"`
	Duplicate float64 `json:"duplicate,omitempty"`
	Reorder   float64 `json:"reorder,omitempty"`
	Drift     float64 `json:"drift,omitempty"` // in parts per million
}

// Spell is a stretch of time, once or again and again.
type Spell struct {
	Length time.Duration `json:"length"`
	Every  time.Duration `json:"every,omitempty"` // 0: once
}

// Disturbed counts the chunks of a stream that a bad line disturbed.
type Disturbed struct {
	Lost    int `json:"lost,omitempty"`
	Twice   int `json:"twice,omitempty"`
	Swapped int `json:"swapped,omitempty"` // left behind the one after them
	Held    int `json:"held,omitempty"`    // left in a burst
}

// Kind gives the name of the event. No step can expect it.
func (*Network) Kind() string { return "network" }

// Summary says what the line is like.
func (n *Network) Summary() string {
	switch n.State {
	case LineGood:
		return "good again"
	case LineHalfOpen:
		return "half-open"
	case LineReset:
		return "reset"
	case LineCut:
		return fmt.Sprintf("cut after %s without an octet", diag.Round(n.Idle))
	}
	var parts []string
	add := func(what, how string) {
		if what != "" {
			parts = append(parts, what+how)
		}
	}
	if n.Up == n.Down {
		add(n.Up.words(), " both ways")
	} else {
		add(n.Up.words(), " up")
		add(n.Down.words(), " down")
	}
	if n.Idle > 0 {
		add("idle timeout "+diag.Round(n.Idle), "")
	}
	add(n.Media.words(), "")
	return strings.Join(parts, "; ")
}

// words joins what was said.
type words []string

func (w *words) add(said bool, format string, args ...any) {
	if said {
		*w = append(*w, fmt.Sprintf(format, args...))
	}
}

func (w Way) words() string {
	var out words
	out.add(w.Latency > 0, "latency %s", diag.Round(w.Latency))
	out.add(w.Jitter > 0, "jitter %s", diag.Round(w.Jitter))
	out.add(w.Bandwidth > 0, "bandwidth %s", rate(w.Bandwidth))
	out.add(w.Stall > 0, "stalled for %s", diag.Round(w.Stall))
	return strings.Join(out, ", ")
}

// rate writes octets a second with the greatest unit of which they are a whole number.
func rate(octets int) string {
	for _, u := range []struct {
		name string
		size int
	}{{"MiB", 1 << 20}, {"KiB", 1 << 10}, {"MB", 1_000_000}, {"kB", 1000}} {
		if octets%u.size == 0 {
			return fmt.Sprintf("%d%s/s", octets/u.size, u.name)
		}
	}
	return fmt.Sprintf("%dB/s", octets)
}

func (d Disturbance) words() string {
	var out words
	out.add(d.Gap.Length > 0, "gap of %s", d.Gap.words())
	out.add(d.Burst.Length > 0, "burst of %s", d.Burst.words())
	out.add(d.Loss > 0, "loss %s", percent(d.Loss))
	out.add(d.Duplicate > 0, "duplicate %s", percent(d.Duplicate))
	out.add(d.Reorder > 0, "reorder %s", percent(d.Reorder))
	out.add(d.Drift != 0, "drift %sppm", strconv.FormatFloat(d.Drift, 'f', -1, 64))
	if out == nil {
		return ""
	}
	return "media: " + strings.Join(out, ", ")
}

func (s Spell) words() string {
	if s.Every == 0 {
		return diag.Round(s.Length)
	}
	return fmt.Sprintf("%s every %s", diag.Round(s.Length), diag.Round(s.Every))
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'g', 6, 64) + "%" }
