package session

import "sync"

// valve stops the reader while it is shut. The zero value is open.
type valve struct {
	mu     sync.Mutex
	opened chan struct{} // nil while the valve is open; closed when it opens
}

// set shuts or opens the valve.
func (v *valve) set(shut bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case shut && v.opened == nil:
		v.opened = make(chan struct{})
	case !shut && v.opened != nil:
		close(v.opened)
		v.opened = nil
	}
}

// shut returns a channel that is closed when the valve opens. It returns nil if
// the valve is open.
func (v *valve) shut() <-chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.opened
}

// pass waits until the valve is open.
func (v *valve) pass() {
	if opened := v.shut(); opened != nil {
		<-opened
	}
}
