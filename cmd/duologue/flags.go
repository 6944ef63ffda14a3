package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/baseline"
	"github.com/duologue/duologue/spec"
	"github.com/urfave/cli/v2"
)

// selectionFlags are the flags of every command that reads suites.
func selectionFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "tags", Usage: "select scenarios with one of these `TAGS`; !TAG leaves out those with that tag"},
		&cli.StringFlag{Name: "name", Usage: "select scenarios whose names match this `REGEXP`"},
		&cli.StringSliceFlag{Name: "var", Usage: "give a variable its value, as `NAME=VALUE`"},
		&cli.StringSliceFlag{Name: "var-json", Usage: "give a variable its value in JSON, as `NAME=JSON`"},
		&cli.StringFlag{Name: "vars-file", Usage: "give variables their values from a YAML or JSON `FILE`"},
		&cli.StringFlag{Name: "env-file", Usage: "set environment variables from the lines NAME=VALUE of `FILE`; those that are set stay"},
		&cli.StringFlag{Name: "target", Usage: "dial `URL` instead of the suites' targets"},
		&cli.BoolFlag{Name: "allow-listen", Usage: "let endpoints of suites be reached from other machines"},
		&cli.BoolFlag{Name: "allow-run", Usage: "perform the commands of suites: those of services and of run"},
		&cli.BoolFlag{Name: "strict", Usage: "fail scenarios whose outcome is non_strict: allowed, but not what the rule asks for"},
		&cli.BoolFlag{Name: "insecure", Usage: "let suites say insecure: true; every report then says so"},
		&cli.StringFlag{Name: "config", Usage: "read defaults of flags from `FILE` (default: duologue.yaml in the working directory, if it is there)"},
		&cli.StringFlag{Name: "root", Usage: "let suites read files below `DIR` (default: the working directory)"},
	}
}

// runFlags are the flags of the command that performs suites.
func runFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.IntFlag{Name: "jobs", Usage: "perform at most `N` scenarios at once", Value: 64},
		&cli.IntFlag{Name: "repeat", Usage: "perform each scenario `N` times, and show the distribution of each figure", Value: 1},
		&cli.Uint64Flag{Name: "seed", Usage: "repeat the random choices of the run that printed `N`", DefaultText: "a new one for each run"},
		&cli.DurationFlag{Name: "max-lateness", Usage: "call timing failures inconclusive if this machine was later than `D`", Value: 5 * time.Millisecond},
		memoryFlag(),
	}, drawingFlags(""), []cli.Flag{
		&cli.StringFlag{Name: "baseline", Usage: "compare the figures with those of the trace in `FILE`; a worse figure is a failure"},
		&cli.StringFlag{Name: "baseline-guard", Usage: "call a figure worse only if it changed by more than `GUARD`: a share, a duration and a level", Value: baseline.DefaultGuard},
		&cli.StringFlag{Name: "artifacts", Usage: "write audio, sent and received, as WAV files below `DIR`"},
		githubFlag(),
		&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "show every event and note of every scenario"},
	})
}

// memoryFlag limits what a run holds.
func memoryFlag() cli.Flag {
	return &cli.StringFlag{Name: "memory", Usage: "let all scenarios together hold at most `SIZE` of what their peers sent", Value: "256MiB"}
}

// The least and the most octets that --memory takes.
const (
	leastMemory = 1 << 20
	mostMemory  = 1 << 40
)

// memoryOf reads --memory, in octets.
func memoryOf(c *cli.Context) (int, error) {
	octets, err := spec.ParseOctets(c.String("memory"), mostMemory)
	if err == nil && octets < leastMemory {
		err = fmt.Errorf("%d octets are too few; 1MiB is the least", octets)
	}
	if err != nil {
		return 0, usageError{fmt.Errorf("--memory: %w", err)}
	}
	return octets, nil
}

func namePattern(text string) (*regexp.Regexp, error) {
	if text == "" {
		return nil, nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("--name: %w", err)
	}
	return re, nil
}

func checkTags(tags []string) error {
	for i, t := range tags {
		t = strings.TrimSpace(t)
		if strings.Trim(t, "!") == "" {
			return usageError{fmt.Errorf("--tags: empty tag")}
		}
		tags[i] = t
	}
	return nil
}
