package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/input"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
	"github.com/urfave/cli/v2"
)

func conformanceCommand() *cli.Command {
	return &cli.Command{
		Name:      "conformance",
		Usage:     "check a WebSocket server or client against RFC 6455 and RFC 7692",
		ArgsUsage: "URL, or with --compare FILE…",
		Flags: append([]cli.Flag{
			&cli.StringSliceFlag{Name: "section", Usage: "perform this `SECTION`: a number or letter, frames, handshake, compression, security"},
			&cli.StringSliceFlag{Name: "case", Usage: "perform the cases of this `ID`, such as 6.4.1, 6.4 or 'X5.*'"},
			&cli.StringSliceFlag{Name: "tags", Usage: "perform cases with one of these `TAGS`; !TAG leaves out those with that tag"},
			&cli.BoolFlag{Name: "all", Usage: "perform every section, also the long cases"},
			&cli.IntFlag{Name: "messages", Usage: "send `N` messages in each case of 9.7, 9.8, 12 and 13", Value: 1000},
			&cli.StringSliceFlag{Name: "var", Usage: "give a variable of the suites its value, as `NAME=VALUE`"},
			&cli.BoolFlag{Name: "strict", Usage: "fail cases whose outcome is non_strict: allowed, but not what the rule asks for"},
			&cli.IntFlag{Name: "repeat", Usage: "perform each case `N` times, and count all outcomes", Value: 1},
			&cli.IntFlag{Name: "retry", Usage: "perform what failed again, alone, up to `N` times"},
			&cli.IntFlag{Name: "jobs", Usage: "perform at most `N` cases at once", Value: 16},
			&cli.Uint64Flag{Name: "seed", Usage: "repeat the random choices of the run that printed `N`", DefaultText: "a new one for each run"},
			memoryFlag(),
			&cli.DurationFlag{Name: "max-lateness", Usage: "call timing failures inconclusive if this machine was later than `D`", Value: 50 * time.Millisecond},
			&cli.StringFlag{Name: "listen", Usage: "judge clients that dial this `ADDRESS`, such as 127.0.0.1:9001"},
			&cli.StringFlag{Name: "role", Usage: "what is judged: `ROLE` is server or client; only builtin://protocol has a client", Value: conformance.TagServer},
			&cli.StringFlag{Name: "junit", Usage: "write a JUnit report to `FILE`"},
			&cli.StringFlag{Name: "json", Usage: "write the outcome of each case to `FILE`"},
			&cli.StringFlag{Name: "name", Usage: "call the target `NAME` in reports and comparisons, such as 'ws 8.23.0'"},
			&cli.BoolFlag{Name: "list", Usage: "list the selected cases, and perform none"},
			&cli.StringFlag{Name: "export", Usage: "write the suites and the files that they need into a `FOLDER`, and perform nothing"},
			&cli.BoolFlag{Name: "compare", Usage: "show the JSON reports of several runs side by side"},
			&cli.StringFlag{Name: "html", Usage: "with --compare: write the table to `FILE` as a page"},
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "show every event of failed cases; with --compare, every row"},
		}, targetFlags()...),
		Action: runConformance,
	}
}

func runConformance(c *cli.Context) error {
	if c.Bool("compare") {
		return compareReports(c)
	}
	if c.IsSet("export") {
		return exportSuites(c)
	}
	if c.IsSet("html") {
		return usageError{errors.New("--html goes with --compare")}
	}
	if err := checkTags(c.StringSlice("tags")); err != nil {
		return err
	}
	client, err := isClient(c)
	if err != nil {
		return err
	}
	if address := c.String("listen"); address != "" {
		if c.NArg() > 0 {
			return usageError{fmt.Errorf("--listen judges clients and takes no URL, found %q", c.Args().First())}
		}
		return judgeClients(c, address, nil)
	}
	if c.NArg() != 1 && !c.Bool("list") {
		return usageError{fmt.Errorf("give one URL, such as ws://127.0.0.1:9001, found %d arguments", c.NArg())}
	}
	if client {
		return judgeOurClient(c, c.Args().First())
	}
	return judgeServer(c, c.Args().First())
}

// maxRetry is how often a case may be performed again.
const maxRetry = 10

// isClient reports whether a client is judged. It is an error if other flags do not go with that.
func isClient(c *cli.Context) (bool, error) {
	role := c.String("role")
	switch {
	case role != conformance.TagServer && role != conformance.TagClient:
		return false, usageError{fmt.Errorf("--role is server or client, found %q", role)}
	case c.Int("retry") < 0 || c.Int("retry") > maxRetry:
		return false, usageError{fmt.Errorf("--retry %d is not between 0 and %d", c.Int("retry"), maxRetry)}
	case c.IsSet("role") && role == conformance.TagServer && c.IsSet("listen"):
		return false, usageError{errors.New("--listen judges clients, not servers")}
	}
	client := role == conformance.TagClient || c.IsSet("listen")
	for _, f := range targetFlags() {
		if name := f.Names()[0]; client && c.IsSet(name) {
			return false, usageError{fmt.Errorf("--%s is for a server, and here a client is judged", name)}
		}
	}
	if client && c.Int("retry") > 0 {
		return false, usageError{errors.New("--retry is for a server; a client asks for cases as often as it likes")}
	}
	if client && c.Int("repeat") > 1 {
		return false, usageError{errors.New("--repeat is for a server; a client asks for cases as often as it likes")}
	}
	return client, nil
}

// exportSuites writes the suites into a folder.
func exportSuites(c *cli.Context) error {
	if c.NArg() > 0 {
		return usageError{fmt.Errorf("--export performs nothing and takes no URL, found %q", c.Args().First())}
	}
	if err := conformance.Export(c.String("export")); err != nil {
		return usageError{err}
	}
	return nil
}

// selectionOf reads the flags that choose cases.
func selectionOf(c *cli.Context) conformance.Selection {
	return conformance.Selection{Sections: c.StringSlice("section"), Cases: c.StringSlice("case"), Tags: c.StringSlice("tags"), All: c.Bool("all")}
}

// prepareCases prepares the suites, and keeps the selected cases.
func prepareCases(c *cli.Context, s conformance.Selection, o plan.Options) (*plan.Plan, error) {
	var selected []plan.Selection
	for _, file := range conformance.Suites() {
		selected = append(selected, plan.Selection{File: file})
	}
	var problems diag.List
	prepared := plan.Prepare(selected, o, &problems)
	if !problems.Empty() {
		return nil, complain(c.App.ErrWriter, &problems, prepared.Sources())
	}
	chosen, err := s.Choose(casesOf(prepared))
	if err != nil {
		return nil, usageError{err}
	}
	return prepared.Only(func(k plan.Case) bool { return chosen[conformance.CaseOf(k.Name, k.Tags).ID] }), nil
}

func casesOf(p *plan.Plan) []conformance.Case {
	var out []conformance.Case
	for _, k := range p.Cases() {
		out = append(out, conformance.CaseOf(k.Name, k.Tags))
	}
	return out
}

// conformancePlan gives the options with which the suites are planned.
func conformancePlan(c *cli.Context) (plan.Options, error) {
	o := plan.Options{Files: conformance.Files(), Seed: c.Uint64("seed")}
	if !c.IsSet("seed") {
		o.Seed = rand.Uint64N(1 << 32)
	}
	if n := c.Int("messages"); n < 1 {
		return o, usageError{fmt.Errorf("--messages %d sends none", n)}
	}
	var err error
	if o.Vars, err = variables(c); err != nil {
		return o, usageError{err}
	}
	o.Vars = maps.Clone(o.Vars)
	o.Vars["messages"] = strconv.Itoa(c.Int("messages"))
	return o, checkRepeat(c)
}

// joined gives a run with the scenarios of two runs of one plan. Both have the same suites.
func joined(first, then *trace.Run) *trace.Run {
	out := first.Clone()
	for i := range out.Suites {
		out.Suites[i].Scenarios = append(out.Suites[i].Scenarios, then.Suites[i].Scenarios...)
	}
	out.Duration += then.Duration
	return out
}

func listCases(w io.Writer, p *plan.Plan) error {
	cases := casesOf(p)
	slices.SortStableFunc(cases, func(a, b conformance.Case) int { return conformance.Order(a.ID, b.ID) })
	for _, k := range cases {
		if _, err := fmt.Fprintf(w, "%-8s %s\n", k.ID, k.Title); err != nil {
			return err
		}
	}
	return nil
}

// recentEvents is how many of the last events of a case are shown: what it did last and what came of it.
const recentEvents = 4

// conclude shows a run of the suites, writes the reports, and gives the exit code as an error.
func conclude(c *cli.Context, files *reports, run *trace.Run, r *conformance.Report, terminal *report.Terminal) error {
	if err := showFindings(terminal, run); err != nil {
		return err
	}
	r.Name = c.String("name")
	if err := conformance.Summary(c.App.Writer, r, terminal.Palette); err != nil {
		return err
	}
	terminal.Summary(run)
	status := exitCode(run)
	err := errors.Join(
		files.write(c.Context, "junit", func(w io.Writer) error { return report.JUnit(w, run) }),
		files.write(c.Context, "json", r.Write),
	)
	if err != nil {
		if status != exitFailed {
			return err
		}
		say(c.App.ErrWriter, err)
	}
	if status != exitPassed {
		return exitStatus(status)
	}
	return nil
}

// showFindings tells each cause once: of what failed its first case in full, of all of them the numbers. With Verbose it shows every
// case that did not pass in full, and also what the rules leave open.
func showFindings(terminal *report.Terminal, run *trace.Run) error {
	columns := 120
	if terminal.Width != nil {
		columns = cmp.Or(terminal.Width(), columns)
	}
	for _, f := range conformance.Findings(run) {
		inFull := len(f.First.Problems) > 0
		open := f.Outcome == conformance.Informational || f.Outcome == conformance.Unimplemented
		if open && !terminal.Verbose && !strings.HasPrefix(f.Message, conformance.Lacks) {
			continue
		}
		if !inFull || len(f.Cases) > 1 {
			if err := f.Write(terminal.Out, terminal.Palette, columns); err != nil {
				return err
			}
		}
		if inFull && !terminal.Verbose {
			terminal.Scenario(f.Suite, f.First)
		}
	}
	if terminal.Verbose {
		terminal.Failures(run)
	}
	_, err := fmt.Fprintln(terminal.Out)
	return err
}

// compareReports shows several reports side by side.
func compareReports(c *cli.Context) error {
	if c.NArg() == 0 {
		return usageError{errors.New("--compare needs the files that --json wrote")}
	}
	var reports []*conformance.Report
	for _, path := range c.Args().Slice() {
		r, err := readConformance(path)
		if err != nil {
			return usageError{fmt.Errorf("read %s: %w", path, err)}
		}
		reports = append(reports, r)
	}
	files, err := claimReports(c, c.Args().Slice(), "html")
	if err != nil {
		return err
	}
	if err := files.write(c.Context, "html", func(w io.Writer) error { return conformance.CompareHTML(w, reports) }); err != nil {
		return err
	}
	return conformance.Compare(c.App.Writer, reports, c.Bool("verbose"), palette(c.App.Writer))
}

func readConformance(path string) (*conformance.Report, error) {
	f, err := input.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // reading does not fail late
	return conformance.Read(f)
}
