package wire

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// String is the offer as it stands in Sec-WebSocket-Extensions.
func (o DeflateOffer) String() string {
	s := "permessage-deflate"
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

func (o DeflateOffer) check() error {
	if o.ServerMaxWindowBits != 0 && !isWindow(o.ServerMaxWindowBits) {
		return fmt.Errorf("server window of %d bits, not 8 to 15", o.ServerMaxWindowBits)
	}
	if c := o.ClientMaxWindowBits; c != 0 && c != AnyWindow && !isWindow(c) {
		return fmt.Errorf("client window of %d bits, not 8 to 15", c)
	}
	return nil
}

func isWindow(bits int) bool { return bits >= 8 && bits <= 15 }

// negotiated reads the extensions of a response (RFC 6455 section 9.1, RFC 7692 section 7.1). It is nil without any.
func negotiated(values []string, offer *DeflateOffer) (*Deflate, error) {
	if len(values) == 0 {
		return nil, nil
	}
	line := strings.Join(values, ",")
	elements := strings.Split(line, ",")
	if len(elements) > 1 {
		return nil, fmt.Errorf("more extensions than were offered: %q", line)
	}
	params := strings.Split(line, ";")
	name := strings.Trim(params[0], " \t")
	if offer == nil || name != "permessage-deflate" {
		return nil, fmt.Errorf("extension %q was not offered", name)
	}
	d := &Deflate{ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}
	seen := map[string]bool{}
	for _, p := range params[1:] {
		key, value, hasValue := strings.Cut(p, "=")
		key, value = strings.Trim(key, " \t"), strings.Trim(value, " \t") // the implied *LWS of RFC 2616
		if seen[key] {
			return nil, fmt.Errorf("parameter %q twice", key)
		}
		seen[key] = true
		if err := d.set(key, unquote(value), hasValue, *offer); err != nil {
			return nil, err
		}
	}
	if offer.ServerNoContextTakeover && !d.ServerNoContextTakeover {
		return nil, errors.New("server_no_context_takeover was asked for and not granted")
	}
	if offer.ServerMaxWindowBits != 0 && !seen["server_max_window_bits"] {
		return nil, errors.New("server_max_window_bits was asked for and not granted")
	}
	// Offered without being demanded, these bind us anyway (RFC 7692 sections 7.1.1.2 and 7.1.2.2).
	d.ClientNoContextTakeover = d.ClientNoContextTakeover || offer.ClientNoContextTakeover
	if offer.ClientMaxWindowBits > 0 {
		d.ClientMaxWindowBits = min(d.ClientMaxWindowBits, offer.ClientMaxWindowBits)
	}
	return d, nil
}

// unquote takes the quotes off a quoted string, which RFC 6455 section 9.1 allows if a token stands inside.
func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// set takes one parameter of the response.
func (d *Deflate) set(key, value string, hasValue bool, offer DeflateOffer) error {
	switch key {
	case "server_no_context_takeover", "client_no_context_takeover":
		if hasValue {
			return fmt.Errorf("parameter %s has the value %q, it takes none", key, value)
		}
		if key[0] == 's' {
			d.ServerNoContextTakeover = true
		} else {
			d.ClientNoContextTakeover = true
		}
		return nil
	case "server_max_window_bits", "client_max_window_bits":
	default:
		return fmt.Errorf("unknown parameter %q", key)
	}
	bits, err := strconv.Atoi(value)
	if err != nil || !isWindow(bits) || strconv.Itoa(bits) != value {
		return fmt.Errorf("parameter %s has the value %q, not 8 to 15", key, value)
	}
	if key[0] == 's' {
		if offer.ServerMaxWindowBits != 0 && bits > offer.ServerMaxWindowBits {
			return fmt.Errorf("server window of %d bits, more than the %d offered", bits, offer.ServerMaxWindowBits)
		}
		d.ServerMaxWindowBits = bits
		return nil
	}
	if offer.ClientMaxWindowBits == 0 {
		return errors.New("client_max_window_bits was not offered")
	}
	if offer.ClientMaxWindowBits > 0 && bits > offer.ClientMaxWindowBits {
		return fmt.Errorf("client window of %d bits, more than the %d offered", bits, offer.ClientMaxWindowBits)
	}
	d.ClientMaxWindowBits = bits
	return nil
}
