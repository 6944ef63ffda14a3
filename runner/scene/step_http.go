package scene

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/duologue/duologue/assertions"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/match"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// request asks over plain HTTP, again if the answer is not yet as `until` wants, and judges
// the status of the last answer.
func request(ctx context.Context, t *task, a *spec.HTTP) *problem {
	within, err := t.within()
	if err != nil {
		return t.broken(err)
	}
	r, err := t.plan.Request(a, t.env(), t.sounds.newID(""))
	if err != nil {
		return t.broken(err)
	}
	client := session.NewClient(session.Asking{Method: r.Method, URL: r.URL, Header: r.Header, Body: r.Body, Redirects: a.Redirects.Max,
		Private: r.Private, TLS: r.TLS, Proxy: r.Proxy, NetDial: t.stage.Dial}, t.desk.log)
	defer client.Close()
	limit := t.excuses.patience(within)
	q := &asking{task: t, of: a, request: r, limit: limit, sent: limit.began}
	p := q.ask(ctx, client)
	if p == nil {
		return nil
	}
	if ctx.Err() != nil {
		return t.ranOut(ctx, "in this step", q.details()...)
	}
	p.connection = "" // it speaks of none
	return p
}

// asking is an `http` that is being carried out.
type asking struct {
	*task
	of      *spec.HTTP
	request *plan.Request
	limit   *patience

	asked int           // requests so far
	sent  time.Duration // when the last of them was, or the step began
	last  trace.Event
	until spec.Pattern     // computed
	wrong []match.Mismatch // how the last answer differs from what `until` wants
	vain  string           // why nothing is known though no answer was as wanted; "": it is
}

// ask makes requests until one decides the step.
func (q *asking) ask(ctx context.Context, client *session.Client) *problem {
	timed, cancel := q.limit.bound(ctx, nil)
	defer cancel()
	for {
		p, done := q.once(timed, client)
		if done {
			return p
		}
		if q.stage.Clock.Wait(timed, time.Now().Add(q.request.Every)) == nil {
			continue
		}
		if q.vain = vain(timed); ctx.Err() == nil {
			p, done = q.onceMore(ctx, client)
		}
		if done {
			return p
		}
		return q.unmet()
	}
}

// onceMore makes a last request if we were late, since in time we would have asked at other
// moments. It may take as long as if it were the last one that was sent before.
func (q *asking) onceMore(ctx context.Context, client *session.Client) (*problem, bool) {
	left := q.limit.end() - q.sent
	if q.limit.longer == 0 || left <= 0 {
		return nil, false
	}
	timed, cancel := q.excuses.patience(left).bound(ctx, nil)
	defer cancel()
	return q.once(timed, client)
}

// once makes one request. It reports whether the step is decided.
func (q *asking) once(ctx context.Context, client *session.Client) (*problem, bool) {
	before := q.sent
	q.sent = q.now()
	ev, err := client.Ask(ctx)
	q.asked++
	var bad *wire.DialError
	if errors.As(err, &bad) && (q.of.Until == nil || bad.Kind != wire.KindRefused) {
		return q.unanswered(ctx, bad), true
	}
	q.last = ev
	if err == nil {
		q.label(eventLabel{event: ev})
	}
	if q.of.Until == nil {
		return cmp.Or(q.judge(ev), q.late(ev, ev.At)), true
	}
	if q.until, err = q.of.Until.Bind(q.env()); err != nil {
		return q.broken(err), true
	}
	if q.wrong = assertions.MatchEvent(q.until, ev); len(q.wrong) == 0 {
		q.note(q.check(trace.Passed))
		return cmp.Or(q.judge(ev), q.late(ev, before+ev.At-q.sent)), true
	}
	return nil, false
}

// late fails because of an answer that came after its time. It may have been the same for a
// request that was sent right after the one before it, so that it came at an offset.
func (q *asking) late(ev trace.Event, perhaps time.Duration) *problem {
	p := q.belated(q.limit, ev.At, "the answer came")
	if p != nil {
		p.excuse = q.limit.forgives(perhaps)
		p.diagnostic.Details = q.details()
	}
	return p
}

// unanswered says why no answer came. This machine or the suite may be to blame.
func (q *asking) unanswered(ctx context.Context, bad *wire.DialError) *problem {
	switch {
	case bad.Kind == wire.KindLocal:
		return q.broken(fmt.Errorf("this machine could not ask: %w", bad.Err))
	case bad.Kind == wire.KindInvalid:
		return q.broken(fmt.Errorf("this cannot be asked: %w", bad.Err))
	case bad.Kind == wire.KindTimeout && q.wrong != nil:
		q.vain = cmp.Or(q.vain, vain(ctx))
		return q.unmet()
	case bad.Kind == wire.KindTimeout:
		p := q.fails(q.timePos(q.of.Pos), fmt.Sprintf("the request was not answered within %s", diag.Round(q.limit.asked)), q.details()...)
		p.excuse = vain(ctx)
		return p
	}
	return q.fails(q.of.Pos, "the request was not answered", append([]diag.Detail{{Label: "came", Text: session.Why(bad)}}, q.details()...)...)
}

// unmet says that no answer was in time as `until` wants.
func (q *asking) unmet() *problem {
	details := mismatchDetails(q.wrong)
	if a := q.last.Detail.(*trace.Answer); a.Status == 0 {
		details = []diag.Detail{{Label: "came", Text: a.Error}}
	}
	if q.asked > 1 {
		details = append(details, diag.Detail{Label: "asked", Text: fmt.Sprintf("%d times", q.asked)})
	}
	p := q.fails(q.of.Until.Pos, fmt.Sprintf("no answer was like this within %s", diag.Round(q.limit.asked)), append(details, q.details()...)...)
	q.note(q.check(trace.Failed))
	p.excuse = q.vain
	return p
}

// check is the comparison of the last answer with what `until` wants.
func (q *asking) check(v trace.Verdict) trace.Check {
	return trace.Check{Pos: q.until.Pos, Subject: "until", Verdict: v, Expected: assertions.DescribePattern(q.until), Actual: q.last.Detail.Summary()}
}

// judge holds the status of an answer against what it must be. Where `until` has asked for
// it, nothing is left to ask.
func (q *asking) judge(ev trace.Event) *problem {
	status := ev.Detail.(*trace.Answer).Status
	c := trace.Check{Pos: q.step.Pos, Subject: "http.status", Verdict: trace.Passed, Expected: "200 to 299", Actual: fmt.Sprint(status)}
	switch {
	case q.of.Status != nil:
		want, err := q.of.Status.Bind(q.env())
		if err != nil {
			return q.broken(err)
		}
		c = assertions.Compare(want.Pos, c.Subject, want.Fields[0].Value, status, nil)
	case q.of.Until != nil && asksFor(q.of.Until, "status"):
		return nil
	case status < http.StatusOK || status >= http.StatusMultipleChoices:
		c.Verdict = trace.Failed
	}
	q.note(c)
	if c.Verdict != trace.Failed {
		return nil
	}
	words := strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
	p := q.fails(c.Pos, "the answer is "+words, append([]diag.Detail{{Label: "expected", Text: c.Expected}}, q.details()...)...)
	if q.of.Status == nil {
		p.diagnostic.Hint = fmt.Sprintf("write status: %d if that is right", status)
	}
	return p
}

// asksFor reports whether a pattern has a field.
func asksFor(p *spec.Pattern, field string) bool {
	for _, f := range p.Fields {
		if f.Name == field {
			return true
		}
	}
	return false
}

// details show what was asked, and what else is known of the last answer.
func (q *asking) details() []diag.Detail {
	shown := *q.request.URL
	shown.User = nil
	out := []diag.Detail{{Label: "url", Text: q.request.Method + " " + shown.String()}}
	a, ok := q.last.Detail.(*trace.Answer)
	if !ok {
		return out
	}
	for _, h := range a.Headers {
		if h.Name == "Location" {
			out = append(out, diag.Detail{Label: "location", Text: h.Value})
		}
	}
	if body := trace.Excerpt(a.Headers, a.Body, q.plan.MaskText); body != "" {
		out = append(out, diag.Detail{Label: "body", Text: body})
	}
	return out
}
