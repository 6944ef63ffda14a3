package scene

import (
	"slices"
	"strings"
	"sync"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

const (
	// keptNotes is how many of the first notes of a scenario are kept, and how many of the
	// last. A step in a `repeat` may log a million times.
	keptNotes = 50
	// maxNote is how many octets of a note are kept.
	maxNote = 4 << 10
)

// notes are what the steps of a scenario have logged. The zero value is ready.
type notes struct {
	mu    sync.Mutex // guards what follows
	first []trace.Note
	last  []trace.Note
}

// add takes a note. Its text must be masked by then, because it is cut here. The function
// gives the number of events so far and the time, under the lock, so that notes of several
// threads are in order.
func (n *notes) add(at diag.Pos, text string, now func(*trace.Note)) {
	// Part of a message may hold the whole of it in memory, so it is copied.
	note := trace.Note{Pos: at, Text: strings.Clone(diag.Clip(text, maxNote))}
	n.mu.Lock()
	defer n.mu.Unlock()
	now(&note)
	if len(n.first) < keptNotes {
		n.first = append(n.first, note)
		return
	}
	if len(n.last) == keptNotes {
		left := n.last[0].LeftOut + 1
		n.last = append(n.last[:0], n.last[1:]...)
		n.last[0].LeftOut += left
	}
	n.last = append(n.last, note)
}

// all gives the notes that are kept, in order.
func (n *notes) all() []trace.Note {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Concat(n.first, n.last)
}
