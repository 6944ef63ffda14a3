package report

import (
	"fmt"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/trace"
)

// outputOf gives what services and commands wrote around a problem, each line with its
// time and its program.
func outputOf(p trace.Problem) []string {
	out := make([]string, len(p.Output))
	for i, o := range p.Output {
		out[i] = diag.Clip(o.Line(), maxLine)
	}
	return out
}

// programLine tells of a program in one line: its name, its command and how it ended.
func programLine(p trace.Program) string {
	line := p.Name + ": " + strings.Join(p.Command, " ")
	if p.Exit == nil {
		return line
	}
	line += fmt.Sprintf(", exit code %d at %s", *p.Exit, trace.Stamp(p.Ended))
	if p.Stopped {
		line += ", ended by us"
	}
	return line
}

// programOutput gives the lines that a program wrote.
func programOutput(p trace.Program) []string {
	out := make([]string, len(p.Output))
	for i, o := range p.Output {
		o.Program = p.Name
		out[i] = diag.Clip(o.Line(), maxLine)
	}
	return out
}
