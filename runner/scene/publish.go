package scene

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// Why a scenario is skipped that did nothing.
const (
	NothingDone = "no step was carried out"
	OnlyNoted   = "no step but log was carried out"
)

// publish turns what the scene holds into its trace. Whether a step did something decides
// if a scenario without problems has passed.
func (s *scene) publish(steps []trace.Step, problems []*problem, did bool) trace.Scenario {
	p, end := s.plan, s.desk.now()
	out := trace.Scenario{
		Name: p.Name, Pos: p.Spec.Pos, Tags: p.Tags, Requirement: p.Spec.Requirement.String(),
		Verdict: trace.Passed, Start: s.begin, Duration: end - s.begin, Attempts: 1, Steps: steps, Notes: s.notes.all(),
	}
	s.desk.pull()
	s.connections(&out)
	out.Programs = s.programs.traced()
	out.Lateness = lateness.Of(out.Connections, s.excuses.Between(s.begin, end))
	for _, p := range problems {
		out.Problems = append(out.Problems, s.told(p))
	}
	switch {
	case len(problems) == 0 && !did:
		out.Verdict, out.Reason = trace.Skipped, NothingDone
		if len(out.Notes) > 0 {
			out.Reason = OnlyNoted
		}
	case len(problems) == 0:
		out.Outcome, out.Reason, out.Came = s.outcome.worst, s.outcome.because, s.outcome.came
	case problems[0].verdict == trace.Skipped:
		out.Verdict, out.Reason, out.Problems = trace.Skipped, problems[0].diagnostic.Message, out.Problems[1:]
		if len(out.Problems) > 0 { // `finally` met it
			out.Verdict = out.Problems[0].Verdict
		}
	default:
		out.Verdict = problems[0].verdict
	}
	s.maskAcross(&out)
	p.Mask(&out)
	return out
}

// connections adds the connections to a trace, with those of their events that a report may
// show.
func (s *scene) connections(out *trace.Scenario) {
	number := map[*session.Conn]int{}
	for i, c := range s.desk.connections() {
		number[c] = i
		made := trace.Connection{Name: c.Name(), URL: c.URL(), Role: string(c.Role()), Dialled: c.DialledAt(), Streams: s.kept(c)}
		if n := c.Attempts(); n > 1 {
			made.Attempts = n
		}
		out.Connections = append(out.Connections, made)
	}
	if !s.stage.Events {
		return
	}
	for _, ev := range s.desk.everything() {
		if ev.Kind() == "dial" {
			out.Dials = append(out.Dials, ev)
		}
		if ev.Plain() {
			out.Requests = append(out.Requests, ev.Brief())
		}
		if c := s.desk.connOf(ev); c != nil {
			to := &out.Connections[number[c]]
			to.Events = append(to.Events, ev)
		}
	}
}

// kept gives the streams of a connection. All checks of them were made by then, so what
// they carried, half a megabyte a minute, is left out unless somebody wants it.
func (s *scene) kept(c *session.Conn) []trace.Stream {
	if s.stage.Audio {
		return c.Recorded()
	}
	streams := c.Streams()
	for i := range streams {
		streams[i].Octets = nil
	}
	return streams
}

// told is a problem as a report shows it.
func (s *scene) told(p *problem) trace.Problem {
	recent := p.recent
	if p.ending > 0 {
		recent = append(recent, s.afterEnd(p.connection, p.ending)...)
	}
	first := min(len(p.diagnostic.Details), firstDetails)
	p.diagnostic.Details = slices.Concat(s.where(p), p.diagnostic.Details[:first], s.lines(), p.diagnostic.Details[first:])
	return trace.Problem{Verdict: p.verdict, Diagnostic: p.diagnostic, Recent: recent, Output: s.programs.around(max(p.from, s.begin), p.to)}
}

// lines says what the suite made of the lines of connections. A failure stays one, but
// nobody has to guess what was ours.
func (s *scene) lines() []diag.Detail {
	var out []diag.Detail
	conns := s.desk.connections()
	for _, c := range conns {
		of := ""
		if len(conns) > 1 {
			of = c.Name() + ": "
		}
		for _, change := range c.Line().Changes() {
			out = append(out, diag.Detail{Label: "line", Text: of + change.Summary() + ", " + during(change)})
		}
	}
	return out[max(0, len(out)-mostChanges):]
}

const (
	// mostChanges is how many of the last changes of lines are shown.
	mostChanges = 8
	// firstDetails is how many details stand before them. A report leaves out what follows
	// many others.
	firstDetails = 12
)

// during says when a line was so.
func during(c session.Change) string {
	switch {
	case c.State == trace.LineReset, c.State == trace.LineCut:
		return "at " + trace.Stamp(c.From)
	case c.Until > 0:
		return fmt.Sprintf("from %s to %s", trace.Stamp(c.From), trace.Stamp(c.Until))
	}
	return "since " + trace.Stamp(c.From)
}

// afterEnd gives the last events of a connection that belong to our end, from one of the
// scenario on.
func (s *scene) afterEnd(connection string, from int) []trace.Event {
	return slices.DeleteFunc(s.desk.past(connection), func(ev trace.Event) bool { return !ev.AfterEnd || ev.Seq < from })
}

// where says in which place a problem is, and on which connection if there are several.
func (s *scene) where(p *problem) []diag.Detail {
	var out []diag.Detail
	if words := p.place.words(p.diagnostic.Pos.File); words != "" {
		out = append(out, diag.Detail{Label: "in", Text: words})
	}
	names := map[string]bool{}
	for _, c := range s.desk.connections() {
		names[c.Name()] = true
	}
	told := strings.Contains(p.diagnostic.Message, strconv.Quote(p.connection))
	if names[p.connection] && len(names) > 1 && !told {
		out = append(out, diag.Detail{Label: "on", Text: p.connection})
	}
	return out
}
