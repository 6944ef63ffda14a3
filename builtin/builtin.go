// Package builtin serves the endpoints behind builtin://…: small WebSocket
// applications to try a suite on, and to prove the tool against. [Start] listens
// on 127.0.0.1, and [Server.Resolve] gives the address of an endpoint.
//
// The endpoints use coder/websocket and their own reading of the vendors'
// messages, not the engine under test, so that the two sides cannot make the
// same mistake. Each endpoint takes defect=NAME and is then broken in that one
// way: see [Defects]. The exception is builtin://protocol, which is package
// mutant.
package builtin

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/duologue/duologue/builtin/mutant"
)

// Server serves every endpoint until it is closed.
type Server struct {
	listen Listen
	http   *http.Server
	addr   string
	served chan error
	cancel context.CancelFunc
	calls  sync.WaitGroup

	mu      sync.Mutex
	mutants map[string]*mutant.Server // of builtin://protocol, by defect; each has its own port
}

// Listen opens a listener, like [net.Listen].
type Listen func(network, address string) (net.Listener, error)

// Start listens on addr, such as 127.0.0.1:0.
func Start(addr string) (*Server, error) { return StartOn(net.Listen, addr) }

// socketKey is the key of the connection in a request's context.
type socketKey struct{}

// StartOn listens on an address of any network, such as one in memory.
func StartOn(listen Listen, addr string) (*Server, error) {
	l, err := listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{listen: listen, addr: l.Addr().String(), served: make(chan error, 1), cancel: cancel, mutants: map[string]*mutant.Server{}}
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.answer),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(nowhere{}, "", 0),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, socketKey{}, c)
		},
		ConnState: s.count,
	}
	go func() { s.served <- s.http.Serve(sockets{l}) }()
	return s, nil
}

// count counts the connections. One that became a WebSocket is counted out by
// [Server.answer] when its call is over, because net/http does not report its
// end.
func (s *Server) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.calls.Add(1)
	case http.StateClosed:
		s.calls.Done()
	}
}

// nowhere drops what net/http logs about peers that break off.
type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

// Address gives host and port.
func (s *Server) Address() string { return s.addr }

// Resolve gives the ws:// address of a builtin:// URL. It is an error if the
// endpoint, an option or a defect does not exist. The error names the nearest
// one.
func (s *Server) Resolve(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", err
	}
	if u.Scheme != "builtin" || u.User != nil || u.Fragment != "" {
		return "", fmt.Errorf("%q is not of the form builtin://NAME?OPTIONS", raw)
	}
	name := strings.Trim(u.Host+u.Path, "/")
	if name == Protocol {
		return s.protocol(u.Query())
	}
	if _, _, err := find(name, u.RawQuery); err != nil {
		return "", err
	}
	return (&url.URL{Scheme: "ws", Host: s.addr, Path: "/" + name, RawQuery: u.RawQuery}).String(), nil
}

// Protocol is the name of the endpoint in package mutant.
const Protocol = "protocol"

// protocol gives the address of the protocol endpoint with a defect. It begins
// to serve it when it is first asked for. Each defect has an address of its own,
// because some break the handshake before a request could name them.
func (s *Server) protocol(query url.Values) (string, error) {
	name, err := defectOf(query)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mutants[name]
	if m == nil {
		host, _, err := net.SplitHostPort(s.addr)
		if err != nil {
			return "", err
		}
		l, err := s.listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			return "", err
		}
		if m, err = mutant.Serve(l, name); err != nil {
			return "", err
		}
		s.mutants[name] = m
	}
	return "ws://" + m.Address() + "/", nil
}

// defectOf gives the defect in the options of builtin://protocol, or "".
func defectOf(query url.Values) (string, error) {
	for key, values := range query {
		if key != "defect" || len(values) > 1 {
			return "", fmt.Errorf("builtin://%s takes one defect=NAME and nothing else", Protocol)
		}
	}
	return query.Get("defect"), nil
}

// Client gives the client of a URL such as builtin://protocol?defect=NAME. No
// other endpoint has one.
func Client(raw string) (*mutant.Client, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "builtin" || u.User != nil || u.Fragment != "" || strings.Trim(u.Host+u.Path, "/") != Protocol {
		return nil, fmt.Errorf("%q is no client of ours, which is builtin://%s", raw, Protocol)
	}
	name, err := defectOf(u.Query())
	if err != nil {
		return nil, err
	}
	return mutant.NewClient(name)
}

// Close ends all connections, and waits for everything that was started.
func (s *Server) Close() error {
	s.cancel()
	err := s.http.Close()
	served := <-s.served
	s.calls.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.mutants {
		err = errors.Join(err, m.Close())
	}
	if !errors.Is(served, http.ErrServerClosed) {
		return served
	}
	return err
}
