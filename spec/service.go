package spec

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Service is a program that runs while the scenarios of a suite are performed, or while one
// of them is.
type Service struct {
	Pos diag.Pos
	Command
	Port        Value[int] // 0 or not set: a free one
	Ports       []yamldoc.Entry[Value[int]]
	Ready       Ready
	PerScenario bool
	Texts       []value.Interpolation // its scalars that hold ${…}
	Doubt       diag.Doubt
}

// Ready says how it is known that a service can be used.
type Ready struct {
	Pos    diag.Pos
	Kind   string        // started, tcp, http, websocket, log
	At     Value[string] // the address, the URL, or the pattern; not set for the service's own port
	Status Value[int]    // of http; not set: 200 to 399
	Within Value[time.Duration]
}

// DefaultReady is how long a service may take until it is ready.
const DefaultReady = 30 * time.Second

func (s *Service) shape() yamldoc.Shape { return yamldoc.Doubted(&s.Doubt, yamldoc.Map(s)) }

// Keys names the keys of a service.
func (s *Service) Keys(k *yamldoc.Keys) {
	if n := k.Node(); n != nil {
		s.Pos, s.Texts = n.Pos, value.InterpolationsOf(n)
	}
	s.keys(k)
	k.Key("port", valueShape(&s.Port, portUnit), "The port for ${services.NAME.port}; 0 is a free one (0).")
	k.Key("ports", yamldoc.Dict(&s.Ports, func(v *Value[int]) yamldoc.Shape { return valueShape(v, portUnit) }),
		"Further ports by name, for ${services.NAME.ports.…}; 0 is a free one.")
	k.Key("ready", s.Ready.shape(), "How it is known that it can be used.", yamldoc.Required)
	k.Key("per", perShape(&s.PerScenario), "Whether all scenarios share it (suite), or each has its own (scenario).")
}

func perShape(perScenario *bool) yamldoc.Shape {
	var word string
	words := yamldoc.Word(&word, "suite", "scenario")
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		words.Decode(n, out)
		*perScenario = word == "scenario"
	}, words.Describe)
}

// readyKinds are the ways of being ready of which more can be said.
var readyKinds = []string{"tcp", "http", "websocket", "log"}

// shape takes a word or a mapping.
func (r *Ready) shape() yamldoc.Shape {
	words := yamldoc.Word(&r.Kind, "started", "tcp")
	keyed := yamldoc.Whole(yamldoc.Map(r), r.check)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		r.Pos = n.Pos
		if n.Kind == yamldoc.Scalar && !n.IsEmpty() {
			words.Decode(n, out)
			return
		}
		keyed.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{words.Describe(d), keyed.Describe(d)}}
	})
}

// Keys names the keys of `ready`.
func (r *Ready) Keys(k *yamldoc.Keys) {
	k.Key("tcp", r.by("tcp"), "A host and port that can be connected to.")
	k.Key("http", r.by("http"), "A URL, or a path on the service's port, whose answer has the status.")
	k.Key("status", valueShape(&r.Status, statusUnit), "Beside http: the status (200 to 399).")
	k.Key("websocket", r.by("websocket"), "A URL, or a path on the service's port, at which a WebSocket opens.")
	k.Key("log", r.by("log"), "A regular expression that a line of its output matches.")
	k.Key("within", Duration(&r.Within), "How long that may take (30s).")
}

func (r *Ready) by(kind string) yamldoc.Shape {
	text := Text(&r.At)
	return yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if r.Kind != "" {
			out.Hintf(n.Pos, "one is enough; a service is ready once", "both %s and %s say when it is ready", r.Kind, kind)
		}
		r.Kind = kind
		text.Decode(n, out)
	}, text.Describe)
}

// check makes the complaints that need several keys.
func (r *Ready) check(n *yamldoc.Node, out *diag.List) {
	switch {
	case r.Kind == "":
		out.Hintf(n.Pos, "such as ready: tcp", "one of %s says when it is ready", strings.Join(readyKinds, ", "))
		return
	case r.Status.IsSet() && r.Kind != "http":
		out.Hintf(r.Status.Pos, "ready: {http: …, status: 200}", "`status` stands only beside http")
	}
	if at, ok := r.At.Known(); ok {
		if err := r.CheckAt(at); err != nil {
			out.Add(diag.At(r.At.Pos, err))
		}
	}
}

// CheckAt says what is wrong with what is probed.
func (r *Ready) CheckAt(at string) error {
	schemes := map[string][]string{"http": {"http://", "https://"}, "websocket": {"ws://", "wss://"}}[r.Kind]
	switch {
	case r.Kind == "log":
		if _, err := regexp.Compile(at); err != nil {
			return diag.Hinted("a regular expression as of $matches", "%v", err)
		}
	case r.Kind == "tcp":
		if _, err := readPort(at); err != nil && !strings.Contains(at, ":") {
			return diag.Hinted("such as 127.0.0.1:8080, or 8080", "%q is no host with a port", at)
		}
	case strings.HasPrefix(at, "/"):
	case schemes != nil && !strings.HasPrefix(at, schemes[0]) && !strings.HasPrefix(at, schemes[1]):
		return diag.Hinted(fmt.Sprintf("%s… or a path such as /health", schemes[0]), "%q is neither a URL for %s nor a path", at, r.Kind)
	}
	return nil
}

var portUnit = unit[int]{"a port, such as 8080, or 0 for a free one", readPort}

func readPort(s string) (int, error) {
	v, err := readCount(s)
	if err == nil && v > 65535 {
		return 0, diag.Hinted("0 to 65535", "%s is no port", s)
	}
	return v, err
}
