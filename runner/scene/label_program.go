package scene

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/duologue/duologue/internal/process"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
)

// programLabel is a command that was started. It tells what has become of it whenever it
// is named.
type programLabel struct {
	*program
	at    time.Duration // of the step
	plan  *plan.Scenario
	start time.Time         // of the run
	files map[string]string // paths by name
}

// errRuns is why a member of a program is missing.
var errRuns = errors.New("it has not ended; `wait` for its label first")

// Member gives what is known by now.
func (l programLabel) Member(name string) (any, bool) {
	switch name {
	case "at":
		return l.at, true
	case "start":
		return l.started, true
	case "stdout":
		return l.written(false), true
	case "stderr":
		return l.written(true), true
	case "files":
		return filesLabel(l), true
	}
	if !slices.Contains(l.Members(), name) {
		return nil, false
	}
	e, gone := l.Exit()
	if !gone {
		return errRuns, true
	}
	return map[string]any{"exit": e.Code, "signal": e.Signal, "end": e.At.Sub(l.start)}[name], true
}

// Members lists what Member knows.
func (l programLabel) Members() []string {
	return []string{"at", "start", "end", "exit", "signal", "stdout", "stderr", "files"}
}

func (l programLabel) stream() (trace.Stream, bool) { return trace.Stream{}, false }

// written gives what the program wrote: text or, if it is none, octets. Of too much only
// the ends are kept, which is not what it wrote.
func (l programLabel) written(isError bool) any {
	data, omitted := l.Output.Text(isError)
	if omitted > 0 {
		return fmt.Errorf("it wrote so much that %d octets were let go of: of all that a program writes the first and the last %d MiB are kept", omitted, process.Kept>>20)
	}
	return textOrOctets(data)
}

func textOrOctets(data []byte) any {
	if utf8.Valid(data) {
		return string(data)
	}
	return data
}

// filesLabel is the files that a program writes, as they are when they are named.
type filesLabel programLabel

// Member reads a file.
func (l filesLabel) Member(name string) (any, bool) {
	path, ok := l.files[name]
	if !ok {
		return nil, false
	}
	data, err := l.plan.Written(path, l.program.begun)
	if err != nil {
		return fmt.Errorf("read %q: %w", path, err), true
	}
	return textOrOctets(data), true
}

// Members lists the names of the files.
func (l filesLabel) Members() []string { return slices.Sorted(maps.Keys(l.files)) }
