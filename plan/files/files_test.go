package files

import (
	"bytes"
	"io/fs"
	"testing"
	"testing/fstest"
)

// opened counts how often each file was opened.
type opened struct {
	fs.FS
	times map[string]int
}

func (o opened) Open(name string) (fs.File, error) {
	o.times[name]++
	return o.FS.Open(name)
}

// What payloads are made of is read once, up to a bound on what is kept.
func TestContentsAreKept(t *testing.T) {
	large := []byte("large")
	tree := opened{fstest.MapFS{"small": {Data: []byte("s")}, "large": {Data: large}}, map[string]int{}}
	f, err := Open(tree, "")
	if err != nil {
		t.Fatal(err)
	}
	f.kept = maxKept - 1
	for range 3 {
		for _, file := range []struct {
			name string
			want []byte
		}{{"small", []byte("s")}, {"large", large}} {
			got, err := f.Content("suite.yaml", file.name)
			if err != nil || !bytes.Equal(got, file.want) {
				t.Fatalf("Content(%q) = %d octets, %v", file.name, len(got), err)
			}
		}
	}
	if tree.times["small"] != 1 || tree.times["large"] != 3 {
		t.Errorf("opened %v, want small once and large for each use", tree.times)
	}
	if _, err := f.Content("suite.yaml", "none"); err == nil {
		t.Error("a file that is not there has a content")
	}
}
