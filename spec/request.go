package spec

import (
	"github.com/duologue/duologue/internal/yamldoc"
)

// Request is what every HTTP request of ours has: the handshake of a connect, and that of `http`.
type Request struct {
	URL       Value[string] // absolute, or relative to the target
	Headers   []Header
	Query     []yamldoc.Entry[Value[string]]
	TLS       *TLS
	Proxy     Value[string]
	Auth      *Auth
	Redirects Redirects
}

// Header is the name of a header and the values of its lines.
type Header = yamldoc.Entry[[]Value[string]]

// requestKeys names the keys of a request, except `url`.
func (r *Request) requestKeys(k *yamldoc.Keys) {
	k.Key("headers", yamldoc.Dict(&r.Headers, textOrTexts), "Further lines of the request, as they are, in this order.")
	k.Key("query", yamldoc.Dict(&r.Query, Text), "Parameters to add to the URL.")
	k.Key("tls", yamldoc.Optional(&r.TLS, yamldoc.Map[TLS]), "How a wss:// or https:// connection is secured.")
	k.Key("proxy", Text(&r.Proxy), "An http:// proxy to go through.")
	k.Key("auth", yamldoc.Optional(&r.Auth, authShape), "Who we are: {basic}, {bearer} or {twilio}.")
	k.Key("redirects", redirects(&r.Redirects), "How many redirects are followed (0).")
}

func textOrTexts(v *[]Value[string]) yamldoc.Shape { return yamldoc.OneOrMore(v, Text) }
