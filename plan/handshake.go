package plan

import (
	"github.com/duologue/duologue/spec"
	"github.com/duologue/duologue/wire"
)

// edit computes what is changed of our head of a handshake.
func (e *evaluation) edit(h *spec.Handshake) (wire.Edit, error) {
	if h == nil {
		return wire.Edit{}, nil
	}
	var out wire.Edit
	var err error
	if out.StartLine, err = h.Line.In(e.env); err != nil {
		return out, err
	}
	for _, list := range []struct {
		from []spec.Value[string]
		into *[]string
	}{{h.Drop, &out.Drop}, {h.Repeat, &out.Repeat}, {h.Lines, &out.Lines}} {
		if *list.into, err = e.texts(list.from); err != nil {
			return out, err
		}
	}
	if h.LineEnd == "lf" {
		out.LineEnd = "\n"
	}
	if h.Head != nil {
		if out.Head, err = h.Head.In(e.env, e.named); err != nil {
			return out, err
		}
		if out.Head == nil {
			out.Head = []byte{} // nothing at all; nil would be a head of our own
		}
	}
	out.After, err = h.Then.In(e.env, e.named)
	return out, err
}

func (e *evaluation) texts(values []spec.Value[string]) ([]string, error) {
	var out []string
	for i := range values {
		texts, err := values[i].All(e.env)
		if err != nil {
			return nil, err
		}
		out = append(out, texts...)
	}
	return out, nil
}
