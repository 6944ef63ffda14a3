package runner

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// Each function here computes one part of what is dialled. Prepare calls those
// whose values are known, so that a wrong one is found before any socket opens;
// a step calls them all.

// dialer computes what is dialled, and how.
func (b *binding) dialer(a *spec.Connect, env expr.Env) (*wire.Dialer, error) {
	address, err := b.address(a, env)
	if err != nil {
		return nil, err
	}
	d := &wire.Dialer{URL: address, NetDial: b.options.Dial, Deflate: deflate(a.Compression), FollowRedirects: a.Redirects.Max, Policy: policy(a.Policy)}
	if d.Protocols, err = protocols(a, env); err != nil {
		return nil, err
	}
	if d.Header, err = header(a, env); err != nil {
		return nil, err
	}
	if d.Origin, err = origin(a, env); err != nil {
		return nil, err
	}
	if d.Proxy, err = proxy(a, env); err != nil {
		return nil, err
	}
	if d.TLS, err = b.tls(a.TLS, env); err != nil {
		return nil, err
	}
	credentials, err := authorize(a.Auth, address, env)
	d.Header = append(d.Header, credentials...)
	return d, err
}

// address is the URL to dial: the step's own, seen from the target.
func (b *binding) address(a *spec.Connect, env expr.Env) (string, error) {
	u, pos, err := b.seenFromTarget(a, env)
	if err != nil {
		return "", err
	}
	switch {
	case u == nil:
		return "", complaint(pos, "write `target` in the suite, `url` here, or give --target", "there is nothing to connect to")
	case u.Scheme != "ws" && u.Scheme != "wss" && u.Scheme != "builtin":
		return "", complaint(pos, "such as ws://localhost:8080/path, wss://…, builtin://echo, or ?room=2 seen from the target",
			"%q is no address of a WebSocket server", u.Redacted())
	case u.Host == "":
		return "", complaint(pos, "such as ws://localhost:8080/path", "%q names no host", u.Redacted())
	case u.Fragment != "":
		return "", complaint(pos, "write %23 for a # that is part of the path", "a WebSocket URL has no fragment (RFC 6455 3)")
	}
	if err := addQuery(u, a, env); err != nil {
		return "", err
	}
	address, err := b.options.resolve(u.String())
	if err != nil {
		return "", complaint(pos, "", "resolve %s: %v", u.Redacted(), err)
	}
	return address, nil
}

// seenFromTarget is the URL of a connect, or nil, and where that stands.
func (b *binding) seenFromTarget(a *spec.Connect, env expr.Env) (*url.URL, diag.Pos, error) {
	if !a.URL.IsSet() {
		return b.targetURL(env)
	}
	own, err := urlOf(&a.URL, env)
	if err != nil || own.IsAbs() {
		return own, a.URL.Pos, err
	}
	u, pos, err := b.targetURL(env)
	if err != nil || u == nil {
		return own, cmp.Or(pos, a.URL.Pos), err
	}
	return u.ResolveReference(own), a.URL.Pos, nil
}

// targetURL is what a connect without a url dials, or nil, and where that stands.
func (b *binding) targetURL(env expr.Env) (*url.URL, diag.Pos, error) {
	if t := b.options.Target; t != "" {
		u, err := url.Parse(t)
		if err != nil {
			return nil, diag.Pos{}, complaint(diag.Pos{}, "", "--target %q is no URL", t)
		}
		return u, diag.Pos{}, nil
	}
	v := b.target()
	if v == nil {
		return nil, diag.Pos{}, nil
	}
	u, err := urlOf(v, env)
	return u, v.Pos, err
}

// target is the innermost target of the files, or nil.
func (b *binding) target() *spec.Value[string] {
	switch {
	case b.scenario.Target.IsSet():
		return &b.scenario.Target
	case b.suite.Target.IsSet():
		return &b.suite.Target
	}
	return nil
}

func urlOf(v *spec.Value[string], env expr.Env) (*url.URL, error) {
	text, err := v.In(env)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, complaint(v.Pos, "such as ws://localhost:8080/path", "%q is no URL", text)
	}
	return u, nil
}

func addQuery(u *url.URL, a *spec.Connect, env expr.Env) error {
	for _, q := range a.Query {
		value, err := q.Value.In(env)
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

func protocols(a *spec.Connect, env expr.Env) ([]string, error) {
	names := make([]string, len(a.Protocols))
	for i := range a.Protocols {
		var err error
		if names[i], err = a.Protocols[i].In(env); err != nil {
			return nil, err
		}
		if !isToken(names[i]) {
			return nil, complaint(a.Protocols[i].Pos, "letters, digits and !#$%&'*+-.^_`|~", "%q is no name of a subprotocol", names[i])
		}
	}
	return names, nil
}

func header(a *spec.Connect, env expr.Env) ([]wire.Field, error) {
	var all []wire.Field
	for _, h := range a.Headers {
		lines, err := fields(h, env)
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	return all, nil
}

// fields are the lines of one name.
func fields(h spec.Header, env expr.Env) ([]wire.Field, error) {
	if !isToken(h.Name) {
		return nil, complaint(h.Pos, "letters, digits and !#$%&'*+-.^_`|~", "%q is no name of a header", h.Name)
	}
	lines := make([]wire.Field, len(h.Value))
	for i := range h.Value {
		value, err := fieldValue(&h.Value[i], env)
		if err != nil {
			return nil, err
		}
		lines[i] = wire.Field{Name: h.Name, Value: value}
	}
	return lines, nil
}

// fieldValue is text that can stand in a header line (RFC 9110 5.5).
func fieldValue(v *spec.Value[string], env expr.Env) (string, error) {
	text, err := v.In(env)
	if err != nil {
		return "", err
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return "", complaint(v.Pos, "a header is one line", "%q cannot stand in a header", text)
	}
	return text, nil
}

// isToken reports whether s is a token (RFC 9110 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

func origin(a *spec.Connect, env expr.Env) (string, error) { return fieldValue(&a.Origin, env) }

func proxy(a *spec.Connect, env expr.Env) (*url.URL, error) {
	if !a.Proxy.IsSet() {
		return nil, nil
	}
	u, err := urlOf(&a.Proxy, env)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" || u.Host == "" {
		return nil, complaint(a.Proxy.Pos, "such as http://localhost:3128", "%q is no http:// proxy", u.Redacted())
	}
	return u, nil
}

func (b *binding) tls(t *spec.TLS, env expr.Env) (*tls.Config, error) {
	if t == nil {
		return nil, nil
	}
	if t.Insecure && !b.options.Insecure {
		return nil, complaint(t.Pos, "give --insecure to the run as well, or trust the server's authority with `ca`",
			"insecure: true stops the server from being verified")
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: t.Insecure}
	var err error
	if cfg.ServerName, err = t.ServerName.In(env); err != nil {
		return nil, err
	}
	if t.CA.IsSet() {
		_, data, err := b.named(&t.CA, env)
		if err != nil {
			return nil, err
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(data) {
			return nil, complaint(t.CA.Pos, "-----BEGIN CERTIFICATE----- begins one", "there is no certificate in this file")
		}
	}
	if !t.Cert.IsSet() || !t.Key.IsSet() {
		return cfg, nil
	}
	_, cert, err := b.named(&t.Cert, env)
	if err != nil {
		return nil, err
	}
	_, key, err := b.named(&t.Key, env)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, complaint(t.Cert.Pos, "", "certificate and key cannot be used: %v", err)
	}
	cfg.Certificates = []tls.Certificate{pair}
	return cfg, nil
}

// named gives the path that a value holds and the content of the file there.
func (b *binding) named(v *spec.Value[string], env expr.Env) (path string, data []byte, err error) {
	if path, err = v.In(env); err != nil {
		return "", nil, err
	}
	data, err = b.file(v, path)
	return path, data, err
}

// reader reads the files that payloads name.
func (b *binding) reader(env expr.Env) spec.ReadFile {
	return func(v *spec.Value[string]) ([]byte, error) {
		_, data, err := b.named(v, env)
		return data, err
	}
}

// authorize gives the header lines that say who we are to this address.
func authorize(a *spec.Auth, address string, env expr.Env) ([]wire.Field, error) {
	switch {
	case a == nil:
		return nil, nil
	case a.Basic != nil:
		user, err := a.Basic.User.In(env)
		if err != nil {
			return nil, err
		}
		if strings.Contains(user, ":") {
			return nil, complaint(a.Basic.User.Pos, "the password begins at the colon (RFC 7617 2)", "a user may not hold a colon")
		}
		password, err := a.Basic.Password.In(env)
		token := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
		return []wire.Field{{Name: "Authorization", Value: "Basic " + token}}, err
	case a.Bearer.IsSet():
		token, err := fieldValue(&a.Bearer, env)
		return []wire.Field{{Name: "Authorization", Value: "Bearer " + token}}, err
	}
	token, err := a.Twilio.In(env)
	return []wire.Field{{Name: "X-Twilio-Signature", Value: twilioSignature(token, address)}}, err
}

// twilioSignature signs the URL of a media stream, which has no parameters of a
// form: base64 of the HMAC-SHA1 of the URL under the account's token.
func twilioSignature(token, address string) string {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(address))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func deflate(c *spec.Compression) *wire.DeflateOffer {
	if c == nil || c.Off {
		return nil
	}
	return &wire.DeflateOffer{
		ServerNoContextTakeover: c.ServerNoContextTakeover, ClientNoContextTakeover: c.ClientNoContextTakeover,
		ServerMaxWindowBits: c.ServerMaxWindowBits, ClientMaxWindowBits: c.ClientMaxWindowBits,
	}
}

func policy(p spec.Policy) wire.Policy {
	var w wire.Policy
	if p.Pong == "off" {
		w.Pong = wire.AutoOff
	}
	if p.CloseReply == "off" {
		w.CloseReply = wire.AutoOff
	}
	if p.OnViolation == "observe" {
		w.OnViolation = wire.Observe
	}
	return w
}

// resolve gives the address that a URL stands for.
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
