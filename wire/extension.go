package wire

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Extension is one element of Sec-WebSocket-Extensions (RFC 6455 section 9.1).
type Extension struct {
	Name   string
	Params []Param
}

// Param is one parameter of an [Extension].
type Param struct {
	Name     string
	Value    string // without quotes
	HasValue bool
}

// parseExtensions reads the values of every Sec-WebSocket-Extensions field.
func parseExtensions(values []string) ([]Extension, error) {
	var es []Extension
	for _, v := range values {
		p := extensionParser{rest: v}
		for {
			e, err := p.extension()
			if err != nil {
				return nil, err
			}
			es = append(es, e)
			if !p.take(',') {
				break
			}
		}
		if p.rest != "" {
			return nil, fmt.Errorf("no comma or semicolon before %q", p.rest)
		}
	}
	return es, nil
}

// noExtensions says why the values of Sec-WebSocket-Extensions cannot be read.
func noExtensions(values []string, err error) string {
	if len(values) == 1 && values[0] == "" {
		return "Sec-WebSocket-Extensions is empty; it must name an extension, or be left out"
	}
	return fmt.Sprintf("Sec-WebSocket-Extensions is %s: %v", valuesOf(values), err)
}

// extensionParser reads one value from its front. Each octet is looked at a bounded number of times.
type extensionParser struct{ rest string }

// take takes c off the front, with the white space around it.
func (p *extensionParser) take(c byte) bool {
	p.rest = strings.TrimLeft(p.rest, " \t")
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = strings.TrimLeft(p.rest[1:], " \t")
	return true
}

func (p *extensionParser) token() (string, error) {
	p.rest = strings.TrimLeft(p.rest, " \t")
	n := 0
	for n < len(p.rest) && isTokenChar(p.rest[n]) {
		n++
	}
	switch {
	case p.rest == "":
		return "", errors.New("a name is missing at the end")
	case n == 0:
		return "", fmt.Errorf("a name is missing before %q", p.rest)
	}
	token := p.rest[:n]
	p.rest = strings.TrimLeft(p.rest[n:], " \t")
	return token, nil
}

func (p *extensionParser) extension() (Extension, error) {
	name, err := p.token()
	e := Extension{Name: name}
	for err == nil && p.take(';') {
		var param Param
		if param.Name, err = p.token(); err == nil && p.take('=') {
			param.HasValue = true
			param.Value, err = p.value()
		}
		e.Params = append(e.Params, param)
	}
	return e, err
}

// value reads a token, or one in quotes.
func (p *extensionParser) value() (string, error) {
	if p.rest == "" || p.rest[0] != '"' {
		return p.token()
	}
	inside, after, closed := strings.Cut(p.rest[1:], `"`)
	if !closed || !isToken(inside) {
		return "", fmt.Errorf("quotes without a token inside before %q", p.rest)
	}
	p.rest = after
	return inside, nil
}

// negotiated holds the extensions of a response against those of the request (RFC 6455 section 9.1, RFC 7692
// section 7.1). It gives permessage-deflate as the response has it, nil if it does not have it or cannot be read;
// disputed is one that does not answer an offer.
func negotiated(values []string, offered []Extension, b *breaches) (d *Deflate, disputed bool) {
	granted, err := parseExtensions(values)
	if err != nil {
		b.add("RFC6455#9.1", "%s", noExtensions(values, err))
		return d, disputed
	}
	for _, g := range granted {
		asked := slices.ContainsFunc(offered, func(e Extension) bool { return e.Name == g.Name })
		if !asked {
			b.add("RFC6455#9.1", "extension %q was not offered", g.Name)
		}
		switch {
		case g.Name != deflateName:
		case d != nil:
			disputed = true
			b.add("RFC6455#9.1", "%s is granted twice", deflateName)
		default:
			var bad error
			if d, bad = grantedDeflate(g, offered); bad != nil && asked {
				b.add("RFC6455#9.1", "%v", bad)
			}
			disputed = bad != nil
		}
	}
	return d, disputed
}

// grantedDeflate holds a response against each offer of permessage-deflate; the error is that of the last. With it comes
// what the response says, nil if that is malformed.
func grantedDeflate(g Extension, offered []Extension) (*Deflate, error) {
	response, err := deflateParams(g)
	if err != nil {
		return nil, err
	}
	err = fmt.Errorf("no offer of %s was well-formed", deflateName)
	for _, o := range deflateOffers(offered) {
		var d *Deflate
		if d, err = o.accept(response); err == nil {
			return d, nil
		}
	}
	return Deflate(response).whole(), err
}

// deflateOffers are the well-formed offers of permessage-deflate, in order; others a server has to decline (RFC 7692
// section 7.1).
func deflateOffers(offered []Extension) []DeflateOffer {
	var os []DeflateOffer
	for _, e := range offered {
		if e.Name != deflateName {
			continue
		}
		if o, err := deflateParams(e); err == nil {
			os = append(os, o)
		}
	}
	return os
}
