package runner

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
)

// rootHint says which files can be read.
const rootHint = "a path is relative to its suite and lies under the working directory, or --root"

// maxFile is the most that is read of one file, in octets.
const maxFile = 256 << 20

// read gives the content of a file that a suite names. It must lie under the
// root, also where symbolic links lead.
func (o Options) read(suite, path string) ([]byte, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(suite), path)
	}
	rel, root, err := o.underRoot(path)
	if err != nil {
		return nil, err
	}
	dir, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	info, err := dir.Stat(rel)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("not a regular file")
	}
	f, err := dir.Open(rel)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("larger than %d MiB", maxFile>>20)
	}
	return data, err
}

func (o Options) underRoot(path string) (rel, root string, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return "", "", err
	}
	if root, err = filepath.Abs(o.Root); err != nil {
		return "", "", err
	}
	rel, err = filepath.Rel(root, path)
	if err != nil || !filepath.IsLocal(rel) {
		return "", "", fmt.Errorf("it lies outside %s", root)
	}
	return rel, root, nil
}

// file gives the content of a file; what was read once is not read again.
func (b *binding) file(v *spec.Value[string], path string) ([]byte, error) {
	if data, ok := b.files[path]; ok {
		return data, nil
	}
	data, err := b.options.read(b.suite.File, path)
	if err != nil {
		return nil, complaint(v.Pos, rootHint, "read %q: %v", path, unwrapPath(err))
	}
	return data, nil
}

// complaint is an error with a place.
func complaint(pos diag.Pos, hint, format string, args ...any) diag.Diagnostic {
	return diag.Diagnostic{Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint}
}
