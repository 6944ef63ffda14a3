// Package output writes files that somebody names. It replaces a regular file as a whole,
// writes to a device, a pipe or a descriptor that the process was given, and follows links.
// [Claim] finds out beforehand what cannot be written.
package output

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// File is a place to write to.
type File struct {
	name string
	path string      // of the regular file, with its links followed; "" for anything else
	info fs.FileInfo // of the file that exists now; nil if none does
	sink *os.File    // what is written to, if it is not a regular file
}

// ErrFolder says that a folder cannot be written.
var ErrFolder = errors.New("it is a folder")

// Claim finds out whether a file can be written. It changes nothing. A pipe must have a reader,
// or get one within two seconds unless ctx ends before. The caller must call [File.Write] or
// [File.Release] later.
func Claim(ctx context.Context, name string) (*File, error) {
	f := &File{name: name}
	var err error
	if f.sink = given(name); f.sink != nil {
		f.info, err = f.sink.Stat()
	} else {
		err = f.find(ctx)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "write", Path: name, Err: cause(err)}
	}
	return f, nil
}

// find follows links to the file, and tries what writing it will need.
func (f *File) find(ctx context.Context) error {
	path, err := follow(f.name)
	if err != nil {
		return err
	}
	f.info, err = os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.path, f.info = path, nil
		return probe(filepath.Dir(path))
	case err != nil:
		return err
	case f.info.IsDir():
		return ErrFolder
	case f.info.Mode().IsRegular():
		f.path = path
		return errors.Join(writable(path), probe(filepath.Dir(path)))
	}
	f.sink, err = open(ctx, path)
	return err
}

// writable says why a file that exists cannot be written.
func writable(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return file.Close()
}

// probe finds out whether files can be made in a folder. If the folder does not exist, it tries
// the nearest one above that does.
func probe(dir string) error {
	for {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			return fmt.Errorf("%s is no folder", dir)
		}
		if parent := filepath.Dir(dir); errors.Is(err, fs.ErrNotExist) && parent != dir {
			dir = parent
			continue
		}
		if err != nil {
			return err
		}
		file, err := os.CreateTemp(dir, pattern)
		if err != nil {
			return fmt.Errorf("nothing can be made in %s: %w", dir, cause(err))
		}
		return errors.Join(file.Close(), os.Remove(file.Name()))
	}
}

// pattern is the pattern of the names of files that are not complete yet.
const pattern = ".duologue-*"

// Folder finds out whether files can be made below a folder. The folder need not exist.
func Folder(name string) error {
	path, err := follow(name)
	if err == nil {
		err = probe(path)
	}
	if err != nil {
		return &fs.PathError{Op: "write", Path: name, Err: cause(err)}
	}
	return nil
}

// Name gives the file's name as somebody gave it.
func (f *File) Name() string { return f.name }

// Same reports whether both are one file, whatever their names. A device is never the same:
// both can write to it.
func (f *File) Same(other *File) bool {
	if f.info != nil && other.info != nil {
		return os.SameFile(f.info, other.info) && f.info.Mode()&fs.ModeDevice == 0
	}
	return f.path != "" && (f.path == other.path || foldsCase && strings.EqualFold(f.path, other.path))
}

const foldsCase = runtime.GOOS == "windows" || runtime.GOOS == "darwin"

// Is reports whether name, whatever it is, is the existing file that would be replaced.
func (f *File) Is(name string) bool {
	if f.path == "" || f.info == nil {
		return false
	}
	info, err := os.Stat(name)
	return err == nil && os.SameFile(f.info, info)
}

// Release gives up a file that will not be written.
func (f *File) Release() {
	if f.sink != nil && !standard(f.sink) {
		_ = f.sink.Close() // nothing was written
	}
}

// Write writes the file: a regular file as a whole or not at all. If ctx has ended, it gives up
// when a pipe is not read for two seconds.
func (f *File) Write(ctx context.Context, data []byte) error {
	var err error
	if f.sink != nil {
		err = f.pour(ctx, data)
	} else {
		err = f.replace(data)
	}
	if err != nil {
		return &fs.PathError{Op: "write", Path: f.name, Err: cause(err)}
	}
	return nil
}

// cause gives the cause in an error without the path, which is that of the file or of its
// temporary copy.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}

func (f *File) replace(data []byte) error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(f.path), pattern)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // after a rename there is nothing to remove
	mode := fs.FileMode(0o644)
	if f.info != nil {
		mode = f.info.Mode().Perm()
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Chmod(mode), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), f.path)
}
