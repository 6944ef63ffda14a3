//go:build !linux

package session

import "time"

// Precise returns the most exact clock that this machine has, and a function that
// stops it. Here the clock is the runtime's timers, which can be a millisecond late
// or more, whatever the caller's bound is.
func Precise(time.Duration) (clock Clock, stop func()) { return Timers(), func() {} }
