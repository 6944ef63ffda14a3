package mutant

import (
	"context"
	"net"

	"github.com/duologue/duologue/wire"
)

// Client is the endpoint in the role of the client, clean or with a defect. It dials, and sends every message back until
// the connection ends. It may be shared.
type Client struct {
	// NetDial makes the TCP connections. Nil stands for a net.Dialer.
	NetDial func(ctx context.Context, network, addr string) (net.Conn, error)
	defect  defect
}

// NewClient makes a client with one of [ClientDefects], or "" for none.
func NewClient(name string) (*Client, error) {
	d, err := find(clientDefects, "the client of builtin://protocol", name)
	if err != nil {
		return nil, err
	}
	return &Client{defect: d}, nil
}

// Echo dials a URL and sends every message back until the connection has ended. If ctx ends, it drops the connection. It
// gives an error only if no connection was made.
func (c *Client) Echo(ctx context.Context, url string) error {
	conn, err := c.dial(ctx, url)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Drop(wire.DropRST) })
	defer stop()
	peer := &call{defect: &c.defect, ctx: ctx, conn: conn}
	peer.serve()
	return nil
}

// dial makes the handshake. It offers permessage-deflate and no subprotocol. An answer that breaks a rule is an error,
// even if rules of frames are only observed.
func (c *Client) dial(ctx context.Context, url string) (*wire.Conn, error) {
	d := wire.Dialer{
		URL: url, NetDial: c.NetDial, Policy: c.defect.policy,
		Deflate: &wire.DeflateOffer{ClientMaxWindowBits: wire.AnyWindow},
		Limits: wire.Limits{
			Replies:   1 << 16, // a server may send a flood of pings
			CloseWait: c.defect.linger,
		},
	}
	if c.defect.broken != nil {
		d.Policy.OnViolation = wire.Observe
	}
	if c.defect.socket != nil {
		d.NetDial = c.wrapped
	}
	if c.defect.request != nil {
		c.defect.request(&d)
	}
	conn, err := d.Dial(ctx)
	if err != nil {
		return nil, err
	}
	if broken := conn.Response().Violations; len(broken) > 0 {
		_ = conn.Drop(wire.DropRST)
		for ended := false; !ended; {
			_, ended = conn.Next().(*wire.End)
		}
		return nil, broken[0]
	}
	return conn, nil
}

// wrapped is NetDial with the socket of the defect.
func (c *Client) wrapped(ctx context.Context, network, addr string) (net.Conn, error) {
	dial := c.NetDial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	nc, err := dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return c.defect.socket(nc), nil
}
