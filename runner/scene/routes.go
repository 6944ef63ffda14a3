package scene

import (
	"context"
	"net"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// replyTime bounds how long a client may take for an answer.
const replyTime = 10 * time.Second

// serve reads what a client asks of an endpoint with routes. A request over plain HTTP is
// an event and is answered. Whatever else comes is a dial.
func (e *endpoint) serve(ctx context.Context, es *endpoints, nc net.Conn) {
	a := wire.Acceptor{TLS: e.TLS}
	r, err := a.Receive(ctx, nc)
	if err != nil || !r.IsPlain() {
		e.keep(dialled{nc, es.announce(e.Name), r, err})
		return
	}
	asked, refused := session.TakeRequest(ctx, r, es.desk.log, e.Name, es.over.Load())
	answering, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyTime)
	defer cancel()
	answer := wire.Refusal{Status: refused}
	if refused == 0 {
		reply, p := es.reply(e, asked)
		if p != nil {
			e.speechless.CompareAndSwap(nil, p)
		}
		answer = wire.Refusal{Status: reply.Status, Header: reply.Header, Body: reply.Body}
	}
	session.AnswerRequest(answering, r, es.desk.log, answer, es.over.Load())
}

// reply computes what an endpoint answers to a request. If that cannot be computed, the
// answer is 500 and the scenario ends in an error.
func (s *scene) reply(e *endpoint, asked trace.Event) (plan.Reply, *problem) {
	th := s.main()
	r := asked.Detail.(*trace.Request)
	path, _ := assertions.Field(r, "path")
	reply, err := s.plan.Reply(e.Routes, r.Method, path.(string), th.envWith(asked))
	if err != nil {
		p := th.broken(e.Pos, "", err)
		p.diagnostic.Details = append(p.diagnostic.Details, diag.Detail{Label: "asked", Text: asked.Detail.Summary()})
		return plan.Reply{Status: 500}, p
	}
	return reply, nil
}
