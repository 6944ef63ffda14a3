package plan

import (
	"fmt"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
)

// checkConnect finds what is wrong with a connect before it dials. It computes every part
// that is known by then, as the step will.
func checkConnect(c *checker, step *spec.Step, a *spec.Connect) {
	a = c.suite.Connect(a)
	c.uses(a.Uses())
	e := c.b.in(c.b.staticEnv())
	checkRequest(c, step, &a.Request, &webSocket)
	if c.computed(pointers(a.Protocols)...) {
		_, err := e.protocols(a.Protocols)
		c.complain(step.Pos, err)
	}
	if c.computed(&a.Origin) {
		_, err := e.origin(a)
		c.complain(step.Pos, err)
	}
	if a.Retry != nil {
		checkRetry(c, a.Retry)
	}
	checkLine(c, step, a.Network)
	for _, d := range []*spec.Dialect{&c.suite.spec.Dialect, &c.b.Spec.Dialect, &a.Dialect} {
		c.opening(d, true)
	}
}

// checkRequest finds what is wrong with a request before it is sent.
func checkRequest(c *checker, step *spec.Step, a *spec.Request, by *speech) {
	e := c.b.in(c.b.staticEnv())
	if !c.options.Accepting {
		checkAddress(c, step, a, by)
	}
	for _, h := range a.Headers {
		if c.computed(pointers(h.Value)...) {
			_, err := e.fields(h)
			c.complain(step.Pos, err)
		}
	}
	if c.computed(&a.Proxy) {
		_, err := e.proxy(a)
		c.complain(step.Pos, err)
	}
	if a.Auth != nil && c.computed(a.Auth.Values()...) {
		_, err := e.authorize(a.Auth, "")
		c.complain(step.Pos, err)
	}
	if t := a.TLS; t != nil && c.computed(&t.CA, &t.Cert, &t.Key, &t.ServerName) {
		_, err := e.tls(t)
		c.complain(step.Pos, err)
	}
	if t := a.TLS; t != nil && t.Insecure && c.options.Insecure {
		notice := fmt.Sprintf("%s:%d: the server's certificate is not verified (insecure: true)", t.Pos.File, t.Pos.Line)
		if !slices.Contains(c.notices, notice) {
			c.notices = append(c.notices, notice)
		}
	}
}

// checkAddress finds what is wrong with the address to dial. A missing target is one
// mistake, however many steps dial.
func checkAddress(c *checker, step *spec.Step, a *spec.Request, by *speech) {
	values := []*spec.Value[string]{&a.URL}
	for i := range a.Query {
		values = append(values, &a.Query[i].Value)
	}
	if !c.computed(values...) {
		return
	}
	e, target := c.b.in(c.b.staticEnv()), c.b.target()
	own, err := e.urlOf(&a.URL)
	isSeen := !a.URL.IsSet() || err == nil && !own.IsAbs() // from the target
	if isSeen && c.b.moving {
		aims(c.binder, c.b, step.Pos, "write `url` here")
		for _, r := range here(c.binder, c.b, target.Uses()).Refs {
			switch r.Path[0] {
			case "vars":
				c.member(c.vars, r) // which steps before this one may have set
			case "endpoints":
				c.member(c.b.known["endpoints"], r)
			}
		}
		return
	}
	switch _, err := e.address(a, by); {
	case isSeen && (c.b.aimless || target != nil && c.b.options.Target == "" && !c.computed(target)):
	case isSeen && target == nil && c.b.options.Target == "" && err != nil:
		c.out.Because("no target", diag.At(step.Pos, err))
	default:
		c.complain(step.Pos, err)
	}
}

func pointers(values []spec.Value[string]) []*spec.Value[string] {
	out := make([]*spec.Value[string], len(values))
	for i := range values {
		out[i] = &values[i]
	}
	return out
}

// checkWindow refuses a window into an empty file.
func checkWindow(c *checker, a *spec.Send) {
	if a.Window == nil {
		return
	}
	for _, v := range a.Files() {
		path, ok := v.Known()
		if !ok {
			continue
		}
		if data, err := c.b.content(v, path); err == nil && len(data) == 0 {
			c.out.Add(diag.New(a.Window.Pos, "", "a window of an empty file has no octets"))
		}
	}
}
