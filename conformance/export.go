package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// Export writes [Files] into a folder, about 2 MB: the suites, their tables, and the corpora, which exist as files
// nowhere else. So suites can be read, changed, checked and performed like any others. If a file exists with another
// content, it is kept, and that is an error.
func Export(dir string) error {
	names := slices.Sorted(maps.Keys(corpora))
	err := fs.WalkDir(embedded, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("list suites: %w", err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(Files(), name)
		if err != nil {
			return fmt.Errorf("export %s: %w", path.Base(name), err)
		}
		if err := put(filepath.Join(dir, filepath.FromSlash(name)), data); err != nil {
			return err
		}
	}
	return nil
}

// put writes a file if it does not exist. It is an error if it exists with another content.
func put(file string, data []byte) error {
	info, err := os.Stat(file)
	switch {
	case err == nil && same(file, info, data):
		return nil
	case err == nil:
		return fmt.Errorf("%s is there already and differs", file)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

// same reports whether a file has exactly this content. It does not read files of another length, or anything but
// regular files.
func same(file string, info fs.FileInfo, data []byte) bool {
	if !info.Mode().IsRegular() || info.Size() != int64(len(data)) {
		return false
	}
	there, err := os.ReadFile(file)
	return err == nil && bytes.Equal(there, data)
}
