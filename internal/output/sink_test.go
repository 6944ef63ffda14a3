package output

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

// After an interruption, a reader that reads on gets everything. A reader that does not is not
// waited for.
func TestPourAfterTheEnd(t *testing.T) {
	patience = 50 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data := bytes.Repeat([]byte("0123456789"), 100_000) // more than a pipe holds
	for _, reads := range []bool{true, false} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		read := make(chan []byte, 1)
		if reads {
			go func() {
				all, _ := io.ReadAll(r)
				read <- all
			}()
		}
		err = (&File{name: "pipe", sink: w}).Write(ctx, data)
		switch {
		case !reads && !errors.Is(err, errNoReader):
			t.Errorf("nobody reads: %v", err)
		case reads && (err != nil || !bytes.Equal(<-read, data)):
			t.Errorf("not all was read: %v", err)
		}
		_ = r.Close()
	}
}
