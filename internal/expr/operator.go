package expr

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// operator computes a binary operator.
type operator func(ev *evaluation, x, y any) (any, error)

var operators = map[string]operator{
	"==": func(_ *evaluation, x, y any) (any, error) { return Equal(x, y) },
	"!=": func(_ *evaluation, x, y any) (any, error) { eq, err := Equal(x, y); return !eq, err },
	"<":  func(_ *evaluation, x, y any) (any, error) { n, err := Compare(x, y); return n < 0, err },
	"<=": func(_ *evaluation, x, y any) (any, error) { n, err := Compare(x, y); return n <= 0, err },
	">":  func(_ *evaluation, x, y any) (any, error) { n, err := Compare(x, y); return n > 0, err },
	">=": func(_ *evaluation, x, y any) (any, error) { n, err := Compare(x, y); return n >= 0, err },
	"in": func(_ *evaluation, x, y any) (any, error) { return within(x, y) },
	"+":  add,
	"-":  subtract,
	"*":  multiply,
	"/":  divide,
	"%":  remainder,
}

// within reports whether x is in y: an element of a list, a key of a mapping, a member of an object, or a part of text,
// of one of several lines or of octets. If a list has elements but none of the kind of x, that is an error.
func within(x, y any) (bool, error) {
	key, isText := x.(string)
	switch y := y.(type) {
	case Lines:
		if isText {
			return y.Contains(key), nil
		}
		return within(x, Settle(y))
	case []any:
		return amongElements(x, y)
	case *Mapping:
		if isText {
			_, ok := y.Get(key)
			return ok, nil
		}
		if y != nil && y.keys != nil {
			name, err := KeyName(x)
			_, ok := y.Get(name)
			return ok, err
		}
	case string:
		if isText {
			return strings.Contains(y, key), nil
		}
	case []byte:
		if part, ok := x.([]byte); ok {
			return bytes.Contains(y, part), nil
		}
	case Object:
		if isText {
			v, ok := y.Member(key)
			_, broken := v.(error)
			return ok && !broken, nil
		}
	}
	return false, fmt.Errorf("%s cannot be in %s", describe(x), describe(y))
}

func amongElements(x any, elements []any) (bool, error) {
	asked := len(elements) == 0 // one of the elements can be compared with x
	for _, e := range elements {
		eq, err := Equal(x, e)
		if eq {
			return true, nil
		}
		asked = asked || err == nil && (x == nil || e != nil)
	}
	if !asked {
		return false, fmt.Errorf("none of the elements can be compared with %s", describe(x))
	}
	return false, nil
}

func add(ev *evaluation, x, y any) (any, error) {
	k := kindOf(x)
	if k != kindOf(y) || k&(number|duration|text|octets|list) == 0 {
		return nil, unfit("add", y, "to", x)
	}
	switch k {
	case text:
		return x.(string) + y.(string), ev.charge(len(x.(string)) + len(y.(string)))
	case octets:
		return slices.Concat(x.([]byte), y.([]byte)), ev.charge(len(x.([]byte)) + len(y.([]byte)))
	case list:
		return slices.Concat(x.([]any), y.([]any)), ev.charge(elementSize * (len(x.([]any)) + len(y.([]any))))
	}
	return arithmetic(x, y, k, (*big.Rat).Add)
}

func subtract(_ *evaluation, x, y any) (any, error) {
	k := kindOf(x)
	if k != kindOf(y) || k&(number|duration) == 0 {
		return nil, unfit("subtract", y, "from", x)
	}
	return arithmetic(x, y, k, (*big.Rat).Sub)
}

func multiply(_ *evaluation, x, y any) (any, error) {
	switch kx, ky := kindOf(x), kindOf(y); {
	case kx == number && ky == number:
		return arithmetic(x, y, number, (*big.Rat).Mul)
	case kx == number && ky == duration, kx == duration && ky == number:
		return arithmetic(x, y, duration, (*big.Rat).Mul)
	}
	return nil, unfit("multiply", x, "by", y)
}

func divide(_ *evaluation, x, y any) (any, error) {
	kx, ky := kindOf(x), kindOf(y)
	if kx&(number|duration) == 0 || ky != number && ky != kx {
		return nil, unfit("divide", x, "by", y)
	}
	divisor, err := quantity(y)
	if err != nil {
		return nil, err
	}
	if divisor.Sign() == 0 {
		return nil, errors.New("division by zero")
	}
	if ky == duration {
		kx = number
	}
	return arithmetic(x, y, kx, (*big.Rat).Quo)
}

// remainder gives a result with the sign of x, as Go and JavaScript do.
func remainder(_ *evaluation, x, y any) (any, error) {
	if kindOf(x) != number || kindOf(y) != number {
		return nil, unfit("divide", x, "by", y)
	}
	a, err := quantity(x)
	if err != nil {
		return nil, err
	}
	b, err := quantity(y)
	if err != nil {
		return nil, err
	}
	if !a.IsInt() || !b.IsInt() {
		return nil, errors.New("% needs whole numbers")
	}
	if b.Sign() == 0 {
		return nil, errors.New("division by zero")
	}
	return new(big.Rat).SetInt(new(big.Int).Rem(a.Num(), b.Num())), nil
}

func unfit(verb string, x any, preposition string, y any) error {
	return fmt.Errorf("cannot %s %s %s %s", verb, describe(x), preposition, describe(y))
}

// arithmetic computes exactly and gives a value of kind k: a number, or a duration rounded to the nearest nanosecond.
func arithmetic(x, y any, k kind, compute func(z, x, y *big.Rat) *big.Rat) (any, error) {
	a, err := quantity(x)
	if err != nil {
		return nil, err
	}
	b, err := quantity(y)
	if err != nil {
		return nil, err
	}
	r, err := bounded(compute(new(big.Rat), a, b))
	if err != nil || k == number {
		return r, err
	}
	return roundDuration(r)
}

// quantity gives a number, or a duration in nanoseconds.
func quantity(v any) (*big.Rat, error) {
	if d, ok := v.(time.Duration); ok {
		return new(big.Rat).SetInt64(int64(d)), nil
	}
	r, _, err := toRat(v)
	return r, err
}

func roundDuration(r *big.Rat) (any, error) {
	nanoseconds, ok := new(big.Int).SetString(r.FloatString(0), 10)
	if !ok || !nanoseconds.IsInt64() {
		return nil, errors.New("the duration is too long")
	}
	return time.Duration(nanoseconds.Int64()), nil
}

// charge counts octets that the evaluation is about to make. It is an error if they are too many.
func (ev *evaluation) charge(n int) error {
	if n > ev.left || n < 0 {
		return fmt.Errorf("the result is larger than %d MiB", maxOutput>>20)
	}
	ev.left -= n
	if b := ev.env.Budget; b != nil {
		if n > b.Left {
			b.Left = 0
			return errBudget
		}
		b.Left -= n
	}
	return nil
}

var errBudget = errors.New("all that is computed before anything is dialled is more than one suite may compute")
