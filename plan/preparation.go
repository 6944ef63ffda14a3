package plan

import (
	"errors"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/mask"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/plan/files"
	"github.com/duologue/duologue/spec"
)

// binder binds the scenarios of one suite.
type binder struct {
	*preparation
	suite  *Suite
	line   int                         // of the only scenario that is wanted; 0: all
	names  *known                      // of its sequences
	values expr.Map                    // of its environment variables
	env    *known                      // these
	unset  []spec.Name                 // those that are not set, and not complained of yet
	used   map[*spec.StepSequence]bool // that some scenario uses
	heard  map[diag.Pos]bool           // listeners that some scenario has; of a usual disturbance, whether a connection carries media
	paired map[pairing]bool            // what was read where it is named
	protos []*spec.SuiteProto          // the .proto files of the suite, and of those that it imports
	theirs map[string]*known           // what some scenario has; nil until somebody asks

	unrolled  unrolled
	spent     int // effort, see maxEffort
	budget    expr.Budget
	foreseen  int          // octets that were made to see what is wrong, see maxComputed
	constants map[any]bool // expressions without names that were computed
}

// pairing is a matcher or a payload, and what was read in its place.
type pairing struct {
	at      any
	of      *yamldoc.Node
	certain bool
}

// draft is a scenario that is being bound.
type draft struct {
	*Scenario
	row     spec.Row
	known   map[string]*known // of vars, env, matrix, endpoints and services
	aside   bool              // it is no scenario of the suite, see [isAside]
	aimless bool              // its target was complained of
	lacks   []value.Reference // what its target names and only other scenarios have
	set     map[string]bool   // variables that steps give a value
	unclear bool              // steps may give a value to others
	budget  *expr.Budget
	shared  *mask.Masker // that of the plan
}

// complain tells of an error, unless it is nil or was told of. The complaint stands at
// pos, unless the error has a place of its own. The same error at another place has the
// same cause, for example if a variable is used twice.
func (b *binder) complain(pos diag.Pos, err error) {
	if err != nil && !errors.Is(err, diag.Told) {
		d := diag.At(pos, err)
		b.out.Because(d.Message, d)
	}
}

// env gives the environment of expressions that can name these before anything is
// dialled. What they compute from secrets becomes a secret of the plan.
func (d *draft) env(names expr.Object) expr.Env {
	return expr.Env{Names: names, Computed: d.taint(names, d.shared), Budget: d.budget, Messages: d.Suite.messages.named}
}

// staticEnv is the environment of what can be computed before anything is dialled.
func (d *draft) staticEnv() expr.Env { return d.env(staticNames{d.Scenario}) }

// isStatic reports whether a text is the same now as when a step uses it. It must call
// nothing that varies, and name no variable that a step sets.
func (d *draft) isStatic(t *expr.Template) bool {
	return !t.Varies() && !slices.ContainsFunc(t.Members(), func(path []string) bool { return !d.isFixed(path) })
}

// isFixed reports whether a chain of names stands for the same now as when a step uses it.
func (d *draft) isFixed(path []string) bool {
	switch path[0] {
	case "env", "matrix":
		return true
	case "target":
		return !d.moving
	case "vars":
		return !d.unclear && (len(path) > 1 || len(d.set) == 0) && (len(path) < 2 || !d.set[path[1]])
	}
	return false
}

// isTainted reports whether one of these texts is computed from a secret.
func (d *draft) isTainted(texts []value.Interpolation) bool {
	return slices.ContainsFunc(texts, func(t value.Interpolation) bool {
		return slices.ContainsFunc(t.Refs, func(r value.Reference) bool { return d.namesSecret(r.Path) })
	})
}

// maxHints is how many complaints get a hint. It takes time to look among thousands of
// names for the one that was perhaps meant.
const maxHints = 100

// missing complains of a name that certainly does not exist. All who use the same name
// have the same cause.
func (b *binder) missing(k *known, pos diag.Pos, name, format string, args ...any) {
	if !k.lacks(name) {
		return
	}
	hint := ""
	if b.out.Len() < maxHints {
		hint = k.hint(name)
	}
	b.out.Because(k.cause(name), diag.New(pos, hint, format, args...))
}

// member complains of a member of vars, env, matrix or endpoints that certainly does not
// exist.
func (b *binder) member(k *known, r value.Reference) {
	if len(r.Path) > 1 {
		if k.asked != nil {
			k.asked[r.Path[1]] = true
		}
		if bar, ok := k.barred[r.Path[1]]; ok && k.lacks(r.Path[1]) {
			b.out.Because("barred "+r.Path[0]+"."+r.Path[1], diag.New(r.Pos, bar.hint, "%s.%s %s", r.Path[0], r.Path[1], bar.why))
			return
		}
		b.missing(k, r.Pos, r.Path[1], "there is no %s.%s", r.Path[0], r.Path[1])
	}
}

// service checks a chain of names such as services.bot.port.
func (b *binder) service(k *known, r value.Reference) {
	b.member(k, r)
	if len(r.Path) < 3 || k.lacks(r.Path[1]) {
		return
	}
	i := slices.IndexFunc(b.suite.spec.Services, func(e yamldoc.Entry[spec.Service]) bool { return e.Name == r.Path[1] })
	if i < 0 || b.suite.spec.Services[i].Value.Doubt.Unclear() {
		return
	}
	if members := []string{"port", "ports"}; !slices.Contains(members, r.Path[2]) {
		b.out.Hintf(r.Pos, "a service has `port`, and `ports` by their names", "there is no services.%s.%s", r.Path[1], r.Path[2])
		return
	}
	if r.Path[2] != "ports" || len(r.Path) < 4 {
		return
	}
	named := newKnown("port of " + r.Path[1])
	for _, p := range b.suite.spec.Services[i].Value.Ports {
		named.add(p.Name)
	}
	b.missing(named, r.Pos, r.Path[3], "there is no services.%s.ports.%s", r.Path[1], r.Path[3])
}

// computable reports whether all names in a text are known before anything is dialled. It
// complains of names that certainly do not exist.
func (b *binder) computable(out *draft, uses value.Uses) bool {
	all := true
	for _, r := range uses.Refs {
		k := out.known[r.Path[0]]
		if k == nil || len(r.Path) < 2 {
			continue
		}
		switch r.Path[0] {
		case "endpoints":
		case "services":
			b.service(k, r)
		default:
			b.member(k, r)
		}
		all = all && k.names[r.Path[1]]
	}
	return all
}

// compute gives a value of a suite or a scenario before anything is dialled. It complains
// if the value cannot be computed.
func compute[T any](b *binder, out *draft, v *spec.Value[T], unsaid T) (T, bool) {
	if !v.IsSet() {
		return unsaid, true
	}
	if !b.computable(out, v.Uses()) {
		return unsaid, false
	}
	got, err := v.In(out.staticEnv())
	b.complain(v.Pos, err)
	return got, err == nil
}

// preparation is a plan that is being made.
type preparation struct {
	options  *Options
	out      *diag.List
	files    *files.Root
	imported []parsed // suites whose scenarios others perform
	masker   *mask.Masker

	suites    []*Suite
	warnings  []diag.Diagnostic
	notices   []string
	sources   diag.Sources
	variables map[string]bool // that some scenario has
}
