package main

import (
	"fmt"

	"github.com/duologue/duologue/baseline"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
	"github.com/urfave/cli/v2"
)

// earlier is the run that --baseline names.
type earlier struct {
	file  string
	run   *trace.Run
	guard baseline.Guard

	compared baseline.Comparison // by hold
}

// readBaseline reads the earlier run before anything is performed. It gives nil
// without --baseline.
func readBaseline(c *cli.Context) (*earlier, error) {
	e := &earlier{file: c.String("baseline")}
	var err error
	if e.guard, err = baseline.ParseGuard(c.String("baseline-guard")); err != nil {
		return nil, usageError{fmt.Errorf("--baseline-guard: %w", err)}
	}
	e.guard.MaxLateness = c.Duration("max-lateness")
	if e.file == "" {
		if c.IsSet("baseline-guard") {
			return nil, usageError{fmt.Errorf("--baseline-guard needs --baseline FILE")}
		}
		return nil, nil
	}
	if e.run, err = readTrace(e.file); err != nil {
		return nil, usageError{fmt.Errorf("--baseline: %w", err)}
	}
	return e, nil
}

// hold compares a run with the earlier one and shows the result. It gives the exit
// code: the worse of status, which is that of the run alone, and of the comparison.
func (e *earlier) hold(result *trace.Run, terminal *report.Terminal, status int, mask func(string) string) int {
	if e == nil {
		return status
	}
	c := baseline.Compare(e.run, result, e.guard)
	e.compared = c
	terminal.Baseline(mask(e.file), e.guard, c)
	switch {
	case status == exitFailed || c.Count(baseline.Worse)+c.Count(baseline.Gone) > 0:
		return exitFailed
	case status != exitPassed:
		return status
	case c.Compared == 0 && result.Shard == nil: // another share may have figures
		return exitError // nothing was checked
	case c.Count(baseline.Unsure) > 0:
		return exitInconclusive
	}
	return exitPassed
}

// comparison gives what hold found. It is empty without --baseline.
func (e *earlier) comparison() baseline.Comparison {
	if e == nil {
		return baseline.Comparison{}
	}
	return e.compared
}
