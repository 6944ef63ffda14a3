package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/duologue/duologue/baseline"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
	"github.com/urfave/cli/v2"
)

// githubFlag turns off what is said to GitHub Actions.
func githubFlag() cli.Flag {
	return &cli.BoolFlag{Name: "no-github", Usage: "say nothing to GitHub Actions: no annotations, and no summary of the job"}
}

// tellGitHub says to GitHub Actions, if that performs the command, why a run did not pass: by commands in the output,
// which it shows beside the code, and in the summary of the job.
func tellGitHub(c *cli.Context, r *trace.Run, compared baseline.Comparison) error {
	if os.Getenv("GITHUB_ACTIONS") != "true" || c.Bool("no-github") {
		return nil
	}
	where := func(file string) string { return within(os.Getenv("GITHUB_WORKSPACE"), file) }
	err := report.Annotations(c.App.Writer, r, compared, where)
	if unread(err) { // nobody reads the log, which another place tells
		err = nil
	}
	if summary := os.Getenv("GITHUB_STEP_SUMMARY"); summary != "" {
		err = errors.Join(err, appendTo(summary, func(w io.Writer) error { return report.Markdown(w, r, compared) }))
	}
	return err
}

// appendTo adds to the end of a file. What is there stays as it is, whether or not it ends its last line.
func appendTo(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, "\n")
	return errors.Join(err, write(f), f.Close())
}

// within gives the path of a file relative to a folder, with slashes. It gives "" if there is no folder, or the file
// is not below it.
func within(folder, file string) string {
	if folder == "" || file == "" {
		return ""
	}
	path, err := filepath.Rel(resolved(folder), resolved(file))
	if err != nil || !filepath.IsLocal(path) || path == "." {
		return ""
	}
	return filepath.ToSlash(path)
}

// resolved gives the absolute path of a file, with links followed if it exists.
func resolved(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if followed, err := filepath.EvalSymlinks(path); err == nil {
		return followed
	}
	return path
}
