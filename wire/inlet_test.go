package wire

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
)

// pair gives both ends of a TCP connection.
func pair(t *testing.T) (ours, theirs *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	dialled, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dialled.Close(); _ = accepted.Close() })
	return dialled.(*net.TCPConn), accepted.(*net.TCPConn)
}

// What ends reading is the same error, in the same words, as that of a read into a buffer of one's own.
func TestInletErrors(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, ours, theirs *net.TCPConn){
		"fin": func(t *testing.T, _, theirs *net.TCPConn) { _ = theirs.Close() },
		"reset": func(t *testing.T, _, theirs *net.TCPConn) {
			_ = theirs.SetLinger(0)
			_ = theirs.Close()
		},
		"a deadline": func(t *testing.T, ours, _ *net.TCPConn) { _ = ours.SetReadDeadline(longAgo) },
		"our close":  func(t *testing.T, ours, _ *net.TCPConn) { _ = ours.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			ours, theirs := pair(t)
			end(t, ours, theirs)
			_, want := ours.Read(make([]byte, 1))
			other, peer := pair(t)
			end(t, other, peer)
			in := newInlet(transport{Conn: other, raw: &tap{Conn: other}})
			_, got := in.read()
			if classify(got) != classify(want) || isTimeout(got) != isTimeout(want) || isReset(got) != isReset(want) || errors.Is(got, net.ErrClosed) != errors.Is(want, net.ErrClosed) {
				t.Errorf("%v, want an error like %v", got, want)
			}
			var op, wantOp *net.OpError
			if errors.As(want, &wantOp) && (!errors.As(got, &op) || op.Op != wantOp.Op || op.Net != wantOp.Net || op.Err.Error() != wantOp.Err.Error()) {
				t.Errorf("%v, want the words of %v", got, want)
			}
			if _, again := in.read(); !isTimeout(got) && again != got {
				t.Errorf("then %v, want %v again", again, got)
			}
		})
	}
}

// Octets come as they were sent, in order, whatever came in one read; and who waits holds no buffer.
func TestInletReads(t *testing.T) {
	ours, theirs := pair(t)
	raw := &tap{Conn: ours, ahead: []byte("ahead,")}
	in := newInlet(transport{Conn: raw, raw: raw})
	sent := append([]byte("ahead,"), bytes.Repeat([]byte("0123456789"), 10_000)...)
	go func() {
		_, _ = theirs.Write(sent[len("ahead,"):])
		_ = theirs.CloseWrite()
	}()
	var got []byte
	for {
		octets, err := in.read()
		got = append(got, octets...)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			break
		}
	}
	if !bytes.Equal(got, sent) {
		t.Errorf("%d octets came of %d, or others", len(got), len(sent))
	}
}
