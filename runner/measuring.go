package runner

import "time"

// measuringWait is how long a check waits for others before it is made beside
// them: a script has to go on.
const measuringWait = 500 * time.Millisecond

// measuring holds a token while a check of audio is made.
type measuring chan struct{}

// alone makes checks of audio one at a time. Each takes a processor for some
// milliseconds to a quarter of a second, and several at once would take all of
// them from the streams of scenarios that still run.
func (m measuring) alone(measure func()) {
	wait := time.NewTimer(measuringWait)
	defer wait.Stop()
	select {
	case m <- struct{}{}:
		defer func() { <-m }()
	case <-wait.C:
	}
	measure()
}
