// Package runner performs plans: scenarios side by side, again if they are repeated or
// retried. It gives what happened as a [trace.Run]. [Run] performs a whole plan, an
// [Engine] its scenarios one by one.
package runner

import (
	"context"
	"net"
	"time"

	"github.com/duologue/duologue/session"
	"github.com/duologue/duologue/trace"
)

// Observer is told of every scenario that begins and of every one that has ended. A
// scenario of which nothing is performed only ends. Calls come from any goroutine.
type Observer interface {
	Started(suite, name string)
	Done(suite string, s *trace.Scenario)
}

// Dial makes a connection for WebSocket to run over.
type Dial func(ctx context.Context, network, addr string) (net.Conn, error)

// Listen takes connections like those that [Dial] makes.
type Listen func(network, addr string) (net.Listener, error)

// Options say how a plan is performed.
type Options struct {
	Tool        string                                  // name and version, for reports
	Events      bool                                    // every event, and when each chunk came, stays with scenarios that have ended; else what no step can ask for is let go of
	Memory      int                                     // octets that the scenarios may hold of what their peers said, together; 0 stands for 256 MiB
	Audio       bool                                    // what streams carried stays with scenarios that have ended
	Inbound     func(context.Context) (net.Conn, error) // `connect` takes the next of these as a server instead of dialling
	Strict      bool                                    // a scenario whose outcome is non_strict fails
	Jobs        int                                     // scenarios at once; 0 stands for 64
	Repeat      int                                     // how often each scenario is performed, one run after the other; 0 stands for 1
	MaxFailures int                                     // after so many that failed, or ended in error, no further one begins; 0: however many
	Dial        Dial                                    // nil: TCP
	Listen      Listen                                  // of endpoints; nil: net.Listen
	Clock       session.Clock                           // the zero value: session.Timers
	MaxLateness time.Duration                           // 0 stands for 5 ms
	Observer    Observer
}

// defaultMemory is how many octets the scenarios of a run may hold together of what their
// peers said, unless the options say otherwise.
const defaultMemory = 256 << 20

// withDefaults gives the options with what was left out.
func (o Options) withDefaults() Options {
	if o.Jobs <= 0 {
		o.Jobs = 64
	}
	if o.Memory <= 0 {
		o.Memory = defaultMemory
	}
	if o.Clock.Wait == nil {
		o.Clock = session.Timers()
	}
	if o.Listen == nil {
		o.Listen = net.Listen
	}
	if o.MaxLateness <= 0 {
		o.MaxLateness = 5 * time.Millisecond
	}
	return o
}
