package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"
)

// A run waits for servers that come up: gateways that answer for them count as nobody, and
// every other answer as somebody.
func TestWaitFor(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1)%3 != 0 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		switch r.URL.Path {
		case "/ws":
			if c, err := websocket.Accept(w, r, nil); err == nil {
				_ = c.CloseNow()
			}
		case "/private":
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	for url, attempts := range map[string]int32{
		"ws://" + host + "/ws": 3, "ws://" + host + "/private": 3, "http://" + host + "/": 3, "http://" + host + "/private": 3, "tcp://" + host: 0,
	} {
		asked.Store(0)
		var out bytes.Buffer
		code := run(t.Context(), []string{"run", "testdata/echo.yaml", "--wait-for", url}, nil, &out, &out)
		if code != exitPassed || asked.Load() != attempts {
			t.Errorf("%s: exit %d after %d attempts, want %d\n%s", url, code, asked.Load(), attempts, out.String())
		}
	}
}

// A server that does not come up ends the run in one line; nothing was performed.
func TestWaitForNobody(t *testing.T) {
	const nobody = "127.0.0.1:1"
	unwell := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	defer unwell.Close()
	for url, want := range map[string]string{
		"ws://" + nobody:          nobody + " does not accept connections",
		"ws://u:secret@" + nobody: "ws://u:xxxxx@" + nobody + " is not there",
		"http://" + nobody:        "connection refused",
		"tcp://" + nobody:         "connection refused",
		unwell.URL:                "it answers 500",
	} {
		var out bytes.Buffer
		code := run(t.Context(), []string{"run", "testdata/echo.yaml", "--wait-for", url, "--wait-time", "300ms"}, nil, &out, &out)
		if text := out.String(); code != exitError || !strings.Contains(text, want) || strings.Count(text, "\n") != 1 {
			t.Errorf("%s: exit %d and %q, want %q in one line", url, code, text, want)
		}
	}
	for _, line := range []string{"--wait-for foo://x", "--wait-for tcp://127.0.0.1", "--wait-for 127.0.0.1:80", "--wait-for ws://", "--wait-time 0s"} {
		var out bytes.Buffer
		if code := run(t.Context(), append([]string{"run", "testdata/echo.yaml"}, strings.Fields(line)...), nil, &out, &out); code != exitUsage {
			t.Errorf("%s: exit %d, want %d: %s", line, code, exitUsage, out.String())
		}
	}
}
