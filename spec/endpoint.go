package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Endpoint is an address at which a scenario can be dialled.
type Endpoint struct {
	Pos    diag.Pos
	Listen Value[string] // host:port; with port 0 the system chooses a free one
	TLS    *ServerTLS    // nil for a plain connection
	Routes []Route       // what it answers over plain HTTP; nil if it takes every client as a dial
	Doubt  diag.Doubt
}

// ServerTLS is the certificate of an endpoint and its private key, both as PEM
// files.
type ServerTLS struct {
	Cert Value[string]
	Key  Value[string]
}

// DefaultListen is the address of an endpoint without `listen`.
const DefaultListen = "127.0.0.1:0"

func (e *Endpoint) shape() yamldoc.Shape { return yamldoc.Doubted(&e.Doubt, yamldoc.Map(e)) }

// Keys names the keys of an endpoint.
func (e *Endpoint) Keys(k *yamldoc.Keys) {
	if n := k.Node(); n != nil {
		e.Pos = n.Pos
	}
	k.Key("listen", Text(&e.Listen), "Host and port to listen at; port 0 is a free one (127.0.0.1:0).")
	k.Key("tls", yamldoc.Optional(&e.TLS, yamldoc.Map[ServerTLS]), "The certificate, for wss:// and https://.")
	k.Key("routes", routesShape(&e.Routes), "What it answers over plain HTTP, beside dials of WebSocket.")
}

// Keys names the keys of an endpoint's `tls`.
func (t *ServerTLS) Keys(k *yamldoc.Keys) {
	k.Key("cert", Text(&t.Cert), "A PEM file with the certificate.", yamldoc.Required)
	k.Key("key", Text(&t.Key), "A PEM file with its private key.", yamldoc.Required)
}
