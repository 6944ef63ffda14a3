package spec

import (
	"cmp"
	"slices"
	"strings"

	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Usual is what every connect of a suite says, unless its step says it.
type Usual struct{ Connect }

// Keys names the keys of `defaults.connect`.
func (u *Usual) Keys(k *yamldoc.Keys) { u.usualKeys(k) }

// Under gives the connect with what is usual in its suite. Headers and parameters of the
// URL are joined by their names; so are the keys of tls and policy. Anything else that the
// step says takes the place of what is usual.
func (c *Connect) Under(u *Usual) *Connect {
	out := *c
	usual := u.Headers
	if c.Auth != nil {
		usual = slices.DeleteFunc(slices.Clone(usual), c.Auth.tells)
	}
	out.Headers = under(c.Headers, usual, strings.EqualFold)
	out.Query = under(c.Query, u.Query, func(a, b string) bool { return a == b })
	out.TLS = c.TLS.under(u.TLS)
	out.Proxy = c.Proxy.under(&u.Proxy)
	out.Auth = c.authUnder(u)
	if !c.Redirects.said {
		out.Redirects = u.Redirects
	}
	if c.Protocols == nil {
		out.Protocols = u.Protocols
	}
	out.Origin = c.Origin.under(&u.Origin)
	out.Compression = cmp.Or(c.Compression, u.Compression)
	out.Policy = c.Policy.under(&u.Policy)
	if out.Retry = cmp.Or(c.Retry, u.Retry); out.Retry != nil && out.Retry.None {
		out.Retry = nil
	}
	return &out
}

// under gives entries by their names: first those that are usual.
func under[T any](own, usual []yamldoc.Entry[T], same func(a, b string) bool) []yamldoc.Entry[T] {
	out := slices.DeleteFunc(slices.Clone(usual), func(u yamldoc.Entry[T]) bool {
		return slices.ContainsFunc(own, func(e yamldoc.Entry[T]) bool { return same(e.Name, u.Name) })
	})
	return append(out, own...)
}

func (v *Value[T]) under(usual *Value[T]) Value[T] {
	if v.set {
		return *v
	}
	return *usual
}

// authUnder gives who we are. A usual `auth` does not hold if the step has a header that
// says it, and a usual header that says it does not hold if the step has an `auth`.
func (c *Connect) authUnder(u *Usual) *Auth {
	switch {
	case c.Auth != nil && c.Auth.None:
		return nil
	case c.Auth == nil && u.Auth != nil && !slices.ContainsFunc(c.Headers, func(h Header) bool { return u.Auth.tells(h) }):
		return u.Auth
	}
	return c.Auth
}

// SignatureHeader is the header with which Twilio tells who it is.
const SignatureHeader = "X-Twilio-Signature"

// tells reports whether a header tells what the credentials tell.
func (a *Auth) tells(h Header) bool {
	if a.Twilio.IsSet() {
		return strings.EqualFold(h.Name, SignatureHeader)
	}
	return strings.EqualFold(h.Name, "Authorization")
}

// under joins the keys of both. A certificate and its key belong together.
func (t *TLS) under(usual *TLS) *TLS {
	if t == nil || usual == nil {
		return cmp.Or(t, usual)
	}
	out := *t
	out.CA, out.ServerName = t.CA.under(&usual.CA), t.ServerName.under(&usual.ServerName)
	if !t.Cert.IsSet() {
		out.Cert, out.Key = usual.Cert, usual.Key
	}
	if t.Pos.IsZero() {
		out.Insecure, out.Pos = usual.Insecure, usual.Pos
	}
	return &out
}

func (p *Policy) under(usual *Policy) Policy {
	return Policy{
		Pong: cmp.Or(p.Pong, usual.Pong), CloseReply: cmp.Or(p.CloseReply, usual.CloseReply),
		OnViolation: cmp.Or(p.OnViolation, usual.OnViolation), FinalPing: cmp.Or(p.FinalPing, usual.FinalPing),
	}
}

// Uses gives what the ${…} name of the keys that can be usual.
func (c *Connect) Uses() value.Uses {
	var out value.Uses
	add := func(u value.Uses) { out.Refs, out.Calls = append(out.Refs, u.Refs...), append(out.Calls, u.Calls...) }
	for _, v := range c.texts() {
		add(v.Uses())
	}
	if c.Retry != nil {
		add(c.Retry.Until.Uses())
		add(c.Retry.Every.Uses())
	}
	return out
}

// texts gives the texts of the keys that can be usual.
func (c *Connect) texts() []*Value[string] {
	out := []*Value[string]{&c.Proxy, &c.Origin}
	for i := range c.Headers {
		out = append(out, pointers(c.Headers[i].Value)...)
	}
	for i := range c.Query {
		out = append(out, &c.Query[i].Value)
	}
	if t := c.TLS; t != nil {
		out = append(out, &t.CA, &t.Cert, &t.Key, &t.ServerName)
	}
	if c.Auth != nil {
		out = append(out, c.Auth.Values()...)
	}
	return append(out, pointers(c.Protocols)...)
}

func pointers(values []Value[string]) []*Value[string] {
	out := make([]*Value[string], len(values))
	for i := range values {
		out[i] = &values[i]
	}
	return out
}
