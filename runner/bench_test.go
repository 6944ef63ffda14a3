package runner_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// What `duologue check` takes for a thousand files.
func BenchmarkCheckThousandFiles(b *testing.B) {
	text, err := os.ReadFile(filepath.Join("..", "examples", "12-voximplant-ivr.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	root := b.TempDir()
	if err := os.CopyFS(filepath.Join(root, "fixtures"), os.DirFS(filepath.Join("..", "fixtures"))); err != nil {
		b.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(root, "suites"), 0o700); err != nil {
		b.Fatal(err)
	}
	var files []plan.Selection
	for k := range 1000 {
		file := filepath.Join(root, "suites", fmt.Sprintf("%d.yaml", k))
		if err := os.WriteFile(file, text, 0o600); err != nil {
			b.Fatal(err)
		}
		files = append(files, plan.Selection{File: file})
	}
	for b.Loop() {
		var problems diag.List
		suitetest.Prepare(files, suitetest.Options{Planning: plan.Options{Root: root}}, &problems)
		if !problems.Empty() {
			b.Fatal(problems.Err())
		}
	}
}

// A thousand times connect, send, expect and close, 64 at once, beside a bare
// loop that does the same on coder/websocket; and with connections that are left
// to the end of their scenario.
func BenchmarkThousandScenarios(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(serveEcho))
	defer server.Close()
	address := strings.Replace(server.URL, "http", "ws", 1)
	b.Run("loop", func(b *testing.B) {
		for b.Loop() {
			slots := make(chan struct{}, 64)
			var all sync.WaitGroup
			for range 1000 {
				slots <- struct{}{}
				all.Go(func() {
					defer func() { <-slots }()
					if err := talk(b.Context(), address); err != nil {
						b.Error(err)
					}
				})
			}
			all.Wait()
		}
	})
	for _, bench := range []struct{ name, steps string }{
		{"duologue", "connect, send: hello, expect: {message: hello}, close, expect: close"},
		{"left open", "connect, send: hello, expect: {message: hello}"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			file := filepath.Join(b.TempDir(), "suite.yaml")
			text := "scenarios:\n"
			for k := range 1000 {
				text += fmt.Sprintf("- {name: s%d, steps: [%s]}\n", k, bench.steps)
			}
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				performThousand(b, file, address)
			}
		})
	}
}

// performThousand performs a suite of a thousand scenarios. Only the performance
// is measured.
func performThousand(b *testing.B, file, address string) {
	b.StopTimer()
	clock, stop := session.Precise(5 * time.Millisecond)
	var problems diag.List
	prepared := suitetest.Prepare([]plan.Selection{{File: file}}, suitetest.Options{Planning: plan.Options{Root: filepath.Dir(file), Target: address}, Performing: runner.Options{Clock: clock}}, &problems)
	if !problems.Empty() {
		b.Fatal(problems.Err())
	}
	b.StartTimer()
	run := prepared.Run(b.Context())
	b.StopTimer()
	stop()
	if run.Count(trace.Passed) != 1000 {
		b.Errorf("%d of 1000 passed", run.Count(trace.Passed))
	}
	b.StartTimer()
}

func serveEcho(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = ws.CloseNow() }()
	for {
		kind, data, err := ws.Read(r.Context())
		if err != nil || ws.Write(r.Context(), kind, data) != nil {
			return
		}
	}
}

func talk(ctx context.Context, address string) error {
	ws, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		return err
	}
	if err := ws.Write(ctx, websocket.MessageText, []byte("hello")); err != nil {
		return err
	}
	if _, _, err := ws.Read(ctx); err != nil {
		return err
	}
	return ws.Close(websocket.StatusNormalClosure, "")
}
