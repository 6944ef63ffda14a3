package scene

import "time"

// silence is how long a step listens to silence, or waits for what breaks it.
type silence struct {
	patience
	silentFrom time.Duration // since when silence is listened to: from, or later in overtime
	overtime   time.Duration // how much longer than asked silence is listened to
	untold     string        // why the silence before proves nothing
}

// end is when the step has waited for long enough.
func (s *silence) end() time.Duration { return s.silentFrom + s.asked + s.longer }

// listenOn listens once more for as long as was asked, if the silence proves nothing because
// this machine was late. If nothing comes even then, nothing came in time. If something
// does, nobody can tell whether it was in time.
func (s *silence) listenOn() bool {
	s.untold = s.unheard()
	if s.untold == "" || s.overtime+s.asked > maxOvertime {
		return false
	}
	s.overtime += s.asked
	s.silentFrom = s.desk.now()
	s.repeats(s.silentFrom, s.asked)
	return true
}

// unheard says why the silence until now proves nothing, or gives "".
func (s *silence) unheard() string { return s.Unheard(s.silentFrom, s.asked, s.desk.now()) }

// doubt says why the silence that was asked for proves nothing, or gives "".
func (s *silence) doubt() string {
	if s.overtime == 0 {
		s.untold = s.unheard()
	}
	return s.untold
}
