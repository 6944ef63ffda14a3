package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// endpoint is an address at which a scenario can be dialled, while it runs.
type endpoint struct {
	plan.Endpoint
	url      string
	listener net.Listener
	dials    chan dialled // that no accept has taken yet
	done     sync.WaitGroup

	broken error // why no further dial can be taken; set before dials is closed
	at     int   // how many events the log had by then
}

// dialled is somebody who dialled, and the event that tells of it.
type dialled struct {
	net.Conn
	event trace.Event
}

// maxDials is how many dials may wait for an accept; a further one is dropped.
const maxDials = 64

// openEndpoints opens what the scenario declares, before its first step.
func (s *scene) openEndpoints() error {
	declared, err := s.Endpoints()
	if err != nil {
		return err
	}
	for _, d := range declared {
		l, err := s.options.Listen("tcp", d.Listen)
		if err != nil {
			return diag.New(d.Pos, "each scenario opens the endpoints for itself; port 0 is a free one", "open endpoint %q: %v", d.Name, err)
		}
		e := &endpoint{Endpoint: d, listener: l, dials: make(chan dialled, maxDials)}
		e.url = "ws://" + l.Addr().String()
		if d.TLS != nil {
			e.url = "wss://" + l.Addr().String()
		}
		e.done.Go(func() { e.listen(s) })
		s.endpoints[d.Name] = e
	}
	return nil
}

// tellOfDial logs a dial. One that comes once the last step is done may be our
// end's doing, as a client dials again that was hung up on.
func (s *scene) tellOfDial(endpoint string) trace.Event {
	return s.log.Add(trace.Event{At: s.now(), AfterEnd: s.over.Load(), Detail: &trace.Dial{Endpoint: endpoint}})
}

// listen tells of dials and keeps them until a step takes them. That one cannot be
// taken, while the endpoint is open, is no doing of a client.
func (e *endpoint) listen(s *scene) {
	defer close(e.dials)
	for {
		nc, err := e.listener.Accept()
		if err != nil && !errors.Is(err, net.ErrClosed) {
			e.broken, e.at = err, s.log.Len()
		}
		if err != nil {
			return
		}
		select {
		case e.dials <- dialled{nc, s.tellOfDial(e.Name)}:
		default:
			_ = nc.Close()
		}
	}
}

// nextDial takes the next dial on an endpoint, and reads the event that tells of it.
func (s *scene) nextDial(e *endpoint) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		select {
		case d, ok := <-e.dials:
			if !ok {
				return nil, cmp.Or(e.broken, net.ErrClosed)
			}
			s.pull()
			s.mu.Lock()
			defer s.mu.Unlock()
			s.inbox.take(d.event)
			return d.Conn, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// closeEndpoints ends them. A dial that no step has accepted is refused, and
// noted as a step that was not carried out. All are refused at once, so that
// clients which say nothing hold up the end for no longer than one.
func (s *scene) closeEndpoints(ctx context.Context) []trace.Step {
	var left []func() trace.Step
	for _, name := range slices.Sorted(maps.Keys(s.endpoints)) {
		e := s.endpoints[name]
		_ = e.listener.Close()
		e.done.Wait()
		for d := range e.dials {
			left = append(left, func() trace.Step { return s.turnAway(ctx, e, d.Conn) })
		}
	}
	notes := make([]trace.Step, len(left))
	var all sync.WaitGroup
	for i, refuse := range left {
		all.Go(func() { notes[i] = refuse() })
	}
	all.Wait()
	return notes
}

// turnAway refuses a dial and tells of it.
func (s *scene) turnAway(ctx context.Context, e *endpoint, nc net.Conn) trace.Step {
	at := s.now()
	a := wire.Acceptor{TLS: e.TLS, Timeout: grace, Limits: wire.Limits{CloseWait: grace}}
	asked := "something that is no request"
	if r, err := a.Receive(context.WithoutCancel(ctx), nc); err == nil {
		asked = r.Target
		refusal, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		_ = r.Refuse(refusal, wire.Refusal{Status: http.StatusServiceUnavailable}) // it may have gone
	}
	return trace.Step{Pos: s.Spec.Pos, Verb: "accept", Verdict: trace.Skipped, Start: at, End: s.now(),
		Name: fmt.Sprintf("no step accepted the client that asked for %s on endpoint %q; it was answered 503", asked, e.Name)}
}

// endpointNames are what ${endpoints.NAME.url} can name.
func (s *scene) endpointNames() expr.Map {
	names := expr.Map{}
	for name, e := range s.endpoints {
		names[name] = expr.Map{"url": e.url, "address": e.listener.Addr().String()}
	}
	return names
}
