package plan

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// speech is a protocol that a URL can be asked by.
type speech struct {
	schemes  []string
	server   string // what is at such a URL
	hint     string
	fragment string // why a URL with a fragment is refused
}

var webSocket = speech{[]string{"ws", "wss", "builtin"}, "a WebSocket server",
	"such as ws://localhost:8080/path, wss://…, builtin://echo, or ?room=2 seen from the target",
	"a WebSocket URL has no fragment (RFC 6455 3)"}

// address is the URL to ask: that of the step, relative to the target.
func (e *evaluation) address(a *spec.Request, by *speech) (string, error) {
	u, pos, err := e.seenFromTarget(a)
	if err != nil {
		return "", err
	}
	switch {
	case u == nil:
		return "", diag.New(pos, "write `target` in the suite, `url` here, or give --target", "there is nothing to connect to")
	case !slices.Contains(by.schemes, u.Scheme):
		return "", diag.New(pos, by.hint, "%q is no address of %s", u.Redacted(), by.server)
	case u.Host == "":
		return "", diag.New(pos, "such as ws://localhost:8080/path", "%q names no host", u.Redacted())
	case u.Fragment != "":
		return "", diag.New(pos, "write %23 for a # that is part of the path", "%s", by.fragment)
	}
	if err := e.addQuery(u, a); err != nil {
		return "", err
	}
	address, err := e.options.resolve(u.String())
	if err != nil {
		return "", diag.New(pos, "", "resolve %s: %v", u.Redacted(), err)
	}
	return address, nil
}

// seenFromTarget is the URL of a step, or nil if there is none, and its place in the
// suite.
func (e *evaluation) seenFromTarget(a *spec.Request) (*url.URL, diag.Pos, error) {
	if !a.URL.IsSet() {
		return e.targetURL()
	}
	own, err := e.urlOf(&a.URL)
	if err != nil || own.IsAbs() {
		return own, a.URL.Pos, err
	}
	u, pos, err := e.targetURL()
	if err != nil || u == nil {
		return own, cmp.Or(pos, a.URL.Pos), err
	}
	return u.ResolveReference(own), a.URL.Pos, nil
}

// targetURL is what a connect without a url dials, or nil if there is no target, and its
// place in the suite.
func (e *evaluation) targetURL() (*url.URL, diag.Pos, error) {
	if t := e.options.Target; t != "" {
		u, err := url.Parse(t)
		if err != nil {
			return nil, diag.Pos{}, diag.New(diag.Pos{}, "", "--target %q is no URL", t)
		}
		return u, diag.Pos{}, nil
	}
	v := e.target()
	if v == nil {
		return nil, diag.Pos{}, nil
	}
	u, err := e.urlOf(v)
	return u, v.Pos, err
}

func (e *evaluation) urlOf(v *spec.Value[string]) (*url.URL, error) {
	text, err := v.In(e.env)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, diag.New(v.Pos, "such as ws://localhost:8080/path", "%q is no URL", text)
	}
	return u, nil
}

func (e *evaluation) addQuery(u *url.URL, a *spec.Request) error {
	for _, q := range a.Query {
		value, err := q.Value.In(e.env)
		if err != nil {
			return err
		}
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += url.QueryEscape(q.Name) + "=" + url.QueryEscape(value)
	}
	return nil
}

func (e *evaluation) header(a *spec.Request) ([]wire.Field, error) {
	var all []wire.Field
	for _, h := range a.Headers {
		lines, err := e.fields(h)
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	return all, nil
}

// fields are the header lines of one name.
func (e *evaluation) fields(h spec.Header) ([]wire.Field, error) {
	if !isToken(h.Name) {
		return nil, diag.New(h.Pos, "letters, digits and !#$%&'*+-.^_`|~", "%q is no name of a header", h.Name)
	}
	var lines []wire.Field
	for i := range h.Value {
		texts, err := h.Value[i].All(e.env)
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			if err := isFieldValue(&h.Value[i], text); err != nil {
				return nil, err
			}
			lines = append(lines, wire.Field{Name: h.Name, Value: text})
		}
	}
	return lines, nil
}

// fieldValue computes a text that can stand in a header line (RFC 9110 5.5).
func (e *evaluation) fieldValue(v *spec.Value[string]) (string, error) {
	text, err := v.In(e.env)
	if err != nil {
		return "", err
	}
	return text, isFieldValue(v, text)
}

func isFieldValue(v *spec.Value[string], text string) error {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return diag.New(v.Pos, "a header is one line", "%q cannot stand in a header", text)
	}
	return nil
}

func (e *evaluation) proxy(a *spec.Request) (*url.URL, error) {
	if !a.Proxy.IsSet() {
		return nil, nil
	}
	u, err := e.urlOf(&a.Proxy)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" || u.Host == "" {
		return nil, diag.New(a.Proxy.Pos, "such as http://localhost:3128", "%q is no http:// proxy", u.Redacted())
	}
	return u, nil
}

func (e *evaluation) tls(t *spec.TLS) (*tls.Config, error) {
	if t == nil {
		return nil, nil
	}
	if t.Insecure && !e.options.Insecure {
		return nil, diag.New(t.Pos, "give --insecure to the run as well, or trust the server's authority with `ca`",
			"insecure: true stops the server from being verified")
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: t.Insecure}
	var err error
	if cfg.ServerName, err = t.ServerName.In(e.env); err != nil {
		return nil, err
	}
	if t.CA.IsSet() {
		data, err := e.named(&t.CA)
		if err != nil {
			return nil, err
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(data) {
			return nil, diag.New(t.CA.Pos, "-----BEGIN CERTIFICATE----- begins one", "there is no certificate in this file")
		}
	}
	if !t.Cert.IsSet() || !t.Key.IsSet() {
		return cfg, nil
	}
	pair, err := e.keyPair(&t.Cert, &t.Key)
	if err != nil {
		return nil, err
	}
	cfg.Certificates = []tls.Certificate{pair}
	return cfg, nil
}

// authorize gives the header lines that tell this address who we are.
func (e *evaluation) authorize(a *spec.Auth, address string) ([]wire.Field, error) {
	switch {
	case a == nil, a.None:
		return nil, nil
	case a.Basic != nil:
		user, err := a.Basic.User.In(e.env)
		if err != nil {
			return nil, err
		}
		if strings.Contains(user, ":") {
			return nil, diag.New(a.Basic.User.Pos, "the password begins at the colon (RFC 7617 2)", "a user may not hold a colon")
		}
		password, err := a.Basic.Password.In(e.env)
		token := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
		return []wire.Field{{Name: "Authorization", Value: "Basic " + token}}, err
	case a.Bearer.IsSet():
		token, err := e.fieldValue(&a.Bearer)
		return []wire.Field{{Name: "Authorization", Value: "Bearer " + token}}, err
	}
	token, err := a.Twilio.In(e.env)
	return []wire.Field{{Name: spec.SignatureHeader, Value: TwilioSignature(token, address)}}, err
}

// resolve gives the address of a URL: that of an embedded endpoint, or the URL itself.
func (o *Options) resolve(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", err
	}
	if u.Scheme != "builtin" || o.Resolve == nil {
		return raw, nil
	}
	return o.Resolve(raw)
}
