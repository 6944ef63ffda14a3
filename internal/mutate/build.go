package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

//go:embed switches.go.txt
var switches string

// instrument finds the mutants of a package: in the given files (by absolute
// paths), or in all files if none is given. It writes the package with all
// mutants, switched off, to a folder. overlay is the file that makes the
// compiler use that folder.
func instrument(src *source, only []string, deep bool, top, folder string) (found []mutant, overlay string, err error) {
	replace := map[string]string{}
	put := func(path string, text []byte) error {
		to := filepath.Join(folder, filepath.Base(path))
		replace[path] = to
		return os.WriteFile(to, text, 0o600)
	}
	next := 0
	for _, path := range slices.Sorted(maps.Keys(src.files)) {
		if len(only) > 0 && !slices.Contains(only, path) {
			continue
		}
		name, err := filepath.Rel(top, path)
		if err != nil {
			return nil, "", err
		}
		p := places{src: src, file: src.files[path], text: src.text[path], name: filepath.ToSlash(name), next: &next, deep: deep}
		for _, d := range p.file.Decls {
			p.walk(d)
		}
		found = append(found, p.found...)
		if err := put(path, p.edits.apply(p.text)); err != nil {
			return nil, "", err
		}
	}
	helper := strings.NewReplacer("PACKAGE", src.Name, "COUNT", strconv.Itoa(next)).Replace(switches)
	if err := put(filepath.Join(src.Dir, "mutate_switches.go"), []byte(helper)); err != nil {
		return nil, "", err
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, "", err
	}
	overlay = filepath.Join(folder, "overlay.json")
	return found, overlay, os.WriteFile(overlay, data, 0o600)
}

// compile makes the test binary of the package in dir.
func compile(dir, overlay, binary string) error {
	c := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", binary, ".")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("compile the mutants of %s: %w\n%s", dir, err, out)
	}
	return nil
}
