//go:build !linux

package session

// Precise gives the most exact way of waiting that this machine has, what it is
// called in reports, and what ends it. Here it is the runtime's timers, which
// can be a millisecond late or more.
func Precise() (wait Wait, name string, stop func()) { return Timer, TimerName, func() {} }
