package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/duologue/duologue/builtin"
	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
	"github.com/urfave/cli/v2"
)

// judgeServer performs the cases against a server.
func judgeServer(c *cli.Context, target string) error {
	if err := checkTarget("", target); err != nil {
		return err
	}
	o, err := conformancePlan(c)
	if err != nil {
		return err
	}
	options, err := runOptions(c)
	if err != nil {
		return err
	}
	server, err := builtin.Start("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	o.Target, o.Resolve = target, server.Resolve
	alive, err := aliveOf(c)
	if err != nil {
		return err
	}
	if o.Files, err = alive.Files(); err != nil {
		return usageError{fmt.Errorf("--alive, --greeting: %w", err)}
	}
	if o.Dialling, err = diallingOf(c); err != nil {
		return err
	}
	prepared, err := prepareCases(c, selectionOf(c), o)
	if err != nil {
		return err
	}
	if c.Bool("list") {
		return listCases(c.App.Writer, prepared)
	}
	files, err := claimReports(c, nil, "junit", "json")
	if err != nil {
		return err
	}
	begun(c.Context)
	p, err := prepareProbe(o, alive)
	if err != nil {
		files.release()
		return err
	}
	seen, err := p.ask(c.Context)
	if err != nil {
		files.release()
		return fmt.Errorf("%s: %w", target, err)
	}
	if why := conformance.Stops(seen); why != "" && c.Context.Err() == nil { // the interruption is told elsewhere
		files.release()
		return fmt.Errorf("%s: %s", target, why)
	}
	alive = alive.Saw(seen)
	possible := prepared.Only(func(k plan.Case) bool { return alive.Needs(conformance.CaseOf(k.Name, k.Tags)) == "" })
	terminal := &report.Terminal{Out: c.App.Writer, Palette: palette(c.App.Writer), Verbose: c.Bool("verbose"), Width: width(c.App.Writer),
		Quiet: true, Recent: recentEvents, Skipped: string(conformance.Unimplemented), Sources: prepared.Sources()}
	options.Observer, options.Events = terminal, c.Bool("verbose")
	run := lacking(settled(c.Context, possible, options, terminal, p, c.Int("retry")), prepared, alive)
	return conclude(c, files, run, conformance.Of(run, target, conformance.TagServer, c.Bool("strict")), terminal)
}

// settled performs the cases, those of which a server may die after all others, and what the server may have failed only because
// it was late once more.
func settled(ctx context.Context, p *plan.Plan, o runner.Options, terminal *report.Terminal, asks probe, retries int) *trace.Run {
	beside := &pulse{probe: asks}
	stop := beside.beat(ctx)
	last := func(k plan.Case) bool { return slices.Contains(k.Tags, conformance.TagLast) }
	runs := []*trace.Run{perform(ctx, p.Only(func(k plan.Case) bool { return !last(k) }), o, terminal)}
	if then := p.Only(last); then.Total() > 0 {
		runs = append(runs, perform(ctx, then, o, terminal))
	}
	stop()
	a := again{plan: p, options: o, pulse: beside, retries: retries}
	for i, run := range runs {
		told, died := conformance.Gone(run)
		if !died {
			told = a.settle(ctx, told)
		}
		runs[i] = told
	}
	if len(runs) == 2 {
		return joined(runs[0], runs[1])
	}
	return runs[0]
}

// lacking gives a run with the cases of a plan for which the server lacks what they need. They are skipped, with the reason.
func lacking(run *trace.Run, p *plan.Plan, alive conformance.Alive) *trace.Run {
	out := run.Clone()
	for _, k := range p.Cases() {
		why := alive.Needs(conformance.CaseOf(k.Name, k.Tags))
		if why == "" {
			continue
		}
		i := slices.IndexFunc(out.Suites, func(s trace.Suite) bool { return s.Name == k.Suite })
		if i < 0 {
			i = len(out.Suites)
			out.Suites = append(out.Suites, trace.Suite{Name: k.Suite})
		}
		out.Suites[i].Scenarios = append(out.Suites[i].Scenarios, trace.Scenario{Name: k.Name, Tags: k.Tags, Verdict: trace.Skipped, Reason: why})
	}
	return out
}

// probe asks a server whether it is there.
type probe struct{ plan *plan.Plan }

func prepareProbe(o plan.Options, alive conformance.Alive) (probe, error) {
	o.Vars = nil // they are those of the suites
	name := conformance.ProbeEcho
	if alive.Mode != conformance.AliveEcho {
		name = conformance.ProbeAlive
	}
	var problems diag.List
	all := plan.Prepare([]plan.Selection{{File: conformance.Probe}}, o, &problems)
	p := probe{all.Only(func(k plan.Case) bool { return k.Name == name })}
	if !problems.Empty() {
		return p, problems.Err()
	}
	return p, nil
}

// errNoProbe is that the probe has no scenario.
var errNoProbe = errors.New("the probe was not performed")

// ask performs the probe once.
func (p probe) ask(ctx context.Context) (*trace.Scenario, error) {
	run := runner.Run(ctx, p.plan, runner.Options{Events: true})
	for s := range run.All() {
		return s, nil
	}
	return nil, errNoProbe
}
