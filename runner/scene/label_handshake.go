package scene

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// refusedLabel is a connect or accept that brought no connection. It has the members that
// are known; the others say why they are missing.
type refusedLabel struct {
	at    time.Duration
	known []trace.Detail // the request, if we got one, and the error
	why   string
}

// Member gives a member, first of the request and then of the error.
func (l refusedLabel) Member(name string) (any, bool) {
	if name == "at" {
		return l.at, true
	}
	for _, d := range l.known {
		if name == "kind" && len(l.known) == 1 && d.Kind() != "error" {
			return d.Kind(), true
		}
		if v, ok := assertions.Field(d, name); ok && !unanswered(d, name) {
			return v, true
		}
	}
	if slices.Contains(l.Members(), name) {
		return errors.New(l.why), true
	}
	return nil, false
}

// unanswered reports whether a field belongs to an answer that did not come.
func unanswered(d trace.Detail, name string) bool {
	e, ok := d.(*trace.Error)
	return ok && e.Status == 0 && (name == "headers" || name == "body")
}

// Members lists what could be known.
func (l refusedLabel) Members() []string {
	names := append([]string{"at"}, spec.EventFields("open")...)
	names = append(names, spec.EventFields("error")...)
	slices.Sort(names)
	return slices.Compact(names)
}

func (l refusedLabel) stream() (trace.Stream, bool) { return trace.Stream{}, false }

// attemptLabel is a connect that did not wait. It tells what has become of it whenever it
// is named.
type attemptLabel struct {
	at    time.Duration
	scene *scene
	conn  *session.Conn
}

func (l attemptLabel) now() label { return l.scene.handshake(l.conn, nil) }

// Member gives what is known by now; the time is that of the step.
func (l attemptLabel) Member(name string) (any, bool) {
	if name == "at" {
		return l.at, true
	}
	return l.now().Member(name)
}

// CanLack reports whether a member may be missing.
func (l attemptLabel) CanLack(name string) bool {
	of, ok := l.now().(expr.Optional)
	return ok && of.CanLack(name)
}

// Members lists what Member knows.
func (l attemptLabel) Members() []string { return l.now().Members() }

func (l attemptLabel) stream() (trace.Stream, bool) { return trace.Stream{}, false }

// handshake is the label of a connection: its open event, or what is known of a handshake
// that failed. asked is the request, if we got one.
func (s *scene) handshake(c *session.Conn, asked *trace.Open) label {
	if c.ReadyState() == "connecting" {
		return refusedLabel{at: s.desk.now(), why: "the connection is still connecting"}
	}
	for _, ev := range s.desk.past(c.Name()) {
		if ev.Kind() == "open" && s.desk.connOf(ev) == c {
			return eventLabel{event: ev}
		}
	}
	l := refusedLabel{at: s.desk.now(), why: "the connection did not open"}
	if asked != nil {
		l.known = append(l.known, asked)
	}
	if end, ok := s.desk.endOf(c); ok {
		e := end.Detail.(*trace.Error)
		l.at, l.why = end.At, l.why+": "+s.refusedBy(e, c)
		if asked == nil || e.Problem != trace.Abandoned { // that we refused a request ourselves is no error
			l.known = append(l.known, e)
		}
	}
	return l
}

// refusedBy says in a few words why a connection did not open.
func (s *scene) refusedBy(e *trace.Error, c *session.Conn) string {
	var wrong *wrongPath
	var late *lateClient
	switch {
	case errors.Is(c.Err(), errNoDial), errors.As(c.Err(), &wrong), errors.As(c.Err(), &late), e.Problem == trace.Abandoned:
		return e.Text
	case e.Rule != "":
		return e.Rule + ": " + e.Text
	case e.Status == 0:
		return e.Problem + ": " + e.Text
	}
	text := strings.TrimPrefix(e.Text, "server answered ")
	if body := e.Excerpt(s.plan.MaskText); body != "" {
		text += ": " + body
	}
	return text
}

// asked is a request that we got, together with the status that we answered.
func asked(r *wire.Request, status int) *trace.Open {
	if r == nil {
		return nil
	}
	return session.Asked(wire.Handshake{RequestLine: r.Line, Request: r.Fields, Status: status})
}
