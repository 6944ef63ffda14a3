package mutant_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/builtin/mutant"
)

// listens makes the clean client call a server on another library, and gives the error of the server.
func listens(t *testing.T, ctx context.Context, server func(*websocket.Conn) error) error {
	t.Helper()
	said := make(chan error, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionContextTakeover})
		if err == nil {
			err = server(c)
		}
		said <- err
	}))
	defer s.Close()
	client, err := mutant.NewClient("")
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Echo(ctx, strings.Replace(s.URL, "http", "ws", 1)); err != nil {
		t.Error(err)
	}
	return <-said
}

// A server on another library finds nothing wrong with the clean client.
func TestCleanClient(t *testing.T) {
	err := listens(t, t.Context(), func(c *websocket.Conn) error {
		c.SetReadLimit(1 << 20)
		for _, text := range []string{"", "hello", strings.Repeat("long ", 50_000)} {
			if err := c.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
				return err
			}
			kind, got, err := c.Read(t.Context())
			if err != nil || kind != websocket.MessageText || string(got) != text {
				return errors.Join(errors.New("the echo is another"), err)
			}
		}
		return c.Close(websocket.StatusNormalClosure, "done")
	})
	if err != nil {
		t.Errorf("the server says: %v", err)
	}
}

// The end of its context ends a call that the server keeps open.
func TestClientEnds(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := listens(t, ctx, func(c *websocket.Conn) error {
		if err := c.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
			return err
		}
		if _, _, err := c.Read(t.Context()); err != nil {
			return err
		}
		cancel()
		if _, _, err := c.Read(t.Context()); err == nil {
			return errors.New("the call outlives its context")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A client that accepts wrong frames still refuses a wrong answer to its handshake.
func TestLaxClientRefuses(t *testing.T) {
	ends := make(chan error, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nc, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			ends <- err
			return
		}
		defer nc.Close()
		_, _ = io.WriteString(nc, "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n\x81\x02hi")
		_ = nc.SetReadDeadline(time.Now().Add(10 * time.Second))
		octets, err := io.ReadAll(nc)
		if len(octets) > 0 || err != nil && strings.Contains(err.Error(), "timeout") {
			ends <- fmt.Errorf("it goes on: %q, %w", octets, err)
			return
		}
		ends <- nil
	}))
	defer s.Close()
	client, err := mutant.NewClient("masked-ok")
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Echo(t.Context(), strings.Replace(s.URL, "http", "ws", 1)); err == nil || !strings.Contains(err.Error(), "Sec-WebSocket-Accept") {
		t.Errorf("Echo() = %v, want the wrong Sec-WebSocket-Accept", err)
	}
	if err := <-ends; err != nil {
		t.Error(err)
	}
}
