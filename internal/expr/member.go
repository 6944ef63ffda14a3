package expr

import (
	"slices"
	"unicode/utf8"
)

type member struct {
	span
	of   node
	name string
	at   span
	ref  *Ref
}

func (n member) raw(ev *evaluation) (any, *Error) {
	of, err := n.of.eval(ev)
	if err != nil {
		return nil, err
	}
	return memberOf(of, n.name, n.of, n.at)
}

// memberOf gives a member of a value. n is the node of the value.
func memberOf(of any, name string, n node, at span) (any, *Error) {
	var known []string
	switch of := of.(type) {
	case *Mapping:
		if v, ok := of.Get(name); ok {
			return given(v, at)
		}
		known = of.Names()
	case Object:
		if v, ok := of.Member(name); ok {
			return given(v, at)
		}
		known = of.Members()
	default:
		return nil, at.errorf("%s has no members, so no %q", describe(of), brief(name))
	}
	if !IsTextKey(name) {
		return nil, at.errorf("%s has no key %s", title(n, of), brief(ShowKey(name)))
	}
	return nil, at.errorf("%s has no %q", title(n, of), brief(name)).hint("%s", didYouMean(name, texts(known)))
}

// texts gives the names of keys that are text.
func texts(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !IsTextKey(name) })
}

// title names a value by its chain of names, or by its kind.
func title(n node, v any) string {
	switch n := n.(type) {
	case root:
		return n.name
	case member:
		if of := title(n.of, nil); of != "" {
			return of + "." + n.name
		}
	}
	if v == nil {
		return ""
	}
	return describe(v)
}

type index struct {
	span
	of, key node
}

func (n index) raw(ev *evaluation) (any, *Error) {
	of, err := rawOf(n.of, ev)
	if err != nil {
		return nil, err
	}
	key, err := n.key.eval(ev)
	if err != nil {
		return nil, err
	}
	at := n.key.where()
	switch of := of.(type) {
	case Lines:
		i, err := element(key, len(of.Each), at)
		if err != nil {
			return nil, err
		}
		return of.Each[i], nil
	case []any:
		i, err := element(key, len(of), at)
		if err != nil {
			return nil, err
		}
		return given(of[i], at)
	case []byte:
		i, err := element(key, len(of), at)
		if err != nil {
			return nil, err
		}
		return int64(of[i]), nil
	}
	if m, ok := of.(*Mapping); ok && m.keys != nil {
		name, err := KeyName(key)
		if err != nil {
			return nil, at.errorf("%s", err)
		}
		return memberOf(of, name, n.of, at)
	}
	if name, ok := key.(string); ok {
		return memberOf(of, name, n.of, at)
	}
	if kindOf(of)&(mapping|object) != 0 {
		return nil, at.errorf("a key is text, not %s", describe(key))
	}
	return nil, at.errorf("%s has no elements", describe(of))
}

// element gives the index of an element among n.
func element(key any, n int, at span) (int, *Error) {
	i, err := wholeNumber(key)
	if err != nil {
		return 0, at.errorf("the place of an element is a whole number, not %s", describe(key))
	}
	if i < 0 || i >= int64(n) {
		return 0, at.errorf("there is no element %d among %d", i, n).hint("the first is 0")
	}
	return int(i), nil
}

type slice struct {
	span
	of, from, to node // from and to may be nil
}

func (n slice) eval(ev *evaluation) (any, *Error) {
	of, err := rawOf(n.of, ev)
	if err != nil {
		return nil, err
	}
	if l, ok := of.(Lines); ok && l.Listed {
		of = l.List()
	}
	of = Settle(of)
	size, problem := length(of)
	if problem != nil || kindOf(of)&(list|octets|text) == 0 {
		return nil, n.errorf("%s cannot be cut", describe(of))
	}
	from, err := n.bound(ev, n.from, 0, size)
	if err != nil {
		return nil, err
	}
	to, err := n.bound(ev, n.to, size, size)
	if err != nil {
		return nil, err
	}
	if from > to {
		return nil, n.errorf("the cut from %d to %d ends before it begins", from, to)
	}
	switch of := of.(type) {
	case []any:
		return of[from:to:to], nil
	case []byte:
		return of[from:to:to], nil
	}
	return string([]rune(of.(string))[from:to]), nil
}

func (n slice) bound(ev *evaluation, x node, unsaid, size int) (int, *Error) {
	if x == nil {
		return unsaid, nil
	}
	v, err := x.eval(ev)
	if err != nil {
		return 0, err
	}
	i, problem := wholeNumber(v)
	if problem != nil {
		return 0, x.where().errorf("%s", problem)
	}
	if i < 0 || i > int64(size) {
		return 0, x.where().errorf("the cut at %d is outside of %d elements", i, size)
	}
	return int(i), nil
}

// length counts the characters of text, octets, elements or keys.
func length(v any) (int, error) {
	switch v := v.(type) {
	case string:
		return utf8.RuneCountInString(v), nil
	case Lines:
		return v.Len(), nil
	case []byte:
		return len(v), nil
	case []any:
		return len(v), nil
	case *Mapping:
		return v.Len(), nil
	}
	return 0, &Error{Message: describe(v) + " has no length"}
}
