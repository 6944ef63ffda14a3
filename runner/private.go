package runner

import (
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// keepHome tells the dialer which parts of the request were computed from a
// secret, so that no redirect takes them to another host unasked.
func (s *script) keepHome(d *wire.Dialer, a *spec.Connect) {
	p := &d.Private
	p.Carry = a.Redirects.Secrets == "keep"
	if d.FollowRedirects == 0 || p.Carry {
		return
	}
	line := 0
	for _, h := range a.Headers {
		for i := range h.Value {
			if s.isSecret(h.Value[i].Names(), d.Header[line].Value) {
				p.Fields = append(p.Fields, h.Name)
			}
			line++
		}
	}
	if a.Auth != nil && a.Auth.Twilio.IsSet() {
		p.Fields = append(p.Fields, d.Header[line].Name) // Authorization is private in any case
	}
	for i := range a.Protocols {
		if s.isSecret(a.Protocols[i].Names(), d.Protocols[i]) {
			p.Fields = append(p.Fields, "Sec-WebSocket-Protocol")
		}
	}
	if s.isSecret(a.Origin.Names(), d.Origin) {
		p.Fields = append(p.Fields, "Origin")
	}
	if h := a.Handshake; h != nil {
		e := d.Edit
		texts := append([]string{e.StartLine, string(e.Head), string(e.After)}, e.Lines...)
		p.Edit = s.isSecret(h.Names(), append(texts, e.Drop...)...)
	}
}

// isSecret reports whether texts were computed from a secret: they name one, or
// something that holds one, or hold one themselves.
func (s *script) isSecret(names [][]string, texts ...string) bool {
	if s.masker == nil {
		return false
	}
	for _, path := range names {
		if s.namesSecret(path) || s.reveals(valueOf(s.env().Names, path)) {
			return true
		}
	}
	for _, text := range texts {
		if s.reveals(text) {
			return true
		}
	}
	return false
}
