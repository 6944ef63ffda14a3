package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/duologue/duologue/baseline"
	"github.com/duologue/duologue/internal/input"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
	"github.com/urfave/cli/v2"
)

func reportCommand() *cli.Command {
	return &cli.Command{
		Name:      "report",
		Usage:     "draw the reports of runs later, from the traces that they wrote",
		ArgsUsage: "TRACE…",
		Flags: append(drawingFlags("json"),
			&cli.BoolFlag{Name: "attempts", Usage: "take a scenario that several traces have for one that was tried again: the last decides"},
			githubFlag(),
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "show every event and note of every scenario"}),
		Action: reportRuns,
	}
}

// reportRuns shows the run of a trace, or of several that are merged, as run would, and draws its reports.
func reportRuns(c *cli.Context) error {
	result, err := readTraces(c.Args().Slice(), c.Bool("attempts"))
	if err != nil {
		return usageError{err}
	}
	reports, err := claimReports(c, c.Args().Slice(), drawn()...)
	if err != nil {
		return err
	}
	terminal := &report.Terminal{Out: c.App.Writer, Palette: palette(c.App.Writer), Verbose: c.Bool("verbose"), Width: width(c.App.Writer), Sources: result.Sources}
	for _, suite := range result.Suites {
		for i := range suite.Scenarios {
			terminal.Done(suite.Name, &suite.Scenarios[i])
		}
	}
	terminal.Summary(result)
	status := exitCode(result)
	if err := errors.Join(reports.draw(c.Context, result), tellGitHub(c, result, baseline.Comparison{}), withoutShards(result)); err != nil {
		if status != exitFailed { // a failure is more important than any other error
			return err
		}
		say(c.App.ErrWriter, err)
	}
	if status != exitPassed {
		return exitStatus(status)
	}
	return nil
}

// readTraces reads traces and merges them.
func readTraces(files []string, attempts bool) (*trace.Run, error) {
	if len(files) == 0 {
		return nil, errors.New("no trace named; give files that run --trace has written")
	}
	var runs []trace.Named
	for i, file := range files {
		if slices.Contains(files[:i], file) {
			return nil, fmt.Errorf("%s is named twice", file)
		}
		r, err := readTrace(file)
		if err != nil {
			return nil, err
		}
		runs = append(runs, trace.Named{File: file, Run: r})
	}
	out, err := trace.Merge(runs, attempts)
	if errors.Is(err, trace.ErrTwice) {
		return nil, fmt.Errorf("%w; with --attempts the later one is another attempt", err)
	}
	return out, err
}

// readTrace reads a file that a run has written.
func readTrace(file string) (*trace.Run, error) {
	f, err := input.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // reading does not fail late
	r, err := trace.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}
