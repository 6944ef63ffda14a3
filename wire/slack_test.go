package wire

import (
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// slowLine says that an answer takes a minute longer.
type slowLine struct{ net.Conn }

func (slowLine) Slack() time.Duration { return time.Minute }

// Where the line is known to be slow, the peer has as much more time to end the TCP connection.
func TestSlowLineHasMoreTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		go func() {
			buf := make([]byte, 64)
			for {
				if _, err := theirs.Read(buf); err != nil {
					return
				}
			}
		}()
		c := newConn(opening{limits: Limits{}.withDefaults(), transport: transport{Conn: slowLine{ours}, raw: &tap{Conn: slowLine{ours}}}})
		begin := time.Now()
		c.fail(closeProtocol)
		if end, ok := c.Next().(*End); !ok || end.TCP != TCPTimeout || time.Since(begin) != time.Minute+time.Second {
			t.Errorf("after %s: %+v", time.Since(begin), end)
		}
		_ = theirs.Close()
	})
}
