package mask

import "io"

// Writer masks what is written through it, also a secret that comes in several
// writes. It holds back what could be the beginning of one until Close.
type Writer struct {
	m       *Masker
	w       io.Writer
	held    []byte
	covered int // octets of held that belong to a secret already masked
	err     error
}

// Writer gives a Writer in front of w. It is not for several goroutines at once.
func (m *Masker) Writer(w io.Writer) *Writer { return &Writer{m: m, w: w} }

// Write masks b. After an error of the underlying writer every call gives it.
func (w *Writer) Write(b []byte) (int, error) {
	if w.m == nil {
		return w.w.Write(b)
	}
	w.held = append(w.held, b...)
	if err := w.pass(false); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Close writes what was held back. It does not close the underlying writer.
func (w *Writer) Close() error {
	if w.m == nil {
		return nil
	}
	return w.pass(true)
}

func (w *Writer) pass(final bool) error {
	if w.err != nil {
		return w.err
	}
	w.m.mu.RLock()
	r := scan(w.m, w.held, w.covered, final)
	w.m.mu.RUnlock()
	out := w.held[:r.done]
	if r.masked {
		out = r.out
	}
	if len(out) > 0 {
		_, w.err = w.w.Write(out)
	}
	w.held = append(w.held[:0], w.held[r.done:]...)
	w.covered = r.covered
	return w.err
}
