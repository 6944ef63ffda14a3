package runner

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
)

// spoken is which dialects connections may speak, by what the steps say that make
// them.
type spoken struct {
	by   map[string][]*spec.Dialect
	open bool // and perhaps others
}

// learn notes the dialect of the connection that a step makes.
func (k *spoken) learn(b *binding, step *spec.Step, d diag.Doubt) {
	if k.by == nil {
		return
	}
	k.open = k.open || d.Unclear() || step.Adrift
	inner := step.Action
	if inner == nil || step.Facts().Link != spec.Makes {
		return
	}
	for _, said := range append(inner.Names().Dialects, &b.scenario.Dialect, &b.suite.Dialect) {
		if said.IsSet() {
			k.by[step.On] = append(k.by[step.On], said)
			return
		}
	}
	k.by[step.On] = append(k.by[step.On], nil)
}

// encoding complains of an encoding that no dialect has which the connection of a
// step may speak.
func (c *checker) encoding(step *spec.Step, a *spec.SendMedia) {
	said := c.spoken.by[step.On]
	if c.spoken.open || step.Adrift || len(said) == 0 || !a.Encoding.IsSet() || !c.computed(&a.Encoding) {
		return
	}
	name, err := a.Encoding.In(c.b.staticEnv())
	if err != nil {
		return // it is complained of where it is used
	}
	for _, d := range said {
		if d == nil {
			return // the step will tell that there is no dialect
		}
		found := c.b.dialects[d.Name]
		if found == nil || found.Speaks(name) {
			return
		}
	}
	c.out.Hintf(a.Encoding.Pos, diag.DidYouMean(name, c.b.dialects[said[0].Name].Encodings()),
		"dialect %s has no encoding %q", said[0].Name, name)
}
