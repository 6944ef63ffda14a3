// Package diag says where in a file something is wrong, and shows it.
//
// A [Diagnostic] is a place, a message and a hint; [Render] draws it with the
// line it speaks of and a caret. The first line always reads
// "file:line:col: message", so that editors and CI can parse it. Every
// complaint and every failed check of the program goes through this package.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a file. Line and Col count from 1, Col in runes; Len is
// the number of runes from Col on that the caret underlines.
type Pos struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
	Col  int    `json:"col,omitempty"`
	Len  int    `json:"len,omitempty"`
}

// IsZero reports whether the place is unknown.
func (p Pos) IsZero() bool { return p.File == "" && p.Line == 0 }

// String gives "file:line:col", or less where less is known.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	if p.Col == 0 {
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Detail is one labelled line below an excerpt, such as "expected: 1000".
type Detail struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// Diagnostic is one complaint: a place, what is wrong there, and what to do.
type Diagnostic struct {
	Pos     Pos      `json:"pos,omitzero"`
	Message string   `json:"message"`
	Hint    string   `json:"hint,omitempty"`
	Context Pos      `json:"context,omitzero"` // an earlier line shown above the excerpt, such as the step of a failed key
	Details []Detail `json:"details,omitempty"`
}

// Error gives the first line of the complaint.
func (d Diagnostic) Error() string {
	if d.Pos.IsZero() {
		return d.Message
	}
	return d.Pos.String() + ": " + d.Message
}

// List collects complaints. A nil *List discards them.
type List struct {
	all []Diagnostic
}

// Add appends a complaint.
func (l *List) Add(d Diagnostic) {
	if l != nil {
		l.all = append(l.all, d)
	}
}

// Addf appends a complaint at pos without a hint.
func (l *List) Addf(pos Pos, format string, args ...any) {
	l.Add(Diagnostic{Pos: pos, Message: fmt.Sprintf(format, args...)})
}

// Hintf appends a complaint with a hint.
func (l *List) Hintf(pos Pos, hint, format string, args ...any) {
	l.Add(Diagnostic{Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// Join appends the complaints of another list.
func (l *List) Join(other *List) {
	for _, d := range other.all {
		l.Add(d)
	}
}

// Empty reports whether there is nothing to complain about.
func (l *List) Empty() bool { return l == nil || len(l.all) == 0 }

// Len is the number of complaints added so far.
func (l *List) Len() int {
	if l == nil {
		return 0
	}
	return len(l.all)
}

// Sorted gives the complaints in the order of their places, each once.
func (l *List) Sorted() []Diagnostic {
	if l == nil {
		return nil
	}
	out := slices.Clone(l.all)
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Pos.File, b.Pos.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col),
		)
	})
	return slices.CompactFunc(out, func(a, b Diagnostic) bool {
		return a.Pos == b.Pos && a.Message == b.Message
	})
}

// Err gives the list as an error, or nil if it is empty.
func (l *List) Err() error {
	if l.Empty() {
		return nil
	}
	return Errors(l.Sorted())
}

// Errors is a non-empty list of complaints as an error.
type Errors []Diagnostic

// Error gives the first lines of all complaints.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, d := range e {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}
