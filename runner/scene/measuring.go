package scene

import "time"

// measuringWait is how long a check of audio waits for others before it is made beside
// them: the thread has to go on.
const measuringWait = 500 * time.Millisecond

// Measuring lets checks of audio be made one at a time. Each takes a processor for some
// milliseconds to a quarter of a second, and several at once would take all processors
// from the streams of scenarios that still run.
type Measuring struct{ token chan struct{} }

// NewMeasuring lets the checks of a run be made one at a time.
func NewMeasuring() *Measuring { return &Measuring{make(chan struct{}, 1)} }

// alone makes a check when no other is made, or after measuringWait.
func (m *Measuring) alone(measure func()) {
	wait := time.NewTimer(measuringWait)
	defer wait.Stop()
	select {
	case m.token <- struct{}{}:
		defer func() { <-m.token }()
	case <-wait.C:
	}
	measure()
}
