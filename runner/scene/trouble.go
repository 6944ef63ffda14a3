package scene

import (
	"fmt"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// ourTrouble tells why a connection did not open, if the reason is this machine or what
// the suite says. Otherwise it gives nil.
func (th *thread) ourTrouble(c *session.Conn) *problem {
	ev, ended := th.desk.endOf(c)
	if !ended {
		return nil
	}
	e, ok := ev.Detail.(*trace.Error)
	if !ok || !e.Ours() {
		return nil
	}
	message := "this machine could not open the connection: " + e.Text
	if e.Problem == trace.Invalid {
		message = "this cannot be dialled: " + e.Text
	}
	p := th.problem(trace.Errored, c.Name(), diag.Diagnostic{Pos: th.desk.madeAt(c), Message: message})
	p.at = ev.Seq + 1
	p.recent = th.desk.recent(p.at, c.Name())
	return p
}

// troubles are all troubles of ours, of connections and of endpoints. The endpoints are
// closed by then.
func (th *thread) troubles() []*problem {
	var all []*problem
	for _, c := range th.desk.connections() {
		if p := th.ourTrouble(c); p != nil {
			all = append(all, p)
		}
	}
	for _, e := range th.endpoints.byName {
		if p := e.speechless.Load(); p != nil {
			all = append(all, p)
		}
		if e.broken == nil {
			continue
		}
		p := th.broken(e.Pos, "", fmt.Errorf("this machine could not take a connection on endpoint %q: %w", e.Name, e.broken))
		p.at = e.at
		all = append(all, p)
	}
	return all
}

// beforeAll puts trouble of ours in the place of a failure that came after it: without a
// connection nothing is known of a peer.
func (th *thread) beforeAll(problems []*problem) []*problem {
	for _, p := range th.troubles() {
		if len(problems) == 0 || problems[0].verdict != trace.Errored && p.at <= problems[0].at {
			problems = []*problem{p}
		}
	}
	return problems
}
