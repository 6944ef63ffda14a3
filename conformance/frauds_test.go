package conformance_test

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

func isUTF8(t *testing.T, digits string) bool {
	t.Helper()
	data, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return utf8.Valid(data)
}

// Servers that do almost nothing pass almost nothing elsewhere: of Autobahn's 517 cases, 139 count as green for one that
// hangs up after the handshake. Here none of them passes a single case.
var frauds = map[string]func(nc net.Conn, in *bufio.Reader){
	"hangs up after the handshake": func(nc net.Conn, in *bufio.Reader) {
		accept(nc, in)
	},
	"refuses every handshake": func(nc net.Conn, in *bufio.Reader) {
		if _, err := http.ReadRequest(in); err == nil {
			_, _ = io.WriteString(nc, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}
	},
	"takes everything and says nothing": func(nc net.Conn, in *bufio.Reader) {
		accept(nc, in)
		_, _ = io.Copy(io.Discard, in)
	},
	"closes with 1000 at once": func(nc net.Conn, in *bufio.Reader) { closeWith(nc, in, 1000) },
	"closes with 1002 at once": func(nc net.Conn, in *bufio.Reader) { closeWith(nc, in, 1002) },
	"hangs up after one echo": func(nc net.Conn, in *bufio.Reader) {
		if !accept(nc, in) {
			return
		}
		echo(nc, in)
		_, _ = nc.Write([]byte{0x88, 2, 0x03, 0xea})
	},
	"says nothing at all": func(nc net.Conn, in *bufio.Reader) { _, _ = io.Copy(io.Discard, in) },
}

func TestNoFraudPassesACase(t *testing.T) {
	for name, serve := range frauds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var peers sync.WaitGroup
				dial := func(context.Context, string, string) (net.Conn, error) {
					ours, theirs := net.Pipe()
					peers.Go(func() {
						defer func() { _ = theirs.Close() }()
						serve(theirs, bufio.NewReader(theirs))
					})
					return ours, nil
				}
				prepared := prepare(t, suitetest.Options{Planning: plan.Options{Target: "ws://fraud.test/"}, Performing: runner.Options{Dial: dial, Jobs: 1000}})
				sections := conformance.Selection{Sections: []string{"1", "2", "3", "4", "5", "6", "7", "9", "10", "X", "H", "D", "S"},
					Cases: []string{"12.1.1", "13.1.1"}} // all rows of these two are performed in the same way
				run := only(t, prepared, sections).Run(context.Background())
				peers.Wait()
				for _, s := range run.Suites {
					for i := range s.Scenarios {
						if v := s.Scenarios[i].Verdict; v == trace.Passed || v == trace.Flaky {
							t.Errorf("passed: %s", s.Scenarios[i].Name)
						}
					}
				}
			})
		})
	}
}

// accept accepts a good request, and refuses any other.
func accept(nc net.Conn, in *bufio.Reader) bool {
	req, err := http.ReadRequest(in)
	if err != nil {
		return false
	}
	sum := sha1.Sum([]byte(req.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, err = fmt.Fprintf(nc, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	return err == nil
}

func closeWith(nc net.Conn, in *bufio.Reader, code int) {
	if accept(nc, in) {
		_, _ = nc.Write([]byte{0x88, 2, byte(code >> 8), byte(code)})
		_, _ = io.Copy(io.Discard, in)
	}
}

// echo sends one short message back.
func echo(nc net.Conn, in *bufio.Reader) {
	head := make([]byte, 6)
	if _, err := io.ReadFull(in, head); err != nil {
		return
	}
	payload := make([]byte, head[1]&0x7f)
	if _, err := io.ReadFull(in, payload); err != nil {
		return
	}
	for i := range payload {
		payload[i] ^= head[2+i%4]
	}
	_, _ = nc.Write(append([]byte{head[0], byte(len(payload))}, payload...))
}
