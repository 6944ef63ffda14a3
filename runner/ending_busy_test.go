package runner_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
)

// Run with more, beside busy loops, by make endings.
var (
	manyEndings = flag.Int("endings", 60, "how often TestEndings performs each situation")
	busyLoops   = flag.Int("busy", 0, "how many busy loops run beside TestEndings and TestTruthOfProcesses")
)

// Over real sockets, however busy the machine is, our end is held against
// nobody, though it is not by chance that something comes of it each time.
func TestEndings(t *testing.T) {
	startBusyLoops(t)
	tests := []struct {
		name   string
		server http.HandlerFunc
		suite  string
	}{
		{"both ends are ours", http.NotFound, `
endpoints: {here: {}}
scenarios:
- name: it
  load: {times: %d, at_once: 25}
  steps:
  - parallel:
    - steps: [{connect: {url: "${endpoints.here.url}/probe"}, on: probe}]
    - steps: [{accept: {path: /probe}, on: probed}]
`},
		{"a bot hangs up when it is told to stop", serveBot, `
dialect: twilio
scenarios:
- name: it
  load: {times: %d, at_once: 25}
  steps:
  - connect
  - expect: media_started
  - expect: {mark: greeting}
  - send_media: {from: {tone: 300Hz, duration: 60ms}}
`},
		{"a chat tells the others that one has left", new(chat).serve, `
scenarios:
- name: it
  load: {times: %d, at_once: 25}
  steps:
  - {connect: {query: {room: "${index}"}}, on: ann}
  - {connect: {query: {room: "${index}"}}, on: bob}
  - {expect: {message: welcome}, on: ann}
  - {expect: {message: welcome}, on: bob}
  - {send: hello, on: ann}
  - {expect: {message: hello}, on: bob}
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(tt.server)
			defer server.Close()
			file := filepath.Join(t.TempDir(), "suite.yaml")
			write(t, file, fmt.Appendf(nil, tt.suite, *manyEndings))
			target := strings.Replace(server.URL, "http", "ws", 1)
			run := suitetest.Plan(t, suitetest.Options{Planning: plan.Options{Root: filepath.Dir(file), Target: target}}, file).Run(context.Background())
			sc := &run.Suites[0].Scenarios[0]
			if got := sc.Series.Verdicts[trace.Passed]; got != *manyEndings {
				t.Errorf("%d of %d passed: %v", got, *manyEndings, sc.Series.Verdicts)
				for _, p := range sc.Problems {
					t.Error(p.Diagnostic)
					suitetest.Explain(t, p)
				}
			}
			t.Logf("%d passed in %s", sc.Series.Verdicts[trace.Passed], diag.Round(sc.Duration))
		})
	}
}

// startBusyLoops keeps the machine busy until the end of the test, or of its
// process.
func startBusyLoops(t *testing.T) {
	t.Helper()
	for range *busyLoops {
		loop := exec.Command("sh", "-c", fmt.Sprintf("while kill -0 %d; do :; done", os.Getpid()))
		if err := loop.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = loop.Process.Kill()
			_ = loop.Wait()
		})
	}
}

// serveBot greets the caller and hangs up as soon as the platform says stop.
func serveBot(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = ws.CloseNow() }()
	for {
		_, data, err := ws.Read(r.Context())
		if err != nil {
			return
		}
		var m struct{ Event, StreamSid string }
		_ = json.Unmarshal(data, &m) // another event is none of these
		switch m.Event {
		case "start":
			for _, text := range []string{
				`{"event":"media","streamSid":"` + m.StreamSid + `","media":{"payload":"` + strings.Repeat("f39/", 53) + `fw=="}}`,
				`{"event":"mark","streamSid":"` + m.StreamSid + `","mark":{"name":"greeting"}}`,
			} {
				_ = ws.Write(r.Context(), websocket.MessageText, []byte(text))
			}
		case "stop":
			_ = ws.Close(websocket.StatusNormalClosure, "")
			return
		}
	}
}

// chat hands on what one in a room says to the others, and tells them when one
// has left.
type chat struct {
	mu    sync.Mutex
	rooms map[string][]*websocket.Conn
}

func (c *chat) serve(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = ws.CloseNow() }()
	room := r.URL.Query().Get("room")
	c.enter(room, ws)
	_ = ws.Write(r.Context(), websocket.MessageText, []byte("welcome"))
	for {
		_, data, err := ws.Read(r.Context())
		if err != nil {
			c.tell(r.Context(), room, ws, "one has left")
			return
		}
		c.tell(r.Context(), room, ws, string(data))
	}
}

func (c *chat) enter(room string, ws *websocket.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rooms == nil {
		c.rooms = map[string][]*websocket.Conn{}
	}
	c.rooms[room] = append(c.rooms[room], ws)
}

func (c *chat) tell(ctx context.Context, room string, from *websocket.Conn, text string) {
	c.mu.Lock()
	members := c.rooms[room]
	c.mu.Unlock()
	for _, to := range members {
		if to != from {
			_ = to.Write(ctx, websocket.MessageText, []byte(text))
		}
	}
}
