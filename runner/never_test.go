package runner_test

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/duologue/duologue/internal/pipenet"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/trace"
)

// Where our answer has opened no WebSocket, none is closed at the end: TCP ends, and nothing is written that a client
// would take for HTTP. Where one is open, the Close comes.
func TestEndWithoutAWebSocket(t *testing.T) {
	for name, tt := range map[string]struct {
		accept, got string
		lasts       time.Duration
	}{
		"never":           {"{never: true}", "", time.Second},
		"never, a app":    {"{never: true, dialect: vonage}", "", time.Second},
		"never, platform": {"{never: true, dialect: {name: twilio, role: platform, streamSid: MZ1}}", "", time.Second},
		"another status":  {`{handshake: {line: HTTP/1.1 200 OK, drop: [Upgrade, Connection, Sec-WebSocket-Accept]}}`, "HTTP/1.1 200 OK|||", time.Second},
		"no HTTP":         {`{handshake: {head: "SSH-2.0"}}`, "SSH-2.0", time.Second},
		"hints":           {`{handshake: {head: "HTTP/1.1 103 Early Hints\r\n\r\n"}}`, "HTTP/1.1 103 Early Hints|||", time.Second},
		"an answer":       {"{policy: {final_ping: off}, handshake: {head: \"HTTP/1.1 101 X\\r\\n\\r\\n\"}}", "HTTP/1.1 101 X|||\x88\x02\x03\xe8", 2 * time.Second}, // it does not answer the Close,
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "suite.yaml")
			write(t, file, []byte("endpoints: {here: {listen: \"127.0.0.1:23900\"}}\nscenarios:\n- name: it\n  steps:\n  - accept: "+tt.accept+"\n  - wait: 1s\n"))
			var run *trace.Run
			var octets string
			var took time.Duration
			synctest.Test(t, func(t *testing.T) {
				n := pipenet.New()
				prepared := suitetest.Plan(t, suitetest.Options{Planning: plan.Options{Root: filepath.Dir(file)}, Performing: runner.Options{Listen: n.Listen, Dial: n.Dial}}, file)
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					run = prepared.Run(context.Background())
				}()
				time.Sleep(100 * time.Millisecond)
				nc, err := n.Dial(t.Context(), "tcp", "127.0.0.1:23900")
				if err != nil {
					t.Fatal(err)
				}
				begin := time.Now()
				_, _ = io.WriteString(nc, "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
					"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
				got, _ := io.ReadAll(nc)
				octets, took = string(got), time.Since(begin)
				_ = nc.Close()
				<-ended
			})
			if want := strings.ReplaceAll(tt.got, "|||", "\r\n\r\n"); octets != want {
				t.Errorf("the client got %q, want %q", octets, want)
			}
			if took != tt.lasts {
				t.Errorf("it took %v, want %v", took, tt.lasts)
			}
			if got := verdict(&run.Suites[0].Scenarios[0]); got != "passed" {
				t.Errorf("got %s", got)
			}
		})
	}
}
