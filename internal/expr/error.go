package expr

import "fmt"

// Error is a complaint about a source text. Offset and Length are in octets of
// that text. Hint says what to write instead, or is "".
type Error struct {
	Offset, Length int
	Message, Hint  string
}

// Error gives the message, and the hint after it.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + " (" + e.Hint + ")"
}

// span is a part of the source, in octets.
type span struct{ off, len int }

// to gives the span from the start of s to the end of t.
func (s span) to(t span) span { return span{s.off, max(t.off+t.len-s.off, s.len)} }

func (s span) errorf(format string, args ...any) *Error {
	return &Error{Offset: s.off, Length: s.len, Message: fmt.Sprintf(format, args...)}
}

func (e *Error) hint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}
