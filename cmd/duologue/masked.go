package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/duologue/duologue/plan"
)

// maskedBy gives an error without the secrets of the suites that a command line names. The
// error may come before a suite was read, so this reads them, as far as that is possible.
func maskedBy(args []string, err error) error {
	var suites []plan.Selection
	for _, arg := range args {
		suites = append(suites, suitesOf(selection(arg).File)...)
	}
	text := err.Error()
	hidden := errors.New(plan.Masker(suites, plan.Options{LookupEnv: os.LookupEnv}).String(text))
	var usage usageError
	switch {
	case hidden.Error() == text:
		return err
	case errors.As(err, &usage):
		return usageError{hidden}
	}
	return hidden
}

// maxLooked is how many files of a folder are read for the secrets. An argument may be a folder
// without suites.
const maxLooked = 1000

// suitesOf gives the suites that an argument may stand for.
func suitesOf(arg string) []plan.Selection {
	var out []plan.Selection
	looked := 0
	_ = filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error { // a file that cannot be read has no secrets
		if looked++; looked > maxLooked {
			return fs.SkipAll
		}
		if ext := filepath.Ext(path); err == nil && d.Type().IsRegular() && (ext == ".yaml" || ext == ".yml") {
			out = append(out, plan.Selection{File: path})
		}
		return nil
	})
	return out
}
