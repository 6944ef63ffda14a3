package runner

import (
	"fmt"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// reference gives what audio is compared with: a stream, by its label or by
// where it came; else a file or a signal, which begins when the judged stream
// does.
func (s *script) reference(step *spec.Step, a *spec.Source, judged trace.Stream) (assertions.Reference, *problem) {
	switch a.Kind {
	case "file":
		name, err := a.File.In(s.env())
		if err != nil {
			return assertions.Reference{}, s.broken(step, err)
		}
		if l, ok := s.names.labelled(name); ok { // a label comes before a file of the same name
			if stream, ok := l.stream(); ok {
				return assertions.ReferenceTo(stream), nil
			}
			return assertions.Reference{}, s.mistaken(step, a.File.Pos, fmt.Sprintf("the label %q is no stream", name))
		}
		if _, err := s.sounds.clip(name); err != nil {
			return assertions.Reference{}, s.broken(step, diag.Diagnostic{Pos: a.File.Pos,
				Message: fmt.Sprintf("%q is neither the label of a stream nor a file that can be read: %v", name, err)})
		}
	case "connection":
		return s.referenceStream(step, a)
	}
	signal, err := s.sounds.source(a, s.env())
	if err != nil {
		return assertions.Reference{}, s.broken(step, err)
	}
	clip, err := signal(rateFor(judged))
	return assertions.Reference{Clip: clip, Start: judged.Start, Err: err}, nil
}

// referenceStream finds the stream that another connection received.
func (s *script) referenceStream(step *spec.Step, a *spec.Source) (assertions.Reference, *problem) {
	name, err := a.Connection.In(s.env())
	if err != nil {
		return assertions.Reference{}, s.broken(step, err)
	}
	tag, err := a.Tag.In(s.env())
	if err != nil {
		return assertions.Reference{}, s.broken(step, err)
	}
	stream, p := s.received(step, a.Pos, name, tag)
	if p != nil {
		return assertions.Reference{}, p
	}
	return assertions.ReferenceTo(stream), nil
}

// rateFor gives the rate at which a signal is made to be compared with a
// stream. Opaque audio has none, and fails the comparison itself.
func rateFor(s trace.Stream) media.Rate {
	if s.Format.Rate.Valid() {
		return s.Format.Rate
	}
	return 8000
}
