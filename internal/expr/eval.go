package expr

import (
	"errors"
	"math/big"
	"time"
)

// maxOutput is how many octets one evaluation may make. An element of a list
// counts as elementSize octets.
const (
	maxOutput   = 64 << 20
	elementSize = 32
)

// evaluation is one run of an expression.
type evaluation struct {
	env     Env
	left    int  // how much of maxOutput is left
	item    any  // of the innermost filter
	looping bool // in the condition of a filter
}

func newEvaluation(env Env) *evaluation { return &evaluation{env: env, left: maxOutput} }

// node is a compiled expression. Computed numbers are *big.Rat; plain converts
// them to the types that callers know.
type node interface {
	eval(*evaluation) (any, *Error)
	where() span
}

func (s span) where() span { return s }

// plain gives a value in one of the types that the package comment lists.
func plain(v any) any {
	if r, ok := v.(*big.Rat); ok {
		return fromRat(r)
	}
	return v
}

type literal struct {
	span
	value any
}

func (n literal) eval(*evaluation) (any, *Error) { return n.value, nil }

type root struct {
	span
	name string
	ref  *Ref
}

func (n root) raw(ev *evaluation) (any, *Error) {
	if ev.env.Names == nil {
		return nil, n.errorf("unknown name %q", n.name)
	}
	v, ok := ev.env.Names.Member(n.name)
	if !ok {
		return nil, n.errorf("unknown name %q", n.name).hint("%s", didYouMean(n.name, ev.env.Names.Members()))
	}
	return given(v, n.span)
}

// given checks a value from outside.
func given(v any, at span) (any, *Error) {
	if err, ok := v.(error); ok {
		return nil, at.errorf("%s", err)
	}
	if kindOf(v) == foreign {
		return nil, at.errorf("a value of type %T is not one of the expression language", v)
	}
	return v, nil
}

type not struct {
	span
	x node
}

func (n not) eval(ev *evaluation) (any, *Error) {
	b, err := evalBool(ev, n.x, "not")
	return !b, err
}

func evalBool(ev *evaluation, n node, user string) (bool, *Error) {
	v, err := n.eval(ev)
	if err != nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, n.where().errorf("%s needs true or false, not %s", user, describe(v))
	}
	return b, nil
}

type logic struct {
	span
	op   string
	x, y node
}

func (n logic) eval(ev *evaluation) (any, *Error) {
	x, err := evalBool(ev, n.x, n.op)
	if err != nil || x == (n.op == "or") {
		return x, err
	}
	y, err := evalBool(ev, n.y, n.op)
	return y, err
}

type conditional struct {
	span
	test, yes, no node
}

func (n conditional) eval(ev *evaluation) (any, *Error) {
	test, err := evalBool(ev, n.test, "?")
	if err != nil {
		return nil, err
	}
	if test {
		return n.yes.eval(ev)
	}
	return n.no.eval(ev)
}

type negation struct {
	span
	x node
}

func (n negation) eval(ev *evaluation) (any, *Error) {
	v, err := n.x.eval(ev)
	if err != nil {
		return nil, err
	}
	var negative any
	var problem error
	if kindOf(v) == duration {
		negative, problem = subtract(ev, time.Duration(0), v)
	} else {
		negative, problem = subtract(ev, int64(0), v)
	}
	if problem != nil {
		return nil, n.errorf("- needs a number or a duration, not %s", describe(v))
	}
	return negative, nil
}

type binary struct {
	span
	operate operator
	inside  bool // it looks at lines in y itself
	x, y    node
}

func (n binary) eval(ev *evaluation) (any, *Error) {
	x, err := n.x.eval(ev)
	if err != nil {
		return nil, err
	}
	y, err := rawOf(n.y, ev)
	if err != nil {
		return nil, err
	}
	if !n.inside {
		y = Settle(y)
	}
	if problem := ev.weigh(x, y); problem != nil {
		return nil, n.errorf("%s", problem)
	}
	v, problem := n.operate(ev, x, y)
	if problem != nil {
		return nil, n.errorf("%s", problem)
	}
	return v, nil
}

type call struct {
	span
	name string
	f    *function
	args []node
}

func (n call) eval(ev *evaluation) (any, *Error) {
	args := make([]any, len(n.args))
	for i, arg := range n.args {
		v, err := rawOf(arg, ev)
		if err != nil {
			return nil, err
		}
		if !looksInside[n.name] {
			v = Settle(v)
		}
		if kindOf(v)&n.f.params[i] == 0 {
			return nil, arg.where().errorf("%s needs %s, not %s", n.name, n.f.params[i], describe(v)).hint("write %s", n.f.usage)
		}
		args[i] = plain(v)
	}
	problem := ev.weigh(args...)
	var v any
	if problem == nil {
		v, problem = n.f.run(ev, args)
	}
	switch {
	case errors.Is(problem, errBudget): // the budget, not the function, is the reason
		return nil, n.errorf("%s", problem)
	case problem != nil:
		return nil, n.errorf("%s: %s", n.name, problem)
	}
	return given(v, n.span)
}

type listNode struct {
	span
	items []node
}

func (n listNode) eval(ev *evaluation) (any, *Error) {
	values := make([]any, len(n.items))
	for i, item := range n.items {
		v, err := item.eval(ev)
		if err != nil {
			return nil, err
		}
		values[i] = plain(v)
	}
	return values, nil
}

type mapNode struct {
	span
	keys   []any // texts and whole numbers
	values []node
}

func (n mapNode) eval(ev *evaluation) (any, *Error) {
	out := NewMapping(len(n.keys))
	for i, key := range n.keys {
		v, err := n.values[i].eval(ev)
		if err != nil {
			return nil, err
		}
		_ = out.SetKey(key, plain(v)) // such a key is never too long
	}
	return out, nil
}
