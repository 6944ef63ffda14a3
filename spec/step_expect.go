package spec

import "github.com/duologue/duologue/internal/yamldoc"

// Mode is how a step reads.
type Mode int

// The three verbs that read.
const (
	MustBeNext Mode = iota // expect: the next event of its kinds
	ReadOn                 // await: past those that do not match
	MustNotBe              // absent: nothing that matches
)

// Expect is `expect`, `await` and `absent`.
type Expect struct {
	Expectation
	Mode Mode
}

func (e *Expect) shape() yamldoc.Shape { return expectationShape(&e.Expectation) }

// Names gives the events that are read, and the connections on which.
func (e *Expect) Names() Names {
	var names Names
	for i := range e.Items {
		it := &e.Items[i]
		if it.Nothing {
			continue
		}
		names.Patterns = append(names.Patterns, &it.Pattern)
		if !it.Pattern.IsDial() {
			names.Connections = append(names.Connections, Name{it.Pattern.Pos, it.On})
		}
	}
	return names
}
