package runner

import (
	"slices"

	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// publish turns what the scene holds into its trace.
func (s *scene) publish(steps []trace.Step, problems []*problem) trace.Scenario {
	defer s.account.Close()
	begin, end := s.begin, s.now()
	out := trace.Scenario{
		Name: s.Name, Pos: s.Spec.Pos, Tags: s.Tags, Requirement: s.Spec.Requirement.String(),
		Verdict: trace.Passed, Start: begin, Duration: end - begin, Attempts: 1, Steps: steps,
	}
	s.pull()
	number := map[*session.Conn]int{}
	for i, c := range s.conns {
		number[c] = i
		out.Connections = append(out.Connections, trace.Connection{Name: c.Name(), URL: c.URL(), Streams: s.keptOf(c)})
	}
	for _, ev := range s.shownEvents() {
		if ev.Kind() == "dial" {
			out.Dials = append(out.Dials, ev)
		}
		if c := s.connOf(ev); c != nil {
			to := &out.Connections[number[c]]
			to.Events = append(to.Events, ev)
		}
	}
	out.Lateness = lateness.Of(out.Connections, s.excuses.Between(begin, end))
	for _, p := range problems {
		recent := p.recent
		if p.ending > 0 {
			recent = append(recent, s.afterEnd(p.connection, p.ending)...)
		}
		p.diagnostic.Details = slices.Concat(s.where(p), p.diagnostic.Details)
		out.Problems = append(out.Problems, trace.Problem{Verdict: p.verdict, Diagnostic: p.diagnostic, Recent: recent})
	}
	out.Outcome = s.outcome
	if len(problems) > 0 {
		out.Verdict, out.Outcome = problems[0].verdict, ""
	}
	if len(problems) == 0 && s.idle {
		out.Verdict, out.Reason = trace.Skipped, nothingDone
		return hidden(s.Scenario, out)
	}
	if out.Verdict == trace.Skipped {
		out.Reason, out.Problems = problems[0].diagnostic.Message, out.Problems[1:]
		if len(out.Problems) > 0 { // what `finally` met
			out.Verdict = out.Problems[0].Verdict
		}
	}
	s.maskAcross(&out)
	return hidden(s.Scenario, out)
}

// shownEvents gives the events that a report may show beside those of problems.
func (s *scene) shownEvents() []trace.Event {
	if !s.options.Events {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inbox.past.events
}

// afterEnd gives the last events of a connection that belong to our end, from one
// of the scenario on.
func (s *scene) afterEnd(connection string, from int) []trace.Event {
	return slices.DeleteFunc(s.past(connection), func(ev trace.Event) bool { return !ev.AfterEnd || ev.Seq < from })
}

// thin leaves out of a scenario that has ended what nobody wants to see.
func (o *Options) thin(sc *trace.Scenario) {
	if o.Events {
		return
	}
	for i := range sc.Connections {
		for k := range sc.Connections[i].Streams {
			sc.Connections[i].Streams[k].Chunks = nil
		}
	}
}

// nothingDone is why a scenario is skipped that left out all of its steps.
const nothingDone = "no step was carried out"

// didSomething reports whether a step was carried out that is more than a block
// around others: of these each is a step of its own.
func didSomething(st trace.Step) bool {
	return st.Verdict != trace.Skipped && spec.FactsOf(st.Verb).Manner != spec.Around
}

// keptOf gives the streams of a connection without what they carried, unless
// somebody wants it once all checks of it were made: half a megabyte a minute.
func (s *scene) keptOf(c *session.Conn) []trace.Stream {
	streams := c.Streams()
	if !s.options.Audio {
		for i := range streams {
			streams[i].Octets = nil
		}
	}
	return streams
}

// hidden masks the secrets of a scenario.
func hidden(b *plan.Scenario, out trace.Scenario) trace.Scenario {
	b.Mask(&out)
	return out
}
