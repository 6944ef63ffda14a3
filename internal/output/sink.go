package output

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// given gives a descriptor that the process was given, by its name: its standard output, or
// that of a shell's >(command). It gives nil for other names. Opening it by name would begin at
// the start of the file.
func given(name string) *os.File {
	switch name {
	case "/dev/stdout":
		return os.Stdout
	case "/dev/stderr":
		return os.Stderr
	}
	for _, folder := range []string{"/dev/fd/", "/proc/self/fd/"} {
		digits, ok := strings.CutPrefix(name, folder)
		n, err := strconv.ParseUint(digits, 10, 16)
		switch {
		case !ok || err != nil:
			continue
		case n == 1:
			return os.Stdout
		case n == 2:
			return os.Stderr
		}
		return os.NewFile(uintptr(n), name)
	}
	return nil
}

// standard reports whether others write there, too.
func standard(f *os.File) bool { return f == os.Stdout || f == os.Stderr }

// follow gives the absolute path of a file, with links followed. The file need not exist, nor
// the targets of links.
func follow(name string) (string, error) {
	path, err := filepath.Abs(name)
	for range maxLinks {
		if err != nil {
			return "", err
		}
		path = filepath.Join(resolved(filepath.Dir(path)), filepath.Base(path))
		info, err := os.Lstat(path)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return path, nil // whoever uses the path complains if it does not exist or cannot be seen
		}
		to, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return "", syscall.ELOOP
}

// maxLinks is how many links are followed, as on Linux.
const maxLinks = 40

// resolved gives the path of a folder with its links followed, as far as the folders exist.
func resolved(dir string) string {
	if path, err := filepath.EvalSymlinks(dir); err == nil {
		return path
	}
	parent := filepath.Dir(dir)
	if parent == dir {
		return dir
	}
	return filepath.Join(resolved(parent), filepath.Base(dir))
}

// How long a pipe waits for its reader, and how often it tries.
var patience = 2 * time.Second // shorter in tests

const beat = 10 * time.Millisecond

// errNoReader says that a pipe is not written.
var errNoReader = errors.New("it is a pipe that nobody reads")

// open opens a device or a pipe. It does not block, because that could not be interrupted.
func open(ctx context.Context, path string) (*os.File, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		file, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if !errors.Is(err, syscall.ENXIO) {
			return file, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, errNoReader
		}
	}
}

// piece is how many octets are written at once to a device or a pipe. A pipe takes so many as a
// whole.
const piece = 4 << 10

// pour writes to a device or a pipe. It closes it afterwards, unless others write there, too. A
// reader may be slow. After ctx has ended, it must take each piece within two seconds.
func (f *File) pour(ctx context.Context, data []byte) error {
	var err error
	for p := range slices.Chunk(data, piece) {
		if err = f.push(ctx, p); err != nil {
			break
		}
	}
	if standard(f.sink) {
		return err
	}
	return errors.Join(err, f.sink.Close())
}

// push writes a piece. Not everything that can be written to has deadlines, so a write that
// nobody takes is left to itself.
func (f *File) push(ctx context.Context, p []byte) error {
	written := make(chan error, 1)
	go func() {
		_, err := f.sink.Write(p)
		written <- err
	}()
	select {
	case err := <-written:
		return err
	case <-ctx.Done():
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case err := <-written:
		return err
	case <-late.C:
		return errNoReader
	}
}
