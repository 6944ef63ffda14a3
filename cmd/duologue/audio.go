package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/internal/input"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/media/measure"
	"github.com/duologue/duologue/report"
	"github.com/duologue/duologue/spec"
	"github.com/urfave/cli/v2"
)

func audioCommand() *cli.Command {
	return &cli.Command{
		Name:      "audio",
		Usage:     "measure a WAV file, and say how it differs from another",
		ArgsUsage: "FILE",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "reference", Usage: "compare with this WAV `FILE`; exit with 1 if the audio is not the same"},
			&cli.DurationFlag{Name: "chunk", Usage: "look for lost pieces of length `D`", Value: 20 * time.Millisecond},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
		},
		Action: measureAudio,
	}
}

func measureAudio(c *cli.Context) error {
	if c.Args().Len() != 1 {
		return usageError{fmt.Errorf("audio takes one WAV file, found %d", c.Args().Len())}
	}
	chunk := c.Duration("chunk")
	if chunk < time.Millisecond || chunk > time.Second {
		return usageError{fmt.Errorf("--chunk is from 1ms to 1s, found %v", chunk)}
	}
	file := c.Args().First()
	clip, warnings, err := readWAV(file)
	if err != nil {
		return usageError{err}
	}
	sound := report.SoundOf(filepath.ToSlash(file), clip, spec.DefaultPause)
	tell(sound, assertions.Measure(clip))
	sound.Warnings = warnings
	if name := c.String("reference"); name != "" {
		reference, more, err := readWAV(name)
		if err != nil {
			return usageError{err}
		}
		for _, w := range more {
			sound.Warnings = append(sound.Warnings, "the reference: "+w)
		}
		sound.Reference = filepath.ToSlash(name)
		tell(sound, assertions.MeasureAgainst(reference, clip, chunk))
		sound.Findings = measure.Diagnose(reference, clip, chunk)
	}
	if c.Bool("json") {
		err = sound.JSON(c.App.Writer)
	} else {
		err = sound.Table(c.App.Writer, palette(c.App.Writer), drawable(c.App.Writer))
	}
	if err == nil && len(sound.Findings) > 0 {
		return exitStatus(exitFailed)
	}
	return err
}

// tell adds measurements to a sound.
func tell(sound *report.Sound, all []assertions.Measurement) {
	for _, m := range all {
		sound.Add(m.Name, m.Figure, m.Word, m.At, m.Err)
	}
}

// drawable gives the columns of a screen that can draw, and 0 for any other
// writer.
func drawable(w io.Writer) int {
	columns := width(w)
	if columns == nil || os.Getenv("TERM") == "dumb" {
		return 0
	}
	return columns()
}

// maxWAV is the most octets of a file that is measured.
const maxWAV = 256 << 20

func readWAV(file string) (media.Clip, []string, error) {
	f, err := input.Open(file)
	if err != nil {
		return media.Clip{}, nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxWAV+1))
	if err != nil {
		return media.Clip{}, nil, err
	}
	if len(data) > maxWAV {
		return media.Clip{}, nil, fmt.Errorf("%s has more than %d MiB", file, maxWAV>>20)
	}
	clip, warnings, err := media.ReadWAV(data)
	if err != nil {
		return media.Clip{}, nil, fmt.Errorf("%s: %w", file, err)
	}
	return clip, warnings, nil
}
