package runner

import (
	"fmt"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// ourTrouble is why a connection did not open, as a problem, where that was this
// machine or what the suite says, and nobody else; otherwise nil.
func (s *script) ourTrouble(c *session.Conn) *problem {
	ev, ended := s.endOf(c)
	if !ended {
		return nil
	}
	e, ok := ev.Detail.(*trace.Error)
	if !ok || !e.Ours() {
		return nil
	}
	s.mu.Lock()
	pos := s.dialled[c]
	s.mu.Unlock()
	message := "this machine could not open the connection: " + e.Text
	if e.Problem == trace.Invalid {
		message = "this cannot be dialled: " + e.Text
	}
	p := s.problem(trace.Errored, c.Name(), diag.Diagnostic{Pos: pos, Message: message})
	p.at = ev.Seq + 1
	p.recent = s.recent(c.Name(), p.at)
	return p
}

// troubles are all of ours, of connections and of endpoints.
func (s *script) troubles() []*problem {
	var all []*problem
	for _, c := range s.connections() {
		if p := s.ourTrouble(c); p != nil {
			all = append(all, p)
		}
	}
	for _, e := range s.endpoints {
		if e.broken == nil {
			continue
		}
		p := s.brokenAt(e.Pos, "", fmt.Errorf("this machine could not take a connection on endpoint %q: %w", e.Name, e.broken))
		p.at = e.at
		all = append(all, p)
	}
	return all
}

// beforeAll puts trouble of ours in the place of a failure that came after it, and
// may well have come of it: without a connection nothing is known of a peer. It is
// looked for once the endpoints are closed.
func (s *script) beforeAll(problems []*problem) []*problem {
	for _, p := range s.troubles() {
		if len(problems) == 0 || problems[0].verdict != trace.Errored && p.at <= problems[0].at {
			problems = []*problem{p}
		}
	}
	return problems
}
