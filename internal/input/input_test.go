//go:build unix

package input_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/duologue/duologue/internal/input"
)

// Anything that may have no end is refused at once. What was open when the
// process started is read.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	file, pipe := filepath.Join(dir, "file"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(file, []byte("12345678"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	_, _ = w.WriteString("through")
	_ = w.Close()
	if data, err := input.Read(file, 8); err != nil || string(data) != "12345678" {
		t.Errorf("Read(file) = %q, %v", data, err)
	}
	if _, err := input.Read(file, 7); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("one octet too many: %v", err)
	}
	for _, name := range []string{pipe, "/dev/zero"} {
		if _, err := input.Read(name, 8); !errors.Is(err, input.ErrNotRegular) {
			t.Errorf("Read(%s): %v, want %v", name, err, input.ErrNotRegular)
		}
	}
	if data, err := input.Read(fmt.Sprintf("/dev/fd/%d", r.Fd()), 8); err != nil || string(data) != "through" {
		t.Errorf("a descriptor: %q, %v", data, err)
	}
	if _, err := input.Read(dir, 8); err == nil {
		t.Error("a folder was read")
	}
}
