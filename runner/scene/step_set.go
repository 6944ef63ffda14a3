package scene

import (
	"fmt"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
)

// set gives values to variables of the scenario and of the connection, one after the other.
func set(t *task, a *spec.Set) *problem {
	for _, v := range a.Vars {
		bound, err := v.Value.Bind(t.env())
		if err != nil {
			return t.broken(err)
		}
		if !v.Own {
			t.names.set(v.Name, bound.Value())
			continue
		}
		c := t.desk.find(t.step.On)
		if c == nil {
			return t.mistaken(v.Pos, fmt.Sprintf("there is no connection %q", t.step.On))
		}
		t.own.give(c, expr.Map{v.Name: bound.Value()})
	}
	return nil
}
