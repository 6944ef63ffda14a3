package scene

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/duologue/duologue/network"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/wire"
)

// acceptance is one client that is taken and answered.
type acceptance struct {
	plan.Acceptance
	next     func(ctx context.Context) (dialled, error)
	line     *network.Line // of the connection; nil: nobody can make it bad
	wait     session.Wait
	log      *session.Log
	limit    *patience // for the dial and its request
	acceptor wire.Acceptor

	request *wire.Request // what came
	refused int           // the status with which we refused it
	vain    string        // why nothing is known though no dial or no request came; "": it is
}

// errNoDial is why an accept took nothing.
var errNoDial = errors.New("no client connected")

// lateClient is a client that came after the time of its accept.
type lateClient struct {
	at   time.Duration
	what string
}

func (e *lateClient) Error() string { return e.what + " too late" }

// wrongPath is a client that asks for another path.
type wrongPath struct{ asked string }

func (e *wrongPath) Error() string { return fmt.Sprintf("the client asks for %q", e.asked) }

// open is a [session.Opener]: it receives a client and answers it.
func (a *acceptance) open(ctx context.Context) (*wire.Conn, error) {
	r, err := a.receive(ctx)
	if err != nil {
		return nil, err
	}
	a.request = r
	if path, _, _ := strings.Cut(r.Target, "?"); a.Path != "" && path != a.Path {
		_ = a.refuse(ctx, wire.Refusal{Status: http.StatusNotFound}) // it may have gone
		return nil, &wrongPath{path}
	}
	if a.Delay > 0 {
		if err := a.wait(ctx, time.Now().Add(a.Delay)); err != nil {
			_ = r.Drop(wire.DropFIN)
			return nil, err
		}
	}
	if len(r.Violations) > 0 && (a.Refusal != nil || a.acceptor.Policy.OnViolation == wire.Fail) {
		return nil, a.refuseBroken(ctx)
	}
	if a.Refusal != nil {
		if err := a.refuse(ctx, *a.Refusal); err != nil {
			return nil, &wire.DialError{Kind: wire.KindHandshake, Err: err}
		}
		return nil, &wire.DialError{Kind: wire.KindCanceled, Err: fmt.Errorf("we refused it with %d", a.Refusal.Status)}
	}
	a.choose(r)
	c, err := r.Accept(ctx, a.Answer)
	if err != nil {
		return nil, &wire.DialError{Kind: wire.KindHandshake, Err: err}
	}
	return c, nil
}

// receive waits for a client and reads its request.
func (a *acceptance) receive(ctx context.Context) (*wire.Request, error) {
	waiting, cancel := a.limit.bound(ctx, nil)
	defer cancel()
	d, err := a.next(waiting)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, &wire.DialError{Kind: wire.KindCanceled, Err: err}
	case waiting.Err() != nil:
		a.vain = vain(waiting)
		return nil, errNoDial
	default:
		return nil, &wire.DialError{Kind: wire.KindLocal, Err: err}
	}
	if d.event.At > a.limit.deadline() {
		_ = d.Close() // it may have gone
		return nil, &lateClient{d.event.At, "the client connected"}
	}
	if a.line != nil {
		d.Conn = a.line.Join(d.Conn)
	}
	a.acceptor.Timeout = a.limit.asked + 2*maxOvertime // waiting ends before
	r, err := d.receive(waiting, &a.acceptor)
	if err != nil {
		a.vain = vain(waiting)
		return nil, err
	}
	if at := a.log.Offset(r.At); at > a.limit.deadline() {
		_ = r.Drop(wire.DropFIN)
		return nil, &lateClient{at, "the request of the client came"}
	}
	return r, nil
}

// receive reads the request of a client, unless that has been done.
func (d *dialled) receive(ctx context.Context, a *wire.Acceptor) (*wire.Request, error) {
	switch {
	case d.err != nil:
		return nil, d.err
	case d.request != nil:
		d.request.Under(a.Policy)
		return d.request, nil
	}
	return a.Receive(ctx, d.Conn)
}

// refuse answers the request with a refusal.
func (a *acceptance) refuse(ctx context.Context, f wire.Refusal) error {
	a.refused = f.Status
	return a.request.Refuse(ctx, f)
}

// refuseBroken refuses a request that breaks a rule, with the status for that
// rule or the one that was asked for.
func (a *acceptance) refuseBroken(ctx context.Context) error {
	v := a.request.Violations[0]
	refusal := wire.Refusal{Status: v.Code}
	if a.Refusal != nil {
		refusal = *a.Refusal
	}
	_ = a.refuse(ctx, refusal) // it may have gone
	return &wire.DialError{Kind: wire.KindProtocol, Rule: v.Rule, Err: errors.New(v.Text)}
}

// choose grants what the client offers, where the suite leaves that open.
func (a *acceptance) choose(r *wire.Request) {
	if offered := r.Protocols(); a.Offered && len(offered) > 0 {
		a.Answer.Subprotocol = offered[0]
	}
	for _, p := range a.Protocols {
		if a.Answer.Subprotocol == "" && slices.Contains(r.Protocols(), p) {
			a.Answer.Subprotocol = p
		}
	}
	if offers := r.Deflate(); a.Granting && len(offers) > 0 {
		a.Answer.Deflate = a.grant(offers[0])
	}
}

// grant is what an offer asks for, and what we ask for. Any client may be asked to keep no
// window. Only one that offers that may be asked to bound it (RFC 7692 section 7.1).
func (a *acceptance) grant(offer wire.DeflateOffer) *wire.Deflate {
	d := offer.Grant()
	d.ServerNoContextTakeover = d.ServerNoContextTakeover || a.Asking.ServerNoContextTakeover
	d.ClientNoContextTakeover = d.ClientNoContextTakeover || a.Asking.ClientNoContextTakeover
	if bits := a.Asking.ClientMaxWindowBits; bits > 0 && offer.ClientMaxWindowBits != 0 {
		if d.ClientMaxWindowBits == 0 || bits < d.ClientMaxWindowBits {
			d.ClientMaxWindowBits = bits
		}
	}
	return d
}
