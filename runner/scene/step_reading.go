package scene

import "github.com/duologue/duologue/spec"

// reading stops taking what comes on a connection, or goes on.
func reading(t *task, a *spec.Reading) *problem {
	c, p := t.conn()
	if p != nil {
		return p
	}
	c.Hold(a.How == "off")
	return nil
}
