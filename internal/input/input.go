// Package input opens files that somebody names, if they have an end. Reading a pipe without a
// writer would wait for ever, and a device may have no end.
package input

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// ErrNotRegular says that something is not read because it is not a regular file.
var ErrNotRegular = errors.New("it is no regular file")

// Open opens a regular file, or something that was open when the process started: its standard
// input, and descriptors such as those of a shell's <(command).
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

// Check says why a file of this kind is not read. It gives nil for a folder, whose reading
// fails later.
func Check(info fs.FileInfo) error {
	if mode := info.Mode(); !mode.IsRegular() && !mode.IsDir() { // reading a folder gives its own error
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
	defer func() { _ = f.Close() }() // reading does not fail late
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s has more than %d MiB", name, most>>20)
	}
	return data, err
}
