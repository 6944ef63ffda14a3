package builtin

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/coder/websocket"
	"github.com/duologue/duologue/diag"
)

// Endpoint is something that a builtin:// URL can name.
type Endpoint struct {
	Name    string
	Options []string // keys of its query, except defect
	Says    string   // what it does
}

// Endpoints lists every endpoint, sorted by name.
func Endpoints() []Endpoint {
	var list []Endpoint
	for _, name := range Names() {
		e := endpoints[name]
		list = append(list, Endpoint{Name: name, Options: slices.Clone(e.options), Says: e.says})
	}
	return list
}

// Names gives the names that a builtin:// URL can have, sorted.
func Names() []string { return slices.Sorted(maps.Keys(endpoints)) }

// endpoint is a bot that speaks over a wire.
type endpoint struct {
	wire    func() wire
	bot     func(settings) bot
	options []string
	says    string
}

const (
	saysEcho = "Sends the caller's audio back in streams and counters of its own, and other messages as they came."
	saysIVR  = "Greets the caller, answers after 400 ms of quiet, stops when it is talked over, and closes on #. It answers {\"type\":\"ping\"} with a pong and {\"customEvent\":\"hello\"} with ready, each with the id it was given. greeting=none leaves the greeting out."
)

// endpoints is the registry of endpoints.
var endpoints = map[string]endpoint{
	"echo": {wire: newPlain, bot: newEcho, says: "Sends every message back as it came."},
	"close": {wire: newPlain, bot: newCloser, options: []string{"code", "reason"},
		says: "Says hello and closes, with that code and reason, or with an empty Close."},
	"slow": {wire: newPlain, bot: newSlow, options: []string{"delay"},
		says: "Sends every message back after a delay, 500ms unless told."},
	"reject": {wire: newPlain, bot: newEcho, options: []string{"status"},
		says: "Refuses the upgrade with a status, 403 unless told, the header X-Reject-Reason and a JSON body."},
	"subprotocol": {wire: newPlain, bot: newEcho, options: []string{"choose"},
		says: "Takes the subprotocol named, offered or not, else the first that is offered; then an echo."},
	"voximplant/echo": {wire: newVoximplant, bot: newEcho, says: saysEcho},
	"voximplant/ivr":  {wire: newVoximplant, bot: newIVR, options: []string{"greeting"}, says: saysIVR},
	"twilio/echo":     {wire: newTwilio, bot: newEcho, says: saysEcho},
	"twilio/ivr":      {wire: newTwilio, bot: newIVR, options: []string{"greeting"}, says: saysIVR},
	"vonage/echo":     {wire: newVonage, bot: newEcho, says: saysEcho},
	"vonage/ivr":      {wire: newVonage, bot: newIVR, options: []string{"greeting"}, says: saysIVR},
}

// settings is what the query of a URL asks for.
type settings struct {
	code   websocket.StatusCode
	reason string
	delay  time.Duration
	status int // of a refusal; 0 accepts
	choose string
	silent bool // it does not greet
	defect defect
}

// options says how each key of a query is read.
var options = map[string]func(*settings, string) error{
	"code": func(s *settings, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || !sendable(n) {
			return errors.New("want a code that may be sent: 1000 to 1003, 1007 to 1014, 3000 to 4999")
		}
		s.code = websocket.StatusCode(n)
		return nil
	},
	"reason": func(s *settings, v string) error {
		if len(v) > maxReason {
			return fmt.Errorf("want at most %d octets", maxReason)
		}
		s.reason = v
		return nil
	},
	"delay": func(s *settings, v string) (err error) {
		if s.delay, err = time.ParseDuration(v); err != nil || s.delay < 0 || s.delay > time.Hour {
			return errors.New("want a duration such as 500ms, at most 1h")
		}
		return nil
	},
	"status": func(s *settings, v string) (err error) {
		if s.status, err = strconv.Atoi(v); err != nil || s.status < 200 || s.status > 599 {
			return errors.New("want an HTTP status from 200 to 599")
		}
		return nil
	},
	"choose": func(s *settings, v string) error { s.choose = v; return nil },
	"greeting": func(s *settings, v string) error {
		if s.silent = v == "none"; !s.silent {
			return errors.New("want none, or leave it out")
		}
		return nil
	},
}

// maxReason is the most octets of the reason of a Close (RFC 6455 section 5.5).
const maxReason = 123

// sendable reports whether a code may be in a Close (RFC 6455 section 7.4).
func sendable(code int) bool {
	switch {
	case code >= 1000 && code <= 1003, code >= 1007 && code <= 1014, code >= 3000 && code <= 4999:
		return true
	}
	return false
}

// find gives an endpoint by its name, and what a query asks of it.
func find(name, query string) (endpoint, settings, error) {
	e, ok := endpoints[name]
	if !ok {
		return endpoint{}, settings{}, unknown("endpoint builtin://"+name, name, append(Names(), Protocol))
	}
	s := settings{code: websocket.StatusNoStatusRcvd, delay: 500 * time.Millisecond}
	if name == "reject" {
		s.status = 403
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return endpoint{}, settings{}, fmt.Errorf("read the query of builtin://%s: %w", name, err)
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if len(values[key]) > 1 {
			return endpoint{}, settings{}, fmt.Errorf("builtin://%s: %s is given twice", name, key)
		}
		if err := s.set(name, e, key, values[key][0]); err != nil {
			return endpoint{}, settings{}, err
		}
	}
	if s.reason != "" && s.code == websocket.StatusNoStatusRcvd {
		return endpoint{}, settings{}, fmt.Errorf("builtin://%s: a reason needs a code", name)
	}
	return e, s, nil
}

func (s *settings) set(name string, e endpoint, key, value string) error {
	if key == "defect" {
		d, err := findDefect(name, value)
		s.defect = d
		return err
	}
	if !slices.Contains(e.options, key) {
		return unknown(fmt.Sprintf("option %q of builtin://%s", key, name), key, append([]string{"defect"}, e.options...))
	}
	if err := options[key](s, value); err != nil {
		return fmt.Errorf("builtin://%s: %s=%s: %w", name, key, value, err)
	}
	return nil
}

func unknown(what, word string, valid []string) error {
	hint := diag.DidYouMean(word, valid)
	if hint == "" {
		return fmt.Errorf("there is no %s", what)
	}
	return fmt.Errorf("there is no %s (%s)", what, hint)
}
