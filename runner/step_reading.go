package runner

import (
	"errors"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
)

// reading stops taking what comes on a connection, or goes on.
func (s *script) reading(step *spec.Step, a *spec.Reading) *problem {
	c, p := s.connection(step)
	if p != nil {
		return p
	}
	c.Hold(a.How == "off")
	return nil
}

// deaf says that a step cannot read where we take nothing: nothing would come,
// whatever the peer is like.
func (w *waiting) deaf() *problem {
	for _, name := range w.reading.Connections() {
		if c := w.find(name); c != nil && c.Held() {
			p := w.broken(w.step, errors.New("nothing can come, since reading is off on this connection"))
			p.diagnostic.Pos = w.pos
			p.diagnostic.Details = []diag.Detail{{Label: "on", Text: name}}
			return p
		}
	}
	return nil
}
