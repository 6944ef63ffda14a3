package session

import (
	"encoding/hex"
	"time"

	"github.com/duologue/duologue/dialect"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// reader reads what the peer sends, logs it and gives it to the dialect.
type reader struct {
	wire    *wire.Conn
	valve   *valve
	journal *journal
	talk    *talk
	line    *Line
	frames  bool // log every frame
}

// read reads until the connection has ended. It never waits for a write, so a peer
// that does not read cannot keep us from reading.
func (r *reader) read() {
	for {
		r.valve.pass()
		ev := r.wire.Next()
		at := r.journal.log.Offset(ev.Time())
		switch ev := ev.(type) {
		case *wire.Frame:
			r.frame(ev, at)
		case *wire.Message:
			r.message(ev, at)
		case *wire.Violation:
			r.journal.broken(ev)
		case *wire.Excess:
			r.journal.came(at, &trace.Error{Problem: trace.Limit, Rule: ev.Limit, Text: ev.Error()})
		case *wire.End:
			r.end(ev, at)
			return
		}
	}
}

// frame logs pings and pongs, and if asked for every frame.
func (r *reader) frame(f *wire.Frame, at time.Duration) {
	head := trace.FrameHead{Fin: f.Fin, RSV: int(f.RSV), Masked: f.Masked, LengthForm: f.LengthForm}
	if f.Masked {
		head.Mask = hex.EncodeToString(f.Mask[:])
	}
	if r.frames {
		r.journal.came(at, &trace.Frame{Opcode: int(f.Opcode), Head: head, Data: f.Payload, First: r.journal.log.Offset(f.First)})
	}
	switch f.Opcode {
	case wire.OpPing:
		r.journal.ping(at, &trace.Ping{Data: f.Payload, Head: head})
	case wire.OpPong:
		r.journal.pong(at, &trace.Pong{Data: f.Payload, Head: head})
	case wire.OpClose:
		r.journal.ending.close(at)
	}
}

// message gives a message to the dialect. It logs the message unless it is the
// dialect's plumbing.
func (r *reader) message(m *wire.Message, at time.Duration) {
	if r.talk.flow != nil && r.talk.receive(at, dialect.Message{Binary: m.Binary, Data: m.Data}) {
		return
	}
	r.journal.came(at, &trace.Message{
		Binary: m.Binary, Data: m.Data, Fragments: m.Fragments, Compressed: m.Compressed, First: r.journal.log.Offset(m.First),
	})
}

// end tells the dialect that the connection has ended, and logs how.
func (r *reader) end(e *wire.End, at time.Duration) {
	if r.talk.flow != nil {
		r.talk.end(at)
	}
	notify := ""
	if e.TLS {
		notify = "none"
		if e.CloseNotify {
			notify = "close_notify"
		}
	}
	r.line.noteCut()
	r.journal.closed(at, &trace.Close{Code: e.Code, Reason: e.Reason, Clean: e.Clean, By: r.by(e), TCP: e.TCP, TLS: notify})
}

// by says who ended the connection. If the line was cut and nobody had sent a Close, it
// was not the peer: a reset was ordered by us, and what was idle for too long was cut by
// the line itself.
func (r *reader) by(e *wire.End) string {
	cut := r.line.wasCut()
	switch {
	case cut == nil || e.Code != wire.NoClose || e.By != wire.Peer:
		return string(e.By)
	case cut.Idle > 0:
		return trace.ByNetwork
	}
	return string(wire.Us)
}
