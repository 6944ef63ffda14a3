// Package mutant is the protocol endpoint behind builtin://protocol: an echo in
// the server role on package wire. It keeps every rule of RFC 6455 and RFC 7692.
// Each of its [Defects] breaks one. [Listen] serves it.
//
// It exists to prove suites: the clean endpoint must pass every case, and each
// mutant must fail the cases that look for its defect. It uses the same engine
// as the judge, so what it passes proves nothing about the engine. Other
// people's stacks do that.
package mutant

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
)

// Server serves one mutant, or the clean endpoint, until it is closed.
type Server struct {
	listener net.Listener
	defect   defect
	cancel   context.CancelFunc
	work     sync.WaitGroup
	one      chan struct{} // room for one: a defect that does one thing at a time holds it

	mu    sync.Mutex
	calls map[*call]bool // the open ones
	asked string         // the first subprotocol of the last request that asked for any
}

// Listen serves on a TCP address such as 127.0.0.1:0; see [Serve].
func Listen(addr, name string) (*Server, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return Serve(l, name)
}

// Serve serves the connections that l accepts, and closes l in the end. The
// defect is one of [Defects], or "" for none. Any other name is an error.
func Serve(l net.Listener, name string) (*Server, error) {
	d, err := find(defects, "builtin://protocol", name)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{listener: l, defect: d, cancel: cancel, one: make(chan struct{}, 1), calls: map[*call]bool{}}
	s.work.Go(func() { s.serve(ctx) })
	return s, nil
}

// Address gives host and port.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Close drops every connection, and waits for everything that was started.
func (s *Server) Close() error {
	s.cancel()
	err := s.listener.Close()
	s.work.Wait()
	return err
}

func (s *Server) serve(ctx context.Context) {
	for {
		nc, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // a client that went away before it was accepted
		}
		s.work.Go(func() { s.take(ctx, nc) })
	}
}

// join notes an open call. The function that it gives removes the call.
func (s *Server) join(c *call) func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[c] = true
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.calls, c)
	}
}

// recall gives the subprotocol that was asked for last, after noting one.
func (s *Server) recall(asked string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if asked != "" {
		s.asked = asked
	}
	return s.asked
}

// others gives all open calls except one.
func (s *Server) others(but *call) []*call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*call
	for c := range s.calls {
		if c != but {
			out = append(out, c)
		}
	}
	return out
}
