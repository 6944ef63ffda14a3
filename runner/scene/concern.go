package scene

import (
	"slices"

	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/spec"
)

// looksAt gives the connections whose last events help to understand what a step says that does not
// speak of one: those that it names, itself or by labels. If it names none, they are all.
func looksAt(step *spec.Step, n *names, d *desk) []string {
	var out []string
	add := func(name string) {
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	uses := func(u value.Uses) {
		for _, r := range u.Refs {
			if r.Path[0] == "conn" {
				add(step.On)
			}
			add(n.connection(r.Path[0]))
		}
		for _, c := range u.Calls {
			if slices.Contains([]string{"conn", "audio", "events"}, c.Name) {
				add(c.Args[0])
			}
		}
	}
	if step.On != spec.MainConnection { // it was said
		add(step.On)
	}
	var named spec.Names
	if step.Action != nil { // it has none while services start
		named = step.Action.Names()
	}
	for _, c := range named.Connections {
		if c.Text == "" {
			c.Text = step.On
		}
		add(c.Text)
	}
	for _, l := range named.Labels {
		add(n.connection(l.Text))
	}
	for _, e := range named.Expressions {
		uses(e.Uses())
	}
	if step.If != nil {
		uses(step.If.Uses())
	}
	for _, text := range step.Texts {
		uses(text.Uses)
	}
	if len(out) > 0 {
		return out
	}
	for _, c := range d.connections() {
		add(c.Name())
	}
	return out
}
