package scene

import (
	"fmt"
	"slices"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// unexpected finds what the peer said and no step read: a message, an error, or a close
// that was not our doing.
func (th *thread) unexpected() *problem {
	for _, ev := range th.desk.unread() {
		if !isUnexpected(ev) || th.allowed(ev) {
			continue
		}
		hint, details := th.desk.hint(ev), []diag.Detail{{Label: "came", Text: ev.Came()}}
		pos, message := th.plan.Spec.Pos, fmt.Sprintf("%s came that no step expected", assertions.Article(ev.Kind()))
		if n := th.desk.readOf(ev); n > 0 {
			message = fmt.Sprintf("a message came of which steps have read only the first %d octets, as a stream", n)
			details = append(details, rest(ev, n))
		}
		switch d := ev.Detail.(type) {
		case *trace.Dial:
			pos, message = th.endpoints.byName[d.Endpoint].Pos, "a client connected, and no step accepted it"
		case *trace.Request:
			pos, message = th.endpoints.byName[d.Endpoint].Pos, "a request came that no step expected"
			hint = "read it with expect: {request: {path: …}}, or let it come with unexpected: [request]"
		}
		if c := th.desk.connOf(ev); c != nil && c.Err() != nil {
			pos, message = th.desk.madeAt(c), "the connection did not open, and no step expected that"
		}
		p := &problem{
			verdict: trace.Failed, place: th.place, connection: ev.Connection, recent: th.desk.recent(ev.Seq+1, ev.Connection), ending: ev.Seq + 1,
			diagnostic: diag.Diagnostic{
				Pos: pos, Message: message, Hint: hint,
				Details: append(details, th.refusal(ev)...),
			},
			timing: th.idleUntil(ev),
		}
		th.excuses.excuse(p)
		return p
	}
	return nil
}

// allowed reports whether the scenario lets an event come that no step reads. A refusal
// must be named for that: a scenario without its connection proves nothing.
func (th *thread) allowed(ev trace.Event) bool {
	u := th.plan.Spec.Unexpected
	if c := th.desk.connOf(ev); u.Ignore && (c == nil || c.Err() == nil) {
		return true
	}
	return slices.ContainsFunc(u.Patterns, func(p spec.Pattern) bool {
		bound, err := p.Bind(th.env())
		return err == nil && len(assertions.MatchEvent(bound, ev)) == 0
	})
}

func isUnexpected(ev trace.Event) bool {
	switch d := ev.Detail.(type) {
	case *trace.Close:
		return d.By != "us"
	case *trace.Error:
		return d.Problem != trace.Abandoned
	case *trace.Message, *trace.Dial, *trace.Request:
		return true
	}
	return false
}

// neverOpened tells of a connection that was still connecting at the end; nil is none.
func (th *thread) neverOpened(c *session.Conn) *problem {
	if c == nil {
		return nil
	}
	return th.problem(trace.Failed, c.Name(), diag.Diagnostic{Pos: th.desk.madeAt(c),
		Message: "the connection had not opened by the end, and no step abandoned it"})
}
