package spec

import "github.com/duologue/duologue/internal/yamldoc"

// Reading stops reading from a connection, or resumes.
type Reading struct {
	How string // off, on
}

func (r *Reading) shape() yamldoc.Shape {
	return wordOf(&r.How, "say how: reading: off or reading: on",
		"off stops reading from the connection, on resumes", "off", "on")
}

// Names gives nothing.
func (r *Reading) Names() Names { return Names{} }
