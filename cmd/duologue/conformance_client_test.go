package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

// announced waits for the address that the command prints, and keeps everything else.
type announced struct {
	mu   sync.Mutex
	text bytes.Buffer
	once sync.Once
	at   chan string
}

func (a *announced) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.text.Write(p)
	if _, rest, ok := strings.Cut(a.text.String(), "ws://"); ok {
		if address, _, whole := strings.Cut(rest, "\n"); whole {
			a.once.Do(func() { a.at <- "ws://" + address })
		}
	}
	return len(p), nil
}

// judged runs the command for clients together with a client, and gives the exit code and the output.
func judged(t *testing.T, client func(ctx context.Context, url string) error, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	said := &announced{at: make(chan string, 1)}
	var code int
	var command sync.WaitGroup
	ended := make(chan struct{})
	command.Go(func() {
		defer close(ended)
		code = run(t.Context(), append([]string{"conformance", "--listen", "127.0.0.1:0"}, args...), nil, &out, said)
	})
	select {
	case url := <-said.at:
		if err := client(t.Context(), url); err != nil {
			t.Error(err)
		}
	case <-ended:
	}
	command.Wait()
	return code, out.String() + said.text.String()
}

// ask dials and gives the only message that comes.
func ask(ctx context.Context, url string) (string, error) {
	c, resp, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		if resp != nil {
			return resp.Status, nil
		}
		return "", err
	}
	defer func() { _ = c.CloseNow() }()
	_, data, err := c.Read(ctx)
	if websocket.CloseStatus(err) == websocket.StatusNormalClosure {
		return "", nil
	}
	return string(data), err
}

// echoAll is the loop of test programs for Autobahn's fuzzingserver.
func echoAll(ctx context.Context, url string) error {
	count, err := ask(ctx, url+"/getCaseCount")
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	for i := range n {
		c, _, err := websocket.Dial(ctx, fmt.Sprintf("%s/runCase?case=%d&agent=coder", url, i+1), nil)
		if err != nil {
			continue // the case may be about a failing handshake
		}
		c.SetReadLimit(1 << 20)
		for {
			kind, data, err := c.Read(ctx)
			if err != nil || c.Write(ctx, kind, data) != nil {
				break
			}
		}
		_ = c.CloseNow()
	}
	_, err = ask(ctx, url+"/updateReports?agent=coder")
	return err
}

func TestConformanceOfAClient(t *testing.T) {
	code, out := judged(t, echoAll, "--case", "1.1", "--case", "2.10", "--case", "5.18", "--case", "7.5.1", "--case", "D1.1", "--case", "H12.1")
	for _, want := range []string{
		"13 cases for clients that dial ws://127.0.0.1:", "FAIL  7 Closing › 7.5.1 ", // the client does not check UTF-8
		"1   Framing                        8 ", "2   Pings and pongs                1 ", "5   Fragmentation                  1 ",
		"H   Handshake                      1 ", "11 passed, 1 failed, 1 unimplemented",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if code != exitFailed || t.Failed() {
		t.Errorf("the command ends with %d:\n%s", code, out)
	}
}

// A client that does not ask for all cases does not pass the others.
func TestConformanceOfAnIdleClient(t *testing.T) {
	code, out := judged(t, func(ctx context.Context, url string) error {
		for path, want := range map[string]string{
			"/getCaseCount": "1", "/getCaseInfo?case=1": `{"description":"a text message of 0 octets","id":"1.1.1"}`,
			"/getCaseStatus?case=1&agent=a": `{"behavior":"FAILED"}`, "/runCase?case=2&agent=a": "404 Not Found", "/elsewhere?case=1": "404 Not Found",
		} {
			if got, err := ask(ctx, url+path); got != want || err != nil {
				t.Errorf("%s = %q, %v, want %q", path, got, err, want)
			}
		}
		_, err := ask(ctx, url+"/updateReports?agent=a")
		return err
	}, "--case", "1.1.1")
	if code != exitError || !strings.Contains(out, "the client did not ask for it") {
		t.Errorf("the command ends with %d:\n%s", code, out)
	}
}

// A client that hangs up, or sends nothing, passes no case that begins by asking whether the client is there.
func TestConformanceOfAClientThatHangsUp(t *testing.T) {
	code, out := judged(t, func(ctx context.Context, url string) error {
		for i := range 3 {
			c, _, err := websocket.Dial(ctx, fmt.Sprintf("%s/runCase?case=%d&agent=a", url, i+1), nil)
			if err == nil {
				_ = c.CloseNow()
			}
		}
		_, err := ask(ctx, url+"/updateReports?agent=a")
		return err
	}, "--case", "1.1.1", "--case", "2.5", "--case", "6.8.1")
	// A case that is being judged when the client asks for the reports is judged to its end.
	if code != exitFailed || strings.Contains(out, " error") || strings.Contains(out, " passed") {
		t.Errorf("the command ends with %d:\n%s", code, out)
	}
}

func TestConformanceListens(t *testing.T) {
	code, out := conform(t, "--listen", "127.0.0.1:0", "ws://a")
	if code != exitUsage || !strings.Contains(out, "--listen judges clients and takes no URL") {
		t.Errorf("the command ends with %d:\n%s", code, out)
	}
}
