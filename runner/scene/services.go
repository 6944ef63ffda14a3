package scene

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/process"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// Services are the programs that run while the scenarios of a suite are performed.
type Services struct {
	programs *programs
	scene    *scene
}

// Serve starts the services that all scenarios of a suite share, one after the other, and
// gives what came of it. [Services.Stop] must be called, whatever that is.
func (g *Stage) Serve(ctx context.Context, p *plan.Scenario) (*Services, trace.Scenario) {
	s := g.scene(p, plan.Turn{}, nil)
	main := s.main()
	var problems []*problem
	if err := s.draw(); err != nil {
		problems = append(problems, main.broken(p.Spec.Pos, "", err))
	} else if fell := s.serve(ctx, main); fell != nil {
		problems = append(problems, fell)
		s.programs.stop()
	}
	return &Services{programs: s.programs, scene: s}, s.publish(nil, problems, true)
}

// Stop ends the services with everything that they have started. It gives what they were,
// and a scenario that tells of one that has ended by itself, if no other scenario does.
func (sv *Services) Stop() (programs []trace.Program, fallen *trace.Scenario) {
	s := sv.scene
	defer s.desk.account.Close()
	var problems []*problem
	for _, p := range sv.programs.list() {
		if e, fell := p.fell(); fell && !p.told.Load() {
			problems = append(problems, s.main().fallen(p, e))
			break
		}
	}
	sv.programs.stop()
	out := s.publish(nil, problems, true)
	if problems != nil {
		fallen = &out
	}
	return out.Programs, fallen
}

// serve finds the ports of the scenario's services and starts these in the order of the
// file. Each is ready before the next one starts.
func (s *scene) serve(ctx context.Context, main *thread) *problem {
	services := s.plan.Services()
	ports := make([]int, len(services))
	for i, sv := range services {
		var err error
		if ports[i], err = s.programs.number(sv, main.env()); err != nil {
			return main.broken(sv.Pos, "", err)
		}
	}
	for i, sv := range services {
		if p := s.serveOne(ctx, main, sv, ports[i]); p != nil {
			s.excuses.excuse(p)
			return p
		}
	}
	return nil
}

// number finds the ports of a service, for all who name them, and gives the main one.
func (ps *programs) number(sv plan.Service, env expr.Env) (int, error) {
	asked, err := ps.plan.Ports(sv, env)
	if err != nil {
		return 0, err
	}
	port, err := ps.port(sv, asked.Main)
	if err != nil {
		return 0, err
	}
	named := expr.Map{}
	for _, p := range asked.Named {
		n, err := ps.port(sv, p.Value)
		if err != nil {
			return 0, diag.At(p.Pos, err)
		}
		named[p.Name] = n
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.services == nil {
		ps.services = expr.Map{}
	}
	ps.services[sv.Name] = expr.Map{"port": port, "ports": named}
	return port, nil
}

// port finds a free port, or makes sure that the one that is asked for is free. Otherwise
// another program might be taken for the service.
func (ps *programs) port(sv plan.Service, asked int) (int, error) {
	if asked != 0 {
		if !process.Free(asked) {
			hint := "without `port` a free one is found, for ${services." + sv.Name + ".port}"
			if sv.PerScenario() {
				hint += "; scenarios that run side by side cannot share one"
			}
			return 0, diag.Hinted(hint, "port %d of the service %q is taken by another program", asked, sv.Name)
		}
		return asked, nil
	}
	port, err := ps.stage.Ports.Find()
	if err != nil {
		return 0, err
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.ports = append(ps.ports, port)
	return port, nil
}

// serveOne starts a service and waits until it is ready. One that becomes ready after its
// time, but no later than we were late, can be used: the time is there to end the waiting.
func (s *scene) serveOne(ctx context.Context, main *thread, sv plan.Service, port int) *problem {
	env := main.env()
	command, err := s.plan.Command(sv.Of(), env)
	if err != nil {
		return main.broken(sv.Pos, "", err)
	}
	ready, err := s.plan.Readiness(sv, port, env)
	if err != nil {
		return main.broken(sv.Pos, "", err)
	}
	p, err := s.programs.start(sv.Name, sv.Pos, command, true)
	if err != nil {
		return main.broken(sv.Of().Args[0].Pos, "", fmt.Errorf("the service %q was not started: %w", sv.Name, err))
	}
	waiting, cancel := s.excuses.patience(ready.Within).bound(ctx, nil)
	defer cancel()
	err = awaitReady(waiting, p.Process, ready)
	switch {
	case err == nil:
		p.ready.Store(int64(s.desk.now()))
		return nil
	case errors.Is(err, process.ErrEnded):
		p.told.Store(true)
		e, _ := p.Exit()
		return main.broken(sv.Pos, "", fmt.Errorf("the service %q ended %s before it was ready", sv.Name, e))
	case ctx.Err() != nil:
		t := &task{thread: main, step: &spec.Step{Pos: sv.Pos}}
		return t.ranOut(ctx, fmt.Sprintf("before the service %q was ready", sv.Name))
	}
	out := main.broken(ready.Pos, "", fmt.Errorf("the service %q was not ready within %s", sv.Name, diag.Round(ready.Within)))
	out.detail("asked", ready.String())
	out.detail("answer", err.Error())
	if late := vain(waiting); late != "" {
		out.verdict = trace.Inconclusive
		out.detail("but", late)
	}
	return out
}

// awaitReady waits until a service can be used.
func awaitReady(ctx context.Context, p *process.Process, r plan.Readiness) error {
	switch r.Kind {
	case "log":
		return p.AwaitLine(ctx, r.Pattern)
	case "tcp":
		return p.Await(ctx, process.TCP(r.At))
	case "http":
		return p.Await(ctx, process.HTTP(r.At, func(status int) bool {
			return status == r.Status || r.Status == 0 && status >= 200 && status < 400
		}))
	case "websocket":
		return p.Await(ctx, func(ctx context.Context) error { return opens(ctx, r.At) })
	}
	return nil
}

// opens asks whether a WebSocket opens, and closes it. No certificate is verified: the
// question is only whether somebody answers.
func opens(ctx context.Context, address string) error {
	d := wire.Dialer{URL: address, TLS: &tls.Config{InsecureSkipVerify: true}, Limits: wire.Limits{CloseWait: grace}}
	c, err := d.Dial(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Drop(wire.DropFIN) }() // it may have ended already
	if _, err := c.SendClose(ctx, 1000, ""); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Drop(wire.DropRST) })
	defer stop()
	for {
		if _, ended := c.Next().(*wire.End); ended {
			return nil
		}
	}
}

// fell gives a service that has ended by itself, and how; nil if none has.
func (ps *programs) fell() (*program, process.Exit) {
	for _, p := range ps.reachable() {
		if e, fell := p.fell(); fell {
			return p, e
		}
	}
	return nil, process.Exit{}
}

// dead tells of a service that has ended by itself before the scenario began.
func (th *thread) dead() *problem {
	p, e := th.programs.fell()
	if p == nil {
		return nil
	}
	p.told.Store(true)
	at := e.At.Sub(th.stage.Start)
	return th.broken(p.pos, "", fmt.Errorf("the service %q is no more: it ended by itself %s at %s", p.name, e, trace.Stamp(at)))
}

// fallen tells of a service that has ended by itself.
func (th *thread) fallen(p *program, e process.Exit) *problem {
	p.told.Store(true)
	at := e.At.Sub(th.stage.Start)
	out := th.problem(trace.Failed, "", diag.Diagnostic{Pos: p.pos, Message: fmt.Sprintf("the service %q ended by itself %s at %s", p.name, e, trace.Stamp(at))})
	out.from, out.to = at, at
	return out
}

// lastBreath is how long the end of a scenario waits for the end of services, if a
// connection ended as if its peer had died: the system closes the sockets of a program
// before it tells that it has ended.
const lastBreath = 250 * time.Millisecond

// awaitDeaths waits for services that may just be dying.
func (th *thread) awaitDeaths() {
	if !slices.ContainsFunc(th.desk.connections(), th.desk.brokeOff) {
		return
	}
	late := time.NewTimer(lastBreath)
	defer late.Stop()
	for _, p := range th.programs.reachable() {
		if !p.service {
			continue
		}
		select {
		case <-p.Gone():
		case <-late.C:
			return
		}
	}
}

// brokeOff reports whether a connection ended, or did not open, without a Close.
func (d *desk) brokeOff(c *session.Conn) bool {
	ev, ended := d.endOf(c)
	if !ended {
		return false
	}
	end, closed := ev.Detail.(*trace.Close)
	return !closed || !end.Clean
}

// withFallen adds that a service has ended by itself to the problems of a scenario. It is
// a problem even if there are no others: what comes after it asks nobody.
func (th *thread) withFallen(problems []*problem) []*problem {
	th.awaitDeaths()
	p, e := th.programs.fell()
	switch {
	case p == nil:
	case len(problems) == 0:
		return []*problem{th.fallen(p, e)}
	case problems[0].diagnostic.Pos != p.pos: // else it says so
		problems[0].detail("service", th.fallen(p, e).diagnostic.Message)
	}
	return problems
}
