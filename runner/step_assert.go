package runner

import "github.com/duologue/duologue/spec"

// assert holds what has happened against matchers; all of its checks are made.
func (s *scene) assert(step *spec.Step, a *spec.Assert) *problem {
	if a.Audio == nil {
		return nil
	}
	return s.assertAudio(step, a.Audio)
}
