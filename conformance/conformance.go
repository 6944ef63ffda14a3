// Package conformance holds the protocol suites for WebSocket peers: RFC 6455 and RFC 7692 as scenarios under suites,
// with their tables under data. [Files] has all of it as one file system. A runner performs it. This package only
// computes: which cases are selected ([Selection.Choose]), their outcomes ([Report]), a table of one report ([Summary])
// or of several side by side ([Compare], [CompareHTML]).
//
// The numbers and payloads of sections 1 to 13 are those of crossbario/autobahn-testsuite, so that results can be
// compared. Sections X, H, D and S are our own. docs/conformance-suites.md describes them.
package conformance

import (
	"bytes"
	"embed"
	"io/fs"
	"path"
	"time"
)

//go:embed suites data
var embedded embed.FS

// Files has the suites, their tables, and the corpora, which are made when they are opened.
func Files() fs.FS { return tree{} }

// Suites gives the paths of the suites below [Files], in the order of their sections.
func Suites() []string {
	all, err := fs.Glob(embedded, "suites/[0-9a-z]*.yaml")
	if err != nil {
		return nil // the pattern is valid
	}
	var out []string
	for _, file := range all {
		if path.Base(file) != "common.yaml" {
			out = append(out, file)
		}
	}
	return out
}

// tree is the embedded files and the corpora.
type tree struct{}

func (tree) Open(name string) (fs.File, error) {
	if corpus, ok := corpora[name]; ok {
		return &memoryFile{Reader: bytes.NewReader(corpus()), name: path.Base(name)}, nil
	}
	return embedded.Open(name)
}

// memoryFile is a file made in memory.
type memoryFile struct {
	*bytes.Reader
	name string
}

func (f *memoryFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *memoryFile) Close() error               { return nil }
func (f *memoryFile) Name() string               { return f.name }
func (f *memoryFile) Mode() fs.FileMode          { return 0o444 }
func (f *memoryFile) ModTime() time.Time         { return time.Time{} }
func (f *memoryFile) IsDir() bool                { return false }
func (f *memoryFile) Sys() any                   { return nil }
