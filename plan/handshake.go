package plan

import (
	"github.com/duologue/duologue/internal/expr"
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// edit computes what is changed of our head of a handshake.
func (s *Scenario) edit(h *spec.Handshake, env expr.Env) (wire.Edit, error) {
	if h == nil {
		return wire.Edit{}, nil
	}
	var e wire.Edit
	var err error
	if e.StartLine, err = h.Line.In(env); err != nil {
		return e, err
	}
	for _, list := range []struct {
		from []spec.Value[string]
		into *[]string
	}{{h.Drop, &e.Drop}, {h.Repeat, &e.Repeat}, {h.Lines, &e.Lines}} {
		if *list.into, err = texts(list.from, env); err != nil {
			return e, err
		}
	}
	if h.LineEnd == "lf" {
		e.LineEnd = "\n"
	}
	if h.Head != nil {
		if e.Head, err = h.Head.In(env, s.Reader(env)); err != nil {
			return e, err
		}
		if e.Head == nil {
			e.Head = []byte{} // nothing at all, which is not the same as nothing said
		}
	}
	e.After, err = h.Then.In(env, s.Reader(env))
	return e, err
}

func texts(values []spec.Value[string], env expr.Env) ([]string, error) {
	var out []string
	for i := range values {
		text, err := values[i].In(env)
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}
