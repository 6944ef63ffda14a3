package plan

import (
	"slices"

	"github.com/duologue/duologue/internal/secrets"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// keepHome tells the dialer which parts of the request were computed from a secret, so
// that no redirect takes them to another host unless the suite says so.
func (e *evaluation) keepHome(d *wire.Dialer, a *spec.Connect) {
	p := &d.Private
	p.Carry = a.Redirects.Secrets == "keep"
	if d.FollowRedirects == 0 || p.Carry {
		return
	}
	p.Fields = e.privateFields(&a.Request, d.Header)
	for i := range a.Protocols {
		if e.isSecret(a.Protocols[i].Names(), d.Protocols[i]) {
			p.Fields = append(p.Fields, "Sec-WebSocket-Protocol")
		}
	}
	if e.isSecret(a.Origin.Names(), d.Origin) {
		p.Fields = append(p.Fields, "Origin")
	}
	if h := a.Handshake; h != nil {
		texts := append([]string{d.Edit.StartLine, string(d.Edit.Head), string(d.Edit.After)}, d.Edit.Lines...)
		p.Edit = e.isSecret(h.Names(), append(texts, d.Edit.Drop...)...)
	}
}

// privateFields names the header lines of a request that were computed from a secret. header
// holds the lines of `headers`, and behind them what `auth` makes.
func (e *evaluation) privateFields(a *spec.Request, header []wire.Field) []string {
	var names []string
	line := 0
	for _, h := range a.Headers {
		for i := range h.Value {
			if e.isSecret(h.Value[i].Names(), header[line].Value) {
				names = append(names, h.Name)
			}
			line++
		}
	}
	if a.Auth != nil && a.Auth.Twilio.IsSet() {
		names = append(names, header[line].Name) // Authorization is private in any case
	}
	return names
}

// isSecret reports whether texts were computed from a secret: they name one, or name
// something that holds one, or hold one themselves.
func (e *evaluation) isSecret(names [][]string, texts ...string) bool {
	if e.masker == nil {
		return false
	}
	return slices.ContainsFunc(names, func(path []string) bool {
		return e.namesSecret(path) || secrets.Reveals(e.masker, valueOf(e.env.Names, path))
	}) || slices.ContainsFunc(texts, func(text string) bool { return secrets.Reveals(e.masker, text) })
}
