package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
)

// TestLocalTrouble has each trouble of this machine meet a dial, alone and while a name is looked up. It is told apart from
// what a peer or the network does.
func TestLocalTrouble(t *testing.T) {
	kindOfDial := func(err error) string {
		return dialError(t, Dialer{URL: "ws://name.test", NetDial: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
		}}).Kind
	}
	for _, errno := range localErrnos {
		lookup := &net.DNSError{Err: fmt.Sprintf("dial udp 127.0.0.53:53: socket: %v", errno), Name: "name.test"}
		for _, err := range []error{os.NewSyscallError("socket", errno), lookup} {
			if kind := kindOfDial(err); kind != KindLocal {
				t.Errorf("%v: kind %s, want %s", err, kind, KindLocal)
			}
		}
	}
	for _, err := range []error{syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EHOSTUNREACH, errors.New("too many open files, says a peer")} {
		if kind := kindOfDial(os.NewSyscallError("connect", err)); kind != KindRefused {
			t.Errorf("%v: kind %s, want %s", err, kind, KindRefused)
		}
	}
}
