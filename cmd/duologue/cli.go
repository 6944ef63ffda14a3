package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"syscall"

	"github.com/duologue/duologue/diag"
	"github.com/urfave/cli/v2"
)

// Exit codes, as documented in the README.
const (
	exitPassed       = 0
	exitFailed       = 1
	exitUsage        = 2
	exitError        = 3
	exitInconclusive = 4
)

// version is set by the release build. If it is "", the version of the module is used.
var version = ""

func toolVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

// exitStatus ends a command with a code. Everything has been printed before.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// usageError is a wrong command line.
type usageError struct{ error }

// run is the whole program. Tests call it as main does.
func run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
	ctx, interrupted, stop := watch(ctx)
	defer stop()
	stdout, stderr = interrupted.outlet(ctx, stdout), interrupted.outlet(ctx, stderr)
	app := &cli.App{
		Name:                      "duologue",
		Usage:                     "perform scenarios against WebSocket servers and judge what came back",
		Version:                   toolVersion(),
		Writer:                    stdout,
		ErrWriter:                 stderr,
		HideHelpCommand:           true,
		DisableSliceFlagSeparator: true, // --var 'a=x, y' is one value
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              onUsageError,
		CommandNotFound:           func(*cli.Context, string) {},
		Commands:                  []*cli.Command{runCommand(), checkCommand(), reportCommand(), schemaCommand(), conformanceCommand(), dialectsCommand(), audioCommand(), serveCommand()},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usageError{fmt.Errorf("unknown command %q%s", c.Args().First(), hint(c.Args().First(), commandNames(c.App)))}
			}
			return cli.ShowAppHelp(c)
		},
	}
	for _, c := range app.Commands {
		c.OnUsageError = onUsageError
	}
	ordered, err := interspersed(app, args)
	if err == nil {
		err = app.RunContext(ctx, append([]string{"duologue"}, ordered...))
	}
	var status exitStatus
	switch {
	case interrupted.status() != 0 && (interrupted.worth.Load() || !usageOnly(err)):
		if err != nil && !errors.As(err, &status) && !unread(err) { // an error such as that of a report that could not be written
			say(stderr, maskedBy(args, err))
		}
		return interrupted.status()
	case err == nil || errors.As(err, &status):
		return interrupted.finalStatus(stderr, status)
	}
	say(stderr, maskedBy(args, err))
	var usage usageError
	if errors.As(err, &usage) {
		fmt.Fprintln(stderr, "duologue: see 'duologue --help'")
		return exitUsage
	}
	return exitError
}

// finalStatus gives the exit code of a command that ended with a status. Output that could
// not be written makes it an error, unless it is a failure or a wrong command line.
func (in *interruption) finalStatus(stderr io.Writer, status exitStatus) int {
	lost := in.lost.Load()
	if lost == nil || status == exitFailed || status == exitUsage {
		return int(status)
	}
	say(stderr, *lost)
	return exitError
}

// say prints an error for a person.
func say(w io.Writer, err error) {
	fmt.Fprint(w, diag.Inert(fmt.Sprintf("duologue: %s\n", diag.Visible(err.Error()))))
}

// unread reports whether an error says that nobody reads the output.
func unread(err error) bool { return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) }

// usageOnly reports whether nothing was run, so that a signal does not change the exit code.
func usageOnly(err error) bool {
	var usage usageError
	var status exitStatus
	return errors.As(err, &usage) || errors.As(err, &status) && status == exitUsage
}

func commandNames(app *cli.App) []string {
	var names []string
	for _, c := range app.Commands {
		names = append(names, c.Name)
	}
	return names
}

func onUsageError(_ *cli.Context, err error, _ bool) error { return usageError{err} }

func hint(word string, valid []string) string {
	if h := diag.DidYouMean(word, valid); h != "" {
		return "; " + h
	}
	return ""
}
