package main

import (
	"bytes"
	"slices"
)

// edits are changes of a text that nest: each wraps or replaces a stretch of it.
type edits struct{ all []edit }

type edit struct {
	start, end    int // of the stretch, in octets
	before, after string
	replace       bool // the stretch itself goes
}

// wrap puts text around a stretch. Of two around the same one, the first is the
// outer.
func (e *edits) wrap(start, end int, before, after string) {
	e.all = append(e.all, edit{start: start, end: end, before: before, after: after})
}

// swap puts other text in the place of a stretch that no other edit touches.
func (e *edits) swap(start, end int, text string) {
	e.all = append(e.all, edit{start: start, end: end, before: text, replace: true})
}

// insertion is text at a place. At one place what closes comes before what
// opens; what closes late opens early.
type insertion struct {
	at, skip int
	opens    bool
	other    int // where the stretch ends or began
	order    int
	text     string
}

// apply gives the changed text. Lines stay where they are as long as no edit
// holds a line feed.
func (e *edits) apply(text []byte) []byte {
	var all []insertion
	for i, d := range e.all {
		skip := 0
		if d.replace {
			skip = d.end - d.start
		}
		all = append(all, insertion{d.start, skip, true, d.end, i, d.before})
		if d.after != "" {
			all = append(all, insertion{d.end, 0, false, d.start, -i, d.after})
		}
	}
	slices.SortFunc(all, func(a, b insertion) int {
		switch {
		case a.at != b.at:
			return a.at - b.at
		case a.opens != b.opens && a.opens:
			return 1
		case a.opens != b.opens:
			return -1
		case a.other != b.other:
			return b.other - a.other
		}
		return a.order - b.order
	})
	var out bytes.Buffer
	from := 0
	for _, in := range all {
		out.Write(text[from:in.at])
		out.WriteString(in.text)
		from = in.at + in.skip
	}
	out.Write(text[from:])
	return out.Bytes()
}
