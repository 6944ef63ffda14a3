package plan

import (
	"cmp"

	"github.com/duologue/duologue/spec"
)

// checkStreams complains of a group that would read the messages of a connection in two ways:
// whole and as a stream, or as a stream that is cut in two ways at once.
func checkStreams(c *checker, step *spec.Step, a *spec.Expect) {
	var seen []*spec.Item // of messages and streams
	for i := range a.Items {
		it := &a.Items[i]
		if it.Nothing || it.Pattern.Reads() != "message" || it.On == "" && step.Adrift {
			continue
		}
		for _, other := range seen {
			if cmp.Or(it.On, step.On) == cmp.Or(other.On, step.On) && clashing(c, a, other, it) {
				return
			}
		}
		seen = append(seen, it)
	}
}

// clashing complains of two items that one message cannot both be looked at for.
func clashing(c *checker, a *spec.Expect, x, y *spec.Item) bool {
	switch ordered := a.Group == spec.InOrder && a.Mode != spec.MustNotBe; {
	case x.Pattern.Kind != y.Pattern.Kind:
		c.out.Hintf(y.Pattern.Pos, "make it two steps, or read the messages as a stream in both", "messages are read either whole or as a stream in one step")
		return true
	case x.Pattern.Cut != nil && !ordered && x.Pattern.Cut.String() != y.Pattern.Cut.String():
		c.out.Hintf(y.Pattern.Pos, "write it as in the other: "+x.Pattern.Cut.String(), "one group cuts a stream in one way only")
		return true
	}
	return false
}

// checkWhole complains of a stream in a place where events are looked at as they come.
func checkWhole(c *checker, p *spec.Pattern, what string) {
	if p.Kind == "stream" {
		c.out.Hintf(p.Pos, "name the messages that it comes in: message", "%s looks at whole events, and only steps read a stream", what)
	}
}
