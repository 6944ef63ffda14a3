package expr

import "github.com/expr-lang/expr/ast"

// filter is the function of that name: the items of a list for which a condition holds. In the
// condition `it` is the item. It is no [call], because the condition is evaluated for each item.
type filter struct {
	span
	of, condition node
}

// item is `it` in the condition of a filter. That of the innermost filter is meant.
type item struct{ span }

func (n item) eval(ev *evaluation) (any, *Error) { return settled(given(ev.item, n.span)) }

func (n filter) eval(ev *evaluation) (any, *Error) {
	of, err := rawOf(n.of, ev)
	if err != nil {
		return nil, err
	}
	if l, ok := of.(Lines); ok {
		of = l.List()
	}
	items, ok := of.([]any)
	if !ok {
		return nil, n.of.where().errorf("filter needs a list, not %s", describe(of)).hint("write %s", functions["filter"].usage)
	}
	outer, looping := ev.item, ev.looping
	defer func() { ev.item, ev.looping = outer, looping }()
	kept := []any{}
	for _, v := range items {
		// a long condition takes longer
		if problem := ev.charge(elementSize + n.condition.where().len); problem != nil {
			return nil, n.errorf("%s", problem)
		}
		ev.item, ev.looping = v, true
		holds, err := evalBool(ev, n.condition, "filter")
		if err != nil {
			return nil, err
		}
		if holds {
			kept = append(kept, v)
		}
	}
	return kept, nil
}

// weigh counts, inside of a filter, what functions and operators look at: what is quick once may
// take hours for each item of a long list.
func (ev *evaluation) weigh(values ...any) error {
	if !ev.looping {
		return nil
	}
	n := 0
	for _, v := range values {
		switch v := v.(type) {
		case string:
			n += len(v) / elementSize
		case []byte:
			n += len(v) / elementSize
		case []any:
			n += len(v)
		case *Mapping:
			n += v.Len()
		}
	}
	return ev.charge(n)
}

// filter compiles a call of filter, which has two arguments.
func (c *compiler) filter(from []ast.Node, at span, depth int) (node, *Error) {
	of, err := c.lower(from[0], depth)
	if err != nil {
		return nil, err
	}
	c.filters++
	condition, err := c.lower(from[1], depth)
	c.filters--
	if err != nil {
		return nil, err
	}
	return filter{at, of, condition}, nil
}
