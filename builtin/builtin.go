// Package builtin serves the endpoints behind builtin://…: small WebSocket
// applications to try a suite on, and to prove the tool against. They are
// built on coder/websocket, not on the engine under test, so that the two
// sides cannot share a mistake. [Start] listens on 127.0.0.1.
package builtin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/diag"
)

// endpoint talks to one peer until the context or the connection ends.
type endpoint func(ctx context.Context, c *websocket.Conn) error

// endpoints is the registry: one line an endpoint.
var endpoints = map[string]endpoint{
	"echo":            echo,
	"voximplant/echo": voximplantEcho,
}

// Names gives the names that a builtin:// URL can have, sorted.
func Names() []string {
	names := make([]string, 0, len(endpoints))
	for n := range endpoints {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Server serves every endpoint until it is closed.
type Server struct {
	http   *http.Server
	addr   string
	served chan error
	cancel context.CancelFunc
}

// Start listens on addr, such as 127.0.0.1:0.
func Start(addr string) (*Server, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{addr: l.Addr().String(), served: make(chan error, 1), cancel: cancel}
	s.http = &http.Server{Handler: http.HandlerFunc(serve), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() { s.served <- s.http.Serve(l) }()
	return s, nil
}

// Address is host and port.
func (s *Server) Address() string { return s.addr }

// Resolve gives the ws:// address of a builtin:// URL.
func (s *Server) Resolve(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", err
	}
	name := strings.Trim(u.Host+u.Path, "/")
	if endpoints[name] == nil {
		hint := diag.DidYouMean(name, Names())
		return "", fmt.Errorf("there is no endpoint builtin://%s (%s)", name, hint)
	}
	return (&url.URL{Scheme: "ws", Host: s.addr, Path: "/" + name, RawQuery: u.RawQuery}).String(), nil
}

// Close ends all connections and waits for the listener.
func (s *Server) Close() error {
	s.cancel()
	err := s.http.Close()
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		return served
	}
	return err
}

func serve(w http.ResponseWriter, r *http.Request) {
	e := endpoints[strings.Trim(r.URL.Path, "/")]
	if e == nil {
		http.NotFound(w, r)
		return
	}
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"chat"}, InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	c.SetReadLimit(16 << 20)
	defer func() { _ = c.CloseNow() }()
	if err := e(r.Context(), c); err != nil && websocket.CloseStatus(err) == -1 {
		_ = c.Close(websocket.StatusInternalError, "endpoint failed")
	}
}

// echo sends every message back as it came.
func echo(ctx context.Context, c *websocket.Conn) error {
	for {
		kind, data, err := c.Read(ctx)
		if err != nil {
			return err
		}
		if err := c.Write(ctx, kind, data); err != nil {
			return err
		}
	}
}
