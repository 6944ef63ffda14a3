package conformance_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/duologue/duologue/conformance"
	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/suitetest"
	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/runner"
	"github.com/duologue/duologue/wire"
)

// keeper is a server that pings every 20 ms.
type keeper struct {
	pings   bool
	patient time.Duration // how long it waits for anything at all, or for a pong if it pings; 0 is for ever
}

// serve echoes until the connection has ended.
func (k keeper) serve(ctx context.Context, nc net.Conn) {
	r, err := (&wire.Acceptor{}).Receive(ctx, nc)
	if err != nil {
		return
	}
	conn, err := r.Accept(ctx, wire.Answer{})
	if err != nil {
		return
	}
	var mu sync.Mutex
	heard := time.Now()
	ended := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case <-ended:
				return
			case <-tick.C:
			}
			if k.pings {
				_, _ = conn.SendFrames(ctx, []wire.RawFrame{{Fin: true, Opcode: wire.OpPing}}, wire.Delivery{})
			}
			mu.Lock()
			silent := time.Since(heard)
			mu.Unlock()
			if k.patient > 0 && silent > k.patient {
				_ = conn.Drop(wire.DropFIN)
			}
		}
	})
	for open := true; open; {
		switch ev := conn.Next().(type) {
		case *wire.Frame:
			mu.Lock()
			heard = time.Now()
			mu.Unlock()
		case *wire.Message:
			_, _ = conn.Send(ctx, wire.OpText, ev.Data, wire.SendOptions{})
		case *wire.End:
			open = false
		}
	}
	close(ended)
	watch.Wait()
}

// keeperKey is the key of what serves the connections, in the context of a run.
type keeperKey struct{}

// A server passes X22 if it gives up a client that answers no pings. A server that keeps such a client does not pass,
// nor does one that gives up every silent client.
func TestKeepAlive(t *testing.T) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		ctx.Value(keeperKey{}).(func(net.Conn))(theirs)
		return ours, nil
	}
	var problems diag.List
	frames := suitetest.Prepare([]plan.Selection{{File: "suites/x-frames.yaml"}}, suitetest.Options{Planning: plan.Options{Target: "ws://keeper.test/", Files: conformance.Files(), Vars: map[string]any{"keep_alive": "200ms"}}, Performing: runner.Options{Dial: dial}}, &problems)
	if !problems.Empty() {
		t.Fatal(problems.Err())
	}
	prepared := only(t, frames, conformance.Selection{Cases: []string{"X22"}})
	for name, tt := range map[string]struct {
		keeper
		want conformance.Outcome
	}{
		"gives up who does not answer": {keeper{pings: true, patient: 60 * time.Millisecond}, conformance.OK},
		"keeps who does not answer":    {keeper{pings: true}, conformance.Failed},
		"takes too long":               {keeper{pings: true, patient: 400 * time.Millisecond}, conformance.Failed},
		"does not ping":                {keeper{}, conformance.Failed},
		"gives up who is silent":       {keeper{patient: 60 * time.Millisecond}, conformance.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var peers sync.WaitGroup
				serve := func(nc net.Conn) { peers.Go(func() { tt.serve(context.Background(), nc) }) }
				report := conformance.Of(prepared.Run(context.WithValue(context.Background(), keeperKey{}, serve)), "", "server", false)
				peers.Wait()
				if c := report.Cases[0]; c.Outcome != tt.want {
					t.Errorf("%s is %s, want %s: %s", c.ID, c.Outcome, tt.want, c.Message)
				}
			})
		})
	}
}
