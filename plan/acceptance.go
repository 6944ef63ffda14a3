package plan

import (
	"net/http"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// Acceptance is how a client that dials is answered.
type Acceptance struct {
	Policy    wire.Policy
	Path      string        // that must be asked for; "" for any
	Delay     time.Duration // before the answer
	Refusal   *wire.Refusal // instead of accepting
	Answer    wire.Answer
	Protocols []string     // the first of these that is offered is chosen, if Answer names none
	Offered   bool         // the first that is offered is chosen
	Chosen    bool         // the suite says what is chosen, so the dialect does not
	LeaveOpen bool         // a later step reads the open event
	NoPing    bool         // no last Ping is sent
	Granting  bool         // the first offer of permessage-deflate is granted
	Asking    wire.Deflate // what is asked of a client beyond its offer, as far as it can be asked
}

// Acceptance computes how an accept answers.
func (s *Scenario) Acceptance(a *spec.Accept, env expr.Env) (Acceptance, error) {
	return s.in(env).acceptance(a)
}

func (e *evaluation) acceptance(a *spec.Accept) (Acceptance, error) {
	t := Acceptance{Policy: policy(a.Policy), NoPing: a.Policy.FinalPing == "off"}
	var err error
	if t.Path, err = a.Path.In(e.env); err != nil {
		return t, err
	}
	if t.Delay, err = a.Delay.In(e.env); err != nil {
		return t, err
	}
	t.Offered, t.Chosen = a.Protocol.Offered, a.Protocol.IsFrom()
	if t.Protocols, err = e.protocols(a.Protocol.From); err != nil {
		return t, err
	}
	if t.Answer.Subprotocol, err = e.fieldValue(&a.Protocol.One); err != nil {
		return t, err
	}
	for _, h := range a.Headers {
		lines, err := e.fields(h)
		if err != nil {
			return t, err
		}
		t.Answer.Header = append(t.Answer.Header, lines...)
	}
	if t.Answer.Edit, err = e.edit(a.Handshake); err != nil {
		return t, err
	}
	if a.Never {
		t.Answer.Edit.Head = []byte{}
	}
	if c := a.Compression; c != nil && !c.Off {
		if t.Granting = *c == (spec.Compression{}); !t.Granting {
			t.Answer.Deflate = wire.DeflateOffer(*deflate(c)).Grant()
		}
	}
	t.Refusal, err = e.refusal(&t.Answer, a)
	return t, err
}

// refusal computes the answer that refuses, or gives nil if the client is accepted.
func (e *evaluation) refusal(answer *wire.Answer, a *spec.Accept) (*wire.Refusal, error) {
	status, err := a.Status.Or(e.env, http.StatusSwitchingProtocols)
	if err != nil {
		return nil, err
	}
	body, err := a.Body.In(e.env, e.named)
	if err != nil || status == http.StatusSwitchingProtocols {
		return nil, err
	}
	return &wire.Refusal{Status: status, Header: answer.Header, Body: body, Edit: answer.Edit}, nil
}

// Inbound computes how a connect answers a client that dials, in a run in which nothing
// is dialled. What the connect would change of its request is changed of the answer.
func (s *Scenario) Inbound(a *spec.Connect, env expr.Env) (Acceptance, error) {
	t := Acceptance{Policy: policy(a.Policy), Granting: a.Compression != nil && !a.Compression.Off,
		LeaveOpen: a.NoWait, NoPing: a.Policy.FinalPing == "off"}
	if t.Granting {
		t.Asking = wire.Deflate(*deflate(a.Compression))
	}
	e := s.in(env)
	var err error
	if t.Protocols, err = e.protocols(a.Protocols); err != nil {
		return t, err
	}
	if t.Answer.Header, err = e.header(&a.Request); err != nil {
		return t, err
	}
	t.Answer.Edit, err = e.edit(a.Handshake)
	return t, err
}

// checkAccept finds what is wrong with an accept before anything is dialled.
func checkAccept(c *checker, step *spec.Step, a *spec.Accept) {
	known := c.b.known["endpoints"]
	switch name := c.b.EndpointName(a); {
	case name != "":
		c.missing(known, a.Pos, name, "there is no endpoint %q", name)
	case len(known.names) > 0:
		c.out.Hintf(a.Pos, "with `endpoint`", "say which of the endpoints takes the dial")
	case !known.open && len(known.perhaps) == 0:
		c.out.Because(known.cause(""), diag.New(a.Pos, "such as endpoints: {here: {}}", "there is no endpoint to accept on"))
	}
	for _, h := range a.Headers {
		if !isToken(h.Name) {
			c.out.Addf(h.Pos, "%q is no name of a header", h.Name)
		}
	}
	if c.computed(pointers(a.Protocol.From)...) {
		_, err := c.b.in(c.b.staticEnv()).protocols(a.Protocol.From)
		c.complain(a.Pos, err)
	}
	c.opening(&a.Dialect, false)
	checkLine(c, step, c.suite.Accept(a).Network)
}
