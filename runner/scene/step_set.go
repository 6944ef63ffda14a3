package scene

import "github.com/duologue/duologue/spec"

// set gives values to variables.
func set(t *task, a *spec.Set) *problem {
	for _, v := range a.Vars {
		bound, err := v.Value.Bind(t.env())
		if err != nil {
			return t.broken(err)
		}
		t.names.set(v.Name, bound.Value())
	}
	return nil
}
