package plan

import (
	"time"

	"github.com/duologue/duologue/diag"
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
)

// Retry says for how long a connect dials again. The zero value is one attempt.
type Retry struct {
	Until time.Duration
	Every time.Duration
}

// Retry computes for how long a connect dials again.
func (s *Scenario) Retry(a *spec.Connect, env expr.Env) (Retry, error) {
	if a.Retry == nil {
		return Retry{}, nil
	}
	return s.in(env).retry(a.Retry)
}

func (e *evaluation) retry(r *spec.Retry) (out Retry, err error) {
	if out.Until, err = r.Until.In(e.env); err != nil {
		return out, err
	}
	if out.Every, err = r.Every.Or(e.env, spec.DefaultEvery); err != nil {
		return out, err
	}
	for _, d := range []struct {
		value *spec.Value[time.Duration]
		is    time.Duration
	}{{&r.Until, out.Until}, {&r.Every, out.Every}} {
		if d.value.IsSet() && d.is <= 0 {
			return out, diag.New(d.value.Pos, "such as 200ms", "%s is no time to wait", diag.Round(d.is))
		}
	}
	return out, nil
}

// checkRetry finds what is wrong with a retry before anything is dialled.
func checkRetry(c *checker, r *spec.Retry) {
	for _, v := range []*spec.Value[time.Duration]{&r.Until, &r.Every} {
		if t := v.Template(); t != nil && (!c.b.isStatic(t) || !c.computable(c.b, v.Uses())) {
			return // the step will see
		}
	}
	_, err := c.b.in(c.b.staticEnv()).retry(r)
	c.complain(r.Pos, err)
}
