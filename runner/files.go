package runner

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
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/input"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/spec"
)

// maxFile bounds a file that a suite names.
const maxFile = 256 << 20

// files reads suites and what they name. Nothing outside of the root can be
// read, whatever a path says or a symbolic link points to.
type files struct {
	tree fs.FS  // what lies below the root
	abs  string // the root; "" where the suites are no files of this machine

	folders sync.Map // func() (string, error) by the folder of a suite: where it really lies

	mu         sync.Mutex
	named      map[string]bool                 // the paths of all that was read
	clips      map[string]func() (clip, error) // by path
	contents   map[string][]byte               // by path, of payloads
	kept       int                             // octets in contents
	recordings map[recording]made
}

// maxKept bounds the contents that are kept; files beyond it are read for each
// use.
const maxKept = 64 << 20

// clip is a WAV file that was read.
type clip struct {
	media.Clip
	warnings []string
}

// openFiles reads from tree or, where that is nil, from the folder root.
func openFiles(tree fs.FS, root string) (*files, error) {
	f := &files{tree: tree, clips: map[string]func() (clip, error){}, contents: map[string][]byte{}, named: map[string]bool{}, recordings: map[recording]made{}}
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

// under is what lies below a folder, links included. It holds nothing open, so it
// is there for as long as its plan and however often that is performed.
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

// place gives a path of a suite as one below the root.
func (f *files) place(suiteFile, rel string) (string, error) {
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

// folder gives where a folder really lies. It is looked for once: it is the same
// for everything that its suites name.
func (f *files) folder(dir string) (string, error) {
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

// read gives the octets of a file that a suite names.
func (f *files) read(suiteFile, path string) ([]byte, error) {
	rel, err := f.place(suiteFile, path)
	if err != nil {
		return nil, err
	}
	return f.readBelow(rel)
}

// readBelow gives the octets of a file by its path below the root.
func (f *files) readBelow(rel string) ([]byte, error) {
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

func (f *files) note(path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.named[path] = true
}

// names gives the files of this machine that were read.
func (f *files) names() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.abs == "" {
		return nil
	}
	return slices.Sorted(maps.Keys(f.named))
}

// content gives the octets of a file that payloads are made of, which nobody may
// change: a file that is sent a thousand times is not read a thousand times.
func (f *files) content(suiteFile, path string) ([]byte, error) {
	rel, err := f.place(suiteFile, path)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	data, ok := f.contents[rel]
	f.mu.Unlock()
	if ok {
		return data, nil
	}
	if data, err = f.readBelow(rel); err != nil {
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

// clip gives a WAV file, read once: others need not wait for it meanwhile.
func (f *files) clip(suiteFile, path string) (clip, error) {
	rel, err := f.place(suiteFile, path)
	if err != nil {
		return clip{}, err
	}
	f.mu.Lock()
	once := f.clips[rel]
	if once == nil {
		once = sync.OnceValues(func() (clip, error) { return f.decode(rel) })
		f.clips[rel] = once
	}
	f.mu.Unlock()
	return once()
}

// decode reads a WAV file by its path below the root.
func (f *files) decode(rel string) (clip, error) {
	data, err := f.readBelow(rel)
	if err != nil {
		return clip{}, err
	}
	c, warnings, err := media.ReadWAV(data)
	return clip{c, warnings}, err
}

// source reads a suite, which the command line named.
func (f *files) source(name string) (string, error) {
	f.note(name)
	open := func() (fs.File, error) { return input.Open(name) } // also outside of the root
	if f.abs == "" {
		open = func() (fs.File, error) { return f.tree.Open(filepath.ToSlash(name)) }
	}
	file, err := open()
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(file, yamldoc.MaxOctets+1))
	return string(data), err
}

// parsed is a file of the command line, or one that is imported, as it was read.
type parsed struct {
	name     string
	text     string
	read     bool        // the text is known
	suite    *spec.Suite // nil if nothing of it can be used
	problems diag.List
}

// parse reads a suite.
func (f *files) parse(name string) parsed {
	out := parsed{name: name}
	text, err := f.source(name)
	if err != nil {
		out.problems.Addf(diag.Pos{File: name}, "%v", unwrapPath(err))
		return out
	}
	out.text, out.read = text, true
	out.suite = spec.Parse(name, text, &out.problems)
	return out
}

// parseAll reads suites side by side and gives them in the order in which they
// were selected: a file knows nothing of the others until it is bound.
func (f *files) parseAll(selected []Selection) []parsed {
	out := make([]parsed, len(selected))
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(selected)) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(out)); i = next.Add(1) - 1 {
				out[i] = f.parse(selected[i].File)
			}
		})
	}
	all.Wait()
	return out
}

// rootHint says which files can be read.
const rootHint = "a path is relative to its suite and lies under the working directory, or --root"

// file gives the content of a file that a value names.
func (b *binding) file(v *spec.Value[string], path string) ([]byte, error) {
	data, err := b.files.content(b.suite.File, path)
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
