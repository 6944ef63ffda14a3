package spec

import (
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Import is another suite that is used here: its sequences, or its scenarios.
type Import struct {
	Pos       diag.Pos
	File      string
	Scenarios bool          // they are performed here
	Target    Value[string] // what they dial; that of their suite if it is not set
	Name      string        // stands before their names; "" for nothing
}

func (im Import) String() string { return im.File }

func (im *Import) shape() yamldoc.Shape {
	file, keyed := wordShape(&im.File), yamldoc.Map(im)
	return yamldoc.Placed(&im.Pos, yamldoc.ShapeOf(func(n *yamldoc.Node, out *diag.List) {
		if n.Kind == yamldoc.Mapping {
			keyed.Decode(n, out)
			return
		}
		file.Decode(n, out)
	}, func(d *yamldoc.Defs) *yamldoc.Schema {
		return &yamldoc.Schema{AnyOf: []*yamldoc.Schema{file.Describe(d), keyed.Describe(d)}}
	}))
}

// Keys names the keys of an import of scenarios.
func (im *Import) Keys(k *yamldoc.Keys) {
	im.Scenarios = true
	k.Key("scenarios", yamldoc.Placed(&im.Pos, wordShape(&im.File)), "The suite whose scenarios are performed here too.", yamldoc.Required)
	k.Key("target", Text(&im.Target), "What they dial, in place of the target of their suite.")
	k.Key("name", wordShape(&im.Name), "Stands before their names.")
}

// In gives a suite of which another one performs the scenarios. It keeps what it says. From
// the other it has the services that all scenarios share, and what it does not say itself:
// the target, environment variables, tags and defaults. Variables of the other come first.
func (s *Suite) In(other *Suite, im *Import) *Suite {
	out := *s
	out.Target = im.Target.under(&s.Target)
	out.Target = out.Target.under(&other.Target)
	out.Vars = append(slices.Clone(other.Vars), slices.DeleteFunc(slices.Clone(s.Vars), func(v yamldoc.Entry[value.Data]) bool {
		return slices.ContainsFunc(other.Vars, func(o yamldoc.Entry[value.Data]) bool { return o.Name == v.Name })
	})...)
	out.Env, out.Secrets = joined(s.Env, other.Env), joined(s.Secrets, other.Secrets)
	out.Tags = slices.Concat(other.Tags, s.Tags)
	out.Defaults = s.Defaults.under(&other.Defaults)
	out.Services = slices.DeleteFunc(slices.Clone(other.Services), func(e yamldoc.Entry[Service]) bool { return e.Value.PerScenario })
	out.Doubt = s.Doubt.With(other.Doubt)
	out.Scenarios = slices.Clone(s.Scenarios)
	for i := range out.Scenarios {
		if im.Name != "" {
			out.Scenarios[i].Name = im.Name + ": " + out.Scenarios[i].Name
		}
	}
	return &out
}

// joined gives names, each once.
func joined(names, more []Name) []Name {
	out := slices.Clone(names)
	for _, name := range more {
		if !slices.ContainsFunc(names, func(n Name) bool { return n.Text == name.Text }) {
			out = append(out, name)
		}
	}
	return out
}
