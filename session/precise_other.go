//go:build !linux

package session

// Precise gives the most exact way of waiting that this machine has, and what
// ends it. Here it is the runtime's timers, which can be a millisecond late or
// more.
func Precise() (clock Clock, stop func()) { return Timers(), func() {} }
