package runner

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// endpoint is an address at which a scenario can be dialled, while it runs.
type endpoint struct {
	name     string
	pos      diag.Pos
	url      string
	tls      *tls.Config // nil: plain
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

// declared gives the endpoints of a scenario: its own, and those of the suite
// that have no other of their name.
func (b *binding) declared() []yamldoc.Entry[spec.Endpoint] {
	all := slices.Clone(b.scenario.Endpoints)
	for _, e := range b.suite.Endpoints {
		if !slices.ContainsFunc(b.scenario.Endpoints, func(own yamldoc.Entry[spec.Endpoint]) bool { return own.Name == e.Name }) {
			all = append(all, e)
		}
	}
	return all
}

// openEndpoints opens what the scenario declares, before its first step.
func (s *scene) openEndpoints() error {
	for _, d := range s.declared() {
		listen, err := s.listenAddress(&d.Value)
		if err != nil {
			return err
		}
		cfg, err := s.serverTLS(d.Value.TLS)
		if err != nil {
			return err
		}
		l, err := s.options.Listen("tcp", listen)
		if err != nil {
			return complaint(d.Pos, "each scenario opens the endpoints for itself; port 0 is a free one", "open endpoint %q: %v", d.Name, err)
		}
		e := &endpoint{name: d.Name, tls: cfg, listener: l, pos: d.Pos, dials: make(chan dialled, maxDials)}
		e.url = "ws://" + l.Addr().String()
		if cfg != nil {
			e.url = "wss://" + l.Addr().String()
		}
		e.done.Go(func() { e.listen(s) })
		s.endpoints[d.Name] = e
	}
	return nil
}

// listenAddress is where an endpoint listens: on this machine alone, unless the
// command line allows more.
func (b *binding) listenAddress(e *spec.Endpoint) (string, error) {
	listen, err := e.Listen.Or(b.staticEnv(), spec.DefaultListen)
	if err != nil {
		return "", err
	}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return "", complaint(e.Listen.Pos, "such as 127.0.0.1:0", "%q is no host with a port", listen)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) && !b.options.AllowListen {
		return "", complaint(e.Listen.Pos, "127.0.0.1, or give --allow-listen to the run", "%q could be reached from other machines", listen)
	}
	return listen, nil
}

func (b *binding) serverTLS(t *spec.ServerTLS) (*tls.Config, error) {
	if t == nil {
		return nil, nil
	}
	_, cert, err := b.named(&t.Cert, b.staticEnv())
	if err != nil {
		return nil, err
	}
	_, key, err := b.named(&t.Key, b.staticEnv())
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, complaint(t.Cert.Pos, "", "certificate and key cannot be used: %v", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}, nil
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
		case e.dials <- dialled{nc, s.tellOfDial(e.name)}:
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
	a := wire.Acceptor{TLS: e.tls, Timeout: grace, Limits: wire.Limits{CloseWait: grace}}
	asked := "something that is no request"
	if r, err := a.Receive(context.WithoutCancel(ctx), nc); err == nil {
		asked = r.Target
		refusal, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		_ = r.Refuse(refusal, wire.Refusal{Status: http.StatusServiceUnavailable}) // it may have gone
	}
	return trace.Step{Pos: s.scenario.Pos, Verb: "accept", Verdict: trace.Skipped, Start: at, End: s.now(),
		Name: fmt.Sprintf("no step accepted the client that asked for %s on endpoint %q; it was answered 503", asked, e.name)}
}

// endpointNames are what ${endpoints.NAME.url} can name.
func (s *scene) endpointNames() expr.Map {
	names := expr.Map{}
	for name, e := range s.endpoints {
		names[name] = expr.Map{"url": e.url, "address": e.listener.Addr().String()}
	}
	return names
}

// bindEndpoints finds what can be known to be wrong with the endpoints.
func (b *binder) bindEndpoints(out *binding) {
	for _, d := range out.declared() {
		e := d.Value
		if e.Doubt.Wrong {
			continue
		}
		b.complain(d.Pos, expr.CheckName(d.Name))
		if b.computable(out, e.Listen.Uses()) {
			_, err := out.listenAddress(&e)
			b.complain(d.Pos, err)
		}
		if t := e.TLS; t != nil && b.computable(out, t.Cert.Uses()) && b.computable(out, t.Key.Uses()) {
			_, err := out.serverTLS(t)
			b.complain(d.Pos, err)
		}
	}
}
