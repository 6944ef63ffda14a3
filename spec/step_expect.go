package spec

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/yamldoc"
)

// Mode says how a step reads events.
type Mode int

// The modes, one for each verb that reads.
const (
	MustBeNext Mode = iota // expect: the next event of the expected kinds must match
	ReadOn                 // await: events that do not match are passed over
	MustNotBe              // absent: no event may match
)

// Expect is the action of `expect`, `await` and `absent`.
type Expect struct {
	Expectation
	Mode Mode
}

func (e *Expect) shape() yamldoc.Shape {
	return yamldoc.Whole(expectationShape(&e.Expectation), func(_ *yamldoc.Node, out *diag.List) {
		for _, it := range e.Items {
			if e.Mode == MustNotBe && it.Exactly.IsSet() {
				out.Hintf(it.Exactly.Pos, "absent is for what does not come at all", "`exactly` does not stand in absent")
			}
		}
	})
}

// Names gives the patterns, and the connections on which their events come.
func (e *Expect) Names() Names {
	var names Names
	for i := range e.Items {
		it := &e.Items[i]
		if it.Nothing {
			continue
		}
		names.Patterns = append(names.Patterns, &it.Pattern)
		if !it.Pattern.OnEndpoint() {
			names.Connections = append(names.Connections, Name{it.Pattern.Pos, it.On})
		}
	}
	return names
}
