package expr

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
)

// compressEffort is what it counts to set up a compressor, beside what it makes.
const compressEffort = 64 << 10

// compress writes text or octets in a format of compression. What comes of it may differ between
// versions of this program; what it inflates to does not.
func compress[W io.WriteCloser](open func(io.Writer) W) func(*evaluation, []any) (any, error) {
	return func(ev *evaluation, args []any) (any, error) {
		in := raw(args[0])
		if err := ev.charge(compressEffort + len(in)); err != nil {
			return nil, err
		}
		var out bytes.Buffer
		w := open(&out)
		if _, err := w.Write(in); err != nil {
			return nil, err
		}
		err := w.Close()
		return out.Bytes(), err
	}
}

func deflater(w io.Writer) *flate.Writer {
	out, _ := flate.NewWriter(w, flate.DefaultCompression) // only a wrong level is an error
	return out
}

// decompress reads a whole stream of a format of compression. It stops as soon as more would come
// than the evaluation may still make.
func decompress[R io.Reader](open func(io.Reader) (R, error)) func(*evaluation, []any) (any, error) {
	return func(ev *evaluation, args []any) (any, error) {
		in := bytes.NewReader(args[0].([]byte)) // it can be read by octets, so nothing is read ahead
		if err := ev.charge(compressEffort); err != nil {
			return nil, err
		}
		r, err := open(in)
		if err != nil {
			return nil, notCompressed(err)
		}
		out, err := io.ReadAll(io.LimitReader(r, int64(ev.room())+1))
		if problem := ev.charge(len(out)); problem != nil {
			return nil, problem
		}
		if err != nil {
			return nil, notCompressed(err)
		}
		if in.Len() > 0 {
			return nil, fmt.Errorf("%d octets follow the end of what is compressed", in.Len())
		}
		return out, nil
	}
}

func notCompressed(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the octets end before what is compressed does")
	}
	return fmt.Errorf("the octets cannot be inflated: %w", err)
}

// room is how many octets the evaluation may still make.
func (ev *evaluation) room() int {
	if b := ev.env.Budget; b != nil {
		return max(0, min(ev.left, b.Left))
	}
	return ev.left
}

func inflater(r io.Reader) (io.ReadCloser, error) { return flate.NewReader(r), nil }
