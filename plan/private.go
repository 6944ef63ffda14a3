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
	var names [][]string
	for i := range a.Protocols {
		names = append(names, a.Protocols[i].Names()...)
	}
	if e.isSecret(names, d.Protocols...) {
		p.Fields = append(p.Fields, "Sec-WebSocket-Protocol")
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
	for _, h := range a.Headers {
		var used [][]string
		for i := range h.Value {
			used = append(used, h.Value[i].Names()...)
		}
		var lines []string
		for _, line := range header {
			if line.Name == h.Name {
				lines = append(lines, line.Value)
			}
		}
		if e.isSecret(used, lines...) {
			names = append(names, h.Name)
		}
	}
	if a.Auth != nil && a.Auth.Twilio.IsSet() {
		names = append(names, spec.SignatureHeader) // Authorization is private in any case
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
