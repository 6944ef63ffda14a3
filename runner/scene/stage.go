// Package scene performs one scenario: it carries out the steps, takes in what peers say,
// and gives what happened. A [Stage] is what the scenarios of a run share.
//
// A step is a function over a [task]: its thread, its place in the suite, and what steps
// share, which is the desk (connections and what came on them), names, sounds, endpoints
// and excuses.
package scene

import (
	"context"
	"net"
	"time"

	"github.com/duologue/duologue/internal/memory"
	"github.com/duologue/duologue/internal/process"
	"github.com/duologue/duologue/runner/lateness"
	"github.com/duologue/duologue/session"
)

// Stage is what the scenarios of a run share.
type Stage struct {
	Start     time.Time // from which all offsets count
	Clock     session.Clock
	Dial      func(ctx context.Context, network, addr string) (net.Conn, error) // nil: TCP
	Listen    func(network, addr string) (net.Listener, error)                  // of endpoints
	Inbound   func(context.Context) (net.Conn, error)                           // nil: `connect` dials; else it takes the next of these as a server
	Lateness  lateness.Excuses
	Budget    *memory.Budget // of what peers said
	Measuring *Measuring
	Ports     process.Ports // of services
	Strict    bool          // a scenario whose outcome is non_strict fails
	Events    bool          // every event, and when each chunk came, stays with scenarios that have ended
	Audio     bool          // what streams carried stays with scenarios that have ended
}
