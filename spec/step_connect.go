package spec

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Connect dials a target and waits for the handshake.
type Connect struct {
	Request
	Protocols   []Value[string] // nil for those of the dialect
	Origin      Value[string]
	Compression *Compression
	Dialect     Dialect
	Policy      Policy
	Handshake   *Handshake
	NoWait      bool
	Retry       *Retry
	Vars        []yamldoc.Entry[value.Data] // of the connection
	Network     *Network                    // of the line from the dial on; nil: it is good
}

// Retry says for how long a refusal that may pass is answered by dialling again.
type Retry struct {
	Pos   diag.Pos
	None  bool // it is not, whatever the suite's defaults say
	Until Value[time.Duration]
	Every Value[time.Duration]
}

func retryShape(r *Retry) yamldoc.Shape { return orNone(&r.None, yamldoc.Map(r)) }

// orNone takes the word `none` too: what `defaults` say does not hold here.
func orNone(none *bool, s yamldoc.Shape) yamldoc.Shape {
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if *none = n.Kind == yamldoc.Scalar && n.Text == "none"; !*none {
			s.Decode(n, out)
		}
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Enum: []string{"none"}}, s.Describe(d)}}
	})
}

// Keys names the keys of `retry`.
func (r *Retry) Keys(k *yamldoc.Keys) {
	k.Key("until", Duration(&r.Until), "No attempt begins later than this after the first one.")
	k.Key("every", Duration(&r.Every), "The time between two attempts (200ms).")
	k.Whole(func(n *yamldoc.Node, out *diag.List) {
		r.Pos = n.Pos
		if n.Get("until") == nil {
			out.Hintf(n.Pos, "such as retry: {until: 20s}", "retry needs `until`")
		}
	})
}

// DefaultEvery is the time between two attempts.
const DefaultEvery = 200 * time.Millisecond

// Redirects says how many redirects are followed, and whether secrets follow.
type Redirects struct {
	Max     int
	Secrets string // "keep": secrets also go to other hosts, and from wss to ws; "" and "drop": they do not
	said    bool
}

// TLS says how a wss:// or https:// connection is secured.
type TLS struct {
	CA         Value[string] // a PEM file with the certificates of trusted authorities
	Cert       Value[string]
	Key        Value[string]
	ServerName Value[string]
	Insecure   bool
	Pos        diag.Pos // of insecure
}

// Compression is an offer of permessage-deflate (RFC 7692 7.1).
type Compression struct {
	Off                     bool
	ServerNoContextTakeover bool
	ClientNoContextTakeover bool
	ServerMaxWindowBits     int // 8 to 15; 0 if it is not offered
	ClientMaxWindowBits     int // 8 to 15; 0 if it is not offered, -1 if the server may choose
}

// Auth says who we are. Exactly one of its fields beside Pos is set.
type Auth struct {
	Pos    diag.Pos
	None   bool // we do not say it, whatever the suite's defaults say
	Basic  *Basic
	Bearer Value[string]
	Twilio Value[string] // the auth token of the account, which signs the URL
}

// Basic is a user and a password (RFC 7617).
type Basic struct {
	User     Value[string]
	Password Value[string]
}

// Policy says what a connection does by itself. The first word of each comment
// is the default, which "" stands for.
type Policy struct {
	Pong        string // auto, off
	CloseReply  string // auto, off
	OnViolation string // fail, observe
	FinalPing   string // auto, off
}

func (c *Connect) shape() yamldoc.Shape { return yamldoc.Map(c) }

// Names gives the payloads of the request, and the dialect.
func (c *Connect) Names() Names {
	return Names{Payloads: c.Handshake.payloads(), Dialects: []*Dialect{&c.Dialect}}
}

// maxRedirects is the most redirects that a suite may ask for. More would be a
// loop.
const maxRedirects = 20

// Keys names the keys of `connect`.
func (c *Connect) Keys(k *yamldoc.Keys) {
	wait := true
	k.Key("url", Text(&c.URL), "What to dial, absolute or relative to the target; default: the target.")
	c.usualKeys(k)
	k.Key("dialect", DialectOf(&c.Dialect), "How media travels on this connection.")
	k.Key("handshake", yamldoc.Optional(&c.Handshake, yamldoc.Map[Handshake]), "Changes to our request, valid or not.")
	k.Key("wait", yamldoc.Flag(&wait), "Whether to wait for the handshake (true).")
	k.Key("vars", yamldoc.Dict(&c.Vars, own), "Variables of the connection, for ${conn.NAME}.")
	k.Key("network", yamldoc.Optional(&c.Network, lineOfStart), "What the line is like from the dial on, as `network` says it.")
	c.NoWait = !wait
}

// usualKeys names the keys that `defaults` can have for every connect.
func (c *Connect) usualKeys(k *yamldoc.Keys) {
	c.requestKeys(k)
	k.Key("protocols", yamldoc.OneOrMore(&c.Protocols, Text), "Subprotocols to offer, in order of preference.")
	k.Key("origin", Text(&c.Origin), "The Origin of the request.")
	k.Key("compression", yamldoc.Optional(&c.Compression, compression), "Whether permessage-deflate is offered, and how (RFC 7692).")
	k.Key("policy", yamldoc.Map(&c.Policy), "What the connection does by itself.")
	k.Key("retry", yamldoc.Optional(&c.Retry, retryShape), "Dial again while the server is not there: no TCP connection, or HTTP 502 to 504.")
}

// Keys names the keys of `tls`.
func (t *TLS) Keys(k *yamldoc.Keys) {
	k.Key("ca", Text(&t.CA), "A PEM file of authorities to trust instead of the system's.")
	k.Key("cert", Text(&t.Cert), "A PEM file with our certificate.")
	k.Key("key", Text(&t.Key), "A PEM file with its private key.")
	k.Key("server_name", Text(&t.ServerName), "The name to ask for and to verify; default: the URL's host.")
	k.Key("insecure", yamldoc.Placed(&t.Pos, yamldoc.Flag(&t.Insecure)), "Do not verify the server; the run needs --insecure too.")
	k.Whole(func(n *yamldoc.Node, out *diag.List) {
		for _, pair := range [][2]string{{"cert", "key"}, {"key", "cert"}} {
			if v := n.Get(pair[0]); v != nil && n.Get(pair[1]) == nil {
				out.Addf(v.Pos, "%q needs %q beside it", pair[0], pair[1])
			}
		}
	})
}

func compression(c *Compression) yamldoc.Shape {
	keyed := yamldoc.Map(c)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if on, ok := yamldoc.Bool(n); ok {
			c.Off = !on
			return
		}
		if n.Kind != yamldoc.Mapping {
			yamldoc.Expected(n, "true, false or a mapping of parameters", out)
			return
		}
		keyed.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Type: "boolean"}, keyed.Describe(d)}}
	})
}

func redirects(r *Redirects) yamldoc.Shape {
	most, keyed := yamldoc.Count(&r.Max, 0, maxRedirects), yamldoc.Map(r)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		r.said = true
		if n.Kind == yamldoc.Mapping {
			keyed.Decode(n, out)
			return
		}
		most.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{most.Describe(d), keyed.Describe(d)}}
	})
}

// Keys names the keys of `redirects`.
func (r *Redirects) Keys(k *yamldoc.Keys) {
	k.Key("max", yamldoc.Count(&r.Max, 0, maxRedirects), "How many redirects are followed.", yamldoc.Required)
	k.Key("secrets", yamldoc.Word(&r.Secrets, "drop", "keep"), "Whether Authorization, Cookie and what was computed from a secret go to other hosts, too, and from wss to ws (drop).")
}

// Keys names the keys of `compression`.
func (c *Compression) Keys(k *yamldoc.Keys) {
	k.Key("server_no_context_takeover", yamldoc.Flag(&c.ServerNoContextTakeover), "Ask the server to compress each message for itself.")
	k.Key("client_no_context_takeover", yamldoc.Flag(&c.ClientNoContextTakeover), "Say that we compress each message for itself.")
	k.Key("server_max_window_bits", yamldoc.Count(&c.ServerMaxWindowBits, 8, 15), "Bound the server's window.")
	k.Key("client_max_window_bits", windowBits(&c.ClientMaxWindowBits), "Bound our window; true lets the server choose.")
}

func windowBits(bits *int) yamldoc.Shape {
	count := yamldoc.Count(bits, 8, 15)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if bare, ok := yamldoc.Bool(n); ok {
			if bare {
				*bits = -1
			}
			return
		}
		count.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{{Type: "boolean"}, count.Describe(d)}}
	})
}

func authShape(a *Auth) yamldoc.Shape {
	return orNone(&a.None, yamldoc.Whole(yamldoc.Placed(&a.Pos, yamldoc.Map(a)), func(n *yamldoc.Node, out *diag.List) {
		if len(n.Fields) != 1 {
			out.Hintf(n.Pos, "one of basic, bearer, twilio", "auth has exactly one kind, found %d", len(n.Fields))
		}
	}))
}

// Keys names the keys of `auth`.
func (a *Auth) Keys(k *yamldoc.Keys) {
	k.Key("basic", yamldoc.Optional(&a.Basic, yamldoc.Map[Basic]), "A user and a password, as Authorization: Basic.")
	k.Key("bearer", Text(&a.Bearer), "A token, as Authorization: Bearer.")
	k.Key("twilio", Text(&a.Twilio), "A Twilio auth token, which signs the URL as X-Twilio-Signature.")
}

// Values gives the values that can hold ${…}.
func (a *Auth) Values() []*Value[string] {
	values := []*Value[string]{&a.Bearer, &a.Twilio}
	if a.Basic != nil {
		values = append(values, &a.Basic.User, &a.Basic.Password)
	}
	return values
}

// Keys names the keys of `basic`.
func (b *Basic) Keys(k *yamldoc.Keys) {
	k.Key("user", Text(&b.User), "The user.", yamldoc.Required)
	k.Key("password", Text(&b.Password), "The password.", yamldoc.Required)
}

// Keys names the keys of `policy`.
func (p *Policy) Keys(k *yamldoc.Keys) {
	k.Key("pong", yamldoc.Word(&p.Pong, "auto", "off"), "Whether pings are answered (auto).")
	k.Key("close_reply", yamldoc.Word(&p.CloseReply, "auto", "off"), "Whether a Close is answered (auto).")
	k.Key("on_violation", yamldoc.Word(&p.OnViolation, "fail", "observe"), "What follows when the peer breaks a rule (fail).")
	k.Key("final_ping", yamldoc.Word(&p.FinalPing, "auto", "off"), "Whether a last Ping tells what the peer had said before the end of the scenario (auto).")
}
