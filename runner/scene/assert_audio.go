package scene

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

// assertAudio makes all checks of a stream and tells all that fail.
func assertAudio(t *task, asked *spec.Audio) *problem {
	a, err := asked.Bind(t.env())
	if err != nil {
		return t.broken(err)
	}
	stream, p := streamOf(t, a)
	if p != nil {
		return p
	}
	heard := assertions.Heard{Stream: stream}
	if heard.Window, err = audioWindow(t, a); err != nil {
		return t.broken(err)
	}
	if a.Source.IsSet() {
		if heard.Reference, p = reference(t, &a.Source, stream); p != nil {
			return p
		}
	}
	var checks []assertions.AudioCheck
	t.sounds.measuring.alone(func() { checks = assertions.Audio(a, heard) })
	return judgeAudio(t, sounding(stream), checks)
}

// sounding is when a stream came. If silence ended it, the clock judges nothing after
// that.
func sounding(s trace.Stream) lateness.Window {
	if s.By == "silence" {
		return lateness.Window{From: s.Start, To: min(s.End, s.EndedAt)}
	}
	return lateness.Window{From: s.Start, To: s.End}
}

// forever is later than anything in a run.
const forever = time.Duration(math.MaxInt64)

// audioWindow gives the stretch of time that the checks are about. The zero window is all
// of the stream.
func audioWindow(t *task, a *spec.Audio) (w assertions.Window, err error) {
	if a.From == nil && a.To == nil {
		return w, nil
	}
	w.To = forever
	if a.From != nil {
		if w.From, err = t.moment(*a.From); err != nil {
			return w, err
		}
	}
	if a.To != nil {
		if w.To, err = t.moment(*a.To); err != nil {
			return w, err
		}
	}
	if w.From >= w.To {
		return w, diag.Diagnostic{Pos: a.To.Pos, Message: "this moment is not after the one that from names"}
	}
	return w, nil
}

// judgeAudio makes one problem of all checks that failed. A check by time is inconclusive
// if this process was late at any moment of the stream, since each chunk has a deadline of
// its own.
func judgeAudio(t *task, sounding lateness.Window, checks []assertions.AudioCheck) *problem {
	_, late := t.excuses.audible(sounding)
	judged := make([]trace.Check, len(checks))
	var diagnosis []string
	for k, c := range checks {
		diagnosis = append(diagnosis, c.Diagnosis...)
		judged[k] = c.Check
		if c.Verdict == trace.Failed && c.Timing && late != "" {
			judged[k].Verdict = trace.Inconclusive
		}
	}
	p := tell(t, judged, late)
	if p != nil && len(diagnosis) > 0 {
		p.diagnostic.Details = append(p.diagnostic.Details, diag.Detail{Label: "diagnosis", Text: strings.Join(diagnosis, "\n")})
	}
	return p
}

// tell records checks and makes one problem of all that did not pass. excuse is why some
// are inconclusive.
func tell(t *task, checks []trace.Check, excuse string) *problem {
	var failed, excused []match.Mismatch
	for _, c := range checks {
		t.note(c)
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
	p := t.fails(all[0].Pos, message, mismatchDetails(all)...)
	if len(failed) == 0 {
		p.verdict = trace.Inconclusive
	}
	if len(excused) > 0 {
		p.diagnostic.Details = append(p.diagnostic.Details, diag.Detail{Label: "but", Text: excuse})
	}
	return p
}

// streamOf gives the stream that the checks are about, as it is now.
func streamOf(t *task, a *spec.Audio) (trace.Stream, *problem) {
	if a.During.Text != "" {
		if l, ok := t.names.labelled(a.During.Text); ok {
			if stream, ok := l.stream(); ok {
				return stream, nil
			}
		}
		return trace.Stream{}, t.mistaken(a.During.Pos, fmt.Sprintf("the label %q is no stream", a.During.Text))
	}
	tag, _ := a.Tag.Known()
	return received(t, a.Tag.Pos, t.step.On, tag)
}

// received gives the last stream with a tag that a connection received.
func received(t *task, pos diag.Pos, connection, tag string) (trace.Stream, *problem) {
	if c := t.desk.find(connection); c != nil {
		for _, stream := range slices.Backward(c.Streams()) {
			if !stream.Sent && stream.Tag == tag {
				return stream, nil
			}
		}
	}
	return trace.Stream{}, t.fails(pos, fmt.Sprintf("no stream %q came on connection %q", tag, connection))
}
