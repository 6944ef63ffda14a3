package trace

import (
	"fmt"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
)

// Program is a command that was performed: a service, or that of a `run`.
type Program struct {
	Name    string        `json:"name,omitempty"` // of the service, or the label of the step; else the program
	Pos     diag.Pos      `json:"pos"`
	Command []string      `json:"command"`
	Started time.Duration `json:"started"`
	Ready   time.Duration `json:"ready,omitempty"`   // when a service could be used; 0: never
	Ended   time.Duration `json:"ended,omitempty"`   // 0: it did not end
	Exit    *int          `json:"exit,omitempty"`    // its exit code, 128 and the number of the signal that ended it; nil: it did not end
	Stopped bool          `json:"stopped,omitempty"` // we ended it
	Output  []Output      `json:"output,omitempty"`
	Omitted int           `json:"omitted,omitempty"` // octets of the middle of its output that are left out
}

// Output is one line that a program wrote.
type Output struct {
	At      time.Duration `json:"at"`
	Program string        `json:"program,omitempty"` // its name; "" in the output of one program
	Error   bool          `json:"error,omitempty"`   // written to standard error
	Text    string        `json:"text"`              // without its end of line
}

// Line gives it as one line for a person: time, program and text. It is safe to print.
func (o Output) Line() string {
	return diag.Visible(strings.TrimRight(fmt.Sprintf("%9s %s: %s", Stamp(o.At), o.Program, o.Text), " "))
}
