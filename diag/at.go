package diag

import (
	"errors"
	"fmt"
	"strings"
)

// Hinted gives a complaint without a place, to be returned as an error from
// where none is known; [At] gives it one.
func Hinted(hint, format string, args ...any) Diagnostic {
	return Diagnostic{Message: fmt.Sprintf(format, args...), Hint: hint}
}

// New makes a complaint about a place. The hint says what to do instead; it may be "".
func New(pos Pos, hint, format string, args ...any) Diagnostic {
	return Diagnostic{Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// At gives an error as a complaint. An error that is a [Diagnostic], or wraps
// one, keeps its hint, its details and its own place; one that has no place gets
// pos. What wraps a Diagnostic stands before its message.
func At(pos Pos, err error) Diagnostic {
	var d Diagnostic
	if !errors.As(err, &d) {
		return Diagnostic{Pos: pos, Message: err.Error()}
	}
	if around, ok := strings.CutSuffix(err.Error(), d.Error()); ok {
		d.Message = around + d.Message
	}
	if d.Pos.IsZero() {
		d.Pos = pos
	}
	return d
}
