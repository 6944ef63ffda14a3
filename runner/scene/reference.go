package scene

import (
	"fmt"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// reference gives what audio is compared with. It is a stream, named by its label or by
// its connection, or else a file or a signal, which begins with the judged stream.
func reference(t *task, a *spec.Source, judged trace.Stream) (assertions.Reference, *problem) {
	switch a.Kind {
	case "file":
		name, err := a.File.In(t.env())
		if err != nil {
			return assertions.Reference{}, t.broken(err)
		}
		if l, ok := t.names.labelled(name); ok { // a label comes before a file of the same name
			if stream, ok := l.stream(); ok {
				return assertions.ReferenceTo(stream), nil
			}
			return assertions.Reference{}, t.mistaken(a.File.Pos, fmt.Sprintf("the label %q is no stream", name))
		}
		if _, err := t.sounds.clip(name); err != nil {
			return assertions.Reference{}, t.broken(diag.Diagnostic{Pos: a.File.Pos,
				Message: fmt.Sprintf("%q is neither the label of a stream nor a file that can be read: %v", name, err)})
		}
	case "connection":
		return referenceStream(t, a)
	}
	signal, err := t.sounds.source(a, t.env())
	if err != nil {
		return assertions.Reference{}, t.broken(err)
	}
	clip, err := signal(rateFor(judged))
	return assertions.Reference{Clip: clip, Start: judged.Start, Err: err}, nil
}

// referenceStream finds the stream that another connection received.
func referenceStream(t *task, a *spec.Source) (assertions.Reference, *problem) {
	name, err := a.Connection.In(t.env())
	if err != nil {
		return assertions.Reference{}, t.broken(err)
	}
	tag, err := a.Tag.In(t.env())
	if err != nil {
		return assertions.Reference{}, t.broken(err)
	}
	stream, p := received(t, a.Pos, name, tag)
	if p != nil {
		return assertions.Reference{}, p
	}
	return assertions.ReferenceTo(stream), nil
}

// rateFor gives the rate at which a signal is made to be compared with a stream. Opaque
// audio has no rate; the comparison itself fails then.
func rateFor(s trace.Stream) media.Rate {
	if s.Format.Rate.Valid() {
		return s.Format.Rate
	}
	return 8000
}
