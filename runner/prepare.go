// Package runner performs suites. [Prepare] binds the files that scenarios name
// and finds every problem before any socket opens; [Plan.Run] performs the
// plan, scenarios side by side, and gives what happened as a [trace.Run]. It
// judges nothing itself: that is package assertions.
package runner

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/media"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
)

// Observer is told of every scenario that has ended.
type Observer interface {
	Done(suite string, s *trace.Scenario)
}

// Options say how a plan is made and performed.
type Options struct {
	Tool        string                         // name and version, for reports
	Target      string                         // overrides the suites' targets
	Jobs        int                            // scenarios at once; 0 stands for 64
	Resolve     func(u string) (string, error) // gives the address of a builtin:// URL
	Wait        session.Wait                   // nil: session.Timer
	MaxLateness time.Duration                  // 0 stands for 5 ms
	Observer    Observer
	Insecure    bool   // `insecure: true` is allowed
	Root        string // files must lie under it; "" is the working directory
}

// Plan is what will be performed.
type Plan struct {
	options  Options
	suites   []*spec.Suite
	cases    []*binding
	warnings []diag.Diagnostic
	notices  []string // what every report must say
	sources  diag.Sources
}

// binding is one scenario with what its words stand for.
type binding struct {
	suite    *spec.Suite
	index    int // of its suite
	scenario *spec.Scenario
	clips    map[string]media.Clip // by the path as written
	dialects map[string]*dialect.Dialect
	files    map[string][]byte // by the path as written
	options  Options
}

// Prepare reads suites, binds what they name and complains about everything
// that can be known to be wrong. A plan without scenarios is a complaint.
func Prepare(files []string, o Options, out *diag.List) *Plan {
	p := &Plan{options: o, sources: diag.Sources{}}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			out.Addf(diag.Pos{File: file}, "%v", err)
			continue
		}
		p.sources[file] = string(text)
		s := spec.Parse(file, string(text), out)
		if s == nil {
			continue
		}
		if s.Name == "" {
			s.Name = filepath.Base(file)
		}
		p.suites = append(p.suites, s)
		for i := range s.Scenarios {
			p.cases = append(p.cases, p.bind(s, len(p.suites)-1, &s.Scenarios[i], out))
		}
	}
	if len(p.cases) == 0 && out.Empty() {
		out.Add(diag.Diagnostic{Message: "there are no scenarios to run"})
	}
	return p
}

// Sources gives the texts of the suites, for excerpts.
func (p *Plan) Sources() diag.Sources { return p.sources }

func (p *Plan) bind(s *spec.Suite, index int, sc *spec.Scenario, out *diag.List) *binding {
	b := &binding{suite: s, index: index, scenario: sc, options: p.options,
		clips: map[string]media.Clip{}, dialects: map[string]*dialect.Dialect{}, files: map[string][]byte{}}
	labels := map[string]bool{}
	for _, step := range sc.Steps {
		switch a := step.Action.(type) {
		case *spec.Connect:
			p.bindConnect(b, a, step, out)
		case *spec.Send:
			p.bindSend(b, a, out)
		case *spec.SendMedia:
			p.bindClip(b, a, out)
		case *spec.Assert:
			if a.Audio != nil && !labels[a.Audio.During] {
				out.Addf(step.Pos, "no step before this one has the label %q", a.Audio.During)
			}
		}
		if step.As != "" {
			labels[step.As] = true
		}
	}
	return b
}

func (p *Plan) bindClip(b *binding, a *spec.SendMedia, out *diag.List) {
	path, known := a.From.Known()
	if !known {
		return
	}
	data, err := os.ReadFile(filepath.Join(filepath.Dir(b.suite.File), path))
	if err != nil {
		out.Addf(a.From.Pos, "read %q: %v", path, unwrapPath(err))
		return
	}
	clip, warnings, err := media.ReadWAV(data)
	if err != nil {
		out.Addf(a.From.Pos, "%q: %v", path, err)
		return
	}
	for _, w := range warnings {
		p.warnings = append(p.warnings, diag.Diagnostic{Pos: a.From.Pos, Message: fmt.Sprintf("%q: %s", path, w)})
	}
	b.clips[path] = clip
}

// unwrapPath drops what an *os.PathError says beside its cause.
func unwrapPath(err error) error {
	if e, ok := err.(*os.PathError); ok {
		return e.Err
	}
	return err
}

// resolve gives the address that a URL stands for.
func (o Options) resolve(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", err
	}
	if u.Scheme != "builtin" {
		return raw, nil
	}
	if o.Resolve == nil {
		return "", fmt.Errorf("no embedded endpoints here")
	}
	return o.Resolve(raw)
}
