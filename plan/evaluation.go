package plan

import (
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
)

// evaluation computes what a step needs in an environment. Each of its methods computes one
// part. Prepare calls those whose values it knows, so that a wrong one is found before any
// socket opens. A step calls them all.
type evaluation struct {
	*Scenario
	env expr.Env
}

// in gives what computes in an environment.
func (s *Scenario) in(env expr.Env) *evaluation { return &evaluation{s, env} }

// rootHint says which files can be read.
const rootHint = "a path is relative to its suite and lies under the working directory, or --root"

// content gives the octets of the file that a value names.
func (s *Scenario) content(v *spec.Value[string], path string) ([]byte, error) {
	file := s.Suite.spec.File
	if by := s.Suite.by; by != "" && v.Pos.File == by { // its defaults
		file = by
	}
	data, err := s.files.Content(file, path)
	if err != nil {
		return nil, diag.New(v.Pos, rootHint, "read %q: %v", path, err)
	}
	return data, nil
}

// named gives the content of the file whose path is the value.
func (e *evaluation) named(v *spec.Value[string]) ([]byte, error) {
	path, err := v.In(e.env)
	if err != nil {
		return nil, err
	}
	return e.content(v, path)
}

// Reader reads the files that payloads name. Their names are computed in env.
func (s *Scenario) Reader(env expr.Env) spec.ReadFile { return s.in(env).named }
