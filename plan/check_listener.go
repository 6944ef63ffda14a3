package plan

import (
	"slices"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/spec"
)

// listening gives the listeners that stand beside the steps of a scenario. Those of the
// suite's defaults are for scenarios that make their connection.
func (c *checker) listening(all []spec.Listener) []spec.Listener {
	return slices.DeleteFunc(all, func(l spec.Listener) bool { return l.Usual && l.On != "" && c.conns.lacks(l.On) })
}

// listener checks a listener that stands beside the steps.
func (c *checker) listener(l *spec.Listener) {
	c.heard[l.Pos] = true
	scope := c.scope
	c.scope = append(slices.Clip(scope), "event")
	for _, t := range l.Texts {
		around(c, t.Uses)
	}
	c.scope = scope
	c.named(spec.Name{}, l.Names())
	checkKept(c, l.Names(), l.Texts)
	foreseeBeside(c, l.Texts, l.Usual)
	checkListensTo(c, l)
	checkNotLabel(c, l)
	checkOnce(c, l)
}

// checkNotListener complains of a label that is the name of a listener.
func checkNotListener(c *checker, pos diag.Pos, label string) {
	if c.listeners.names[label] {
		c.out.Hintf(pos, "give one of them another name", "%q is the name of a listener, which is a label too", label)
	}
}

// checkNotLabel complains of a listener whose name is a label.
func checkNotLabel(c *checker, l *spec.Listener) {
	if c.labels.names[l.Name] {
		c.out.Hintf(l.Pos, "give one of them another name", "%q is the label of a step, and the name of a listener is a label too", l.Name)
	}
}

// unheard complains of listeners of the suite's defaults whose connection no scenario makes.
func (b *binder) unheard() {
	for _, l := range b.suite.spec.Defaults.Listeners {
		if !b.heard[l.Pos] && l.On != "" && len(b.suite.spec.Scenarios) > 0 && !b.suite.spec.Defaults.Doubt.Wrong {
			b.out.Addf(l.Pos, "no scenario makes a connection %q", l.On)
		}
	}
}

// checkListensTo complains of a listener for dials or requests. A dial waits for an accept, and
// a request is answered by a route, so no listener can take it.
func checkListensTo(c *checker, l *spec.Listener) {
	checkWhole(c, &l.When, "a listener")
	switch l.When.Kind {
	case "dial":
		c.out.Hintf(l.When.Pos, "accept it, or write unexpected: [dial]", "a listener takes no dials")
	case "request":
		c.out.Hintf(l.When.Pos, "a route answers it; to let it come, write unexpected: [request]", "a listener takes no requests")
	}
}

// checkOnce complains of a listener if one of its name is certainly in force already.
func checkOnce(c *checker, l *spec.Listener) {
	if l.Name == "" || c.perhaps > 0 || c.b.Spec.Doubt.Unclear() || c.ends(l.Name) {
		return
	}
	if c.inForce[l.Name] {
		c.out.Hintf(l.Pos, "give it another name, or end the other one with remove_listener", "there is already a listener %q", l.Name)
	}
	c.inForce[l.Name] = true
}

// ends reports whether some step of the scenario may end a listener.
func (c *checker) ends(listener string) bool {
	found := false
	for _, steps := range [][]spec.Step{c.b.Spec.Steps, c.b.Spec.Finally} {
		c.walk(steps, mainConnection, 0, func(step *spec.Step) {
			a, ok := step.Action.(*spec.RemoveListener)
			found = found || ok && a.Name == listener || c.doubt(step).Unclear()
		})
	}
	return found
}
