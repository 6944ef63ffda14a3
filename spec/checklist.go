package spec

import (
	"slices"
	"strings"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/yamldoc"
)

// checklist names the keys of a mapping of checks. Some keys stand in a mapping
// of their own: `speech.start` is the key `start` of the key `speech`.
type checklist struct {
	keys   []checkKey        // those of one inner mapping one behind the other
	groups map[string]string // what the inner mappings are about
}

// checkKey is one key of a checklist.
type checkKey struct {
	path   string
	doc    string
	shape  yamldoc.Shape
	checks bool // it checks something; else it says how others do
	opts   []yamldoc.Option
}

// name names the keys of the outer mapping, or of an inner one, and demands one
// that checks something.
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

// splitPath parts a path into the key of an inner mapping, "" if there is none,
// and the key in it.
func splitPath(path string) (group, name string) {
	if group, name, ok := strings.Cut(path, "."); ok {
		return group, name
	}
	return "", path
}

// innerKeys are those of an inner mapping.
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

// demandOne complains about a mapping that checks nothing: it would always
// pass.
func demandOne(k *yamldoc.Keys, checks []string) {
	k.Whole(func(n *yamldoc.Node, out *diag.List) {
		if !slices.ContainsFunc(checks, func(name string) bool { return n.Get(name) != nil }) {
			out.Hintf(n.Pos, "say what is to be checked, such as "+checks[0], "this checks nothing")
		}
	})
}

// bindable holds ${…} that are to be computed.
type bindable interface{ bind(env expr.Env) error }

// bind computes a value and keeps it.
func (v *Value[T]) bind(env expr.Env) error {
	literal, err := v.In(env)
	if err == nil {
		v.literal, v.template = literal, nil
	}
	return err
}
