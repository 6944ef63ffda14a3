package scene

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/duologue/duologue/plan"
	"github.com/duologue/duologue/trace"
)

// scene is one scenario while it is performed: what its threads share.
type scene struct {
	plan      *plan.Scenario
	stage     *Stage
	turn      plan.Turn
	begin     time.Duration
	desk      *desk
	names     *names
	own       *own
	sounds    *sounds
	endpoints *endpoints
	dials     *diallings
	programs  *programs
	excuses   *excuses

	notes       notes
	outcome     outcome
	interrupted atomic.Bool // by whoever runs it
}

// outcome is how well a scenario passes, by the worst of its choices: why that is so, and what came.
type outcome struct {
	mu            sync.Mutex
	worst         trace.Outcome
	because, came string
}

func (o *outcome) add(of trace.Outcome, because, came string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.worst == "" || o.worst != trace.NonStrict && of == trace.NonStrict {
		o.worst, o.because, o.came = of, because, came
	}
}
