package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/internal/input"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
	"github.com/urfave/cli/v2"
)

// targetFlags say what a server wants that is no plain echo.
func targetFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "protocol", Usage: "offer the subprotocol `NAME` wherever a case offers none itself"},
		&cli.StringSliceFlag{Name: "header", Usage: "send this header, `NAME: VALUE`, with every handshake"},
		&cli.StringFlag{Name: "origin", Usage: "send this `ORIGIN` with every handshake"},
		&cli.StringSliceFlag{Name: "query", Usage: "add this parameter, `NAME=VALUE`, to every URL"},
		&cli.StringFlag{Name: "auth", Usage: "say who we are: `WHO` is basic:USER:PASSWORD, bearer:TOKEN or twilio:TOKEN"},
		&cli.StringFlag{Name: "alive", Usage: "how the server shows that it is there: `HOW` is echo, ping, binary, or a file with steps", Value: conformance.AliveEcho},
		&cli.StringFlag{Name: "greeting", Usage: "let the events of this `FILE` come by themselves at any time"},
	}
}

// aliveOf reads the flags that say how a server shows that it is there.
func aliveOf(c *cli.Context) (conformance.Alive, error) {
	a := conformance.Alive{Mode: c.String("alive"), Asks: len(c.StringSlice("protocol")) > 0}
	switch a.Mode {
	case conformance.AliveEcho, conformance.AlivePing, conformance.AliveBinary:
	default:
		text, err := input.Read(a.Mode, maxSteps)
		if err != nil {
			return a, usageError{fmt.Errorf("--alive is echo, ping, binary, or a file with steps: %w", err)}
		}
		a.Mode, a.Steps = conformance.AliveSteps, string(text)
	}
	if file := c.String("greeting"); file != "" {
		text, err := input.Read(file, maxSteps)
		if err != nil {
			return a, usageError{fmt.Errorf("--greeting: %w", err)}
		}
		a.Greeting = string(text)
	}
	return a, nil
}

// maxSteps bounds a file with steps or events, in octets.
const maxSteps = 1 << 20

// diallingOf reads the flags that say what every handshake has; nil if there are none.
func diallingOf(c *cli.Context) (func(*wire.Dialer), error) {
	var says []wire.Field
	for _, line := range c.StringSlice("header") {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" || strings.ContainsAny(line, "\r\n") {
			return nil, usageError{fmt.Errorf("--header %q is not of the form NAME: VALUE", line)}
		}
		says = append(says, wire.Field{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	var who func(address string) wire.Field
	if text := c.String("auth"); text != "" {
		var err error
		if who, err = credentialsOf(text); err != nil {
			return nil, usageError{err}
		}
	}
	query, err := queryOf(c.StringSlice("query"))
	if err != nil {
		return nil, err
	}
	protocols, origin := c.StringSlice("protocol"), c.String("origin")
	if who == nil && len(says)+len(query)+len(protocols)+len(origin) == 0 {
		return nil, nil
	}
	return func(d *wire.Dialer) {
		if len(d.Protocols) == 0 {
			d.Protocols = protocols
		}
		if d.Origin == "" {
			d.Origin = origin
		}
		d.URL = withQuery(d.URL, query)
		own, all := slices.Clone(d.Header), says
		if who != nil {
			all = append(slices.Clip(says), who(d.URL))
		}
		for _, f := range all {
			if !slices.ContainsFunc(own, func(o wire.Field) bool { return strings.EqualFold(o.Name, f.Name) }) {
				d.Header = append(d.Header, f)
			}
		}
	}, nil
}

// queryOf reads parameters of a URL.
func queryOf(given []string) (string, error) {
	var parts []string
	for _, q := range given {
		name, value, ok := strings.Cut(q, "=")
		if !ok || name == "" {
			return "", usageError{fmt.Errorf("--query %q is not of the form NAME=VALUE", q)}
		}
		parts = append(parts, url.QueryEscape(name)+"="+url.QueryEscape(value))
	}
	return strings.Join(parts, "&"), nil
}

// withQuery adds parameters to a URL.
func withQuery(address, query string) string {
	u, err := url.Parse(address)
	if err != nil || query == "" {
		return address
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += query
	return u.String()
}

// errAuth never shows what was given, which is a secret.
var errAuth = errors.New("--auth is basic:USER:PASSWORD, bearer:TOKEN or twilio:TOKEN")

// credentialsOf gives the header that says who we are when we dial an address.
func credentialsOf(who string) (func(address string) wire.Field, error) {
	scheme, rest, _ := strings.Cut(who, ":")
	user, password, ok := strings.Cut(rest, ":")
	authorization := func(value string) func(string) wire.Field {
		return func(string) wire.Field { return wire.Field{Name: "Authorization", Value: value} }
	}
	switch {
	case strings.ContainsAny(who, "\r\n") || rest == "":
	case scheme == "basic" && ok:
		return authorization("Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))), nil
	case scheme == "bearer":
		return authorization("Bearer " + rest), nil
	case scheme == "twilio":
		return func(address string) wire.Field {
			return wire.Field{Name: spec.SignatureHeader, Value: plan.TwilioSignature(rest, address)}
		}, nil
	}
	return nil, errAuth
}
