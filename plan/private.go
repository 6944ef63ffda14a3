package plan

import (
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// keepHome tells the dialer which parts of the request were computed from a secret, so
// that no redirect takes them to another host unless the suite says so.
func (s *Scenario) keepHome(d *wire.Dialer, a *spec.Connect, env expr.Env) {
	p := &d.Private
	p.Carry = a.Redirects.Secrets == "keep"
	if d.FollowRedirects == 0 || p.Carry {
		return
	}
	line := 0
	for _, h := range a.Headers {
		for i := range h.Value {
			if s.isSecret(env, h.Value[i].Names(), d.Header[line].Value) {
				p.Fields = append(p.Fields, h.Name)
			}
			line++
		}
	}
	if a.Auth != nil && a.Auth.Twilio.IsSet() {
		p.Fields = append(p.Fields, d.Header[line].Name) // Authorization is private in any case
	}
	for i := range a.Protocols {
		if s.isSecret(env, a.Protocols[i].Names(), d.Protocols[i]) {
			p.Fields = append(p.Fields, "Sec-WebSocket-Protocol")
		}
	}
	if s.isSecret(env, a.Origin.Names(), d.Origin) {
		p.Fields = append(p.Fields, "Origin")
	}
	if h := a.Handshake; h != nil {
		e := d.Edit
		texts := append([]string{e.StartLine, string(e.Head), string(e.After)}, e.Lines...)
		p.Edit = s.isSecret(env, h.Names(), append(texts, e.Drop...)...)
	}
}
