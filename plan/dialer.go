package plan

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// Dialer computes what a connect dials, and how. Its Timeout, its NetDial and the
// delivery of its Edit are for the caller to say.
func (s *Scenario) Dialer(a *spec.Connect, env expr.Env) (*wire.Dialer, error) {
	return s.in(env).dialer(a)
}

func (e *evaluation) dialer(a *spec.Connect) (*wire.Dialer, error) {
	address, err := e.address(&a.Request, &webSocket)
	if err != nil {
		return nil, err
	}
	d := &wire.Dialer{URL: address, Deflate: deflate(a.Compression), FollowRedirects: a.Redirects.Max, Policy: policy(a.Policy)}
	if d.Protocols, err = e.protocols(a.Protocols); err != nil {
		return nil, err
	}
	if d.Header, err = e.header(&a.Request); err != nil {
		return nil, err
	}
	if d.Origin, err = e.origin(a); err != nil {
		return nil, err
	}
	if d.Proxy, err = e.proxy(&a.Request); err != nil {
		return nil, err
	}
	if d.TLS, err = e.tls(a.TLS); err != nil {
		return nil, err
	}
	credentials, err := e.authorize(a.Auth, address)
	if err != nil {
		return nil, err
	}
	d.Header = append(d.Header, credentials...)
	if d.Edit, err = e.edit(a.Handshake); err != nil {
		return nil, err
	}
	if say := e.options.Dialling; say != nil {
		say(d)
	}
	e.keepHome(d, a)
	return d, nil
}

func (e *evaluation) protocols(values []spec.Value[string]) ([]string, error) {
	var all []string
	for i := range values {
		names, err := values[i].All(e.env)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if !isToken(name) {
				return nil, diag.New(values[i].Pos, "letters, digits and !#$%&'*+-.^_`|~", "%q is no name of a subprotocol", name)
			}
		}
		all = append(all, names...)
	}
	return all, nil
}

// isToken reports whether s is a token (RFC 9110 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

func (e *evaluation) origin(a *spec.Connect) (string, error) { return e.fieldValue(&a.Origin) }

// TwilioSignature signs the URL of a media stream: base64 of the HMAC-SHA1 of the URL,
// with the account's token as key. A media stream has no parameters of a form.
func TwilioSignature(token, address string) string {
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
