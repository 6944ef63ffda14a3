// Command build makes the files of report/page/dist from the sources in report/page/src.
// It is a module of its own: only who changes the page needs esbuild.
package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	sources = "../src"
	results = "../dist"
)

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func write() error {
	files, err := bundle()
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(results, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// bundle gives the files of the page by their names.
func bundle() (map[string][]byte, error) {
	mark, err := digest()
	if err != nil {
		return nil, err
	}
	mark = "/* made by go generate ./report/page of sources " + mark + " */"
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{filepath.Join(sources, "page.ts"), filepath.Join(sources, "page.css")},
		Outdir:      results, Bundle: true, MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true,
		Charset: api.CharsetASCII, Format: api.FormatIIFE, Target: api.ES2022, LegalComments: api.LegalCommentsNone,
		Banner: map[string]string{"js": mark, "css": mark}, LogLevel: api.LogLevelInfo, TsconfigRaw: `{}`,
	})
	if len(result.Errors) > 0 {
		return nil, errors.New("the sources have errors")
	}
	files := map[string][]byte{}
	for _, f := range result.OutputFiles {
		files[filepath.Base(f.Path)] = f.Contents
	}
	return files, nil
}

// digest gives a digest of all sources. TestTheBundleIsOfTheSources of report/page makes the
// same.
func digest() (string, error) {
	h := sha256.New()
	err := filepath.WalkDir(sources, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(h, "%s %d\n%s", filepath.Base(path), len(text), text)
		return err
	})
	return fmt.Sprintf("%x", h.Sum(nil)), err
}
