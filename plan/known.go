package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
)

// known holds the names of one kind that something can refer to. If something that makes
// such names was complained of, there may be more: nothing is said of a name that it may
// have made.
type known struct {
	kind    string // what they are names of; "" where each of them stands for itself
	names   map[string]bool
	perhaps map[string]bool // what may be there, too
	open    bool            // anything may be
	asked   map[string]bool // names that somebody referred to; nil if nobody wants to know
	barred  map[string]bar  // names that are there, but cannot be named here
}

// bar is why a name cannot be named, and what to do about it.
type bar struct{ why, hint string }

func newKnown(kind string) *known {
	return &known{kind: kind, names: map[string]bool{}, perhaps: map[string]bool{}}
}

func (k *known) add(name string) {
	if name != "" {
		k.names[name] = true
	}
}

// doubt adds names that may exist, because what makes them is in doubt.
func (k *known) doubt(d diag.Doubt) {
	maps.Copy(k.perhaps, d.Words)
	for word := range d.Words {
		if name, own := strings.CutPrefix(word, "conn."); own { // as `set` writes a variable of a connection
			k.perhaps[name] = true
		}
	}
	k.open = k.open || d.Lost
}

// join adds the names of another.
func (k *known) join(other *known) {
	maps.Copy(k.names, other.names)
	maps.Copy(k.perhaps, other.perhaps)
	k.open = k.open || other.open
}

func (k *known) clone() *known {
	return &known{kind: k.kind, names: maps.Clone(k.names), perhaps: maps.Clone(k.perhaps), open: k.open, barred: k.barred}
}

// lacks reports whether a name is certainly not there.
func (k *known) lacks(name string) bool { return !k.open && !k.names[name] && !k.perhaps[name] }

// hint tells which name was perhaps meant.
func (k *known) hint(name string) string {
	return diag.DidYouMean(name, slices.Sorted(maps.Keys(k.names)))
}

// cause is why a name does not exist. If there are no names of its kind at all, all of
// them are missing for the same reason.
func (k *known) cause(name string) string {
	if len(k.names) == 0 && k.kind != "" {
		return "no " + k.kind
	}
	return k.kind + " " + name
}
