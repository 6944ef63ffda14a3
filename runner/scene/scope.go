package scene

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// scope is what the expressions of a thread can name.
type scope struct {
	*thread
	on     string      // the connection whose variables it knows
	event  *eventLabel // of a listener, or a route
	answer *answer     // of a listener
}

// Member gives what a name stands for: first what the block around the step brings, then
// the fixed names, then labels.
func (s scope) Member(name string) (any, bool) {
	if v, ok := s.local[name]; ok {
		return v, true
	}
	switch name {
	case "vars":
		return s.names.variables(), true
	case "endpoints":
		return s.endpoints.names(), true
	case "services":
		return s.programs.names(), true
	case "env", "matrix", "target":
		return s.plan.Static(name, s.env())
	case "conn":
		c := s.desk.find(s.on)
		if c == nil {
			return fmt.Errorf("there is no connection %q", s.on), true
		}
		return s.own.variables(c), true
	case "event":
		if s.event == nil {
			return nil, false
		}
		return *s.event, true
	}
	if s.answer != nil && name == s.answer.listener.Name { // others may have been taken since
		return taken{s.answer.count, s.answer.event.At}, true
	}
	l, ok := s.names.labelled(name)
	return l, ok
}

// Members lists the names, for hints.
func (s scope) Members() []string {
	names := append([]string{"vars", "env", "matrix", "target", "endpoints", "services", "conn"}, slices.Collect(maps.Keys(s.local))...)
	return append(names, s.names.members()...)
}

// env gives what expressions can see that belong to no step.
func (th *thread) env() expr.Env { return th.envOf(scope{thread: th, on: th.on}) }

// env gives what the expressions of a step can see.
func (t *task) env() expr.Env { return t.envOf(scope{thread: t.thread, on: t.step.On}) }

// envWith is the same for a route that is asked by an event.
func (th *thread) envWith(ev trace.Event) expr.Env {
	return th.envOf(scope{thread: th, event: &eventLabel{event: ev}})
}

func (th *thread) envOf(names scope) expr.Env {
	env := th.plan.Env(names)
	env.Call, env.Random, env.Clock = th.scene.call, th.sounds.random, time.Now
	return env
}

// call carries out the functions that look at the run.
func (s *scene) call(name string, args []any) (any, error) {
	switch name {
	case "now":
		return s.desk.now(), nil
	case "conn":
		return s.connection(fmt.Sprint(args[0]))
	case "audio":
		return s.stream(fmt.Sprint(args[0]), fmt.Sprint(args[1]))
	case "events":
		return s.events(fmt.Sprint(args[0]), fmt.Sprint(args[1]))
	}
	return nil, fmt.Errorf("unknown function %q", name)
}

// connection is the function conn.
func (s *scene) connection(name string) (any, error) {
	c := s.desk.find(name)
	if c == nil {
		return nil, fmt.Errorf("there is no connection %q", name)
	}
	path := "/"
	if u, err := url.Parse(c.URL()); err == nil {
		path = u.RequestURI()
	}
	return expr.Map{"ready_state": c.ReadyState(), "url": c.URL(), "path": path}, nil
}

// stream is the function audio.
func (s *scene) stream(name, tag string) (any, error) {
	c := s.desk.find(name)
	if c == nil {
		return nil, fmt.Errorf("there is no connection %q", name)
	}
	for i, st := range slices.Backward(c.Streams()) {
		if !st.Sent && st.Tag == tag {
			return streamLabel{at: st.Start, live: func() trace.Stream { return c.Streams()[i] }}, nil
		}
	}
	return nil, fmt.Errorf("connection %q has received no stream with the tag %q", name, tag)
}

// events is the function of that name.
func (s *scene) events(name, kind string) (any, error) {
	switch {
	case !slices.Contains(spec.EventKinds(), kind):
		return nil, fmt.Errorf("unknown event %q", kind)
	case spec.OnEndpoint(kind):
		return nil, fmt.Errorf("%ss come on endpoints, not on connections", kind)
	case kind == "stream":
		return nil, errors.New("a stream is no list of events: only steps read it")
	case kind == "media" && !s.plan.Wants.Kinds["media"]:
		return nil, errors.New("chunks are kept as events only where a step reads `media`")
	case kind == "frame" && !s.plan.Wants.Kinds["frame"]:
		return nil, errors.New("frames are kept as events only where a step reads `frame`")
	case s.desk.find(name) == nil:
		return nil, fmt.Errorf("there is no connection %q", name)
	}
	out := []any{}
	for _, ev := range s.desk.past(name) {
		if ev.Kind() == kind && !ev.Sent && !ev.AfterEnd {
			out = append(out, eventLabel{event: ev})
		}
	}
	return out, nil
}
