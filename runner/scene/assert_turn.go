package scene

import (
	"fmt"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// assertTurn makes all checks of a turn and tells all that failed.
func assertTurn(t *task, asked *spec.Turn) *problem {
	turn, err := asked.Bind(t.env())
	if err != nil {
		return t.broken(err)
	}
	talk, p := talkOf(t, turn)
	if p != nil {
		return p
	}
	sounding := lateness.Window{From: talk.Bot.Start, To: talk.Bot.End}
	if turn.Caller.Text != "" {
		sounding = lateness.Window{From: min(talk.Caller.Start, talk.Bot.Start), To: max(talk.Caller.End, talk.Bot.End)}
	}
	var excuse string
	talk.Late, excuse = t.excuses.audible(sounding)
	var checks []trace.Check
	t.sounds.measuring.alone(func() { checks = assertions.Turn(turn, talk) })
	return tell(t, checks, excuse)
}

// talkOf gives both sides of a turn, as they are now.
func talkOf(t *task, turn *spec.Turn) (talk assertions.Talk, p *problem) {
	if turn.Caller.Text != "" {
		if talk.Caller, p = streamNamed(t, turn.Caller); p != nil {
			return talk, p
		}
	}
	if talk.Bot, p = streamNamed(t, turn.Bot); p != nil {
		return talk, p
	}
	if turn.From != nil {
		var err error
		if talk.From, err = t.moment(*turn.From); err != nil {
			return talk, t.fails(turn.From.Pos, err.Error())
		}
		talk.Asked = true
	}
	l, _ := t.names.labelled(turn.Bot.Text)
	from, ok := eventOf(l)
	if !ok {
		return talk, nil
	}
	for _, ev := range t.desk.past(from.Connection) {
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

// streamNamed gives the stream that a label stands for, as it is now.
func streamNamed(t *task, l spec.Name) (trace.Stream, *problem) {
	if named, ok := t.names.labelled(l.Text); ok {
		if stream, ok := named.stream(); ok {
			return stream, nil
		}
	}
	return trace.Stream{}, t.mistaken(l.Pos, fmt.Sprintf("the label %q is no stream", l.Text))
}
