package runner

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// scope is what the expressions of a script can name.
type scope struct {
	*script
	event *eventLabel // of a listener
}

// Member gives what a name stands for: first what the block around the step
// brings, then the fixed names, then labels.
func (s scope) Member(name string) (any, bool) {
	if v, ok := s.local[name]; ok {
		return v, true
	}
	switch name {
	case "vars":
		return s.names.variables(), true
	case "endpoints":
		return s.endpointNames(), true
	case "env", "matrix", "target":
		return s.Static(name, s.env())
	case "event":
		if s.event == nil {
			return nil, false
		}
		return *s.event, true
	}
	l, ok := s.names.labelled(name)
	return l, ok
}

// Members lists the names, for hints.
func (s scope) Members() []string {
	names := append([]string{"vars", "env", "matrix", "target", "endpoints"}, slices.Collect(maps.Keys(s.local))...)
	return append(names, s.names.members()...)
}

// env gives what the expressions of a step can see.
func (s *script) env() expr.Env {
	return s.envOf(scope{script: s})
}

func (s *script) envOf(names scope) expr.Env {
	env := s.Env(names)
	env.Call, env.Random = s.call, s.sounds.random
	return env
}

// envWith is the same for a listener that has seen an event.
func (s *script) envWith(ev trace.Event) expr.Env {
	return s.envOf(scope{script: s, event: &eventLabel{event: ev}})
}

// call carries out the functions that look at the run.
func (s *script) call(name string, args []any) (any, error) {
	switch name {
	case "now":
		return s.now(), nil
	case "conn":
		return s.connObject(fmt.Sprint(args[0]))
	case "audio":
		return s.streamObject(fmt.Sprint(args[0]), fmt.Sprint(args[1]))
	case "events":
		return s.eventList(fmt.Sprint(args[0]), fmt.Sprint(args[1]))
	}
	return nil, fmt.Errorf("unknown function %q", name)
}

func (s *script) connObject(name string) (any, error) {
	c := s.find(name)
	if c == nil {
		return nil, fmt.Errorf("there is no connection %q", name)
	}
	path := "/"
	if u, err := url.Parse(c.URL()); err == nil {
		path = u.RequestURI()
	}
	return expr.Map{"ready_state": c.ReadyState(), "url": c.URL(), "path": path}, nil
}

func (s *script) streamObject(name, tag string) (any, error) {
	c := s.find(name)
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

func (s *script) eventList(name, kind string) (any, error) {
	if !slices.Contains(spec.EventKinds(), kind) {
		return nil, fmt.Errorf("unknown event %q", kind)
	}
	if kind == "dial" {
		return nil, errors.New("dials come on endpoints, not on connections")
	}
	if kind == "media" && !s.Wants.Kinds["media"] {
		return nil, errors.New("chunks are kept as events only where a step reads `media`")
	}
	if kind == "frame" && !s.Wants.Kinds["frame"] {
		return nil, errors.New("frames are kept as events only where a step reads `frame`")
	}
	if s.find(name) == nil {
		return nil, fmt.Errorf("there is no connection %q", name)
	}
	out := []any{}
	for _, ev := range s.past(name) {
		if ev.Kind() == kind && !ev.Sent && !ev.AfterEnd {
			out = append(out, eventLabel{event: ev})
		}
	}
	return out, nil
}

// moment gives a point in time. A label or point that does not exist is an
// error.
func (s *script) moment(m spec.Moment) (time.Duration, error) {
	at, err := s.names.resolve(m.Moment)
	if err != nil {
		return 0, diag.At(m.Pos, err)
	}
	return at, nil
}
