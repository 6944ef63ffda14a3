package scene

import (
	"maps"
	"sync"

	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/internal/value"
	"github.com/duologue/duologue/internal/yamldoc"
	"github.com/duologue/duologue/session"
)

// own is the variables of connections. Who holds its mutex takes no other.
type own struct {
	mu sync.Mutex
	of map[*session.Conn]expr.Map // a map is never changed
}

// variables gives those of a connection, as they are now.
func (o *own) variables(c *session.Conn) expr.Map {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.of[c]
}

// give gives values to variables of a connection.
func (o *own) give(c *session.Conn, values expr.Map) {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := maps.Clone(o.of[c])
	if all == nil {
		all = expr.Map{}
	}
	maps.Copy(all, values)
	o.of[c] = all
}

// values computes values by name.
func (t *task) values(entries []yamldoc.Entry[value.Data]) (expr.Map, error) {
	out := expr.Map{}
	for _, v := range entries {
		bound, err := v.Value.Bind(t.env())
		if err != nil {
			return nil, err
		}
		out[v.Name] = bound.Value()
	}
	return out, nil
}

// owning begins a connection that has variables from the first event on.
func (t *task) owning(values expr.Map, begin func() (*session.Conn, error)) func() (*session.Conn, error) {
	return func() (*session.Conn, error) {
		c, err := begin()
		if err == nil {
			t.own.give(c, values)
		}
		return c, err
	}
}
