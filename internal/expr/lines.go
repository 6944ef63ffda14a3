package expr

import (
	"encoding/json"
	"strings"
)

// Lines is what came under one name once or several times: the lines of a
// header, the values of a key of a query. It can be used as text or as a list of
// texts. An expression settles it to one of them ([Settle]), unless an operation
// looks into the lines.
type Lines struct {
	Each   []string // in order; at least one
	Joined bool     // several lines mean the same as one with ", " between them (RFC 9110 section 5.2)
	Listed bool     // a single line is a list, too, unless text is needed
}

// Text gives the one text that the lines stand for. It gives false if they stand
// for none.
func (l Lines) Text() (string, bool) {
	switch {
	case len(l.Each) == 1:
		return l.Each[0], true
	case l.Joined:
		return strings.Join(l.Each, ", "), true
	}
	return "", false
}

// List gives all lines.
func (l Lines) List() []any {
	out := make([]any, len(l.Each))
	for i, line := range l.Each {
		out[i] = line
	}
	return out
}

// Len gives the number of characters if the lines stand for one text and are not
// Listed. Otherwise it gives the number of lines.
func (l Lines) Len() int {
	if text, ok := l.Text(); ok && !l.Listed {
		n, _ := length(text)
		return n
	}
	return len(l.Each)
}

// Contains reports whether part is in the text of the lines. If they have no
// such text, it must be in one of the lines.
func (l Lines) Contains(part string) bool {
	if text, ok := l.Text(); ok {
		return strings.Contains(text, part)
	}
	for _, line := range l.Each {
		if strings.Contains(line, part) {
			return true
		}
	}
	return false
}

// MarshalJSON writes what the lines settle to.
func (l Lines) MarshalJSON() ([]byte, error) { return json.Marshal(Settle(l)) }

// Settle gives the text of lines, or the list if they have no text. It gives any
// other value as it is.
func Settle(v any) any {
	l, ok := v.(Lines)
	if !ok {
		return v
	}
	if text, ok := l.Text(); ok {
		return text
	}
	return l.List()
}

// unsettled is a node whose value may be lines.
type unsettled interface {
	raw(ev *evaluation) (any, *Error)
}

// rawOf evaluates a node without settling lines.
func rawOf(n node, ev *evaluation) (any, *Error) {
	if u, ok := n.(unsettled); ok {
		return u.raw(ev)
	}
	return n.eval(ev)
}

func settled(v any, err *Error) (any, *Error) { return Settle(v), err }

func (n root) eval(ev *evaluation) (any, *Error)   { return settled(n.raw(ev)) }
func (n member) eval(ev *evaluation) (any, *Error) { return settled(n.raw(ev)) }
func (n index) eval(ev *evaluation) (any, *Error)  { return settled(n.raw(ev)) }
