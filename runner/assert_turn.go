package runner

import (
	"fmt"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// assertTurn makes all checks of a turn and tells all that failed.
func (s *script) assertTurn(step *spec.Step, asked *spec.Turn) *problem {
	t, err := asked.Bind(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	talk, p := s.talk(step, t)
	if p != nil {
		return p
	}
	sounding := lateness.Window{From: talk.Bot.Start, To: talk.Bot.End}
	if t.Caller.Text != "" {
		sounding = lateness.Window{From: min(talk.Caller.Start, talk.Bot.Start), To: max(talk.Caller.End, talk.Bot.End)}
	}
	var excuse string
	talk.Late, excuse = s.lateDuring(sounding)
	var checks []trace.Check
	s.sounds.measuring.alone(func() { checks = assertions.Turn(t, talk) })
	return s.tell(step, checks, excuse)
}

// talk gives both sides of a turn, as they are now.
func (s *script) talk(step *spec.Step, t *spec.Turn) (talk assertions.Talk, p *problem) {
	if t.Caller.Text != "" {
		if talk.Caller, p = s.streamNamed(step, t.Caller); p != nil {
			return talk, p
		}
	}
	if talk.Bot, p = s.streamNamed(step, t.Bot); p != nil {
		return talk, p
	}
	if t.From != nil {
		var err error
		if talk.From, err = s.moment(*t.From); err != nil {
			return talk, s.fails(step, t.From.Pos, err.Error(), nil)
		}
		talk.Asked = true
	}
	l, _ := s.names.labelled(t.Bot.Text)
	from, ok := eventOf(l)
	if !ok {
		return talk, nil
	}
	for _, ev := range s.past(from.Connection) {
		if ev.Sent {
			continue
		}
		switch d := ev.Detail.(type) {
		case *trace.Clear:
			if d.Tag == "" || d.Tag == talk.Bot.Tag {
				talk.Cleared = append(talk.Cleared, ev.At)
			}
		case *trace.MediaEnded:
			if d.Tag == talk.Bot.Tag && d.By == "stop" {
				talk.Stopped = append(talk.Stopped, ev.At)
			}
		}
	}
	return talk, nil
}

// eventOf gives the event that a label stands for.
func eventOf(l label) (trace.Event, bool) {
	switch l := l.(type) {
	case eventLabel:
		return l.event, true
	case choiceLabel:
		return eventOf(l.label)
	}
	return trace.Event{}, false
}

// streamNamed gives the stream that a label stands for, as it is now.
func (s *script) streamNamed(step *spec.Step, l spec.Name) (trace.Stream, *problem) {
	if named, ok := s.names.labelled(l.Text); ok {
		if stream, ok := named.stream(); ok {
			return stream, nil
		}
	}
	return trace.Stream{}, s.mistaken(step, l.Pos, fmt.Sprintf("the label %q is no stream", l.Text))
}
