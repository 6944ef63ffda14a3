package plan

import (
	"slices"
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/mask"
	"github.com/duologue/duologue/internal/secrets"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/spec"
)

// lookUp looks up the environment variables that the suite names. If one is not set, its
// name may be misspelled and mean another one, so more names may be known than are listed.
func (b *binder) lookUp() {
	b.values, b.env = expr.Map{}, newKnown("env")
	b.env.doubt(b.suite.spec.Doubt)
	for _, name := range slices.Concat(b.suite.spec.Env, b.suite.spec.Secrets) {
		if b.options.NoEnv {
			b.env.perhaps[name.Text] = true
			continue
		}
		var value string
		ok := false
		if b.options.LookupEnv != nil {
			value, ok = b.options.LookupEnv(name.Text)
		}
		if !ok {
			b.unset = append(b.unset, name)
			b.env.open = true
			continue
		}
		b.values[name.Text], b.env.names[name.Text] = value, true
	}
	if b.options.Tags == nil && b.options.Name == nil && b.line == 0 {
		b.needs(func(string) bool { return true })
	}
}

// needs complains of variables that are needed and not set, once each. If only a part of
// the suite is selected, a variable is needed that this part refers to.
func (b *binder) needs(needed func(name string) bool) {
	b.unset = slices.DeleteFunc(b.unset, func(name spec.Name) bool {
		if !needed(name.Text) {
			return false
		}
		b.out.Addf(name.Pos, "the environment variable %s is not set", name.Text)
		return true
	})
}

// selected tells that a scenario will be performed.
func (b *binder) selected(d *draft) *Scenario {
	b.needs(func(name string) bool { return d.known["env"].asked[name] })
	return d.Scenario
}

// checkSecrets complains of secrets that are too short to be masked.
func (b *binder) checkSecrets() {
	for _, name := range b.suite.spec.Secrets {
		value, _ := b.values[name.Text].(string)
		if value == "" {
			continue
		}
		if _, err := mask.New([]string{value}); err != nil {
			b.out.Hintf(b.suite.spec.Pos, "a short secret cannot be masked without hiding half of every report", "secrets: %v", err)
		}
	}
}

// bindVars computes the variables: those of the suite, then those of the scenario. The
// command line overrides both.
func (b *binder) bindVars(out *draft) {
	env := out.env(expr.Map{"vars": expr.Map(out.vars), "env": out.static["env"], "matrix": out.static["matrix"]})
	env.Clock = time.Now
	k := out.known["vars"]
	k.barred = map[string]bar{}
	for _, v := range out.Spec.Vars {
		k.barred[v.Name] = bar{"is a variable of a scenario, and those of the suite are computed before", "name it in a variable of the scenario, or in a step"}
	}
	defer func() { k.barred = nil }()
	names := []string{b.suite.Name, ""} // a variable of the suite is the same in its setup and in all scenarios
	for i, list := range [][]yamldoc.Entry[value.Data]{b.suite.spec.Vars, out.Spec.Vars} {
		if i > 0 {
			names = []string{b.suite.Name, out.Spec.Name, out.row.Label(), "vars"}
		}
		env.Random = seeded(b.options.Seed, names...)
		for _, v := range list {
			k.barred[v.Name] = bar{"stands after the variable that names it", "write it above"}
		}
		for _, v := range list {
			if b.spent > maxEffort { // there is a complaint
				return
			}
			if said, ok := b.options.variable(v.Name); ok {
				out.vars[v.Name], out.known["vars"].names[v.Name] = said, true
				continue
			}
			out.drawn = slices.DeleteFunc(out.drawn, func(d drawn) bool { return d.Name == v.Name }) // that of the suite
			b.bindVar(out, v, env)
			if _, known := out.vars[v.Name]; known && isDrawn(out, v, env) {
				out.drawn = append(out.drawn, drawn{v, i == 0})
			}
		}
	}
	for name := range out.vars {
		b.variables[name] = true
	}
}

// isDrawn reports whether a variable, which could be computed, depends on chance or on the
// clock itself, or on a variable that does.
func isDrawn(out *draft, v yamldoc.Entry[value.Data], env expr.Env) bool {
	env.Random, env.Clock = nil, nil
	if _, err := v.Value.Bind(env); err != nil {
		return true
	}
	return slices.ContainsFunc(v.Value.Interpolations(), func(t value.Interpolation) bool {
		return slices.ContainsFunc(t.Refs, func(r value.Reference) bool {
			return r.Path[0] == "vars" && slices.ContainsFunc(out.drawn, func(d drawn) bool { return len(r.Path) == 1 || d.Name == r.Path[1] })
		})
	})
}

// bindVar computes a variable. If it cannot be computed, it exists all the same: nobody is
// told that there is none.
func (b *binder) bindVar(out *draft, v yamldoc.Entry[value.Data], env expr.Env) {
	texts, k := v.Value.Interpolations(), out.known["vars"]
	k.barred[v.Name] = bar{"names itself", "the suite, or the command line, gives it no other value"}
	defer func() { k.perhaps[v.Name] = true }()
	for _, t := range texts {
		for _, r := range t.Refs {
			if r.Path[0] == "services" {
				b.out.Because("variables name services", diag.New(r.Pos, "write it where it is used, or into `target`: variables are known before anything is started",
					"a variable cannot name services"))
				return
			}
		}
		if !b.computable(out, t.Uses) {
			return
		}
	}
	bound, err := v.Value.Bind(env)
	if b.complain(v.Pos, err); err != nil {
		return
	}
	out.vars[v.Name], k.names[v.Name] = bound.Value(), true
	if text, ok := bound.Value().(string); ok {
		b.spend(v.Pos, len(text)/perOctets)
	}
	if out.isTainted(texts) {
		out.tainted[v.Name] = true
		secrets.Learn(b.masker, bound.Value())
	}
}

// perhapsLater complains of names in a text that certainly do not exist when a step uses
// it. A variable that a step sets may not exist yet.
func (b *binder) perhapsLater(out *draft, uses value.Uses) {
	early := value.Uses{}
	for _, r := range uses.Refs {
		if r.Path[0] != "vars" || len(r.Path) < 2 || !out.set[r.Path[1]] && !out.unclear {
			early.Refs = append(early.Refs, r)
		}
	}
	b.computable(out, early)
}
