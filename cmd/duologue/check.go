package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/spec"
	"github.com/urfave/cli/v2"
)

func checkCommand() *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "find every problem of suites without performing them",
		ArgsUsage: "FILE-OR-FOLDER…",
		Flags: append(selectionFlags(),
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "name the scenarios with what they keep in memory until they end, and the files of a folder that are no suites"},
			&cli.BoolFlag{Name: "no-env", Usage: "check without environment variables, where secrets are not set"}),
		Action: func(c *cli.Context) error {
			if err := configured(c); err != nil {
				return err
			}
			found, err := suiteFiles(c.Args().Slice())
			if err != nil {
				return usageError{err}
			}
			o, err := planOptions(c)
			if err != nil {
				return err
			}
			o.NoEnv = c.Bool("no-env")
			o.AllowRun = true // nothing is performed
			var problems diag.List
			prepared := plan.Prepare(found.suites, o, &problems)
			if !problems.Empty() {
				return complain(c.App.ErrWriter, &problems, prepared.Sources())
			}
			word := "scenarios"
			if prepared.Total() == 1 {
				word = "scenario"
			}
			_, err = fmt.Fprintf(c.App.Writer, "%d %s, no problems\n", prepared.Total(), word)
			if c.Bool("verbose") {
				err = errors.Join(err, listKept(c.App.Writer, prepared))
			}
			found.tell(c, prepared.Mask)
			return err
		},
	}
}

// listKept names the scenarios, and what each of them keeps until it ends.
func listKept(w io.Writer, p *plan.Plan) error {
	var errs []error
	for _, s := range p.Suites {
		for _, sc := range s.Cases {
			kept := "nothing"
			if all := sc.Wants.Kept(); len(all) > 0 {
				kept = strings.Join(all, ", ")
			}
			_, err := fmt.Fprintf(w, "  %s › %s: keeps %s\n", diag.Inert(s.Name), diag.Inert(sc.Name), kept)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func schemaCommand() *cli.Command {
	return &cli.Command{
		Name:  "schema",
		Usage: "print the JSON Schema of suites, for editors",
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usageError{fmt.Errorf("schema takes no arguments, found %q", c.Args().First())}
			}
			schema, err := spec.Schema()
			if err != nil {
				return err
			}
			_, err = c.App.Writer.Write(schema)
			return err
		},
	}
}

// planOptions reads the flags that select scenarios and give values.
func planOptions(c *cli.Context) (plan.Options, error) {
	o := plan.Options{
		Target: c.String("target"), Root: c.String("root"), Tags: c.StringSlice("tags"),
		CI: os.Getenv("CI") != "", LookupEnv: os.LookupEnv, Seed: c.Uint64("seed"),
		Insecure: c.Bool("insecure"), AllowListen: c.Bool("allow-listen"), AllowRun: c.Bool("allow-run"),
	}
	if err := checkTarget("--target ", o.Target); err != nil {
		return o, err
	}
	if err := setEnvironment(c); err != nil {
		return o, err
	}
	var err error
	if o.Vars, err = variables(c); err != nil {
		return o, usageError{err}
	}
	if o.Name, err = namePattern(c.String("name")); err != nil {
		return o, usageError{err}
	}
	return o, checkTags(o.Tags)
}

// checkTarget complains once of a target that somebody has given instead of those of suites. "" is none.
func checkTarget(flag, target string) error {
	if target == "" {
		return nil
	}
	if d := plan.CheckTarget(target); d != nil {
		return usageError{fmt.Errorf("%s%s; %s", flag, d.Message, d.Hint)}
	}
	return nil
}
