package spec

import (
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// checklist is the keys of a mapping of checks. A path with a dot is a key of an
// inner mapping: `speech.start` is the key `start` of the key `speech`.
type checklist struct {
	keys   []checkKey        // the keys of one inner mapping follow one another
	groups map[string]string // what each inner mapping is about
}

// checkKey is one key of a checklist.
type checkKey struct {
	path   string
	doc    string
	shape  yamldoc.Shape
	checks bool // it checks something; false if it says how others check
	opts   []yamldoc.Option
}

// name names the keys of one mapping: of the outer one if group is "", else of
// that inner one. It demands that a suite gives at least one key that checks
// something.
func (c checklist) name(k *yamldoc.Keys, group string) {
	var demanded []string
	seen := ""
	for _, key := range c.keys {
		inner, name := splitPath(key.path)
		switch {
		case inner == group:
			k.Key(name, key.shape, key.doc, key.opts...)
			if key.checks {
				demanded = append(demanded, name)
			}
		case group == "" && inner != seen:
			seen = inner
			k.Key(inner, &innerKeys{c, inner}, c.groups[inner])
			demanded = append(demanded, inner)
		}
	}
	demandOne(k, demanded)
}

// splitPath splits a path into the key of the inner mapping, "" if there is
// none, and the last key.
func splitPath(path string) (group, name string) {
	if group, name, ok := strings.Cut(path, "."); ok {
		return group, name
	}
	return "", path
}

// innerKeys is the keys of one inner mapping.
type innerKeys struct {
	checklist
	group string
}

// Keys names the keys of the inner mapping.
func (i *innerKeys) Keys(k *yamldoc.Keys) { i.name(k, i.group) }

// Decode reads the inner mapping.
func (i *innerKeys) Decode(n *yamldoc.Node, out *diag.List) { yamldoc.DecodeKeys(n, i, out) }

// Describe describes the inner mapping.
func (i *innerKeys) Describe(d *yamldoc.Defs) *yamldoc.Schema {
	return d.Define(i.group, func() *yamldoc.Schema {
		return &yamldoc.Schema{Type: "object", Closed: true, Properties: yamldoc.Properties(i, d)}
	})
}

// demandOne complains about a mapping without any of the checks, which would
// always pass.
func demandOne(k *yamldoc.Keys, checks []string) {
	k.Whole(func(n *yamldoc.Node, out *diag.List) {
		if !slices.ContainsFunc(checks, func(name string) bool { return n.Get(name) != nil }) {
			out.Hintf(n.Pos, "say what is to be checked, such as "+checks[0], "this checks nothing")
		}
	})
}

// bindable is a value whose ${…} can be computed.
type bindable interface{ bind(env expr.Env) error }

// bind computes the value and keeps it as its literal.
func (v *Value[T]) bind(env expr.Env) error {
	literal, err := v.In(env)
	if err == nil {
		v.literal, v.template = literal, nil
	}
	return err
}
