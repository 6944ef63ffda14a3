package assertions

import (
	"fmt"

	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// sequence looks at the stream's own numbers. The connection's counter is no
// use here: other messages take numbers of it too.
func (j *jury) sequence(s *spec.Sequence) {
	if !s.Gaps.IsSet() && !s.Duplicates.IsSet() && !s.Reordered.IsSet() {
		return
	}
	order, err := j.heard.order()
	gaps := fmt.Sprint(order.Gaps)
	if order.Gaps > 0 {
		gaps += fmt.Sprintf(" (missing numbers: %d)", order.Missing)
	}
	j.check("sequence.gaps", &s.Gaps, measured{values: []any{order.Gaps}, text: gaps, err: err})
	j.check("sequence.duplicates", &s.Duplicates, measured{values: []any{order.Duplicates}, err: err})
	j.check("sequence.reordered", &s.Reordered, measured{values: []any{order.Reordered}, err: err})
}

// chunks looks at number and sizes. The last chunk holds what was left over: it
// may be smaller than the one before it, but not empty.
func (j *jury) chunks(c *spec.Chunks) {
	if !c.Count.IsSet() && !c.Size.IsSet() {
		return
	}
	chunks := j.heard.arrived()
	j.check("chunks.count", &c.Count, of(len(chunks), nil))
	j.check("chunks.size", &c.Size, sizes(chunks, c.Size.Matcher))
}

// sizes are those of all chunks but the rest; told are those that do not match.
func sizes(chunks []trace.Chunk, want match.Matcher) measured {
	if len(chunks) == 0 {
		return measured{err: measure.ErrEmpty}
	}
	var m measured
	var wrong exceptions
	for k, chunk := range chunks {
		rest := k > 0 && k == len(chunks)-1 && chunk.Size > 0 && chunk.Size < chunks[k-1].Size
		if rest {
			continue
		}
		m.values = append(m.values, chunk.Size)
		if len(match.Match(want, chunk.Size, "")) > 0 {
			wrong.add(k, fmt.Sprint(chunk.Size))
		}
	}
	m.text = wrong.text(len(chunks))
	return m
}

// exceptions collects the chunks that are not as the others.
type exceptions struct {
	first int
	told  string
	count int
}

func (e *exceptions) add(k int, told string) {
	if e.count == 0 {
		e.first, e.told = k, told
	}
	e.count++
}

// text tells the first of them; chunks are counted from 1.
func (e *exceptions) text(of int) string {
	switch e.count {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%s in chunk %d of %d", e.told, e.first+1, of)
	}
	return fmt.Sprintf("%s in chunk %d of %d, and %d more", e.told, e.first+1, of, e.count-1)
}
