//go:build !unix

package wire

import "net"

// straight would write without waiting, which is not known how here.
type straight struct{}

func newStraight(net.Conn) *straight { return nil }

func (*straight) attempt([]byte) (taken int, err error) { return 0, nil }
