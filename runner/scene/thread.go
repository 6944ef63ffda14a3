package scene

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/trace"
	"github.com/duologue/duologue/wire"
)

// thread is one sequence of steps of a scene: those of the scenario itself, or of a branch
// of a `parallel`. It reads forward by a cursor of its own.
type thread struct {
	*scene
	on     string             // the connection of steps that name none
	local  expr.Map           // each, index, args
	cursor map[string]reached // how far it has read, by connection, or by connection and kind
	place  *place             // what it is inside of
	depth  int                // of sequences, against those that use themselves
	beside bool               // others run beside it, and may dial
	steps  []trace.Step
	did    bool // a step was carried out that is more than a block or a remark
}

// reached is the last event that a thread has read, in brief, and the place of the step.
type reached struct {
	trace.Event
	step diag.Pos
}

// main gives the thread of a scenario's own steps.
func (s *scene) main() *thread {
	return &thread{scene: s, on: spec.MainConnection, cursor: map[string]reached{}}
}

// task is one step while its thread carries it out.
type task struct {
	*thread
	step   *spec.Step
	checks []trace.Check
}

// label remembers what the step did or saw, if it has a label.
func (t *task) label(l label) {
	on := ""
	if speaks(t.step) {
		on = t.step.On
	}
	t.names.put(t.step.As, on, l)
}

// speaks reports whether a step speaks of its connection. Any other, such as an assert or a set, may
// look at all of them.
func speaks(step *spec.Step) bool {
	_, asserts := step.Action.(*spec.Assert)
	return step.Facts().Link != spec.Apart && !asserts
}

// note records a comparison.
func (t *task) note(c trace.Check) { t.checks = append(t.checks, c) }

// now is the time as an offset from the start of the run.
func (t *task) now() time.Duration { return t.desk.now() }

// within is how long the step may take.
func (t *task) within() (time.Duration, error) { return t.plan.Within(t.step, t.env()) }

// payload computes the octets of a payload.
func (t *task) payload(p *spec.Payload) ([]byte, error) { return p.In(t.env(), t.plan.Reader(t.env())) }

// delivery computes in which pieces the step writes.
func (t *task) delivery() (wire.Delivery, error) {
	w, err := t.step.Write.In(t.env())
	return wire.Delivery{PerFrame: w.PerFrame, Chop: w.Chop, Delay: w.Delay}, err
}

// moment gives a point in time. If the label or the point does not exist, that is an
// error.
func (t *task) moment(m spec.Moment) (time.Duration, error) {
	at, err := t.names.resolve(m.Moment)
	if err != nil {
		return 0, diag.At(m.Pos, err)
	}
	return at, nil
}
