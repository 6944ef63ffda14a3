package scene

import (
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// logNote leaves a note.
func logNote(t *task, a *spec.Log) *problem {
	text, err := a.Text.In(t.env())
	if err != nil {
		return t.broken(err)
	}
	t.notes.add(t.step.Pos, t.plan.MaskText(text), func(n *trace.Note) { n.Seq, n.At = t.desk.log.Len(), t.now() })
	return nil
}
