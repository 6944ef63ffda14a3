package plan

import (
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/spec"
)

// bindWide binds what the services that all scenarios share need.
func (b *binder) bindWide() *draft {
	shared := servicesOf(b.suite.spec, false)
	if len(shared) == 0 {
		return nil
	}
	out := b.draft(&spec.Scenario{Pos: shared[0].Pos, Name: "services"}, nil, newKnown("matrix"), shared)
	defer func() { out.budget = nil }()
	out.Name = out.Spec.Name
	out.masker = b.masker // what it computes is there for all scenarios
	b.bindVars(out)
	b.bindServices(out, true)
	return out
}

// bindServices finds what is wrong with services before anything is started.
func (b *binder) bindServices(out *draft, wide bool) {
	for i := range out.services {
		d := &out.services[i]
		if d.Value.Doubt.Wrong {
			continue
		}
		b.complain(d.Pos, expr.CheckName(d.Name))
		before := b.out.Len()
		for _, t := range d.Value.Texts {
			b.serviceNames(out, t.Uses, wide)
		}
		foreseer{b, out, nil}.foresee(certain, ofTexts(d.Value.Texts))
		if b.out.Len() == before {
			b.bindCommand(out, d.Pos, &d.Value.Command)
			b.bindReady(out, &d.Value)
		}
	}
}

// serviceNames checks what the texts of a service name. It starts before the first step,
// so there are neither labels nor connections.
func (b *binder) serviceNames(out *draft, uses value.Uses, wide bool) {
	for _, call := range uses.Calls {
		if slices.Contains([]string{"conn", "audio", "events"}, call.Name) {
			b.out.Hintf(call.Pos, "services start before the first step", "there is no connection when a service starts")
		}
	}
	for _, r := range uses.Refs {
		switch root := r.Path[0]; {
		case wide && slices.Contains([]string{"endpoints", "matrix", "target", "index"}, root):
			b.out.Hintf(r.Pos, "`per: scenario` gives each scenario a service of its own", "%q is of a scenario, and this service is of all", root)
		case wide && root == "services" && len(r.Path) > 1 && out.known["services"].lacks(r.Path[1]) && b.isService(r.Path[1]):
			b.out.Hintf(r.Pos, "write `per: scenario` in both of them", "the service %q is of a scenario, and this service is of all", r.Path[1])
		case root == "services":
			b.service(out.known["services"], r)
		case root == "target":
			aims(b, out, r.Pos, "")
		case root == "index" && out.Spec.Load != nil:
		case out.known[root] != nil:
			b.member(out.known[root], r)
		default:
			b.out.Because("services name "+root, diag.New(r.Pos, "services start before the first step; they can name vars, env, matrix, target, endpoints and services",
				"there is no %q when a service starts", root))
		}
	}
}

// isService reports whether the suite has a service of that name.
func (b *binder) isService(name string) bool {
	return slices.ContainsFunc(b.suite.spec.Services, func(e yamldoc.Entry[spec.Service]) bool { return e.Name == name })
}

// bindCommand computes what is known of a command before it is performed.
func (b *binder) bindCommand(out *draft, pos diag.Pos, c *spec.Command) {
	e := out.in(out.staticEnv())
	if t := c.Dir.Template(); t == nil || out.isStatic(t) && b.computable(out, c.Dir.Uses()) {
		_, err := e.folder(&c.Dir)
		b.complain(pos, err)
	}
	for _, v := range c.Env {
		if v.Name == "" || strings.ContainsAny(v.Name, "=\x00") {
			b.out.Addf(v.Pos, "%q is no name of an environment variable", v.Name)
		}
	}
}

// bindReady computes what is known of a service's ports and of when it is ready.
func (b *binder) bindReady(out *draft, s *spec.Service) {
	env := out.staticEnv()
	ports := []*spec.Value[int]{&s.Port, &s.Ready.Status}
	for i := range s.Ports {
		b.complain(s.Ports[i].Pos, expr.CheckName(s.Ports[i].Name))
		ports = append(ports, &s.Ports[i].Value)
	}
	for _, v := range ports {
		if t := v.Template(); t != nil && out.isStatic(t) && b.computable(out, v.Uses()) {
			_, err := v.In(env)
			b.complain(v.Pos, err)
		}
	}
	if t := s.Ready.Within.Template(); t != nil && out.isStatic(t) && b.computable(out, s.Ready.Within.Uses()) {
		_, err := s.Ready.Within.In(env)
		b.complain(s.Ready.Within.Pos, err)
	}
	if t := s.Ready.At.Template(); t != nil && out.isStatic(t) && b.computable(out, s.Ready.At.Uses()) {
		_, err := out.Readiness(Service{spec: s}, 0, env)
		b.complain(s.Ready.At.Pos, err)
	}
}

// checkCommands complains of commands that may not be performed.
func (p *preparation) checkCommands() {
	if p.options.AllowRun {
		return
	}
	for _, s := range p.suites {
		if len(s.Cases) == 0 {
			continue
		}
		for _, sc := range append([]*Scenario{s.Services, s.Setup, s.Teardown}, s.Cases...) {
			if sc == nil {
				continue
			}
			places := slices.Clone(sc.runs)
			for _, sv := range sc.services {
				places = append(places, sv.Pos)
			}
			for _, pos := range places {
				p.out.Because("commands", diag.New(pos, "read what it performs; then give --allow-run, or write allow_run: true into the duologue.yaml of the working directory",
					"this performs a command, which is done only with --allow-run"))
			}
		}
	}
}

// checkRun computes what is known of a command before it is performed.
func checkRun(c *checker, step *spec.Step, a *spec.Run) {
	c.b.runs = append(c.b.runs, step.Pos)
	if c.likely == never {
		return
	}
	c.bindCommand(c.b, step.Pos, &a.Command)
	for i := range a.Files {
		f := &a.Files[i]
		c.complain(f.Pos, expr.CheckName(f.Name))
		if c.computed(&f.Value) {
			_, err := written(c.b.in(c.b.staticEnv()), &f.Value)
			c.complain(f.Value.Pos, err)
		}
	}
}

// program complains of a program that is not there to be stopped.
func (c *checker) program(name spec.Name) {
	if c.isService(name.Text) && c.programs.lacks(name.Text) {
		c.out.Hintf(name.Pos, "`per: scenario` gives each scenario a service of its own", "the service %q is of all scenarios, so none of them may stop it", name.Text)
		return
	}
	if name.Text != "" {
		c.missing(c.programs, name.Pos, name.Text, "no step before this one runs a program with the label %q", name.Text)
	}
}
