// Package files reads suites and the files that they name. A suite can read what
// lies below the root, and nothing else, whatever a path says or a symbolic link
// points to. Clips, payloads and recordings are read once and shared.
package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/duologue/duologue/internal/input"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/media"
)

// maxFile bounds a file that a suite names.
const maxFile = 256 << 20

// Root is the folder below which suites can read. It is safe to share.
type Root struct {
	tree fs.FS  // what lies below the root
	abs  string // the root; "" where the suites are no files of this machine

	folders sync.Map // func() (string, error) by the folder of a suite: where it really lies

	mu         sync.Mutex
	named      map[string]bool                 // the paths of all that was read
	clips      map[string]func() (Clip, error) // by path
	contents   map[string][]byte               // by path, of payloads
	kept       int                             // octets in contents
	recordings map[rendered]made
}

// maxKept bounds the contents that are kept; files beyond it are read for each
// use.
const maxKept = 64 << 20

// Clip is a WAV file that was read.
type Clip struct {
	media.Clip
	Warnings []string // what is odd in its header
}

// Open gives the root of a tree or, if that is nil, the folder root. The root "" is
// the working directory.
func Open(tree fs.FS, root string) (*Root, error) {
	f := &Root{tree: tree, clips: map[string]func() (Clip, error){}, contents: map[string][]byte{}, named: map[string]bool{}, recordings: map[rendered]made{}}
	if tree != nil {
		return f, nil
	}
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
	if info, err := os.Stat(abs); err != nil || !info.IsDir() { // to open a pipe would wait for a writer
		return nil, fmt.Errorf("open root: %s is no folder", abs)
	}
	r, err := os.OpenRoot(abs)
	if err != nil {
		return nil, fmt.Errorf("open root: %w", err)
	}
	_ = r.Close() // nothing is written through it
	f.tree, f.abs = under(abs), abs
	return f, nil
}

// under is what lies below a folder, links included. It holds no file open, so it
// needs no close.
type under string

// Open opens a regular file.
func (u under) Open(name string) (fs.File, error) {
	root, err := os.OpenRoot(string(u))
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // nothing is written through it
	name = filepath.FromSlash(name)
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if err := input.Check(info); err != nil {
		return nil, err
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	return file, nil
}

// Place gives a path that stands in a suite as one below the root. A path that leads
// out of the root is an error.
func (f *Root) Place(suiteFile, rel string) (string, error) {
	if filepath.IsAbs(rel) {
		return "", errors.New("paths are relative to the suite's file")
	}
	if f.abs == "" {
		return path.Join(path.Dir(suiteFile), rel), nil
	}
	dir, err := f.folder(filepath.Dir(suiteFile))
	if err != nil {
		return "", err
	}
	below, err := filepath.Rel(f.abs, filepath.Join(dir, filepath.FromSlash(rel)))
	if err != nil || !filepath.IsLocal(below) {
		return "", fmt.Errorf("it lies outside of %s; give --root to allow more", f.abs)
	}
	return filepath.ToSlash(below), nil
}

// Folder gives the place on this machine of a folder that a suite names; "" is the folder
// of the suite. Where suites are no files of this machine it is the working directory.
func (f *Root) Folder(suiteFile, rel string) (string, error) {
	if f.abs == "" {
		return "", nil
	}
	if rel == "" {
		return f.folder(filepath.Dir(suiteFile))
	}
	below, err := f.Place(suiteFile, rel)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(f.abs, filepath.FromSlash(below))
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return dir, nil //nolint:nilerr // it may be there when the command is performed
	}
	if inside, err := filepath.Rel(f.abs, real); err != nil || !filepath.IsLocal(inside) {
		return "", fmt.Errorf("it lies outside of %s; give --root to allow more", f.abs)
	}
	return real, nil
}

// IsFolder reports whether there is such a folder below the root.
func (f *Root) IsFolder(below string) bool {
	if f.abs == "" {
		info, err := fs.Stat(f.tree, below)
		return err == nil && info.IsDir()
	}
	root, err := os.OpenRoot(f.abs)
	if err != nil {
		return false
	}
	defer func() { _ = root.Close() }() // nothing is written through it
	info, err := root.Stat(filepath.FromSlash(below))
	return err == nil && info.IsDir()
}

// folder gives the place of a folder without symbolic links. The answer is kept: all
// suites of a folder ask the same.
func (f *Root) folder(dir string) (string, error) {
	once, ok := f.folders.Load(dir)
	if !ok {
		once, _ = f.folders.LoadOrStore(dir, sync.OnceValues(func() (string, error) {
			abs, err := filepath.Abs(dir)
			if err != nil {
				return "", err
			}
			return filepath.EvalSymlinks(abs)
		}))
	}
	return once.(func() (string, error))()
}

// Read gives the octets of a file that a suite names, at most 256 MiB.
func (f *Root) Read(suiteFile, path string) ([]byte, error) {
	rel, err := f.Place(suiteFile, path)
	if err != nil {
		return nil, err
	}
	return f.ReadBelow(rel)
}

// coarse is how exactly file systems know when a file was written.
const coarse = 2 * time.Second

// Written gives the octets of a file that a command was to write. One that is older than
// that is an error: it is of another time.
func (f *Root) Written(suiteFile, path string, since time.Time) ([]byte, error) {
	rel, err := f.Place(suiteFile, path)
	if err != nil {
		return nil, err
	}
	info, err := fs.Stat(f.tree, rel)
	if err != nil {
		return nil, unwrapPath(err)
	}
	if info.ModTime().Before(since.Add(-coarse)) {
		return nil, fmt.Errorf("it was not written since the command began, but %s before", since.Sub(info.ModTime()).Round(time.Second))
	}
	return f.ReadBelow(rel)
}

// ReadBelow gives the octets of a file by its path below the root.
func (f *Root) ReadBelow(rel string) ([]byte, error) {
	f.note(filepath.Join(f.abs, filepath.FromSlash(rel)))
	file, err := f.tree.Open(rel)
	if err != nil {
		return nil, unwrapPath(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	var data bytes.Buffer
	if info, err := file.Stat(); err == nil {
		data.Grow(int(min(info.Size(), maxFile)) + bytes.MinRead)
	}
	if _, err := data.ReadFrom(io.LimitReader(file, maxFile+1)); err != nil {
		return nil, unwrapPath(err)
	}
	if data.Len() > maxFile {
		return nil, fmt.Errorf("it has more than %d MiB", maxFile>>20)
	}
	return data.Bytes(), nil
}

func (f *Root) note(path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.named[path] = true
}

// Names gives the files of this machine that were read, in order.
func (f *Root) Names() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.abs == "" {
		return nil
	}
	return slices.Sorted(maps.Keys(f.named))
}

// Content gives the octets of a file that payloads are made of. They are shared, so
// nobody may change them. A file that is sent a thousand times is read once.
func (f *Root) Content(suiteFile, path string) ([]byte, error) {
	rel, err := f.Place(suiteFile, path)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	data, ok := f.contents[rel]
	f.mu.Unlock()
	if ok {
		return data, nil
	}
	if data, err = f.ReadBelow(rel); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.contents[rel] == nil && f.kept+len(data) <= maxKept {
		f.contents[rel] = data
		f.kept += len(data)
	}
	return data, nil
}

// Clip gives a WAV file. It is read once; readers of other files do not wait for it.
func (f *Root) Clip(suiteFile, path string) (Clip, error) {
	rel, err := f.Place(suiteFile, path)
	if err != nil {
		return Clip{}, err
	}
	f.mu.Lock()
	once := f.clips[rel]
	if once == nil {
		once = sync.OnceValues(func() (Clip, error) { return f.decode(rel) })
		f.clips[rel] = once
	}
	f.mu.Unlock()
	return once()
}

// decode reads a WAV file by its path below the root.
func (f *Root) decode(rel string) (Clip, error) {
	data, err := f.ReadBelow(rel)
	if err != nil {
		return Clip{}, err
	}
	c, warnings, err := media.ReadWAV(data)
	return Clip{c, warnings}, err
}

// Source reads a suite that the command line names. It may lie outside of the root.
func (f *Root) Source(name string) (string, error) {
	f.note(name)
	if f.abs != "" {
		return Source(name)
	}
	return text(f.tree.Open(filepath.ToSlash(name)))
}

// Source reads a suite that the command line names, from this machine.
func Source(name string) (string, error) {
	file, err := input.Open(name)
	return text(file, err)
}

// text reads a suite, or one octet more than a suite may have.
func text(file fs.File, err error) (string, error) {
	if err != nil {
		return "", unwrapPath(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(file, yamldoc.MaxOctets+1))
	return string(data), unwrapPath(err)
}

// unwrapPath drops what an *fs.PathError says beside its cause.
func unwrapPath(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
