//go:build unix

package wire

import (
	"testing"
	"time"
)

func TestIdleInletHoldsNoBuffer(t *testing.T) {
	ours, _ := pair(t)
	in := newInlet(transport{Conn: ours, raw: &tap{Conn: ours}})
	if in.own != nil {
		t.Errorf("it has a buffer of %d octets of its own", len(in.own))
	}
	_ = ours.SetReadDeadline(time.Now().Add(time.Millisecond))
	if _, err := in.read(); !isTimeout(err) {
		t.Fatalf("%v, want a timeout", err)
	}
	if in.lender.lent != nil {
		t.Error("it has waited with a buffer")
	}
}
