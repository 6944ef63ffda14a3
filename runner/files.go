package runner

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/spec"
)

// maxFile bounds a file that a suite names.
const maxFile = 256 << 20

// files reads what suites name. Nothing outside of the root can be read,
// whatever a path says or a symbolic link points to.
type files struct {
	root *os.Root
	abs  string

	mu    sync.Mutex
	clips map[string]clip
}

// clip is a WAV file that was read.
type clip struct {
	media.Clip
	warnings []string
}

func openFiles(root string) (*files, error) {
	if root == "" {
		root = "."
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("open root: %w", err)
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return nil, fmt.Errorf("open root: %w", err)
	}
	r, err := os.OpenRoot(abs)
	if err != nil {
		return nil, fmt.Errorf("open root: %w", err)
	}
	return &files{root: r, abs: abs, clips: map[string]clip{}}, nil
}

// place gives a path of a suite as one below the root.
func (f *files) place(suiteFile, path string) (string, error) {
	if filepath.IsAbs(path) {
		return "", errors.New("paths are relative to the suite's file")
	}
	dir, err := filepath.Abs(filepath.Dir(suiteFile))
	if err != nil {
		return "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	rel, err := filepath.Rel(f.abs, filepath.Join(dir, filepath.FromSlash(path)))
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("it lies outside of %s; give --root to allow more", f.abs)
	}
	return rel, nil
}

// read gives the octets of a file that a suite names.
func (f *files) read(suiteFile, path string) ([]byte, error) {
	rel, err := f.place(suiteFile, path)
	if err != nil {
		return nil, err
	}
	file, err := f.root.Open(rel)
	if err != nil {
		return nil, unwrapPath(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, unwrapPath(err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("it has more than %d MiB", maxFile>>20)
	}
	return data, nil
}

// clip gives a WAV file, read once.
func (f *files) clip(suiteFile, path string) (clip, error) {
	rel, err := f.place(suiteFile, path)
	if err != nil {
		return clip{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if c, ok := f.clips[rel]; ok {
		return c, nil
	}
	data, err := f.read(suiteFile, path)
	if err != nil {
		return clip{}, err
	}
	c, warnings, err := media.ReadWAV(data)
	if err != nil {
		return clip{}, err
	}
	f.clips[rel] = clip{c, warnings}
	return f.clips[rel], nil
}

func (f *files) close() {
	if f != nil {
		_ = f.root.Close() // nothing is written through it
	}
}

// readSource reads a suite, which the command line named.
func readSource(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, yamldoc.MaxOctets+1))
	return string(data), err
}

// rootHint says which files can be read.
const rootHint = "a path is relative to its suite and lies under the working directory, or --root"

// file gives the content of a file that a value names.
func (b *binding) file(v *spec.Value[string], path string) ([]byte, error) {
	data, err := b.files.read(b.suite.File, path)
	if err != nil {
		return nil, complaint(v.Pos, rootHint, "read %q: %v", path, err)
	}
	return data, nil
}

// complaint is an error with a place.
func complaint(pos diag.Pos, hint, format string, args ...any) diag.Diagnostic {
	return diag.Diagnostic{Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// unwrapPath drops what an *fs.PathError says beside its cause.
func unwrapPath(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
