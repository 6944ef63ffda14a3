package plan

import (
	"crypto/tls"
	"net"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/spec"
)

// Endpoint is an address at which a scenario can be dialled while it is performed.
type Endpoint struct {
	Name   string
	Pos    diag.Pos
	Listen string      // host and port; port 0 is a free one
	TLS    *tls.Config // nil: plain
	Routes []spec.Route
}

// Endpoints computes the endpoints that the scenario opens.
func (s *Scenario) Endpoints() ([]Endpoint, error) {
	var out []Endpoint
	e := s.in(s.Env(staticNames{s}))
	for _, d := range s.declared() {
		listen, err := e.listenAddress(&d.Value)
		if err != nil {
			return nil, err
		}
		cfg, err := e.serverTLS(d.Value.TLS)
		if err != nil {
			return nil, err
		}
		out = append(out, Endpoint{d.Name, d.Pos, listen, cfg, d.Value.Routes})
	}
	return out, nil
}

// EndpointName is the name of the endpoint of an accept. If the accept says none, it is
// the only one.
func (s *Scenario) EndpointName(a *spec.Accept) string {
	if declared := s.declared(); a.Endpoint == "" && len(declared) == 1 {
		return declared[0].Name
	}
	return a.Endpoint
}

// declared gives the endpoints of a scenario: its own, and those of the suite that have
// other names.
func (s *Scenario) declared() []yamldoc.Entry[spec.Endpoint] {
	all := slices.Clone(s.Spec.Endpoints)
	for _, e := range s.Suite.spec.Endpoints {
		if !slices.ContainsFunc(s.Spec.Endpoints, func(own yamldoc.Entry[spec.Endpoint]) bool { return own.Name == e.Name }) {
			all = append(all, e)
		}
	}
	return all
}

// listenAddress is the address of an endpoint. Other machines can reach it only if the
// options allow that.
func (e *evaluation) listenAddress(at *spec.Endpoint) (string, error) {
	listen, err := at.Listen.Or(e.env, spec.DefaultListen)
	if err != nil {
		return "", err
	}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return "", diag.New(at.Listen.Pos, "such as 127.0.0.1:0", "%q is no host with a port", listen)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) && !e.options.AllowListen {
		return "", diag.New(at.Listen.Pos, "127.0.0.1, or give --allow-listen to the run", "%q could be reached from other machines", listen)
	}
	return listen, nil
}

func (e *evaluation) serverTLS(t *spec.ServerTLS) (*tls.Config, error) {
	if t == nil {
		return nil, nil
	}
	pair, err := e.keyPair(&t.Cert, &t.Key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}, nil
}

// keyPair reads a certificate and its key.
func (e *evaluation) keyPair(cert, key *spec.Value[string]) (tls.Certificate, error) {
	certPEM, err := e.named(cert)
	if err != nil {
		return tls.Certificate{}, err
	}
	keyPEM, err := e.named(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return tls.Certificate{}, diag.New(cert.Pos, "", "certificate and key cannot be used: %v", err)
	}
	return pair, nil
}

// bindEndpoints finds what is wrong with the endpoints before anything is dialled.
func (b *binder) bindEndpoints(out *draft) {
	e := out.in(out.staticEnv())
	for _, d := range out.declared() {
		at := d.Value
		if at.Doubt.Wrong {
			continue
		}
		b.complain(d.Pos, expr.CheckName(d.Name))
		if b.computable(out, at.Listen.Uses()) {
			_, err := e.listenAddress(&at)
			b.complain(d.Pos, err)
		}
		if t := at.TLS; t != nil && b.computable(out, t.Cert.Uses()) && b.computable(out, t.Key.Uses()) {
			_, err := e.serverTLS(t)
			b.complain(d.Pos, err)
		}
	}
}
