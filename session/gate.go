package session

import "sync"

// gate is what the reader passes before each event. The zero value is open.
type gate struct {
	mu   sync.Mutex
	shut chan struct{} // nil: it is open; closed when it opens
}

// set shuts or opens the gate.
func (g *gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case shut && g.shut == nil:
		g.shut = make(chan struct{})
	case !shut && g.shut != nil:
		close(g.shut)
		g.shut = nil
	}
}

// closed gives what is closed when the gate opens, nil if it is open.
func (g *gate) closed() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.shut
}

// pass waits until the gate is open.
func (g *gate) pass() {
	if shut := g.closed(); shut != nil {
		<-shut
	}
}

// Hold stops taking anything from the connection, or goes on. What the peer
// sends meanwhile stays with the system, so that the peer meets back-pressure;
// what a read under way brings is still logged. Nothing is answered by itself
// either. [Conn.Drop] and [Conn.Shutdown] go on.
func (c *Conn) Hold(hold bool) { c.gate.set(hold) }

// Held reports whether nothing is taken.
func (c *Conn) Held() bool { return c.gate.closed() != nil }
