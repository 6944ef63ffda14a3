package expr

import (
	"encoding/json"
	"strings"
)

// Lines is what came under one name once or several times: a header of so many
// lines, a key of a query. It is text to who wants text, and a list of texts to who
// wants a list. Values of expressions are settled to one of them ([Settle]), unless
// they are looked into at once.
type Lines struct {
	Each   []string // in order, at least one
	Joined bool     // several mean the same as one in which ", " stands between them (RFC 9110 section 5.2)
	Listed bool     // one is a list, too, where text need not be
}

// Text gives the text that the lines are, if they are one.
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

// Len is the number of lines, or of the characters of their text.
func (l Lines) Len() int {
	if text, ok := l.Text(); ok && !l.Listed {
		n, _ := length(text)
		return n
	}
	return len(l.Each)
}

// Contains reports whether one of the lines has this part, or their text does.
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

// MarshalJSON writes the text, or the list where there is none.
func (l Lines) MarshalJSON() ([]byte, error) { return json.Marshal(Settle(l)) }

// Settle gives any other value as it is, and of lines their text, or the list where
// there is none.
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

// rawOf evaluates a node for who looks into lines.
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
