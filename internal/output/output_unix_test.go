//go:build unix

package output_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/duologue/duologue/internal/output"
)

func put(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func link(t *testing.T, to, path string) string {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
	return path
}

func pipe(t *testing.T, path string) string {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	return path
}

func write(t *testing.T, name string) error {
	t.Helper()
	f, err := output.Claim(t.Context(), name)
	if err != nil {
		return err
	}
	return f.Write(t.Context(), []byte("new"))
}

// Only a regular file is replaced. Links to it stay.
func TestWriteReplaces(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	old := put(t, in("old"), "old")
	tests := []struct{ name, path, file string }{
		{"nothing there", in("a/b/new"), in("a/b/new")},
		{"a file", put(t, in("file"), "old"), in("file")},
		{"a link to a file", link(t, "old", in("link")), old},
		{"a link to a link to nothing", link(t, link(t, "made", in("first")), in("second")), in("made")},
		{"in a linked folder", link(t, ".", in("here")) + "/x", in("x")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, _ := os.Lstat(tt.path)
			if err := write(t, tt.path); err != nil {
				t.Fatal(err)
			}
			after, err := os.Lstat(tt.path)
			if err != nil || before != nil && (before.Mode() != after.Mode()) {
				t.Errorf("%v became %v, %v", before, after, err)
			}
			if text, err := os.ReadFile(tt.file); err != nil || string(text) != "new" {
				t.Errorf("it holds %q, %v", text, err)
			}
		})
	}
	left, err := filepath.Glob(in(".duologue-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestWriteToDevicesAndPipes(t *testing.T) {
	dir := t.TempDir()
	fifo := pipe(t, filepath.Join(dir, "pipe"))
	read := make(chan string)
	go func() {
		text, _ := os.ReadFile(fifo)
		read <- string(text)
	}()
	for _, name := range []string{fifo, "/dev/null", link(t, "/dev/null", filepath.Join(dir, "null"))} {
		before, err := os.Lstat(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := write(t, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if after, err := os.Lstat(name); err != nil || after.Mode() != before.Mode() {
			t.Errorf("%s was replaced: %v, %v", name, after, err)
		}
	}
	if text := <-read; text != "new" {
		t.Errorf("through the pipe came %q", text)
	}
}

// Something that cannot be written is refused before anything is written.
func TestClaimRefuses(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	file := put(t, in("file"), "old")
	link(t, "round", in("round"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // otherwise it would wait for a reader
	for name, want := range map[string]string{
		dir: "it is a folder", file + "/x": "not a directory", in("round"): "too many levels", pipe(t, in("pipe")): "nobody reads", "/proc/x/y": "nothing can be made|no such",
	} {
		_, err := output.Claim(ctx, name)
		ok := false
		for part := range strings.SplitSeq(want, "|") {
			ok = ok || err != nil && strings.Contains(err.Error(), part)
		}
		if !ok {
			t.Errorf("Claim(%s) = %v, want %q", name, err, want)
		}
	}
	if os.Getuid() != 0 {
		if err := os.Chmod(file, 0o400); err != nil {
			t.Fatal(err)
		}
		if _, err := output.Claim(ctx, file); err == nil {
			t.Error("a file that may only be read is claimed")
		}
	}
	if err := output.Folder(file); err == nil {
		t.Error("a file is taken for a folder")
	}
	if err := output.Folder(in("a/b")); err != nil {
		t.Errorf("a folder that can be made: %v", err)
	}
	if _, err := os.Stat(in("a")); err == nil {
		t.Error("it was made too early")
	}
}

// A replaced file keeps its permissions.
func TestWriteKeepsMode(t *testing.T) {
	file := put(t, filepath.Join(t.TempDir(), "file"), "old")
	if err := write(t, file); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode() != fs.FileMode(0o600) {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestSame(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	put(t, in("file"), "")
	link(t, "file", in("link"))
	link(t, "new", in("dangling"))
	if err := os.Link(in("file"), in("hard")); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{in("file"), in("file"), true}, {in("file"), in("link"), true}, {in("file"), in("hard"), true}, {in("file"), in("new"), false},
		{in("new"), in("dangling"), true}, {in("new"), dir + "/./new", true}, {in("new"), in("newer"), false},
		{"/dev/null", "/dev/null", false},
	} {
		a, err := output.Claim(t.Context(), tt.a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := output.Claim(t.Context(), tt.b)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Same(b); got != tt.want {
			t.Errorf("%s and %s: %v, want %v", tt.a, tt.b, got, tt.want)
		}
		if got := a.Is(tt.b); got != (tt.want && !strings.Contains(tt.a, "new")) {
			t.Errorf("%s is %s: %v", tt.a, tt.b, got)
		}
		a.Release()
		b.Release()
	}
}
