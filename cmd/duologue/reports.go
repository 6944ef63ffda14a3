package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/duologue/duologue/internal/output"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/trace"
	"github.com/urfave/cli/v2"
)

// reports are the files that a command writes, by the flags that name them.
type reports struct {
	files  map[string]*output.File
	inputs []string // the files that the command reads
}

// drawings is the registry of what is drawn of a run into files, by the flags that name these.
var drawings = []drawing{
	{"junit", "write a JUnit report to `FILE`", report.JUnit},
	{"ctrf", "write a CTRF report to `FILE`, as JSON", report.CTRF},
	{"html", "write a page to `FILE` that shows what happened, and plays the audio", report.HTML},
	{"trace", "write all that happened to `FILE`, as JSON", trace.Write},
}

// drawing is one kind of report.
type drawing struct {
	flag  string
	usage string
	draw  func(io.Writer, *trace.Run) error
}

// drawn gives the names of the flags of all drawings.
func drawn() []string {
	var out []string
	for _, d := range drawings {
		out = append(out, d.flag)
	}
	return out
}

// drawingFlags gives the flags of all drawings. The trace may have another name as well.
func drawingFlags(traceToo string) []cli.Flag {
	var out []cli.Flag
	for _, d := range drawings {
		f := &cli.StringFlag{Name: d.flag, Usage: d.usage}
		if d.flag == "trace" && traceToo != "" {
			f.Aliases = []string{traceToo}
		}
		out = append(out, f)
	}
	return out
}

// draw writes all that was asked for of a run, even if one of the files cannot be written.
func (r *reports) draw(ctx context.Context, run *trace.Run) error {
	var errs []error
	for _, d := range drawings {
		errs = append(errs, r.write(ctx, d.flag, func(w io.Writer) error { return d.draw(w, run) }))
	}
	return errors.Join(errs...)
}

// claimReports finds out, before anything is performed, whether all reports can be written. No
// two may be one file, and none may replace a file that the command reads.
func claimReports(c *cli.Context, inputs []string, flags ...string) (*reports, error) {
	r := &reports{files: map[string]*output.File{}, inputs: inputs}
	for _, flag := range flags {
		name := c.String(flag)
		if name == "" {
			continue
		}
		f, err := output.Claim(c.Context, name)
		if err == nil {
			r.files[flag] = f
			err = r.clash(flag, f)
		}
		if err != nil {
			r.release()
			return nil, usageError{fmt.Errorf("--%s: %w", flag, err)}
		}
	}
	return r, nil
}

// clash says which needed file would be overwritten.
func (r *reports) clash(flag string, f *output.File) error {
	for _, name := range r.inputs {
		if f.Is(name) {
			return fmt.Errorf("%s is read by this command, and would be overwritten", f.Name())
		}
	}
	for other, of := range r.files {
		if other != flag && f.Same(of) {
			return fmt.Errorf("%s is what --%s writes", f.Name(), other)
		}
	}
	return nil
}

func (r *reports) release() {
	for _, f := range r.files {
		f.Release()
	}
}

// write writes the report of a flag, if that is given.
func (r *reports) write(ctx context.Context, flag string, write func(io.Writer) error) error {
	f := r.files[flag]
	if f == nil {
		return nil
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return f.Write(ctx, b.Bytes())
}

// add writes one more file, which is not named by a flag.
func (r *reports) add(ctx context.Context, name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	f, err := output.Claim(ctx, name)
	if err != nil {
		return err
	}
	if err := r.clash("", f); err != nil {
		f.Release()
		return err
	}
	return f.Write(ctx, b.Bytes())
}
