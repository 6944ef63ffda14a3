package wire

import (
	"errors"
	"fmt"
	"strconv"
)

// deflateName is the name of the extension that compresses messages (RFC 7692 section 7).
const deflateName = "permessage-deflate"

// DeflateOffer is what the handshake offers for permessage-deflate (RFC 7692 section 7.1). The zero value offers it
// without parameters.
type DeflateOffer struct {
	ServerNoContextTakeover bool
	ClientNoContextTakeover bool
	ServerMaxWindowBits     int // 8 to 15, 0 to leave it out
	ClientMaxWindowBits     int // 8 to 15, 0 to leave it out, [AnyWindow] to offer it without a value
}

// AnyWindow as [DeflateOffer.ClientMaxWindowBits] lets the server choose our window.
const AnyWindow = -1

// Deflate is permessage-deflate as it was negotiated.
type Deflate struct {
	ServerNoContextTakeover bool
	ClientNoContextTakeover bool
	ServerMaxWindowBits     int // 8 to 15; in an [Answer] 0 leaves it out, which means 15
	ClientMaxWindowBits     int // the same
}

// String is the offer as it stands in Sec-WebSocket-Extensions.
func (o DeflateOffer) String() string {
	s := deflateName
	if o.ServerNoContextTakeover {
		s += "; server_no_context_takeover"
	}
	if o.ClientNoContextTakeover {
		s += "; client_no_context_takeover"
	}
	if o.ServerMaxWindowBits != 0 {
		s += "; server_max_window_bits=" + strconv.Itoa(o.ServerMaxWindowBits)
	}
	switch {
	case o.ClientMaxWindowBits == AnyWindow:
		s += "; client_max_window_bits"
	case o.ClientMaxWindowBits != 0:
		s += "; client_max_window_bits=" + strconv.Itoa(o.ClientMaxWindowBits)
	}
	return s
}

// String is the answer as it stands in Sec-WebSocket-Extensions.
func (d Deflate) String() string { return DeflateOffer(d).String() }

func (o DeflateOffer) check() error {
	if o.ServerMaxWindowBits != 0 && !isWindow(o.ServerMaxWindowBits) {
		return fmt.Errorf("server window of %d bits, not 8 to 15", o.ServerMaxWindowBits)
	}
	if c := o.ClientMaxWindowBits; c != 0 && c != AnyWindow && !isWindow(c) {
		return fmt.Errorf("client window of %d bits, not 8 to 15", c)
	}
	return nil
}

// whole is d with the windows that it leaves out.
func (d Deflate) whole() *Deflate {
	d.ServerMaxWindowBits = orDefault(d.ServerMaxWindowBits, 15)
	d.ClientMaxWindowBits = orDefault(d.ClientMaxWindowBits, 15)
	return &d
}

func isWindow(bits int) bool { return bits >= 8 && bits <= 15 }

// deflateParams reads the parameters of permessage-deflate, which are written alike in an offer and in an answer.
func deflateParams(e Extension) (DeflateOffer, error) {
	var o DeflateOffer
	seen := map[string]bool{}
	for _, p := range e.Params {
		if seen[p.Name] {
			return o, fmt.Errorf("parameter %q twice", p.Name)
		}
		seen[p.Name] = true
		if err := o.set(p); err != nil {
			return o, err
		}
	}
	return o, nil
}

func (o *DeflateOffer) set(p Param) (err error) {
	switch p.Name {
	case "server_no_context_takeover":
		o.ServerNoContextTakeover, err = true, p.bare()
	case "client_no_context_takeover":
		o.ClientNoContextTakeover, err = true, p.bare()
	case "server_max_window_bits":
		o.ServerMaxWindowBits, err = p.window()
	case "client_max_window_bits":
		if !p.HasValue {
			o.ClientMaxWindowBits = AnyWindow
			return nil
		}
		o.ClientMaxWindowBits, err = p.window()
	default:
		err = fmt.Errorf("unknown parameter %q", p.Name)
	}
	return err
}

func (p Param) bare() error {
	if p.HasValue {
		return fmt.Errorf("parameter %s has the value %q, it takes none", p.Name, p.Value)
	}
	return nil
}

func (p Param) window() (int, error) {
	bits, err := strconv.Atoi(p.Value)
	if err != nil || !isWindow(bits) || strconv.Itoa(bits) != p.Value {
		return 0, fmt.Errorf("parameter %s has the value %q, not 8 to 15", p.Name, p.Value)
	}
	return bits, nil
}

// accept holds a response against the offer (RFC 7692 section 7.1).
func (o DeflateOffer) accept(r DeflateOffer) (*Deflate, error) {
	switch {
	case o.ServerNoContextTakeover && !r.ServerNoContextTakeover:
		return nil, errors.New("server_no_context_takeover was asked for and not granted")
	case o.ServerMaxWindowBits != 0 && r.ServerMaxWindowBits == 0:
		return nil, errors.New("server_max_window_bits was asked for and not granted")
	case o.ServerMaxWindowBits != 0 && r.ServerMaxWindowBits > o.ServerMaxWindowBits:
		return nil, fmt.Errorf("server window of %d bits, more than the %d offered", r.ServerMaxWindowBits, o.ServerMaxWindowBits)
	case r.ClientMaxWindowBits == AnyWindow:
		return nil, errors.New("parameter client_max_window_bits has no value")
	case r.ClientMaxWindowBits != 0 && o.ClientMaxWindowBits == 0:
		return nil, errors.New("client_max_window_bits was not offered")
	case o.ClientMaxWindowBits > 0 && r.ClientMaxWindowBits > o.ClientMaxWindowBits:
		return nil, fmt.Errorf("client window of %d bits, more than the %d offered", r.ClientMaxWindowBits, o.ClientMaxWindowBits)
	}
	d := Deflate(r)
	// Offered without being demanded, these bind a client anyway (RFC 7692 sections 7.1.1.2 and 7.1.2.2).
	d.ClientNoContextTakeover = d.ClientNoContextTakeover || o.ClientNoContextTakeover
	if d.ClientMaxWindowBits == 0 && o.ClientMaxWindowBits > 0 {
		d.ClientMaxWindowBits = o.ClientMaxWindowBits
	}
	return d.whole(), nil
}

// Grant is the answer that gives what the offer asks for, and no more.
func (o DeflateOffer) Grant() *Deflate {
	d := Deflate(o)
	if o.ClientMaxWindowBits == AnyWindow {
		d.ClientMaxWindowBits = 0
	}
	return &d
}
