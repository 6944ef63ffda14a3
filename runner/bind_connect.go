package runner

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
)

// bindConnect finds what can be known to be wrong with a connect before it
// dials: every part whose values hold no ${…} is computed as the step will.
func (c *checker) bindConnect(step *spec.Step, a *spec.Connect) {
	b, p, env := c.b, c.plan, c.b.staticEnv()
	if p.options.Inbound == nil {
		c.bindAddress(step, a)
	}
	if c.computed(pointers(a.Protocols)...) {
		_, err := protocols(a, env)
		c.complain(step.Pos, err)
	}
	for _, h := range a.Headers {
		if c.computed(pointers(h.Value)...) {
			_, err := fields(h, env)
			c.complain(step.Pos, err)
		}
	}
	if c.computed(&a.Origin) {
		_, err := origin(a, env)
		c.complain(step.Pos, err)
	}
	if c.computed(&a.Proxy) {
		_, err := proxy(a, env)
		c.complain(step.Pos, err)
	}
	if a.Auth != nil && c.computed(a.Auth.Values()...) {
		_, err := authorize(a.Auth, "", env)
		c.complain(step.Pos, err)
	}
	if t := a.TLS; t != nil && c.computed(&t.CA, &t.Cert, &t.Key, &t.ServerName) {
		_, err := b.tls(t, env)
		c.complain(step.Pos, err)
	}
	if t := a.TLS; t != nil && t.Insecure && p.options.Insecure {
		p.notices = append(p.notices, fmt.Sprintf("%s:%d: the server's certificate is not verified (insecure: true)", t.Pos.File, t.Pos.Line))
	}
	for _, d := range []*spec.Dialect{&b.suite.Dialect, &b.scenario.Dialect, &a.Dialect} {
		c.opening(d, true)
	}
}

// bindAddress finds what is wrong with the address to dial. That there is no
// target is one mistake, however many steps dial.
func (c *checker) bindAddress(step *spec.Step, a *spec.Connect) {
	values := []*spec.Value[string]{&a.URL}
	for i := range a.Query {
		values = append(values, &a.Query[i].Value)
	}
	if !c.computed(values...) {
		return
	}
	env, target := c.b.staticEnv(), c.b.target()
	own, err := urlOf(&a.URL, env)
	isSeen := !a.URL.IsSet() || err == nil && !own.IsAbs() // from the target
	if isSeen && c.b.moving {
		for _, r := range target.Uses().Refs {
			if r.Path[0] == "vars" {
				c.member(c.vars, r) // which steps before this one may have set
			}
		}
		return
	}
	switch _, err := c.b.address(a, env); {
	case isSeen && (c.b.aimless || target != nil && c.b.options.Target == "" && !c.computed(target)):
	case isSeen && target == nil && c.b.options.Target == "" && err != nil:
		c.out.Because("no target", diag.At(step.Pos, err))
	default:
		c.complain(step.Pos, err)
	}
}

// computed reports whether values can be computed before anything is dialled.
func (c *checker) computed(values ...*spec.Value[string]) bool {
	return !slices.ContainsFunc(values, func(v *spec.Value[string]) bool {
		t := v.Template()
		return t != nil && (!c.b.isStatic(t) || !c.computable(c.b, v.Uses()))
	})
}

// isStatic reports whether a text is the same before anything is dialled as when a
// step uses it: it calls nothing that varies, and names no variable that a step sets.
func (b *binding) isStatic(t *expr.Template) bool {
	return !t.Varies() && !slices.ContainsFunc(t.Members(), func(path []string) bool {
		switch path[0] {
		case "env", "matrix":
			return false
		case "target":
			return b.moving
		case "vars":
			return len(path) < 2 && len(b.set) > 0 || len(path) > 1 && b.set[path[1]]
		}
		return true
	})
}

func pointers(values []spec.Value[string]) []*spec.Value[string] {
	out := make([]*spec.Value[string], len(values))
	for i := range values {
		out[i] = &values[i]
	}
	return out
}

// dialect finds a dialect by name, or reads it from its file.
func (c *checker) dialect(d *spec.Dialect) {
	if !d.IsSet() || c.b.dialects[d.Name] != nil {
		return
	}
	if found := c.plan.findDialect(c.b, d, c.out); found != nil {
		c.b.dialects[d.Name] = found
	}
}

// opening holds the values for the opening of a dialect against it.
func (c *checker) opening(d *spec.Dialect, dials bool) {
	found := c.b.dialects[d.Name]
	if found == nil {
		return // none was said, or there is a complaint
	}
	for _, v := range d.Values {
		for _, t := range v.Value.Interpolations() {
			if !c.b.isStatic(t.Template) {
				return // the step will see
			}
		}
	}
	values, err := d.In(c.b.staticEnv())
	if err != nil {
		return // likewise
	}
	_, err = found.Flow(roleOf(found, d, dials), dialect.Options{Vars: values})
	c.complain(d.Pos, err)
}

func (p *Plan) findDialect(b *binding, d *spec.Dialect, out *diag.List) *dialect.Dialect {
	if ext := filepath.Ext(d.Name); ext != ".yaml" && ext != ".yml" && !strings.Contains(d.Name, "/") {
		found, err := dialect.Builtin(d.Name)
		if err != nil {
			out.Add(complaint(d.Pos, diag.DidYouMean(d.Name, dialect.Names()), "unknown dialect %q", d.Name))
		}
		return found
	}
	data, err := p.files.read(b.suite.File, d.Name)
	if err != nil {
		out.Add(complaint(d.Pos, rootHint, "read %q: %v", d.Name, err))
		return nil
	}
	path := d.Name
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(b.suite.File), path)
	}
	p.sources[path] = string(data)
	var wrong diag.List
	found := dialect.Parse(path, string(data), &wrong)
	for _, c := range wrong.Sorted() {
		out.Add(c)
	}
	if !wrong.Empty() {
		return nil
	}
	return found
}

// roleOf is the side that we are, who dial or are dialled: whoever dials in that dialect is the side
// that dials here.
func roleOf(d *dialect.Dialect, said *spec.Dialect, dials bool) dialect.Role {
	if said.Role != "" {
		return dialect.Role(said.Role)
	}
	return d.Role(dials)
}

// bindWindow refuses a window into an empty file.
func (c *checker) bindWindow(a *spec.Send) {
	if a.Window == nil {
		return
	}
	for _, v := range a.Files() {
		path, ok := v.Known()
		if !ok {
			continue
		}
		if data, err := c.b.file(v, path); err == nil && len(data) == 0 {
			c.out.Add(complaint(a.Window.Pos, "", "a window of an empty file has no octets"))
		}
	}
}
