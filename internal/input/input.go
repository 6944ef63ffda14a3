// Package input opens files that somebody names: those that end. A pipe without a
// writer would be waited for for ever, and a device may have no end.
package input

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// ErrNotRegular is why something is not read that is no file.
var ErrNotRegular = errors.New("it is no regular file")

// Open opens a regular file, or what the process was given open: its standard input,
// and descriptors such as a shell's <(command) gives.
func Open(name string) (*os.File, error) {
	if !given(name) {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if err := Check(info); err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
	}
	return os.Open(name)
}

func given(name string) bool {
	return name == "/dev/stdin" || strings.HasPrefix(name, "/dev/fd/") || strings.HasPrefix(name, "/proc/self/fd/")
}

// Check says what is wrong with reading a file of this kind.
func Check(info fs.FileInfo) error {
	if mode := info.Mode(); !mode.IsRegular() && !mode.IsDir() { // a folder tells of itself when it is read
		return ErrNotRegular
	}
	return nil
}

// Read reads a whole file of at most so many octets.
func Read(name string, most int64) ([]byte, error) {
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s has more than %d MiB", name, most>>20)
	}
	return data, err
}
