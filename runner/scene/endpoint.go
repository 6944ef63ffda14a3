package scene

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/network"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// endpoints are the addresses at which a scenario can be dialled, by name. They are opened
// before the first step, and none is added later.
type endpoints struct {
	desk   *desk
	byName map[string]*endpoint
	over   atomic.Bool // the last step is done
	bad    bool        // the line of a client may become bad

	// reply computes the answer to a request that came; nil if no endpoint has routes.
	reply func(e *endpoint, asked trace.Event) (plan.Reply, *problem)
}

// endpoint is one of them.
type endpoint struct {
	plan.Endpoint
	url      string
	listener net.Listener
	dials    chan dialled // no accept has taken them yet
	done     sync.WaitGroup

	end        context.CancelFunc      // ends the waiting for requests
	speechless atomic.Pointer[problem] // why a request could not be answered

	broken error // why no further dial can be taken; set before dials is closed
	at     int   // how many events the log had by then
}

// dialled is a client that dialled, and the event that tells of it. If the endpoint has
// routes, its request has been read already.
type dialled struct {
	net.Conn
	event   trace.Event
	request *wire.Request
	err     error // why no request came
}

// maxDials is how many dials may wait for an accept. A further one is dropped.
const maxDials = 64

// open opens what a scenario declares.
func (es *endpoints) open(declared []plan.Endpoint, listen func(network, addr string) (net.Listener, error)) error {
	for _, d := range declared {
		l, err := listen("tcp", d.Listen)
		if err != nil {
			return diag.New(d.Pos, "each scenario opens the endpoints for itself; port 0 is a free one", "open endpoint %q: %v", d.Name, err)
		}
		e := &endpoint{Endpoint: d, listener: l, dials: make(chan dialled, maxDials)}
		e.url = "ws://" + l.Addr().String()
		if d.TLS != nil {
			e.url = "wss://" + l.Addr().String()
		}
		var ctx context.Context
		ctx, e.end = context.WithCancel(context.Background())
		e.done.Go(func() { e.listen(ctx, es) })
		es.byName[d.Name] = e
	}
	return nil
}

// announce logs a dial. A dial that comes when the last step is done may be the doing of
// our end: a client that was hung up on dials again.
func (es *endpoints) announce(endpoint string) trace.Event {
	return es.desk.log.Add(trace.Event{At: es.desk.now(), AfterEnd: es.over.Load(), Detail: &trace.Dial{Endpoint: endpoint}})
}

// listen announces dials and keeps them until a step takes them. If one cannot be taken
// while the endpoint is open, that is no doing of a client.
func (e *endpoint) listen(ctx context.Context, es *endpoints) {
	defer close(e.dials)
	var serving sync.WaitGroup
	defer serving.Wait()
	for {
		nc, err := e.listener.Accept()
		if err != nil && !errors.Is(err, net.ErrClosed) {
			e.broken, e.at = err, es.desk.log.Len()
		}
		if err != nil {
			return
		}
		if es.bad {
			nc = network.Wrap(nc)
		}
		if e.Routes != nil {
			serving.Go(func() { e.serve(ctx, es, nc) })
			continue
		}
		e.keep(dialled{Conn: nc, event: es.announce(e.Name)})
	}
}

// keep lets a client wait for an accept.
func (e *endpoint) keep(d dialled) {
	select {
	case e.dials <- d:
	default:
		_ = d.Close()
	}
}

// next takes the next dial on an endpoint, and reads the event that tells of it.
func (es *endpoints) next(e *endpoint) func(context.Context) (dialled, error) {
	return func(ctx context.Context) (dialled, error) {
		select {
		case d, ok := <-e.dials:
			if !ok {
				return d, cmp.Or(e.broken, net.ErrClosed)
			}
			es.desk.pull()
			es.desk.take(d.event)
			return d, nil
		case <-ctx.Done():
			return dialled{}, ctx.Err()
		}
	}
}

// names are what ${endpoints.NAME.url} can name.
func (es *endpoints) names() expr.Map {
	names := expr.Map{}
	for name, e := range es.byName {
		names[name] = expr.Map{"url": e.url, "http": "http" + strings.TrimPrefix(e.url, "ws"), "address": e.listener.Addr().String()}
	}
	return names
}

// close ends the endpoints. A dial that no step has accepted is refused, and noted as a
// step at pos that was not carried out. All are refused at once, so that clients which say
// nothing hold up the end for no longer than one does.
func (es *endpoints) close(ctx context.Context, pos diag.Pos) []trace.Step {
	var left []func() trace.Step
	for _, name := range slices.Sorted(maps.Keys(es.byName)) {
		e := es.byName[name]
		_ = e.listener.Close()
		if e.end != nil {
			e.end()
		}
		e.done.Wait()
		for d := range e.dials {
			left = append(left, func() trace.Step { return es.turnAway(ctx, e, d, pos) })
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
func (es *endpoints) turnAway(ctx context.Context, e *endpoint, d dialled, pos diag.Pos) trace.Step {
	at := es.desk.now()
	a := wire.Acceptor{TLS: e.TLS, Timeout: grace, Limits: wire.Limits{CloseWait: grace}}
	asked := "something that is no request"
	if r, err := d.receive(context.WithoutCancel(ctx), &a); err == nil {
		asked = r.Target
		refusal, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		_ = r.Refuse(refusal, wire.Refusal{Status: http.StatusServiceUnavailable}) // it may have gone
	}
	return trace.Step{Pos: pos, Verb: "accept", Verdict: trace.Skipped, Start: at, End: es.desk.now(),
		Name: fmt.Sprintf("no step accepted the client that asked for %s on endpoint %q; it was answered 503", asked, e.Name)}
}
