package wire

import "time"

// finish makes the End out of the error that reading met, and lets everything go.
func (c *Conn) finish(err error) {
	c.mu.Lock()
	dropped := c.state.dropped
	c.mu.Unlock()
	seen := time.Now()
	how := ending{at: seen, tcp: TCPLocal}
	if !dropped {
		how = c.transport.ending(err, c.closeWait())
	}
	closeWritten := c.letGo(how.tcp == TCPFin)

	c.mu.Lock()
	defer c.mu.Unlock()
	s := &c.state
	s.ended = true
	c.end = &End{
		At: how.at, Code: NoClose, By: s.first, TCP: how.tcp, Err: how.err,
		Clean: s.received && closeWritten && !s.failed && !s.observed,
		TLS:   c.transport.tls != nil, CloseNotify: how.closeNotify, TCPBy: Peer,
	}
	ours := c.writer.endedAt // stop has made it safe to read
	if s.half || how.tcp == TCPLocal || how.tcp == TCPTimeout || !ours.IsZero() && ours.Before(seen) {
		c.end.TCPBy = Us
	}
	if cut := c.reader.unfinished(); cut != nil && how.tcp == TCPFin && !s.failed {
		c.end.TCP, c.end.Err = TCPTruncated, cut
	}
	if p := c.reader.closed; p != nil {
		c.end.Code, c.end.Reason = p.code, p.reason
	}
	if s.first == "" {
		c.end.By = Peer
		if s.failed || dropped || s.half {
			c.end.By = Us
		}
	}
}

// letGo closes the transport, and waits for the goroutine that writes replies. With drain it first lets what is queued be
// written, for at most [Limits.CloseWait]: a peer that ends its stream right after its Close still gets ours.
// It reports whether a Close was written.
func (c *Conn) letGo(drain bool) bool {
	if drain {
		wait := time.NewTimer(c.closeWait())
		select {
		case <-c.replies.idle():
		case <-wait.C:
		}
		wait.Stop()
	}
	c.transport.close(c.closeWait())
	written := c.writer.stop()
	<-c.replies.idle()
	return written
}
