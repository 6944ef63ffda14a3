package plan

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/spec"
)

// Service is a program that runs while a scenario is performed or, if the scenario is that
// of [Suite.Services], while all scenarios of the suite are.
type Service struct {
	Name string
	Pos  diag.Pos

	spec *spec.Service
}

// Services lists the services that start with the scenario, in the order of the file.
func (s *Scenario) Services() []Service {
	var out []Service
	for i := range s.services {
		e := &s.services[i]
		out = append(out, Service{e.Name, e.Pos, &e.Value})
	}
	return out
}

// servicesOf gives the services of a suite that all scenarios share, or those that each
// has for itself.
func servicesOf(s *spec.Suite, perScenario bool) []yamldoc.Entry[spec.Service] {
	return slices.DeleteFunc(slices.Clone(s.Services), func(e yamldoc.Entry[spec.Service]) bool { return e.Value.PerScenario != perScenario })
}

// PerScenario reports whether each scenario has its own.
func (sv Service) PerScenario() bool { return sv.spec.PerScenario }

// Ports are those of a service. 0 stands for a free one that is yet to be found.
type Ports struct {
	Main  int
	Named []yamldoc.Entry[int]
}

// Ports computes the ports of a service.
func (s *Scenario) Ports(sv Service, env expr.Env) (Ports, error) {
	var out Ports
	var err error
	if out.Main, err = sv.spec.Port.Or(env, 0); err != nil {
		return out, err
	}
	for i := range sv.spec.Ports {
		p := &sv.spec.Ports[i]
		n, err := p.Value.In(env)
		if err != nil {
			return out, err
		}
		out.Named = append(out.Named, yamldoc.Entry[int]{Name: p.Name, Pos: p.Pos, Value: n})
	}
	return out, nil
}

// Readiness says how it is known that a service can be used.
type Readiness struct {
	Pos     diag.Pos
	Kind    string         // started, tcp, http, websocket, log
	At      string         // a host and port, or a URL
	Pattern *regexp.Regexp // of log
	Status  int            // of http; 0: 200 to 399
	Within  time.Duration
}

// String says what is asked.
func (r Readiness) String() string { return strings.TrimSpace(r.Kind + " " + r.At) }

// Readiness computes when a service is ready. port is its own.
func (s *Scenario) Readiness(sv Service, port int, env expr.Env) (Readiness, error) {
	r := &sv.spec.Ready
	out := Readiness{Pos: r.Pos, Kind: r.Kind}
	var err error
	if out.Within, err = r.Within.Or(env, spec.DefaultReady); err != nil {
		return out, err
	}
	if out.Status, err = r.Status.Or(env, 0); err != nil {
		return out, err
	}
	if out.At, err = r.At.Or(env, strconv.Itoa(port)); err != nil {
		return out, err
	}
	if err := r.CheckAt(out.At); err != nil {
		return out, diag.At(r.At.Pos, err)
	}
	switch {
	case r.Kind == "log":
		out.Pattern, err = regexp.Compile(out.At)
	case r.Kind == "tcp" && !strings.Contains(out.At, ":"):
		out.At = net.JoinHostPort("127.0.0.1", out.At)
	case strings.HasPrefix(out.At, "/"):
		scheme := map[string]string{"http": "http", "websocket": "ws"}[r.Kind]
		out.At = fmt.Sprintf("%s://127.0.0.1:%d%s", scheme, port, out.At)
	}
	return out, err
}

// Command is a program with its arguments, computed.
type Command struct {
	Args []string
	Dir  string   // a folder of this machine; "" is the working directory
	Env  []string // NAME=VALUE
}

// Of gives the command of a service.
func (sv Service) Of() *spec.Command { return &sv.spec.Command }

// Command computes a command.
func (s *Scenario) Command(c *spec.Command, env expr.Env) (Command, error) {
	e := s.in(env)
	var out Command
	var err error
	if out.Args, err = e.texts(c.Args); err != nil {
		return out, err
	}
	if len(out.Args) == 0 {
		return out, diag.New(c.Args[0].Pos, "", "the list is empty, so there is no program")
	}
	if out.Dir, err = e.folder(&c.Dir); err != nil {
		return out, err
	}
	for i := range c.Env {
		v := &c.Env[i]
		text, err := v.Value.In(env)
		if err != nil {
			return out, err
		}
		if v.Name == "" || strings.ContainsAny(v.Name, "=\x00") {
			return out, diag.New(v.Pos, "", "%q is no name of an environment variable", v.Name)
		}
		out.Env = append(out.Env, v.Name+"="+text)
	}
	return out, nil
}

// folder gives the folder in which a command is performed.
func (e *evaluation) folder(v *spec.Value[string]) (string, error) {
	rel, err := v.Or(e.env, "")
	if err != nil {
		return "", err
	}
	dir, err := e.files.Folder(e.Suite.spec.File, rel)
	if err != nil {
		return "", diag.New(v.Pos, rootHint, "dir %q: %v", rel, err)
	}
	return dir, nil
}

// WrittenFiles computes the paths of the files that a command writes, by their names.
func (s *Scenario) WrittenFiles(a *spec.Run, env expr.Env) (map[string]string, error) {
	out := map[string]string{}
	for i := range a.Files {
		f := &a.Files[i]
		path, err := written(s.in(env), &f.Value)
		if err != nil {
			return nil, err
		}
		out[f.Name] = path
	}
	return out, nil
}

// written gives the path of a file that is yet to be written.
func written(e *evaluation, v *spec.Value[string]) (string, error) {
	path, err := v.In(e.env)
	if err != nil {
		return "", err
	}
	if _, err := e.files.Place(e.Suite.spec.File, path); err != nil {
		return "", diag.New(v.Pos, rootHint, "%q: %v", path, err)
	}
	return path, nil
}

// Written gives the octets of a file that a command has written since it began.
func (s *Scenario) Written(path string, since time.Time) ([]byte, error) {
	return s.files.Written(s.Suite.spec.File, path, since)
}
