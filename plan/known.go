package plan

import (
	"maps"
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/spec"
)

// known are the names of one kind that something can refer to. Where something
// that makes such names was complained of there may be more: nothing is said of
// a name that it may have made.
type known struct {
	kind    string // what they are names of; "" where each of them stands for itself
	names   map[string]bool
	perhaps map[string]bool // what may be there, too
	open    bool            // anything may be
}

func newKnown(kind string) *known {
	return &known{kind: kind, names: map[string]bool{}, perhaps: map[string]bool{}}
}

func (k *known) add(name string) {
	if name != "" {
		k.names[name] = true
	}
}

// doubt takes what is in doubt for names that may be there.
func (k *known) doubt(d diag.Doubt) {
	maps.Copy(k.perhaps, d.Words)
	k.open = k.open || d.Lost
}

// join adds the names of another.
func (k *known) join(other *known) {
	maps.Copy(k.names, other.names)
	maps.Copy(k.perhaps, other.perhaps)
	k.open = k.open || other.open
}

func (k *known) clone() *known {
	return &known{k.kind, maps.Clone(k.names), maps.Clone(k.perhaps), k.open}
}

// lacks reports whether a name is certainly not there.
func (k *known) lacks(name string) bool { return !k.open && !k.names[name] && !k.perhaps[name] }

// hint tells which name was perhaps meant.
func (k *known) hint(name string) string {
	return diag.DidYouMean(name, slices.Sorted(maps.Keys(k.names)))
}

// cause is why a name is not there. Where there are none at all of its kind, all of
// them are missing for one reason.
func (k *known) cause(name string) string {
	if len(k.names) == 0 && k.kind != "" {
		return "no " + k.kind
	}
	return k.kind + " " + name
}

// maxHints is how many complaints get a hint: to look for what was perhaps meant among
// thousands of names takes its time.
const maxHints = 100

// missing complains of a name that is certainly not there. All that miss the same
// have one cause.
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

// member complains of a member of vars, env, matrix or endpoints that is certainly
// not there.
func (b *binder) member(k *known, r value.Reference) {
	if len(r.Path) > 1 {
		b.missing(k, r.Pos, r.Path[1], "there is no %s.%s", r.Path[0], r.Path[1])
	}
}

// computable reports whether all is known that a text names before anything is
// dialled. What is certainly not there is complained of.
func (b *binder) computable(out *draft, uses value.Uses) bool {
	all := true
	for _, r := range uses.Refs {
		k := out.known[r.Path[0]]
		if k == nil || len(r.Path) < 2 {
			continue
		}
		if r.Path[0] != "endpoints" {
			b.member(k, r)
		}
		all = all && k.names[r.Path[1]]
	}
	return all
}

// compute gives what a value of a suite or a scenario is before anything is
// dialled. Where that is not known, there is a complaint.
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
