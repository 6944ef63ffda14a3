package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The files that are committed are what the sources give.
func TestTheCommittedFilesAreWhatTheSourcesGive(t *testing.T) {
	files, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 {
		t.Errorf("%d files, want page.js and page.css", len(files))
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(results, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("dist/%s is not what the sources give; run: go generate ./report/page", name)
		}
	}
}
