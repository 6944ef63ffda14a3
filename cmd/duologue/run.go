package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/duologue/duologue/builtin"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/output"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
	"github.com/urfave/cli/v2"
)

func runCommand() *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "perform suites and judge what came back",
		ArgsUsage: "FILE-OR-FOLDER…",
		Flags:     slices.Concat(selectionFlags(), shareFlags(), runFlags(), waitFlags()),
		Action:    runSuites,
	}
}

// maxRepeat is the most that --repeat takes. It limits how much a run remembers.
const maxRepeat = 100_000

func checkRepeat(c *cli.Context) error {
	if n := c.Int("repeat"); n < 1 || n > maxRepeat {
		return usageError{fmt.Errorf("--repeat %d is not between 1 and %d", n, maxRepeat)}
	}
	return nil
}

// runSuites prepares all suites and then performs them. If any file has a problem, nothing is
// performed.
func runSuites(c *cli.Context) error {
	if err := configured(c); err != nil {
		return err
	}
	if err := checkRunFlags(c); err != nil {
		return err
	}
	found, err := suiteFiles(c.Args().Slice())
	if err != nil {
		return usageError{err}
	}
	if c.Bool("list") || c.Bool("list-json") {
		return listSuites(c, found.suites)
	}
	servers, err := waitedFor(c)
	if err != nil {
		return err
	}
	before, err := readBaseline(c)
	if err != nil {
		return err
	}
	server, err := builtin.Start("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	options, err := runOptions(c)
	if err != nil {
		return err
	}
	prepared, err := planSuites(c, found.suites, server.Resolve)
	if err != nil {
		return err
	}
	terminal := &report.Terminal{Out: c.App.Writer, Palette: palette(c.App.Writer), Verbose: c.Bool("verbose"), Width: width(c.App.Writer), Sources: prepared.Sources()}
	options.Observer = terminal
	page := c.String("html") != ""
	options.Audio, options.Events = page || c.String("artifacts") != "", page || c.String("trace") != "" || c.Bool("verbose")
	clock, stop := session.Precise(c.Duration("max-lateness"))
	defer stop()
	options.Clock = clock
	reports, err := claimReports(c, append(prepared.Inputs(), c.String("vars-file"), c.String("env-file"), c.String("baseline")), drawn()...)
	if err != nil {
		return err
	}
	if err := await(c.Context, servers, c.Duration("wait-time")); err != nil {
		reports.release()
		return err
	}
	begun(c.Context)
	result := perform(c.Context, prepared, options, terminal)
	terminal.Summary(result)
	found.tell(c, prepared.Mask)
	status := before.hold(result, terminal, exitCode(result), prepared.Mask)
	result, err = writeReports(c, reports, result, prepared.Mask)
	if err := errors.Join(err, tellGitHub(c, result, before.comparison())); err != nil {
		if status != exitFailed { // a failure is more important than any other error
			return err
		}
		say(c.App.ErrWriter, errors.New(prepared.Mask(err.Error())))
	}
	if status != exitPassed {
		return exitStatus(status)
	}
	return nil
}

// checkRunFlags complains of figures that no run can have.
func checkRunFlags(c *cli.Context) error {
	if err := checkRepeat(c); err != nil {
		return err
	}
	if n := c.Int("jobs"); n < 1 {
		return usageError{fmt.Errorf("--jobs %d: at least one scenario has to run", n)}
	}
	if d := c.Duration("max-lateness"); d <= 0 {
		return usageError{fmt.Errorf("--max-lateness %s: no machine keeps that; it is more than zero", d)}
	}
	if _, _, err := shardOf(c); err != nil {
		return err
	}
	_, err := failuresOf(c)
	return err
}

// planSuites prepares suites. Without --seed every run has a new one.
func planSuites(c *cli.Context, files []plan.Selection, resolve func(string) (string, error)) (*plan.Plan, error) {
	o, err := planOptions(c)
	if err != nil {
		return nil, err
	}
	o.Resolve = resolve
	if !c.IsSet("seed") {
		o.Seed = rand.Uint64N(1 << 32) // short enough to be typed again
	}
	var problems diag.List
	prepared := plan.Prepare(files, o, &problems)
	if !problems.Empty() {
		return nil, complain(c.App.ErrWriter, &problems, prepared.Sources())
	}
	if dir := c.String("artifacts"); dir != "" {
		if err := output.Folder(dir); err != nil {
			return nil, usageError{fmt.Errorf("--artifacts: %w", err)}
		}
	}
	return shareOf(c, prepared)
}

// runOptions reads the flags that say how suites are performed.
func runOptions(c *cli.Context) (runner.Options, error) {
	o := runner.Options{
		Tool: "duologue " + c.App.Version, Jobs: c.Int("jobs"), Repeat: c.Int("repeat"),
		MaxLateness: c.Duration("max-lateness"), Strict: c.Bool("strict"),
	}
	var err error
	if o.Memory, err = memoryOf(c); err != nil {
		return o, err
	}
	o.MaxFailures, err = failuresOf(c)
	return o, err
}

// perform runs the plan, with a status line if there is a screen.
func perform(ctx context.Context, p *plan.Plan, o runner.Options, terminal *report.Terminal) *trace.Run {
	if terminal.Width != nil && wantsLive(os.Getenv) {
		stop := terminal.Live(p.Total())
		defer stop()
	}
	return runner.Run(ctx, p, o)
}

// writeReports writes every file that was asked for, even if another one fails. It gives the run with the names of
// what was kept.
func writeReports(c *cli.Context, r *reports, result *trace.Run, mask func(string) string) (*trace.Run, error) {
	var kept error
	if dir := c.String("artifacts"); dir != "" { // first, because reports name them
		result, kept = writeArtifacts(c.Context, r, dir, result, mask)
	}
	return result, errors.Join(kept, r.draw(c.Context, result))
}

// exitCode gives the code of the worst verdict of a run. A share may have nothing to check if another has.
func exitCode(r *trace.Run) int {
	switch {
	case r.Count(trace.Failed) > 0:
		return exitFailed
	case r.Count(trace.Errored) > 0:
		return exitError
	case r.Count(trace.Inconclusive) > 0:
		return exitInconclusive
	case r.Count(trace.Passed)+r.Count(trace.Flaky) == 0 && (r.Shard == nil || r.Shard.Elsewhere == 0):
		return exitUsage
	}
	return exitPassed
}

// maxComplaints is how many problems are shown. Whoever has more has another problem.
const maxComplaints = 500

// complain shows the problems of all files.
func complain(w io.Writer, problems *diag.List, src diag.Sources) error {
	screen := diag.Screen{Palette: palette(w)}
	if columns := width(w); columns != nil {
		screen.Columns = columns()
	}
	all := problems.Sorted()
	if more := len(all) - maxComplaints; more > 0 {
		all = append(all[:maxComplaints], diag.Diagnostic{Message: fmt.Sprintf("and %d problems more", more)})
	}
	for i, d := range all {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := diag.Render(w, d, src, screen); err != nil {
			return err
		}
	}
	return exitStatus(exitUsage)
}
