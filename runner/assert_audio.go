package runner

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// assertAudio makes all checks of a stream and tells all that failed.
func (s *script) assertAudio(step *spec.Step, asked *spec.Audio) *problem {
	a, err := asked.Bind(s.env())
	if err != nil {
		return s.broken(step, err)
	}
	stream, p := s.streamOf(step, a)
	if p != nil {
		return p
	}
	heard := assertions.Heard{Stream: stream}
	if heard.Window, err = s.audioWindow(a); err != nil {
		return s.broken(step, err)
	}
	if a.Source.IsSet() {
		if heard.Reference, p = s.reference(step, &a.Source, stream); p != nil {
			return p
		}
	}
	var checks []assertions.AudioCheck
	s.sounds.measuring.alone(func() { checks = assertions.Audio(a, heard) })
	return s.judgeAudio(step, sounding(stream), checks)
}

// sounding is when a stream came. What comes after it has ended by silence is
// judged by no clock.
func sounding(s trace.Stream) lateness.Window {
	if s.By == "silence" {
		return lateness.Window{From: s.Start, To: min(s.End, s.EndedAt)}
	}
	return lateness.Window{From: s.Start, To: s.End}
}

// forever is later than anything in a run.
const forever = time.Duration(math.MaxInt64)

// audioWindow gives the stretch of time that the checks are about; the zero
// window is all of the stream.
func (s *script) audioWindow(a *spec.Audio) (w assertions.Window, err error) {
	if a.From == nil && a.To == nil {
		return w, nil
	}
	w.To = forever
	if a.From != nil {
		if w.From, err = s.moment(*a.From); err != nil {
			return w, err
		}
	}
	if a.To != nil {
		if w.To, err = s.moment(*a.To); err != nil {
			return w, err
		}
	}
	if w.From >= w.To {
		return w, diag.Diagnostic{Pos: a.To.Pos, Message: "this moment is not after the one that from names"}
	}
	return w, nil
}

// judgeAudio makes one problem of all checks that failed. One that looks at the
// time is inconclusive if this process was late at any moment of the stream:
// each chunk has a deadline of its own.
func (s *script) judgeAudio(step *spec.Step, sounding lateness.Window, checks []assertions.AudioCheck) *problem {
	_, late := s.lateDuring(sounding)
	judged := make([]trace.Check, len(checks))
	var diagnosis []string
	for k, c := range checks {
		diagnosis = append(diagnosis, c.Diagnosis...)
		judged[k] = c.Check
		if c.Verdict == trace.Failed && c.Timing && late != "" {
			judged[k].Verdict = trace.Inconclusive
		}
	}
	p := s.tell(step, judged, late)
	if p != nil && len(diagnosis) > 0 {
		p.diagnostic.Details = append(p.diagnostic.Details, diag.Detail{Label: "diagnosis", Text: strings.Join(diagnosis, "\n")})
	}
	return p
}

// tell records checks and makes one problem of all that did not pass; excuse
// is why some are inconclusive.
func (s *script) tell(step *spec.Step, checks []trace.Check, excuse string) *problem {
	var failed, excused []match.Mismatch
	for _, c := range checks {
		s.note(c)
		m := match.Mismatch{Pos: c.Pos, Path: c.Subject, Expected: c.Expected, Actual: c.Actual}
		switch c.Verdict {
		case trace.Passed:
		case trace.Inconclusive:
			excused = append(excused, m)
		default:
			failed = append(failed, m)
		}
	}
	all := append(failed, excused...)
	if len(all) == 0 {
		return nil
	}
	message := all[0].Path + " is not as asked"
	if len(all) > 1 {
		message = fmt.Sprintf("%s, and %d more", message, len(all)-1)
	}
	p := s.fails(step, all[0].Pos, message, mismatchDetails(all))
	if len(failed) == 0 {
		p.verdict = trace.Inconclusive
	}
	if len(excused) > 0 {
		p.diagnostic.Details = append(p.diagnostic.Details, diag.Detail{Label: "but", Text: excuse})
	}
	return p
}

// lateDuring gives by how much this process was late in a window to read or to
// send, and says so, or gives "" if it kept within the bound.
func (s *scene) lateDuring(w lateness.Window) (time.Duration, string) {
	late := max(s.excuses.Between(w.From, w.To).Max, s.lateness().Woken.Max)
	if excuse := s.excuses.By(late, "while the audio came"); excuse != "" {
		return late, excuse
	}
	return 0, ""
}

// streamOf gives the stream that the checks are about, as it is now.
func (s *script) streamOf(step *spec.Step, a *spec.Audio) (trace.Stream, *problem) {
	if a.During.Text != "" {
		if l, ok := s.names.labelled(a.During.Text); ok {
			if stream, ok := l.stream(); ok {
				return stream, nil
			}
		}
		return trace.Stream{}, s.mistaken(step, a.During.Pos, fmt.Sprintf("the label %q is no stream", a.During.Text))
	}
	tag, _ := a.Tag.Known()
	return s.received(step, a.Tag.Pos, step.On, tag)
}

// received gives the last stream with a tag that a connection received.
func (s *script) received(step *spec.Step, pos diag.Pos, connection, tag string) (trace.Stream, *problem) {
	if c := s.find(connection); c != nil {
		for _, stream := range slices.Backward(c.Streams()) {
			if !stream.Sent && stream.Tag == tag {
				return stream, nil
			}
		}
	}
	return trace.Stream{}, s.fails(step, pos, fmt.Sprintf("no stream %q came on connection %q", tag, connection), nil)
}
