package main

import (
	"bytes"
	"slices"
)

// edits are changes of a text. Each wraps or replaces a part of it, and they may
// nest.
type edits struct{ all []edit }

type edit struct {
	start, end    int // of the part, in octets
	before, after string
	replace       bool // the part itself is removed
}

// wrap puts text around a part. If two edits wrap the same part, the first is
// the outer one.
func (e *edits) wrap(start, end int, before, after string) {
	e.all = append(e.all, edit{start: start, end: end, before: before, after: after})
}

// swap replaces a part by other text. No other edit may touch that part.
func (e *edits) swap(start, end int, text string) {
	e.all = append(e.all, edit{start: start, end: end, before: text, replace: true})
}

// insertion is text at a place. At one place, closing texts come before opening
// ones, and the text of the part that ends last opens first.
type insertion struct {
	at, skip int
	opens    bool
	other    int // where the part ends, or where it began
	order    int
	text     string
}

// apply gives the changed text. Lines keep their numbers if no edit contains a
// line feed.
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
