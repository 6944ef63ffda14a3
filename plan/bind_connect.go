package plan

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/spec"
)

// bindConnect finds what can be known to be wrong with a connect before it
// dials: every part whose values hold no ${…} is computed as the step will.
func (c *checker) bindConnect(step *spec.Step, a *spec.Connect) {
	b, env := c.b, c.b.staticEnv()
	if !c.options.Accepting {
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
	if t := a.TLS; t != nil && t.Insecure && c.options.Insecure {
		c.notices = append(c.notices, fmt.Sprintf("%s:%d: the server's certificate is not verified (insecure: true)", t.Pos.File, t.Pos.Line))
	}
	for _, d := range []*spec.Dialect{&c.suite.spec.Dialect, &b.Spec.Dialect, &a.Dialect} {
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
	if found := c.findDialect(d); found != nil {
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

// findDialect gives the dialect that a suite names, by its name or by its file.
func (b *binder) findDialect(d *spec.Dialect) *dialect.Dialect {
	if ext := filepath.Ext(d.Name); ext != ".yaml" && ext != ".yml" && !strings.Contains(d.Name, "/") {
		found, err := dialect.Builtin(d.Name)
		if err != nil {
			b.out.Add(diag.New(d.Pos, diag.DidYouMean(d.Name, dialect.Names()), "unknown dialect %q", d.Name))
		}
		return found
	}
	data, err := b.files.Read(b.suite.spec.File, d.Name)
	if err != nil {
		b.out.Add(diag.New(d.Pos, rootHint, "read %q: %v", d.Name, err))
		return nil
	}
	path := d.Name
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(b.suite.spec.File), path)
	}
	b.sources[path] = string(data)
	var wrong diag.List
	found := dialect.Parse(path, string(data), &wrong)
	for _, c := range wrong.Sorted() {
		b.out.Add(c)
	}
	if !wrong.Empty() {
		return nil
	}
	return found
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
		if data, err := c.b.content(v, path); err == nil && len(data) == 0 {
			c.out.Add(diag.New(a.Window.Pos, "", "a window of an empty file has no octets"))
		}
	}
}
