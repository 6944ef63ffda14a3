package plan

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
)

// Spoken is what a connection speaks.
type Spoken struct {
	Dialect   *dialect.Dialect // nil: every message is an ordinary one
	Role      dialect.Role
	Values    map[string]any // for its opening
	Protocols []string       // the subprotocols that the dialling side offers, if that is our role
}

// Speak computes the innermost dialect that was said: of the step, of the scenario or of
// the suite. Whether we dial decides our role, unless the suite states one.
func (s *Scenario) Speak(inner *spec.Dialect, dials bool, env expr.Env) (Spoken, error) {
	for _, said := range []*spec.Dialect{inner, &s.Spec.Dialect, &s.Suite.spec.Dialect} {
		if !said.IsSet() {
			continue
		}
		values, err := said.In(env)
		if err != nil {
			return Spoken{}, err
		}
		d := s.dialects[said.Name]
		out := Spoken{Dialect: d, Role: roleOf(d, said, dials), Values: values}
		if out.Role == d.Role(dials) {
			out.Protocols = d.Protocols()
		}
		return out, nil
	}
	return Spoken{}, nil
}

// roleOf gives our role. Unless the suite states one, the dialling side has the role that
// the dialect gives to the dialler.
func roleOf(d *dialect.Dialect, said *spec.Dialect, dials bool) dialect.Role {
	if said.Role != "" {
		return dialect.Role(said.Role)
	}
	return d.Role(dials)
}

// checkEncoding complains of an encoding that none of the dialects has which the
// connection of the step may speak.
func checkEncoding(c *checker, step *spec.Step, a *spec.SendMedia) {
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

// spoken holds the dialects that connections may speak, by the steps that make the
// connections.
type spoken struct {
	by   map[string][]*spec.Dialect
	open bool // and perhaps others
}

// learn notes the dialect of the connection that a step makes.
func (k *spoken) learn(b *draft, step *spec.Step, d diag.Doubt) {
	if k.by == nil {
		return
	}
	k.open = k.open || d.Unclear() || step.Adrift
	inner := step.Action
	if inner == nil || step.Facts().Link != spec.Makes {
		return
	}
	for _, said := range append(inner.Names().Dialects, &b.Spec.Dialect, &b.Suite.spec.Dialect) {
		if said.IsSet() || said.Lost { // of a lost one nobody knows the encodings
			k.by[step.On] = append(k.by[step.On], said)
			return
		}
	}
	k.by[step.On] = append(k.by[step.On], nil)
}
