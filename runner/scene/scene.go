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
	begin     time.Duration
	desk      *desk
	names     *names
	sounds    *sounds
	endpoints *endpoints
	excuses   *excuses

	outcome     outcome
	interrupted atomic.Bool // by whoever runs it
}

// outcome is how well a scenario passes, by the worst of its choices.
type outcome struct {
	mu    sync.Mutex
	worst trace.Outcome
}

func (o *outcome) add(of trace.Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.worst != trace.NonStrict {
		o.worst = of
	}
}
