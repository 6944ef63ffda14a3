package conformance

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// Probe is the path of a suite below [Files] that asks once whether a server is there. Its scenario [ProbeEcho] asks for an echo,
// and [ProbeAlive] does what --alive says. Each takes less than five seconds; what it saw is for [Stops].
const Probe = "data/probe.yaml"

// The scenarios of [Probe].
const (
	ProbeEcho  = "probe"
	ProbeAlive = "alive"
)

// asked is what the probe sends.
const asked = "are you there?"

// Stops says in a line why no case can be performed against a server, by what came of the probe with all its events: nobody is
// there, or it does not echo. It is "" if they can be performed. A rule that is broken in the answer stops nothing, nor does an
// echo that is damaged: the cases name these.
func Stops(probe *trace.Scenario) string {
	opened := false
	for _, ev := range came(probe) {
		switch d := ev.Detail.(type) {
		case *trace.Open:
			opened = true
		case *trace.Error:
			return unopened(d)
		case *trace.Message:
			if probe.Name == ProbeEcho {
				return noEcho(probe, d)
			}
		case *trace.Close:
			if d.By == "us" || d.TCP == "truncated" || probe.Name != ProbeEcho {
				continue // nothing came, or half an echo
			}
			return fmt.Sprintf("it does not echo: to the text %q came %s; %s", asked, closed(d), otherwise)
		}
	}
	if damagedEnd(probe) {
		return ""
	}
	if !opened {
		return "it is silent: no answer to the handshake came in time"
	}
	if probe.Name != ProbeEcho {
		return notAlive(probe)
	}
	return fmt.Sprintf("it does not echo: to the text %q nothing came in 2s; %s", asked, otherwise)
}

// notAlive says what a server does not do of what --alive says; "" if it does it.
func notAlive(probe *trace.Scenario) string {
	if probe.Verdict == trace.Passed || len(probe.Problems) == 0 {
		return ""
	}
	said := probe.Problems[0].Diagnostic
	line := "it does not do what --alive says: " + said.Message
	if n := said.Pos.Line - stepsBegin; said.Pos.File == alivePath && n > 0 {
		line += fmt.Sprintf(" (line %d of the steps)", n)
	}
	if came := cameOf(said); came != "" {
		line += "; came: " + came
	}
	return line
}

// damagedEnd reports whether TCP ended inside a frame.
func damagedEnd(probe *trace.Scenario) bool {
	for _, ev := range came(probe) {
		if c, ok := ev.Detail.(*trace.Close); ok && c.TCP == "truncated" {
			return true
		}
	}
	return false
}

// otherwise is what helps with a server that is no echo.
const otherwise = "if it is no echo, say with --alive how it shows that it is there, and with --protocol which subprotocol it speaks"

// came gives what a peer did, in order.
func came(s *trace.Scenario) (events []trace.Event) {
	for _, c := range s.Connections {
		for _, ev := range c.Events {
			if !ev.Sent && !ev.AfterEnd && ev.Listener == "" { // what a listener took may come
				events = append(events, ev)
			}
		}
	}
	return events
}

// unopened says why an error lets no case be performed; "" if it does.
func unopened(e *trace.Error) string {
	switch {
	case e.Problem == "protocol" || e.Problem == trace.Limit:
		return "" // a rule that it breaks, which the cases name
	case e.Problem == "timeout":
		return "it is silent: no answer to the handshake came in time"
	case e.Problem == "handshake" && e.Status != 0:
		return fmt.Sprintf("it answers the handshake with status %d instead of 101; a path, --protocol, --header, --origin, --query or --auth may be missing", e.Status)
	}
	return e.Summary()
}

// closed tells a Close in a sentence.
func closed(c *trace.Close) string {
	switch c.Code {
	case 1006:
		return "the end of TCP"
	case 1005:
		return "a Close without a code"
	}
	text := fmt.Sprintf("a Close with %d", c.Code)
	if c.Reason != "" {
		text += fmt.Sprintf(" and the reason %q", diag.Clip(c.Reason, 125))
	}
	return text
}

// noEcho says that a message is no echo of what was asked; "" if it is one, or was one before it was damaged.
func noEcho(probe *trace.Scenario, m *trace.Message) string {
	if damaged(m.Data) {
		return ""
	}
	said := fmt.Sprintf("%q", diag.Clip(m.Summary(), 100))
	for _, ev := range came(probe) {
		if echo, ok := ev.Detail.(*trace.Message); ok && string(echo.Data) == asked {
			return fmt.Sprintf("it says %s before it echoes; tell what may come by itself with --greeting", said)
		}
	}
	return fmt.Sprintf("it does not echo: to the text %q came %s; %s", asked, said, otherwise)
}

// damaged reports whether data is what was asked, or a good part of it.
func damaged(data []byte) bool {
	part := len(asked) / 2
	for i := 0; i+part <= len(asked); i++ {
		if bytes.Contains(data, []byte(asked[i:i+part])) {
			return true
		}
	}
	return len(data) == len(asked) || len(data) > 0 && strings.HasPrefix(asked, string(data))
}

// Patience is how long a server may take for the handshake or the echo of a probe before it counts as late, for whatever reason.
const Patience = time.Second

// Late reports by what came of a probe, with all its events, whether the server was late, and by how long it took at least.
func Late(probe *trace.Scenario) (took time.Duration, late bool) {
	begun, answered := probe.Start, false
	for _, c := range probe.Connections {
		for _, ev := range c.Events {
			switch ev.Detail.(type) {
			case *trace.Open:
				took, begun = max(took, ev.At-begun), ev.At
			case *trace.Message, *trace.Ping, *trace.Pong:
				if ev.Sent {
					begun = ev.At
					continue
				}
				took, answered = max(took, ev.At-begun), true
			}
			if answered {
				return took, took > Patience
			}
		}
	}
	took = max(took, probe.Start+probe.Duration-begun)
	return took, took > Patience
}
