// Package diag says where in a file something is wrong, and shows it.
//
// A [Diagnostic] is a place, a message and a hint; [Render] draws it with the
// line it speaks of and a caret. The first line always reads
// "file:line:col: message", so that editors and CI can parse it. Every
// complaint and every failed check of the program goes through this package.
package diag

import "fmt"

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
